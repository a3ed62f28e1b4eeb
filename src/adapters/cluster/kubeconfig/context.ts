import type { Env } from "../../../core/env.ts";
import type { Clock, Files, Output } from "../../../world.ts";

/** What of the world a connection needs. */
export interface ConnectContext {
	readonly env: Env;
	readonly files: Files;
	readonly clock: Clock;
	/** Warnings of the server, lines of -v, what exec plugins say. */
	readonly err: Output;
	readonly interrupt: AbortSignal;
	/** Stdin is a terminal that nobody else reads: exec plugins may ask there. */
	readonly interactive: boolean;
}
