import { styleText } from "node:util";
import { isUnprintable, printable } from "./core/output/printable.ts";
import { plain, type Text } from "./core/output/styled.ts";
import type { Output, Outside, PickChoice, Prompter } from "./world.ts";

/**
 * The one place through which everything goes that is shown at a terminal, and what is told beside a
 * result: whatever others wrote in a name, a key or a message, nothing of it drives the terminal.
 * Only the user's own bytes go past it (a manifest, a docker config).
 */
export function shown(
	text: Text,
	{ colours }: Pick<Output, "colours">,
): string {
	// As one: a table of a thousand rows is ten thousand parts.
	if (typeof text === "string" || !colours) return printable(plain(text));
	return Array.from(text, (part) => {
		if (typeof part === "string") return printable(part);
		const clean = printable(part.text);
		return clean !== ""
			? styleText(part.colour, clean, { validateStream: false })
			: clean;
	}).join("");
}

/** What is outside, with questions that go through `shown`, and so the lines of a connection. */
export function guarded(outside: Outside): Outside {
	return {
		...outside,
		connect: (flags, { err = outside.streams.err, ...apart } = {}) =>
			outside.connect(flags, {
				...apart,
				err: divertedTo((text) => err.write(printable(text)), err),
			}),
		prompter: async () => guardedPrompter(await outside.prompter()),
	};
}

/** An output that looks like another, and leads elsewhere. */
export function divertedTo(write: Output["write"], output: Output): Output {
	return {
		...output,
		write,
		get columns() {
			return output.columns;
		},
	};
}

function guardedPrompter(prompter: Prompter): Prompter {
	return {
		text: (question) => prompter.text(guardedQuestion(question)),
		password: (question) => prompter.password(guardedQuestion(question)),
		choose: (question) => prompter.choose(guardedQuestion(question)),
		pick: (question) => prompter.pick(guardedQuestion(question)),
		confirm: (question) => prompter.confirm(guardedQuestion(question)),
		progress(text) {
			const { update, stop } = prompter.progress(printable(text));
			return { update: (next) => update(printable(next)), stop };
		},
	};
}

/** What any question may say. */
interface Question {
	readonly message: string;
	readonly default?: string | boolean;
	readonly check?: (value: string) => string | undefined;
	readonly choices?: readonly PickChoice<string>[];
}

function guardedQuestion<Asked extends Question>(question: Asked): Asked {
	const { message, default: preset, check, choices } = question;
	return {
		...question,
		message: printable(message),
		// What is offered is what Enter takes: of something that cannot be shown, nothing is.
		...(typeof preset === "string" &&
			isUnprintable(preset) && { default: undefined }),
		...(check && { check: (value: string) => clean(check(value)) }),
		...(choices && {
			choices: choices.map(({ label, note, ...choice }) => ({
				...choice,
				label: printable(label),
				note: clean(note),
			})),
		}),
	};
}

function clean(text: string | undefined): string | undefined {
	return text && printable(text);
}
