import type { Cases, None } from "./cases.ts";
import type { CredentialCheck, Explanation } from "./check/explanation.ts";
import type { Finding } from "./check/finding.ts";
import type { LackFix } from "./check/pod-fixes.ts";
import type { LogNote } from "./in-cluster/log.ts";
import type { ImageCollision } from "./kubelet/image-reference.ts";
import type { ListedImage } from "./meshes/listed-image.ts";
import type { Note } from "./note.ts";
import type { ChangeResult } from "./output/result.ts";
import type { CommandContext, Script } from "./output/shell.ts";
import type { ChangedObject } from "./pull-secrets/differences.ts";
import type { ListItem } from "./pull-secrets/list-item.ts";
import type { PullSecretTree } from "./pull-secrets/tree.ts";

/** How many namespaces are recorded and have no copy. */
export interface LackingCopies {
	readonly missing: number;
	readonly script: Script | undefined;
	readonly commandContext: CommandContext;
}

/** What a run has done or found, as a value; report/ makes text, JSON or YAML of it. */
export type Document = Cases<
	"kind",
	{
		changes: {
			clusters: readonly ChangedCluster[];
			/** Whether it is worth a line how many of each there are; `accounts`: of these alone. */
			summary: boolean | "accounts";
			/** What comes next, for a person at a terminal. */
			next?: Script;
		};
		list: {
			items: readonly ListItem[];
			/** Those that were looked at; none: all. */
			namespaces: readonly string[];
			lacking?: LackingCopies | undefined;
			/** The same by their sources, where they are to be shown so. */
			tree?: PullSecretTree;
		};
		check: { clusters: readonly CheckedCluster[] };
		images: {
			images: readonly ListedImage[];
			collisions: readonly ImageCollision[];
			/** Where they are moved to, `host[:port][/path]`; undefined: they stay. */
			root: string | undefined;
			/** Some of what was asked for could not be read. */
			failed: boolean;
			/** Their registries were asked about them; each has been told. */
			checked: boolean;
		};
		explain: {
			images: readonly ExplainedImage[];
			/** Added to the commands that let them be pulled. */
			commandContext: CommandContext;
		};
		/** Objects to be committed or applied; several are a List. `clusters`: what of them failed. */
		objects: {
			objects: readonly object[];
			clusters?: readonly ChangedCluster[];
		};
		/** What would change, and what of it would fail. */
		differences: {
			clusters: readonly ChangedCluster[];
			objects: readonly ChangedObject[];
		};
		/** What is printed as it is, whatever the format: a script, the user's own manifests. */
		text: { text: string };
		nothing: None;
	}
>;

/** What was done in one cluster. */
export interface ChangedCluster {
	/** Added to the commands that say what to do about a failure. */
	readonly commandContext: CommandContext;
	/** In the order of the plan. */
	readonly results: readonly ChangeResult[];
}

/** An image and its explanation. */
export interface ExplainedImage {
	readonly explanation: Explanation;
	/** What lets it be pulled; undefined where nothing is to be fixed. */
	readonly lack?: LackFix;
	/** With `--verify`: each credential that was verified. */
	readonly checks: readonly CredentialCheck[] | undefined;
}

/** What was found in one cluster. */
export interface CheckedCluster {
	/** The kubeconfig context; "" in-cluster. */
	readonly context: string;
	/** Added to the commands that fix something. */
	readonly commandContext: CommandContext;
	readonly findings: readonly Finding[];
}

/** What a command leaves behind: its exit status and what is shown. */
export interface Outcome {
	readonly status: number;
	readonly document: Document;
	/** What ended it too early; `document` is then what was done until that moment. */
	readonly ended?: { readonly error: unknown; readonly context?: string };
}

/** What is told while a command works. In text, changes and items appear as they come. */
export type RunEvent = Cases<
	"type",
	{
		change: { result: ChangeResult };
		/** What was found so far, where more is to be done about it. */
		document: { document: Document };
		/** Of a list that is watched: what is new, has changed or is gone. `namespaces`: where it looks; none: everywhere. */
		items: { items: readonly ListItem[]; namespaces: readonly string[] };
		/** The table of images that are checked begins: these are its names. */
		checking: { names: readonly string[] };
		/** What a registry says of one of them. */
		checked: { image: ListedImage };
		/** A line for whoever watches, or what is printed behind `Warning: ` or `error: `; `-q` drops what is marked so. */
		note: {
			level: "info" | "warning" | "error";
			note: Note;
			unlessQuiet?: true;
		};
		/** A note of what stays and watches; with `-o json` a line of JSON. */
		log: { note: LogNote; unlessQuiet?: true };
		/** What stays and watches could not do, and goes on trying. */
		trouble: { error: unknown };
		/** What failed while the rest goes on. */
		failure: {
			error: unknown;
			/** Of several that are looked at: the server's words do not always name it. */
			namespace?: string;
		};
	}
>;
