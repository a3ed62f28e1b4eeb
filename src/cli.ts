import { type PlainArgv, plainArgv } from "./argv.ts";
import type { Command, Prepared } from "./command.ts";
import { attach } from "./commands/attach/attach.ts";
import { check } from "./commands/check/check.ts";
import { completion } from "./commands/completion/completion.ts";
import { create } from "./commands/create/create.ts";
import { detach } from "./commands/detach/detach.ts";
import { explain } from "./commands/explain/explain.ts";
import { exportKey } from "./commands/export/export.ts";
import { images } from "./commands/images/images.ts";
import { inject } from "./commands/inject/inject.ts";
import { list } from "./commands/list/list.ts";
import { prune } from "./commands/prune/prune.ts";
import { rotate } from "./commands/rotate/rotate.ts";
import { sync } from "./commands/sync/sync.ts";
import type { Flag, Given } from "./core/command-line/flag.ts";
import { nearest } from "./core/command-line/nearest.ts";
import { UsageError } from "./errors.ts";
import { CONNECTION_FLAGS, type Env, HELP_FLAG } from "./flags.ts";
import { givenOf, isSwitch, lastWins, switchesOf } from "./given.ts";

/** Every verb, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
	create,
	rotate,
	sync,
	list,
	prune,
	attach,
	detach,
	inject,
	images,
	explain,
	check,
	exportKey,
	completion,
];

/** What a command line asks for. */
export type Invocation =
	| { readonly want: "version" }
	| { readonly want: "help"; readonly command?: Command }
	| { readonly want: "global-flags" }
	| {
			readonly want: "run";
			readonly command: Command;
			readonly prepared: Prepared;
	  };

const VERSION_FLAG: Flag = {
	name: "version",
	kind: "switch",
	help: "Show the version.",
};

/** The flags that stand at any place of every command line. */
export const EVERYWHERE: readonly Flag[] = [
	...CONNECTION_FLAGS,
	HELP_FLAG,
	VERSION_FLAG,
];

/** All flags of a command, its own first. */
export function flagsOf(command: Command): readonly Flag[] {
	return [...command.flags, ...EVERYWHERE];
}

/**
 * argv to an invocation. Throws UsageError; `verbOf` tells which command's help
 * the message should point to. yargs is loaded only for what runs.
 */
export async function parse(
	argv: readonly string[],
	env: Env,
): Promise<Invocation> {
	const command = commandOf(argv);
	const words = plainArgv(
		argv,
		command === undefined ? everyFlag() : flagsOf(command),
	);
	const [verb, ...operands] = words.positionals;
	const wants = (name: string): boolean =>
		words.flags.findLast((flag) => flag.name === name)?.value === "true";

	if (verb === "help") return helpOn(operands[0]);
	if (verb === "options" && operands.length === 0)
		return { want: "global-flags" };
	if (wants("help"))
		return command === undefined ? { want: "help" } : { want: "help", command };
	if (wants("version") || verb === "version") return { want: "version" };
	if (command === undefined) {
		if (verb !== undefined) throw unknownCommand(verb);
		if (words.flags.length > 0)
			throw new UsageError("no command given; see 'kubectl meshreg --help'");
		return { want: "help" };
	}
	const given = words.flags.every(isSwitch(flagsOf(command)))
		? switchesOf(words.flags, flagsOf(command), operands)
		: await readWithYargs(command, words.flags, operands);
	const most = operandLimit(command);
	if (operands.length > most)
		throw new UsageError(
			most === 0
				? `unexpected argument: ${command.verb} takes no operands`
				: `too many arguments: ${command.verb} takes ${command.operands}`,
			true,
		);
	return { want: "run", command, prepared: command.prepare(given, env) };
}

/** The verb on a command line that may not parse, for pointing to its help. */
export function commandOf(argv: readonly string[]): Command | undefined {
	const flags = everyFlag();
	for (let index = 0; index < argv.length; index++) {
		const word = argv[index] ?? "";
		if (word === "--") return undefined;
		if (!word.startsWith("-") || word === "-")
			return COMMANDS.find((command) => command.verb === word);
		if (takesNextWord(word, flags)) index++;
	}
	return undefined;
}

function everyFlag(): readonly Flag[] {
	return [...EVERYWHERE, ...COMMANDS.flatMap((command) => command.flags)];
}

function takesNextWord(word: string, flags: readonly Flag[]): boolean {
	if (word.includes("=")) return false;
	const flag = word.startsWith("--")
		? flags.find((candidate) => candidate.name === word.slice(2))
		: word.length === 2 &&
			flags.find((candidate) => candidate.short === word[1]);
	return (
		flag !== undefined &&
		flag !== false &&
		(flag.kind === "text" || flag.kind === "list")
	);
}

function helpOn(verb: string | undefined): Invocation {
	if (verb === undefined) return { want: "help" };
	const command = COMMANDS.find((candidate) => candidate.verb === verb);
	if (command === undefined) throw unknownCommand(verb);
	return { want: "help", command };
}

function unknownCommand(verb: string): UsageError {
	const verbs = COMMANDS.map((command) => command.verb);
	const likely = nearest(verb, verbs);
	const shown = /^[\w-]{1,40}$/.test(verb) ? `"${verb}"` : "given";
	return new UsageError(
		`unknown command ${shown} for "kubectl meshreg"${likely === undefined ? "; see 'kubectl meshreg --help'" : `; did you mean "${likely}"?`}`,
	);
}

/** One for `[NAME]`, any number for `[SA…]`, none for "". */
function operandLimit(command: Command): number {
	if (command.operands === "") return 0;
	return command.operands.includes("…") ? Number.POSITIVE_INFINITY : 1;
}

/** yargs types the values; its handlers only record. */
async function readWithYargs(
	command: Command,
	words: PlainArgv["flags"],
	positionals: readonly string[],
): Promise<Given> {
	const { default: yargs } = await import("yargs");
	const flags = flagsOf(command);
	let read: Record<string, unknown> = {};
	const parser = yargs()
		.locale("en")
		.help(false)
		.version(false)
		.exitProcess(false)
		.strictOptions()
		.parserConfiguration({
			"boolean-negation": false,
			"camel-case-expansion": false,
			"dot-notation": false,
			"duplicate-arguments-array": true,
			"greedy-arrays": false,
			"parse-numbers": false,
			"short-option-groups": false,
		})
		.command(
			// The default command: for any other yargs lays out a help text that nobody asked for.
			"$0",
			command.summary,
			(builder) =>
				builder.options(
					Object.fromEntries(
						flags.map((flag) => [flag.name, yargsOption(flag)]),
					),
				),
			(values) => {
				read = values;
			},
		)
		.fail((message, error) => {
			throw error ?? new UsageError(message);
		});
	await parser.parseAsync(
		lastWins(words, flags).map(({ name, value }) => `--${name}=${value}`),
	);
	return givenOf(read, words, flags, positionals);
}

function yargsOption(flag: Flag): {
	type: "string" | "boolean";
	array: boolean;
} {
	return {
		type: flag.kind === "switch" ? "boolean" : "string",
		array: flag.kind === "list",
	};
}
