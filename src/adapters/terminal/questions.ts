import inquirer from "inquirer";
import type { PickChoice } from "../../world.ts";
import { type Keyboard, SEVERAL_LINES } from "./keyboard.ts";
import { askLine } from "./line-question.ts";
import { askPick } from "./pick-question.ts";
import { askSecret } from "./secret-question.ts";

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

/** One line of text; Enter alone takes `preset`. What turns out to be a token is shown no longer. */
export function line(
	context: Context,
	message: string,
	preset: string | undefined,
	check: Check,
): Promise<string> {
	const asked = { message, preset, ...typedWhole(context.input, check) };
	return askLine(asked, context);
}

/** A line that is not echoed. */
export function secret(
	context: Context,
	message: string,
	check: Check,
): Promise<string> {
	return askSecret({ message, ...typedWhole(context.input, check) }, context);
}

/** What a paste of several lines is refused with, too. */
function typedWhole(keyboard: Keyboard, check: Check) {
	return {
		keyboard,
		check: (value: string) =>
			keyboard.refused() ? SEVERAL_LINES : check(value),
	};
}

/** One of the choices. */
export async function choice<T extends string>(
	context: Context,
	message: string,
	choices: readonly Choice<T>[],
): Promise<T> {
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
}

/** Any number of the choices, in their order. */
export async function pick<T extends string>(
	context: Context,
	message: string,
	choices: readonly PickChoice<T>[],
): Promise<T[]> {
	const picked = await askPick(
		{ message, choices, screen: context.output },
		context,
	);
	return choices.map(({ value }) => value).filter((value) => picked.has(value));
}
