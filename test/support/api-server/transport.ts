import {
	createSecureServer,
	type Http2SecureServer,
	type Http2ServerRequest,
	type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { KeyPair } from "./certificates.ts";
import type { ClientCertificate } from "./identity.ts";
import { refuse } from "./statuses.ts";

/** HTTP/1.1 requests come in the same shape: Node's own compatibility layer. */
export type HttpRequest = Http2ServerRequest;
/** HTTP/2 sends headers at once; HTTP/1.1 has to be told. */
export type HttpResponse = Http2ServerResponse & { flushHeaders?: () => void };

export interface TransportOptions {
	pair: KeyPair;
	/** PEM of the CA that signs client certificates. */
	ca: string;
	/** 0 for any free port. */
	port: number;
	/** Offer no HTTP/2. */
	http1Only: boolean;
	/** How many HTTP/2 requests a connection may have in flight. */
	maxConcurrentStreams: number;
}

/** The most that the API server reads of a body, in bytes. */
const bodyLimit = 3 * 1024 * 1024;

/** TLS on loopback, with or without a client certificate, HTTP/2 or HTTP/1.1 as the client offers. */
export class Transport {
	/** TLS handshakes so far. */
	handshakes = 0;
	readonly #sockets = new Set<Socket>();
	readonly #certificates = new WeakMap<object, ClientCertificate>();

	private constructor(
		readonly server: Http2SecureServer,
		readonly port: number,
	) {}

	static async listen(
		options: TransportOptions,
		onRequest: (request: HttpRequest, response: HttpResponse) => void,
	): Promise<Transport> {
		const server = createSecureServer({
			cert: options.pair.certificate,
			key: options.pair.key,
			ca: options.ca,
			// A client without a certificate, or with a wrong one, is answered, not hung up on.
			requestCert: true,
			rejectUnauthorized: false,
			allowHTTP1: true,
			...(options.http1Only ? { ALPNProtocols: ["http/1.1"] } : {}),
			settings: { maxConcurrentStreams: options.maxConcurrentStreams },
		});
		server.on("request", onRequest);
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject);
			server.listen(options.port, "127.0.0.1", resolve);
		});
		const transport = new Transport(
			server,
			(server.address() as AddressInfo).port,
		);
		server.on("connection", (socket: Socket) => {
			transport.#sockets.add(socket);
			socket.once("close", () => transport.#sockets.delete(socket));
		});
		server.on("secureConnection", () => transport.handshakes++);
		// A client that goes away is no trouble of the server's.
		server.on("sessionError", () => {});
		server.on("clientError", (_, socket: Socket) => socket.destroy());
		return transport;
	}

	/** What the client presented; undefined for none. */
	certificateOf(request: HttpRequest): ClientCertificate | undefined {
		const holder = request.stream?.session ?? request.socket;
		const known = this.#certificates.get(holder);
		if (known !== undefined) return known;
		const socket = (request.stream?.session?.socket ??
			request.socket) as TLSSocket;
		const { subject } = socket.getPeerCertificate();
		if (subject === undefined) return undefined;
		const certificate = {
			trusted: socket.authorized,
			commonName: [subject.CN ?? ""].flat()[0] ?? "",
			organizations: [subject.O ?? []].flat(),
		};
		this.#certificates.set(holder, certificate);
		return certificate;
	}

	/** Cuts the connection that a request came on. */
	cut(request: HttpRequest): void {
		const session = request.stream?.session;
		if (session === undefined) request.socket.destroy();
		else session.destroy();
	}

	/** Cuts all connections, and listens no more. */
	async close(): Promise<void> {
		const closed = new Promise((resolve) => this.server.close(resolve));
		for (const socket of this.#sockets) socket.destroy();
		await closed;
	}
}

/** The whole body. Throws a 413 for more than the API server reads. */
export function readBody(request: HttpRequest): Promise<Buffer> {
	if (request.method === "GET" || request.method === "HEAD")
		return Promise.resolve(Buffer.alloc(0));
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		request.on("data", (chunk: Buffer) => {
			size += chunk.length;
			// What comes beyond the limit is read, so that the client hears the answer, and let go.
			if (size <= bodyLimit) chunks.push(chunk);
		});
		request.on("end", () => {
			if (size > bodyLimit) reject(refuse.tooLarge(bodyLimit));
			else resolve(Buffer.concat(chunks));
		});
		request.on("error", reject);
		request.on("aborted", () => reject(new Error("the client went away")));
	});
}
