import type { Causes, None } from "../cases.ts";
import { groupsBy, partition } from "../groups.ts";
import type { PullReport } from "../kubelet/pull-report.ts";
import { compare } from "../order.ts";
import type { EntryProblem } from "../output/entry-problem.ts";
import type { RecordFault, SourceFailure } from "../output/failure.ts";
import { merged, type Script } from "../output/shell.ts";
import type { ContentFault } from "../pull-secrets/content-fault.ts";
import type { Manager } from "../pull-secrets/managers.ts";
import type { Verification } from "../registry/verification.ts";
import type { Blocked } from "./blocked.ts";
import type { Access, PodFacts, Readable } from "./facts.ts";
import type { ProblemKind, PullProblem } from "./pull-diagnosis.ts";

/** The groups of `check`, in their order. */
export const GROUPS = [
	"credentials",
	"copies",
	"service accounts",
	"permissions",
	"pods",
] as const;

export type Group = (typeof GROUPS)[number];

/** `problem`: something does not work, or could not be looked at. `note`: worth knowing, nothing to do. */
export type Severity = "ok" | "note" | "warning" | "problem";

/** What makes pods, and those of its pods that a finding is about. */
export interface Workload {
	/** As Kubernetes spells it: `Deployment`; `Pod` for one that nothing makes again. */
	readonly kind: string;
	readonly name: string;
	readonly namespace: string;
	readonly pods: readonly string[];
	/** As the pods write them. */
	readonly images: readonly string[];
}

/** What would give a credential to namespaces that its source's record does not name. */
export interface Giving {
	readonly namespaces: readonly string[];
	readonly script: Script;
}

/** One thing that `check` found. report/ words it. */
export interface Finding {
	readonly group: Group;
	readonly severity: Severity;
	readonly about: Subject;
	/** Sorted. */
	readonly namespaces: readonly string[];
	readonly workloads: readonly Workload[];
	/** What fixes it; undefined where no command can. */
	readonly fix: Script | undefined;
	/** What would fix the rest of it, and give a credential to whom the admin did not send it. */
	readonly gives: readonly Giving[];
	readonly look: Script | undefined;
}

/** What a finding is about, told apart by `cause`, which is also what scripts go by. Texts are free text. */
export type Subject =
	| Causes<{
			"source-missing": { failure: SourceFailure };
			/** `ref`: `NAMESPACE/NAME`; `hosts` as people call them. */
			"well-formed": {
				ref: string;
				hosts: readonly string[];
				/** Names of what renews its credentials, as the source says: free text. */
				providers: readonly string[];
			};
			"invalid-content": { ref: string; fault: ContentFault };
			"invalid-entry": { ref: string; problem: EntryProblem };
			verification: {
				ref: string;
				key: string;
				verification: Verification;
			};
			/** Secrets that call themselves sources outside the source namespace. */
			"other-sources": { refs: readonly string[] };
			"no-record": { ref: string };
			"record-fault": { ref: string; fault: RecordFault };
			/** `count` copies are what their records say. */
			copies: { count: number };
			"copy-missing": { ref: string };
			"copy-drifted": { ref: string };
			"copy-blocked": { ref: string; blocked: Blocked };
			/** Recorded namespaces that were made again, or are not there. */
			"namespace-made-again": { ref: string };
			"namespace-gone": { ref: string };
			/** Secrets that say that they are copies, of what the record does not know. */
			claimants: {
				of: string;
				/** Whether the content is the source's; undefined where that is not known. */
				same: boolean | undefined;
				/** The source that they name is not there. */
				orphaned: boolean;
			};
			accounts: { count: number };
			"attachment-lost": {
				accounts: readonly string[];
				secret: string;
				/** It was there; else the record alone says that it is to be. */
				taken: boolean;
			};
			/** Recorded as attached, and not there. */
			"account-gone": { accounts: readonly string[]; ref: string };
			"account-lacks-secret": {
				accounts: readonly string[];
				secret: string;
				pods: number;
			};
			dangling: {
				accounts: readonly string[];
				secrets: readonly string[];
			};
			"secrets-enforced": {
				accounts: readonly string[];
				secrets: readonly string[];
			};
			/** Pods of the recorded namespaces get the pull secret by admission policies. */
			policies: { ref: string };
			"policy-unsupported": { ref: string };
			/** Accounts whose pods the API server refuses once a policy adds the pull secret. */
			"policy-refuses": { accounts: readonly string[]; secret: string };
			/** Pods that were made after the policies, and did not get it. */
			"policy-without-effect": { ref: string; pods: number };
			"credential-provider": { accounts: readonly string[]; provider: string };
			permitted: None;
			/** What this user may not do, and what therefore was not looked at. */
			"not-allowed": { denied: readonly Access[]; unread: readonly Readable[] };
			unreadable: {
				what: Readable;
				error: unknown;
				/** Not allowed in all namespaces: `-n` may help. */
				narrower: boolean;
			};
			/** Nothing could be looked at; `message` is the whole line. */
			"cluster-failed": { message: string };
			"no-pod-waits": { count: number };
			"secret-missing-runs": { secrets: readonly string[]; pods: number };
			"would-not-restart": { hosts: readonly string[]; pods: number };
	  }>
	| {
			readonly cause: "expired" | "expiring";
			readonly ref: string;
			readonly key: string;
			/** Milliseconds since 1970. */
			readonly at: number;
			/** The name of what renews it, as the source says: free text; "" where it names none. */
			readonly provider: string;
	  }
	/** Of the policies that bear a source's names: `names` as kubectl shows them, KIND/NAME. */
	| {
			readonly cause:
				| "policy-missing"
				| "policy-edited"
				| "policy-surplus"
				| "policy-of-another";
			readonly ref: string;
			readonly names: readonly string[];
	  }
	| PullSubject;

/** What of pods that cannot pull no command puts right. */
export interface Unfixed {
	/** What writes the Secret again. */
	readonly controller: Manager | undefined;
	/** What is in the place of copies that the pods would pull with. */
	readonly blocked: readonly Blocked[];
	/** Pods that nothing makes again: to be deleted and created. */
	readonly left: readonly PodFacts[];
	/** Pods that what makes them would make without the pull secret: it lists others itself. */
	readonly listed: {
		readonly pods: readonly PodFacts[];
		readonly secret: string;
	};
	/** Pods whose service accounts are not there, so that nothing makes such pods again. */
	readonly stranded: readonly PodFacts[];
}

/** What is known of pods that cannot pull, alike in cause. */
export interface PullSubject
	extends Unfixed,
		Pick<PullReport, "asked" | "words">,
		Pick<PullProblem, "host" | "near" | "hint"> {
	readonly cause: ProblemKind;
	readonly pods: number;
	/** `NAMESPACE/NAME`, or NAME where it is one of several namespaces; "" where it is about none. */
	readonly secret: string;
	/** The credential provider that may answer for the pods' accounts. */
	readonly provider: string | undefined;
	/** Milliseconds since the credential changed, where that was after the last attempt. */
	readonly changedAgo: number | undefined;
	/** Secrets that the pods reference instead, as `NAMESPACE/NAME`, and that are not there. */
	readonly missing: readonly string[];
}

/** A finding with what is usual left out. */
export function finding(
	group: Group,
	severity: Severity,
	said: Pick<Finding, "about"> & Partial<Finding>,
): Finding {
	return {
		group,
		severity,
		namespaces: [],
		workloads: [],
		fix: undefined,
		gives: [],
		look: undefined,
		...said,
	};
}

/** Pods by what makes them, with those of their images that a finding is about; all where none are named. */
export function workloadsOf(
	found: readonly {
		readonly pod: PodFacts;
		readonly images?: readonly string[];
	}[],
): Workload[] {
	const keyOf = ({ pod: { namespace, restart } }: { pod: PodFacts }) =>
		JSON.stringify([namespace, restart.kind, restart.name]);
	const groups = groupsBy(found, keyOf).toSorted(([a], [b]) =>
		compare(keyOf(a), keyOf(b)),
	);
	return groups.map((group) => {
		const [{ pod }] = group;
		return {
			kind: pod.restart.kind,
			name: pod.restart.name,
			namespace: pod.namespace,
			pods: unique(group.map(({ pod: one }) => one.name)),
			images: unique(group.flatMap(({ pod, images = pod.images }) => images)),
		};
	});
}

/** What would give a credential to namespaces; nothing where there are none, or no command can. */
export function giving(
	namespaces: readonly string[],
	script: Script | undefined,
): Giving[] {
	return script === undefined || namespaces.length === 0
		? []
		: [{ namespaces, script }];
}

/** Whether everything could be looked at and nothing is wrong; warnings may be. */
export function isWell(findings: readonly Finding[]): boolean {
	return findings.every(({ severity }) => severity !== "problem");
}

/**
 * What fixes the findings, each call once, in their order; first what takes over Secrets that say what
 * the source says, as no more do once that has another credential.
 */
export function fixesOf(findings: readonly Finding[]): Script {
	const adopts = ({ about }: Finding): boolean =>
		about.cause === "copy-blocked";
	const ordered = partition(findings, adopts).flat();
	return merged(ordered.flatMap(({ fix }) => (fix ? [fix] : [])));
}

/**
 * What of it this program runs itself. A person runs kubectl's: they make pods
 * again, and enters credentials for other namespaces than the source's. What gives a credential away is never
 * among the fixes.
 */
export function ownFixes(findings: readonly Finding[]): Script {
	return fixesOf(findings).filter(
		({ program, byHand }) =>
			program === "kubectl meshreg" && byHand === undefined,
	);
}

/** Sorted, each once. */
export function unique(texts: readonly string[]): string[] {
	return [...new Set(texts)].sort();
}
