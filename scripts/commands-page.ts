import { COMMANDS } from "../src/cli.ts";
import {
	defaultOf,
	type Flag,
	operandText,
} from "../src/core/command-line/flag.ts";
import { CONNECTION_FLAGS } from "../src/flags.ts";

/** docs/commands.md, made from the tables that the parser, the help and the completion read. */
export function commandsPage(): string {
	return `${[
		"# Commands",
		"Made from the help texts by `npm run docs`; `kubectl meshreg COMMAND --help` shows the same. Every command also takes [kubectl's own flags](#kubectls-own-flags).",
		"A value in brackets stands behind `=` and nowhere else: `--attach=builder`. `VALUE,…` is a list: separate by commas, or repeat the flag.",
		[
			"| command | |",
			"| --- | --- |",
			...COMMANDS.map(
				({ verb, summary }) => `| [\`${verb}\`](#${verb}) | ${summary} |`,
			),
		].join("\n"),
		...COMMANDS.flatMap(({ verb, operands, about, examples, flags }) => [
			`## ${verb}`,
			`\`${["kubectl meshreg", verb, ...operands.map(operandText), "[flags]"].join(" ")}\``,
			cell(about).replaceAll("\\|", "|"),
			`\`\`\`sh\n${Object.entries(examples)
				.map(([comment, line]) => `# ${comment}\n${line}`)
				.join("\n\n")}\n\`\`\``,
			flagTable(flags),
		]),
		"## kubectl's own flags",
		"They have kubectl's names, shorthands, meaning and precedence, and never mean anything about registries.",
		flagTable(CONNECTION_FLAGS),
	].join("\n\n")}\n`;
}

function flagTable(flags: readonly Flag[]): string {
	return [
		"| flag | |",
		"| --- | --- |",
		...flags
			.filter(({ hidden }) => hidden === undefined)
			.toSorted((a, b) => (a.name < b.name ? -1 : 1))
			.map((flag) => `| \`${spelling(flag)}\` | ${cell(flag.help)} |`),
	].join("\n");
}

function spelling(flag: Flag): string {
	const { name, short, kind } = flag;
	const preset = defaultOf(flag, {});
	const long = {
		switch: `--${name}`,
		text: `--${name}=${preset ?? "VALUE"}`,
		list: `--${name}=VALUE${flag.commas ? ",…" : ""}`,
		optional: `--${name}[=VALUE]`,
	}[kind];
	return cell(short === undefined ? long : `-${short}, ${long}`);
}

/** What would end a cell of a table, or look like a tag, is escaped. */
function cell(text: string): string {
	return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
