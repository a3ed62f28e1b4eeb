import type { PlainArgv } from "./argv.ts";
import type { Flag, Given } from "./core/command-line/flag.ts";

/** Whether a word's flag takes no value. */
export function isSwitch(flags: readonly Flag[]) {
	return ({ name }: { name: string }): boolean =>
		flags.find((flag) => flag.name === name)?.kind === "switch";
}

/** Switches have no values to type, and yargs takes as long to load as all the rest of a start. */
export function switchesOf(
	words: PlainArgv["flags"],
	flags: readonly Flag[],
	positionals: readonly string[],
): Given {
	const read = Object.fromEntries(
		words.map(({ name, value }) => [name, value === "true"]),
	);
	return givenOf(read, words, flags, positionals);
}

/** A flag that is no list keeps its last value, as in pflag. */
export function lastWins(words: PlainArgv["flags"], flags: readonly Flag[]) {
	return words.filter(
		({ name }, index) =>
			flags.find((flag) => flag.name === name)?.kind === "list" ||
			words.findLastIndex((word) => word.name === name) === index,
	);
}

/** Values by name, as yargs typed them, and the words that they came from, as a command reads them. */
export function givenOf(
	read: Readonly<Record<string, unknown>>,
	words: PlainArgv["flags"],
	flags: readonly Flag[],
	positionals: readonly string[],
): Given {
	const value = (name: string): unknown => {
		if (!flags.some((flag) => flag.name === name))
			throw new Error(`the flag --${name} is not declared`);
		return read[name];
	};
	return {
		positionals,
		has: (name) => value(name) !== undefined,
		text: (name) => {
			const text = value(name);
			return typeof text === "string" ? text : undefined;
		},
		list: (name) => {
			// yargs reads an array's empty value (an unset variable) as no value at all.
			const texts =
				value(name) === undefined
					? []
					: words
							.filter((word) => word.name === name)
							.map((word) => word.value);
			const commas = flags.find((flag) => flag.name === name)?.commas ?? false;
			return commas ? texts.flatMap((text) => text.split(",")) : texts;
		},
		on: (name) => value(name) === true,
	};
}
