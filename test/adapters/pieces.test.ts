import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import {
	type Answer,
	bytes,
} from "../../src/adapters/cluster/http/exchange.ts";
import { pieces } from "../../src/adapters/pieces.ts";

const SIZE = 100_000;
const LIMIT = { most: SIZE, exceeded: () => new Error("too much") };

/** Text as whoever means ill sends it: a byte at a time. */
const byByte = Array.from({ length: SIZE }, (_, at) =>
	Buffer.from(String(at % 10)),
);

test("a body that comes a byte at a time is kept in a few pieces, in its order", async () => {
	const whole = await Array.fromAsync(pieces(Readable.from(byByte)));
	assert.ok(whole.length < 10, `${whole.length}`);
	assert.deepEqual(Buffer.concat(whole), Buffer.concat(byByte));
});

test("a long chunk is handed on as it is", async () => {
	const long = Buffer.alloc(SIZE);
	const [piece] = await Array.fromAsync(pieces(Readable.from([long])));
	assert.equal(piece, long);
});

test("an API server's answer is read so", async () => {
	const answer: Answer = {
		status: 200,
		header: () => "",
		body: Readable.from(byByte),
	};
	const whole = await Array.fromAsync(bytes(answer, LIMIT));
	assert.ok(whole.length < 10, `${whole.length}`);
});

test("an answer that closes before its end was cut", async () => {
	const body = new Readable({ read() {} });
	const reading = Array.fromAsync(
		bytes({ status: 200, header: () => "", body }, LIMIT),
	);
	body.push("{");
	body.destroy();
	await assert.rejects(reading, {
		name: "TransportError",
		cause: Object.assign(new Error("connection reset by peer"), {
			code: "ECONNRESET",
		}),
	});
});

test("a packed answer that is too large is read no further", async () => {
	const body = new Readable({ read() {} });
	const closed = new Promise((done) => body.once("close", done));
	body.push(gzipSync(Buffer.alloc(SIZE + 1)));
	const answer: Answer = { status: 200, header: () => "gzip", body };
	await assert.rejects(Array.fromAsync(bytes(answer, LIMIT)), /too much/);
	await closed;
});
