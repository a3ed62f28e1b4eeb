import type { Clock, Files, Output } from "../../../world.ts";

/** What of the world a connection needs. */
export interface ConnectContext {
	env: Readonly<Record<string, string | undefined>>;
	files: Files;
	clock: Clock;
	/** Warnings of the server, lines of -v, what exec plugins say. */
	err: Output;
	interrupt: AbortSignal;
	/** Stdin is a terminal that nobody else reads: exec plugins may ask there. */
	interactive: boolean;
}
