import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureError } from "../../src/core/output/failure.ts";
import { ConnectionError } from "../../src/errors.ts";
import { failureLine } from "../../src/report/failure.ts";
import { failureWords } from "../../src/report/failure-words.ts";

const empty = new ConnectionError(
	"Unable to connect to the server",
	new FailureError({ cause: "token-file-empty", path: "/token" }),
);
const WHY =
	'Unable to connect to the server: read empty token from file "/token"';

test("why the server was not asked stands behind kubectl's words", () => {
	assert.equal(failureLine(empty), WHY);
});

test("and within another failure", () => {
	assert.equal(
		failureWords(
			{ cause: "lost", keptIn: "/kept", refusal: empty },
			{ kind: "Secret", name: "key", namespaces: ["app"] },
		).message.split("put back ")[1],
		`(${WHY}), but its content is kept`,
	);
	assert.equal(
		failureLine(
			new FailureError({
				cause: "oidc-failed",
				fault: {
					is: "not-asked",
					error: new FailureError({
						cause: "issuer-unreachable",
						issuer: "https://idp.example",
						error: "ECONNREFUSED",
					}),
				},
			}),
		),
		"error: getting credentials: oidc: cannot reach https://idp.example: ECONNREFUSED",
	);
});

test("names of a kubeconfig that would not be told apart are quoted", () => {
	assert.equal(
		failureLine(
			new FailureError({
				cause: "kubeconfig-entry-missing",
				kind: "context",
				name: "nope",
				known: ["prod@eu", "dead one", "a,b"],
			}),
		),
		'error: context "nope" does not exist; contexts: "a,b", "dead one", prod@eu',
	);
});
