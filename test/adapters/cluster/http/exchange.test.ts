/** The rules that requests have in common, whatever carries them. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import {
	constants,
	createServer as createHttp2Server,
	type ServerHttp2Stream,
} from "node:http2";
import { type AddressInfo, connect, type Server } from "node:net";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { Connections } from "../../../../src/adapters/cluster/http/connections.ts";
import type { Dialled } from "../../../../src/adapters/cluster/http/dial.ts";
import {
	type Answer,
	endInTime,
	preliminary,
	type TransportError,
	text,
} from "../../../../src/adapters/cluster/http/exchange.ts";
import { Http1 } from "../../../../src/adapters/cluster/http/http1.ts";
import { Http2 } from "../../../../src/adapters/cluster/http/http2.ts";
import { codeOf } from "../../../../src/adapters/error-code.ts";

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
	for (const [method, aborts, ended, timeout] of [
		["GET", "while it is open, without a limit", 1, undefined],
		["GET", "while it is open", 1, 60_000],
		["GET", "once it is closed", 0, 60_000],
		["POST", "while it is open", 0, 60_000],
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

/** Starts it, and dials it, saying what was agreed on. */
async function dialling(
	t: TestContext,
	server: Server | ReturnType<typeof createHttp2Server>,
	protocol: Dialled["protocol"],
) {
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => server.close());
	const { port } = server.address() as AddressInfo;
	const dial = async (): Promise<Dialled> => {
		const socket = connect(port, "127.0.0.1");
		await once(socket, "connect");
		t.after(() => socket.destroy());
		return { socket, protocol };
	};
	return { authority: new URL(`http://127.0.0.1:${port}`), dial };
}

const headers = { "x-one": "a", "set-cookie": ["b", "c"] };
const answering = {
	h2: () =>
		createHttp2Server((_, response) => {
			response.writeHead(200, headers).end("x");
		}),
	"http/1.1": () =>
		// It does not hang up by itself.
		createServer({ keepAliveTimeout: 0 }, (_, response) => {
			response.writeHead(200, headers).end("x");
		}),
};

for (const protocol of ["h2", "http/1.1"] as const)
	for (const ends of ["renew", "end"] as const)
		test(`${protocol}: a connection that failed is dialled again, and one that nothing uses closes with ${ends}`, async (t) => {
			const { authority, dial } = await dialling(
				t,
				answering[protocol](),
				protocol,
			);
			const dialled: Dialled[] = [];
			let times = 0;
			const connections = new Connections(authority, async () => {
				if (times++ === 0) throw new Error("not yet");
				const one = await dial();
				dialled.push(one);
				return one;
			});
			await assert.rejects(connections.send(GET), { sent: false });
			const answer = await connections.send(GET);
			assert.equal(answer.header("x-one"), "a");
			assert.equal(answer.header("set-cookie"), "b, c");
			assert.equal(answer.header("x-two"), "");
			const limit = { most: 10, exceeded: () => new Error("too much") };
			assert.equal(await text(answer, limit), "x");
			const [{ socket } = assert.fail()] = dialled;
			// An agent keeps a connection for others only once its answer has closed.
			await new Promise(setImmediate);
			connections[ends](new Error("over"));
			if (!socket.destroyed) await once(socket, "close");
		});

test("h2: what a server refused was not sent, what it reset may have been; a session that is closed sends nothing", async (t) => {
	const server = createHttp2Server();
	server.on("stream", (stream: ServerHttp2Stream, { ":path": path }) => {
		stream.on("error", () => {});
		stream.close(
			path === "/refused"
				? constants.NGHTTP2_REFUSED_STREAM
				: constants.NGHTTP2_INTERNAL_ERROR,
		);
	});
	const { authority, dial } = await dialling(t, server, "h2");
	const link = new Http2(authority, await dial());
	await assert.rejects(link.send({ ...GET, path: "/refused" }), {
		sent: false,
	});
	await assert.rejects(link.send(GET), { sent: true });
	link.destroy();
	await assert.rejects(link.send(GET), {
		name: "TransportError",
		sent: false,
	});
});

/** A server whose answers begin, and do not end. */
function endless() {
	const server = createHttp2Server();
	server.on("stream", (stream: ServerHttp2Stream) => {
		stream.on("error", () => {});
		stream.respond({ ":status": 200 });
	});
	return server;
}

test("h2: 32 watches fill a session, until one of them ends", async (t) => {
	const server = endless();
	const { authority, dial } = await dialling(t, server, "h2");
	const link = new Http2(authority, await dial());
	const watches = [];
	for (let count = 0; count < 32; count++) {
		assert.equal(link.isFull, false);
		watches.push(await link.send({ ...GET, endless: true }));
	}
	assert.equal(link.isFull, true);
	await link.send(GET);
	const [{ body } = assert.fail()] = watches;
	body.on("error", () => {});
	body.destroy();
	await once(body, "close");
	assert.equal(link.isFull, false);
	link.destroy();
});

const SILENT = {
	h2: () => createHttp2Server(() => {}),
	"http/1.1": () => createServer(() => {}),
};

for (const protocol of ["h2", "http/1.1"] as const) {
	test(`${protocol}: a request ends in its time, and a write that was under way with the interrupt's moment`, async (t) => {
		const { authority, dial } = await dialling(t, SILENT[protocol](), protocol);
		const connections = new Connections(authority, dial);
		const one = await dial();
		const link =
			protocol === "h2"
				? new Http2(authority, one)
				: new Http1(authority, one, dial);
		const timeout = 1;
		await assert.rejects(
			link.send({ ...GET, timeout }),
			({ cause }: TransportError) => codeOf(cause) === "MESHREG_TIMEOUT",
		);
		link.destroy();
		const writing = connections.send({ ...GET, method: "POST", body: "x" });
		const reading = connections.send(GET);
		connections.finish(new Error("over"));
		await assert.rejects(reading, { message: "over" });
		await assert.rejects(writing, { message: "over" });
	});

	test(`${protocol}: an answer that breaks off may have been carried out`, async (t) => {
		const server =
			protocol === "h2"
				? createHttp2Server((_, response) => {
						response.writeHead(200, { "content-length": "9" });
						response.write("x", () =>
							response.stream.close(constants.NGHTTP2_INTERNAL_ERROR),
						);
					})
				: createServer((_, response) => {
						response.writeHead(200, { "content-length": "9" });
						response.write("x", () => response.destroy());
					});
		const { authority, dial } = await dialling(t, server, protocol);
		const connections = new Connections(authority, dial);
		const answer = await connections.send(GET);
		const limit = { most: 10, exceeded: () => new Error("too much") };
		await assert.rejects(text(answer, limit), {
			name: "TransportError",
			sent: true,
		});
		connections.end(new Error("over"));
	});
}

test("h2: watches get another session only where all are full, and other requests none", async (t) => {
	const server = endless();
	const { authority, dial } = await dialling(t, server, "h2");
	let dialled = 0;
	const connections = new Connections(authority, () => {
		dialled++;
		return dial();
	});
	const watches: Answer[] = [];
	const watch = async (count: number) => {
		for (let at = 0; at < count; at++)
			watches.push(await connections.send({ ...GET, endless: true }));
	};
	await watch(32);
	await connections.send(GET);
	assert.equal(dialled, 1);
	await watch(32);
	assert.equal(dialled, 2);
	const [{ body } = assert.fail()] = watches;
	body.on("error", () => {});
	body.destroy();
	await once(body, "close");
	await watch(1);
	assert.equal(dialled, 2);
	for (const { body } of watches) body.on("error", () => {});
	connections.end(new Error("over"));
});
