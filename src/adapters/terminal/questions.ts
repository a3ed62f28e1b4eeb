import inquirer from "inquirer";
import { wrapQuestion } from "../../core/output/wrap.ts";
import type { Prompter } from "../../world.ts";
import { type Keyboard, SEVERAL_LINES } from "./keyboard.ts";
import { askLine, askSecret } from "./line-question.ts";
import { askPick } from "./pick-question.ts";

/** What a question is asked with. */
export interface Context {
	readonly input: Keyboard;
	readonly output: NodeJS.WritableStream & {
		readonly rows?: number;
		readonly columns?: number;
	};
	readonly signal: AbortSignal;
	/** Gives the terminal back to the shell, as Ctrl-Z does, and takes it again when it is continued. */
	readonly stop: () => void;
}

/** Each asks until it is answered; what it throws ends the question. */
export type Questions = Pick<Prompter, "text" | "password" | "choose" | "pick">;

/** What is wrong with a value; undefined: nothing. */
export type Check = (value: string) => string | undefined;

export const questionsIn = (context: Context): Questions => ({
	text: ({ message, default: preset, check }) =>
		askLine({ message, preset, ...typedWhole(context.input, check) }, context),

	password: ({ message, check }) =>
		askSecret({ message, ...typedWhole(context.input, check) }, context),

	async choose({ message, choices }) {
		const { columns = 80 } = context.output;
		const asked = wrapQuestion(message, columns);
		const { answer } = await inquirer.createPromptModule(context)([
			{
				type: "select",
				name: "answer",
				message: asked,
				choices: choices.map(({ value, label }) => ({
					value,
					name: wrapQuestion(label, columns),
					// What stands behind the question once it is answered.
					short: wrapQuestion(`${message} ${label}`, columns)
						.slice(asked.length)
						.replace(/^ /, ""),
				})),
				loop: false,
			},
		]);
		return answer;
	},

	async pick({ message, choices }) {
		const asked = { message, choices, screen: context.output };
		const picked = await askPick(asked, context);
		return choices
			.map(({ value }) => value)
			.filter((value) => picked.has(value));
	},
});

/** What a paste of several lines is refused with, too. */
function typedWhole(keyboard: Keyboard, check?: Check) {
	return {
		keyboard,
		check: (value: string) =>
			keyboard.refused() ? SEVERAL_LINES : check?.(value),
	};
}
