import type { Outcome } from "../../core/document.ts";
import { EXIT } from "../../errors.ts";
import { COMPLETION_SCRIPTS, completionShim } from "../../report/completion.ts";
import type { CompletionOptions } from "./command.ts";

/** The work of `completion`: nothing outside is asked. */
export async function run({
	shell,
	shim,
}: CompletionOptions): Promise<Outcome> {
	const text = shim ? completionShim(shell) : COMPLETION_SCRIPTS[shell];
	return { status: EXIT.done, document: { kind: "text", text } };
}
