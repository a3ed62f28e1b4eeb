import type { Joining } from "./actions/contexts/over-contexts.ts";
import type { CommandHelp, Given } from "./core/command-line/flag.ts";
import { CONTEXTS_FLAG, contextsOf, type Env } from "./flags.ts";
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
		/** It also works in several contexts at once (`--contexts`): how its output is then joined. */
		joining?(given: Given): Joining;
	},
): Command {
	const { joining } = definition;
	return {
		...definition,
		flags: joining ? [CONTEXTS_FLAG, ...definition.flags] : definition.flags,
		prepare(given, env) {
			const options = definition.options(given, env);
			const run = (world: World) => definition.run(options, world);
			const contexts = joining && contextsOf(given);
			if (!contexts) return run;
			const how = joining(given);
			return async (world) => {
				const { overContexts } = await import(
					"./actions/contexts/over-contexts.ts"
				);
				return overContexts(contexts, how, world, run);
			};
		},
	};
}
