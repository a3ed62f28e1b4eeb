/** The rules that requests have in common, whatever carries them. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { Readable } from "node:stream";
import { test } from "node:test";
import { Connections } from "../../../../src/adapters/cluster/http/connections.ts";
import type { Dialled } from "../../../../src/adapters/cluster/http/dial.ts";
import {
	endInTime,
	preliminary,
	text,
} from "../../../../src/adapters/cluster/http/exchange.ts";
import { Http1 } from "../../../../src/adapters/cluster/http/http1.ts";

const GET = { method: "GET", path: "/", headers: {} } as const;

test("as many bytes are read as may be, and not one more", async () => {
	const exceeded = () => new Error("too much");
	const answered = (most: number) =>
		text(
			{
				status: 200,
				header: () => "",
				body: Readable.from([Buffer.from("ab"), Buffer.from("cd")]),
			},
			{ most, exceeded },
		);
	assert.equal(await answered(4), "abcd");
	await assert.rejects(answered(3), { message: "too much" });
});

test("five preliminary answers are passed over, as by Go's client, and the next ends it", () => {
	const ends: string[] = [];
	const one = preliminary(({ message }) => ends.push(message));
	for (let times = 0; times < 5; times++) one();
	assert.deepEqual(ends, []);
	one();
	assert.deepEqual(ends, ["net/http: too many 1xx informational responses"]);
});

test("a read ends with its signal, a write does not; once closed, nothing ends it", async () => {
	const timeout = 60_000;
	for (const [method, aborts, ended] of [
		["GET", "while it is open", 1],
		["GET", "once it is closed", 0],
		["POST", "while it is open", 0],
	] as const) {
		const request = new EventEmitter();
		const abort = new AbortController();
		let ends = 0;
		const call = { ...GET, method, signal: abort.signal, timeout };
		endInTime(call, request, () => ends++);
		if (aborts === "once it is closed") request.emit("close");
		abort.abort();
		assert.equal(ends, ended, `${method} ${aborts}`);
		request.emit("close");
	}
});

test("over HTTP/1.1 who gives up waiting for a connection leaves its place to others", async (t) => {
	const held: ServerResponse[] = [];
	const server = createServer((_, response) => held.push(response));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => server.closeAllConnections());
	t.after(() => server.close());
	const { port } = server.address() as AddressInfo;
	const dial = async (): Promise<Dialled> => {
		const socket = connect(port, "127.0.0.1");
		await once(socket, "connect");
		return { socket, protocol: "http/1.1" };
	};
	const link = new Http1(
		new URL(`http://127.0.0.1:${port}`),
		await dial(),
		dial,
	);
	t.after(() => link.destroy());
	const arrived = async (count: number) => {
		while (held.length < count) await once(server, "request");
	};
	const first = Array.from({ length: 8 }, () => link.send(GET));
	await arrived(8);
	const abort = new AbortController();
	const impatient = link.send({ ...GET, signal: abort.signal });
	const patient = link.send(GET);
	abort.abort(new Error("enough"));
	held[0]?.end("x");
	const answers = [await Promise.race(first)];
	answers[0]?.body.resume();
	await assert.rejects(impatient, { sent: false });
	await arrived(9);
	for (const response of held.slice(1)) response.end();
	for (const answer of await Promise.all([...first, patient]))
		answer.body.resume();
});

test("a connection that is there only after the end is closed", async (t) => {
	const server = createServer();
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => server.close());
	const { port } = server.address() as AddressInfo;
	for (const protocol of ["h2", "http/1.1"] as const) {
		const dialled = Promise.withResolvers<Dialled>();
		const connections = new Connections(
			new URL(`http://127.0.0.1:${port}`),
			() => dialled.promise,
		);
		const sending = assert.rejects(connections.send(GET), { message: "over" });
		connections.end(new Error("over"));
		const socket = connect(port, "127.0.0.1");
		await once(socket, "connect");
		t.after(() => socket.destroy());
		dialled.resolve({ socket, protocol });
		await sending;
		if (!socket.destroyed) await once(socket, "close");
	}
});
