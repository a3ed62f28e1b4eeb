import {
	BARE,
	type Flag,
	type Line,
	type LineFault,
} from "./core/command-line/flag.ts";

/**
 * Reads argv by kubectl's (pflag's) rules: `--x=V`, `--x V`, `-xV`, `-x V`,
 * `-x=V`, grouped switches, values that begin with a dash, optional values only
 * after `=`, and `--` to end the flags. What is wrong is part of the answer; an unknown flag is
 * taken for a switch.
 */
export function readLine(
	argv: readonly string[],
	known: readonly Flag[],
): Line {
	const reader = new LineReader(known);
	for (const word of argv) reader.read(word);
	return reader.line();
}

/** What stands behind the verb, as yargs reads it: every flag as `--name=value`, and the operands after `--`. */
export function yargsWords({ flags, positionals }: Line): string[] {
	const [, ...operands] = positionals;
	return [
		...flags.map(({ name, value }) => `--${name}=${value}`),
		"--",
		...operands,
	];
}

/** The spellings that Go's strconv.ParseBool takes. */
const TRUE = /^(1|t|T|TRUE|true|True)$/;
const FALSE = /^(0|f|F|FALSE|false|False)$/;

class LineReader {
	readonly #flags: { name: string; value: string; shown: string }[] = [];
	readonly #positionals: string[] = [];
	/** The flag whose value is the next word, and how it was written. */
	#open: { readonly flag: Flag; readonly shown: string } | undefined;
	#flagsEnded = false;
	#fault: LineFault | undefined;

	constructor(readonly known: readonly Flag[]) {}

	read(word: string): void {
		if (this.#open) {
			const { flag, shown } = this.#open;
			this.#flags.push({ name: flag.name, value: word, shown });
			this.#open = undefined;
		} else if (this.#flagsEnded || !word.startsWith("-") || word === "-") {
			this.#positionals.push(word);
		} else if (word === "--") this.#flagsEnded = true;
		else if (word.startsWith("--")) this.#long(word.slice(2));
		else this.#short(word.slice(1));
	}

	line(): Line {
		const fault =
			this.#fault ??
			(this.#open && { is: "no value" as const, flag: this.#open.shown });
		return {
			flags: this.#flags,
			positionals: this.#positionals,
			open: this.#open?.flag,
			flagsEnded: this.#flagsEnded,
			...(fault && { fault }),
		};
	}

	#long(text: string): void {
		const equals = text.indexOf("=");
		const name = equals < 0 ? text : text.slice(0, equals);
		const flag = this.known.find((candidate) => candidate.name === name);
		const attached = equals < 0 ? undefined : text.slice(equals + 1);
		if (flag === undefined) this.#fault ??= { is: "unknown flag", name };
		else this.#take(flag, `--${name}`, attached);
	}

	#short(letters: string): void {
		for (let rest = letters; rest !== ""; ) {
			const letter = rest[0] ?? "";
			const flag = this.known.find((candidate) => candidate.short === letter);
			if (flag === undefined) {
				this.#fault ??= { is: "unknown letter", letter };
				return;
			}
			rest = rest.slice(1);
			const takesRest = takesWord(flag) || rest.startsWith("=");
			const attached =
				takesRest && rest !== "" ? rest.replace(/^=/, "") : undefined;
			this.#take(flag, `-${letter}`, attached);
			if (takesRest) return;
		}
	}

	#take(flag: Flag, shown: string, attached: string | undefined): void {
		const { name } = flag;
		if (takesWord(flag)) {
			if (attached === undefined) this.#open = { flag, shown };
			else this.#flags.push({ name, value: attached, shown });
		} else if (flag.kind === "optional") {
			this.#flags.push({ name, value: attached ?? BARE, shown });
		} else if (attached === undefined || TRUE.test(attached)) {
			this.#flags.push({ name, value: "true", shown });
		} else if (FALSE.test(attached))
			this.#flags.push({ name, value: "false", shown });
		else this.#fault ??= { is: "no boolean", flag: shown };
	}
}

function takesWord({ kind }: Flag): boolean {
	return kind === "text" || kind === "list";
}
