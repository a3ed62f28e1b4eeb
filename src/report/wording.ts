import { oneLine } from "../core/output/printable.ts";
import type { DryRun } from "../core/output/result.ts";
import type { CommandContext } from "../core/output/shell.ts";
import type { Advice, OperationError } from "../errors.ts";
import { commandLine } from "./command-line.ts";

/** What a dry run adds to each line. */
export const DRY_RUN_SUFFIX: Record<DryRun, string> = {
	none: "",
	client: " (dry run)",
	server: " (server dry run)",
};

/** A note in words. */
export interface NoteWords {
	/** One line, or several. Without `Warning:`, and without a line end. */
	readonly message: string | readonly string[];
	/** What to run about it. */
	readonly advice?: Advice | undefined;
}

/** A failure in words. */
export interface FailureWords {
	/** What stands before it: ours, or the API server's as kubectl words it; absent: `error`. */
	readonly lead?: string;
	readonly message: string;
	readonly advice?: Advice | undefined;
}

/** Words on one line, behind what leads to them, if anything, and with what to run. */
export function wordsLine(
	{ lead = "", message, advice }: FailureWords,
	commandContext: CommandContext,
): string {
	return oneLine(
		`${lead && `${lead}: `}${message.trim()}${adviceClause(advice, commandContext)}`,
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
	readonly errorMessage: (error: OperationError) => string;
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

/**
 * The words of each case of a union, by its `cause`, or the tag that is given: a new case breaks the table.
 * `Also`: what the words need beside it; of notes where commands within a message are pasted.
 */
export type Wording<
	Union extends Readonly<Record<Tag, string>>,
	Words = NoteWords,
	Also = CommandContext,
	Tag extends string = "cause",
> = {
	readonly [Name in Union[Tag]]: (
		value: CaseOf<Union, Tag, Name>,
		also: Also,
	) => string | Words;
};

/** The clause for each case of a union, by its `is`: a new case breaks the table. */
export type Clauses<Union extends Readonly<Record<"is", string>>> = {
	readonly [Name in Union["is"]]:
		| string
		| ((value: CaseOf<Union, "is", Name>) => string);
};

/** The clause about a value. */
export function clause<Union extends Readonly<Record<"is", string>>>(
	words: Clauses<Union>,
	value: Union,
): string {
	const is: Union["is"] = value.is;
	// As in `worded`.
	const entry = words[is] as string | ((value: Union) => string);
	return typeof entry === "string" ? entry : entry(value);
}

/** The words of each cause of failures. */
export type FailureWording<Union extends { readonly cause: string }> = Wording<
	Union,
	FailureWords,
	AboutFailure
>;

/** The words of a value, by the entry for its case; a text alone is the message. */
export function worded<Value, Words, Also>(
	entry: (value: never, also: Also) => string | Words,
	value: Value,
	also: Also,
): Words | { readonly message: string } {
	// Each entry takes the cases of its own name alone; the table's type holds that.
	const words = entry as (value: Value, also: Also) => string | Words;
	const said = words(value, also);
	return typeof said === "string" ? { message: said } : said;
}
