import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	isByPolicy,
	labelAnnotation,
	labelOfName,
	labelOfSource,
	parseLabel,
	type Role,
	roleOf,
	selectorOf,
} from "../../../src/core/pull-secrets/ownership.ts";

describe("the label of a pull secret", () => {
	const LONGEST = "a".repeat(63);
	for (const [name, kept, label] of [
		["nginx-mesh-registry-key", undefined, "usage=nginx-mesh-registry-key"],
		["team-a", undefined, "usage=team-a"],
		[LONGEST, undefined, `usage=${LONGEST}`],
		["team-a", "own=x", "own=x"],
		[`${LONGEST}b`, "example.com/set=2", "example.com/set=2"],
		// Made by hand, or by GitOps.
		[`${LONGEST}b`, undefined, undefined],
		[`${LONGEST}b`, "own", undefined],
		// What is no label was not written by us.
		["team-a", "", "usage=team-a"],
		["team-a", "own", "usage=team-a"],
		["team-a", "own=\u001b[2J", "usage=team-a"],
	] as const)
		test(`of ${name}, ${kept ?? "nothing"} kept`, () => {
			const annotations: Record<string, string> =
				kept === undefined ? {} : { "kubectl-meshreg/label": kept };
			const given = labelOfSource({ name, annotations });
			assert.equal(given && selectorOf(given), label);
		});

	test("what is kept of one is read again", () => {
		for (const text of ["usage=team-a", "usage=team-b", "own=team-a"]) {
			const label = parseLabel(text, "--label");
			assert.deepEqual(
				labelOfSource({
					name: "team-a",
					annotations: labelAnnotation("team-a", label),
				}),
				label,
			);
		}
		assert.deepEqual(labelAnnotation("team-a", labelOfName("team-a")), {});
	});

	test("a name of 64 characters cannot be its value, and the flag is named", () => {
		assert.deepEqual(labelOfName(LONGEST), { key: "usage", value: LONGEST });
		assert.throws(() => labelOfName("a".repeat(64)), {
			name: "UsageError",
			message:
				"NAME: 64 characters are too many for the label usage=NAME (at most 63); choose a shorter name, or another label with --label KEY=VALUE",
		});
	});
});

test("pods pull by policy with a source that says just that", () => {
	const said = (value: string | undefined) =>
		isByPolicy({
			annotations:
				value === undefined
					? {}
					: { "kubectl-meshreg/attached-by-policy": value },
		});
	assert.deepEqual(["true", "false", "", undefined].map(said), [
		true,
		false,
		false,
		false,
	]);
});

describe("what a Secret says that it is", () => {
	const TYPE = "kubernetes.io/dockerconfigjson";
	const MANAGED = { "app.kubernetes.io/managed-by": "kubectl-meshreg" };
	const OF_A_SOURCE = { "kubectl-meshreg/source": "nginx-mesh/key" };
	const ROWS: [
		what: string,
		role: Role,
		labels: Record<string, string>,
		annotations?: Record<string, string>,
		type?: string,
	][] = [
		["managed, of no source", "source", MANAGED],
		["managed, of a source", "copy", MANAGED, OF_A_SOURCE],
		["labelled with its own name", "labelled", { usage: "key" }],
		[
			"labelled as the seeds' mesh does",
			"labelled",
			{ usage: "nginx-mesh-registry-key" },
		],
		["labelled, of a source", "copy", { usage: "key" }, OF_A_SOURCE],
		["labelled with another's name", "unmanaged", { usage: "other" }],
		["of a source, and no label", "unmanaged", {}, OF_A_SOURCE],
		[
			"managed by another",
			"unmanaged",
			{ "app.kubernetes.io/managed-by": "Helm" },
		],
		["of another type", "unmanaged", MANAGED, {}, "Opaque"],
	];
	for (const [what, role, labels, annotations = {}, type = TYPE] of ROWS)
		test(what, () => {
			assert.equal(roleOf({ name: "key", type, labels, annotations }), role);
		});
});

test("a label is KEY=VALUE, both as the API server takes them", () => {
	for (const text of [
		"own",
		"=x",
		"own=",
		"a b=x",
		"own=a b",
		"own=-",
		`own=${"a".repeat(64)}`,
		`${"a".repeat(254)}/own=x`,
		"a..b/own=x",
	])
		assert.throws(
			() => parseLabel(text, "--label"),
			/^UsageError: --label: /,
			text,
		);
});

test("a label that meshreg writes itself is nobody's to choose, one that looks like it is", () => {
	for (const text of [
		"app.kubernetes.io/managed-by=me",
		"kubectl-meshreg/attached=true",
	])
		assert.throws(
			() => parseLabel(text, "--label"),
			/^UsageError: --label: [\w./-]+ is meshreg's own; choose another key$/,
		);
	for (const text of [
		"kubectl-meshreg=x",
		"kubectl-meshreg-team/a=x",
		`${"a".repeat(253)}/own=x`,
	])
		assert.equal(selectorOf(parseLabel(text, "--label")), text);
});
