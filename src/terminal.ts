import { styleText } from "node:util";
import { printable } from "./core/output/printable.ts";
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
	return text
		.map((part) => {
			if (typeof part === "string") return printable(part);
			const clean = printable(part.text);
			return clean !== ""
				? styleText(part.colour, clean, { validateStream: false })
				: clean;
		})
		.join("");
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
	const checked =
		(check?: (value: string) => string | undefined) => (value: string) => {
			const wrong = check?.(value);
			return wrong === undefined ? undefined : printable(wrong);
		};
	const labelled = <T extends string, C extends PickChoice<T>>(
		choices: readonly C[],
	) =>
		choices.map((choice) => ({
			...choice,
			label: printable(choice.label),
			...(choice.note !== undefined && { note: printable(choice.note) }),
		}));
	return {
		text: ({ message, default: preset, check }) =>
			prompter.text({
				message: printable(message),
				check: checked(check),
				// What is offered is what Enter takes: of something that cannot be shown, nothing is.
				...(preset !== undefined &&
					printable(preset) === preset && { default: preset }),
			}),
		password: ({ message, check }) =>
			prompter.password({ message: printable(message), check: checked(check) }),
		choose: ({ message, choices }) =>
			prompter.choose({
				message: printable(message),
				choices: labelled(choices),
			}),
		pick: ({ message, choices }) =>
			prompter.pick({
				message: printable(message),
				choices: labelled(choices),
			}),
		confirm: (question) =>
			prompter.confirm({ ...question, message: printable(question.message) }),
		progress(text) {
			const { update, stop } = prompter.progress(printable(text));
			return { update: (next) => update(printable(next)), stop };
		},
	};
}
