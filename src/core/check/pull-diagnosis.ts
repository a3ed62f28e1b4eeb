import { rejectionHint } from "../credentials/credential-rules.ts";
import { FILLED_IN, registryServerOf } from "../kubelet/image-reference.ts";
import { type KeyringMatch, normaliseKey } from "../kubelet/keyring.ts";
import type { NearMiss } from "../kubelet/near-miss.ts";
import type { PullCause } from "../kubelet/pull-failures.ts";
import {
	type PullReport,
	readPull,
	sandboxReport,
} from "../kubelet/pull-report.ts";
import type { CredentialFault } from "../output/credential-fault.ts";
import { displayHost } from "../registry/server.ts";
import { withoutCredentials } from "../registry/words.ts";
import { remembered } from "../remembered.ts";
import type { Steps } from "../steps.ts";
import type {
	AccountFacts,
	PodFacts,
	SecretFacts,
	SourceFacts,
} from "./facts.ts";
import type { Keyrings } from "./keyrings.ts";

/** What a problem may be about. */
type Part = "host" | "secret" | "words" | "asked";

/**
 * Why a pod cannot pull, told apart by what its own pull Secrets say; and of each what it is about, so that pods are
 * told together which have that in common.
 */
const KINDS = {
	"malformed-secret": ["secret"],
	"invalid-reference": [],
	"never-pull": [],
	/** Its namespace has no Secret that would do, and a source would. */
	"no-secret": ["host"],
	/** It names a Secret that is not there. */
	"secret-missing": ["host", "secret"],
	/** A Secret of its namespace would do, and neither it nor its account names it. */
	"not-attached": ["host", "secret"],
	/** What it needs was given to its account or written after it was made. */
	"pod-older": ["host", "secret"],
	/** Its account references the Secret, and it does not: it is no older, or has a list of its own. */
	"pod-lacks": ["host", "secret"],
	/** No pull Secret that is known has a key for the registry. */
	"no-key": ["host"],
	/** The registry refuses the pull, and Secrets may not be read: with which credential, if any, is not known. */
	refused: ["host"],
	/** Its entry for the registry holds neither user nor password. */
	"empty-entry": ["host", "secret"],
	rejected: ["host", "secret"],
	"expired-token": ["host", "secret"],
	forbidden: ["host", "secret"],
	/** The credential is tried; the registry gives no right, or has no such repository. */
	"no-right": ["host", "secret"],
	/** What is said is older than the credential: kubelets try again. */
	"retry-pending": ["host", "secret"],
	/** A static pod, which can use no pull Secret. */
	"static-pod": ["host"],
	/** The node cannot pull the sandbox's image, before any of the pod's own. */
	"sandbox-image": ["host", "words"],
	/** Istio's injector was to fill in the image. */
	"not-injected": [],
	"not-found": ["host"],
	"rate-limit": ["host", "secret", "asked"],
	"short-name": [],
	signature: ["host"],
	"pull-qps": [],
	"web-page": ["host", "asked"],
	"registry-error": ["host", "asked"],
	"untrusted-ca": ["host", "asked"],
	"expired-certificate": ["host", "asked"],
	"wrong-certificate-name": ["host", "asked"],
	"plain-http": ["host", "asked"],
	"https-only": ["host", "asked"],
	"tls-handshake": ["host", "asked"],
	"node-proxy": ["host", "asked"],
	unreachable: ["host", "asked"],
	interrupted: ["host", "asked"],
	architecture: [],
	disk: [],
	unknown: ["words"],
} as const satisfies Record<string, readonly Part[]>;

export type ProblemKind = keyof typeof KINDS;

/** What a kind of problem is about. */
export function aboutOf(kind: ProblemKind): readonly Part[] {
	return KINDS[kind];
}

/** Why one image of one pod cannot be pulled. Times are milliseconds since 1970. */
export interface PullProblem {
	readonly kind: ProblemKind;
	readonly pod: PodFacts;
	readonly image: string;
	/** As `--registry-server` takes it; "" for what is no image reference. */
	readonly host: string;
	readonly report: PullReport;
	/** `NAMESPACE/NAME` of the Secret that it is about; "" where it is about none. */
	readonly secret: string;
	/** What a command names to mean the entry of that Secret; the host where there is none. */
	readonly entry: string;
	readonly source: SourceFacts | undefined;
	readonly near: NearMiss | undefined;
	readonly hint: CredentialFault | undefined;
	/** When the credential was last written, where that was after the last attempt. */
	readonly changed: number | undefined;
}

/** Kubelets wait no longer between two attempts, in milliseconds. */
const LONGEST_BACKOFF = 5 * 60_000;

/** Everything that the pods wait for, one problem for each image of a pod. Yields after each image. */
export function* diagnose(keyrings: Keyrings): Steps<PullProblem[]> {
	const problems: PullProblem[] = [];
	for (const pod of keyrings.facts.pods) {
		const sandbox = pod.isStarting ? sandboxReport(pod.events) : undefined;
		if (sandbox !== undefined)
			problems.push(problemOf("sandbox-image", pod, sandbox));
		const reports = new Map<string, PullReport>();
		for (const waiting of pod.waiting) {
			const report = readPull(waiting, pod.events, pod.images, pod.secrets);
			reports.set(report.image, report);
			yield;
		}
		for (const report of reports.values()) {
			problems.push(diagnoseOne(pod, report, keyrings));
			yield;
		}
	}
	return problems;
}

function problemOf(
	kind: ProblemKind,
	pod: PodFacts,
	report: PullReport,
	more: Partial<PullProblem> = {},
): PullProblem {
	const host = registryServerOf(report.image) ?? "";
	return {
		kind,
		pod,
		image: report.image,
		host,
		report,
		secret: "",
		entry: host,
		source: undefined,
		near: undefined,
		hint: undefined,
		changed: undefined,
		...more,
	};
}

/** A registry refused the credential, or that there was none. */
const REFUSALS: ReadonlySet<PullCause> = new Set([
	"no-credentials",
	"denied",
	"unauthorized",
	"forbidden",
	"rejected",
	"expired-token",
]);

/** Causes about which the pod's pull Secrets say more than the message. */
const ABOUT_CREDENTIALS: ReadonlySet<PullCause> = REFUSALS.union(
	new Set(["missing-secret", "never-pull", "malformed-secret"]),
);

/** The registry wants a credential, or another one. */
const WANTS_ANOTHER: ReadonlySet<PullCause> = REFUSALS.union(
	new Set(["rate-limit"]),
);

/** The images of a pod that its kubelet could not pull without a credential, or with the one that it had, as its status says. */
export const refusedImages = remembered(
	({ waiting, images, secrets }: PodFacts): ReadonlySet<string> =>
		new Set(
			waiting
				.map((one) => readPull(one, [], images, secrets))
				.filter(({ cause }) => WANTS_ANOTHER.has(cause))
				.map(({ image }) => image),
		),
);

/** Why a pod's own pull Secrets do not do for an image, as far as they tell: nothing is known of an attempt. */
export function lackOf(
	pod: PodFacts,
	image: string,
	keyrings: Keyrings,
): PullProblem {
	const report: PullReport = {
		image,
		cause: "no-credentials",
		words: "",
		asked: undefined,
		at: undefined,
	};
	return diagnoseOne(pod, report, keyrings);
}

function diagnoseOne(
	pod: PodFacts,
	report: PullReport,
	keyrings: Keyrings,
): PullProblem {
	const { image, cause } = report;
	const problem = (kind: ProblemKind, more: Partial<PullProblem> = {}) =>
		problemOf(kind, pod, report, more);
	if (image === FILLED_IN) return problem("not-injected");
	const answer = keyrings.ask(pod, image);
	if (answer.outcome === "invalid-image") return problem("invalid-reference");
	// The kubelet's words may hold a credential that nothing here has looked at.
	if (answer.outcome === "malformed")
		return answer.overfull
			? problem("unknown", { report: { ...report, words: ALL_HIDDEN } })
			: problem("malformed-secret", { secret: answer.from });
	const [match] = answer.matches;
	const source =
		match === undefined ? keyrings.sourceFor(pod.namespace, image) : undefined;
	const isHere = () => keyrings.wouldMatch(pod.namespace, image) !== undefined;
	// Events go after an hour, and older kubelets write nothing else; and the limit of who pulls without a credential.
	const isLeftOut =
		match === undefined &&
		!pod.isMirror &&
		(cause === "unknown"
			? report.words === "" && (source !== undefined || isHere())
			: cause === "rate-limit" && source === undefined && isHere());
	if (keyrings.blind || !(isLeftOut || ABOUT_CREDENTIALS.has(cause))) {
		return problem(unseen(cause), {
			report: {
				...report,
				words: withoutSecrets(report.words, answer.matches),
			},
			source,
			...(match && { secret: match.from }),
		});
	}
	if (cause === "never-pull") return problem("never-pull");
	// What was asked without a credential of the pod's says nothing about that credential.
	if (match === undefined)
		return pod.isMirror
			? problem("static-pod")
			: withoutMatch(pod, image, keyrings, problem);
	return withMatch(answer.matches, match, keyrings, problem, report, pod);
}

type Problem = (kind: ProblemKind, more?: Partial<PullProblem>) => PullProblem;

function withMatch(
	matches: readonly KeyringMatch[],
	first: KeyringMatch,
	keyrings: Keyrings,
	problem: Problem,
	report: PullReport,
	pod: PodFacts,
): PullProblem {
	const secret = keyrings.secret(first.from);
	const host = registryServerOf(report.image) ?? "";
	const about: Partial<PullProblem> = {
		secret: first.from,
		entry: entryName(first.key, host),
		hint: rejectionHint(first.credential),
	};
	const changed = changedSince(secret, report, pod, keyrings.facts.now);
	if (changed !== undefined)
		return problem("retry-pending", { ...about, changed });
	switch (report.cause) {
		case "rejected":
		case "unauthorized":
			return problem("rejected", about);
		case "expired-token":
		case "forbidden":
			return problem(report.cause, about);
		case "denied":
			return problem("no-right", about);
		default:
			// Nothing is said against the credential: there is none, or the kubelet did not use it.
			return matches.every(({ credential }) => credential.isEmpty)
				? problem("empty-entry", about)
				: problem("unknown", {
						...about,
						report: { ...report, words: withoutSecrets(report.words, matches) },
					});
	}
}

/**
 * When the Secret was last written, where what the kubelet says is from before. Where no event tells
 * when it last tried, that is for as long as a kubelet may wait until it tries again.
 */
function changedSince(
	secret: SecretFacts | undefined,
	{ at }: PullReport,
	pod: PodFacts,
	now: number,
): number | undefined {
	const changed = secret?.changed;
	if (changed === undefined) return undefined;
	if (at !== undefined) return changed > at ? changed : undefined;
	if (pod.created === undefined || pod.created >= changed) return undefined;
	return now - changed < LONGEST_BACKOFF ? changed : undefined;
}

function withoutMatch(
	pod: PodFacts,
	image: string,
	keyrings: Keyrings,
	problem: Problem,
): PullProblem {
	const host = registryServerOf(image) ?? "";
	const here = keyrings.wouldMatch(pod.namespace, image);
	if (here !== undefined) {
		const account = keyrings.account(pod);
		const kind = !account?.secrets.has(here.name)
			? "not-attached"
			: isOlder(pod, here, account) && !keyrings.hasOwnList(pod)
				? "pod-older"
				: "pod-lacks";
		return problem(keyrings.getsByPolicy(pod, here.name) ? "pod-older" : kind, {
			secret: here.source.from,
			source: keyrings.facts.sources.find(
				({ secret }) => secret.name === here.name,
			),
		});
	}
	const missing = keyrings.missing(pod);
	const source = keyrings.sourceFor(pod.namespace, image);
	if (source !== undefined) {
		const copy = `${pod.namespace}/${source.secret.name}`;
		return problem(missing.includes(copy) ? "secret-missing" : "no-secret", {
			secret: copy,
			source,
		});
	}
	// A source without a key for the registry would not help where its copy is missing.
	const sources = keyrings.facts.sources.map(({ secret }) => secret.name);
	const first = missing.find(
		(ref) => !sources.includes(ref.slice(pod.namespace.length + 1)),
	);
	return first === undefined
		? problem("no-key", {
				near: host === "" ? undefined : keyrings.nearest(pod, image),
			})
		: problem("secret-missing", { secret: first });
}

/** Whether the pod was, or may have been, made before the Secret was, or before its account was last changed. */
function isOlder(
	{ created }: PodFacts,
	secret: SecretFacts,
	account: AccountFacts | undefined,
): boolean {
	return (
		created === undefined ||
		account?.changed === undefined ||
		[secret.created, account.changed].some(
			(time) => time !== undefined && created <= time,
		)
	);
}

/** Of a pod whose pull Secrets are not known, or do not matter. */
function unseen(cause: PullCause): ProblemKind {
	switch (cause) {
		case "missing-secret":
			return "secret-missing";
		case "no-credentials":
		case "denied":
		case "unauthorized":
			return "refused";
		default:
			return cause;
	}
}

/** An entry as `--registry-server` names it: the registry, where the key is another spelling of it alone. */
function entryName(key: string, host: string): string {
	const normalised = normaliseKey(key);
	return normalised === undefined ||
		normalised === host ||
		displayHost(key) === host
		? host
		: key;
}

/** Of more credentials than any honest pod has, each would take a tenth of a millisecond to look for, for each pod. */
const MOST_LOOKED_FOR = 16;

/** For words of which nothing can be shown: there are some. */
export const ALL_HIDDEN = "***";

/** The kubelet's words without what it may have tried; nothing of them where that is too much to look for. */
function withoutSecrets(
	words: string,
	matches: readonly KeyringMatch[],
): string {
	const safe =
		matches.length > MOST_LOOKED_FOR
			? ""
			: withoutCredentials(
					words,
					matches.map(({ credential }) => credential),
				);
	return safe === "" && words !== "" ? ALL_HIDDEN : safe;
}
