import { BARE, type Flag } from "./core/command-line/flag.ts";
import { nearest } from "./core/command-line/nearest.ts";
import { UsageError } from "./errors.ts";

/** A command line whose every flag is written `--name=value`. */
export interface PlainArgv {
	/** `--name=value`, in order; a switch is `--name=true` or `false`; a bare optional flag has BARE. */
	readonly flags: readonly { readonly name: string; readonly value: string }[];
	readonly positionals: readonly string[];
}

/**
 * Reads argv by kubectl's (pflag's) rules: `--x=V`, `--x V`, `-xV`, `-x V`,
 * `-x=V`, grouped switches, values that begin with a dash, optional values only
 * after `=`, and `--` to end the flags. Throws UsageError.
 */
export function plainArgv(
	argv: readonly string[],
	known: readonly Flag[],
): PlainArgv {
	const flags: { name: string; value: string }[] = [];
	const positionals: string[] = [];
	for (let index = 0; index < argv.length; index++) {
		const word = argv[index] ?? "";
		if (word === "--") {
			positionals.push(...argv.slice(index + 1));
			break;
		}
		if (!word.startsWith("-") || word === "-") {
			positionals.push(word);
			continue;
		}
		const next = (shown: string): string => {
			const value = argv[++index];
			if (value === undefined)
				throw new UsageError(`flag needs an argument: ${shown}`, true);
			return value;
		};
		if (word.startsWith("--")) flags.push(longFlag(word, known, next));
		else flags.push(...shortFlags(word, known, next));
	}
	return { flags, positionals };
}

function longFlag(
	word: string,
	known: readonly Flag[],
	next: (shown: string) => string,
) {
	const equals = word.indexOf("=");
	const name = word.slice(2, equals < 0 ? undefined : equals);
	const attached = equals < 0 ? undefined : word.slice(equals + 1);
	const flag = known.find((candidate) => candidate.name === name);
	if (flag === undefined) throw unknownFlag(name, known);
	return { name, value: valueFor(flag, `--${name}`, attached, next) };
}

function shortFlags(
	word: string,
	known: readonly Flag[],
	next: (shown: string) => string,
) {
	const flags: { name: string; value: string }[] = [];
	for (let rest = word.slice(1); rest !== ""; ) {
		const letter = rest[0] ?? "";
		const flag = known.find((candidate) => candidate.short === letter);
		if (flag === undefined)
			throw new UsageError(
				`unknown shorthand flag: '${letter}' in -${letter}`,
				true,
			);
		rest = rest.slice(1);
		const takesRest =
			flag.kind === "text" || flag.kind === "list" || rest.startsWith("=");
		const attached =
			takesRest && rest !== "" ? rest.replace(/^=/, "") : undefined;
		if (takesRest) rest = "";
		flags.push({
			name: flag.name,
			value: valueFor(flag, `-${letter}`, attached, next),
		});
	}
	return flags;
}

function valueFor(
	flag: Flag,
	shown: string,
	attached: string | undefined,
	next: (shown: string) => string,
): string {
	if (flag.kind === "text" || flag.kind === "list")
		return attached ?? next(shown);
	if (flag.kind === "optional") return attached ?? BARE;
	if (attached === undefined) return "true";
	// The spellings that Go's strconv.ParseBool takes.
	if (/^(1|t|T|TRUE|true|True)$/.test(attached)) return "true";
	if (/^(0|f|F|FALSE|false|False)$/.test(attached)) return "false";
	throw new UsageError(
		`invalid value for ${shown}: must be true or false`,
		true,
	);
}

function unknownFlag(name: string, known: readonly Flag[]): UsageError {
	const names = known
		.filter((flag) => flag.hidden === undefined)
		.map((flag) => flag.name);
	const likely = nearest(name, names);
	// What follows an unknown name may be a secret's beginning: only letters, digits and dashes are repeated.
	const shown = /^[\w-]{1,40}$/.test(name)
		? `--${name}`
		: "a flag that does not exist";
	return new UsageError(
		`unknown flag: ${shown}${likely === undefined ? "" : `; did you mean --${likely}?`}`,
		true,
	);
}
