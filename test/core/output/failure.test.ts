import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureError, failureOf } from "../../../src/core/output/failure.ts";
import {
	AbortedError,
	ApiError,
	ConnectionError,
} from "../../../src/errors.ts";

/** The `cause` that scripts read in `-o json`. */

const refused = (status: number, kind = "", name = "", causes: string[] = []) =>
	new ApiError(status, "Reason", "words", { kind, name, causes });

for (const [error, cause] of [
	[refused(400), "invalid"],
	[refused(401), "server-error"],
	[refused(403), "forbidden"],
	[refused(404), "not-found"],
	[refused(404, "secrets", "key"), "not-found"],
	[refused(404, "namespaces", "ap"), "namespace-missing"],
	[refused(403, "", "", ["NamespaceTerminating"]), "namespace-terminating"],
	[refused(409), "conflict"],
	[refused(422), "invalid"],
	[refused(500), "server-error"],
	[new ConnectionError("no answer"), "unreachable"],
	[new AbortedError("SIGTERM"), "interrupted"],
	[
		new FailureError({ cause: "token-file-empty", path: "/t" }),
		"token-file-empty",
	],
	[new Error("a fault of ours"), "error"],
] as const)
	test(`${error.name} ${error.message}: ${cause}`, () => {
		const failure = failureOf(error);
		assert.equal(failure.cause, cause);
		if (cause === "namespace-missing") assert.deepEqual(failure, { cause });
		else if ("error" in failure) assert.equal(failure.error, error);
	});
