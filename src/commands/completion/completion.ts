import type { RunOf } from "../../command.ts";
import { EXIT } from "../../errors.ts";
import { COMPLETION_SCRIPTS, completionShim } from "../../report/completion.ts";
import type { CompletionOptions } from "./command.ts";

/** The work of `completion`: nothing outside is asked. */
export const run: RunOf<CompletionOptions> = async ({ shell, shim }) => {
	const text = shim ? completionShim(shell) : COMPLETION_SCRIPTS[shell];
	return { status: EXIT.done, document: { kind: "text", text } };
};
