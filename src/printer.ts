import type { Document, RunEvent } from "./core/document.ts";
import type { Look } from "./core/output/look.ts";
import { failureLine } from "./report/failure.ts";
import {
	type Page,
	type Rendered,
	renderDocument,
	renderEvent,
} from "./report/render.ts";
import type { Clock, Streams } from "./world.ts";

/** Where text goes. */
export type Write = (stream: "out" | "err", text: string) => void;

/** Prints what a run tells and what it leaves behind. */
export class Printer {
	readonly #widths: number[] = [];

	constructor(
		readonly streams: Pick<Streams, "out" | "err">,
		readonly look: Look,
		readonly clock: Pick<Clock, "now">,
		readonly write: Write = (stream, text) => streams[stream].write(text),
	) {}

	/** What happens while it works; commands in it lead where `contextFlags` do. */
	emit(event: RunEvent, contextFlags: readonly string[] = []): void {
		this.#print(renderEvent(event, this.look, this.#page, contextFlags));
	}

	/** The result. */
	async show(document: Document): Promise<void> {
		this.#print(await renderDocument(document, this.look, this.#page));
	}

	/** Why it ended, as one line. */
	fail(error: unknown, contextFlags: readonly string[]): void {
		this.write("err", `${failureLine(error, contextFlags)}\n`);
	}

	get #page(): Page {
		const { out } = this.streams;
		return {
			columns: out.isTerminal ? out.columns : undefined,
			now: this.clock.now(),
			widths: this.#widths,
		};
	}

	#print({ out, err }: Rendered): void {
		if (out !== "") this.write("out", out);
		if (err !== "") this.write("err", err);
	}
}
