/** Go's wording of what is wrong with JSON and base64: parts of the API server's messages. */
import type { Json } from "./objects.ts";

/** The value of JSON text, or Go's error. */
export function parseGoJson(text: string): { value: Json } | { error: string } {
	try {
		return { value: JSON.parse(text) };
	} catch {
		return { error: new Scanner(text).error() };
	}
}

class Scanner {
	#at = 0;
	constructor(readonly text: string) {}

	/** The first error, as scanner.go words it. */
	error(): string {
		try {
			this.#value();
			this.#space();
			if (this.#at < this.text.length) this.#bad("after top-level value");
			// Everything that JSON.parse refuses is found above, but for numbers and escapes.
			return "invalid JSON";
		} catch (error) {
			return (error as Error).message;
		}
	}

	#bad(where: string): never {
		const found = this.text[this.#at];
		throw new Error(
			found === undefined
				? "unexpected end of JSON input"
				: `invalid character ${found === "'" ? `'\\''` : `'${found}'`} ${where}`,
		);
	}

	#space(): void {
		while (/[ \t\r\n]/.test(this.text[this.#at] ?? "")) this.#at++;
	}

	#value(): void {
		this.#space();
		const first = this.text[this.#at] ?? "";
		const word = { n: "null", t: "true", f: "false" }[first];
		if (first === "{") this.#members("}", "object key:value pair");
		else if (first === "[") this.#members("]", "array element");
		else if (first === '"') this.#string();
		else if (word !== undefined) this.#literal(word);
		else this.#number();
	}

	#literal(word: string): void {
		for (const letter of word) {
			if (this.text[this.#at] !== letter)
				this.#bad(`in literal ${word} (expecting '${letter}')`);
			this.#at++;
		}
	}

	#number(): void {
		const number = /^-?\d+(\.\d+)?([eE][-+]?\d+)?/.exec(
			this.text.slice(this.#at),
		);
		if (number === null) this.#bad("looking for beginning of value");
		this.#at += number[0].length;
	}

	#members(close: "}" | "]", what: string): void {
		this.#at++;
		this.#space();
		if (this.text[this.#at] === close) {
			this.#at++;
			return;
		}
		for (;;) {
			if (close === "}") {
				this.#space();
				if (this.text[this.#at] !== '"')
					this.#bad("looking for beginning of object key string");
				this.#string();
				this.#space();
				if (this.text[this.#at] !== ":") this.#bad("after object key");
				this.#at++;
			}
			this.#value();
			this.#space();
			const end = this.text[this.#at];
			if (end !== close && end !== ",") this.#bad(`after ${what}`);
			this.#at++;
			if (end === close) return;
		}
	}

	#string(): void {
		for (this.#at++; this.text[this.#at] !== '"'; this.#at++) {
			const letter = this.text[this.#at] ?? "";
			if (letter < " ") this.#bad("in string literal");
			if (letter === "\\") this.#at++;
		}
		this.#at++;
	}
}

/** What Go's encoding/base64 says; undefined where the text is base64 with padding. */
export function base64Error(text: string): string | undefined {
	const plain = text.replaceAll(/[\r\n]/g, "");
	if (plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain))
		return undefined;
	const wrong = text.search(/[^A-Za-z0-9+/\r\n]/);
	return `illegal base64 data at input byte ${wrong === -1 ? text.length - (plain.length % 4) : wrong}`;
}

/** What Go calls the kind of a JSON value. */
export function goKind(value: Json): string {
	if (Array.isArray(value)) return "array";
	if (value === null) return "null";
	return typeof value === "boolean" ? "bool" : typeof value;
}
