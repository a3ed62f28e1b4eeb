import { groupsBy, type NonEmpty } from "../core/groups.ts";
import { counted } from "../core/output/counted.ts";
import type { Failure } from "../core/output/failure.ts";
import {
	type ChangeResult,
	type DryRun,
	tally,
} from "../core/output/result.ts";
import { type CommandContext, NO_CONTEXT } from "../core/output/shell.ts";
import { ApiError } from "../errors.ts";
import { failureWords } from "./failure-words.ts";
import { DRY_RUN_SUFFIX, wordsLine } from "./wording.ts";

/** `secret/NAME created in NS namespace`. */
export function changeLine(result: ChangeResult, dryRun: DryRun): string {
	const { action, kind, name, namespace } = result;
	const isGone = action === "deleted";
	const place =
		namespace === "" ? "" : ` ${isGone ? "from" : "in"} ${namespace} namespace`;
	const subject = isGone
		? `${kind.toLowerCase()} "${name}"`
		: changeName(result);
	return `${subject} ${action}${place}${DRY_RUN_SUFFIX[dryRun]}`;
}

/** `secret/NAME`, as `-o name` prints what is or was there. */
export function changeName({ kind, name }: ChangeResult): string {
	return `${kind.toLowerCase()}/${name}`;
}

/**
 * A result as `-o json|yaml` shows it, `cause` and `message` (one line without `error: `) "" where all is as
 * it was meant; commands in the message are pasted where `commandContext` says.
 */
export function changeItem(
	{ why, ...result }: ChangeResult,
	commandContext: CommandContext,
) {
	if (why === undefined) return { ...result, cause: "", message: "" };
	const { kind, name, namespace } = result;
	const words =
		"error" in why && why.error instanceof ApiError
			? { message: why.error.detail }
			: failureWords(why, { kind, name, namespaces: [namespace] });
	const line = wordsLine({ ...words, lead: "" }, commandContext);
	// kubectl's words for no answer may begin so themselves.
	const message = line.replace(/^error: /, "");
	return { ...result, cause: why.cause, message };
}

/** The line of one that failed, for where nothing else tells what it is about. */
export function failureLineOf(result: ChangeResult): string {
	return failureLines([result], NO_CONTEXT).trimEnd();
}

/**
 * A line for stderr for each cause among results, with the namespaces in it; "" where all is as it
 * was meant. Commands are pasted where `commandContext` says.
 */
export function failureLines(
	results: readonly ChangeResult[],
	commandContext: CommandContext,
): string {
	// What is about no object in particular has been told where it ended the work.
	const failed = results.flatMap(({ why, ...result }) =>
		why === undefined || result.kind === "" ? [] : [{ ...result, why }],
	);
	const places = Map.groupBy(failed, ({ why }) => errorText(why));
	const keyOf = (result: Failed): string => {
		const text = errorText(result.why);
		const all = new Set(places.get(text)?.map(({ namespace }) => namespace));
		return groupKey(result, all.size > 1);
	};
	const lines = groupsBy(failed, keyOf).map((group) =>
		groupLine(group, commandContext),
	);
	// Of several pull secrets they may be the same, as where a namespace does not exist.
	return [...new Set(lines)].map((line) => `${line}\n`).join("");
}

type Failed = ChangeResult & { readonly why: Failure };

/** The words of an error from outside; "" for a failure of ours. */
function errorText(why: Failure): string {
	return "error" in why ? String(why.error) : "";
}

/**
 * Equal for what is one line: the same cause, but for the namespace. Words that several namespaces have
 * in common name none of them, though one may be called `not` or `found`.
 */
function groupKey(
	{ why, action, kind, name, namespace }: Failed,
	inCommon: boolean,
): string {
	const text = errorText(why);
	const about =
		text === ""
			? why
			: [why.cause, inCommon ? text : withoutPlace(text, namespace, name)];
	return JSON.stringify([action === "failed", kind, name, about]);
}

/** An object may be called as its namespace is, as account default of namespace default. */
function withoutPlace(text: string, namespace: string, name: string): string {
	const quoted = [
		"namespace ",
		"namespaces ",
		...(name === namespace ? [] : [""]),
	]
		.map((before) => `${before}"${namespace}"`)
		.reduce((rest, place) => rest.replaceAll(place, "\0"), text);
	return quoted === text ? text.replaceAll(namespace, "\0") : quoted;
}

function groupLine(
	group: NonEmpty<Failed>,
	commandContext: CommandContext,
): string {
	const [{ why, kind, name, action }] = group;
	const namespaces = [...new Set(group.map(({ namespace }) => namespace))];
	const { lead = "error", ...words } = failureWords(why, {
		kind,
		name,
		namespaces,
	});
	// What ends the work elsewhere is told as it is there.
	const isWarning =
		action !== "failed" &&
		!("error" in why && !(why.error instanceof ApiError));
	return wordsLine(
		{ ...words, lead: isWarning ? "Warning" : lead },
		commandContext,
	);
}

/**
 * `12 namespaces: 3 created, 1 configured, 8 unchanged, 0 failed`, deleted and
 * skipped where there are any; then the same of service accounts, if some were
 * changed or meant to be.
 */
export function summary(
	results: readonly ChangeResult[],
	dryRun: DryRun,
): string {
	const accounts = results.filter(({ kind }) => kind === "ServiceAccount");
	// A policy is in no namespace: it has its own line, and is not counted.
	const others = results.filter(
		({ kind, namespace }) => kind !== "ServiceAccount" && namespace !== "",
	);
	const places = new Set(
		others.map(({ context, namespace }) => `${context}\n${namespace}`),
	).size;
	const parts = [
		(others.length > 0 || accounts.length === 0) &&
			summed(places, "namespace", others, ALWAYS),
		accounts.length > 0 &&
			summed(accounts.length, "service account", accounts, ALWAYS_ACCOUNTS),
	].filter(Boolean);
	return `${parts.join("; ")}${DRY_RUN_SUFFIX[dryRun]}`;
}

function summed(
	count: number,
	what: string,
	results: readonly ChangeResult[],
	always: ReadonlySet<string>,
): string {
	const parts = Object.entries(tally(results))
		.filter(([action, times]) => times > 0 || always.has(action))
		.map(([action, times]) => `${times} ${action}`);
	return `${counted(count, what)}: ${parts.join(", ")}`;
}

const ALWAYS = new Set(["created", "configured", "unchanged", "failed"]);
const ALWAYS_ACCOUNTS = new Set(["configured", "unchanged", "failed"]);
