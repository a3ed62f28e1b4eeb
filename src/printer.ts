import type { Document, RunEvent } from "./core/document.ts";
import type { Look, Page } from "./core/output/look.ts";
import { type CommandContext, NO_CONTEXT } from "./core/output/shell.ts";
import type { Text } from "./core/output/styled.ts";
import { type Rendered, renderDocument, renderEvent } from "./report/render.ts";
import { shown } from "./terminal.ts";
import type { Clock, Streams } from "./world.ts";

/** Where text goes that has been through `shown`. */
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

	/** What happens while it works; commands in it are pasted where `commandContext` says. */
	emit(event: RunEvent, commandContext: CommandContext = NO_CONTEXT): void {
		this.#print(renderEvent(event, this.#page, commandContext));
	}

	/** The result; of several that are printed as one, what is for the other stream stands with each. */
	async show(document: Document, only?: "out" | "err"): Promise<void> {
		const rendered = await renderDocument(document, this.#page);
		this.#print(only === undefined ? rendered : { [only]: rendered[only] });
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
		const { out, err } = this.streams;
		return {
			...this.look,
			columns: out.isTerminal ? out.columns : undefined,
			errColumns: err.isTerminal ? err.columns : undefined,
			now: this.clock.now(),
			widths: this.#widths,
		};
	}

	#print({ out = "", err = "", verbatim }: Rendered): void {
		if (verbatim !== undefined) this.write("out", verbatim);
		if (out !== "") this.#write("out", out);
		if (err !== "") this.#write("err", err);
	}

	#write(stream: "out" | "err", text: Text): void {
		this.write(stream, shown(text, this.streams[stream]));
	}
}
