import type { Options } from "yargs";
import { readLine, yargsWords } from "./argv.ts";
import { type Command, command, type Prepared } from "./command.ts";
import { apply } from "./commands/apply/command.ts";
import { attach } from "./commands/attach/command.ts";
import { check } from "./commands/check/command.ts";
import { completion } from "./commands/completion/command.ts";
import { create } from "./commands/create/command.ts";
import { detach } from "./commands/detach/command.ts";
import { explain } from "./commands/explain/command.ts";
import { exportKey } from "./commands/export/command.ts";
import { images } from "./commands/images/command.ts";
import { inject } from "./commands/inject/command.ts";
import { install } from "./commands/install/command.ts";
import { list } from "./commands/list/command.ts";
import { prune } from "./commands/prune/command.ts";
import { rotate } from "./commands/rotate/command.ts";
import { sync } from "./commands/sync/command.ts";
import { uninstall } from "./commands/uninstall/command.ts";
import {
	areMeant,
	BARE,
	type Flag,
	type Line,
	operandText,
	switchFlag,
} from "./core/command-line/flag.ts";
import { nearest } from "./core/command-line/nearest.ts";
import type { Env } from "./core/env.ts";
import { ownValue } from "./core/own-value.ts";
import { UsageError } from "./errors.ts";
import {
	CONNECTION_FLAGS,
	checkEnvironment,
	HELP_FLAG,
	SOURCE_NAMESPACE_FLAG,
} from "./flags.ts";
import { givenOf } from "./given.ts";

/** Every verb, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
	command(create, () => import("./commands/create/create.ts")),
	command(apply, () => import("./commands/apply/apply.ts")),
	command(rotate, () => import("./commands/rotate/rotate.ts")),
	command(sync, () => import("./commands/sync/sync.ts")),
	command(list, () => import("./commands/list/list.ts")),
	command(prune, () => import("./commands/prune/prune.ts")),
	command(attach, () => import("./commands/attach/attach.ts")),
	command(detach, () => import("./commands/detach/detach.ts")),
	command(inject, () => import("./commands/inject/inject.ts")),
	command(images, () => import("./commands/images/images.ts")),
	command(explain, () => import("./commands/explain/explain.ts")),
	command(check, () => import("./commands/check/check.ts")),
	command(exportKey, () => import("./commands/export/export.ts")),
	command(install, () => import("./commands/install/install.ts")),
	command(uninstall, () => import("./commands/uninstall/uninstall.ts")),
	command(completion, () => import("./commands/completion/completion.ts")),
];

type Invocation =
	| { readonly want: "version" }
	| { readonly want: "help"; readonly command?: Command | undefined }
	| { readonly want: "global-flags" }
	| {
			readonly want: "run";
			/** A word that would be a value of this flag, had it stood behind `=`, if there is such a file. */
			readonly doubt:
				| { readonly word: string; readonly flag: string }
				| undefined;
			readonly prepared: Prepared;
	  };

const VERSION_FLAG: Flag = switchFlag("version", "Show the version.");

/** The flags that stand at any place of every command line. */
export const EVERYWHERE: readonly Flag[] = [
	...CONNECTION_FLAGS,
	HELP_FLAG,
	VERSION_FLAG,
];

/** Every flag of every command: what a word means is known before the verb is. */
export const EVERY_FLAG: readonly Flag[] = [
	...EVERYWHERE,
	...COMMANDS.flatMap(({ flags }) => flags),
];

/** A verb of ours, and words that people type for it. */
const MEANT: readonly (readonly [verb: string, ...words: string[]])[] = [
	["list", "get", "ls", "status"],
	["prune", "delete", "rm", "remove"],
	["create", "add", "new", "login"],
	["sync", "copy", "cp", "adopt", "diff"],
	["attach", "link", "patch"],
	["detach", "unlink"],
	["rotate", "update", "renew", "replace"],
	["check", "doctor", "verify"],
	["explain", "why", "debug", "describe"],
];

/** Flags that other programs or commands have, and ours for the same, or an operand; the first that a command has. */
const MEANT_FLAGS: Readonly<Record<string, readonly string[]>> = {
	"from-file": ["from-docker-config=PATH"],
	"from-env-file": ["from-docker-config=PATH"],
	"docker-config": ["from-docker-config=PATH"],
	"from-docker-config": ["docker-config"],
	authfile: ["from-docker-config=PATH", "docker-config"],
	"registry-config": ["from-docker-config=PATH", "docker-config"],
	username: ["registry-username"],
	password: ["registry-password-stdin"],
	"password-stdin": ["registry-password-stdin"],
	"docker-password-stdin": ["registry-password-stdin"],
	"from-literal": ["registry-password-stdin"],
	secret: ["NAME"],
	"secret-name": ["secret", "NAME"],
	name: ["secret", "NAME"],
};

function flagsOf(command: Command): readonly Flag[] {
	return [...command.flags, ...EVERYWHERE];
}

/**
 * argv to an invocation. Throws UsageError; `commandOf` tells which command's help
 * the message should point to. yargs is loaded only for what runs, and has flags.
 */
export async function parse(
	argv: readonly string[],
	env: Env,
): Promise<Invocation> {
	const line = readLine(argv, EVERY_FLAG);
	const [verb, ...operands] = line.positionals;
	const command = commandNamed(verb);
	refuseUnknown(line, command);
	const wants = (name: string): boolean =>
		line.flags.findLast((flag) => flag.name === name)?.value === "true";

	if (verb === "help") {
		const [asked] = operands;
		if (asked === "options") return { want: "global-flags" };
		const about = commandNamed(asked);
		if (asked !== undefined && about === undefined) throw unknownCommand(asked);
		return { want: "help", command: about };
	}
	if (verb === "options") {
		if (operands.length > 0)
			throw new UsageError("options takes no arguments", true);
		return { want: "global-flags" };
	}
	if (wants("help")) return { want: "help", command };
	if (wants("version") || verb === "version") return { want: "version" };
	if (verb === undefined) {
		if (line.flags.length > 0) throw new UsageError("no command given", true);
		return { want: "help" };
	}
	checkEnvironment(env);
	if (command === undefined) throw unknownCommand(verb);
	const flags = flagsOf(command);
	const { least, most } = arityOf(command);
	// To load yargs takes a tenth of `completion bash`, and what it would say of such a line is known.
	const isPlain =
		line.flags.length === 0 &&
		operands.length >= least &&
		operands.length <= most;
	const values = isPlain ? {} : await valuesByYargs(command, line);
	checkTogether(values, flags, operands);
	return {
		want: "run",
		doubt: doubtOf(line, command),
		prepared: command.prepare(givenOf(values, flags, operands), env),
	};
}

/** The command of a command line that may not parse, for pointing to its help. */
export function commandOf(argv: readonly string[]): Command | undefined {
	return commandNamed(readLine(argv, EVERY_FLAG).positionals[0]);
}

function commandNamed(verb: string | undefined): Command | undefined {
	return COMMANDS.find((command) => command.verb === verb);
}

function unknownCommand(verb: string): UsageError {
	const verbs = COMMANDS.map((command) => command.verb);
	const [meant] = MEANT.find((words) => words.includes(verb)) ?? [];
	const likely = meant ?? nearest(verb, verbs);
	const shown = /^[\w-]{1,40}$/.test(verb) ? ` "${verb}"` : "";
	return new UsageError(
		`unknown command${shown}${likely === undefined ? "" : `; did you mean "${likely}"?`}`,
		likely === undefined,
	);
}

/** Throws a UsageError for what cannot be read, or is no flag of this command. */
function refuseUnknown(
	{ fault, flags }: Line,
	command: Command | undefined,
): void {
	const known = command ? flagsOf(command) : EVERY_FLAG;
	const foreign = flags.find(
		({ name }) => !known.some((flag) => flag.name === name),
	);
	switch (fault?.is) {
		case undefined:
			if (foreign === undefined) return;
			throw foreign.shown.startsWith("--")
				? unknownFlag(foreign.name, known, command)
				: unknownLetter(foreign.shown.slice(1));
		case "unknown flag":
			throw unknownFlag(fault.name, known, command);
		case "unknown letter":
			throw unknownLetter(fault.letter);
		case "no value":
			throw new UsageError(`flag needs an argument: ${fault.flag}`, true);
		case "no boolean":
			throw new UsageError(
				`invalid value for ${fault.flag}: must be true or false`,
				true,
			);
	}
}

function unknownLetter(letter: string): UsageError {
	return new UsageError(
		`unknown shorthand flag: '${letter}' in -${letter}`,
		true,
	);
}

function unknownFlag(
	name: string,
	known: readonly Flag[],
	command: Command | undefined,
): UsageError {
	const names = known
		.filter((flag) => flag.hidden === undefined)
		.map((flag) => flag.name);
	const operands = command?.operands.map((operand) => operand.name) ?? [];
	// Elsewhere -n is no place of the source's: with it, prune would delete the source itself.
	const meant =
		name === "from" && known.includes(SOURCE_NAMESPACE_FLAG)
			? ["namespace"]
			: (ownValue(MEANT_FLAGS, name) ?? []);
	const glued =
		meant.length > 0
			? undefined
			: known.find((flag) => name.startsWith(flag.name))?.name;
	const likely =
		meant.find((word) =>
			[...names, ...operands].includes(word.replace(/=.*/, "")),
		) ??
		nearest(name, names) ??
		glued;
	const better = known.some(({ short }) => short === name)
		? `-${name}`
		: likely !== undefined && operands.includes(likely)
			? `"${command?.verb} ${likely}"`
			: likely && `--${likely}`;
	// What follows a flag's name, or an odd one, may be a secret's beginning; another command's flag is none.
	const shown =
		(glued === undefined && /^[\w-]{1,40}$/.test(name)) ||
		COMMANDS.some(({ flags }) => flags.some((flag) => flag.name === name))
			? `--${name}`
			: "a flag that does not exist";
	return new UsageError(
		`unknown flag: ${shown}${better === undefined ? "" : `; did you mean ${better}?`}`,
		true,
	);
}

/** How yargs says what it refuses: on one line, flags with their dashes. */
const WORDS = {
	"Invalid values:": "invalid value",
	"Argument: %s, Given: %s, Choices: %s": "for --%s: %s; must be one of %s",
};

function arityOf({ operands }: Command): { least: number; most: number } {
	return {
		least: operands.filter(({ optional }) => !optional).length,
		most: operands.some(({ many }) => many)
			? Number.POSITIVE_INFINITY
			: operands.length,
	};
}

/** The values of the flags, by name. Types, choices and how many operands: yargs knows. */
async function valuesByYargs(
	command: Command,
	line: Line,
): Promise<Readonly<Record<string, unknown>>> {
	const { default: yargs } = await import("yargs");
	const { least, most } = arityOf(command);
	const { verb } = command;
	const first = command.operands.find(({ optional }) => !optional);
	const parser = yargs()
		.locale("en")
		.updateStrings(WORDS)
		.help(false)
		.version(false)
		.exitProcess(false)
		.parserConfiguration({
			"boolean-negation": false,
			"camel-case-expansion": false,
			"dot-notation": false,
			"parse-numbers": false,
			"parse-positional-numbers": false,
			"short-option-groups": false,
		})
		.fail((message, error) => {
			// yargs wraps what a coercion throws, and keeps its message.
			throw error instanceof Error && error.name !== "YError"
				? error
				: new UsageError(message.replace(/\s+/g, " "), error === undefined);
		})
		.options(
			Object.fromEntries(
				flagsOf(command).map((flag) => [flag.name, yargsOption(flag)]),
			),
		)
		.demandCommand(
			least,
			most,
			first?.missing ?? `${verb} needs ${first?.name}`,
			most === 0
				? `${verb} takes no arguments${command.flags.some(({ short }) => short === "f") ? "; give files with -f" : ""}`
				: `too many arguments: ${verb} takes ${command.operands.map(operandText).join(" ")}`,
		);
	// Not one of yargs's commands: it would lay out its help for each that it has run, 3 ms.
	return parser.parseAsync(yargsWords(line));
}

function yargsOption(flag: Flag): Options {
	const { kind, choices, refusal } = flag;
	return {
		type: kind === "switch" ? "boolean" : "string",
		...(choices && !refusal && { choices }),
		...(refusal && {
			coerce(value: string | string[]) {
				for (const each of [value].flat())
					if (each !== BARE && !choices?.includes(each))
						throw new UsageError(refusal(each));
				return value;
			},
		}),
	};
}

/**
 * An optional value stands behind `=`, as in pflag; what stands behind a space is an operand. Throws a
 * UsageError where it can only have been meant as the value; a word that may name a file is for the
 * caller to look for.
 */
function doubtOf(
	{ flags, positionals: [, ...operands] }: Line,
	command: Command,
): { word: string; flag: string } | undefined {
	const bare = command.flags.filter(
		({ name, kind }) =>
			kind === "optional" &&
			flags.some((flag) => flag.name === name && flag.value === BARE),
	);
	for (const { name, choices } of bare) {
		const word = operands.find((operand) => choices?.includes(operand));
		if (word !== undefined) throw valueApart(name, word);
	}
	const [first] = bare.filter(({ values }) => values === "file");
	const [word] = operands;
	if (first === undefined || word === undefined) return undefined;
	// No Secret's name has a slash.
	if (word.includes("/")) throw valueApart(first.name, word);
	return { word, flag: first.name };
}

/** A value that does not stand behind `=`. */
export function valueApart(flag: string, value: string): UsageError {
	return new UsageError(
		`--${flag} takes its value after "=": --${flag}=${value}`,
	);
}

/**
 * What flags say of each other, and of operands. yargs has all of it too, but its words take several lines and name no
 * flag as it is typed.
 */
function checkTogether(
	values: Readonly<Record<string, unknown>>,
	flags: readonly Flag[],
	operands: readonly string[],
): void {
	// A switch that is off is as if it were not there.
	const given = flags.filter(
		({ name }) =>
			(([values[name]].flat().at(-1) ?? false) as unknown) !== false,
	);
	const isGiven = (name: string) => given.some((flag) => flag.name === name);
	for (const { required, name } of flags)
		if (required !== undefined && !isGiven(name))
			throw new UsageError(required, true);
	const lastOf = ({ name }: Flag) => String([values[name]].flat().at(-1));
	const isMeant = (names: readonly string[], flag: Flag): boolean =>
		areMeant(names, flag.name, lastOf(flag));
	for (const flag of given) {
		const { conflicts = [], needs, alone } = flag;
		const other = given.find((each) => isMeant(conflicts, each));
		if (other) throw together(flag, other, lastOf(other));
		if (needs !== undefined && !given.some((each) => isMeant(needs, each)))
			throw new UsageError(
				`${typed(flag)} needs ${alternatives(
					flags
						.filter(({ hidden }) => !hidden)
						.flatMap((each) =>
							needs.flatMap((need) => {
								const [name, value] = need.split("=");
								return name === each.name ? typed(each, value) : [];
							}),
						),
				)}`,
			);
		if (alone !== undefined && operands.length > 0) throw new UsageError(alone);
	}
}

/** What is said of two flags of which the first cannot stand beside the second, or beside its `value` alone. */
function together(flag: Flag, other: Flag, value: string): UsageError {
	const { conflicts = [] } = flag;
	if (conflicts.includes(other.name))
		return new UsageError(
			`${typed(flag)} and ${typed(other)} cannot be used together`,
		);
	const left = other.choices?.filter(
		(choice) => !areMeant(conflicts, other.name, choice),
	);
	return new UsageError(
		`${typed(flag)} and ${typed(other, value)} cannot be used together; use ${alternatives((left ?? []).map((each) => typed(other, each)))}`,
	);
}

function alternatives(words: readonly string[]): string {
	const last = words.at(-1) ?? "";
	return words.length > 1
		? `${words.slice(0, -1).join(", ")} or ${last}`
		: last;
}

/** A flag as it is typed most: kubectl's everyday ones by their letter, and `-o` where it has a value. */
function typed({ name, short = "" }: Flag, value?: string): string {
	if (value !== undefined)
		return short === "o" ? `-o ${value}` : `--${name}=${value}`;
	return ["n", "A", "l", "f"].includes(short) ? `-${short}` : `--${name}`;
}
