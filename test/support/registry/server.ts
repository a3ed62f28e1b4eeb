import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import {
	createServer as createRawServer,
	type Server as RawServer,
	type Socket,
} from "node:net";
import type { Identity } from "./certificates.ts";

/** A server on loopback that remembers what it was asked. */
export interface LoopbackServer extends AsyncDisposable {
	/** `127.0.0.1:PORT`. */
	readonly host: string;
	readonly origin: string;
	readonly requests: readonly Seen[];
	close(): Promise<void>;
}

/** One request as it came in. */
export interface Seen {
	readonly method: string;
	readonly url: string;
	readonly authorization: string | undefined;
}

/** Serves whatever protocol: `onConnection` gets each socket. */
export async function serveRaw(
	onConnection: (socket: Socket) => void,
): Promise<{ host: string; close(): Promise<void> }> {
	const sockets = new Set<Socket>();
	const server = createRawServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => socket.destroy());
		onConnection(socket);
	});
	const host = await listening(server, "127.0.0.1");
	return {
		host,
		async close() {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
}

/** Serves on a free port of `address`; `tls`: https. */
export async function serve(
	listener: RequestListener,
	tls?: Identity,
	address = "127.0.0.1",
): Promise<LoopbackServer> {
	const requests: Seen[] = [];
	const remember: RequestListener = (request, response) => {
		requests.push({
			method: request.method ?? "",
			url: request.url ?? "",
			authorization: request.headers.authorization,
		});
		listener(request, response);
	};
	const server: Server = tls
		? createTlsServer({ cert: tls.certificate, key: tls.key }, remember)
		: createServer(remember);
	const host = await listening(server, address);
	const close = async (): Promise<void> => {
		server.close();
		server.closeAllConnections();
		await once(server, "close");
	};
	return {
		host,
		origin: `${tls ? "https" : "http"}://${host}`,
		requests,
		close,
		[Symbol.asyncDispose]: close,
	};
}

/** Listens on a free port; its `ADDRESS:PORT`. */
export async function listening(
	server: RawServer,
	address: string,
): Promise<string> {
	server.listen(0, address);
	await once(server, "listening");
	const bound = server.address();
	if (bound === null || typeof bound === "string")
		throw new Error("the server listens on no port");
	return `${address}:${bound.port}`;
}
