import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, test } from "node:test";
import { servePages } from "../../src/adapters/page-server.ts";
import { inWords } from "../support/refused.ts";

const HERE = { host: "127.0.0.1", port: 0 };

describe("pages over HTTP", () => {
	for (const [method, path, status, text] of [
		["GET", "/livez", 200, "ok\n"],
		["GET", "/livez?verbose", 200, "ok\n"],
		["HEAD", "/livez", 200, ""],
		["POST", "/livez", 405, "only GET\n"],
		["GET", "/", 404, "not found\n"],
		["GET", "/toString", 404, "not found\n"],
		["GET", "/broken", 500, "internal error: no answer could be made\n"],
	] as const)
		test(`${method} ${path}: ${status}`, async () => {
			const server = await servePages(HERE, {
				"/livez": async () => ({ status: 200, text: "ok\n" }),
				"/broken": async () => {
					throw new Error("a secret");
				},
			});
			try {
				const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, {
					method,
				});
				assert.equal(answer.status, status);
				assert.equal(await answer.text(), text);
			} finally {
				await server.close();
			}
		});

	test("whoever holds connections open keeps nobody from an answer", async () => {
		const server = await servePages(HERE, {
			"/livez": async () => ({ status: 200, text: "ok\n" }),
		});
		const idle = [];
		try {
			for (let opened = 0; opened < 100; opened++) {
				const socket = connect(server.port, HERE.host);
				idle.push(socket);
				socket.on("error", () => {});
				await once(socket, "connect");
			}
			const answer = await fetch(`http://127.0.0.1:${server.port}/livez`);
			assert.equal(answer.status, 200);
			// The first ones had to go.
			if (!idle[0]?.closed) await once(idle[0] as Socket, "close");
			assert.equal(idle.at(-1)?.closed, false);
		} finally {
			await server.close();
			for (const socket of idle) socket.destroy();
		}
	});

	test("a port that is taken: says so, and what to do", async () => {
		const other = createServer().listen(0, "127.0.0.1");
		await once(other, "listening");
		const address = other.address();
		const port =
			typeof address === "object" && address !== null ? address.port : 0;
		await assert.rejects(
			servePages({ ...HERE, port }, {}),
			inWords(
				`cannot listen at 127.0.0.1:${port}: something else listens there; choose another port`,
			),
		);
		other.close();
	});
});
