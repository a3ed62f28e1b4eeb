import type { Flag, Given, Line } from "./core/command-line/flag.ts";

/** Values by name, as yargs read them, as a command reads them. */
export function givenOf(
	values: Readonly<Record<string, unknown>>,
	flags: readonly Flag[],
	positionals: readonly string[],
): Given {
	/** All that a flag was given, in order; yargs makes an array of several. */
	const all = (name: string): readonly unknown[] => {
		if (!flags.some((flag) => flag.name === name))
			throw new Error(`the flag --${name} is not declared`);
		const value = values[name];
		return value === undefined ? [] : Array.isArray(value) ? value : [value];
	};
	const texts = (name: string) =>
		all(name).filter((value) => typeof value === "string");
	return {
		positionals,
		has: (name) => all(name).length > 0,
		// A flag that is no list keeps its last value, as in pflag.
		text: (name) => texts(name).at(-1),
		list: (name) =>
			flags.find((flag) => flag.name === name)?.commas
				? texts(name).flatMap((text) => text.split(","))
				: texts(name),
		on: (name) => {
			const value = all(name).at(-1);
			return value === true || value === "true";
		},
	};
}

/** The same of a line that may not be finished, whose values nothing has looked at. */
export function givenOn(
	{ flags, positionals }: Line,
	known: readonly Flag[],
): Given {
	const values = Map.groupBy(flags, ({ name }) => name);
	return givenOf(
		Object.fromEntries(
			[...values].map(([name, all]) => [name, all.map(({ value }) => value)]),
		),
		known,
		positionals.slice(1),
	);
}
