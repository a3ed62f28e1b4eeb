/** Every cause is listed in docs/json.md, and those of `check` are explained in docs/troubleshooting.md. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { finding, type Subject } from "../../src/core/check/finding.ts";
import type { LogNote } from "../../src/core/in-cluster/log.ts";
import type { Cause } from "../../src/core/output/failure.ts";
import type { Verification } from "../../src/core/registry/verification.ts";
import { type CheckCause, checkSummary } from "../../src/report/check.ts";

/** All of them: types are checked to have neither one more nor one less. */
const CAUSES: Readonly<Record<CheckCause, true>> = {
	"account-gone": true,
	"account-lacks-secret": true,
	architecture: true,
	"attachment-lost": true,
	"auth-differs": true,
	"bad-characters": true,
	"cannot-pull": true,
	claimants: true,
	"cluster-failed": true,
	"copy-blocked": true,
	"copy-drifted": true,
	"copy-missing": true,
	"credential-provider": true,
	dangling: true,
	disk: true,
	empty: true,
	"empty-entry": true,
	expired: true,
	"expired-certificate": true,
	"expired-token": true,
	expiring: true,
	forbidden: true,
	"https-only": true,
	interrupted: true,
	"invalid-reference": true,
	malformed: true,
	"malformed-secret": true,
	"namespace-gone": true,
	"namespace-made-again": true,
	"never-matches": true,
	"never-pull": true,
	"no-key": true,
	"no-record": true,
	"no-right": true,
	"no-secret": true,
	"node-proxy": true,
	"not-allowed": true,
	"not-attached": true,
	"not-found": true,
	"not-injected": true,
	"other-sources": true,
	"plain-http": true,
	"pod-lacks": true,
	"pod-older": true,
	"policy-edited": true,
	"policy-missing": true,
	"policy-of-another": true,
	"policy-refuses": true,
	"policy-surplus": true,
	"policy-unsupported": true,
	"policy-without-effect": true,
	"pull-qps": true,
	"rate-limit": true,
	"record-fault": true,
	refused: true,
	"registry-error": true,
	rejected: true,
	"retry-pending": true,
	"sandbox-image": true,
	"secret-missing": true,
	"secret-missing-runs": true,
	"secrets-enforced": true,
	"short-name": true,
	signature: true,
	"source-missing": true,
	"static-pod": true,
	"tls-handshake": true,
	unknown: true,
	unreachable: true,
	unreadable: true,
	"untrusted-ca": true,
	unverifiable: true,
	"web-page": true,
	"would-not-restart": true,
	"wrong-certificate-name": true,
};
const causes = Object.keys(CAUSES).sort();

test("each cause has a heading in docs/troubleshooting.md, and no other word has", async () => {
	const text = await readFile("docs/troubleshooting.md", "utf8");
	const sections = text.split(/^#+ /m).slice(1);
	const explained = sections.flatMap((section) => {
		const [, cause] = /^`([a-z-]+)`\n/.exec(section) ?? [];
		return cause === undefined ? [] : [{ cause, section }];
	});
	assert.deepEqual(explained.map(({ cause }) => cause).sort(), causes);
	for (const { cause, section } of explained)
		assert.match(section, /\n\n\S.{20}/, `${cause} says nothing`);
});

test("check prints the address of each heading, and with several causes that of all of them", async () => {
	const text = await readFile("docs/troubleshooting.md", "utf8");
	const page =
		"https://github.com/kubectl-meshreg/kubectl-meshreg/blob/main/docs/troubleshooting.md";
	const summary = (of: readonly string[], columns?: number) =>
		checkSummary(
			of.map((cause) =>
				// What else it says is nothing to the summary.
				finding("pods", "problem", { about: { cause } as unknown as Subject }),
			),
			columns,
		);
	for (const cause of causes)
		assert.equal(
			summary([cause, cause]),
			`2 problems\nAbout ${cause}: ${page}#${cause}\n`,
		);
	assert.match(text, /^## What check finds$/m);
	assert.equal(
		summary(["disk", "dangling"]),
		`2 problems\nAbout disk, dangling: ${page}#what-check-finds\n`,
	);
	// An address is one word, which a terminal breaks without making two of it.
	assert.equal(
		summary(["disk", "dangling"], 20),
		`2 problems\nAbout disk,\ndangling:\n${page}#what-check-finds\n`,
	);
	assert.equal(
		checkSummary(
			[
				finding("permissions", "ok", { about: { cause: "permitted" } }),
				finding("credentials", "note", {
					about: { cause: "other-sources", refs: [] },
				}),
			],
			80,
		),
		"No problems found\n",
	);
});

test("docs/json.md links each of them", async () => {
	const text = await readFile("docs/json.md", "utf8");
	const linked = [
		...text.matchAll(/\[`([a-z-]+)`\]\(troubleshooting\.md#([a-z-]+)\)/g),
	];
	for (const [, cause, anchor] of linked) assert.equal(anchor, cause);
	assert.deepEqual(
		[...new Set(linked.map(([, cause = ""]) => cause))].sort(),
		causes,
	);
});

/** Those of failures, likewise. */
const FAILURES: Readonly<Record<Cause, true>> = {
	"account-missing": true,
	"bindings-of-others": true,
	"ca-invalid": true,
	"changed-meanwhile": true,
	conflict: true,
	"context-unknown": true,
	"contexts-unmatched": true,
	"copy-of-another": true,
	"credential-expired": true,
	"credential-unusable": true,
	"credentials-differ": true,
	differs: true,
	"docker-config-empty": true,
	"docker-config-unusable": true,
	"ecr-failed": true,
	"ecr-registry": true,
	"edit-absent": true,
	"edit-copy": true,
	"edit-unmanaged": true,
	"edit-unreadable": true,
	"edited-by-others": true,
	error: true,
	"exec-plugin-failed": true,
	"export-empty": true,
	"file-failed": true,
	"file-of-another-user": true,
	"file-too-large": true,
	finalizers: true,
	forbidden: true,
	"helper-failed": true,
	"image-invalid": true,
	"images-too-many": true,
	immutable: true,
	"input-too-large": true,
	interrupted: true,
	invalid: true,
	"is-source": true,
	"issuer-answer-too-large": true,
	"issuer-unreachable": true,
	"json-key-invalid": true,
	"jwt-invalid": true,
	"kubeconfig-cluster-contradictory": true,
	"kubeconfig-entry-missing": true,
	"kubeconfig-invalid": true,
	"kubeconfig-user-unusable": true,
	"label-stays": true,
	"listen-failed": true,
	lost: true,
	"managed-by-other": true,
	"manifest-encoding": true,
	"manifest-invalid": true,
	"manifest-too-deep": true,
	"manifest-too-large": true,
	"manifest-uneditable": true,
	"manifests-missing": true,
	"mesh-missing": true,
	"namespace-made-again": true,
	"namespace-missing": true,
	"namespace-replaced": true,
	"namespace-skipped": true,
	"namespace-terminating": true,
	"namespace-unverified": true,
	"not-a-file": true,
	"not-a-source": true,
	"not-attached-by-us": true,
	"not-found": true,
	"oidc-failed": true,
	"others-lost": true,
	"password-invalid": true,
	"password-refused": true,
	"pods-missing": true,
	"too-many-pull-secrets": true,
	"policy-empty": true,
	"policy-forbidden": true,
	"policy-of-another": true,
	"policy-refuses": true,
	"policy-unsupported": true,
	"provider-failed": true,
	"proxy-invalid": true,
	"pull-secret-missing": true,
	"pull-secrets-not-a-list": true,
	"question-unanswered": true,
	"record-forbidden": true,
	"record-invalid": true,
	"record-kept-by-other": true,
	"record-missing": true,
	"record-too-large": true,
	"registries-all": true,
	"registries-unselected": true,
	"registry-absent": true,
	"registry-present": true,
	"secret-empty": true,
	"secret-malformed": true,
	"secret-type": true,
	"secret-unreadable": true,
	"server-error": true,
	"server-invalid": true,
	"source-ambiguous": true,
	"source-empty": true,
	"source-keeps-changing": true,
	"source-missing": true,
	"source-spoiled": true,
	"store-unreadable": true,
	"stored-missing": true,
	"stored-unusable": true,
	"stores-missing": true,
	terminating: true,
	"token-file-empty": true,
	unmanaged: true,
	undone: true,
	unreachable: true,
	"user-differs": true,
};

test("docs/json.md says what each cause of a failure means", async () => {
	const text = await readFile("docs/json.md", "utf8");
	const [, section = ""] =
		/^## Why something was not done\n([\s\S]*?)^## /m.exec(text) ?? [undefined];
	const rows = section.split("\n").filter((line) => line.startsWith("| `"));
	const listed = rows
		.map((row) => row.split("|")[1] ?? "")
		.flatMap((cell) => [...cell.matchAll(/`([a-z-]+)`/g)])
		.map(([, cause = ""]) => cause)
		.filter((cause) => cause !== "cause");
	assert.deepEqual(listed.sort(), Object.keys(FAILURES).sort());
});

const OUTCOMES: Readonly<Record<Verification["outcome"] | "empty", true>> = {
	"cannot-pull": true,
	empty: true,
	good: true,
	rejected: true,
	unreachable: true,
	unverifiable: true,
};

const EVENTS: Readonly<Record<LogNote["event"], true>> = {
	"credential-expiring": true,
	"credential-refresh-failed": true,
	"credential-refreshed": true,
	"credential-rejected": true,
	"record-invalid": true,
	"record-missing": true,
	"server-warning": true,
	"source-awaited": true,
	"source-back": true,
	"source-deleted": true,
	"source-malformed": true,
	stopped: true,
	synced: true,
	undone: true,
	watching: true,
};

test("docs/json.md has what a verification comes to, and what a watch logs", async () => {
	const [, ...sections] = (await readFile("docs/json.md", "utf8")).split(
		/^## /m,
	);
	const section = (heading: string) =>
		sections.find((text) => text.startsWith(heading)) ?? "";
	for (const outcome of Object.keys(OUTCOMES))
		assert.ok(section("explain\n").includes(`\`${outcome}\``), outcome);
	for (const event of Object.keys(EVENTS))
		assert.ok(section("The log of").includes(`\`${event}\``), event);
});
