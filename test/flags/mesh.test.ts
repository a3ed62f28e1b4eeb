import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Given } from "../../src/core/command-line/flag.ts";
import { UsageError } from "../../src/errors.ts";
import { meshOf } from "../../src/flags/mesh.ts";
import {
	managedSelectorsOf,
	nameOf,
	sourceNamespaceOf,
} from "../../src/flags/values.ts";

function givenOf(
	values: Record<string, string>,
	...positionals: string[]
): Given {
	return {
		positionals,
		has: (name) => values[name] !== undefined,
		on: () => false,
		list: () => [],
		text: (name) => values[name],
	};
}

type Row = [
	given: Record<string, string>,
	env: Record<string, string>,
	name: string,
	namespace: string | undefined,
];

describe("names and namespaces follow the mesh, and what is given wins", () => {
	const table: Row[] = [
		[{}, {}, "nginx-mesh-registry-key", "nginx-mesh"],
		[{ mesh: "istio" }, {}, "istio-registry-key", "istio-system"],
		[{}, { MESHREG_MESH: "linkerd" }, "linkerd-registry-key", "linkerd"],
		[{}, { MESHREG_MESH: "" }, "nginx-mesh-registry-key", "nginx-mesh"],
		[
			{ mesh: "kuma" },
			{ MESHREG_MESH: "istio" },
			"kuma-registry-key",
			"kuma-system",
		],
		[{ mesh: "none" }, {}, "registry-key", undefined],
		[
			{ mesh: "istio" },
			{ MESHREG_NAME: "mine", MESHREG_NAMESPACE: "here" },
			"mine",
			"here",
		],
	];
	for (const [values, env, name, namespace] of table)
		test(`${JSON.stringify(values)} ${JSON.stringify(env)}`, () => {
			const given = givenOf(values);
			assert.equal(nameOf(given, env), name);
			assert.equal(sourceNamespaceOf(given, env), namespace);
		});

	test("an operand is nearer than the mesh", () => {
		const given = givenOf({ mesh: "istio" }, "theirs");
		assert.equal(nameOf(given, {}), "theirs");
	});

	test("what is managed, and what bears the mesh's label, is found", () => {
		assert.deepEqual(managedSelectorsOf(givenOf({ mesh: "istio" }), {}), [
			"app.kubernetes.io/managed-by=kubectl-meshreg",
			"usage=istio-registry-key",
		]);
	});

	for (const [values, env, message] of [
		[{ mesh: "consul" }, {}, /^--mesh: unknown mesh; must be one of nginx, /],
		[{ mesh: "" }, {}, /^--mesh: unknown mesh/],
		[{}, { MESHREG_MESH: "Istio" }, /^MESHREG_MESH: unknown mesh/],
	] as const)
		test(`${JSON.stringify({ ...values, ...env })} is refused`, () => {
			assert.throws(
				() => meshOf(givenOf(values), env),
				(error: Error) =>
					error instanceof UsageError && message.test(error.message),
			);
		});
});
