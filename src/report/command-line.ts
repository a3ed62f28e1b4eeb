import { isUnprintable, lineOf, spelledOut } from "../core/output/printable.ts";
import {
	type CommandContext,
	type Remedy,
	type Script,
	wordsIn,
} from "../core/output/shell.ts";
import { wrap } from "../core/output/wrap.ts";

/** One word of a POSIX shell, quoted where it has to be. Only `word` makes one. */
type QuotedWord = string & { readonly [quoted]: true };
declare const quoted: unique symbol;

/** A script as the one line to be pasted there: each call ends in the cluster, and at the source, that it is about. */
export function commandLine(
	script: Script,
	commandContext: CommandContext,
): string {
	return script
		.map((command) => argvOf(command, commandContext).join(" "))
		.join(" && ");
}

/** Lays out what a person reads, each with its line end, in lines that fit the terminal. */
export interface Layout {
	/** Words, the first line behind `first` and the others behind `hang`, else as far in; nothing of "". */
	text(words: string, first?: string, hang?: string): string;
	/** What to run, behind `lead`; nothing where there is nothing. */
	command(script: Remedy, lead?: string): string;
}

/** A layout in `columns` (undefined: all on one line), of commands that are pasted there. */
export function layoutOf(
	columns: number | undefined,
	commandContext: CommandContext,
): Layout {
	return {
		text: (words, first = "", hang = " ".repeat(first.length)) =>
			words && `${wrap(lineOf(words), columns, first, hang)}\n`,
		command: (script, lead = "") =>
			script === undefined
				? ""
				: `${commandLines(script, commandContext, columns, lead)}\n`,
	};
}

/**
 * A script in lines that fit `columns` (undefined: on one), behind `lead`: a shell reads on after `&&` and a
 * backslash, so that it is still pasted as one. A word that is wider has a line of its own.
 */
function commandLines(
	script: Script,
	commandContext: CommandContext,
	columns: number | undefined,
	lead: string,
): string {
	const line = lead + commandLine(script, commandContext);
	if (columns === undefined || line.length <= columns) return line;
	const indent = `${/^ */.exec(lead)?.[0] ?? ""}  `;
	const lines: string[] = [];
	for (const [at, command] of script.entries()) {
		const [program, ...words] = argvOf(command, commandContext);
		const end = at < script.length - 1 ? " &&" : "";
		let current = `${at === 0 ? lead : indent}${program}`;
		for (const [index, each] of words.entries()) {
			const isLast = index === words.length - 1;
			const longer = `${current} ${each}`;
			const isFull = longer.length > columns - (isLast ? end.length : 2);
			if (isFull) lines.push(`${current} \\`);
			current = isFull ? `${indent}  ${each}` : longer;
		}
		lines.push(current + end);
	}
	return lines.join("\n");
}

function argvOf(
	command: Script[number],
	commandContext: CommandContext,
): (QuotedWord | "kubectl" | "meshreg")[] {
	return [
		"kubectl",
		...(command.program === "kubectl" ? [] : (["meshreg"] as const)),
		...wordsIn(command, commandContext).map(word),
	];
}

/** Quotes any text as one word. */
export function word(text: string): QuotedWord {
	if (isUnprintable(text) || text.includes("\n")) return ansiQuoted(text);
	// zsh reads a word that begins with = as the path of a program.
	return (
		/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text)
			? text
			: `'${text.replaceAll("'", "'\\''")}'`
	) as QuotedWord;
}

/**
 * As bash, zsh and ksh read it: what cannot be shown, a context's name for one, is escaped, byte by byte
 * in UTF-8: bash reads no `\u` in the C locale, and macOS's bash 3.2 reads none at all.
 */
function ansiQuoted(text: string): QuotedWord {
	const inside = spelledOut(text.replace(/[\\']/g, "\\$&"), (one) =>
		[...Buffer.from(one, "utf8")]
			.map((byte) => `\\${byte.toString(8).padStart(3, "0")}`)
			.join(""),
	);
	return `$'${inside}'` as QuotedWord;
}
