import { fstatSync } from "node:fs";
import { addAbortSignal, type Readable } from "node:stream";
import type { Env } from "../../core/env.ts";
import { FailureError } from "../../core/output/failure.ts";
import { EXIT } from "../../errors.ts";
import type { Output, Streams } from "../../world.ts";
import { systemWords } from "../error-code.ts";
import { attempt } from "../files.ts";
import { wholeOf } from "../pieces.ts";

/** The part of `process` that the streams need. `stdin` is only opened when it is read or asked about. */
interface ProcessStreams {
	readonly stdin: Readable & { readonly isTTY?: boolean };
	readonly stdout: OutputStream;
	readonly stderr: OutputStream;
	readonly env: Env;
	get exitCode(): string | number | null | undefined;
	set exitCode(status: string | number | null | undefined);
	once(event: "exit", listener: () => void): unknown;
}

interface OutputStream {
	write(text: string): unknown;
	on(event: "error", listener: (error: Error) => void): unknown;
	emit(event: "error", error: Error): unknown;
	readonly isTTY?: boolean;
	readonly columns?: number;
	readonly fd?: number;
}

/** The process's own streams. `interrupt` ends a wait for standard input, with its reason. */
export function processStreams(
	process: ProcessStreams,
	interrupt: AbortSignal,
): Streams {
	const batch = new Batch();
	let lost = false;
	process.once("exit", () => {
		batch.flush();
		// Not told by the status of the command, which may have ended before its output did.
		if (lost) process.exitCode ||= EXIT.failed;
	});
	const { env } = process;
	const colours = !isSet(env.NO_COLOR) && env.TERM !== "dumb";
	const err = output(process.stderr, batch, colours, () => {});
	const out = output(process.stdout, batch, colours, (reason) => {
		lost = true;
		err.write(`error: cannot write to standard output: ${reason}\n`);
	});
	return {
		out,
		err,
		get together() {
			return (
				(out.isTerminal && err.isTerminal) ||
				isOneFile(process.stdout.fd, process.stderr.fd)
			);
		},
		readInput: (limit) =>
			attempt("read", "standard input", async () => {
				const input = addAbortSignal(interrupt, process.stdin);
				const exceeded = () =>
					new FailureError({ cause: "input-too-large", limit });
				try {
					return await wholeOf(input, limit, exceeded);
				} catch (error) {
					throw interrupt.aborted ? interrupt.reason : error;
				}
			}),
		get inputIsTerminal() {
			return process.stdin.isTTY === true;
		},
		get interactive() {
			return err.isTerminal && process.stdin.isTTY === true;
		},
		// A build log may be a terminal, but nobody watches it move.
		animated:
			err.isTerminal && colours && !(isSet(env.CI) && env.CI !== "false"),
	};
}

/** Whether two file descriptors lead to one file, pipe or terminal. */
function isOneFile(one = -1, other = -1): boolean {
	try {
		const [a, b] = [fstatSync(one), fstatSync(other)];
		// Of what has no number, nothing is known.
		return a.ino !== 0 && a.ino === b.ino && a.dev === b.dev;
	} catch {
		return false;
	}
}

/** https://no-color.org: present and not empty, whatever the value. */
function isSet(value: string | undefined): boolean {
	return value !== undefined && value !== "";
}

/**
 * Writes what comes in one turn of the event loop at once, both streams in their order: a
 * line each would make ten thousand of them wait for the terminal ten thousand times.
 */
class Batch {
	#stream: OutputStream | undefined;
	#text = "";

	write(stream: OutputStream, text: string): void {
		if (this.#stream !== stream) this.flush();
		if (this.#text === "") setImmediate(() => this.flush());
		this.#stream = stream;
		this.#text += text;
	}

	flush(): void {
		const [stream, text] = [this.#stream, this.#text];
		this.#text = "";
		if (text === "" || stream === undefined) return;
		try {
			stream.write(text);
		} catch (error) {
			// To a file it is written at once, and fails at once.
			if (!(error instanceof Error)) throw error;
			stream.emit("error", error);
		}
	}
}

/** `lost` is told once why what was written did not get out, as on a full disk. */
function output(
	stream: OutputStream,
	batch: Batch,
	colours: boolean,
	lost: (reason: string) => void,
): Output {
	const gone = new AbortController();
	stream.on("error", (error) => {
		if (gone.signal.aborted) return;
		gone.abort(error);
		const code = "code" in error ? String(error.code) : error.name;
		// `… | head` has read enough, or the window is closed: nobody is left to tell, so the work goes on silently.
		if (!GONE.has(code)) lost(systemWords(error, code));
	});
	return {
		write(text) {
			if (!gone.signal.aborted) batch.write(stream, text);
		},
		isTerminal: stream.isTTY === true,
		colours: colours && stream.isTTY === true,
		get columns() {
			return stream.columns || 80;
		},
		gone: gone.signal,
	};
}

const GONE = new Set(["EPIPE", "EIO", "ECONNRESET", "ERR_STREAM_DESTROYED"]);
