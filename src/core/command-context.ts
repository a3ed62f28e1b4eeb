import type { Env } from "./env.ts";
import { usualSecretIn } from "./meshes/meshes.ts";
import { type ContextFlags, contextFlagsOf } from "./output/context-flags.ts";
import type { CommandContext } from "./output/shell.ts";

/** Where commands are pasted that are printed for a command line with these flags, in this environment. */
export function commandContextOf(
	flags: ContextFlags,
	env: Env,
): CommandContext {
	return { flags: contextFlagsOf(flags), usual: usualSecretIn(env) };
}
