import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	contextClause,
	contextFlagsOf,
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
			server: "https://u:p@h",
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
			"https://***@h",
		]);
		assert.deepEqual(contextFlagsOf({}), []);
	});

	it("keeps what is no address as it is, also with an @", () =>
		assert.deepEqual(contextFlagsOf({ user: "me@example.com" }), [
			"--user",
			"me@example.com",
		]));

	it("a question names the context, but in a cluster, where there is none", () => {
		assert.equal(contextClause("prod"), " (context prod)");
		assert.equal(contextClause(""), "");
	});
});
