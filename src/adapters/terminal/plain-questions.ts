import { AbortedError } from "../../errors.ts";
import type { PickChoice } from "../../world.ts";
import { SEVERAL_LINES } from "./keyboard.ts";
import type { Check, Choice, Context } from "./questions.ts";

/**
 * The same questions for a terminal that can move no cursor (TERM=dumb): it edits and echoes
 * a line by itself, and what is chosen from is numbered.
 */

/** Of a terminal that does not tell its width. */
const DEFAULT_COLUMNS = 80;
/** So many choices are read more easily below each other. */
const FEW = 10;
const GAP = 2;

/** One line of text; Enter alone takes `preset`. */
export function line(
	context: Context,
	message: string,
	preset: string | undefined,
	check: Check,
): Promise<string> {
	const question = preset === undefined ? message : `${message} (${preset})`;
	return until(context, question, (text) => {
		const value = text === "" ? (preset ?? "") : text;
		const wrong = check(value);
		return wrong === undefined ? { value } : { wrong };
	});
}

/** A line that is not echoed. */
export function secret(
	context: Context,
	message: string,
	check: Check,
): Promise<string> {
	return until(context, message, () => {
		const value = context.input.secret;
		context.input.secret = "";
		// The line end was not echoed either.
		context.output.write("\n");
		const wrong = check(value);
		return wrong === undefined ? { value } : { wrong };
	});
}

/** One of the choices; Enter alone takes the first. */
export function choice<T extends string>(
	context: Context,
	message: string,
	choices: readonly Choice<T>[],
): Promise<T> {
	context.output.write(
		`${message}\n${numbered(choices, context.output.columns || DEFAULT_COLUMNS)}`,
	);
	return until(context, "Number (1):", (text) => {
		const chosen = choices[Number(text === "" ? "1" : text) - 1];
		return chosen === undefined
			? { wrong: `give a number from 1 to ${choices.length}` }
			: { value: chosen.value };
	});
}

/** Any number of the choices, in their order. */
export function pick<T extends string>(
	context: Context,
	message: string,
	choices: readonly PickChoice<T>[],
): Promise<T[]> {
	context.output.write(
		`${message}\n${numbered(choices, context.output.columns || DEFAULT_COLUMNS)}`,
	);
	return until(
		context,
		"Numbers or names, with commas between them, * for all:",
		(text) => {
			const said = text.split(/[\s,]+/).filter((word) => word !== "");
			if (said.length === 0)
				return {
					value: choices
						.filter(({ marked }) => marked)
						.map(({ value }) => value),
				};
			if (said.includes("*"))
				return { value: choices.map(({ value }) => value) };
			const found = said.map((word) =>
				choices.findIndex(
					({ label }, index) => label === word || String(index + 1) === word,
				),
			);
			const unknown = said[found.indexOf(-1)];
			if (unknown !== undefined) return { wrong: `there is no "${unknown}"` };
			return {
				value: choices
					.filter((_, index) => found.includes(index))
					.map(({ value }) => value),
			};
		},
	);
}

/** A few stand below each other; many in columns, one column after the other as `ls` has them. */
function numbered(
	choices: readonly Pick<PickChoice<string>, "label" | "note">[],
	columns: number,
): string {
	const digits = String(choices.length).length;
	const cells = choices.map(
		({ label, note }, index) =>
			`${String(index + 1).padStart(digits)}) ${label}${note === undefined ? "" : `  ${note}`}`,
	);
	const width = Math.max(...cells.map((cell) => cell.length));
	const across =
		cells.length <= FEW
			? 1
			: Math.max(1, Math.floor((columns + GAP) / (width + GAP)));
	const rows = Math.ceil(cells.length / across);
	return Array.from({ length: rows }, (_, row) =>
		cells
			.filter((_cell, index) => index % rows === row)
			.map((cell) => cell.padEnd(width + GAP))
			.join("")
			.trimEnd()
			.concat("\n"),
	).join("");
}

/** Asks again, with what is wrong, until a line is a value. */
async function until<T>(
	context: Context,
	question: string,
	read: (line: string) => { readonly value: T } | { readonly wrong: string },
): Promise<T> {
	for (;;) {
		context.output.write(`${question} `);
		const text = await aLine(context);
		const answer = read(text);
		if (context.input.refused()) context.output.write(`> ${SEVERAL_LINES}\n`);
		else if ("value" in answer) return answer.value;
		else context.output.write(`> ${answer.wrong}\n`);
	}
}

/** What is typed up to Enter. Throws the signal's reason, and AbortedError for a Ctrl-C that is a key. */
function aLine({ input, signal }: Context): Promise<string> {
	return new Promise((resolve, reject) => {
		let text = "";
		const end = (settle: () => void) => {
			input.off("data", take);
			signal.removeEventListener("abort", abort);
			settle();
		};
		const abort = () => end(() => reject(signal.reason));
		const take = (typed: Buffer) => {
			text += typed.toString();
			if (text.includes("\x03")) end(() => reject(new AbortedError("SIGINT")));
			else if (/[\r\n]/.test(text)) end(() => resolve(text.trim()));
		};
		input.on("data", take);
		signal.addEventListener("abort", abort);
		if (signal.aborted) abort();
	});
}
