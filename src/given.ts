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

/** The values that stand on a line, as yargs reads them; nothing has looked at them. */
export function valuesOn(
	{ flags }: Line,
	known: readonly Flag[],
): Readonly<Record<string, readonly (string | boolean)[]>> {
	const values: Record<string, (string | boolean)[]> = {};
	for (const { name, value } of flags) {
		const kind = known.find((flag) => flag.name === name)?.kind;
		values[name] ??= [];
		values[name].push(kind === "switch" ? value === "true" : value);
	}
	return values;
}

/** What a line says, which may not be finished. */
export function givenOn(line: Line, known: readonly Flag[]): Given {
	return givenOf(valuesOn(line, known), known, line.positionals.slice(1));
}
