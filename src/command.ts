import type { CommandHelp, Given } from "./core/flag.ts";
import type { Env } from "./flags.ts";
import type { World } from "./world.ts";

/** A command whose options have been read: does its work, and returns the exit status. */
export type Prepared = (world: World) => Promise<number>;

/** A verb: what it shows in help, and how its command line becomes something to run. */
export interface Command extends CommandHelp {
	/** Throws UsageError; touches nothing outside. */
	prepare(given: Given, env: Env): Prepared;
}

/**
 * Joins the two halves of a command: `options` reads strings once, at the edge,
 * and `run` sees only typed options and the world.
 */
export function command<Options>(
	definition: CommandHelp & {
		/** How many operands it takes at most; default 1 where `operands` says something, else 0. */
		options(given: Given, env: Env): Options;
		run(options: Options, world: World): Promise<number>;
	},
): Command {
	return {
		...definition,
		prepare(given, env) {
			const options = definition.options(given, env);
			return (world) => definition.run(options, world);
		},
	};
}
