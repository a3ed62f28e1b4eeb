import {
	type ClientHttp2Session,
	connect,
	constants,
	type IncomingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import { coded } from "../../error-code.ts";
import type { Dialled } from "./dial.ts";
import {
	type Answer,
	endInTime,
	preliminary,
	type Request,
	resetByPeer,
	type Transport,
	TransportError,
} from "./exchange.ts";

/** A dead peer, and one that does not hang up, is found out within two to three of these, in milliseconds. */
const HEARTBEAT = 5_000;
/** Pages of a list are about a megabyte: the default of 64 KiB would wait for the network again and again. */
const WINDOW = 4 << 20;

/**
 * Watches in one session. API servers allow 100 streams, and what is beyond waits until one ends; 64 requests
 * are to have room. https://github.com/kubernetes/apiserver/blob/master/pkg/server/secure_serving.go
 */
const MOST_WATCHES = 32;

/** One session over a socket that has agreed on `h2`. */
export class Http2 implements Transport {
	readonly #session: ClientHttp2Session;
	readonly #socket: Socket;
	#watches = 0;

	constructor(authority: URL, { socket }: Dialled) {
		this.#socket = socket;
		const session = connect(authority, {
			createConnection: () => socket,
			settings: { enablePush: false, initialWindowSize: WINDOW },
		});
		this.#session = session;
		session.once("connect", () => {
			// A session that was closed at once still says that it connected.
			if (!session.destroyed) session.setLocalWindowSize(4 * WINDOW);
		});
		// Streams report the same error to whoever waits for them.
		session.on("error", () => {});
		let heard = -1;
		const heartbeat = setInterval(() => {
			const silent = socket.bytesRead === heard;
			heard = socket.bytesRead;
			if (session.destroyed) socket.destroy();
			else if (silent) this.#ping();
		}, HEARTBEAT);
		heartbeat.unref();
		session.once("close", () => clearInterval(heartbeat));
	}

	get isFull(): boolean {
		return this.#watches >= MOST_WATCHES;
	}

	async send(request: Request): Promise<Answer> {
		if (this.#session.closed || this.#session.destroyed)
			throw new TransportError(resetByPeer(), false);
		const { method, path, headers, body } = request;
		return new Promise((resolve, reject) => {
			const stream = this.#session.request(
				{ ":method": method, ":path": path, ...headers },
				{ endStream: body === undefined },
			);
			if (request.endless) {
				this.#watches++;
				stream.once("close", () => this.#watches--);
			}
			const broken = (cause: unknown) =>
				reject(
					new TransportError(
						cause,
						stream.rstCode !== constants.NGHTTP2_REFUSED_STREAM,
					),
				);
			const closed = () => broken(resetByPeer());
			stream.on("response", (received: IncomingHttpHeaders) => {
				stream.off("close", closed);
				resolve({
					status: Number(received[":status"]),
					header: (name) => [received[name] ?? []].flat().join(", "),
					body: stream,
				});
			});
			// Stays after the answer began: a stream whose error nobody hears would end the program.
			stream.on("error", broken);
			stream.on("close", closed);
			stream.on(
				"headers",
				preliminary((why) => stream.destroy(why)),
			);
			endInTime(request, stream, (why) => stream.destroy(why));
			if (body !== undefined) stream.end(body);
		});
	}

	close(): void {
		this.#session.close();
	}

	destroy(): void {
		this.#session.destroy();
		// After a good-bye Node waits for the server to hang up, which may never do so: the program would not end.
		if (this.#session.closed) this.#socket.destroy();
	}

	onLost(lost: (ended: boolean) => void): void {
		this.#session.once("goaway", () => lost(false));
		this.#session.once("close", () => lost(true));
	}

	#ping(): void {
		const patience = setTimeout(() => {
			const silence = coded("http2: client connection lost", "ETIMEDOUT");
			this.#session.destroy(silence);
		}, HEARTBEAT);
		patience.unref();
		this.#session.ping((error) => {
			clearTimeout(patience);
			if (error) this.#session.destroy(error);
		});
	}
}
