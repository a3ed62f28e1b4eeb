import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
	type Answer,
	bytes,
} from "../../src/adapters/cluster/http/exchange.ts";
import { Pieces } from "../../src/adapters/pieces.ts";

const SIZE = 100_000;

/** Text as whoever means ill sends it: a byte at a time. */
const byByte = Array.from({ length: SIZE }, (_, at) =>
	Buffer.from(String(at % 10)),
);

test("a body that comes a byte at a time is kept in a few pieces, in its order", () => {
	const pieces: Buffer[] = [];
	const putting = new Pieces((piece) => pieces.push(piece));
	for (const chunk of byByte) putting.add(chunk);
	putting.end();
	assert.ok(pieces.length < 10, `${pieces.length}`);
	assert.deepEqual(Buffer.concat(pieces), Buffer.concat(byByte));
});

test("a long chunk is handed on as it is", () => {
	const long = Buffer.alloc(SIZE);
	const pieces: Buffer[] = [];
	const putting = new Pieces((piece) => pieces.push(piece));
	putting.add(long);
	assert.equal(pieces[0], long);
});

test("an API server's answer is read so", async () => {
	const answer: Answer = {
		status: 200,
		header: () => "",
		body: Readable.from(byByte),
	};
	let pieces = 0;
	const limit = { most: SIZE, exceeded: () => new Error("too much") };
	await bytes(answer, limit, () => pieces++);
	assert.ok(pieces < 10, `${pieces}`);
});
