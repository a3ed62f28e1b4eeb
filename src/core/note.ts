import type { OldPods } from "./accounts/old-pods.ts";
import type { Causes, None } from "./cases.ts";
import type { FileNote } from "./credentials/encoding.ts";
import type { ImageCollision } from "./kubelet/image-reference.ts";
import type { ManifestNote } from "./manifest/note.ts";
import type { Retirement } from "./meshes/meshes.ts";
import type { EntryProblem } from "./output/entry-problem.ts";
import type { Progress } from "./output/progress.ts";
import type { DryRun } from "./output/result.ts";
import type { Script } from "./output/shell.ts";
import type { RecordDifference } from "./pull-secrets/differences.ts";
import type { NearEnd } from "./pull-secrets/expiry.ts";
import type { SourceRef } from "./pull-secrets/source.ts";
import type { ServerNote } from "./registry/server.ts";
import type { Verification } from "./registry/verification.ts";

/**
 * What a command says beside its result, in warnings and notes, as values: only report/ has words for
 * them. `cause` is stable, and what a watch's `-o json` tells it by. Texts are names, or what somebody
 * wrote: to be shown, never to be run. `script`: what to run about it; undefined about names of which no
 * command is printed.
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
			/** It fails every pull with the whole Secret. */
			"entry-malformed": {
				key: string;
				source: SourceRef;
				script: Script | undefined;
			};
			"claimants-hidden": None;
			/** Of pull secrets there was more than is kept of a list; `count` were not looked into. */
			"secrets-too-much": { namespaces: readonly string[]; count: number };
			/** They had the content that the source had. */
			"claimants-equal": {
				name: string;
				namespaces: readonly string[];
				script: Script | undefined;
			};
			"claimants-different": { name: string; namespaces: readonly string[] };
			"claimants-unrecorded": {
				source: SourceRef;
				namespaces: readonly string[];
			};
			/** Without their uids, which may not be read. */
			"recorded-by-name": { namespaces: readonly string[] };
			/** Of a dry run. `what`: as for a person, `app`, `all namespaces`. */
			"would-be-recorded": {
				source: SourceRef;
				what: string;
				/** Out of the record. */
				taken?: true;
			};
			"nothing-recorded": { source: SourceRef };
			forgotten: { namespaces: readonly string[]; dryRun: DryRun };
			/** They were to be taken out of the record, which does not send the source there. */
			"not-recorded": {
				source: SourceRef;
				namespaces: readonly string[];
			};
			/** A rule of the record means them although they were pruned. */
			"covered-by-rule": {
				source: SourceRef;
				namespaces: readonly string[];
				script: Script | undefined;
			};
			/** Whether its record names what is pruned, this user may not know. */
			"source-unreadable": { namespace: string; namespaces: readonly string[] };
			// Where copies go.
			"no-namespace-matched": { rest: "served" | "left" };
			/** And is recorded all the same. */
			"rule-matches-none": None;
			/** What is recorded on this source means no namespace that there is. */
			"record-matches-none": { namespace: string; name: string };
			"no-namespace-selected": None;
			"source-namespace-skipped": { namespace: string };
			/** Only their pods say that they need it, and nobody agreed. */
			"found-by-pods": { namespaces: readonly string[] };
			/** Beside a question that is too short for all of them. */
			"asked-by-pods": { namespaces: readonly string[] };
			/** Those that only these would show are not found. */
			"sidecars-unlisted": { kind: "Pod" | "Gateway" };
			/** Only pods or Gateways ask there, which a watch does not follow. */
			"sidecars-unwatched": {
				namespaces: readonly string[];
				script: Script | undefined;
			};
			/** A watch renews the source, and keeps only what it selects: these get no copy of what is new. */
			"recorded-unwatched": {
				namespaces: readonly string[];
				/** And what the record means by rules. */
				rules: boolean;
				script: Script | undefined;
			};
			// Several clusters.
			/** Two contexts of one cluster and user. */
			"context-twin": { twin: string; context: string };
			/** The command line is wrong for this one. */
			"context-refused": { context: string; error: unknown };
			"contexts-differ": SomeContexts;
			"contexts-failed": SomeContexts;
			"contexts-interrupted": SomeContexts;
			// The run itself.
			cancelled: None;
			/** `namespaces`: where it was looked; none: everywhere. */
			"nothing-found": { namespaces?: readonly string[] };
			interrupted: { progress: Progress };
			/** Those who reference pull secrets are left out, everywhere where no namespace is named. */
			"users-unlisted": {
				kind: "Pod" | "ServiceAccount";
				namespaces: readonly string[];
			};
			/** Where a usage is explained; undefined: of the program. */
			"see-help": { verb: string | undefined };
	  }>;

interface SomeContexts {
	readonly contexts: readonly string[];
	/** How many there are in all. */
	readonly of: number;
}

/** About the command line, which is taken all the same. */
export type FlagNote = Causes<{
	"dry-run-without-value": None;
	/** Others see it. */
	"password-on-command-line": { flag: string };
	"jwt-on-command-line": { flag: "--registry-username" | "--docker-username" };
}>;

/** About a credential on its way. */
export type CredentialNote = Causes<{
	"credential-found": { key: string; from: StoredIn };
	/** podman's entry for a part of a registry. */
	"credential-narrower": { key: string };
	/** What it will be asked for, where the command line does not say the registry. */
	"credential-wanted": { key: string; source: SourceRef };
	"credential-expiring": NearEnd & {
		/** Absent for one that is not written yet. */
		script?: Script | undefined;
	};
	/** `left`: milliseconds. */
	"credential-valid": {
		key: string;
		left: number;
		/** So long that nothing is done. */
		untouched?: true;
	};
	"credential-of-job": { key: string };
	"credential-verified": { key: string; verification: Verification };
	/** What this check trusts, no node does by that. */
	"trust-is-local": {
		flag: "--registry-insecure" | "--registry-ca";
		key: string;
	};
	/** One was removed that counts as the same registry. */
	"entry-stays": { key: string; script: Script | undefined };
	"entry-refused": { error: Error };
	"entry-empty": { key: string; secret: SourceRef };
}>;

/** Where a credential was stored that is taken: a file, or a Secret. */
export type StoredIn =
	| { readonly file: string }
	| { readonly secret: SourceRef };

/** About service accounts, their pods and policies. */
export type AccountNote = Causes<{
	"no-account-matched": None;
	/** `default`, of a new namespace. */
	"account-awaited": { namespace: string; name: string };
	"pods-older-unknown": { error: unknown };
	/** Accounts reference a Secret that is not there. */
	"secret-missing": {
		name: string;
		namespaces: readonly string[];
		/** Where no source bears that name either. */
		source?: string;
		script: Script | undefined;
	};
	/** What attach added stays on accounts: in these namespaces, everywhere but there, or wherever it is. */
	"accounts-kept": {
		error: unknown;
		in?: readonly string[];
		outside?: readonly string[];
	};
	/** Accounts were attached, and the record of the source does not say so. */
	"attached-unrecorded": Unrecorded;
	/** Accounts were attached where the record means the namespaces by rules alone, which do not attach them. */
	"attached-by-name": {
		/** As for a person: `builder`. */
		accounts: string;
		namespaces: readonly string[];
		script: Script | undefined;
	};
	/** Accounts are detached, and the record of the source still says that they are attached. */
	"detached-recorded": Unrecorded;
	/** Accounts are detached where the record attaches all, or a rule of it these. */
	"still-recorded": {
		source: SourceRef;
		accounts: readonly string[];
		namespaces: readonly string[];
	};
	/** The admission policies of sources that were deleted stay; `NAMESPACE/NAME` each. */
	"policies-kept": { sources: readonly string[]; error: unknown };
	"policy-takes-time": None;
	/** Whether pods would be refused is not known. */
	"mountable-secrets-unknown": None;
	/** Nothing keeps the watch's account to pull secrets. */
	"account-unlimited": None;
	/** The record attaches accounts, and the watch is installed without the right to. */
	"attaches-unwatched": None;
	/** The same of policies of `attach --by-policy`. */
	"policies-unwatched": None;
	"pods-older": OldPods;
	/** Beyond the first that are told. */
	"more-pods-older": { pods: number; namespaces: readonly string[] };
}>;

/** The record of a source that is to say what was done, and does not. */
export interface Unrecorded {
	/** As for a person: `builder in app`. */
	readonly what: string;
	readonly error: unknown;
	readonly script: Script | undefined;
}

/** About what is deleted, and what stays. */
export type PruneNote = Causes<{
	/** --prune was given, and namespaces that do not exist. */
	"nothing-pruned": { missing: readonly string[] };
	"deletion-asked": {
		/** The kubeconfig context; "" in-cluster. */
		context: string;
		losses: readonly Loss[];
		/** What is also taken out of a record. */
		forgets: readonly {
			readonly source: SourceRef;
			readonly selections: readonly RecordDifference["selection"][];
		}[];
		/** How many service accounts lose what attach added, and where. */
		accounts: number;
		accountsIn: readonly string[];
		/** The sources whose admission policies go with them. */
		byPolicy: readonly SourceRef[];
		/** What was typed, and is written after a yes. */
		credential?: CredentialGoing | undefined;
	};
	/** What attach added stays where the pull secret does. */
	"attached-kept": { name: string; namespaces: readonly string[] };
	/** Unmanaged Secrets of the name that is pruned. */
	"left-alone": { name: string; namespaces: readonly string[] };
	"taken-back": { accounts: number; policies: number; dryRun: DryRun };
	"still-managed": {
		secrets: number;
		/** Sources that have an installed watch, as `NAMESPACE/NAME`. */
		watches: readonly string[];
		/** Sources that say that they have admission policies, likewise. */
		policies: readonly string[];
	};
}>;

/** What becomes of an object that is asked about. */
export type LossVerb = "delete" | "delete and recreate" | "overwrite";

/** Where a credential goes that a person typed. */
export interface CredentialGoing {
	readonly verb: "Put" | "Replace";
	readonly hosts: readonly string[];
	readonly source: SourceRef;
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
	readonly registries?: readonly string[];
	/** Who references it; `hidden`: that may not be listed. */
	readonly users?:
		| "hidden"
		| { readonly pods: number; readonly accounts: number };
}

/** About images, and how they are checked. */
export type ImageNote = Causes<{
	"mesh-retired": { title: string; retired: Retirement };
	/** It is not tagged as the mesh is. */
	"versioned-apart": { repository: string };
	/** Each with a pod that has it. */
	"sidecars-elsewhere": { title: string; images: readonly string[] };
	"pod-image-filled-in": { namespace: string; name: string };
	"checked-without-credential": { error: unknown };
	"platforms-unknown": None;
	"no-pod-templates": None;
	"images-collide": { collision: ImageCollision };
}>;

/** About credentials that leave the cluster. */
export type ExportNote = Causes<{
	exported: { what: "cluster-config" | SourceRef; to: string };
	"entry-unusable": { problem: EntryProblem };
	/** One of several is taken. */
	"entries-differ": { key: string };
	"key-with-star": { key: string };
}>;
