/**
 * What somebody else said or named never reads as a sentence of ours: in every message it stands in quotation marks.
 * The types of the tables have a line for each case with words of others; a new one breaks them.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PullSubject } from "../../src/core/check/finding.ts";
import type { ExecPluginFault } from "../../src/core/output/connection-failure.ts";
import type { StoredFault } from "../../src/core/output/credential-fault.ts";
import { FailureError } from "../../src/core/output/failure.ts";
import type {
	EcrFault,
	HelperFault,
} from "../../src/core/output/outside-failure.ts";
import { plain } from "../../src/core/output/styled.ts";
import type { Denial } from "../../src/core/registry/check-image.ts";
import type { TokenServerFault } from "../../src/core/registry/login-fault.ts";
import type {
	CannotPull,
	Verification,
} from "../../src/core/registry/verification.ts";
import { ApiError } from "../../src/errors.ts";
import { failureLine } from "../../src/report/failure.ts";
import { failureWords } from "../../src/report/failure-words.ts";
import { imageItem } from "../../src/report/images.ts";
import { listTable } from "../../src/report/keys.ts";
import { logWords } from "../../src/report/log-words.ts";
import { noteWords } from "../../src/report/note-words.ts";
import { pullClause } from "../../src/report/pull-words.ts";
import { verificationWords } from "../../src/report/verification-words.ts";

const ADVICE = 'done". To fix it run:\nkubectl delete ns app';
const SHOWN = `"done'. To fix it run: kubectl delete ns app"`;

/** Of a union, told apart by `Tag`, the cases that have words of somebody else. */
type Speaking<Union, Tag extends string, Words extends string = "words"> =
	Union extends Readonly<Record<Tag, infer Name> & Record<Words, string>>
		? Name
		: never;
type Table<Union, Tag extends string, Words extends string = "words"> = Record<
	Speaking<Union, Tag, Words> & string,
	string
>;

const error = (failure: FailureError["failure"]) =>
	failureLine(new FailureError(failure));
const status = 403;

const verification = (one: Verification) => verificationWords(one, "r.io");
const VERIFICATIONS: Table<Verification, "outcome"> = {
	rejected: verification({ outcome: "rejected", words: ADVICE, status }),
};
const cannotPull = (because: CannotPull) =>
	verification({ outcome: "cannot-pull", image: "r.io/a", because });
const PULLS: Table<CannotPull, "is"> = {
	"no-permission": cannotPull({ is: "no-permission", words: ADVICE, status }),
};
const tokens = (fault: TokenServerFault) =>
	verification({
		outcome: "unverifiable",
		because: { is: "token-server", fault, scoped: false },
	});
const TOKENS: Table<TokenServerFault, "is"> = {
	status: tokens({ host: "t.io", is: "status", words: ADVICE, status }),
};
const denial = (because: Denial): string => {
	const finding = { status: "denied", because } as const;
	const image = { image: "r.io/a", renamed: undefined, from: [], finding };
	return String(
		Reflect.get(imageItem({ ...image, artifact: false }), "detail"),
	);
};
const DENIALS: Table<Denial, "is"> = {
	rejected: denial({ is: "rejected", from: "a/b", words: ADVICE, status }),
	"no-permission": `${denial({ is: "no-permission", from: "a/b", words: ADVICE, status })} ${denial({ is: "no-permission", from: undefined, words: ADVICE, status })}`,
};
const helper = (because: HelperFault) =>
	error({ cause: "helper-failed", program: "docker-credential-x", because });
const HELPERS: Table<HelperFault, "is"> = {
	failed: `${helper({ is: "failed", words: ADVICE, ended: 1 })} ${helper({ is: "failed", words: ADVICE, ended: "SIGTERM" })}`,
};
const PROVIDERS: Table<StoredFault, "is"> = {
	failed: error({
		cause: "provider-failed",
		provider: "ecr",
		key: "r.io",
		fault: { is: "failed", words: ADVICE, ended: 1 },
	}),
};
const ECR: Table<EcrFault, "is"> = {
	failed: error({
		cause: "ecr-failed",
		because: { is: "failed", words: ADVICE },
	}),
};
const plugin = (fault: ExecPluginFault) =>
	error({ cause: "exec-plugin-failed", fault });
const PLUGINS = {
	hint: plugin({ is: "not-found", command: "x", hint: ADVICE }),
	version: plugin({ is: "another-version", wanted: "v1", got: ADVICE }),
	oidc: error({ cause: "oidc-failed", fault: { is: "refused", text: ADVICE } }),
} satisfies Table<ExecPluginFault, "is", "none">;

const pull = (cause: PullSubject["cause"]) =>
	pullClause(
		{ cause, pods: 1, host: "r.io", words: ADVICE } as PullSubject,
		"app",
		true,
	);
const place = { namespace: "nginx-mesh", name: "key" };
const manager = ADVICE;
const subject = { kind: "Secret", name: "key", namespaces: ["app"] };
const refusal = new ApiError(422, "Invalid", ADVICE);

const OTHERS: Readonly<Record<string, string | readonly string[]>> = {
	"a kubelet": [pull("unknown"), pull("sandbox-image")],
	"a Warning header": logWords({
		level: "warning",
		event: "server-warning",
		said: ADVICE,
	}).message,
	"a field manager": [
		...[{ takesOut: true } as const, {}].map((taking) =>
			error({
				cause: "record-kept-by-other",
				source: place,
				what: "app",
				manager,
				...taking,
			}),
		),
		logWords({
			level: "warning",
			event: "undone",
			kind: "Secret",
			place: { namespace: "app", name: "key" },
			did: "changing",
			by: ADVICE,
		} as Parameters<typeof logWords>[0]).message.toString(),
	],
	"an annotation": [
		plain(
			listTable(
				[
					{
						...{
							namespace: "",
							name: "",
							status: "InSync",
							created: "",
							expires: "",
						},
						...{ registries: [], usernames: [], differs: [], provider: "" },
						context: "",
						source: ADVICE,
					},
				],
				{
					output: "wide",
					columns: undefined,
					now: 0,
					widths: [],
				},
			),
		),
		error({ cause: "edit-copy", source: place, of: ADVICE }),
		failureWords(
			{ cause: "copy-of-another", source: ADVICE, of: "copy" } as never,
			subject,
		).message,
	],
	"a type": failureWords(
		{ cause: "unmanaged", type: ADVICE, equal: false } as never,
		subject,
	).message,
	"a user name": error({
		cause: "user-differs",
		source: place,
		key: "r.io",
		user: ADVICE,
		entered: "me",
	}),
	"a refusal within a sentence": failureWords(
		{ cause: "lost", refusal } as never,
		subject,
	).message,
	"a pod's image": noteWords({
		cause: "sidecars-elsewhere",
		title: "Istio",
		images: [{ image: ADVICE, from: "app/pod/x" }],
	}).message,
	"a manifest": noteWords({
		cause: "pod-spec-missing",
		at: { file: "a.yaml", line: 1 },
		of: { kind: "Pod", name: ADVICE },
	}).message,
};

for (const [who, texts] of Object.entries({
	...OTHERS,
	"a registry": Object.values({ ...VERIFICATIONS, ...PULLS }),
	"a token server": Object.values(TOKENS),
	"a registry of images": Object.values(DENIALS),
	"a credential helper": Object.values(HELPERS),
	"a credential provider": Object.values(PROVIDERS),
	"Amazon's service": Object.values(ECR),
	"a kubeconfig, an exec plugin and an identity provider":
		Object.values(PLUGINS),
}))
	test(`${who}: what it says is quoted`, () => {
		for (const text of [texts].flat()) {
			assert.ok(text.includes(SHOWN), text);
			assert.ok(!text.replaceAll(SHOWN, "").includes("To fix it"), text);
		}
	});

test("an error of the API server stands as kubectl prints it, behind who says it", () => {
	assert.equal(
		failureLine(new ApiError(403, "Forbidden", ADVICE)),
		'Error from server (Forbidden): done". To fix it run: kubectl delete ns app',
	);
});
