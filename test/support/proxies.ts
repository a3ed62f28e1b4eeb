import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import {
	type AddressInfo,
	connect,
	createServer as createTcp,
	type Server,
	type Socket,
} from "node:net";
import type { Duplex } from "node:stream";
import type { KeyPair } from "./api-server/certificates.ts";

/** A proxy on loopback. Wherever it is asked to connect to, it connects to that port of 127.0.0.1. */
export interface TestProxy extends AsyncDisposable {
	/** HOST:PORT */
	address: string;
	/** What it was asked for, as `host:port`, with `user:password@` before it where given. */
	asked: string[];
}

/** CONNECT over plain HTTP, or over TLS with this certificate. `refusal`: answered to everything. */
export async function httpProxy(
	pair?: KeyPair,
	refusal?: string,
): Promise<TestProxy> {
	const asked: string[] = [];
	const server = pair
		? createHttps({ cert: pair.certificate, key: pair.key })
		: createHttp();
	server.on("connect", (request, socket: Duplex) => {
		const [, encoded = ""] =
			/^Basic (.*)$/.exec(request.headers["proxy-authorization"] ?? "") ?? [];
		const login = Buffer.from(encoded, "base64").toString();
		asked.push(`${login && `${login}@`}${request.url}`);
		if (refusal !== undefined)
			return socket.end(`HTTP/1.1 ${refusal}\r\ncontent-length: 0\r\n\r\n`);
		const port = Number(request.url?.split(":").at(-1));
		join(socket, port, () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
	});
	return running(server, asked);
}

/** SOCKS 5 (RFC 1928), with user name and password (RFC 1929) where `login` asks for them. */
export async function socksProxy(login?: string): Promise<TestProxy> {
	const asked: string[] = [];
	const server = createTcp((socket) => {
		const read = reader(socket);
		void (async () => {
			const [, methods = 0] = await read(2);
			await read(methods);
			socket.write(Buffer.from([5, login === undefined ? 0 : 2]));
			let shown = "";
			if (login !== undefined) {
				const [, userLength = 0] = await read(2);
				const user = await read(userLength);
				const [passwordLength = 0] = await read(1);
				shown = `${user}:${await read(passwordLength)}@`;
				socket.write(Buffer.from([1, shown === `${login}@` ? 0 : 1]));
			}
			const [, , , type] = await read(4);
			const host =
				type === 3
					? (await read((await read(1))[0] ?? 0)).toString()
					: [...(await read(type === 1 ? 4 : 16))].join(".");
			const port = (await read(2)).readUInt16BE();
			asked.push(`${shown}${host}:${port}`);
			join(socket, port, () =>
				socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0])),
			);
		})();
	});
	return running(server, asked);
}

/** Reads exactly so many bytes, and leaves the rest. */
function reader(socket: Socket): (count: number) => Promise<Buffer> {
	return async (count) => {
		if (count === 0) return Buffer.alloc(0);
		for (;;) {
			const bytes: Buffer | null = socket.read(count);
			if (bytes !== null) return bytes;
			await new Promise((resolve) => socket.once("readable", resolve));
		}
	};
}

function join(client: Duplex, port: number, connected: () => void): void {
	const upstream = connect(port, "127.0.0.1", () => {
		connected();
		upstream.pipe(client);
		client.pipe(upstream);
	});
	upstream.on("error", () => client.destroy());
	client.on("error", () => upstream.destroy());
	client.on("close", () => upstream.destroy());
}

async function running(server: Server, asked: string[]): Promise<TestProxy> {
	const sockets = new Set<Socket>();
	server.on("connection", (socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		address: `127.0.0.1:${port}`,
		asked,
		async [Symbol.asyncDispose]() {
			server.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}
