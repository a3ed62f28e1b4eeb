const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];
const COLON = 0x3a;

/** What stands for an object that was taken, in the text of the list. */
const TAKEN = Buffer.from("{}");
/** What stands for the fields that were passed over. */
const PASSED_OVER = Buffer.from("[]");
const ITEMS = '"items"';
const METADATA = '"metadata"';
const MANAGED_FIELDS = '"managedFields"';
/** How deep `metadata` of an object of the list is, and what is in it. */
const [METADATA_DEPTH, FIELDS_DEPTH] = [4, 5];

/**
 * Reads a list while its bytes arrive, and parses one object after the other: only one is in memory at
 * a time, where the text of a page of pods and all that it says are many megabytes. What is no list
 * at all is left as it is.
 */
export class ItemReader {
	readonly #take: (item: unknown) => void;
	/** Of the text without the objects. */
	readonly #rest: Buffer[] = [];
	#beside = 0;
	/** Of the object that has begun. */
	#item: Buffer[] = [];
	#depth = 0;
	#inString = false;
	/** A backslash was the last byte of a chunk. */
	#escaped = false;
	#inItems = false;
	#inItem = false;
	readonly #skipsFields: boolean;
	#inMetadata = false;
	#inFields = false;

	/**
	 * `take` is given each element of `items` that is an object. `withoutManagedFields`: nobody will ask
	 * who owns which field, which is a third of what is said of a pod, and most of the work to read it.
	 */
	constructor(
		take: (item: unknown) => void,
		{ withoutManagedFields = false } = {},
	) {
		this.#take = take;
		this.#skipsFields = withoutManagedFields;
	}

	/** Throws SyntaxError where an object is no JSON, and what `take` throws. */
	write(chunk: Buffer): void {
		/** Where what has not been put anywhere begins. */
		let from = 0;
		let at = 0;
		if (this.#escaped && chunk.length > 0) {
			this.#escaped = false;
			at = 1;
		}
		let inString = this.#inString;
		let depth = this.#depth;
		for (; at < chunk.length; at++) {
			if (inString) {
				// Most of a Secret is in strings: the next quote is found many times as fast as byte by byte.
				const quote = chunk.indexOf(QUOTE, at);
				const end = quote < 0 ? chunk.length : quote;
				const isEscaped = backslashesBefore(chunk, end, at) % 2 === 1;
				if (quote < 0) this.#escaped = isEscaped;
				else inString = isEscaped;
				at = end;
				continue;
			}
			const byte = chunk[at];
			if (byte === QUOTE) inString = true;
			else if (byte === OPEN_OBJECT) {
				if (depth === 2 && this.#inItems) {
					this.#pass(chunk.subarray(from, at));
					from = at;
					this.#inItem = true;
				}
				depth++;
				if (depth === METADATA_DEPTH && this.#inItem && this.#skipsFields)
					this.#inMetadata = follows(
						METADATA,
						this.#item,
						chunk.subarray(from, at),
					);
			} else if (byte === OPEN_LIST) {
				depth++;
				if (depth === 2) {
					const last = chunk.subarray(from, at);
					this.#inItems = follows(ITEMS, this.#rest, last);
					this.#pass(last);
					from = at;
				} else if (
					depth === FIELDS_DEPTH &&
					this.#inMetadata &&
					follows(MANAGED_FIELDS, this.#item, chunk.subarray(from, at))
				) {
					this.#item.push(chunk.subarray(from, at), PASSED_OVER);
					this.#inFields = true;
				}
			} else if (byte === CLOSE_LIST) {
				depth--;
				if (depth === 1) this.#inItems = false;
				else if (depth === FIELDS_DEPTH - 1 && this.#inFields) {
					from = at + 1;
					this.#inFields = false;
				}
			} else if (byte === CLOSE_OBJECT) {
				depth--;
				if (depth < METADATA_DEPTH) this.#inMetadata = false;
				if (depth === 2 && this.#inItem) {
					this.#end(chunk.subarray(from, at + 1));
					from = at + 1;
				}
			}
		}
		this.#inString = inString;
		this.#depth = depth;
		if (this.#inFields) return;
		if (this.#inItem) this.#item.push(chunk.subarray(from));
		else this.#pass(chunk.subarray(from));
	}

	#pass(piece: Buffer): void {
		// A comma would hold the whole chunk that it came in, and a page's all of the page.
		this.#rest.push(Buffer.from(piece));
		this.#beside += piece.length;
	}

	/** How many bytes so far are of no object. */
	get beside(): number {
		return this.#beside;
	}

	/** The text so far, with `{}` for each object that was taken. */
	end(): string {
		return Buffer.concat([...this.#rest, ...this.#item]).toString("utf8");
	}

	#end(last: Buffer): void {
		const text =
			this.#item.length === 0 ? last : Buffer.concat([...this.#item, last]);
		this.#item = [];
		this.#inItem = false;
		this.#rest.push(TAKEN);
		this.#take(JSON.parse(text.toString("utf8")));
	}
}

/** How many stand right before `end`, back to `from`. */
function backslashesBefore(chunk: Buffer, end: number, from: number): number {
	let at = end;
	while (at > from && chunk[at - 1] === BACKSLASH) at--;
	return end - at;
}

/**
 * Whether a value that begins after these pieces of JSON is that of a key, given with its quotes. Looks no
 * further back than the key, so that a list with any number of keys takes as long as it is long.
 */
function follows(
	key: string,
	before: readonly Buffer[],
	last: Buffer,
): boolean {
	let piece = last;
	let [pieces, at] = [before.length, last.length];
	/** The byte before; undefined at the beginning. */
	const previous = (): number | undefined => {
		while (at === 0 && pieces > 0) {
			piece = before[--pieces] ?? last;
			at = piece.length;
		}
		return at === 0 ? undefined : piece[--at];
	};
	const beforeSpace = (): number | undefined => {
		let byte = previous();
		while (byte !== undefined && SPACE.has(byte)) byte = previous();
		return byte;
	};
	if (beforeSpace() !== COLON) return false;
	let byte = beforeSpace();
	for (let index = key.length - 1; index >= 0; index--) {
		if (byte !== key.charCodeAt(index)) return false;
		byte = previous();
	}
	// Otherwise it is the end of a longer key, which has a quote in it.
	return byte !== BACKSLASH;
}

/** What may stand between the tokens of JSON. */
const SPACE: ReadonlySet<number> = new Set([0x20, 0x0a, 0x0d, 0x09]);
