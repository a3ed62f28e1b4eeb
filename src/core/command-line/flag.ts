import type { Env } from "../env.ts";

/**
 * How a flag takes its value, in pflag's terms: `text` and `list` take the next
 * word whatever it begins with, `switch` takes none, `optional` only after `=`.
 */
type FlagKind = "text" | "list" | "switch" | "optional";

/** Where the values of a flag or an operand come from: the cluster, the kubeconfig, or the disk. */
export type ValueSource =
	| "context"
	| "namespace"
	| "serviceaccount"
	| "pull-secret"
	/** Names of sources, in the namespace where the line's source is. */
	| "source-name"
	/** `NAMESPACE` or `NAMESPACE/NAME`: a namespace, and behind its `/` the sources there. */
	| "source"
	/** `NAMESPACE/NAME` of any pull Secret, whoever made it. */
	| "any-pull-secret"
	/** The registries of the source that the line means. */
	| "registry"
	| "pod"
	/** Images of the namespace's pods, the pods, and what makes them. */
	| "explained"
	| "cluster"
	| "user"
	| "file";

/** Under which heading help shows a flag; those of none come last. */
export const FLAG_GROUPS = [
	"Credential",
	"Verification",
	"Target",
	"Output",
] as const;

/** One flag, as the parser, the help and the completion read it. */
export interface Flag {
	/** Long name without dashes. */
	readonly name: string;
	/** One letter. */
	readonly short?: string;
	readonly kind: FlagKind;
	/** `list` and `optional` only: all values are one list, each split at commas. */
	readonly commas?: true;
	readonly group?: (typeof FLAG_GROUPS)[number];
	/** As help shows it after `=`: fixed, or what the environment makes of it. */
	readonly default?: string | ((env: Env) => string);
	/** The values that it may have. */
	readonly choices?: readonly string[];
	/** Why another is refused, where kubectl has words for that. */
	readonly refusal?: (value: string) => string;
	/** Flags that cannot stand beside it, by name; or not with one value: `output=yaml`. */
	readonly conflicts?: readonly string[];
	/** Without one of these beside it, it means nothing; named likewise. */
	readonly needs?: readonly string[];
	/** No operand can stand beside it: what is said where one does. */
	readonly alone?: string;
	/** The command cannot do without it: what is said where it is missing. */
	readonly required?: string;
	/** What completion offers for its value, beside `choices`: any other may be given as well. */
	readonly values?: ValueSource | readonly string[];
	/** Sentences for the help text. */
	readonly help: string;
	/** Taken for compatibility; not in help or completion. */
	readonly hidden?: true;
}

/** Makes a flag of one kind out of its name, its help and what else is to be said of it. */
const maker =
	(kind: FlagKind) =>
	(
		name: string,
		help: string,
		more: Omit<Flag, "name" | "kind" | "help"> = {},
	): Flag => ({ name, kind, help, ...more });

export const textFlag = maker("text");
export const listFlag = maker("list");
export const switchFlag = maker("switch");
export const optionalFlag = maker("optional");

/** Flags under one heading, those apart that have another. */
export function grouped(
	group: NonNullable<Flag["group"]>,
	flags: readonly Flag[],
): readonly Flag[] {
	return flags.map((flag) => ({ group, ...flag }));
}

/** The same flags, some with another help, by name: to one command they mean something else. */
export function withHelp(
	flags: readonly Flag[],
	helps: Readonly<Record<string, string>>,
): readonly Flag[] {
	return flags.map((flag) => ({
		...flag,
		help: helps[flag.name] ?? flag.help,
	}));
}

/** Whether `names`, as flags name each other, mean the flag `name` with this value. */
export function areMeant(
	names: readonly string[],
	name: string,
	value: string | undefined,
): boolean {
	return names.includes(name) || names.includes(`${name}=${value}`);
}

/** The default as help shows it, in this environment; undefined where there is none. */
export function defaultOf(flag: Flag, env: Env): string | undefined {
	return typeof flag.default === "function" ? flag.default(env) : flag.default;
}

/** A flag given as `optional` without a value: no argument of a process can hold a NUL. */
export const BARE = "\0";

/** A command line as words, before anything is asked of them. */
export interface Line {
	/** In their order; a switch's value is `true` or `false`, a bare optional one's BARE. `shown`: as it is written. */
	readonly flags: readonly {
		readonly name: string;
		readonly value: string;
		readonly shown: string;
	}[];
	readonly positionals: readonly string[];
	/** The flag whose value is the next word. */
	readonly open: Flag | undefined;
	/** After `--`. */
	readonly flagsEnded: boolean;
	/** The first thing that is wrong with it. */
	readonly fault?: LineFault;
}

/** What is wrong with a command line; `flag` as it is written. */
export type LineFault =
	| { readonly is: "unknown flag"; readonly name: string }
	| { readonly is: "unknown letter"; readonly letter: string }
	| { readonly is: "no value"; readonly flag: string }
	| { readonly is: "no boolean"; readonly flag: string };

/** What a command takes besides flags. */
interface Operand {
	/** As help shows it: `NAME`. */
	readonly name: string;
	readonly optional?: true;
	/** Any number of them. */
	readonly many?: true;
	/** What completion offers for it. */
	readonly values?: ValueSource | readonly string[];
	/** What is said where it is missing. */
	readonly missing?: string;
}

/** An operand as help shows it: `[NAME]`, `[SA…]`, `IMAGE`. */
export function operandText({ name, optional, many }: Operand): string {
	const text = many ? `${name}…` : name;
	return optional ? `[${text}]` : text;
}

/** Reads the flags of one command line by name; asking for a flag that is not declared is a bug and throws. */
export interface Given {
	readonly positionals: readonly string[];
	/** Whether the flag stands on the command line. */
	has(name: string): boolean;
	/** The last value given; BARE for an optional flag without one. */
	text(name: string): string | undefined;
	/** All values, split at commas where the flag says so. */
	list(name: string): readonly string[];
	on(name: string): boolean;
}

/** What a command says of itself, for help and completion. */
export interface CommandHelp {
	readonly verb: string;
	/** One line, for the list of commands. */
	readonly summary: string;
	/** What it does: paragraphs. */
	readonly about: string;
	/** Command lines by what each is for. */
	readonly examples: Readonly<Record<string, string>>;
	/** In their order; only the last can be many. */
	readonly operands: readonly Operand[];
	readonly flags: readonly Flag[];
}
