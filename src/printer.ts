import { breathing } from "./actions/in-steps.ts";
import type { Document, RunEvent } from "./core/document.ts";
import type { Look, Page } from "./core/output/look.ts";
import { type CommandContext, NO_CONTEXT } from "./core/output/shell.ts";
import { type Painted, plain, type Text } from "./core/output/styled.ts";
import { type Rendered, renderDocument, renderEvent } from "./report/render.ts";
import { shown } from "./terminal.ts";
import type { Outside } from "./world.ts";

/** Where text goes that has been through `shown`. */
export type Write = (stream: "out" | "err", text: string) => void;

/** So many characters are written at once, with what a part takes besides: of results others decide how long they are. */
const CHUNK = 64 << 10;
const PART = 512;

/** Prints what a run tells and what it leaves behind. */
export class Printer {
	readonly #widths: number[] = [];

	constructor(
		readonly outside: Pick<Outside, "streams" | "clock" | "interrupt">,
		readonly look: Look,
		readonly write: Write = (stream, text) =>
			outside.streams[stream].write(text),
	) {}

	/** What happens while it works; commands in it are pasted where `commandContext` says. */
	emit(event: RunEvent, commandContext: CommandContext = NO_CONTEXT): void {
		this.#print(renderEvent(event, this.#page, commandContext));
	}

	/**
	 * The result; of several that are printed as one, what is for the other stream stands with each. Throws the
	 * interrupt's AbortedError where that comes while it is printed.
	 */
	async show(document: Document, only?: "out" | "err"): Promise<void> {
		const rendered = await renderDocument(document, this.#page);
		const { out, ...more } =
			only === undefined ? rendered : { [only]: rendered[only] };
		if (out !== undefined) await this.#writeInChunks(out);
		this.#print(more);
	}

	/** A result that is text whatever the format. */
	print(text: Text): void {
		this.#print({ out: text });
	}

	/** Why it ended, as one line. */
	fail(error: unknown, commandContext: CommandContext): void {
		this.emit({ type: "failure", error }, commandContext);
	}

	get #page(): Page {
		const { out, err } = this.outside.streams;
		return {
			...this.look,
			columns: out.isTerminal ? out.columns : undefined,
			errColumns: err.isTerminal ? err.columns : undefined,
			now: this.outside.clock.now(),
			widths: this.#widths,
		};
	}

	#print({ out = "", err = "", verbatim }: Rendered): void {
		if (verbatim !== undefined) this.write("out", verbatim);
		if (out !== "") this.#write("out", out);
		if (err !== "") this.#write("err", err);
	}

	async #writeInChunks(text: Text): Promise<void> {
		// What was done until an interruption is told as it is.
		if (typeof text === "string" || this.outside.interrupt.aborted)
			return this.#print({ out: text });
		const breathe = breathing(this.outside);
		let parts: (string | Painted)[] = [];
		let size = 0;
		for (const part of text) {
			parts.push(part);
			size += PART + plain([part]).length;
			if (size < CHUNK) continue;
			this.#write("out", parts);
			[parts, size] = [[], 0];
			await breathe();
		}
		this.#write("out", parts);
	}

	#write(stream: "out" | "err", text: Text): void {
		this.write(stream, shown(text, this.outside.streams[stream]));
	}
}
