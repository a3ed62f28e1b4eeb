import type {
	ChangedCluster,
	Document,
	LackingCopies,
	RunEvent,
} from "../core/document.ts";
import type { LogNote } from "../core/in-cluster/log.ts";
import { copyScript } from "../core/meshes/copy-script.ts";
import { nameOf } from "../core/meshes/listed-image.ts";
import { counted } from "../core/output/counted.ts";
import { failureOf } from "../core/output/failure.ts";
import type { Look, Page } from "../core/output/look.ts";
import { oneLine } from "../core/output/printable.ts";
import {
	type CommandContext,
	NO_CONTEXT,
	type Remedy,
} from "../core/output/shell.ts";
import type { Text } from "../core/output/styled.ts";
import { hanging } from "../core/output/wrap.ts";
import type { ListItem } from "../core/pull-secrets/list-item.ts";
import { displayKey } from "../core/registry/url.ts";
import {
	changeItem,
	changeLine,
	changeName,
	failureLines,
	summary,
} from "./changes.ts";
import { checkItems, checkStory, checkSummary } from "./check.ts";
import { commandLine } from "./command-line.ts";
import { differencesText } from "./differences.ts";
import { explanationItem, explanationStory } from "./explain.ts";
import { failureLine, failureText, markedText } from "./failure.ts";
import {
	checkedSummary,
	checkHead,
	checkLine,
	collisionMessage,
	imageItem,
	imageTable,
} from "./images.ts";
import { listTable } from "./keys.ts";
import { logWords } from "./log-words.ts";
import { noneFound, noteWords } from "./note-words.ts";
import { jsonLine, jsonParts, yamlParts } from "./structured.ts";
import { treeText } from "./tree.ts";
import { type Words, wordsLine } from "./wording.ts";

/** What a document is as text, by the stream that it goes to. */
export interface Rendered {
	readonly out?: Text;
	readonly err?: Text;
	/** For standard output, byte by byte as it is. */
	readonly verbatim?: string;
}

/** Whether the result is one JSON or YAML document. */
export function isStructured({ output }: Look): boolean {
	return output === "json" || output === "yaml";
}

/** The result of a run. What has been told while it worked is not repeated. */
export async function renderDocument(
	document: Document,
	page: Page,
): Promise<Rendered> {
	const value = isStructured(page) ? structuredOf(document) : undefined;
	if (value === undefined) return renderText(document, page);
	const out =
		page.output === "json" ? jsonParts(value) : await yamlParts(value);
	const tells = document.kind === "changes" || document.kind === "objects";
	return tells ? { ...renderText(document, page), out } : { out };
}

function renderText(document: Document, page: Page): Rendered {
	switch (document.kind) {
		case "changes":
			return { err: changesText(document, page) };
		case "list": {
			const { items, namespaces, lacking, tree } = document;
			return items.length === 0
				? { err: `${noneFound(namespaces)}\n` }
				: {
						out: tree ? treeText(tree, page) : listText(items, page),
						err: page.columns === undefined ? "" : listFooter(items, lacking),
					};
		}
		case "check":
			return {
				out: document.clusters.flatMap((cluster) => checkStory(cluster, page)),
				// On a terminal it stands below the last group, and is none of its lines.
				err: page.quiet
					? ""
					: `${page.columns === undefined ? "" : "\n"}${checkSummary(
							document.clusters.flatMap(({ findings }) => findings),
							page.columns,
						)}`,
			};
		case "images":
			return imagesText(document, page);
		case "explain":
			return { out: explanationStory(document, page.columns) };
		case "differences":
			return {
				out: document.objects.flatMap(differencesText),
				err: failuresText(document.clusters),
			};
		case "objects":
			return { err: failuresText(document.clusters ?? []) };
		case "text":
			return { verbatim: document.text };
		case "nothing":
			return {};
	}
}

/** What `-o json` and `-o yaml` print; undefined where that is no value. */
function structuredOf(document: Document): object | undefined {
	switch (document.kind) {
		case "changes":
			return {
				items: document.clusters.flatMap(({ results, commandContext }) =>
					results.map((result) => changeItem(result, commandContext)),
				),
			};
		case "list":
			return { items: document.items };
		case "check":
			return checkItems(document.clusters);
		case "images":
			return {
				items: document.images.map(imageItem),
				collisions: document.collisions,
			};
		case "explain":
			return { items: document.images.map(explanationItem) };
		case "objects": {
			const [only, ...others] = document.objects;
			return only !== undefined && others.length === 0
				? only
				: { apiVersion: "v1", kind: "List", items: document.objects };
		}
		case "differences":
		case "text":
		case "nothing":
			return undefined;
	}
}

/** What is told while a command works. */
export function renderEvent(
	event: RunEvent,
	page: Page,
	commandContext: CommandContext = NO_CONTEXT,
): Rendered {
	if ("unlessQuiet" in event && event.unlessQuiet && page.quiet) return {};
	const logged =
		page.watch && page.output === "json"
			? logLine(event, page, commandContext)
			: undefined;
	if (logged !== undefined) return logged;
	switch (event.type) {
		case "change":
			return {
				out: changeText(event.result, page),
				// What fails alike in many namespaces is one line in the end, unless there is no end.
				err: page.watch ? failureLines([event.result], commandContext) : "",
			};
		case "document":
			// The last one is the result.
			return isStructured(page) ? {} : renderText(event.document, page);
		case "items":
			if (event.items.length === 0)
				return { err: `${noneFound(event.namespaces)}\n` };
			return {
				out:
					page.output === "json"
						? event.items.map(jsonLine).join("")
						: listText(event.items, page),
			};
		case "checking":
			return isStructured(page)
				? {}
				: { out: checkHead(event.names, page.headers !== false, page.widths) };
		case "checked":
			return isStructured(page) ||
				(page.quiet && event.image.finding?.status === "ok")
				? {}
				: { out: checkLine(event.image, page.widths) };
		case "note":
		case "log": {
			const { level, ...words } = saidBy(event, commandContext);
			const { message, more = [] } = words;
			return level === "info"
				? { err: proseOf([message, ...more], page) }
				: { err: markedText(level, words, commandContext) };
		}
		case "trouble": {
			const line = failureLine(event.error, commandContext);
			return { err: linesOf(`${line} (will retry)`) };
		}
		case "failure":
			return { err: failureText(event.error, commandContext, event.namespace) };
	}
}

/** The words of a note, and how grave it is. */
function saidBy(
	event: RunEvent & { type: "note" | "log" },
	commandContext: CommandContext,
): Words & { readonly level: LogNote["level"] } {
	return event.type === "log"
		? { level: event.note.level, ...logWords(event.note) }
		: { level: event.level, ...noteWords(event.note, commandContext) };
}

/** A line of a log for machines, of a change on standard output; undefined for what is none. */
function logLine(
	event: RunEvent,
	{ now }: Page,
	commandContext: CommandContext,
): Rendered | undefined {
	const line = (
		level: LogNote["level"],
		name: string,
		message: string,
		more = {},
	) =>
		jsonLine({
			time: new Date(now).toISOString(),
			level,
			event: name,
			...more,
			message: oneLine(message),
		});
	switch (event.type) {
		case "change": {
			const { message, ...item } = changeItem(event.result, commandContext);
			const level = item.action === "failed" ? "error" : "info";
			return { out: line(level, "change", message, item) };
		}
		case "note": {
			const { level, ...words } = saidBy(event, commandContext);
			const said = wordsLine({ ...words, lead: "" }, commandContext);
			const { cause } = event.note;
			const name = level === "info" ? "note" : level;
			return { err: line(level, name, said, { cause }) };
		}
		case "log": {
			const { note } = event;
			const { level, ...words } = saidBy(event, commandContext);
			const said = wordsLine({ ...words, lead: "" }, commandContext);
			const more = {
				...("why" in note && { cause: note.why.is }),
				...("place" in note && { kind: note.kind, ...note.place }),
				...("registry" in note && { registry: displayKey(note.registry) }),
			};
			return { err: line(level, note.event, said, more) };
		}
		case "trouble":
		case "failure": {
			const said = failureLine(event.error, commandContext);
			const { cause } = failureOf(event.error);
			return { err: line("error", event.type, said, { cause }) };
		}
		default:
			return undefined;
	}
}

/** What failed, by cause, and how many of each there are. */
function changesText(
	{ clusters, summary: withSummary, next }: Document & { kind: "changes" },
	page: Page,
): string {
	// Whoever watches has been told of each as it came.
	const failures = page.watch ? "" : failuresText(clusters);
	if (page.quiet) return failures;
	const rows = clusters
		.flatMap(({ results }) => results)
		.filter(
			({ kind }) => withSummary !== "accounts" || kind === "ServiceAccount",
		);
	const counts = withSummary
		? proseOf([summary(rows, page.dryRun ?? "none")], page)
		: "";
	const { commandContext = NO_CONTEXT } = clusters[0] ?? {};
	return failures + counts + nextText(next, commandContext);
}

function nextText(script: Remedy, commandContext: CommandContext): string {
	return script === undefined
		? ""
		: linesOf(`Next: ${commandLine(script, commandContext)}`);
}

function failuresText(clusters: readonly ChangedCluster[]): string {
	return clusters
		.map(({ results, commandContext }) => failureLines(results, commandContext))
		.join("");
}

function changeText(
	result: (RunEvent & { type: "change" })["result"],
	page: Page,
): string {
	const { output, quiet, dryRun = "none" } = page;
	const { action } = result;
	const isToldElsewhere = action === "failed" || action === "skipped";
	if (isStructured(page) || isToldElsewhere) return "";
	if (quiet && action === "unchanged") return "";
	const line =
		output === "name" ? changeName(result) : changeLine(result, dryRun);
	return `${oneLine(line)}\n`;
}

/** Each in lines that fit the terminal, those after the first further in. */
function proseOf(
	lines: readonly string[],
	{ errColumns = Number.POSITIVE_INFINITY }: Page,
): string {
	return lines
		.map((line) => `${hanging(oneLine(line), errColumns)}\n`)
		.join("");
}

/** Each on one line, whatever is in it. */
function linesOf(...lines: readonly string[]): string {
	return lines.map((line) => `${oneLine(line)}\n`).join("");
}

function listText(items: readonly ListItem[], page: Page): Text {
	return page.output === "name"
		? linesOf(...items.map(({ name }) => `secret/${name}`))
		: listTable(items, page);
}

/** How many there are of each status, and how many copies are not, for whoever looks at a terminal. */
function listFooter(
	items: readonly ListItem[],
	lacking: LackingCopies | undefined,
): string {
	const counts = [...Map.groupBy(items, ({ status }) => status)].map(
		([status, of]) => `${of.length} ${status}`,
	);
	return `${counted(items.length, "pull secret")}: ${counts.join(", ")}\n${lackingText(lacking)}`;
}

function lackingText(lacking: LackingCopies | undefined): string {
	if (lacking === undefined) return "";
	const { missing, script, commandContext } = lacking;
	const said = `${counted(missing, "recorded namespace")} ${missing === 1 ? "has" : "have"} no copy`;
	return linesOf(said) + nextText(script, commandContext);
}

function imagesText(
	{ images, collisions, root, failed, checked }: Document & { kind: "images" },
	{ output, quiet, headers = true }: Page,
): Rendered {
	const err = collisions
		.map((collision) => `error: ${collisionMessage(collision)}\n`)
		.join("");
	if (checked && images.length > 0)
		return { err: quiet ? err : err + checkedSummary(images) };
	switch (output) {
		case "name":
			return {
				out: [...new Set(images.map((image) => `${nameOf(image)}\n`))].join(""),
				err,
			};
		case "skopeo":
		case "crane": {
			// One copy would overwrite the other.
			if (collisions.length > 0) return { err };
			const copies = images.map((image) => ({
				from: image.image,
				to: nameOf(image),
			}));
			const registry = root?.split("/", 1)[0] ?? "";
			return { out: copyScript(copies, output, registry), err };
		}
		default:
			return images.length > 0
				? { out: imageTable(images, root !== undefined, headers), err }
				: { err: failed ? err : `${err}No images found\n` };
	}
}
