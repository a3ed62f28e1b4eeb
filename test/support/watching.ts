import { AbortedError } from "../../src/errors.ts";
import type { Outcome, Surroundings } from "./command-line.ts";
import type { TestBed } from "./test-bed.ts";

/** A command that runs until it is stopped. */
export interface Watching extends AsyncDisposable {
	/** Waits until all of these are printed, in any order, after what was waited for before; fails when the program ends first. */
	says(...texts: string[]): Promise<void>;
	/** Ends it, and returns all that it printed. */
	stop(signal?: "SIGINT" | "SIGTERM" | "SIGHUP"): Promise<Outcome>;
}

/** Starts `sync --watch` and waits until everything is in sync. */
export function watching(
	bed: Pick<TestBed, "run">,
	argv: readonly string[],
	given: Surroundings & { user?: string } = {},
): Promise<Watching> {
	return started(
		bed,
		["sync", "--watch", ...argv],
		["Watching for changes."],
		given,
	);
}

/** Starts a command that stays, and waits until it has said all of `first`. */
export async function started(
	bed: Pick<TestBed, "run">,
	argv: readonly string[],
	first: readonly string[],
	given: Surroundings & { user?: string } = {},
): Promise<Watching> {
	const interrupt = new AbortController();
	let printed = "";
	let look = () => {};
	let outcome: Outcome | undefined;
	const running = bed
		.run(argv, {
			...given,
			interrupt: interrupt.signal,
			onWrite(_, text) {
				printed += text;
				look();
			},
		})
		.then((ended) => {
			outcome = ended;
			look();
			return ended;
		});
	const says = (...texts: string[]) =>
		new Promise<void>((resolve, reject) => {
			look = () => {
				const ends = texts.map((text) => printed.indexOf(text) + text.length);
				if (texts.every((text) => printed.includes(text))) {
					printed = printed.slice(Math.max(...ends));
					resolve();
				} else if (outcome)
					reject(
						new Error(
							`it ended (${outcome.status}) before it said "${texts.join('" and "')}"; since the last wait: ${printed}`,
						),
					);
			};
			look();
		});
	const stop: Watching["stop"] = (signal = "SIGTERM") => {
		interrupt.abort(new AbortedError(signal));
		return running;
	};
	try {
		await says(...first);
	} catch (error) {
		await stop();
		throw error;
	}
	return {
		says,
		stop,
		async [Symbol.asyncDispose]() {
			await stop();
		},
	};
}
