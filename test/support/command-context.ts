import { commandContextOf } from "../../src/core/command-context.ts";
import type { CommandContext } from "../../src/core/output/shell.ts";

/** Where commands are pasted that lead with these flags, and no variable of ours is set. */
export function pasted(...flags: readonly string[]): CommandContext {
	return { ...commandContextOf({}, {}), flags };
}
