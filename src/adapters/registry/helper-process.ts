import { isUtf8 } from "node:buffer";
import { FailureError } from "../../core/output/failure.ts";
import type { HelperFault } from "../../core/output/outside-failure.ts";
import type { Outside } from "../../world.ts";
import { endProgram, ProgramMissing, startProgram } from "../programs.ts";

/** What surrounds what is asked for a credential. */
export interface Surroundings extends Pick<Outside, "env" | "interrupt"> {
	/** Milliseconds. */
	readonly limit: number;
}

/** What a helper did. */
export interface HelperRun {
	readonly status: number;
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
	{
		program,
		args,
		input,
	}: {
		readonly program: string;
		readonly args: readonly string[];
		readonly input: string;
	},
	{ env, interrupt, limit }: Surroundings,
): Promise<HelperRun> {
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
	return new Promise((resolve, reject) => {
		const out: Buffer[] = [];
		const err: Buffer[] = [];
		let printed = 0;
		let drain: NodeJS.Timeout | undefined;

		const settle = (act: () => void): void => {
			clearTimeout(timer);
			clearTimeout(drain);
			interrupt.removeEventListener("abort", onAbort);
			for (const pipe of [child.stdin, child.stdout, child.stderr])
				pipe?.destroy();
			act();
		};
		const stop = (error: unknown): void =>
			settle(() => {
				endProgram(child, env);
				reject(error);
			});
		const onAbort = (): void => stop(interrupt.reason);
		const timer = setTimeout(
			() => stop(failure({ is: "silent", limit })),
			limit,
		);
		interrupt.addEventListener("abort", onAbort, { once: true });
		// It may have come while the program was looked for.
		if (interrupt.aborted) return onAbort();

		const keep = (chunks: Buffer[]) => (chunk: Buffer) => {
			printed += chunk.length;
			if (printed > OUTPUT_LIMIT) stop(failure({ is: "too-much" }));
			else chunks.push(chunk);
		};
		child.stdout.on("data", keep(out));
		child.stderr.on("data", keep(err));
		// One that answers without reading closes its end first.
		child.stdin?.on("error", () => {});
		child.stdin?.end(input);
		child.once("error", (error) =>
			settle(() =>
				reject(
					failure({
						is: "not-run",
						reason: String("code" in error ? error.code : error.message),
					}),
				),
			),
		);
		const done = (): void =>
			settle(() => {
				const printed = Buffer.concat(out);
				const status = child.exitCode ?? -1;
				// Read all the same, it would be another credential; of a failure it is words.
				if (status === 0 && !isUtf8(printed))
					return reject(failure({ is: "not-utf-8" }));
				resolve({
					status,
					out: printed.toString("utf8"),
					err: Buffer.concat(err).toString("utf8"),
				});
			});
		child.once("exit", () => {
			drain = setTimeout(done, DRAIN);
		});
		child.once("close", done);
	});
}
