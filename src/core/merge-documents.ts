import { finding } from "./check/finding.ts";
import type { ChangedCluster, CheckedCluster, Document } from "./document.ts";
import { distinct } from "./groups.ts";
import { failureOf } from "./output/failure.ts";
import { resultOf } from "./output/result.ts";
import type { CommandContext } from "./output/shell.ts";
import type { ListItem } from "./pull-secrets/list-item.ts";

/** What came of one context of several. */
export interface ContextPart {
	readonly context: string;
	/** Where commands about it are pasted. */
	readonly commandContext: CommandContext;
	readonly document: Document;
	/** Why it ended before it had done all: one line. */
	readonly failure?: string;
	/** The same as it was thrown. */
	readonly error?: unknown;
}

/**
 * One document from those of several contexts, each item with its context; a context that failed is
 * an item, too. Objects that are equal, their annotations as well (one is a source's record), are one.
 * `kind` is that of a context that failed before it had anything to show.
 */
export function mergeDocuments(
	parts: readonly ContextPart[],
	kind: Document["kind"],
): Document {
	switch (
		parts.find(({ document }) => document.kind !== "nothing")?.document.kind ??
		kind
	) {
		case "list":
			return {
				kind: "list",
				items: parts.flatMap(({ context, document, failure }) => [
					...(document.kind === "list" ? document.items : []),
					...(failure === undefined ? [] : [failedItem(context, failure)]),
				]),
				namespaces: [],
			};
		case "check":
			return {
				kind: "check",
				clusters: parts.flatMap((part) => [
					...(part.document.kind === "check" ? part.document.clusters : []),
					...(part.failure === undefined
						? []
						: [failedCheck(part, part.failure)]),
				]),
			};
		case "objects":
			return {
				kind: "objects",
				objects: distinct(
					parts.flatMap(({ document }) =>
						document.kind === "objects" ? document.objects : [],
					),
					(object) => JSON.stringify(object),
				),
				clusters: changedClusters(parts),
			};
		default:
			return {
				kind: "changes",
				clusters: changedClusters(parts),
				summary: false,
			};
	}
}

/** What was done in each; what ended one is an item of its own. */
function changedClusters(parts: readonly ContextPart[]): ChangedCluster[] {
	return parts.flatMap((part) => [
		...(part.document.kind === "changes" || part.document.kind === "objects"
			? (part.document.clusters ?? [])
			: []),
		...(part.error === undefined ? [] : [failedChange(part)]),
	]);
}

/** It is about no object in particular. */
function failedChange({
	context,
	commandContext,
	error,
}: ContextPart): ChangedCluster {
	const result = resultOf({ context }, "", {}, "failed", failureOf(error));
	return { commandContext, results: [result] };
}

function failedItem(context: string, message: string): ListItem {
	return {
		context,
		namespace: "",
		name: "",
		status: "Failed",
		registries: [],
		usernames: [],
		source: "",
		expires: "",
		created: "",
		provider: "",
		differs: [],
		message,
	};
}

function failedCheck(
	{ context, commandContext }: ContextPart,
	message: string,
): CheckedCluster {
	return {
		context,
		commandContext,
		findings: [
			finding("permissions", "problem", {
				about: { cause: "cluster-failed", message },
			}),
		],
	};
}
