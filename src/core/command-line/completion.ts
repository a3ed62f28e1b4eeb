import {
	areMeant,
	type CommandHelp,
	type Flag,
	type Given,
	type Line,
	type ValueSource,
} from "./flag.ts";

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
	/** The command of the line. */
	readonly verb: string | undefined;
	/** The flags on the line so far: they say which cluster is asked. */
	readonly given: Given;
}

/** What all command lines share with the program. */
export interface Vocabulary {
	readonly commands: readonly CommandHelp[];
	readonly everywhere: readonly Flag[];
}

/**
 * What may follow a line so far, whose flags are `given`; `last` is what is being typed ("" for a
 * new word). Nothing is thrown.
 */
export function completionOf(
	line: Line,
	given: Given,
	last: string,
	{ commands, everywhere }: Vocabulary,
): Completion {
	const [verb, ...operands] = line.positionals;
	const command = commands.find((candidate) => candidate.verb === verb);
	const known = [...(command?.flags ?? []), ...everywhere];
	const there = known.filter(({ name }) => given.has(name));
	const flags = known.filter(({ hidden }) => hidden === undefined);
	const common = { kept: "", typed: last, taken: [], given, verb };
	if (line.open) {
		const flag = flags.find(({ name }) => name === line.open?.name);
		return { ...common, ...flagValue(flag, there, last, given) };
	}
	if (last.startsWith("-") && !line.flagsEnded) {
		const equals = last.indexOf("=");
		if (equals < 0)
			return { ...common, offer: flagNames(known, there, operands, given) };
		const flag = find(last.slice(0, equals), flags);
		const value = last.slice(equals + 1);
		return { ...common, ...flagValue(flag, there, value, given) };
	}
	const verbs = commands.map(({ verb: value, summary: about }) => ({
		value,
		about,
	}));
	if (verb === undefined) return { ...common, offer: verbs };
	if (verb === "help")
		return { ...common, offer: operands.length === 0 ? verbs : [] };
	const final = command?.operands.at(-1);
	const operand =
		command?.operands[operands.length] ?? (final?.many ? final : undefined);
	if (there.some(({ alone }) => alone !== undefined))
		return { ...common, offer: [] };
	return { ...common, offer: offered(operand?.values), taken: operands };
}

/** `--name`, `-x`, or `-x…` with letters behind it. */
function find(word: string, flags: readonly Flag[]): Flag | undefined {
	return word.startsWith("--")
		? flags.find(({ name }) => name === word.slice(2))
		: flags.find(({ short }) => short === word[1]);
}

/** Only flags that may still be given, beside what is `there`. */
function flagNames(
	known: readonly Flag[],
	there: readonly Flag[],
	operands: readonly string[],
	given: Given,
): Candidate[] {
	const isRefused = ({ name, conflicts = [], alone }: Flag) =>
		(alone !== undefined && operands.length > 0) ||
		there.some(
			(other) =>
				areMeant(conflicts, other.name, given.text(other.name)) ||
				other.conflicts?.includes(name),
		);
	const refused = new Set(known.filter(isRefused));
	const canBeGiven = (needed: string) =>
		known.some(
			(flag) =>
				!refused.has(flag) &&
				(there.includes(flag)
					? areMeant([needed], flag.name, given.text(flag.name))
					: needed.split("=")[0] === flag.name),
		);
	for (let last = -1; last < refused.size; ) {
		last = refused.size;
		for (const flag of known)
			if (flag.needs && !flag.needs.some(canBeGiven)) refused.add(flag);
	}
	return known
		.filter((flag) => flag.kind === "list" || !there.includes(flag))
		.filter((flag) => flag.hidden === undefined && !refused.has(flag))
		.flatMap(({ name, short, help: about }) => [
			{ value: `--${name}`, about },
			...(short === undefined ? [] : [{ value: `-${short}`, about }]),
		]);
}

/** Only values that may stand beside the flags that are `there`. */
function flagValue(
	flag: Flag | undefined,
	there: readonly Flag[],
	typed: string,
	given: Given,
) {
	const choices = flag?.choices?.filter((choice) =>
		there.every(
			({ conflicts }) => !conflicts?.includes(`${flag.name}=${choice}`),
		),
	);
	const offer = offered(flag?.values ?? choices);
	if (flag?.commas === undefined && flag?.kind !== "optional")
		return { typed, offer };
	const comma = typed.lastIndexOf(",") + 1;
	const kept = typed.slice(0, comma);
	const taken = [...given.list(flag.name), ...kept.split(",")];
	return { kept, typed: typed.slice(comma), offer, taken };
}

function offered(
	offer: ValueSource | readonly string[] | undefined,
): readonly Candidate[] | ValueSource {
	if (typeof offer === "string") return offer;
	return (offer ?? []).map((value) => ({ value }));
}
