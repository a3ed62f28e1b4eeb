import fc from "fast-check";
import { readLine } from "../../src/argv.ts";
import { COMMANDS } from "../../src/cli.ts";
import type { Flag } from "../../src/core/command-line/flag.ts";
import { CONNECTION_FLAGS } from "../../src/flags.ts";
import { refusalIn } from "./oracle.ts";
import type { Subject } from "./subject.ts";

export interface Argv {
	readonly verb: string;
	readonly argv: readonly string[];
}

const flagsOf = new Map(
	COMMANDS.map(({ verb, flags }) => [verb, [...flags, ...CONNECTION_FLAGS]]),
);

const value = fc.oneof(
	fc.constantFrom(
		"",
		"a",
		"a,b",
		"-n",
		"--",
		"-",
		"true",
		"false",
		"T",
		"yes",
		"=",
		"a=b",
		"--context",
		"é",
	),
	fc.string({ maxLength: 3 }),
);

function wordsOf(flags: readonly Flag[]): fc.Arbitrary<readonly string[]> {
	const long = fc.tuple(
		fc.constantFrom(...flags.map(({ name }) => `--${name}`)),
		fc.constantFrom("", "=", " "),
		value,
	);
	const letters = flags.flatMap(({ short }) =>
		short === undefined ? [] : [short],
	);
	const short = fc.tuple(
		fc
			.array(fc.constantFrom(...letters, "="), { minLength: 1, maxLength: 4 })
			.map((all) => `-${all.join("")}`),
		fc.constantFrom("", "=", " "),
		value,
	);
	return (
		fc
			.array(
				fc.oneof(
					{
						weight: 5,
						arbitrary: fc
							.oneof(long, short)
							.map(([flag, by, text]) =>
								by === " "
									? [flag, text]
									: [flag + by + (by === "" ? "" : text)],
							),
					},
					{ weight: 2, arbitrary: value.map((text) => [text]) },
				),
				{ maxLength: 6 },
			)
			// An unset variable in `-n=$NS` is an empty value to us, and "=" to pflag.
			.map((words) =>
				words
					.flat()
					.filter((word) => !word.includes("\0") && !/^-[^-].*=$/.test(word)),
			)
	);
}

/** A verb's flags and operands, against pflag's reading of the same flags. */
export const argv: Subject<Argv> = {
	name: "argv",
	input: fc.constantFrom(...flagsOf.keys()).chain((verb) =>
		fc.record({
			verb: fc.constant(verb),
			argv: wordsOf(flagsOf.get(verb) ?? []),
		}),
	),
	async compare({ verb, argv }, ask) {
		const flags = flagsOf.get(verb) ?? [];
		const theirs = await ask("argv", {
			flags: flags.map(({ name, short = "", kind }) => ({ name, short, kind })),
			argv,
		});
		const ours = read(argv, flags);
		return refusalIn(theirs) !== undefined && "error" in ours
			? { ours, theirs: ours }
			: { ours, theirs };
	},
};

function read(argv: readonly string[], flags: readonly Flag[]): object {
	const { flags: given, positionals, fault } = readLine(argv, flags);
	if (fault) return { error: fault.is };
	const values: Record<string, string[]> = {};
	for (const { name, value } of given)
		values[name] = [...(values[name] ?? []), value];
	return { flags: values, positionals };
}
