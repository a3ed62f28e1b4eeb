import inquirer from "inquirer";
import type { PickChoice } from "../../world.ts";
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

/** What can be chosen, and what is shown for it. */
export interface Choice<T extends string> {
	readonly value: T;
	readonly label: string;
}

/** What is wrong with a value; undefined: nothing. */
export type Check = (value: string) => string | undefined;

/** Each asks until it is answered; what it throws ends the question. */
export interface Questions {
	/** One line of text; Enter alone takes `preset`. What turns out to be a token is shown no longer. */
	line(
		context: Context,
		message: string,
		preset: string | undefined,
		check: Check,
	): Promise<string>;
	/** A line that is not echoed. */
	secret(context: Context, message: string, check: Check): Promise<string>;
	/** One of the choices. */
	choice<T extends string>(
		context: Context,
		message: string,
		choices: readonly Choice<T>[],
	): Promise<T>;
	/** Any number of the choices, in their order. */
	pick<T extends string>(
		context: Context,
		message: string,
		choices: readonly PickChoice<T>[],
	): Promise<T[]>;
}

export const questions: Questions = {
	line: (context, message, preset, check) =>
		askLine({ message, preset, ...typedWhole(context.input, check) }, context),

	secret: (context, message, check) =>
		askSecret({ message, ...typedWhole(context.input, check) }, context),

	async choice(context, message, choices) {
		const { answer } = await inquirer.createPromptModule(context)([
			{
				type: "select",
				name: "answer",
				message,
				choices: choices.map(({ value, label }) => ({ value, name: label })),
				loop: false,
			},
		]);
		return answer;
	},

	async pick(context, message, choices) {
		const asked = { message, choices, screen: context.output };
		const picked = await askPick(asked, context);
		return choices
			.map(({ value }) => value)
			.filter((value) => picked.has(value));
	},
};

/** What a paste of several lines is refused with, too. */
function typedWhole(keyboard: Keyboard, check: Check) {
	return {
		keyboard,
		check: (value: string) =>
			keyboard.refused() ? SEVERAL_LINES : check(value),
	};
}
