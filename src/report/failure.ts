import { type CommandContext, NO_CONTEXT } from "../core/output/shell.ts";
import type { Text } from "../core/output/styled.ts";
import { errorWords, withPlaces } from "./failure-words.ts";
import { type Words, wordsLine } from "./wording.ts";

/**
 * An error as its one line for stderr, without a line end: kubectl's words for
 * the API server's answers, `error: …` for ours, and a confession for a bug. The commands that
 * ours advise are pasted where `commandContext` says.
 */
export function failureLine(
	error: unknown,
	commandContext: CommandContext = NO_CONTEXT,
): string {
	return wordsLine({ lead: "error", ...errorWords(error) }, commandContext);
}

/** The same for a terminal, with its line end, and with the namespace that it befell, if one is given. */
export function failureText(
	error: unknown,
	commandContext: CommandContext,
	namespace = "",
): Text {
	const words = errorWords(error);
	const line = withPlaces(wordsLine(words, commandContext), {
		namespaces: [namespace],
	});
	return words.lead === undefined ? [MARKS.error, ` ${line}\n`] : `${line}\n`;
}

/** The words of an error alone, for behind what says what failed. */
export function failureMessage(error: unknown): string {
	return wordsLine(errorWords(error), NO_CONTEXT);
}

/** What is told behind `error:` or `Warning:`, and what to run about it, with its line end. */
export function markedText(
	mark: "error" | "warning",
	words: Words,
	commandContext: CommandContext,
): Text {
	return [MARKS[mark], ` ${wordsLine(words, commandContext)}\n`];
}

const MARKS = {
	error: { text: "error:", colour: "red" },
	warning: { text: "Warning:", colour: "yellow" },
} as const;
