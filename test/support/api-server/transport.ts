import {
	createSecureServer as createHttp2Server,
	type Http2Session,
	type IncomingHttpHeaders,
	type OutgoingHttpHeaders,
} from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Server, TLSSocket, TlsOptions } from "node:tls";
import type { KeyPair } from "./certificates.ts";
import type { ClientCertificate } from "./identity.ts";
import { refuse } from "./statuses.ts";

/** What HTTP/1.1's and HTTP/2's requests have in common, and what tells them apart. */
export interface HttpRequest {
	readonly method?: string | undefined;
	readonly url?: string | undefined;
	readonly headers: IncomingHttpHeaders;
	readonly httpVersion: string;
	readonly socket: Socket;
	/** Of HTTP/2 alone. */
	readonly stream?: { readonly session?: Http2Session | undefined };
	on(event: "data", listener: (chunk: Buffer) => void): unknown;
	on(event: "end" | "aborted", listener: () => void): unknown;
	on(event: "error", listener: (error: Error) => void): unknown;
}

export interface HttpResponse {
	readonly destroyed?: boolean;
	readonly writableEnded: boolean;
	writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
	/** HTTP/2 sends headers at once; HTTP/1.1 has to be told. */
	flushHeaders?(): void;
	write(text: string): unknown;
	end(): unknown;
	end(body: Buffer): unknown;
	once(event: "close", listener: () => void): unknown;
}

export interface TransportOptions {
	pair: KeyPair;
	/** PEM of the CA that signs client certificates. */
	ca: string;
	/** Offer no HTTP/2. */
	http1Only: boolean;
}

/** The most that the API server reads of a body, in bytes. */
const bodyLimit = 3 * 1024 * 1024;

/**
 * How many milliseconds a connection may idle, as kube-apiserver's (k8s.io/apiserver, secure_serving.go).
 * Node's own few seconds end one now and then in the moment in which a client takes it up again.
 */
const idle = { keepAliveTimeout: 90_000 };

/** TLS on loopback, with or without a client certificate, HTTP/2 or HTTP/1.1 as the client offers. */
export class Transport {
	/** TLS handshakes so far. */
	handshakes = 0;
	readonly #sockets = new Set<Socket>();
	readonly #certificates = new WeakMap<object, ClientCertificate>();

	private constructor(
		readonly server: Server,
		readonly port: number,
	) {}

	static async listen(
		options: TransportOptions,
		onRequest: (request: HttpRequest, response: HttpResponse) => void,
	): Promise<Transport> {
		const tls: TlsOptions = {
			cert: options.pair.certificate,
			key: options.pair.key,
			ca: options.ca,
			// A client without a certificate, or with a wrong one, is answered, not hung up on.
			requestCert: true,
			rejectUnauthorized: false,
		};
		const server = options.http1Only
			? createHttpsServer({ ...tls, ...idle }, onRequest)
			: createHttp2Server(
					{
						...tls,
						allowHTTP1: true,
						...idle,
						// As the real one has it.
						settings: { maxConcurrentStreams: 100 },
						// Megabytes of answers that wait to be read: the real one has no limit.
						maxSessionMemory: 4096,
					},
					onRequest,
				);
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject);
			server.listen(0, "127.0.0.1", resolve);
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
