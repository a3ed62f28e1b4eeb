import type { Progress } from "./core/output/progress.ts";
import type { Script } from "./core/output/shell.ts";

/**
 * What can go wrong, and what the shell then sees. Every error that a command
 * throws on purpose is one of these; anything else is a bug and says so.
 */

/** Exit statuses of cli.md: done, failed or refused, wrong command line. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** What to do about an error, where a command does it. */
export interface Advice {
	/** What leads to the command: `add it with`. */
	readonly words: string;
	/** undefined: about names that are none, of which no command is printed. The advice is then left out. */
	readonly script: Script | undefined;
	/** The command stands there without quotes. */
	readonly bare?: true;
}

/** The command line is wrong: names the flag, what is wrong with it, and the next step. Exit 2. */
export class UsageError extends Error {
	override readonly name = "UsageError";
	/**
	 * `seeHelp`: adds kubectl's second line, `See 'kubectl meshreg VERB --help' for usage.`: where a flag, a
	 * command or an operand is unknown, cannot be read or is missing; what says itself what to give has none.
	 */
	constructor(
		message: string,
		readonly seeHelp = false,
		readonly advice?: Advice,
	) {
		super(message);
	}
}

/** Something was tried and failed, or was refused. One line, with what to do next. Exit 1. */
export class OperationError extends Error {
	override readonly name: string = "OperationError";
}

/** Of the clusters of --contexts none could be looked at: why, by context. */
export class NoClusterError extends OperationError {
	override readonly name = "NoClusterError";
	constructor(readonly failures: ReadonlyMap<string, OperationError>) {
		super([...failures.values()].map(({ message }) => message).join("; "));
	}
}

/** Interrupted by a signal or by the person at the prompt. Exit 128 + the signal's number. */
export class AbortedError extends Error {
	override readonly name = "AbortedError";
	/** `progress`: of the work that it ended. */
	constructor(
		readonly signal: "SIGINT" | "SIGTERM" | "SIGHUP",
		readonly progress?: Progress,
	) {
		super(`interrupted by ${signal}`);
	}
	get exitStatus(): number {
		return 128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[this.signal];
	}
}

/** What a `Status` says its refusal is about; "" and none where it does not say. */
export interface StatusDetails {
	/** As in the object's URL: `secrets`, `namespaces`. */
	readonly kind: string;
	readonly name: string;
	/** Of its causes, in CamelCase: `NamespaceTerminating`. */
	readonly causes: readonly string[];
}

/** An API server's `Status`, as kubectl words it: `Error from server (NotFound): …`. */
export class ApiError extends OperationError {
	override readonly name = "ApiError";
	/**
	 * `status` is the HTTP status, `reason` the Status object's reason ("" when the server gave none),
	 * `detail` the server's own message: never a request's body or a header. `progress`: of the work that it ended.
	 */
	constructor(
		readonly status: number,
		readonly reason: string,
		readonly detail: string,
		readonly details: StatusDetails = { kind: "", name: "", causes: [] },
		readonly progress?: Progress,
	) {
		super(
			status === 401
				? "You must be logged in to the server (Unauthorized)"
				: status === 422
					? `The ${detail}`
					: `Error from server (${reason || status}): ${detail}`,
		);
	}
}

/**
 * The API server could not be reached at all; the message is kubectl's whole line, or its beginning where
 * `because` says the rest.
 */
export class ConnectionError extends OperationError {
	override readonly name = "ConnectionError";
	/**
	 * `because`: the failure of ours that kept it from being asked. `progress`: of the work that it ended.
	 * `mayHaveWritten`: the server may have carried out the write that it did not answer.
	 */
	constructor(
		message: string,
		readonly because?: OperationError,
		readonly progress?: Progress,
		readonly mayHaveWritten = false,
	) {
		super(message);
	}
}

/** What stands before a server says these of it; the server itself rarely. */
export const GONE: readonly number[] = [502, 503, 504];

/** There is no server at the moment: a try costs it nothing, and it may be back at any time. */
export function isAway(error: unknown): boolean {
	return (
		error instanceof ConnectionError ||
		(error instanceof ApiError && GONE.includes(error.status))
	);
}

/** Nothing that follows can succeed either: no answer, no such user, or an interrupt. */
export function isFatal(error: unknown): boolean {
	return (
		error instanceof ConnectionError ||
		error instanceof AbortedError ||
		(error instanceof ApiError && error.status === 401)
	);
}

/**
 * The error with how far the work came that it ended, where the same work may fare better another time; what was
 * counted before stands.
 */
export function unfinished(error: unknown, progress: Progress): unknown {
	if (error instanceof ConnectionError)
		return new ConnectionError(
			error.message,
			error.because,
			error.progress ?? progress,
		);
	if (error instanceof AbortedError)
		return new AbortedError(error.signal, error.progress ?? progress);
	if (
		error instanceof ApiError &&
		(error.status === 401 || error.status === 429 || error.status >= 500)
	)
		return new ApiError(
			error.status,
			error.reason,
			error.detail,
			error.details,
			error.progress ?? progress,
		);
	return error;
}

/** This user may not. */
export function isForbidden(error: unknown): error is ApiError {
	return error instanceof ApiError && error.status === 403;
}

/** What was asked for, or where it was looked for, is not there. */
export function isNotFound(error: unknown): error is ApiError {
	return error instanceof ApiError && error.status === 404;
}

/** What is read; undefined where this user may not read it. */
export const unlessForbidden = unless(isForbidden);

/** What is read; undefined where it is not there. */
export const unlessNotFound = unless(isNotFound);

/** What is read; undefined where that failed, and what follows may succeed all the same. */
export const unlessFailed = unless((error) => !isFatal(error));

function unless(isNothing: (error: unknown) => boolean) {
	return <T>(reading: Promise<T>): Promise<T | undefined> =>
		reading.catch((error: unknown) => {
			if (isNothing(error)) return undefined;
			throw error;
		});
}

/** What `work` comes to, or the signal's reason, whichever is first. */
export async function unlessAborted<T>(
	work: Promise<T>,
	signal: AbortSignal,
): Promise<T> {
	signal.throwIfAborted();
	const { promise, reject } = Promise.withResolvers<never>();
	const stop = (): void => reject(signal.reason);
	signal.addEventListener("abort", stop, { once: true });
	try {
		return await Promise.race([work, promise]);
	} finally {
		signal.removeEventListener("abort", stop);
	}
}

/** The API server does not know the kind at all: it is too old, or it is switched off there. */
export function isApiMissing(error: unknown): boolean {
	return (
		isNotFound(error) && error.details.name === "" && error.details.kind === ""
	);
}

/** The namespace that a write was meant for is not there. */
export function isNamespaceMissing(error: unknown): error is ApiError {
	return isNotFound(error) && error.details.kind === "namespaces";
}

/** The namespace is being deleted, and takes nothing new. */
export function isNamespaceTerminating(error: unknown): boolean {
	return (
		error instanceof ApiError &&
		error.details.causes.includes("NamespaceTerminating")
	);
}
