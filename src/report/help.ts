import {
	type CommandHelp,
	type Flag,
	operandText,
} from "../core/command-line/flag.ts";
import { wrap } from "./wrap.ts";

const WIDTH = 80;

/** `kubectl meshreg --help`. */
export function overview(
	about: string,
	commands: readonly CommandHelp[],
): string {
	const widest = Math.max(...commands.map(({ verb }) => verb.length));
	const rows = commands.map(
		({ verb, summary }) => `  ${verb.padEnd(widest)}   ${summary}`,
	);
	return [
		wrap(about, WIDTH, ""),
		"",
		"Commands:",
		...rows,
		"",
		"Usage:",
		"  kubectl meshreg COMMAND [flags]",
		"",
		'Use "kubectl meshreg COMMAND --help" for more information about a command.',
		'Use "kubectl meshreg options" for the flags that every command takes.',
		"",
	].join("\n");
}

/** `kubectl meshreg VERB --help`, in kubectl's shape. */
export function commandHelp(command: CommandHelp): string {
	const examples = command.examples
		.map(({ comment, line }) => `  # ${comment}\n  ${line}`)
		.join("\n\n");
	const usage = [
		"kubectl meshreg",
		command.verb,
		...command.operands.map(operandText),
		"[flags]",
	].join(" ");
	return [
		command.about
			.split("\n\n")
			.map((paragraph) => wrap(paragraph, WIDTH, ""))
			.join("\n\n"),
		"",
		"Examples:",
		examples,
		"",
		"Options:",
		flagLines(command.flags),
		"",
		"Usage:",
		`  ${usage}`,
		"",
		'Use "kubectl meshreg options" for the flags that every command takes.',
		"",
	].join("\n");
}

/** `kubectl meshreg options`. */
export function globalFlags(flags: readonly Flag[]): string {
	return `The following flags can be passed to any command:\n\n${flagLines(flags)}\n`;
}

function flagLines(flags: readonly Flag[]): string {
	return flags
		.filter((flag) => flag.hidden === undefined)
		.toSorted((a, b) => (a.name < b.name ? -1 : 1))
		.map(
			(flag) =>
				`    ${heading(flag)}:\n${wrap(flag.help, WIDTH, " ".repeat(8))}`,
		)
		.join("\n\n");
}

function heading(flag: Flag): string {
	const short = flag.short === undefined ? "" : `-${flag.short}, `;
	const fallback =
		flag.default ??
		{ switch: "false", list: "[]", text: "''", optional: "''" }[flag.kind];
	const shown =
		flag.kind === "text" && flag.default !== undefined
			? `'${fallback}'`
			: fallback;
	return flag.kind === "optional"
		? `${short}--${flag.name}[=${fallback}]`
		: `${short}--${flag.name}=${shown}`;
}
