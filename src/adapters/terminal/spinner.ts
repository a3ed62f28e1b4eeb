import type { Ora } from "ora";
import type { Progress } from "../../world.ts";

/** The part of a terminal's standard error that a spinner needs. */
type SpinnerStream = NodeJS.WritableStream & {
	readonly columns?: number;
};

/**
 * One line that moves while something is waited for. There is never more than one, none
 * during a question, and other lines on stdout or stderr take its place while they are
 * written (ora watches both). ora is only loaded where something moves.
 */
export class Spinner {
	#current: { text: string } | undefined;
	#ora: Ora | undefined;
	/** A question is asked, or the program is stopped: the line is not to be seen. */
	#away = 0;

	constructor(
		readonly stream: SpinnerStream,
		readonly animated: boolean,
	) {}

	/** Starts a line, in place of one that is there. */
	start(text: string): Progress {
		const mine = { text };
		if (this.animated) {
			this.#current = mine;
			void this.#show();
		}
		return {
			update: (newText) => {
				mine.text = newText;
				if (this.#current === mine && this.#ora)
					this.#ora.text = this.#fit(newText);
			},
			stop: () => {
				if (this.#current === mine) this.stop();
			},
		};
	}

	/** Takes away whatever line there is. */
	stop(): void {
		this.#current = undefined;
		this.#ora?.stop();
	}

	/** Takes the line away while `question` is asked, and brings it back. */
	async during<T>(question: () => Promise<T>): Promise<T> {
		this.hide();
		try {
			return await question();
		} finally {
			this.unhide();
		}
	}

	/** Takes the line away, and gives the cursor back, until `unhide`. */
	hide(): void {
		this.#away++;
		this.#ora?.stop();
	}

	unhide(): void {
		this.#away--;
		if (this.#current) void this.#show();
	}

	async #show(): Promise<void> {
		if (!this.#ora) {
			const { default: ora } = await import("ora");
			// ora's own idea of an interactive terminal and of stdin would get in the way: see world's `animated`.
			this.#ora ??= ora({
				stream: this.stream,
				isEnabled: true,
				discardStdin: false,
			});
		}
		if (!this.#current || this.#away > 0) return;
		this.#ora.start(this.#fit(this.#current.text));
	}

	/** A line that wraps would leave its first part behind. */
	#fit(text: string): string {
		const width = (this.stream.columns || 80) - 4;
		return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
	}
}
