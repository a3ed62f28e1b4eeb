import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	contextFlagsOf,
	quotedWithContextFlags,
	withContextFlags,
} from "../../../src/core/output/context-flags.ts";

describe("where a printed command goes", () => {
	it("takes the flags that choose a cluster and a user, and no others", () => {
		const flags = {
			token: "secret",
			context: "prod",
			kubeconfig: "/k",
			as: "x",
			cluster: "c",
			user: "u",
			server: "https://h",
		};
		assert.deepEqual(contextFlagsOf(flags), [
			"--kubeconfig",
			"/k",
			"--context",
			"prod",
			"--cluster",
			"c",
			"--user",
			"u",
			"--server",
			"https://h",
		]);
		assert.deepEqual(contextFlagsOf({}), []);
	});

	const rows: [line: string, reach: string[], there: string][] = [
		["kubectl a", [], "kubectl a"],
		["", ["--context", "p"], ""],
		["kubectl a -n b", ["--context", "p"], "kubectl a -n b --context p"],
		[
			"kubectl a && kubectl get b -o yaml | kubectl apply -f -",
			["--context", "my prod"],
			"kubectl a --context 'my prod' && kubectl get b -o yaml --context 'my prod' | kubectl apply -f - --context 'my prod'",
		],
	];
	for (const [line, reach, there] of rows)
		it(`${line || "nothing"} with ${reach.join(" ") || "nothing"}`, () => {
			assert.equal(withContextFlags(line, reach), there);
		});

	it("finds the commands that a sentence quotes", () => {
		assert.equal(
			quotedWithContextFlags(
				"Do 'kubectl a', or 'kubectl b -n c'; not 'this'.",
				["--context", "p"],
			),
			"Do 'kubectl a --context p', or 'kubectl b -n c --context p'; not 'this'.",
		);
	});
});
