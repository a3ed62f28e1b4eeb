import type { Script } from "../core/output/shell.ts";

/** One word of a POSIX shell, quoted where it has to be. Only `word` makes one. */
type QuotedWord = string & { readonly [quoted]: true };
declare const quoted: unique symbol;

/**
 * A script as the one line to be pasted. `contextFlags`, such as `["--context", "prod"]`, lead to
 * the cluster that it is about: they are added to each call, so that it ends nowhere else.
 */
export function commandLine(
	script: Script,
	contextFlags: readonly string[],
): string {
	return script
		.map((pipeline) =>
			pipeline
				.map(({ program, words }) => {
					const all: QuotedWord[] = [...words, ...contextFlags].map(word);
					return [program, ...all].join(" ");
				})
				.join(" | "),
		)
		.join(" && ");
}

/** Quotes any text as one word. */
export function word(text: string): QuotedWord {
	return (
		/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
	) as QuotedWord;
}
