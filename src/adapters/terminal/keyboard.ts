import { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { setImmediate } from "node:timers/promises";
import { withoutLast } from "../../core/output/printable.ts";

/** The part of a terminal's standard input that questions need. */
export interface TerminalInput extends Readable {
	setRawMode(on: boolean): unknown;
}

/**
 * What is being typed: `keys` that move and mark, a `line` of text that readline edits and
 * echoes, or a line that is `kept` here and reaches nothing that could echo it: a secret,
 * and whatever is typed where no cursor can be moved.
 */
export type Typing = "keys" | "line" | "kept";

/** How the typing stopped without an answer: Ctrl-D, or the terminal went away. */
export type Ending = "end of input" | "hung up";

const PASTE_BEGINS = "\x1b[200~";
const PASTE_ENDS = "\x1b[201~";
/** Asks a terminal to mark pastes, so that their line ends are not taken for Enter; and to stop that. */
export const MARK_PASTES = { on: "\x1b[?2004h", off: "\x1b[?2004l" };

/** What a paste of several lines is answered with. */
export const SEVERAL_LINES =
	"Pasted text has several lines; nothing was read. Paste it as one line.";

const ENTER = "\r";
const END_OF_INPUT = "\x04";
const CTRL_C = "\x03";
const CTRL_U = "\x15";
const CTRL_W = "\x17";
/** readline would stop the program and, continued, never listen again. */
const CTRL_Z = "\x1a";

/** Terminals that were taken before. */
const WATCHED = new WeakSet<TerminalInput>();

/**
 * Stands between the terminal and one question. What is pasted as several lines is
 * never taken for the first line's answer, with the rest spilling into whatever asks
 * next, or onto the screen: it is refused as a whole.
 */
export class Keyboard extends Readable {
	readonly isTTY = true;
	/** What readline does not get, as typed so far. */
	kept = "";
	/** Told when `kept` has changed or become empty, and before the Enter behind it. */
	onKept: () => void = () => {};
	/** Ctrl-Z, which readline does not get. */
	onStop: () => void = () => {};
	#shown = false;
	#hides: boolean;
	#refused = false;
	#open = false;
	#pasting = false;
	#held = "";
	readonly #decoder = new StringDecoder("utf8");

	private constructor(
		readonly terminal: TerminalInput,
		readonly typing: Typing,
		readonly onEnd: (ending: Ending) => void,
	) {
		super({ read() {} });
		this.#hides = typing === "kept";
	}

	/** Whether what is typed is kept here, and reaches nothing that could echo it. */
	get hides(): boolean {
		return this.#hides;
	}

	/**
	 * Whether the line came whole, with the line feed that no Enter key sends: from a terminal
	 * that edits lines by itself (Emacs' shell) and has shown it.
	 */
	get shown(): boolean {
		return this.#shown;
	}

	/** Keeps a line that turned out to be a secret, and what is typed on, until nothing of it is left. */
	hide(line: string): void {
		this.kept += line;
		this.#hides = true;
	}

	/** Forgets what was hidden; what is typed from now on is echoed again. */
	show(): void {
		this.kept = "";
		this.#hides = false;
	}

	/**
	 * Takes the terminal for one question, echo off. What was typed, or pasted, before the
	 * question could be read does not answer it: it is dropped.
	 */
	static async open(
		terminal: TerminalInput,
		typing: Typing,
		onEnd: (ending: Ending) => void,
	): Promise<Keyboard> {
		const keyboard = new Keyboard(terminal, typing, onEnd);
		if (!WATCHED.has(terminal)) {
			WATCHED.add(terminal);
			terminal.on("error", () => {}); // A closed window may be told of when no question is left to hear it.
		}
		terminal.on("data", keyboard.#take);
		terminal.on("end", keyboard.#hangUp);
		terminal.on("error", keyboard.#hangUp);
		terminal.setRawMode(true);
		terminal.resume();
		await aLook();
		keyboard.#open = true;
		return keyboard;
	}

	/** readline's wish, which is `open`'s and `close`'s to fulfil. */
	setRawMode(): this {
		return this;
	}

	/** Says once whether Enter stands for a refused paste; a refusal forgets what was kept. */
	refused(): boolean {
		const refused = this.#refused;
		this.#refused = false;
		if (refused) this.kept = "";
		return refused;
	}

	/** Gives the terminal back, after what was typed, or pasted, too late to be part of the answer. */
	async close(): Promise<void> {
		this.#open = false;
		this.terminal.resume();
		await aLook();
		this.terminal.off("data", this.#take);
		this.terminal.off("end", this.#hangUp);
		this.terminal.off("error", this.#hangUp);
		this.terminal.pause();
		this.terminal.setRawMode(false);
		this.push(null);
	}

	#hangUp = () => this.onEnd("hung up");

	#take = (bytes: Buffer) => {
		if (!this.#open) {
			if (bytes.includes(CTRL_C)) this.push(CTRL_C);
			return;
		}
		let rest = this.#held + this.#decoder.write(bytes);
		this.#held = "";
		while (rest !== "") {
			const mark = this.#pasting ? PASTE_ENDS : PASTE_BEGINS;
			const at = rest.indexOf(mark);
			if (at === -1) {
				const half = halfOf(mark, rest);
				this.#held = this.#pasting ? rest : rest.slice(rest.length - half);
				if (!this.#pasting) this.#typed(rest.slice(0, rest.length - half));
				return;
			}
			if (this.#pasting) this.#pasted(rest.slice(0, at));
			else this.#typed(rest.slice(0, at));
			this.#pasting = !this.#pasting;
			rest = rest.slice(at + mark.length);
		}
	};

	#pasted(text: string): void {
		const lines = withoutLast(text, "\r\n");
		const line = lines.replace(/\p{Cc}/gu, "");
		if (/[\r\n]/.test(lines)) this.#refuse();
		// Choices are drawn again for each key.
		else if (this.typing === "keys" && line !== "") this.#edit(line);
		else this.#enter(line);
	}

	#typed(text: string): void {
		// Not every terminal marks pastes, but nobody types on after Enter before it is read.
		if (this.typing !== "keys" && /[\r\n]+[^\r\n]/.test(text)) {
			this.#refuse();
			return;
		}
		const end = text.indexOf(END_OF_INPUT);
		this.#enter(end === -1 ? text : text.slice(0, end));
		if (end !== -1) this.onEnd("end of input");
	}

	#refuse(): void {
		if (this.typing === "keys") return;
		this.#refused = true;
		this.push(ENTER);
	}

	#enter(text: string): void {
		const line = withoutLast(text, "\r\n");
		const keys = line === text ? text : line + ENTER;
		if (this.typing === "kept") {
			this.#shown = this.kept === "" && /[^\r\n]\n$/.test(text);
			this.#keep(keys);
			return;
		}
		const read = keys.replaceAll(CTRL_Z, "");
		if (read !== keys) this.onStop();
		if (this.typing === "line") {
			for (const run of read.match(RUNS) ?? [])
				if (this.#hides) this.#keep(run);
				else this.#edit(run);
		} else if (read !== "") this.push(read);
	}

	/** Hands a run of characters to readline as one key: it would draw the line again for each. */
	#edit(run: string): void {
		if (run.length === 1 || CONTROL.test(run)) this.push(run);
		else this.emit("keypress", run, { sequence: run });
	}

	#keep(keys: string): void {
		for (const key of keys.match(KEYS) ?? []) {
			if (key === ENTER || key === CTRL_C) {
				this.onKept();
				this.push(key);
			} else if (key === "\x7f" || key === "\b")
				this.kept = this.kept.replace(/.$/su, "");
			else if (key === CTRL_U) this.kept = "";
			else if (key === CTRL_W) this.kept = withoutLastWord(this.kept);
			else if (key === CTRL_Z) this.onStop();
			else if (key === "\t" || !CONTROL.test(key)) this.kept += key;
			if (this.kept === "") this.onKept();
		}
		this.onKept();
		if (this.typing !== "line" || this.kept !== "") return;
		this.show();
		this.push(CTRL_U); // The question shows that nothing is left.
	}
}

/** The event loop has looked once at what the terminal holds: from the first of these on it does. */
async function aLook(): Promise<void> {
	await setImmediate();
	await setImmediate();
}

/** What Ctrl-W leaves of a line. */
export function withoutLastWord(line: string): string {
	return line.trimEnd().replace(/(?<!\S)\S+$/, "");
}

const CONTROL = /^\p{Cc}/u;

/** A run of characters without control characters, or of anything else, as it came. */
const RUNS = /\P{Cc}+|\p{Cc}\P{Cc}*/gu;

/** One key each: an escape sequence (an arrow, Alt and a letter), or a character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters
const KEYS = /\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?|./gsu;

/** The length of the beginning of `mark` that `text` ends with; an escape alone is a key of its own. */
function halfOf(mark: string, text: string): number {
	for (let length = mark.length - 1; length > 2; length--)
		if (text.endsWith(mark.slice(0, length))) return length;
	return 0;
}
