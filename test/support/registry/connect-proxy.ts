import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import type { Identity } from "./certificates.ts";
import { listening } from "./server.ts";

/** A proxy on loopback that leads every name to one server. */
export interface ConnectProxy {
	/** `http://127.0.0.1:PORT`, or https. */
	readonly origin: string;
	/** `HOST:PORT` of every CONNECT, in order. */
	readonly asked: readonly string[];
	close(): Promise<void>;
}

/** `target`: `127.0.0.1:PORT`; undefined: every CONNECT is answered 403. `tls`: the proxy itself is spoken to by https. */
export async function connectProxy(
	target: string | undefined,
	tls?: Identity,
): Promise<ConnectProxy> {
	const asked: string[] = [];
	const sockets = new Set<{ destroy(): void }>();
	const server = tls
		? createTlsServer({ cert: tls.certificate, key: tls.key })
		: createServer();
	server.on("connect", (request: IncomingMessage, client: Socket) => {
		asked.push(request.url ?? "");
		sockets.add(client);
		client.on("error", () => client.destroy());
		if (target === undefined) {
			client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
			return;
		}
		const [host = "", port] = target.split(":");
		const upstream = connect(Number(port), host, () => {
			client.write("HTTP/1.1 200 Connection established\r\n\r\n");
			client.pipe(upstream).pipe(client);
		});
		sockets.add(upstream);
		upstream.on("error", () => client.destroy());
	});
	const host = await listening(server, "127.0.0.1");
	return {
		origin: `${tls ? "https" : "http"}://${host}`,
		asked,
		async close() {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
}
