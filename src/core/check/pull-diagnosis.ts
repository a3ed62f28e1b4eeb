import { registryServerOf } from "../explain/explanation.ts";
import type { PullCause } from "../kubelet/pull-failures.ts";
import { type PullReport, readPull } from "../kubelet/pull-report.ts";
import type { PodFacts } from "./facts.ts";
import type { Keyrings } from "./keyrings.ts";

/** Why a pod cannot pull, told apart by what its own pull Secrets say. */
export type ProblemKind =
	| Exclude<
			PullCause,
			"missing-secret" | "no-credentials" | "denied" | "unauthorized"
	  >
	/** Its namespace has no Secret that would do, and the source would. */
	| "no-secret"
	/** It names a Secret that is not there. */
	| "secret-missing"
	/** A Secret of its namespace would do, and neither it nor its account names it. */
	| "not-attached"
	/** What it needs was given to its account or written after it was made. */
	| "pod-older"
	/** No pull Secret that is known has a key for the registry. */
	| "no-key"
	/** The credential is tried; the registry gives no right, or has no such repository. */
	| "no-right";

export type PullProblem = {
	readonly kind: ProblemKind;
	readonly pod: PodFacts;
	readonly image: string;
	/** As `--registry-server` takes it; "" for what is no image reference. */
	readonly host: string;
	/** What the kubelet says about it. */
	readonly report: PullReport;
	/** `NAMESPACE/NAME` of the Secret that it is about; "" where it is about none. */
	readonly secret: string;
};

/** Everything that the waiting containers of the pods wait for, one problem for each image of a pod. */
export function diagnose(keyrings: Keyrings): PullProblem[] {
	return keyrings.facts.pods.flatMap((pod) => {
		const reports = pod.waiting.map((waiting) =>
			readPull(waiting, pod.events, pod.images, pod.secrets),
		);
		const images = new Map(reports.map((report) => [report.image, report]));
		return [...images.values()].map((report) =>
			diagnoseOne(pod, report, keyrings),
		);
	});
}

/** Causes about which the pod's pull Secrets say more than the message. */
const ABOUT_CREDENTIALS: ReadonlySet<PullCause> = new Set([
	"missing-secret",
	"no-credentials",
	"denied",
	"unauthorized",
	"forbidden",
	"rejected",
	"expired-token",
	"never-pull",
	"malformed-secret",
]);

function diagnoseOne(
	pod: PodFacts,
	report: PullReport,
	keyrings: Keyrings,
): PullProblem {
	const { image, cause } = report;
	const problem = (kind: ProblemKind, secret = ""): PullProblem => ({
		kind,
		pod,
		image,
		host: registryServerOf(image) ?? "",
		report,
		secret,
	});
	const answer = keyrings.ask(pod, image);
	if (answer.outcome === "invalid-image") return problem("invalid-reference");
	if (answer.outcome === "malformed")
		return problem("malformed-secret", answer.from);
	if (keyrings.blind || !ABOUT_CREDENTIALS.has(cause))
		return problem(plain(cause));
	const [first] = answer.matches;
	if (first === undefined)
		return withoutMatch(pod, image, keyrings, problem, cause);
	switch (cause) {
		case "rejected":
		case "unauthorized":
			return problem("rejected", first.from);
		case "expired-token":
		case "forbidden":
			return problem(cause, first.from);
		case "denied":
			return problem("no-right", first.from);
		case "never-pull":
			return problem("never-pull");
		default:
			// It was said before the Secret was there; nothing else is wrong.
			return problem("pod-older", first.from);
	}
}

function withoutMatch(
	pod: PodFacts,
	image: string,
	keyrings: Keyrings,
	problem: (kind: ProblemKind, secret?: string) => PullProblem,
	cause: PullCause,
): PullProblem {
	if (cause === "never-pull") return problem("never-pull");
	const [here] = keyrings.wouldMatch(pod.namespace, image);
	if (here !== undefined) {
		const { from } = here.source;
		const name = from.slice(pod.namespace.length + 1);
		return keyrings.accountSecrets(pod).includes(name) &&
			!keyrings.hasOwnList(pod)
			? problem("pod-older", from)
			: problem("not-attached", from);
	}
	const missing = keyrings.missing(pod);
	// A source without a key for the registry would not help where its copy is missing.
	const ours = `${pod.namespace}/${keyrings.facts.source?.name}`;
	if (keyrings.sourceHas(image))
		return missing.includes(ours)
			? problem("secret-missing", ours)
			: problem("no-secret");
	const first = missing.find((ref) => ref !== ours);
	return first === undefined
		? problem("no-key")
		: problem("secret-missing", first);
}

function plain(cause: PullCause): ProblemKind {
	switch (cause) {
		case "missing-secret":
			return "secret-missing";
		case "no-credentials":
		case "denied":
		case "unauthorized":
			return "no-key";
		default:
			return cause;
	}
}
