/**
 * How a flag takes its value, in pflag's terms: `text` and `list` take the next
 * word whatever it begins with, `switch` takes none, `optional` only after `=`.
 */
export type FlagKind = "text" | "list" | "switch" | "optional";

/** Where the values of a flag or an operand come from: the cluster, the kubeconfig, or the disk. */
export type ValueSource =
	| "context"
	| "namespace"
	| "serviceaccount"
	| "pull-secret"
	| "pod"
	| "cluster"
	| "user"
	| "file";

/** One flag, as the parser, the help and the completion read it. */
export interface Flag {
	/** Long name without dashes. */
	readonly name: string;
	/** One letter. */
	readonly short?: string;
	readonly kind: FlagKind;
	/** `list` only: a value is also split at commas. */
	readonly commas?: true;
	/** As help shows it after `=`. */
	readonly default?: string;
	/** What completion offers for its value. Others are refused by the command itself, in kubectl's words. */
	readonly choices?: readonly string[];
	/** What completion offers for its value, where that comes from the user's machine or cluster. */
	readonly values?: ValueSource;
	/** Sentences for the help text. */
	readonly help: string;
	/** Taken for compatibility; not in help or completion. */
	readonly hidden?: true;
}

/** A flag given as `optional` without a value: no argument of a process can hold a NUL. */
export const BARE = "\0";

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

/** What help shows of a command. */
export interface CommandHelp {
	readonly verb: string;
	/** One line, for the list of commands. */
	readonly summary: string;
	/** What it does: paragraphs. */
	readonly about: string;
	readonly examples: readonly {
		readonly comment: string;
		readonly line: string;
	}[];
	/** After `kubectl meshreg VERB`, such as `[NAME]`; "" for none. */
	readonly operands: string;
	/** What completion offers for an operand. */
	readonly operandValues?: ValueSource | readonly string[];
	readonly flags: readonly Flag[];
}
