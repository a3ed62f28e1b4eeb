import assert from "node:assert/strict";
import { test } from "node:test";
import { type PodFacts, podFacts } from "../../../src/core/check/facts.ts";
import { workloadsOf } from "../../../src/core/check/finding.ts";

/** A pod, `NAMESPACE/NAME`, that this makes, `KIND/NAME`. */
function pod(at: string, owner: string, image = "r.io/web:1"): PodFacts {
	const [namespace = "", name = ""] = at.split("/");
	const [kind = "", made = ""] = owner.split("/");
	const by = { apiVersion: "apps/v1", kind, name: made, controller: true };
	const facts = podFacts({
		metadata: { namespace, name, ownerReferences: [{ ...by, uid: made }] },
		spec: { containers: [{ name: "main", image }] },
	});
	assert.ok(facts);
	return facts;
}

test("pods are told by what makes them: its namespace, its kind and its name, sorted", () => {
	const found = [
		pod("shop/a", "StatefulSet/web"),
		pod("app/c", "StatefulSet/web", "r.io/old:1"),
		pod("app/b", "StatefulSet/web"),
		pod("app/d", "StatefulSet/till"),
		pod("app/e", "DaemonSet/web"),
	];
	assert.deepEqual(
		workloadsOf(found.map((one) => ({ pod: one }))).map(
			({ namespace, kind, name, pods, images }) =>
				`${namespace} ${kind}/${name}: ${pods} ${images}`,
		),
		[
			"app DaemonSet/web: e r.io/web:1",
			"app StatefulSet/till: d r.io/web:1",
			"app StatefulSet/web: b,c r.io/old:1,r.io/web:1",
			"shop StatefulSet/web: a r.io/web:1",
		],
	);
	const [first] = found;
	assert.ok(first);
	const some = workloadsOf([{ pod: first, images: ["r.io/side:1"] }]);
	assert.deepEqual(some[0]?.images, ["r.io/side:1"]);
});
