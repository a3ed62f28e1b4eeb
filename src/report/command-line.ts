import { type Script, word } from "../core/output/shell.ts";

/**
 * A script as the one line to be pasted. `contextFlags`, such as `["--context", "prod"]`, lead to
 * the cluster that it is about: they are added to each call, so that it ends nowhere else.
 */
export function commandLine(
	script: Script,
	contextFlags: readonly string[],
): string {
	const flags = contextFlags.map(word);
	return script
		.map((pipeline) =>
			pipeline
				.map(({ program, words }) => [program, ...words, ...flags].join(" "))
				.join(" | "),
		)
		.join(" && ");
}
