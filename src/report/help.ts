import {
	type CommandHelp,
	defaultOf,
	FLAG_GROUPS,
	type Flag,
	operandText,
} from "../core/command-line/flag.ts";
import type { Env } from "../core/env.ts";
import { compare } from "../core/order.ts";
import { wrap } from "../core/output/wrap.ts";

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
		wrap(about, WIDTH),
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

/** `kubectl meshreg VERB --help`, in kubectl's shape; defaults are those of this environment. */
export function commandHelp(command: CommandHelp, env: Env): string {
	const examples = Object.entries(command.examples)
		.map(([comment, line]) => `  # ${comment}\n${pasted(line)}`)
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
			.map((paragraph) => wrap(paragraph, WIDTH))
			.join("\n\n"),
		"",
		"Examples:",
		examples,
		"",
		...[...FLAG_GROUPS, undefined].flatMap((group) => {
			const flags = command.flags.filter((flag) => flag.group === group);
			return flags.every(({ hidden }) => hidden)
				? []
				: [`${group ?? "Other"} Options:`, flagLines(flags, env), ""];
		}),
		"Usage:",
		`  ${usage}`,
		"",
		'Use "kubectl meshreg options" for the flags that every command takes.',
		"",
	].join("\n");
}

/** `kubectl meshreg options`. */
export function globalFlags(flags: readonly Flag[], env: Env): string {
	return `The following flags can be passed to any command:\n\n${flagLines(flags, env)}\n`;
}

/** A command line that is still one where it takes several. */
function pasted(line: string): string {
	const words = line.match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? [];
	const lines: string[] = [];
	for (const word of words) {
		const last = lines.at(-1);
		if (last === undefined) lines.push(`  ${word}`);
		else if (last.length + word.length + 3 <= WIDTH)
			lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(`      ${word}`);
	}
	return lines.join(" \\\n");
}

function flagLines(flags: readonly Flag[], env: Env): string {
	return flags
		.filter((flag) => flag.hidden === undefined)
		.toSorted((a, b) => compare(a.name, b.name))
		.map(
			(flag) =>
				`    ${heading(flag, env)}:\n${wrap(flag.help, WIDTH, " ".repeat(8))}`,
		)
		.join("\n\n");
}

function heading(flag: Flag, env: Env): string {
	const short = flag.short === undefined ? "" : `-${flag.short}, `;
	const preset = defaultOf(flag, env);
	const fallback =
		preset ??
		{ switch: "false", list: "[]", text: "''", optional: "''" }[flag.kind];
	const shown =
		flag.kind === "text" && preset !== undefined ? `'${fallback}'` : fallback;
	return flag.kind === "optional"
		? `${short}--${flag.name}[=${fallback}]`
		: `${short}--${flag.name}=${shown}`;
}
