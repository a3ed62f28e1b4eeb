import { quotedWithContextFlags } from "../core/output/context-flags.ts";
import {
	AbortedError,
	ApiError,
	ConnectionError,
	OperationError,
	UsageError,
} from "../errors.ts";
import { oneLine } from "./printable.ts";

const REPORT_TO = "https://github.com/kubectl-meshreg/kubectl-meshreg/issues";

/**
 * An error as its one line for stderr, without a line end: kubectl's words for
 * the API server's answers, `error: …` for ours, and a confession for a bug. Commands that ours
 * quote lead where `reach` does.
 */
export function failureLine(
	error: unknown,
	reach: readonly string[] = [],
): string {
	if (error instanceof ApiError)
		return oneLine(
			error.status === 401 ? `error: ${error.message}` : error.message,
		);
	if (error instanceof ConnectionError) return oneLine(error.message);
	if (error instanceof OperationError)
		return oneLine(`error: ${quotedWithContextFlags(error.message, reach)}`);
	if (error instanceof UsageError) return oneLine(`error: ${error.message}`);
	if (error instanceof AbortedError) return `error: ${error.message}`;
	const name = error instanceof Error ? error.name : typeof error;
	const place = error instanceof Error ? firstFrame(error) : "";
	// The message of an unforeseen error may hold anything, a credential included: it stays out.
	return `error: this is a bug in kubectl-meshreg (${name}${place}): please report it at ${REPORT_TO}`;
}

/** The same for one namespace of several, which the server's words do not always name. */
export function failureLineIn(namespace: string, error: unknown): string {
	const line = failureLine(error);
	return namespace === "" ||
		line.includes(`"${namespace}"`) ||
		line.includes(` ${namespace} `)
		? line
		: `${line} (namespace "${namespace}")`;
}

/** Nothing that follows can succeed either: no answer, or no such user. */
export function isFatal(error: unknown): boolean {
	return (
		error instanceof ConnectionError ||
		error instanceof AbortedError ||
		(error instanceof ApiError && error.status === 401)
	);
}

function firstFrame(error: Error): string {
	const frame = /\n\s+at ([\w.<> ]+) \(/.exec(error.stack ?? "")?.[1];
	return frame === undefined ? "" : ` in ${frame}`;
}
