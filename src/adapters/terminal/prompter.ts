import type { Env } from "../../core/env.ts";
import { FailureError } from "../../core/output/failure.ts";
import { wrapQuestion } from "../../core/output/wrap.ts";
import { AbortedError } from "../../errors.ts";
import type { Prompter } from "../../world.ts";
import {
	type Ending,
	Keyboard,
	MARK_PASTES,
	type TerminalInput,
	type Typing,
} from "./keyboard.ts";
import type { Context, Questions } from "./questions.ts";
import type { Interrupt } from "./signals.ts";
import { Spinner } from "./spinner.ts";

/** The part of `process` that questions need; both streams are terminals where a question is asked. */
interface Terminal {
	readonly stdin: TerminalInput;
	readonly stderr: Context["output"];
	readonly env: Env;
	readonly pid: number;
	readonly platform: string;
	on(event: "SIGTSTP" | "SIGCONT", listener: () => void): unknown;
	off(event: "SIGTSTP" | "SIGCONT", listener: () => void): unknown;
	/** Process 0: all of this one's group, which a shell starts and stops together. */
	kill(pid: number, signal: "SIGTSTP"): unknown;
}

/**
 * Asks at the terminal, on stderr. `animated` allows a spinner; `interrupt` ends a question
 * with its reason and leaves the terminal as it was found; Ctrl-C in a question is one. inquirer is loaded for the first
 * question, ora for the first spinner.
 */
export function terminalPrompter(
	terminal: Terminal,
	animated: boolean,
	interrupt: Interrupt,
): Prompter {
	const spinner = new Spinner(terminal.stderr, animated);
	interrupt.signal.addEventListener("abort", () => spinner.stop());
	/** What a question takes the terminal with. */
	let asking: Keyboard | undefined;
	const onStop = () =>
		asking === undefined ? stop(terminal.pid) : asking.onStop();
	terminal.on("SIGTSTP", onStop);
	const plain = terminal.env.TERM === "dumb";

	/** Asks one question and puts the terminal right, however it ends. */
	function ask<T>(
		typing: Typing,
		question: (questions: Questions) => Promise<T>,
	): Promise<T> {
		return spinner.during(async () => {
			const { questionsIn } = plain
				? await import("./plain-questions.ts")
				: await import("./questions.ts");
			for (;;) {
				const answer = await askOnce(typing, (context) =>
					question(questionsIn(context)),
				);
				if (answer !== STOPPED) return answer;
				stop(0);
			}
		});
	}

	/** What is answered, or that it was left with Ctrl-Z. */
	async function askOnce<T>(
		typing: Typing,
		question: (context: Context) => Promise<T>,
	): Promise<T | typeof STOPPED> {
		interrupt.signal.throwIfAborted();
		const ended = new AbortController();
		const signal = AbortSignal.any([interrupt.signal, ended.signal]);
		const input = await Keyboard.open(
			terminal.stdin,
			plain ? "kept" : typing,
			(ending) => ended.abort(ERRORS[ending]()),
		);
		// Windows has no such key.
		input.onStop = () => terminal.platform === "win32" || ended.abort(STOPPED);
		asking = input;
		const mark = (pastes: string) => plain || terminal.stderr.write(pastes);
		mark(MARK_PASTES.on);
		// A shell has had the terminal meanwhile, which echoes there whatever is typed.
		const continued = () => {
			terminal.stdin.setRawMode(false);
			terminal.stdin.setRawMode(true);
			mark(MARK_PASTES.on);
		};
		terminal.on("SIGCONT", continued);
		try {
			return await question({
				input,
				output: terminal.stderr,
				signal,
				stop: stopWithin,
			});
		} catch (error) {
			const ending = endingOf(error, signal);
			if (ending === STOPPED) return STOPPED;
			// Whatever else is under way ends with it.
			if (ending instanceof AbortedError) interrupt.abort(ending);
			throw ending;
		} finally {
			asking = undefined;
			terminal.off("SIGCONT", continued);
			await input.close();
			mark(MARK_PASTES.off);
		}
	}

	function stopWithin(): void {
		if (terminal.platform === "win32") return;
		terminal.stdin.setRawMode(false);
		stop(0);
		terminal.stdin.setRawMode(true);
	}

	/** Until `fg`; the shell that shows next gets a terminal with a cursor. Who handles the signal is not stopped by it. */
	function stop(pid: number): void {
		spinner.hide();
		terminal.off("SIGTSTP", onStop);
		terminal.kill(pid, "SIGTSTP");
		terminal.on("SIGTSTP", onStop);
		spinner.unhide();
	}

	return {
		text: (question) => ask("line", ({ text }) => text(question)),
		password: (question) => ask("kept", ({ password }) => password(question)),
		choose: (question) => ask("keys", ({ choose }) => choose(question)),
		pick: (question) => ask("keys", ({ pick }) => pick(question)),

		// A line and not inquirer's own confirm, which asks again at anything but yes or no.
		confirm: async ({ message, default: preset = false }) => {
			const hint = preset ? "(Y/n)" : "(y/N)";
			const width = terminal.stderr.columns || DEFAULT_COLUMNS;
			const question = wrapQuestion(`${message} ${hint}`, width);
			const answer = await ask("line", ({ text }) =>
				text({ message: question }),
			);
			const said = answer.trim().toLowerCase();
			return said === "" ? preset : said === "y" || said === "yes";
		},

		progress: (text) => spinner.start(text),
	};
}

/** What a question ends with that was left with Ctrl-Z: `fg` asks it again. */
const STOPPED = Symbol("stopped");

/** What a question that was not answered throws. */
function endingOf(error: unknown, signal: AbortSignal): unknown {
	if (signal.aborted) return signal.reason;
	// In a question Ctrl-C is a key, not a signal.
	return error instanceof Error && error.name === "ExitPromptError"
		? new AbortedError("SIGINT")
		: error;
}

/** A terminal that does not tell its width. */
const DEFAULT_COLUMNS = 80;

const ERRORS: Readonly<Record<Ending, () => Error>> = {
	"hung up": () => new AbortedError("SIGHUP"),
	"end of input": () => new FailureError({ cause: "question-unanswered" }),
};
