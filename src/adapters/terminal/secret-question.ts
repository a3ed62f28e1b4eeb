import {
	createPrompt,
	isEnterKey,
	makeTheme,
	useKeypress,
	usePrefix,
	useState,
} from "@inquirer/core";
import type { Keyboard } from "./keyboard.ts";

/**
 * Asks for a secret. inquirer's own password question shows stars, or says that the input
 * is masked, and moves the cursor with every key; here nothing that is typed reaches the
 * question at all: the keyboard keeps it.
 */
export const askSecret = createPrompt<
	string,
	{
		message: string;
		keyboard: Keyboard;
		/** What is wrong with the secret, which is then forgotten; undefined: nothing. */
		check: (secret: string) => string | undefined;
	}
>(({ message, keyboard, check }, done) => {
	const theme = makeTheme();
	const [status, setStatus] = useState<"idle" | "done">("idle");
	const [wrong, setWrong] = useState<string>();
	const prefix = usePrefix({ status, theme });
	useKeypress((key) => {
		if (status === "done" || !isEnterKey(key)) return;
		const secret = keyboard.kept;
		const problem = check(secret);
		if (problem !== undefined) {
			keyboard.kept = "";
			setWrong(problem);
			return;
		}
		setWrong(undefined);
		setStatus("done");
		done(secret);
	});
	return [
		`${prefix} ${theme.style.message(message, status)} `,
		wrong === undefined ? "" : theme.style.error(wrong),
	];
});
