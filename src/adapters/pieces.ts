/** Bytes that are worth a piece of memory of their own. */
const PIECE = 1 << 14;

/**
 * What a stream brings, its short chunks put together: each takes memory of its own, and whoever sends a byte
 * at a time would fill a hundred times as much as is ever read of an answer. Throws what the stream ends with.
 */
export async function* pieces(
	stream: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void> {
	let held: Buffer[] = [];
	let size = 0;
	for await (const chunk of stream) {
		held.push(chunk);
		size += chunk.length;
		if (size < PIECE) continue;
		yield joined(held);
		[held, size] = [[], 0];
	}
	if (size > 0) yield joined(held);
}

function joined(chunks: Buffer[]): Buffer {
	const [only, ...more] = chunks;
	return only && more.length === 0 ? only : Buffer.concat(chunks);
}

/** What a stream brings, of more than `most` bytes a beginning that is longer than that. */
export async function beginningOf(
	stream: AsyncIterable<Buffer>,
	most: number,
): Promise<Buffer> {
	const read: Buffer[] = [];
	let length = 0;
	for await (const piece of pieces(stream)) {
		read.push(piece);
		length += piece.length;
		if (length > most) break;
	}
	return Buffer.concat(read);
}

/** All that a stream brings. Throws `exceeded()` for more than `most` bytes. */
export async function wholeOf(
	stream: AsyncIterable<Buffer>,
	most: number,
	exceeded: () => Error,
): Promise<Buffer> {
	const whole = await beginningOf(stream, most);
	if (whole.length > most) throw exceeded();
	return whole;
}
