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
import type { Look } from "../core/output/look.ts";
import { oneLine } from "../core/output/printable.ts";
import { type CommandContext, NO_CONTEXT } from "../core/output/shell.ts";
import type { Text } from "../core/output/styled.ts";
import { hanging } from "../core/output/wrap.ts";
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
import { json, jsonLine, yaml } from "./structured.ts";
import { treeText } from "./tree.ts";
import { type NoteWords, wordsLine } from "./wording.ts";

/** What a document is as text, by the stream that it goes to. */
export interface Rendered {
	readonly out: Text;
	readonly err: Text;
	/** For standard output, byte by byte as it is. */
	readonly verbatim?: string;
}

/** What text depends on besides the value and the look. */
export interface Page {
	/** The terminal's width; undefined where standard output is none. */
	readonly columns: number | undefined;
	/** The same for stderr. */
	readonly errColumns?: number | undefined;
	/** Milliseconds since 1970. */
	readonly now: number;
	/** Of a table that has begun: its columns so far. */
	readonly widths: number[];
}

const EMPTY: Rendered = { out: "", err: "" };

const onOut = (out: Text): Rendered => ({ out, err: "" });
const onErr = (err: Text): Rendered => ({ out: "", err });

/** Whether the result is one JSON or YAML document. */
export function isStructured({ output }: Look): boolean {
	return output === "json" || output === "yaml";
}

/** The result of a run. What has been told while it worked is not repeated. */
export async function renderDocument(
	document: Document,
	look: Look,
	page: Page,
): Promise<Rendered> {
	const text = renderText(document, look, page);
	if (!isStructured(look)) return text;
	const value = structuredOf(document);
	if (value === undefined) return text;
	const out = look.output === "json" ? json(value) : await yaml(value);
	const tells = document.kind === "changes" || document.kind === "objects";
	return { out, err: tells ? text.err : "" };
}

function renderText(document: Document, look: Look, page: Page): Rendered {
	switch (document.kind) {
		case "changes":
			return onErr(changesText(document, look, page));
		case "list":
			return document.items.length === 0
				? onErr(`${noneFound(document.namespaces)}\n`)
				: {
						out: listText(document.items, look, page),
						err: page.columns === undefined ? "" : listFooter(document),
					};
		case "tree":
			return {
				out: treeText(document, page.columns, page.now),
				err: page.columns === undefined ? "" : listFooter(document),
			};
		case "check":
			return {
				out: document.clusters.flatMap(({ findings, commandContext }) =>
					checkStory(findings, {
						quiet: look.quiet ?? false,
						commandContext,
						columns: page.columns,
					}),
				),
				// On a terminal it stands below the last group, and is none of its lines.
				err: look.quiet
					? ""
					: `${page.columns === undefined ? "" : "\n"}${checkSummary(
							document.clusters.flatMap(({ findings }) => findings),
							page.columns,
						)}`,
			};
		case "images":
			return imagesText(document, look);
		case "explain":
			return onOut(
				explanationStory(document.images, {
					commandContext: document.commandContext,
					columns: page.columns,
				}),
			);
		case "differences":
			return {
				out: document.objects.flatMap(differencesText),
				err: failuresText(document.clusters),
			};
		case "objects":
			return onErr(failuresText(document.clusters ?? []));
		case "text":
			return { ...EMPTY, verbatim: document.text };
		case "nothing":
			return EMPTY;
	}
}

/** What `-o json` and `-o yaml` print; undefined where that is no value. */
function structuredOf(document: Document): unknown {
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
		case "tree":
		case "differences":
		case "text":
		case "nothing":
			return undefined;
	}
}

/** What is told while a command works. */
export function renderEvent(
	event: RunEvent,
	look: Look,
	page: Page,
	commandContext: CommandContext = NO_CONTEXT,
): Rendered {
	if ("unlessQuiet" in event && event.unlessQuiet && look.quiet) return EMPTY;
	if (look.watch && look.output === "json") {
		const line = logLine(event, page, commandContext);
		if (line !== undefined) return onErr(line);
	}

	switch (event.type) {
		case "change":
			return {
				out: changeText(event.result, look, page, commandContext),
				// What fails alike in many namespaces is one line in the end, unless there is no end.
				err:
					look.watch && look.output !== "json"
						? failureLines([event.result], commandContext)
						: "",
			};
		case "document":
			// The last one is the result.
			return isStructured(look)
				? EMPTY
				: renderText(event.document, look, page);
		case "items":
			if (event.items.length === 0)
				return onErr(`${noneFound(event.namespaces)}\n`);
			return onOut(
				look.output === "json"
					? event.items.map(jsonLine).join("")
					: listText(event.items, look, page),
			);
		case "checking":
			return isStructured(look)
				? EMPTY
				: onOut(checkHead(event.names, look.headers !== false, page.widths));
		case "checked":
			return isStructured(look) ||
				(look.quiet && event.image.finding?.status === "ok")
				? EMPTY
				: onOut(checkLine(event.image, page.widths));
		case "warning":
		case "error":
		case "note":
		case "log": {
			const { level, message, advice } = saidBy(event, commandContext);
			if (level === "info") return onErr(proseOf(message, page));
			const words = { message: inOne(message), advice };
			return onErr(markedText(level, words, commandContext));
		}
		case "trouble":
			return onErr(
				linesOf(`${failureLine(event.error, commandContext)} (will retry)`),
			);
		case "failure":
			return onErr(failureText(event.error, commandContext, event.namespace));
	}
}

/** The words of a note, and how grave it is. */
function saidBy(
	event: RunEvent & { type: "warning" | "error" | "note" | "log" },
	commandContext: CommandContext,
): NoteWords & { readonly level: LogNote["level"] } {
	if (event.type === "log")
		return { level: event.note.level, ...logWords(event.note) };
	const level = event.type === "note" ? "info" : event.type;
	return { level, ...noteWords(event.note, commandContext) };
}

function inOne(message: string | readonly string[]): string {
	return [message]
		.flat()
		.map((line) => line.trim())
		.join(" ");
}

/** A line of a log for machines; undefined for what is none. */
function logLine(
	event: RunEvent,
	{ now }: Page,
	commandContext: CommandContext,
): string | undefined {
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
		case "log":
		case "note":
		case "warning":
		case "error": {
			const { level, message, advice } = saidBy(event, commandContext);
			const words = wordsLine(
				{ message: inOne(message), advice },
				commandContext,
			);
			if (event.type !== "log")
				return line(level, event.type, words, { cause: event.note.cause });
			return line(level, event.note.event, words, {
				...("why" in event.note && { cause: event.note.why.is }),
				...("place" in event.note && {
					kind: event.note.kind,
					...event.note.place,
				}),
				...("registry" in event.note && {
					registry: displayKey(event.note.registry),
				}),
			});
		}
		case "trouble":
		case "failure":
			return line(
				"error",
				event.type,
				failureLine(event.error, commandContext),
				{ cause: failureOf(event.error).cause },
			);
		default:
			return undefined;
	}
}

/** What failed, by cause, and how many of each there are. */
function changesText(
	{ clusters, summary: withSummary, next }: Document & { kind: "changes" },
	{ quiet, watch, dryRun = "none" }: Look,
	page: Page,
): string {
	// Whoever watches has been told of each as it came.
	const failures = watch ? "" : failuresText(clusters);
	if (quiet) return failures;
	const rows = clusters
		.flatMap(({ results }) => results)
		.filter(
			({ kind }) => withSummary !== "accounts" || kind === "ServiceAccount",
		);
	const counts = withSummary ? proseOf(summary(rows, dryRun), page) : "";
	const { commandContext = NO_CONTEXT } = clusters[0] ?? {};
	const after =
		next === undefined
			? ""
			: linesOf(`Next: ${commandLine(next, commandContext)}`);
	return failures + counts + after;
}

function failuresText(clusters: readonly ChangedCluster[]): string {
	return clusters
		.map(({ results, commandContext }) => failureLines(results, commandContext))
		.join("");
}

function changeText(
	result: (RunEvent & { type: "change" })["result"],
	look: Look,
	page: Page,
	commandContext: CommandContext,
): string {
	const { output, quiet, watch } = look;
	if (watch && output === "json") {
		const time = new Date(page.now).toISOString();
		const level = result.action === "failed" ? "error" : "info";
		const item = changeItem(result, commandContext);
		return jsonLine({ time, level, event: "change", ...item });
	}
	const { action } = result;
	const isToldElsewhere = action === "failed" || action === "skipped";
	if (isStructured(look) || isToldElsewhere) return "";
	if (quiet && action === "unchanged") return "";
	const line =
		output === "name"
			? changeName(result)
			: changeLine(result, look.dryRun ?? "none");
	return `${oneLine(line)}\n`;
}

/** Each in lines that fit the terminal, those after the first further in. */
function proseOf(
	lines: string | readonly string[],
	{ errColumns = Number.POSITIVE_INFINITY }: Page,
): string {
	return [lines]
		.flat()
		.map((line) => `${hanging(oneLine(line), errColumns)}\n`)
		.join("");
}

/** Each on one line, whatever is in it. */
function linesOf(...lines: readonly string[]): string {
	return lines.map((line) => `${oneLine(line)}\n`).join("");
}

function listText(
	items: Parameters<typeof listTable>[0],
	{ output, headers }: Look,
	{ now, widths }: Page,
): Text {
	if (output === "name")
		return linesOf(...items.map(({ name }) => `secret/${name}`));
	const look = {
		now,
		wide: output === "wide",
		headers: headers !== false && widths.length === 0,
	};
	return listTable(items, look, widths);
}

/** How many there are of each status, and how many copies are not, for whoever looks at a terminal. */
function listFooter({
	items,
	lacking,
}: Pick<Document & { kind: "tree" }, "items" | "lacking">): string {
	const counts = [...Map.groupBy(items, ({ status }) => status)].map(
		([status, of]) => `${of.length} ${status}`,
	);
	return `${counted(items.length, "pull secret")}: ${counts.join(", ")}\n${lackingText(lacking)}`;
}

function lackingText(lacking: LackingCopies | undefined): string {
	if (lacking === undefined) return "";
	const { missing, script, commandContext } = lacking;
	const said = `${counted(missing, "recorded namespace")} ${missing === 1 ? "has" : "have"} no copy`;
	const next =
		script === undefined
			? []
			: [`Next: ${commandLine(script, commandContext)}`];
	return linesOf(said, ...next);
}

function imagesText(
	document: Document & { kind: "images" },
	look: Look,
): Rendered {
	const { images, collisions, root, failed, checked } = document;
	const err = collisions
		.map((collision) => `error: ${collisionMessage(collision)}\n`)
		.join("");
	if (checked && images.length > 0)
		return onErr(look.quiet ? err : err + checkedSummary(images));
	switch (look.output) {
		case "name":
			return {
				out: [...new Set(images.map((image) => `${nameOf(image)}\n`))].join(""),
				err,
			};
		case "skopeo":
		case "crane": {
			// One copy would overwrite the other.
			if (collisions.length > 0) return onErr(err);
			const copies = images.map((image) => ({
				from: image.image,
				to: nameOf(image),
			}));
			const registry = root?.split("/", 1)[0] ?? "";
			return { out: copyScript(copies, look.output, registry), err };
		}
		default:
			return images.length > 0
				? {
						out: imageTable(images, root !== undefined, look.headers !== false),
						err,
					}
				: onErr(failed ? err : `${err}No images found\n`);
	}
}
