import { AbortedError } from "../../errors.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The part of `process` that signals need. */
interface SignalSource {
	on(event: (typeof SIGNALS)[number], listener: () => void): unknown;
	off(event: (typeof SIGNALS)[number], listener: () => void): unknown;
	exit(status: number): void;
	readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
}

/** What ends the whole run. */
export interface Interrupt {
	/** Aborts at the first signal; the reason is the AbortedError to end with. */
	readonly signal: AbortSignal;
	/** The same, as if the signal of this reason had come. */
	abort(reason: AbortedError): void;
	/** Runs work in which nothing is heard: until it ends, the signals are the system's, and end the process. */
	unheard<T>(work: () => T): T;
	/** Gives the signals back to the system. */
	release(): void;
}

/**
 * Turns Ctrl-C (SIGINT), SIGTERM and a closed window (SIGHUP) into one abort, so
 * that what is under way is ended in order and the terminal is put right. A second
 * signal is impatience: the process exits at once with that signal's status.
 */
export function interruptOn(source: SignalSource): Interrupt {
	const controller = new AbortController();
	const listeners = SIGNALS.map((signal) => {
		const listener = () => {
			const reason = new AbortedError(signal);
			if (controller.signal.aborted) source.exit(reason.exitStatus);
			else controller.abort(reason);
			// The terminal has shown ^C: neither a message nor the shell's prompt should stick to it.
			if (signal === "SIGINT" && source.stderr.isTTY) source.stderr.write("\n");
		};
		return { signal, listener };
	});
	const listen = (): void => {
		for (const { signal, listener } of listeners) source.on(signal, listener);
	};
	const release = (): void => {
		for (const { signal, listener } of listeners) source.off(signal, listener);
	};
	listen();
	return {
		signal: controller.signal,
		abort: (reason) => controller.abort(reason),
		unheard(work) {
			release();
			try {
				return work();
			} finally {
				listen();
			}
		},
		release,
	};
}
