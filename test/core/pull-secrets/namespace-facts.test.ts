import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	isSkipped,
	namespaceFacts,
} from "../../../src/core/pull-secrets/namespace-facts.ts";
import {
	isCoveredByRule,
	parseRecord,
} from "../../../src/core/pull-secrets/record.ts";

/** Labels of some characters together, and those of the team. */
function labels(size: number, key = "x"): Record<string, string> {
	const count = Math.ceil(size / 60);
	const more = Array.from({ length: count }, (_, at) => [
		`${key}${at}`.padEnd(30, "k"),
		"v".repeat(30),
	]);
	return { ...Object.fromEntries(more), team: "a", "istio.io/rev": "1" };
}

const covered = (rule: object, metadata: object): boolean => {
	const { record } = parseRecord(JSON.stringify([rule]));
	assert.ok(record);
	return isCoveredByRule(record, namespaceFacts({ metadata }));
};

describe("a namespace of more labels than are kept", () => {
	const RULES: [rule: object, few: boolean, many: boolean][] = [
		[{ selector: "team=a" }, true, false],
		[{ selector: "team!=b" }, true, false],
		[{ selector: "!team-b" }, true, false],
		[{ injected: "istio" }, true, false],
		[{ all: true }, true, true],
	];
	for (const [rule, few, many] of RULES)
		test(`${JSON.stringify(rule)} means it: ${many}`, () => {
			const name = "app";
			assert.equal(covered(rule, { name, labels: labels(8_000) }), few);
			assert.equal(covered(rule, { name, labels: labels(8_200) }), many);
		});
});

test("of a namespace's annotations those are kept that decide, and of many no others", () => {
	const annotations = {
		"linkerd.io/inject": "enabled",
		"kubectl-meshreg/skip": "true",
		note: "n".repeat(250_000),
	};
	const facts = namespaceFacts({ metadata: { name: "app", annotations } });
	assert.deepEqual(facts.annotations, {
		"kubectl-meshreg/skip": "true",
		"linkerd.io/inject": "enabled",
	});
	assert.equal(isSkipped(facts), true);
	assert.ok(
		covered({ injected: "linkerd" }, { name: "app", annotations }),
		"the rule about its annotation means it",
	);
});
