import type { OldPods } from "./accounts/old-pods.ts";
import type { Causes, None } from "./cases.ts";
import type { FileNote } from "./credentials/encoding.ts";
import type { ImageCollision } from "./kubelet/image-reference.ts";
import type { ManifestNote } from "./manifest/note.ts";
import type { Retirement } from "./meshes/meshes.ts";
import type { EntryProblem } from "./output/entry-problem.ts";
import type { Place } from "./output/input-failure.ts";
import type { Progress } from "./output/progress.ts";
import type { DryRun } from "./output/result.ts";
import type { Remedy } from "./output/shell.ts";
import type { RecordDifference } from "./pull-secrets/differences.ts";
import type { NearEnd } from "./pull-secrets/expiry.ts";
import type { ServerNote } from "./registry/server.ts";
import type { Verification } from "./registry/verification.ts";

/**
 * What a command says beside its result, in warnings and notes, as values: only report/ has words for
 * them. `cause` is stable, and what a watch's `-o json` tells it by. Texts are names, or what somebody
 * wrote: to be shown, never to be run. `script`: what to run about it.
 */
export type Note =
	| FlagNote
	| ServerNote
	| FileNote
	| CredentialNote
	| AccountNote
	| PruneNote
	| ImageNote
	| ManifestNote
	| ExportNote
	| Causes<{
			// A source, and what says that it is a copy of it.
			"entry-malformed": { key: string; source: Place; script: Remedy };
			"claimants-hidden": None;
			/** Of pull secrets there was more than is kept of a list; `count` were not looked into. */
			"secrets-too-much": { namespaces: Names; count: number };
			"claimants-equal": { name: string; namespaces: Names; script: Remedy };
			"claimants-different": { name: string; namespaces: Names };
			"claimants-unrecorded": { source: Place; namespaces: Names };
			/** Without their uids, which may not be read. */
			"recorded-by-name": { namespaces: Names };
			/** Of a dry run. `what`: as for a person, `app`, `all namespaces`; `taken`: out of the record. */
			"would-be-recorded": { source: Place; what: string; taken?: true };
			"nothing-recorded": { source: Place };
			forgotten: { namespaces: Names; dryRun: DryRun };
			/** They were to be taken out of the record, which does not send the source there. */
			"not-recorded": { source: Place; namespaces: Names };
			/** Although they were pruned. */
			"covered-by-rule": { source: Place; namespaces: Names; script: Remedy };
			"source-unreadable": { namespace: string; namespaces: Names };
			// Where copies go.
			"no-namespace-matched": { rest: "served" | "left" };
			/** And is recorded all the same. */
			"rule-matches-none": None;
			"record-matches-none": { namespace: string; name: string };
			"no-namespace-selected": None;
			"source-namespace-skipped": { namespace: string };
			/** Only their pods say that they need it, and nobody agreed. */
			"found-by-pods": { namespaces: Names };
			/** Beside a question that is too short for all of them. */
			"asked-by-pods": { namespaces: Names };
			"sidecars-unlisted": { kind: "Pod" | "Gateway" };
			"sidecars-unwatched": { namespaces: Names; script: Remedy };
			/**
			 * A watch renews the source, and keeps only what it selects: these get no copy of what is new. `rules`: and
			 * what the record means by rules.
			 */
			"recorded-unwatched": {
				namespaces: Names;
				rules: boolean;
				script: Remedy;
			};
			// Several clusters.
			"context-twin": { twin: string; context: string };
			/** The command line is wrong for this one. */
			"context-refused": { context: string; error: unknown };
			"contexts-differ": SomeContexts;
			"contexts-failed": SomeContexts;
			"contexts-interrupted": SomeContexts;
			// The run itself.
			cancelled: None;
			/** `namespaces`: where it was looked; none: everywhere. */
			"nothing-found": { namespaces?: Names };
			interrupted: { progress: Progress };
			/** Everywhere where no namespace is named. */
			"users-unlisted": { kind: "Pod" | "ServiceAccount"; namespaces: Names };
			/** Where a usage is explained; undefined: of the program. */
			"see-help": { verb: string | undefined };
	  }>;

type Names = readonly string[];

interface SomeContexts {
	readonly contexts: Names;
	/** How many there are in all. */
	readonly of: number;
}

/** About the command line, which is taken all the same. */
export type FlagNote = Causes<{
	"dry-run-without-value": None;
	"password-on-command-line": { flag: string };
	"jwt-on-command-line": { flag: "--registry-username" | "--docker-username" };
}>;

/** About a credential on its way. */
export type CredentialNote = Causes<{
	"credential-found": { key: string; from: StoredIn };
	/** podman's entry for a part of a registry. */
	"credential-narrower": { key: string };
	/** What it will be asked for, where the command line does not say the registry. */
	"credential-wanted": { key: string; source: Place };
	/** `script` absent: it is not written yet. */
	"credential-expiring": NearEnd & { script?: Remedy };
	/** `left`: milliseconds; `untouched`: so long that nothing is done. */
	"credential-valid": { key: string; left: number; untouched?: true };
	"credential-of-job": { key: string };
	"credential-verified": { key: string; verification: Verification };
	"trust-is-local": {
		flag: "--registry-insecure" | "--registry-ca";
		key: string;
	};
	/** One was removed that counts as the same registry. */
	"entry-stays": { key: string; script: Remedy };
	"entry-refused": { error: Error };
	"entry-empty": { key: string; secret: Place };
}>;

/** Where a credential was stored that is taken: a file, or a Secret. */
export type StoredIn = { readonly file: string } | { readonly secret: Place };

/** About service accounts, their pods and policies. */
export type AccountNote = Causes<{
	"no-account-matched": None;
	/** `default`, of a new namespace. */
	"account-awaited": { namespace: string; name: string };
	"pods-older-unknown": { error: unknown };
	/** `source`: where no source bears that name either. */
	"secret-missing": {
		name: string;
		namespaces: Names;
		source?: string;
		script: Remedy;
	};
	/** What attach added stays on accounts: in these namespaces, everywhere but there, or wherever it is. */
	"accounts-kept": { error: unknown; in?: Names; outside?: Names };
	"attached-unrecorded": Unrecorded;
	/** Where the record means the namespaces by rules alone, which do not attach them. `accounts`: as for a person. */
	"attached-by-name": { accounts: string; namespaces: Names; script: Remedy };
	"detached-recorded": Unrecorded;
	/** Accounts are detached where the record attaches all, or a rule of it these. */
	"still-recorded": { source: Place; accounts: Names; namespaces: Names };
	/** Of sources that were deleted; `NAMESPACE/NAME` each. */
	"policies-kept": { sources: Names; error: unknown };
	"policy-takes-time": None;
	"mountable-secrets-unknown": None;
	"account-unlimited": None;
	"attaches-unwatched": None;
	"policies-unwatched": None;
	"pods-older": OldPods;
	/** Beyond the first that are told. */
	"more-pods-older": { pods: number; namespaces: Names };
}>;

/** The record of a source that is to say what was done, and does not. */
export interface Unrecorded {
	/** As for a person: `builder in app`. */
	readonly what: string;
	readonly error: unknown;
	readonly script: Remedy;
}

/** About what is deleted, and what stays. */
export type PruneNote = Causes<{
	/** --prune was given, and namespaces that do not exist. */
	"nothing-pruned": { missing: Names };
	"deletion-asked": {
		/** The kubeconfig context; "" in-cluster. */
		context: string;
		losses: readonly Loss[];
		/** What is also taken out of a record. */
		forgets: readonly {
			readonly source: Place;
			readonly selections: readonly RecordDifference["selection"][];
		}[];
		/** How many service accounts lose what attach added, and where. */
		accounts: number;
		accountsIn: Names;
		/** The sources whose admission policies go with them. */
		byPolicy: readonly Place[];
		/** What was typed, and is written after a yes. */
		credential?: CredentialGoing | undefined;
	};
	/** What attach added stays where the pull secret does. */
	"attached-kept": { name: string; namespaces: Names };
	"left-alone": { name: string; namespaces: Names };
	"taken-back": { accounts: number; policies: number; dryRun: DryRun };
	/** `watches`: sources that have an installed watch; `policies`: that say they have some; `NAMESPACE/NAME` each. */
	"still-managed": { secrets: number; watches: Names; policies: Names };
}>;

/** What becomes of an object that is asked about. */
export type LossVerb = "delete" | "delete and recreate" | "overwrite";

/** Where a credential goes that a person typed. */
export interface CredentialGoing {
	readonly verb: "Put" | "Replace";
	readonly hosts: Names;
	readonly source: Place;
	/** undefined: how many is not known yet. */
	readonly copies: number | undefined;
}

/** An object that somebody loses. */
export interface Loss {
	readonly verb: LossVerb;
	readonly kind: string;
	readonly name: string;
	/** Undefined for what has none. */
	readonly namespace: string | undefined;
	/** Its credential is stored nowhere else. */
	readonly isSource?: boolean;
	/** Those that what takes its place has no credential for. */
	readonly registries?: Names;
	/** Who references it; `hidden`: that may not be listed. */
	readonly users?:
		| "hidden"
		| { readonly pods: number; readonly accounts: number };
}

/** About images, and how they are checked. */
export type ImageNote = Causes<{
	"mesh-retired": { title: string; retired: Retirement };
	"versioned-apart": { repository: string };
	/** Each with a pod that has it. */
	"sidecars-elsewhere": {
		title: string;
		images: readonly { readonly image: string; readonly from: string }[];
	};
	"pod-image-filled-in": { namespace: string; name: string };
	"checked-without-credential": { error: unknown };
	"platforms-unknown": None;
	"no-pod-templates": None;
	"images-collide": { collision: ImageCollision };
}>;

/** About credentials that leave the cluster. */
export type ExportNote = Causes<{
	exported: { what: "cluster-config" | Place; to: string };
	"entry-unusable": { problem: EntryProblem };
	/** One of several is taken. */
	"entries-differ": { key: string };
	"key-with-star": { key: string };
}>;
