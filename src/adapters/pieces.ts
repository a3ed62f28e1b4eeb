/** All that a stream brings. Throws `exceeded()` for more than `most` bytes. */
export async function wholeOf(
	stream: AsyncIterable<Buffer>,
	most: number,
	exceeded: () => Error,
): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of stream) {
		chunks.push(chunk);
		length += chunk.length;
		if (length > most) throw exceeded();
	}
	return Buffer.concat(chunks, length);
}

/** Bytes that are worth a piece of memory of their own. */
const PIECE = 1 << 14;

/**
 * Puts short chunks of a body together: each takes memory of its own, and whoever sends a byte at a time
 * would fill a hundred times as much as is ever read of an answer.
 */
export class Pieces {
	#held: Buffer[] = [];
	#size = 0;
	readonly #take: (piece: Buffer) => void;

	/** `take` is given all that comes, in order. */
	constructor(take: (piece: Buffer) => void) {
		this.#take = take;
	}

	/** Throws what `take` throws. */
	add(chunk: Buffer): void {
		this.#held.push(chunk);
		this.#size += chunk.length;
		if (this.#size >= PIECE) this.end();
	}

	/** Hands on what is held. Throws what `take` throws. */
	end(): void {
		const [only = Buffer.alloc(0), ...more] = this.#held;
		const piece = more.length === 0 ? only : Buffer.concat(this.#held);
		[this.#held, this.#size] = [[], 0];
		this.#take(piece);
	}
}
