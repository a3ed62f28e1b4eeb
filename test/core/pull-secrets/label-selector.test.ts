import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseLabelSelector } from "../../../src/core/pull-secrets/label-selector.ts";
import { parseLabelSelector as asTheServer } from "../../support/api-server/label-selector.ts";

const LABELS: Record<string, string>[] = [
	{},
	{ team: "a" },
	{ team: "b", tier: "" },
	{ team: "", "example.com/n": "5" },
	{ "example.com/n": "10", tier: "x" },
	{ "example.com/n": "ten" },
	{ constructor: "a", toString: "" } as never,
];

describe("a selector is read as the API server reads it", () => {
	const ROWS: [text: string, written: string | undefined][] = [
		["team=a", "team=a"],
		["team==a", "team=a"],
		[" team = a ", "team=a"],
		["team!=a", "team!=a"],
		["team", "team"],
		["!team", "!team"],
		["! team", "!team"],
		["constructor", "constructor"],
		["!toString", "!toString"],
		["team=", "team="],
		["team=,tier", "team=,tier"],
		["tier,team=a", "team=a,tier"],
		["team in (b,a)", "team in (a,b)"],
		["team in(a)", "team in (a)"],
		["team in (a,)", "team in (,a)"],
		["team in ()", "team in ()"],
		["team notin (a)", "team notin (a)"],
		["example.com/n>5", "example.com/n>5"],
		["example.com/n < 10", "example.com/n<10"],
		["in=a", "in=a"],
		["team=in", "team=in"],
		["team=a,team=a", "team=a"],
		["", undefined],
		[" ", undefined],
		[",", undefined],
		["team=a,", undefined],
		["team=a,,tier", undefined],
		["team in", undefined],
		["team in a", undefined],
		["team in (a", undefined],
		["team in (a b)", undefined],
		["team in a)", undefined],
		["team=a=b", undefined],
		["team<>a", undefined],
		["=a", undefined],
		["!", undefined],
		["!team=a", undefined],
		["(a)", undefined],
		["te am", undefined],
		["-team", undefined],
		["a/b/c", undefined],
		["Example/x", undefined],
		["team=a-", undefined],
		["example.com/n>five", undefined],
		["example.com/n<five", undefined],
		["example.com/n>", undefined],
		[`example.com/n>${"9".repeat(18)}`, `example.com/n>${"9".repeat(18)}`],
		[`example.com/n>${"9".repeat(19)}`, undefined],
		["example.com/n>+5", "example.com/n>+5"],
		[`${"a".repeat(253)}/n`, `${"a".repeat(253)}/n`],
		[`${"a".repeat(254)}/n`, undefined],
		[`${"a".repeat(64)}`, undefined],
		[`team=${"a".repeat(64)}`, undefined],
	];
	for (const [text, written] of ROWS)
		test(JSON.stringify(text), () => {
			const selector = parseLabelSelector(text);
			assert.equal(selector?.text, written);
			if (selector === undefined || text.trim() === "") {
				if (text.trim() !== "")
					assert.throws(() => asTheServer(text), { code: 400 });
				return;
			}
			assert.equal(parseLabelSelector(selector.text)?.text, written);
			for (const labels of LABELS)
				assert.equal(
					selector.matches(labels),
					asTheServer(text)(labels),
					JSON.stringify(labels),
				);
		});
});
