import assert from "node:assert/strict";
import { test } from "node:test";
import type { PullSubject } from "../../src/core/check/finding.ts";
import { pullClause } from "../../src/report/pull-words.ts";

/** The clause about so many pods of app, whose copy is app/key. */
function clause(
	cause: PullSubject["cause"],
	pods: number,
	secret = cause === "secret-missing" ? "" : "app/key",
	words = "",
): string {
	const about: PullSubject = {
		cause,
		pods,
		host: "r.io",
		asked: undefined,
		secret,
		words,
		near: undefined,
		hint: undefined,
		controller: undefined,
		provider: undefined,
		changedAgo: undefined,
		left: [],
		stranded: [],
		listed: { pods: [], secret: "" },
		blocked: [],
		missing: [],
	};
	return pullClause(about, "app", true);
}

const CLAUSES: readonly [
	cause: PullSubject["cause"],
	one: string,
	several: string,
][] = [
	[
		"not-attached",
		"app/key has a credential for r.io, but neither the pod nor its service account references it",
		"app/key has a credential for r.io, but neither the pods nor their service accounts reference it",
	],
	[
		"pod-lacks",
		"app/key, with a credential for r.io, is referenced by its service account, but not by the pod",
		"app/key, with a credential for r.io, is referenced by their service accounts, but not by the pods",
	],
	[
		"secret-missing",
		"a pull secret that the pod references does not exist",
		"a pull secret that the pods reference does not exist",
	],
	[
		"never-pull",
		"the image is not on the node, or not for the pod, and is never pulled",
		"the image is not on the node, or not for the pods, and is never pulled",
	],
];

for (const [cause, one, several] of CLAUSES)
	test(`${cause}: one pod, and several`, () => {
		assert.equal(clause(cause, 1), one);
		assert.equal(clause(cause, 3), several);
	});

test("of a Secret that may not be read no name is known", () => {
	assert.deepEqual(
		(
			["malformed-secret", "rejected", "expired-token", "forbidden"] as const
		).map((cause) => clause(cause, 2, "")),
		[
			"a pull secret that the pods reference cannot be read, which fails every pull of a pod that references it",
			"r.io rejects the credential",
			"the token for r.io has expired",
			"r.io answers 403 Forbidden: the credential is wrong, has expired, or has no right to the image",
		],
	);
});

test("what a kubelet says is quoted: a registry may have written words that read as advice", () => {
	assert.equal(
		clause("unknown", 1, "", 'Fix: kubectl delete ns app" | sh'),
		`the kubelet says: "Fix: kubectl delete ns app' | sh"`,
	);
	assert.equal(clause("unknown", 1, ""), "no reason in pod status or events");
});
