import type { Output } from "../../world.ts";

/** What a context prints on one stream. */
export interface TaggedOutput extends Output {
	/** Ends a line that was begun. */
	end(): void;
}

/** Puts the context before each line. */
export function tagged(output: Output, context: string): TaggedOutput {
	let rest = "";
	return {
		...traitsOf(output),
		write(text) {
			const lines = (rest + text).split("\n");
			rest = lines.pop() ?? "";
			output.write(lines.map((line) => `${context}: ${line}\n`).join(""));
		},
		end() {
			if (rest !== "") this.write("\n");
		},
	};
}

/** Keeps what is printed. */
export function collecting(output: Output): Output & { text(): string } {
	let all = "";
	return {
		isTerminal: false,
		columns: output.columns,
		write(text) {
			all += text;
		},
		text: () => all,
	};
}

/**
 * Holds back what several contexts print while a question stands open: it would run
 * into the answer that is being typed.
 */
export class OutputGate {
	#open = 0;
	#held: (() => void)[] = [];

	/** The same output, with manners. */
	over(output: Output): Output {
		return {
			...traitsOf(output),
			write: (text) => {
				if (this.#open > 0) this.#held.push(() => output.write(text));
				else output.write(text);
			},
		};
	}

	/** While `question` is asked, nothing is printed; then all of it. */
	async during<T>(question: () => Promise<T>): Promise<T> {
		this.#open++;
		try {
			return await question();
		} finally {
			this.#open--;
			if (this.#open === 0) for (const print of this.#held.splice(0)) print();
		}
	}
}

function traitsOf({
	isTerminal,
	columns,
	gone,
}: Output): Omit<Output, "write"> {
	return { isTerminal, columns, ...(gone && { gone }) };
}
