import { createRequire } from "node:module";

/** A run of characters of one look. */
export interface Span {
	readonly text: string;
	/** One of the terminal's 16 colours; undefined: the default one. */
	readonly colour?: number;
	readonly bold?: true;
	readonly dim?: true;
}

/** The lines of a screen, from the top; lines at the end without text are left out. */
export type Screen = readonly (readonly Span[])[];

interface Cell {
	getChars(): string;
	getWidth(): number;
	isFgDefault(): boolean;
	getFgColor(): number;
	isBold(): number;
	isDim(): number;
}
interface Terminal {
	write(text: string, done: () => void): void;
	readonly buffer: {
		readonly active: {
			readonly baseY: number;
			getLine(
				y: number,
			):
				| { readonly length: number; getCell(x: number): Cell | undefined }
				| undefined;
		};
	};
}

// Its module has no named exports that Node can see, and its types ask for a browser's.
const { Terminal } = createRequire(import.meta.url)("@xterm/headless") as {
	Terminal: new (options: object) => Terminal;
};

/** A terminal without a window: takes what a program writes, and shows what a person would see. */
export class HeadlessScreen {
	readonly #terminal: Terminal;
	#drawn = 0;
	constructor(
		readonly columns: number,
		readonly rows: number,
	) {
		this.#terminal = new Terminal({
			cols: columns,
			rows,
			allowProposedApi: true,
			scrollback: 0,
		});
	}

	/** What a person sees after `shown`: everything that the program has ever written. */
	async after(shown: string): Promise<Screen> {
		const rest = shown.slice(this.#drawn);
		// Not when it is drawn: two may be drawn at once.
		this.#drawn = shown.length;
		await new Promise<void>((resolve) => this.#terminal.write(rest, resolve));
		const lines = Array.from({ length: this.rows }, (_, y) => this.#line(y));
		const last = lines.findLastIndex((spans) => spans.length > 0);
		return lines.slice(0, last + 1);
	}

	#line(y: number): Span[] {
		const { active } = this.#terminal.buffer;
		const line = active.getLine(active.baseY + y);
		const spans: Span[] = [];
		for (let x = 0; x < this.columns; x++) {
			const cell = line?.getCell(x);
			if (!cell || cell.getWidth() === 0) continue;
			const look: Omit<Span, "text"> = {
				...(!cell.isFgDefault() && { colour: cell.getFgColor() }),
				...(cell.isBold() !== 0 && { bold: true as const }),
				...(cell.isDim() !== 0 && { dim: true as const }),
			};
			const text = cell.getChars() || " ";
			const before = spans.at(-1);
			if (
				before &&
				before.colour === look.colour &&
				before.bold === look.bold &&
				before.dim === look.dim
			)
				spans[spans.length - 1] = { ...before, text: before.text + text };
			else spans.push({ text, ...look });
		}
		const end = spans.at(-1);
		if (end) spans[spans.length - 1] = { ...end, text: end.text.trimEnd() };
		return spans.filter(({ text }, i) => text !== "" || i < spans.length - 1);
	}
}
