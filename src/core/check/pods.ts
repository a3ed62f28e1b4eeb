import { groupsBy, type NonEmpty, partition } from "../groups.ts";
import { registryServerOf } from "../kubelet/image-reference.ts";
import { latest } from "../object-times.ts";
import {
	kubectl,
	meshreg,
	objectName,
	type Script,
	sequence,
} from "../output/shell.ts";
import { sourceRef } from "../pull-secrets/pull-secret.ts";
import { displayHost } from "../registry/server.ts";
import type { Steps } from "../steps.ts";
import { byAccounts } from "./accounts.ts";
import { obstacleIn } from "./blocked.ts";
import {
	isUnread,
	type PodFacts,
	type SourceFacts,
	sendingTo,
} from "./facts.ts";
import {
	type Finding,
	finding,
	giving,
	type PullSubject,
	type Severity,
	unique,
	workloadsOf,
} from "./finding.ts";
import type { Keyrings } from "./keyrings.ts";
import { podFix } from "./pod-fixes.ts";
import {
	ALL_HIDDEN,
	aboutOf,
	diagnose,
	type ProblemKind,
	type PullProblem,
} from "./pull-diagnosis.ts";

/** What goes by without anybody's doing. */
const SEVERITIES: Partial<Record<ProblemKind, Severity>> = {
	"retry-pending": "note",
	"pull-qps": "warning",
};

/** Pods that wait for their image, by cause, the most frequent first; pods that run and would not again; and that all is well. */
export function* checkPods(keyrings: Keyrings): Steps<Finding[]> {
	const { facts } = keyrings;
	const groups = groupsBy(yield* diagnose(keyrings), (problem) =>
		groupOf(problem, keyrings),
	);
	const waiting = groups
		.map((group) => groupFinding(group, keyrings))
		.sort((a, b) => podsIn(b) - podsIn(a));
	const running = keyrings.blind
		? []
		: [...(yield* runningWithout(keyrings)), ...missingButRunning(keyrings)];
	if (waiting.length > 0 || isUnread(facts, "pods"))
		return [...waiting, ...running];
	return [
		finding("pods", "ok", {
			about: { cause: "no-pod-waits", count: facts.pods.length },
		}),
		...running,
	];
}

function podsIn({ workloads }: Finding): number {
	return workloads.reduce((sum, { pods }) => sum + pods.length, 0);
}

function groupOf(
	{ kind, host, image, secret, report, pod, source, near }: PullProblem,
	keyrings: Keyrings,
): string {
	const about = aboutOf(kind);
	return JSON.stringify([
		kind,
		about.includes("host") ? host : "",
		// Copies of one name in many namespaces are one cause.
		about.includes("secret") ? secret.slice(secret.indexOf("/") + 1) : "",
		about.includes("words") ? report.words : "",
		about.includes("asked") ? (report.asked ?? "") : "",
		source?.secret.uid ?? "",
		near ?? "",
		keyrings.providerFor(pod, image) ?? "",
		keyrings.secret(secret)?.key.manager ?? "",
	]);
}

function groupFinding(
	group: NonEmpty<PullProblem>,
	keyrings: Keyrings,
): Finding {
	const [first] = group;
	const { kind, host, image, pod, secret, report } = first;
	const pods = [...new Set(group.map((problem) => problem.pod))];
	const namespaces = unique(pods.map(({ namespace }) => namespace));
	const { fix, gives, ...unfixed } = podFix(group, keyrings);
	const changed = latest(group.flatMap((problem) => problem.changed ?? []));
	const about: PullSubject = {
		...unfixed,
		cause: kind,
		pods: pods.length,
		host,
		asked: report.asked,
		secret:
			namespaces.length === 1 ? secret : secret.slice(secret.indexOf("/") + 1),
		words: report.words,
		near: first.near,
		hint: first.hint,
		provider: keyrings.providerFor(pod, image),
		changedAgo:
			changed === undefined ? undefined : keyrings.facts.now - changed,
		missing:
			kind === "pod-lacks" || kind === "not-attached"
				? unique(pods.flatMap((one) => keyrings.missing(one)))
				: [],
	};
	return finding("pods", SEVERITIES[kind] ?? "problem", {
		about,
		namespaces,
		workloads: workloadsOf(
			group.map((problem) => ({ pod: problem.pod, images: [problem.image] })),
		),
		fix,
		gives,
		look: lookAt(kind, pod, image, report.words),
	});
}

/** What says more than the pods' status. */
function lookAt(
	kind: ProblemKind,
	{ namespace, name }: PodFacts,
	image: string,
	words: string,
): Script | undefined {
	const [pod, at] = [objectName(name), objectName(namespace)];
	if (kind === "forbidden" || kind === "no-right")
		return meshreg("explain", image, "-n", at, "--pod", pod, "--verify");
	if (kind === "malformed-secret")
		return meshreg("explain", image, "-n", at, "--pod", pod);
	return kind === "unknown" && (words === "" || words === ALL_HIDDEN)
		? kubectl("describe", "pod", pod, "-n", at)
		: undefined;
}

/**
 * Pods that run with images for which a source has a credential and they have none, on a kubelet that would not
 * take these again, unless they are public.
 */
function* runningWithout(keyrings: Keyrings): Steps<Finding[]> {
	const { facts } = keyrings;
	const { verifying } = facts;
	const found: { pod: PodFacts; source: SourceFacts; images: string[] }[] = [];
	for (const pod of facts.pods) {
		if (pod.isMirror || pod.waiting.length > 0) continue;
		if (verifying !== "all" && !verifying.has(pod.node)) continue;
		const lacking = new Map<SourceFacts, string[]>();
		for (const image of new Set(pod.started)) {
			const source =
				keyrings.providerFor(pod, image) !== undefined ||
				keyrings.has(pod, image) ||
				keyrings.wouldMatch(pod.namespace, image) !== undefined
					? undefined
					: keyrings.sourceFor(pod.namespace, image);
			if (source !== undefined) lacking.getOrInsert(source, []).push(image);
			yield;
		}
		for (const [source, images] of lacking) found.push({ pod, source, images });
	}
	// Each source goes to the pods that lack it, and to no others.
	return groupsBy(found, ({ source }) => sourceRef(source.secret)).map(
		(group) => {
			const [{ source }] = group;
			const pods = [...new Set(group.map(({ pod }) => pod))];
			return finding("pods", "warning", {
				about: {
					cause: "would-not-restart",
					hosts: unique(
						group.flatMap(({ images }) =>
							images.map((image) =>
								displayHost(registryServerOf(image) ?? image),
							),
						),
					),
					pods: pods.length,
				},
				namespaces: unique(pods.map(({ namespace }) => namespace)),
				workloads: workloadsOf(group),
				...sendingCopies(source, pods, keyrings),
			});
		},
	);
}

/** Copies to where they are recorded, and apart from that to where they are not; no pod has to be made again for it now. */
function sendingCopies(
	source: SourceFacts,
	pods: readonly PodFacts[],
	keyrings: Keyrings,
): Pick<Finding, "fix" | "gives"> {
	// What stands in a copy's place is told with the copies.
	const open = pods.filter(
		({ namespace }) =>
			namespace !== source.secret.namespace &&
			obstacleIn(namespace, source.secret, keyrings.facts) === undefined,
	);
	const [served, others] = partition(open, ({ namespace }) =>
		keyrings.isServed(source, namespace),
	);
	const accountsOf = (some: readonly PodFacts[]) =>
		byAccounts(
			some.map((pod) => ({
				namespace: pod.namespace,
				name: keyrings.isAccountGone(pod) ? undefined : pod.account,
			})),
		);
	return {
		fix: sequence(
			accountsOf(served).flatMap(([accounts, at]) =>
				sendingTo(source, at, accounts),
			),
		),
		gives: accountsOf(others).flatMap(([accounts, at]) =>
			giving(at, source.fixes.sync(at, accounts)),
		),
	};
}

/** Pods that run, and name a pull Secret that is not there: kubelets warn of it each time. */
function missingButRunning(keyrings: Keyrings): Finding[] {
	const found = keyrings.facts.pods
		.filter(
			({ waiting, started }) => waiting.length === 0 && started.length > 0,
		)
		.flatMap((pod) => {
			// What the account names is told of the account.
			const account = keyrings.accountSecrets(pod);
			return keyrings
				.missing(pod)
				.map((ref) => ref.slice(pod.namespace.length + 1))
				.filter((name) => !account.has(name))
				.map((name) => ({ pod, name }));
		});
	// A name wherever it stands, and names that the same pods name, once.
	const places = new Map(keyrings.facts.pods.map((pod, at) => [pod, at]));
	const byName = groupsBy(found, ({ name }) => name);
	return groupsBy(byName, (group) =>
		group.map(({ pod }) => places.get(pod)).join(),
	).map((alike) => {
		const [group] = alike;
		return finding("pods", "warning", {
			about: {
				cause: "secret-missing-runs",
				secrets: alike.map(([{ name }]) => name),
				pods: group.length,
			},
			namespaces: unique(group.map(({ pod }) => pod.namespace)),
			workloads: workloadsOf(group),
		});
	});
}
