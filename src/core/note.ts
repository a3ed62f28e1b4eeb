import type { OldPods } from "./accounts/old-pods.ts";
import type { FileNote } from "./credentials/encoding.ts";
import type { ImageCollision } from "./kubelet/image-reference.ts";
import type { ManifestNote } from "./manifest/note.ts";
import type { Retirement } from "./meshes/meshes.ts";
import type { EntryProblem } from "./output/entry-problem.ts";
import type { Failure } from "./output/failure.ts";
import type { Progress } from "./output/progress.ts";
import type { DryRun } from "./output/result.ts";
import type { Script } from "./output/shell.ts";
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
	| SourceNote
	| CopyNote
	| AccountNote
	| PruneNote
	| ImageNote
	| ManifestNote
	| ExportNote
	| ContextNote
	| RunNote;

/** By what a note is told. */
export type NoteCause = Note["cause"];

/** About the command line, which is taken all the same. */
export type FlagNote =
	| { readonly cause: "dry-run-without-value" }
	/** Others see it. */
	| {
			readonly cause: "password-on-command-line";
			readonly flag: "--registry-password" | "--docker-password";
	  }
	| {
			readonly cause: "jwt-on-command-line";
			readonly flag: "--registry-username" | "--docker-username";
	  }
	| { readonly cause: "email-ignored" }
	/** kubectl would write to the context's namespace. */
	| { readonly cause: "namespace-unlike-kubectl" };

/** About a credential on its way. */
export type CredentialNote =
	/** It is one that is stored somewhere. */
	| {
			readonly cause: "credential-found";
			readonly key: string;
			readonly from: StoredIn;
	  }
	/** podman's entry for a part of a registry. */
	| { readonly cause: "credential-narrower"; readonly key: string }
	| {
			readonly cause: "credential-expiring";
			readonly key: string;
			/** Milliseconds since 1970. */
			readonly at: number;
			readonly isOver: boolean;
			/** Absent for one that is not written yet. */
			readonly script?: Script | undefined;
	  }
	/** `left`: milliseconds. */
	| {
			readonly cause: "credential-valid";
			readonly key: string;
			readonly left: number;
			/** So long that nothing is done. */
			readonly untouched?: true;
	  }
	/** A token of a CI job. */
	| { readonly cause: "credential-of-job"; readonly key: string }
	| {
			readonly cause: "credential-verified";
			readonly key: string;
			readonly verification: Verification;
	  }
	/** What this check trusts, no node does by that. */
	| {
			readonly cause: "trust-is-local";
			readonly flag: "--registry-insecure" | "--registry-ca";
			readonly key: string;
	  }
	/** What a person entered is not taken. */
	| { readonly cause: "entry-refused"; readonly error: Error }
	/** An entry of a Secret, that carries nothing. */
	| {
			readonly cause: "entry-empty";
			readonly key: string;
			readonly secret: SourceRef;
	  };

/** Where a credential stood. */
export type StoredIn =
	| { readonly file: string }
	| { readonly secret: SourceRef };

/** About a source, and what says that it is a copy of it. */
export type SourceNote =
	/** It fails every pull with the whole Secret. */
	| {
			readonly cause: "entry-malformed";
			readonly key: string;
			readonly source: SourceRef;
			readonly script: Script | undefined;
	  }
	| { readonly cause: "claimants-hidden" }
	/** Of pull secrets there was more than is kept of a list; `count` were not looked into. */
	| {
			readonly cause: "secrets-too-much";
			readonly namespaces: readonly string[];
			readonly count: number;
	  }
	/** They had the content that the source had. */
	| {
			readonly cause: "claimants-equal";
			readonly name: string;
			readonly namespaces: readonly string[];
			readonly script: Script | undefined;
	  }
	| {
			readonly cause: "claimants-different";
			readonly name: string;
			readonly namespaces: readonly string[];
	  }
	| {
			readonly cause: "claimants-unrecorded";
			readonly source: SourceRef;
			readonly namespaces: readonly string[];
	  }
	/** Without their uids, which may not be read. */
	| {
			readonly cause: "recorded-by-name";
			readonly namespaces: readonly string[];
	  }
	/** Of a dry run. `what`: as for a person, `app`, `all namespaces`. */
	| {
			readonly cause: "would-be-recorded";
			readonly source: SourceRef;
			readonly what: string;
	  }
	| { readonly cause: "nothing-recorded"; readonly source: SourceRef }
	/** Taken out of the record. */
	| { readonly cause: "forgotten"; readonly namespaces: readonly string[] }
	/** They were to be taken out of the record, which does not send the source there. */
	| {
			readonly cause: "not-recorded";
			readonly source: SourceRef;
			readonly namespaces: readonly string[];
	  }
	/** A rule of the record means them although they were pruned. */
	| {
			readonly cause: "covered-by-rule";
			readonly source: SourceRef;
			readonly namespaces: readonly string[];
			readonly script: Script | undefined;
	  }
	/** Whether its record names what is pruned, this user may not know. */
	| {
			readonly cause: "source-unreadable";
			readonly namespace: string;
			readonly namespaces: readonly string[];
	  };

/** About where copies go. */
export type CopyNote =
	| { readonly cause: "no-namespace-matched" }
	/** What is recorded on this source means no namespace that there is. */
	| {
			readonly cause: "record-matches-none";
			readonly namespace: string;
			readonly name: string;
	  }
	| { readonly cause: "no-namespace-selected" }
	/** The source's own namespace. */
	| { readonly cause: "source-namespace-skipped"; readonly namespace: string }
	/** Only their pods say that they need it, and nobody agreed. */
	| { readonly cause: "found-by-pods"; readonly namespaces: readonly string[] }
	/** Those that only these would show are not found. */
	| {
			readonly cause: "sidecars-unlisted";
			readonly kind: "Pod" | "Gateway";
	  }
	/** Only pods or Gateways ask there, which a watch does not follow. */
	| {
			readonly cause: "sidecars-unwatched";
			readonly namespaces: readonly string[];
			readonly script: Script | undefined;
	  }
	/** A watch renews the source, and keeps only what it selects: these get no copy of what is new. */
	| {
			readonly cause: "recorded-unwatched";
			readonly namespaces: readonly string[];
			/** And what the record means by rules. */
			readonly rules: boolean;
			readonly script: Script | undefined;
	  };

/** About service accounts, their pods and policies. */
export type AccountNote =
	| { readonly cause: "no-account-matched" }
	/** `default`, of a new namespace. */
	| {
			readonly cause: "account-awaited";
			readonly namespace: string;
			readonly name: string;
	  }
	| ({ readonly cause: "pods-older" } & OldPods)
	| { readonly cause: "pods-older-unknown"; readonly error: unknown }
	/** Accounts reference a Secret that is not there. */
	| {
			readonly cause: "secret-missing";
			readonly name: string;
			readonly namespaces: readonly string[];
			readonly script: Script | undefined;
	  }
	/** What attach added stays on accounts. */
	| { readonly cause: "accounts-kept"; readonly error: unknown }
	/** Accounts were attached, and the record of the source does not say so. */
	| {
			readonly cause: "attached-unrecorded";
			readonly source: SourceRef;
			/** As for a person: `builder in app`. */
			readonly what: string;
			readonly why: Failure;
			/** What records them, for who may. */
			readonly script: Script | undefined;
	  }
	/** Accounts are detached, and the record of the source still says that they are attached. */
	| {
			readonly cause: "detached-recorded";
			readonly source: SourceRef;
			readonly what: string;
			readonly why: Failure;
			/** What takes them out of it, for who may. */
			readonly script: Script | undefined;
	  }
	/** Some accounts are detached where the record attaches all. */
	| {
			readonly cause: "all-recorded";
			readonly source: SourceRef;
			readonly accounts: readonly string[];
			/** As for a person: `app`, `all namespaces`. */
			readonly where: string;
			/** What ends that. */
			readonly script: Script | undefined;
	  }
	/** Accounts are detached in namespaces where a rule of the record attaches them. */
	| {
			readonly cause: "attached-by-rule";
			readonly source: SourceRef;
			readonly accounts: readonly string[];
			readonly namespaces: readonly string[];
	  }
	/** The admission policies of a source that was deleted stay. */
	| {
			readonly cause: "policies-kept";
			readonly source: SourceRef;
			readonly error: unknown;
	  }
	/** The API server takes some time to know a policy. */
	| { readonly cause: "policy-takes-time" }
	/** Whether pods would be refused is not known. */
	| { readonly cause: "mountable-secrets-unknown" }
	/** Nothing keeps the watch's account to pull secrets. */
	| { readonly cause: "account-unlimited" };

/** About what is deleted, and what stays. */
export type PruneNote =
	| {
			/** What a person is asked about. */
			readonly cause: "deletion-asked";
			/** The kubeconfig context; "" in-cluster. */
			readonly context: string;
			readonly losses: readonly Loss[];
			/** Names that are also taken out of a record. */
			readonly forgets: readonly {
				readonly source: SourceRef;
				readonly namespaces: readonly string[];
			}[];
	  }
	/** What attach had added, and is gone. */
	| {
			readonly cause: "taken-back";
			readonly accounts: number;
			readonly policies: number;
			readonly dryRun: DryRun;
	  }
	| {
			readonly cause: "still-managed";
			/** How many other pull secrets. */
			readonly secrets: number;
			/** The namespaces of installed watches. */
			readonly watches: readonly string[];
			/** Sources that have admission policies. */
			readonly policies: readonly SourceRef[];
	  };

/** What becomes of an object that is asked about. */
export type LossVerb = "delete" | "delete and recreate" | "overwrite";

/** An object that somebody loses. */
export interface Loss {
	readonly verb: LossVerb;
	readonly kind: string;
	readonly name: string;
	/** Undefined for what has none. */
	readonly namespace: string | undefined;
	/** Its credential is stored nowhere else. */
	readonly isSource?: boolean;
	/** Who references it; `hidden`: that may not be listed. */
	readonly users?:
		| "hidden"
		| { readonly pods: number; readonly accounts: number };
}

/** About images, and how they are checked. */
export type ImageNote =
	| {
			readonly cause: "mesh-retired";
			readonly title: string;
			readonly retired: Retirement;
	  }
	/** It is not tagged as the mesh is. */
	| { readonly cause: "versioned-apart"; readonly repository: string }
	| {
			readonly cause: "pod-image-filled-in";
			readonly namespace: string;
			readonly name: string;
	  }
	| {
			readonly cause: "checked-without-credential";
			readonly because:
				| { readonly is: "no-cluster" }
				| { readonly is: "missing" | "forbidden"; readonly source: SourceRef }
				| { readonly is: "unanswered" };
	  }
	| { readonly cause: "platforms-unknown" }
	| { readonly cause: "no-pod-templates" }
	/** Several images would get one name. */
	| { readonly cause: "images-collide"; readonly collision: ImageCollision };

/** About credentials that leave the cluster. */
export type ExportNote =
	| {
			readonly cause: "exported";
			readonly what: "cluster-config" | SourceRef;
			/** The path of the file. */
			readonly to: string;
	  }
	| { readonly cause: "entry-left-out"; readonly problem: EntryProblem }
	/** One of several is taken. */
	| { readonly cause: "entries-differ"; readonly key: string }
	/** Only kubelets read a key with stars. */
	| { readonly cause: "key-with-star"; readonly key: string };

/** About several clusters. */
export type ContextNote =
	/** Two contexts of one cluster and user. */
	| {
			readonly cause: "context-twin";
			readonly twin: string;
			readonly context: string;
	  }
	| {
			readonly cause:
				| "contexts-differ"
				| "contexts-failed"
				| "contexts-interrupted";
			readonly contexts: readonly string[];
			/** How many there are in all. */
			readonly of: number;
	  }
	/** The command line is wrong for this one. */
	| {
			readonly cause: "context-refused";
			readonly context: string;
			readonly error: unknown;
	  };

/** About the run itself. */
export type RunNote =
	| { readonly cause: "cancelled" }
	/** `namespaces`: where it was looked; none: everywhere. */
	| {
			readonly cause: "nothing-found";
			readonly namespaces?: readonly string[];
	  }
	| {
			readonly cause: "interrupted";
			readonly progress: Progress;
	  }
	/** Those who reference pull secrets are left out. */
	| {
			readonly cause: "users-unlisted";
			readonly kind: "Pod" | "ServiceAccount";
	  }
	/** Where a usage is explained; undefined: of the program. */
	| { readonly cause: "see-help"; readonly verb: string | undefined };
