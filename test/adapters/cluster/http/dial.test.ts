import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { dialler } from "../../../../src/adapters/cluster/http/dial.ts";

/** Whoever stands before the API server, takes a connection and says nothing: nobody is left waiting for it. */
for (const proxy of ["http", "https", "socks5", undefined])
	test(`what is still being opened through ${proxy ?? "no proxy"} ends with the attempt`, async (t) => {
		const near = createServer();
		near.listen(0, "127.0.0.1");
		await once(near, "listening");
		t.after(() => near.close());
		const address = `127.0.0.1:${(near.address() as AddressInfo).port}`;
		const interrupt = new AbortController();
		const dial = dialler(
			new URL(`https://${proxy === undefined ? address : "k8s:6443"}`),
			async () => ({ rejectUnauthorized: true }),
			interrupt.signal,
			proxy === undefined ? undefined : new URL(`${proxy}://${address}`),
		);
		const asked = once(near, "connection");
		const dialled = assert.rejects(dial(["h2"]), { message: "enough" });
		const [socket]: Socket[] = await asked;
		assert.ok(socket);
		socket.on("error", () => {});
		await once(socket, "data");
		interrupt.abort(new Error("enough"));
		await dialled;
		if (!socket.destroyed) await once(socket.resume(), "close");
	});

/** Writes that are under way when the interrupt comes have a moment to be answered, and a watch outlives the time of dialling. */
test("what is open stays open when the interrupt comes", async (t) => {
	const near = createServer();
	near.listen(0, "127.0.0.1");
	await once(near, "listening");
	t.after(() => near.close());
	const interrupt = new AbortController();
	const dial = dialler(
		new URL(`http://127.0.0.1:${(near.address() as AddressInfo).port}`),
		async () => ({ rejectUnauthorized: true }),
		interrupt.signal,
		undefined,
	);
	const { socket } = await dial(["http/1.1"]);
	interrupt.abort(new Error("enough"));
	assert.equal(socket.destroyed, false);
	socket.destroy();
	await assert.rejects(dial(["http/1.1"]), { message: "enough" });
});

for (const [server, asked] of [
	["https://k8s:6443", "k8s:6443"],
	["https://k8s", "k8s:443"],
	["http://k8s", "k8s:80"],
] as const)
	test(`a proxy that refuses ${server} is left`, async (t) => {
		const proxy = createServer((socket) => {
			socket.once("data", () =>
				socket.write("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"),
			);
		});
		proxy.listen(0, "127.0.0.1");
		await once(proxy, "listening");
		t.after(() => proxy.close());
		const at = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
		const dial = dialler(
			new URL(server),
			async () => ({ rejectUnauthorized: true }),
			new AbortController().signal,
			new URL(`http://${at}`),
		);
		const connection = once(proxy, "connection");
		await assert.rejects(dial(["h2"]), {
			message: `the proxy ${at} answered 403 Forbidden when asked for ${asked}`,
		});
		const [socket]: Socket[] = await connection;
		assert.ok(socket);
		socket.on("error", () => {});
		if (!socket.destroyed) await once(socket.resume(), "close");
	});
