/**
 * JSON as Go's encoding/json reads it, which is how a kubelet reads a pull Secret:
 * duplicate members stay, in order, and errors are worded as the kubelet's events word them.
 * https://pkg.go.dev/encoding/json
 */
export type GoValue =
	/** Of one in three others, or in an array, the members are left out: nothing asks for them. */
	| { readonly kind: "object"; readonly members: readonly GoMember[] }
	| { readonly kind: "string"; readonly text: string }
	/** Nothing asks for what is in these. */
	| { readonly kind: "array" | "number" | "bool" | "null" };

/** A member, and where its value stands in the text: from its first character to behind its last. */
export type GoMember = readonly [
	name: string,
	value: GoValue,
	from: number,
	to: number,
];

type GoReading =
	| { readonly ok: true; readonly value: GoValue }
	| { readonly ok: false; readonly error: string };

/** Go gives up beyond this nesting. */
const DEEPEST = 10_000;
/** So deep objects have members: the document, its `auths`, an entry. */
const READ = 3;

/**
 * Parses a text, as Go's Unmarshal does the whole of it, or as its Decoder does the `first` value, whatever
 * follows. Never throws; an error quotes one character at most.
 */
export function parseGoJson(text: string, much?: "first"): GoReading {
	try {
		return { ok: true, value: new Scanner(text).document(much) };
	} catch (error) {
		if (error instanceof Fault) return { ok: false, error: error.message };
		throw error;
	}
}

class Fault extends Error {}

const SPACE: ReadonlySet<string> = new Set([" ", "\n", "\t", "\r"]);
const ARRAY: GoValue = { kind: "array" };
const NUMBER: GoValue = { kind: "number" };
const BOOL: GoValue = { kind: "bool" };
const NULL: GoValue = { kind: "null" };
const OBJECT: GoValue = { kind: "object", members: [] };

/** A container that is being read. */
interface Open {
	readonly isObject: boolean;
	/** undefined: nobody will ask. */
	readonly members: GoMember[] | undefined;
	readonly from: number;
}

class Scanner {
	#at = 0;
	/** Of the members whose values are being read, from the outermost on. */
	readonly #names: string[] = [];

	constructor(readonly text: string) {}

	/** A loop with its own stack: ten thousand levels of calls would be too many. */
	document(much: "first" | undefined): GoValue {
		const open: Open[] = [];
		for (;;) {
			this.#next();
			let from = this.#at;
			let value = this.#opening(open);
			if (value === undefined) continue;
			for (;;) {
				const inside = open.at(-1);
				if (inside === undefined) {
					if (much === undefined && this.#next() !== undefined)
						this.#fail("after top-level value");
					return value;
				}
				const name = inside.isObject ? this.#names.pop() : undefined;
				inside.members?.push([name ?? "", value, from, this.#at]);
				const closed = this.#separator(inside);
				if (closed === undefined) break;
				open.pop();
				value = closed;
				from = inside.from;
			}
		}
	}

	/** Reads a scalar or an empty container; undefined where a container was entered. */
	#opening(open: Open[]): GoValue | undefined {
		const character = this.#next();
		if (character !== "{" && character !== "[") return this.#scalar(character);
		if (open.length >= DEEPEST) this.#fail("exceeded max depth");
		const isObject = character === "{";
		const from = this.#at++;
		if (this.#next() === (isObject ? "}" : "]")) {
			this.#at++;
			return isObject ? OBJECT : ARRAY;
		}
		const inside = open.at(-1);
		const isRead =
			isObject && (!inside || (inside.members && open.length < READ));
		open.push({ isObject, members: isRead ? [] : undefined, from });
		if (isObject) this.#name();
		return undefined;
	}

	/** After a value inside a container: what the container became, or undefined where another value follows. */
	#separator(inside: Open): GoValue | undefined {
		const { isObject, members } = inside;
		const character = this.#next();
		if (character !== "," && character !== (isObject ? "}" : "]"))
			this.#fail(
				isObject ? "after object key:value pair" : "after array element",
			);
		this.#at++;
		if (character === ",") {
			if (isObject) this.#name();
			return undefined;
		}
		if (!isObject) return ARRAY;
		return members ? { kind: "object", members } : OBJECT;
	}

	/** A member's name and its colon. */
	#name(): void {
		if (this.#next() !== '"')
			this.#fail("looking for beginning of object key string");
		this.#names.push(this.#string());
		if (this.#next() !== ":") this.#fail("after object key");
		this.#at++;
	}

	#scalar(character = ""): GoValue {
		switch (character) {
			case '"':
				return { kind: "string", text: this.#string() };
			case "t":
				return this.#literal("true", BOOL);
			case "f":
				return this.#literal("false", BOOL);
			case "n":
				return this.#literal("null", NULL);
		}
		if (/[-0-9]/.test(character)) return this.#number();
		return this.#fail("looking for beginning of value");
	}

	#literal(word: string, value: GoValue): GoValue {
		for (const expected of word) {
			if (this.text[this.#at] !== expected)
				this.#fail(`in literal ${word} (expecting '${expected}')`, " ");
			this.#at++;
		}
		return value;
	}

	#number(): GoValue {
		this.#take(/-/y);
		if (!this.#take(/0/y)) this.#digits("in numeric literal");
		if (this.#take(/\./y))
			this.#digits("after decimal point in numeric literal");
		if (this.#take(/[eE][+-]?/y))
			this.#digits("in exponent of numeric literal");
		return NUMBER;
	}

	#digits(where: string): void {
		if (!this.#take(/[0-9]+/y)) this.#fail(where, " ");
	}

	#string(): string {
		const text = this.text;
		const start = this.#at++;
		let escaped = false;
		for (;;) {
			const code = text.charCodeAt(this.#at);
			if (code === 0x22) break;
			if (code === 0x5c) {
				escaped = true;
				this.#escape();
			} else if (code >= 0x20) this.#at++;
			else this.#fail("in string literal");
		}
		this.#at++;
		// Go puts U+FFFD for half of a surrogate pair.
		return escaped
			? String(JSON.parse(text.slice(start, this.#at))).toWellFormed()
			: text.slice(start + 1, this.#at - 1);
	}

	#escape(): void {
		this.#at++;
		const isCode = this.#take(/u/y);
		if (!isCode && !this.#take(/["\\/bfnrt]/y))
			this.#fail("in string escape code", " ");
		for (let left = isCode ? 4 : 0; left > 0; left--)
			if (!this.#take(/[0-9a-fA-F]/y))
				this.#fail("in \\u hexadecimal character escape", " ");
	}

	/** The next character that is not white space, not consumed. */
	#next(): string | undefined {
		while (SPACE.has(this.text[this.#at] ?? "")) this.#at++;
		return this.text[this.#at];
	}

	/** Whether what a sticky pattern means is next; it is consumed then. */
	#take(pattern: RegExp): boolean {
		pattern.lastIndex = this.#at;
		const isNext = pattern.test(this.text);
		if (isNext) this.#at = pattern.lastIndex;
		return isNext;
	}

	/** `atEnd`: the character that Go blames when the text ends inside a word, a number or an escape. */
	#fail(where: string, atEnd?: string): never {
		// Whole, also where JavaScript makes two of it.
		const point = this.text.codePointAt(this.#at);
		const character = point === undefined ? atEnd : String.fromCodePoint(point);
		throw new Fault(
			character === undefined
				? "unexpected end of JSON input"
				: `invalid character ${quoted(character)} ${where}`,
		);
	}
}

/** As Go quotes one byte: the first of the character's UTF-8 bytes, shown as Latin-1. */
function quoted(character: string): string {
	if (character === "'") return "'\\''";
	if (character === '"') return "'\"'";
	const byte = Buffer.from(character.toWellFormed(), "utf8")[0] ?? 0;
	const letter = byte === 0x5c ? "\\" : "abtnvfr"[byte - 7];
	if (letter !== undefined) return `'\\${letter}'`;
	if (byte < 0x20 || byte === 0x7f)
		return `'\\x${byte.toString(16).padStart(2, "0")}'`;
	return `'${String.fromCharCode(byte)}'`;
}
