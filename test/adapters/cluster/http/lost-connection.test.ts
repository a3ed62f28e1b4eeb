import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import {
	constants,
	createSecureServer,
	type ServerHttp2Session,
	type ServerHttp2Stream,
} from "node:http2";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { text } from "../../../../src/adapters/cluster/http/exchange.ts";
import { Http2 } from "../../../../src/adapters/cluster/http/http2.ts";
import { CertificateAuthority } from "../../../support/api-server/certificates.ts";
import {
	type ApiServer,
	startApiServer,
} from "../../../support/api-server/index.ts";
import { connected, hastyClock } from "../../../support/connecting.ts";
import { kubeconfigText } from "../../../support/kubeconfig-text.ts";

/** Connections that die without saying so, and ones that say good-bye. */

let folder: string;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "meshreg-"));
});
after(() => rm(folder, { recursive: true }));

/** What has been sent in this process has arrived, and was answered, when other bytes have gone there and back after it. */
async function settled(): Promise<void> {
	await using echo = await startEcho();
	for (let times = 0; times < 10; times++) await echo.thereAndBack();
}

async function startEcho() {
	const server = createServer((socket) => socket.pipe(socket));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
	await once(socket, "connect");
	return {
		async thereAndBack() {
			const back = once(socket, "data");
			socket.write("?");
			await back;
		},
		async [Symbol.asyncDispose]() {
			socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
}

describe("a connection on which nothing comes any more", () => {
	/** A relay to the server that can fall silent, without closing anything. */
	async function silentRelay(server: ApiServer) {
		const sockets: Socket[] = [];
		let silent = false;
		const relay = createServer((client) => {
			const upstream = connect(Number(new URL(server.url).port), "127.0.0.1");
			sockets.push(client, upstream);
			for (const [from, to] of [
				[client, upstream],
				[upstream, client],
			] as const) {
				from.on("data", (chunk) => {
					if (!silent) to.write(chunk);
				});
				from.on("error", () => {});
			}
		});
		await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
		return {
			port: (relay.address() as AddressInfo).port,
			/** From now on nothing passes, and nobody can connect anew. */
			fallSilent() {
				silent = true;
				relay.close();
			},
			stop() {
				relay.close();
				for (const socket of sockets) socket.destroy();
			},
		};
	}

	test("is found out by pings, and its requests fail", async (t) => {
		const server = await startApiServer();
		const relay = await silentRelay(server);
		t.after(async () => {
			relay.stop();
			await server.stop();
		});
		const kubeconfig = join(folder, "silent");
		const address = `https://127.0.0.1:${relay.port}`;
		await server.writeKubeconfig(kubeconfig, { server: address });
		t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
		const { cluster } = await connected(
			{ kubeconfig },
			{ clock: hastyClock() },
		);
		await cluster.read("Namespace", { name: "default" });
		relay.fallSilent();
		let said = "";
		const reading = cluster
			.read("Namespace", { name: "default" })
			.catch((error: Error) => {
				said = error.message;
			});
		let seconds = 0;
		for (; said === "" && seconds < 60; seconds++) {
			t.mock.timers.tick(1_000);
			await settled();
		}
		await reading;
		assert.match(
			said,
			/^The connection to the server 127\.0\.0\.1:\d+ was refused/,
		);
		assert.ok(seconds >= 10 && seconds <= 16, `after ${seconds} seconds`);
		await cluster.close();
	});

	test("is kept while the server is only slow", async (t) => {
		const server = await startApiServer();
		t.after(() => server.stop());
		const kubeconfig = join(folder, "slow");
		await server.writeKubeconfig(kubeconfig);
		t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
		const { cluster } = await connected(
			{ kubeconfig },
			{ clock: hastyClock() },
		);
		let answer = () => {};
		server.onRequest(
			() =>
				new Promise((resolve) => {
					answer = () => resolve(undefined);
				}),
		);
		const reading = cluster.read("Namespace", { name: "default" });
		for (let seconds = 0; seconds < 60; seconds++) {
			t.mock.timers.tick(1_000);
			await settled();
		}
		answer();
		assert.equal((await reading).metadata.name, "default");
		assert.equal(server.connections, 1);
		await cluster.close();
	});
});

describe("a server that says good-bye (GOAWAY)", () => {
	/** A server that answers what `handle` answers, on as many connections as are made, and who is connected to it, until the test ends. */
	async function serverWith(
		t: TestContext,
		handle: (
			session: ServerHttp2Session,
			request: number,
			stream: ServerHttp2Stream,
		) => boolean,
	) {
		const ca = await CertificateAuthority.create();
		const { certificate: cert, key } = await ca.server();
		const sessions: ServerHttp2Session[] = [];
		let requests = 0;
		const server = createSecureServer({ cert, key });
		server.on("session", (session) => {
			sessions.push(session);
			session.on("error", () => {});
		});
		server.on("stream", (stream: ServerHttp2Stream, headers) => {
			stream.on("error", () => {});
			const session = stream.session as ServerHttp2Session;
			// A create names no object in its path: it is the namespace `y`.
			const name = /\/namespaces\/([^/?]+)/.exec(String(headers[":path"]))?.[1];
			if (!handle(session, ++requests, stream)) return;
			stream.respond({ ":status": 200 });
			stream.end(JSON.stringify({ metadata: { name: name ?? "y" } }));
		});
		await new Promise<void>((resolve) =>
			server.listen(0, "127.0.0.1", resolve),
		);
		const { port } = server.address() as AddressInfo;
		const url = new URL(`https://127.0.0.1:${port}`);
		const kubeconfig = join(folder, "goaway");
		await writeFile(
			kubeconfig,
			kubeconfigText({
				server: url.origin,
				"certificate-authority-data": Buffer.from(ca.certificate).toString(
					"base64",
				),
			}),
		);
		const clock = hastyClock();
		const { cluster } = await connected({ kubeconfig }, { clock });
		t.after(async () => {
			await cluster.close();
			server.close();
			for (const session of sessions) session.destroy();
		});
		return { url, ca: ca.certificate, sessions, cluster, clock };
	}

	test("finishes what it has, and is asked again on a new connection", async (t) => {
		const { sessions, cluster, clock } = await serverWith(
			t,
			(session, request) => {
				if (request === 3) session.goaway(0);
				return true;
			},
		);
		for (let times = 0; times < 6; times++)
			await cluster.read("Namespace", { name: "x" });
		assert.equal(sessions.length, 2);
		assert.deepEqual(clock.slept, []);
	});

	test("is asked again for what it had not begun, a create without looking first", async (t) => {
		let begun = 0;
		const { sessions, cluster } = await serverWith(t, (session, request) => {
			if (request === 1) return true;
			if (sessions.length > 1) {
				begun++;
				return true;
			}
			// It has begun nothing after the first request.
			session.goaway(0, 1);
			return false;
		});
		await cluster.read("Namespace", { name: "x" });
		const made = await cluster.create("Namespace", { metadata: { name: "y" } });
		assert.equal(made.metadata.name, "y");
		assert.equal(begun, 1);
	});

	test("is asked again for the very first that it refused to begin", async (t) => {
		const { cluster } = await serverWith(t, (_, request, stream) => {
			if (request === 1) stream.close(constants.NGHTTP2_REFUSED_STREAM);
			return request > 1;
		});
		const read = await cluster.read("Namespace", { name: "x" });
		assert.equal(read.metadata.name, "x");
	});

	test("keeps its watches, and is given no other where one of them ends", async (t) => {
		const streams: ServerHttp2Stream[] = [];
		let arrived = () => {};
		const { sessions, cluster } = await serverWith(t, (_, __, stream) => {
			stream.respond({ ":status": 200 });
			streams.push(stream);
			arrived();
			return false;
		});
		/** One more watch, until its request is there. */
		const watch = async () => {
			const { promise, resolve } = Promise.withResolvers<void>();
			arrived = resolve;
			const events = cluster.watch("Secret", { resourceVersion: "1" });
			events[Symbol.asyncIterator]()
				.next()
				.catch(() => {});
			await promise;
		};
		while (sessions.length < 2) await watch();
		const first = streams.filter(({ session }) => session === sessions[0]);
		assert.equal(first.length, 32);
		sessions[0]?.goaway(0);
		first[0]?.end();
		await settled();
		for (let more = 0; more < 32; more++) await watch();
		assert.equal(sessions.length, 3);
		assert.equal(streams.at(-2)?.session, sessions[1]);
		assert.equal(streams.at(-1)?.session, sessions[2]);
	});

	for (const how of ["destroyed", "left alone"] as const)
		test(`and never hangs up keeps no connection that is ${how}`, async (t) => {
			const { url, ca } = await serverWith(t, (session) => {
				session.goaway(0);
				return true;
			});
			if (how === "left alone")
				t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
			const socket = connectTls({
				port: Number(url.port),
				ca,
				ALPNProtocols: ["h2"],
			});
			await once(socket, "secureConnect");
			const link = new Http2(url, { socket, protocol: "h2" });
			const saidGoodbye = new Promise<boolean>((resolve) =>
				link.onLost(resolve),
			);
			const answer = await link.send({ method: "GET", path: "/", headers: {} });
			await text(answer, { most: 100, exceeded: () => new Error("too much") });
			assert.equal(await saidGoodbye, false);
			await settled();
			assert.equal(socket.destroyed, false);
			if (how === "destroyed") link.destroy();
			else t.mock.timers.tick(5_000);
			assert.equal(socket.destroyed, true);
		});
});
