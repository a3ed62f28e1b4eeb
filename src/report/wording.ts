import { oneLine } from "../core/output/printable.ts";
import type { DryRun } from "../core/output/result.ts";
import type { CommandContext } from "../core/output/shell.ts";
import type { Advice } from "../errors.ts";
import { commandLine } from "./command-line.ts";

/** What a dry run adds to each line. */
export const DRY_RUN_SUFFIX: Record<DryRun, string> = {
	none: "",
	client: " (dry run)",
	server: " (server dry run)",
};

/** A note or a failure in words. */
export interface Words {
	/** What stands before a failure: ours, or the API server's as kubectl words it; absent: `error`. */
	readonly lead?: string;
	/** Without `Warning:`, and without a line end. */
	readonly message: string;
	/** The lines after it. */
	readonly more?: readonly string[];
	/** What to run about it. */
	readonly advice?: Advice | undefined;
}

/** Words on one line, behind what leads to them, if anything, and with what to run. */
export function wordsLine(
	{ lead = "", message, more = [], advice }: Words,
	commandContext: CommandContext,
): string {
	const said = [message, ...more].map((line) => line.trim()).join(" ");
	return oneLine(
		`${lead && `${lead}: `}${said}${adviceClause(advice, commandContext)}`,
	);
}

/** What to run, behind the error that it is about; "" where there is nothing. */
export function adviceClause(
	advice: Advice | undefined,
	commandContext: CommandContext,
): string {
	if (advice?.script === undefined) return "";
	const command = commandLine(advice.script, commandContext);
	// Around quotes of its own, a shell would take what they hold for what is outside of them.
	const isBare = advice.bare || command.includes("'");
	return `; ${advice.words} ${isBare ? command : `'${command}'`}`;
}

/** The verb behind names. */
export function isOrAre({ length }: readonly string[]): "is" | "are" {
	return length === 1 ? "is" : "are";
}

/** What is known beside a failure. */
export interface AboutFailure {
	/** The objects of one kind and name that it is about, by namespace. */
	readonly subject: Subject;
	/** The words of an error within it. */
	readonly errorMessage: (error: unknown) => string;
}

/** Objects of one kind and name, in each of these namespaces. */
export interface Subject {
	readonly kind: string;
	readonly name: string;
	readonly namespaces: readonly string[];
}

/** What the cases of this name say beside it. */
type CaseOf<Union, Tag extends string, Name> =
	Union extends Readonly<Record<Tag, infer Names>>
		? Name extends Names
			? Omit<Union, Tag>
			: never
		: never;

/** What is said of each case of a union, by its `Tag`: a new case breaks the table. */
type Table<
	Union extends Readonly<Record<Tag, string>>,
	Tag extends string,
	Said,
	Also,
> = {
	readonly [Name in Union[Tag]]:
		| Said
		| ((value: CaseOf<Union, Tag, Name>, also: Also) => Said);
};

/**
 * The words of each case of a union; a text alone is the message. `Also`: what they need beside it; of notes where
 * commands within a message are pasted.
 */
export type Wording<
	Union extends Readonly<Record<Tag, string>>,
	Also = CommandContext,
	Tag extends string = "cause",
> = Table<Union, Tag, string | Words, Also>;

/** The words of each cause of failures. */
export type FailureWording<Union extends { readonly cause: string }> = Wording<
	Union,
	AboutFailure
>;

/** The clause for each case of a union, by its `is`. */
export type Clauses<Union extends Readonly<Record<"is", string>>> = Table<
	Union,
	"is",
	string,
	undefined
>;

/** The clause about a value. */
export function clause<Union extends Readonly<Record<"is", string>>>(
	clauses: Clauses<Union>,
	value: Union,
): string {
	const is: Union["is"] = value.is;
	return filled(clauses[is], value, undefined);
}

/** The words of a value, by the entry for its case. */
export function worded<Value, Also>(
	entry: string | Words | ((value: never, also: Also) => string | Words),
	value: Value,
	also: Also,
): Words {
	const words = filled(entry, value, also);
	return typeof words === "string" ? { message: words } : words;
}

/** Each entry takes the cases of its own name alone; the table's type holds that. */
function filled<Said, Also>(
	entry: Said | ((value: never, also: Also) => Said),
	value: unknown,
	also: Also,
): Said {
	return typeof entry === "function"
		? (entry as (value: unknown, also: Also) => Said)(value, also)
		: entry;
}
