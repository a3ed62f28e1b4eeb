import type { CommandHelp, Flag, Given, ValueSource } from "./flag.ts";
import { BARE } from "./flag.ts";

/** One thing that may be typed next; `about` is shown beside it. */
export interface Candidate {
	readonly value: string;
	readonly about?: string;
}

/** What may stand where the cursor is. */
export interface Completion {
	/** What is typed already and stays as it is: `a,` of `-n a,b`. */
	readonly kept: string;
	/** What the candidates begin with: `b` of `-n a,b`. */
	readonly typed: string;
	/** Known here, or to be asked for; empty: anything, so nothing is offered. */
	readonly offer: readonly Candidate[] | ValueSource;
	/** Values that were given before and are not offered again. */
	readonly taken: readonly string[];
	/** The flags on the line so far: they say which cluster is asked. */
	readonly given: Given;
}

/** What all command lines share with the program. */
export interface Vocabulary {
	readonly commands: readonly CommandHelp[];
	/** Flags of every command. */
	readonly everywhere: readonly Flag[];
}

/**
 * What may follow: `words` are complete, `last` is what is being typed ("" for a new word). A line that
 * would not parse offers nothing; nothing is thrown.
 */
export function completionOf(
	words: readonly string[],
	last: string,
	{ commands, everywhere }: Vocabulary,
): Completion {
	const all = [...everywhere, ...commands.flatMap(({ flags }) => flags)];
	const line = read(words, all);
	const [verb, ...operands] = line.operands;
	const command = commands.find((candidate) => candidate.verb === verb);
	const flags = [...(command?.flags ?? []), ...everywhere].filter(
		({ hidden }) => hidden === undefined,
	);
	const common = { kept: "", typed: last, taken: [], given: line.given };
	if (line.open) {
		const flag = flags.find(({ name }) => name === line.open?.name);
		return { ...common, ...flagValue(flag, last, line) };
	}
	if (last.startsWith("-") && !line.flagsEnded) {
		const equals = last.indexOf("=");
		if (equals < 0) return { ...common, offer: flagNames(flags, line) };
		const flag = find(last.slice(0, equals), flags);
		return { ...common, ...flagValue(flag, last.slice(equals + 1), line) };
	}
	const verbs = commands.map(({ verb: value, summary: about }) => ({
		value,
		about,
	}));
	if (verb === undefined) return { ...common, offer: verbs };
	if (verb === "help")
		return { ...common, offer: operands.length === 0 ? verbs : [] };
	const many = command?.operands.includes("…") ?? false;
	const offer =
		many || operands.length === 0 ? command?.operandValues : undefined;
	return { ...common, offer: known(offer), taken: operands };
}

/** A command line so far, as pflag would read it; unknown flags are taken for switches. */
interface Line {
	readonly operands: readonly string[];
	readonly flags: readonly { readonly name: string; readonly value: string }[];
	/** The flag whose value comes next. */
	readonly open: Flag | undefined;
	/** After `--`. */
	readonly flagsEnded: boolean;
	readonly given: Given;
}

function read(words: readonly string[], all: readonly Flag[]): Line {
	const operands: string[] = [];
	const flags: { name: string; value: string }[] = [];
	let open: Flag | undefined;
	let flagsEnded = false;
	for (const word of words) {
		if (open) {
			flags.push({ name: open.name, value: word });
			open = undefined;
		} else if (flagsEnded || !word.startsWith("-") || word === "-")
			operands.push(word);
		else if (word === "--") flagsEnded = true;
		else {
			const equals = word.indexOf("=");
			const flag = find(equals < 0 ? word : word.slice(0, equals), all);
			if (!flag) continue;
			if (equals >= 0)
				flags.push({ name: flag.name, value: word.slice(equals + 1) });
			else if (!word.startsWith("--") && word.length > 2 && takesWord(flag))
				flags.push({ name: flag.name, value: word.slice(2) });
			else if (takesWord(flag)) open = flag;
			else
				flags.push({
					name: flag.name,
					value: flag.kind === "switch" ? "true" : BARE,
				});
		}
	}
	return { operands, flags, open, flagsEnded, given: givenOf(operands, flags) };
}

/** `--name`, `-x`, or `-x…` with letters behind it. */
function find(word: string, flags: readonly Flag[]): Flag | undefined {
	return word.startsWith("--")
		? flags.find(({ name }) => name === word.slice(2))
		: flags.find(({ short }) => short === word[1]);
}

function takesWord({ kind }: Flag): boolean {
	return kind === "text" || kind === "list";
}

function givenOf(positionals: readonly string[], flags: Line["flags"]): Given {
	const all = (name: string) =>
		flags.filter((flag) => flag.name === name).map(({ value }) => value);
	return {
		positionals,
		has: (name) => all(name).length > 0,
		text: (name) => all(name).at(-1),
		list: (name) => all(name).flatMap((value) => value.split(",")),
		on: (name) => all(name).at(-1) === "true",
	};
}

/** Only flags that may still be given. */
function flagNames(flags: readonly Flag[], { given }: Line): Candidate[] {
	return flags
		.filter(({ name, kind }) => kind === "list" || !given.has(name))
		.flatMap(({ name, short, help: about }) => [
			{ value: `--${name}`, about },
			...(short === undefined ? [] : [{ value: `-${short}`, about }]),
		]);
}

function flagValue(flag: Flag | undefined, typed: string, { given }: Line) {
	const offer = known(flag?.values ?? flag?.choices);
	if (flag?.commas === undefined && flag?.kind !== "optional")
		return { typed, offer };
	const comma = typed.lastIndexOf(",") + 1;
	const kept = typed.slice(0, comma);
	const taken = [...given.list(flag.name), ...kept.split(",")];
	return { kept, typed: typed.slice(comma), offer, taken };
}

function known(
	offer: ValueSource | readonly string[] | undefined,
): readonly Candidate[] | ValueSource {
	if (typeof offer === "string") return offer;
	return (offer ?? []).map((value) => ({ value }));
}
