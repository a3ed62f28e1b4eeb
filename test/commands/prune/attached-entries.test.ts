import assert from "node:assert/strict";
import { test } from "node:test";
import {
	knownPlaces,
	prunedEntries,
} from "../../../src/commands/prune/attached-entries.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import { labelsOf } from "../../support/build.ts";

const reader = new ContentReader();

function secret(
	place: string,
	annotations: Record<string, string> = {},
	more: object = { labels: labelsOf("key") },
): PullSecret {
	const [namespace = "", name = ""] = place.split("/");
	return reader.toPullSecret({
		metadata: { namespace, name, annotations, ...more },
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": btoa('{"auths":{}}') },
	});
}

const record = (namespace: string) => ({
	"kubectl-meshreg/targets": JSON.stringify([
		{ namespaces: { [namespace]: "" } },
	]),
});
const copy = { "kubectl-meshreg/source": "mesh/key" };

test("only the record of a source in its own namespace says where accounts may be", () => {
	const found = [
		secret("mesh/key", record("recorded")),
		// Whoever may write a Secret there may write a record into it.
		secret("tenant/key", record("elsewhere")),
		secret("mesh/other", { ...copy, ...record("of-a-copy") }),
		secret("app/key", copy),
	];
	assert.deepEqual(knownPlaces(found, "mesh"), [
		"app",
		"mesh",
		"recorded",
		"tenant",
	]);
});

test("an entry goes with its pull secret, and stays where one of ours stands", () => {
	const gone = secret("gone/key", copy);
	const found = [
		gone,
		secret("stands/key", copy),
		secret("goes/key", copy, {
			labels: labelsOf("key"),
			deletionTimestamp: "2026-01-01T00:00:00Z",
		}),
		secret("foreign/key", copy, {}),
	];
	const places = [
		...["gone/key", "stands/key", "goes/key", "foreign/key"],
		...["none/key", "none/another"],
	];
	const told = (name: string | undefined, only?: object) => {
		const how = { name, orphaned: false, keepSources: false, ...only };
		const { go, stay } = prunedEntries(found, (each) => each === gone, how);
		const which = (is: typeof go) =>
			places.filter((place) => {
				const [namespace = "", key = ""] = place.split("/");
				return is(namespace, key);
			});
		return { go: which(go), stay: which(stay) };
	};
	assert.deepEqual(told(undefined, { orphaned: true }), {
		go: ["gone/key"],
		stay: [],
	});
	const go = ["gone/key", "goes/key", "foreign/key", "none/key"];
	assert.deepEqual(told("key"), {
		go,
		stay: ["stands/key"],
	});
	assert.deepEqual(told("key", { keepSources: true }), { go, stay: [] });
	assert.deepEqual(told(undefined), {
		go: [...go, "none/another"],
		stay: ["stands/key"],
	});
	assert.deepEqual(told("another"), {
		go: ["none/another"],
		stay: [],
	});
});
