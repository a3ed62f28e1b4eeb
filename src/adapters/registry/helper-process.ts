import { isUtf8 } from "node:buffer";
import type { Readable } from "node:stream";
import { FailureError } from "../../core/output/failure.ts";
import type { HelperFault } from "../../core/output/outside-failure.ts";
import { failureWords } from "../../core/registry/words.ts";
import { unlessAborted } from "../../errors.ts";
import type { Outside } from "../../world.ts";
import {
	endProgram,
	ProgramMissing,
	type RunningProgram,
	startProgram,
} from "../programs.ts";

/** What surrounds what is asked for a credential. */
export interface Surroundings extends Pick<Outside, "env" | "interrupt"> {
	/** Milliseconds. */
	readonly limit: number;
	/** PEM of authorities to trust besides the machine's, where we ask over TLS ourselves. */
	readonly ca?: string | undefined;
}

interface HelperRun {
	/** Its exit status, or the signal that ended it. */
	readonly ended: number | NodeJS.Signals;
	readonly out: string;
	readonly err: string;
}

/** More is no credential. */
const OUTPUT_LIMIT = 1 << 20;
/** After a helper's end: for what is still in its pipes, should a child that outlives it keep them open. */
const DRAIN = 1000;

/**
 * Runs a credential helper or provider with `input` on its standard input. It gets
 * a process group and pipes of its own, so that one that hangs is ended with its
 * children, and holds nothing of ours. Throws FailureError when it is missing,
 * prints too much, or takes longer than `limit` milliseconds.
 */
export async function runHelper(
	program: string,
	args: readonly string[],
	input: string,
	surroundings: Surroundings,
): Promise<HelperRun> {
	const { env, interrupt } = surroundings;
	const failure = (because: HelperFault) =>
		new FailureError({ cause: "helper-failed", program, because });
	interrupt.throwIfAborted();
	const child = await startProgram(program, args, env, {
		env,
		stdin: "pipe",
		group: true,
	}).catch((error: unknown) => {
		throw error instanceof ProgramMissing
			? failure({ is: "not-installed" })
			: error;
	});
	const { ended, out, err } = await endOf(child, input, failure, surroundings);
	// Read all the same, it would be another credential; of a failure it is words.
	if (ended === 0 && !isUtf8(out)) throw failure({ is: "not-utf-8" });
	return { ended, out: out.toString("utf8"), err: err.toString("utf8") };
}

/** What a credential helper of docker's did when it was asked for a server's credential, and its words should that be a failure. */
export async function askCredentialHelper(
	program: string,
	server: string,
	surroundings: Surroundings,
): Promise<HelperRun & { readonly words: string }> {
	const run = await runHelper(program, ["get"], server, surroundings);
	// It tells of a failure on standard output.
	return { ...run, words: failureWords(run.out.trim() || run.err, run.err) };
}

/** What a program that was started has printed when it ends, or is ended. Throws what `failure` makes of why it was. */
async function endOf(
	child: RunningProgram,
	input: string,
	failure: (because: HelperFault) => FailureError,
	{ env, interrupt, limit }: Surroundings,
): Promise<{ ended: HelperRun["ended"]; out: Buffer; err: Buffer }> {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	promise.catch(() => {}); // Nobody may wait for it: the interrupt may have come while the program was looked for.
	const timers = [
		setTimeout(() => reject(failure({ is: "silent", limit })), limit),
	];
	let printed = 0;
	const said = (stream: Readable): Buffer[] => {
		const chunks: Buffer[] = [];
		stream.on("data", (chunk: Buffer) => {
			printed += chunk.length;
			if (printed > OUTPUT_LIMIT) reject(failure({ is: "too-much" }));
			else chunks.push(chunk);
		});
		return chunks;
	};
	const [out, err] = [said(child.stdout), said(child.stderr)];
	// One that answers without reading closes its end first.
	child.stdin?.on("error", () => {});
	child.stdin?.end(input);
	child.once("error", (error) => {
		const reason = String("code" in error ? error.code : error.message);
		reject(failure({ is: "not-run", reason }));
	});
	child.once("exit", () => timers.push(setTimeout(resolve, DRAIN)));
	child.once("close", () => resolve());
	try {
		await unlessAborted(promise, interrupt);
		return {
			// One of the two is known by then.
			ended: child.exitCode ?? child.signalCode ?? -1,
			out: Buffer.concat(out),
			err: Buffer.concat(err),
		};
	} catch (error) {
		endProgram(child, env);
		throw error;
	} finally {
		for (const timer of timers) clearTimeout(timer);
		for (const pipe of [child.stdin, child.stdout, child.stderr])
			pipe?.destroy();
	}
}
