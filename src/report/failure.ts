import { FailureError } from "../core/output/failure.ts";
import { oneLine } from "../core/output/printable.ts";
import type { Progress } from "../core/output/progress.ts";
import { type CommandContext, NO_CONTEXT } from "../core/output/shell.ts";
import type { Text } from "../core/output/styled.ts";
import { UnverifiedError } from "../core/registry/verification.ts";
import {
	AbortedError,
	type Advice,
	ApiError,
	ConnectionError,
	OperationError,
	UsageError,
} from "../errors.ts";
import { REPORT_TO } from "./addresses.ts";
import { commandLine } from "./command-line.ts";
import { failureWords, withPlaces } from "./failure-words.ts";
import { verificationWords } from "./verification-words.ts";

/**
 * An error as its one line for stderr, without a line end: kubectl's words for
 * the API server's answers, `error: …` for ours, and a confession for a bug. The commands that
 * ours advise are pasted where `commandContext` says.
 */
export function failureLine(
	error: unknown,
	commandContext: CommandContext = NO_CONTEXT,
): string {
	const { ours, words } = failureParts(error, commandContext);
	return ours ? `error: ${words}` : words;
}

/** The same for a terminal, with its line end, and with the namespace that it befell, if one is given. */
export function failureText(
	error: unknown,
	commandContext: CommandContext,
	namespace = "",
): Text {
	const { ours, words: all } = failureParts(error, commandContext);
	const words = withPlaces(all, { namespaces: [namespace] });
	return ours ? [MARKS.error, ` ${words}\n`] : `${words}\n`;
}

/** The words of an error alone, for behind what says what failed. */
export function failureMessage(error: unknown): string {
	return failureParts(error, NO_CONTEXT).words;
}

/** The words of an error, and whether `error:` stands before them. */
function failureParts(
	error: unknown,
	commandContext: CommandContext,
): { readonly ours: boolean; readonly words: string } {
	const parts = (message: string, more = "", ours = true) => ({
		ours,
		words: oneLine(`${message.trim()}${more}`),
	});
	if (error instanceof ApiError) {
		const { message, progress, status } = error;
		return parts(message, progressClause(progress), status === 401);
	}
	if (error instanceof ConnectionError) {
		const { message, because, progress } = error;
		const why = because === undefined ? "" : `: ${failureMessage(because)}`;
		return parts(message, why + progressClause(progress), false);
	}
	if (error instanceof FailureError) {
		const { lead, message, advice } = failureWords(error.failure);
		return parts(
			lead ? `${lead}: ${message}` : message,
			adviceClause(advice, commandContext),
			lead === undefined,
		);
	}
	if (error instanceof UnverifiedError) {
		const { key, verification } = error.refused;
		return parts(
			`${verificationWords(verification, key)}; nothing was written; use --no-verify${error.wanted ? " instead" : ""} to skip this check`,
		);
	}
	if (error instanceof UsageError)
		return parts(error.message, adviceClause(error.advice, commandContext));
	if (error instanceof OperationError || error instanceof AbortedError)
		return parts(error.message);
	const name = error instanceof Error ? error.name : typeof error;
	const place = error instanceof Error ? firstFrame(error) : "";
	// The message of an unforeseen error may hold anything, a credential included: it stays out.
	return parts(
		`this is a bug in kubectl-meshreg (${name}${place}): please report it at ${REPORT_TO}`,
	);
}

/** What is told behind `error:` or `Warning:`, and what to run about it, with its line end. */
export function markedText(
	mark: "error" | "warning",
	message: string,
	advice: Advice | undefined,
	commandContext: CommandContext,
): Text {
	const words = oneLine(
		`${message.trim()}${adviceClause(advice, commandContext)}`,
	);
	return [MARKS[mark], ` ${words}\n`];
}

const MARKS = {
	error: { text: "error:", colour: "red" },
	warning: { text: "Warning:", colour: "yellow" },
} as const;

/** How far work came, and what finishes it. */
export function progressWords(progress: Progress): string {
	const far =
		progress === "begun"
			? ""
			: `${progress.done} of ${progress.of} ${progress.what} are done; `;
	return `${far}run the command again to finish`;
}

function progressClause(progress: Progress | undefined): string {
	return progress === undefined ? "" : ` (${progressWords(progress)})`;
}

/** What to run, behind the error that it is about; "" where there is nothing. */
export function adviceClause(
	advice: Advice | undefined,
	commandContext: CommandContext,
): string {
	if (advice?.script === undefined) return "";
	const command = commandLine(advice.script, commandContext);
	// Around quotes of its own, a shell would take what they hold for what is outside of them.
	const isBare = advice.bare || command.includes("'");
	return `; ${advice.words} ${isBare ? command : `'${command}'`}`;
}

function firstFrame(error: Error): string {
	const frame = /\n {4}at ([\w.<> ]{1,80}) \(/.exec(error.stack ?? "")?.[1];
	return frame === undefined ? "" : ` in ${frame}`;
}
