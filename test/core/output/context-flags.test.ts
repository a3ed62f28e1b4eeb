import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { contextFlagsOf } from "../../../src/core/output/context-flags.ts";

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
});
