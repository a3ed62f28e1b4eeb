import { oneLine } from "./core/output/printable.ts";
import type { Write } from "./printer.ts";
import type { Streams } from "./world.ts";

/** A heading, as `tail` and `head` print it over several files. */
const heading = (context: string): string => `==> ${oneLine(context)} <==\n`;

/**
 * Puts in order what several contexts print at the same time: each has a section under its heading,
 * and what comes before its turn is held. Where they stay for ever, as watches do, each is printed
 * as it comes, with a heading wherever another context speaks.
 */
export class Sections {
	#current = 0;
	readonly #held: { stream: "out" | "err"; text: string }[][];
	readonly #done: boolean[];
	readonly #turns: PromiseWithResolvers<void>[];
	/** A heading is for what follows on either stream. */
	readonly #together: boolean;
	/** Who spoke last, by stream, or on both. */
	readonly #last = new Map<"out" | "err" | "both", number>();

	constructor(
		readonly streams: Pick<Streams, "out" | "err" | "together">,
		readonly contexts: readonly string[],
		/** `headings`: also on standard output; `live`: nothing is held. */
		readonly how: { readonly headings: boolean; readonly live: boolean },
	) {
		// Asked once: the system is, and there may be many lines.
		this.#together = how.headings && streams.together;
		this.#held = contexts.map(() => []);
		this.#done = contexts.map(() => false);
		this.#turns = contexts.map(() => Promise.withResolvers<void>());
		this.#turns[0]?.resolve();
	}

	/** Prints in the section of one context, now or when its turn comes. */
	write(index: number): Write {
		return (stream, text) => {
			if (this.how.live || index === this.#current)
				this.#print(index, stream, text);
			else this.#held[index]?.push({ stream, text });
		};
	}

	/** Resolves when this context may ask something: all before it are done. */
	async turn(index: number): Promise<void> {
		await this.#turns[index]?.promise;
		this.#head(index, "err");
	}

	/** Nothing more comes of this one. */
	done(index: number): void {
		this.#done[index] = true;
		while (this.#done[this.#current]) {
			this.#current++;
			for (const { stream, text } of this.#held[this.#current] ?? [])
				this.#print(this.#current, stream, text);
			this.#turns[this.#current]?.resolve();
		}
	}

	#print(index: number, stream: "out" | "err", text: string): void {
		this.#head(index, stream);
		this.streams[stream].write(text);
	}

	#head(index: number, stream: "out" | "err"): void {
		if (stream === "out" && !this.how.headings) return;
		const place = this.#together ? "both" : stream;
		const last = this.#last.get(place);
		if (last === index) return;
		this.#last.set(place, index);
		this.streams[stream].write(
			`${last === undefined ? "" : "\n"}${heading(this.contexts[index] ?? "")}`,
		);
	}
}
