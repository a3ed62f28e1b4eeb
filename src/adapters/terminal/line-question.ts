import { styleText } from "node:util";
import {
	createPrompt,
	isBackspaceKey,
	isEnterKey,
	isTabKey,
	makeTheme,
	useKeypress,
	usePrefix,
	useState,
} from "@inquirer/core";
import type { Keyboard } from "./keyboard.ts";
import { isToken, NOT_SHOWN } from "./token.ts";

/**
 * Asks for a line of text, which readline edits. inquirer's own input question echoes
 * whatever is typed; this one knows a token by its beginning, shows it no longer, and
 * leaves it with the keyboard until Enter.
 */
export const askLine = createPrompt<
	string,
	{
		message: string;
		/** What Enter alone takes. */
		preset: string | undefined;
		keyboard: Keyboard;
		/** What is wrong with the line, which can then be mended; undefined: nothing. */
		check: (line: string) => string | undefined;
	}
>(({ message, preset = "", keyboard, check }, done) => {
	const theme = makeTheme();
	const [status, setStatus] = useState<"idle" | "done">("idle");
	const [offered, setOffered] = useState(preset);
	const [text, setText] = useState("");
	const [hidden, setHidden] = useState(false);
	const [wrong, setWrong] = useState<string>();
	const prefix = usePrefix({ status, theme });
	useKeypress((key, readline) => {
		if (status === "done") return;
		if (isEnterKey(key)) {
			const answer = hidden ? keyboard.kept : text || offered;
			const problem = check(answer);
			setWrong(problem);
			if (problem === undefined) {
				if (!hidden) setText(answer);
				setStatus("done");
				done(answer);
			} else if (hidden) {
				keyboard.show();
				setHidden(false);
			}
			// Enter took the line from readline.
			else readline.write(text);
			return;
		}
		setWrong(undefined);
		if (isBackspaceKey(key) && text === "") setOffered("");
		if (isTabKey(key) && text === "") {
			readline.clearLine(0);
			readline.write(offered);
		}
		if (keyboard.hides || isToken(readline.line)) {
			keyboard.hide(readline.line);
			readline.clearLine(0);
		}
		setText(readline.line);
		setHidden(keyboard.hides);
	});
	const shown = hidden
		? styleText("dim", NOT_SHOWN)
		: status === "done"
			? theme.style.answer(text)
			: text;
	const unanswered =
		status === "idle" && text === "" && !hidden && offered !== "";
	return [
		[
			prefix,
			theme.style.message(message, status),
			...(unanswered ? [theme.style.defaultAnswer(offered)] : []),
			shown,
		].join(" "),
		wrong === undefined ? "" : styleText("red", `> ${wrong}`),
	];
});

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
