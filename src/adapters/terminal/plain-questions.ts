import { AbortedError } from "../../errors.ts";
import type { PickChoice } from "../../world.ts";
import { SEVERAL_LINES } from "./keyboard.ts";
import type { Check, Context, Questions } from "./questions.ts";
import { isToken, NOT_SHOWN } from "./token.ts";

/**
 * The same questions for a terminal that can move no cursor (TERM=dumb): a line is echoed and
 * rubbed out here, as the terminal's own line editing does it, and what is chosen from is
 * numbered. That editing itself would echo a token that is typed for a user name.
 */

/** Of a terminal that does not tell its width. */
const DEFAULT_COLUMNS = 80;
/** So many choices are read more easily below each other. */
const FEW = 10;
const GAP = 2;

export const questionsIn = (context: Context): Questions => ({
	text({ message, default: preset, check }) {
		const question = preset === undefined ? message : `${message} (${preset})`;
		return until(context, question, (typed) =>
			checked(typed.trim() || (preset ?? ""), check),
		);
	},

	password: ({ message, check }) =>
		until(
			context,
			message,
			(value) => checked(value, check),
			() => "",
		),

	/** Enter alone takes the first. */
	choose({ message, choices }) {
		context.output.write(numbered(message, choices, context));
		return until(context, "Number (1):", (typed) => {
			const chosen = choices[Number(typed.trim() || "1") - 1];
			return chosen === undefined
				? { wrong: `give a number from 1 to ${choices.length}` }
				: { value: chosen.value };
		});
	},

	pick({ message, choices }) {
		const marked = choices.filter(({ marked }) => marked);
		const shown =
			marked.length === 0
				? choices
				: choices.map((choice) => ({
						...choice,
						label: `[${choice.marked ? "x" : " "}] ${choice.label}`,
					}));
		context.output.write(numbered(message, shown, context));
		return until(
			context,
			`Numbers or names, with commas between them, * for all${marked.length === 0 ? "" : ", Enter for those with an x"}:`,
			(typed) => {
				const said = typed.split(/[\s,]+/).filter((word) => word !== "");
				if (said.length === 0)
					return marked.length === 0
						? { wrong: "nothing is selected" }
						: { value: marked.map(({ value }) => value) };
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
	},
});

function checked(value: string, check?: Check) {
	const wrong = check?.(value);
	return wrong === undefined ? { value } : { wrong };
}

/** A few stand below each other; many in columns, one column after the other as `ls` has them. */
function numbered(
	message: string,
	choices: readonly Pick<PickChoice<string>, "label" | "note">[],
	{ output: { columns } }: Context,
): string {
	const room = columns || DEFAULT_COLUMNS;
	const digits = String(choices.length).length;
	const cells = choices.map(
		({ label, note }, index) =>
			`${String(index + 1).padStart(digits)}) ${label}${note === undefined ? "" : `  ${note}`}`,
	);
	const width = Math.max(...cells.map((cell) => cell.length));
	const across =
		cells.length <= FEW
			? 1
			: Math.max(1, Math.floor((room + GAP) / (width + GAP)));
	const rows = Math.ceil(cells.length / across);
	const lines = Array.from({ length: rows }, (_, row) =>
		cells
			.filter((_cell, index) => index % rows === row)
			.map((cell) => cell.padEnd(width + GAP))
			.join("")
			.trimEnd(),
	);
	return [message, ...lines, ""].join("\n");
}

/**
 * Asks again, with what is wrong, until what was typed is a value; `shownOf` says what of it
 * is echoed.
 */
async function until<T>(
	context: Context,
	question: string,
	read: (typed: string) => { readonly value: T } | { readonly wrong: string },
	shownOf?: (typed: string) => string,
): Promise<T> {
	const { input, output } = context;
	for (;;) {
		const typed = await aLine(context, question, shownOf ?? withoutTokens());
		const answer = read(typed);
		if (input.refused()) output.write(`> ${SEVERAL_LINES}\n`);
		else if ("value" in answer) return answer.value;
		else output.write(`> ${answer.wrong}\n`);
	}
}

/** What may be shown of a line while it is typed: a token is hidden until nothing is left of the line. */
function withoutTokens(): (typed: string) => string {
	let hidden = false;
	return (typed) => {
		hidden = typed !== "" && (hidden || isToken(typed));
		return hidden ? NOT_SHOWN : typed.replaceAll("\t", " ");
	};
}

/** What is typed up to Enter. Throws the signal's reason, and AbortedError for a Ctrl-C that is a key. */
function aLine(
	{ input, output, signal, stop }: Context,
	question: string,
	shownOf: (typed: string) => string,
): Promise<string> {
	return new Promise((resolve, reject) => {
		let echoed = "";
		const echo = () => {
			if (input.shown) return;
			const next = shownOf(input.kept);
			output.write(change(echoed, next));
			echoed = next;
		};
		const ask = () => {
			echoed = "";
			output.write(`${question} `);
			echo();
		};
		const end = (last: string, settle: () => void) => {
			input.off("data", take);
			signal.removeEventListener("abort", abort);
			input.onKept = input.onStop = () => {};
			input.kept = "";
			output.write(last);
			settle();
		};
		const abort = () => end("\n", () => reject(signal.reason));
		const take = (key: Buffer) => {
			const typed = input.kept;
			if (key.includes("\x03"))
				end("^C\n", () => reject(new AbortedError("SIGINT")));
			// A terminal that has shown the line has shown its end, unless it took it for a secret.
			else
				end(input.shown && shownOf(typed) !== "" ? "" : "\n", () =>
					resolve(typed),
				);
		};
		input.on("data", take);
		input.onKept = echo;
		input.onStop = () => {
			output.write("\n");
			stop();
			ask();
		};
		signal.addEventListener("abort", abort);
		ask();
		if (signal.aborted) abort();
	});
}

/** What turns the end of a line from `before` to `after`, as a terminal rubs out: back, a space over it, back. */
function change(before: string, after: string): string {
	const [was, is] = [[...before], [...after]];
	const same = was.findIndex((character, index) => character !== is[index]);
	const kept = same === -1 ? was.length : same;
	return "\b \b".repeat(was.length - kept) + is.slice(kept).join("");
}
