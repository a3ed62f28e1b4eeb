import { Agent, request as start } from "node:http";
import { Socket } from "node:net";
import { Places } from "../../../core/places.ts";
import type { Dial, Dialled } from "./dial.ts";
import {
	type Answer,
	endInTime,
	preliminary,
	type Request,
	resetByPeer,
	type Transport,
	TransportError,
} from "./exchange.ts";

/** Eight connections come close to what one does with HTTP/2; watches have theirs on top. */
const SOCKETS = 8;

/** A few connections that are kept. The first is there already, others are dialled when needed. */
export class Http1 implements Transport {
	/** Each watch has a connection of its own. */
	readonly isFull = false;
	readonly #agent = new Agent({ keepAlive: true });
	readonly #places = new Places(() => SOCKETS);
	/** The first connection, until a request takes it: only then does the agent know of it. */
	#spare: Socket | undefined;

	constructor(
		readonly authority: URL,
		first: Dialled,
		dial: Dial,
	) {
		this.#spare = first.socket;
		this.#agent.createConnection = (_options, done) => {
			const socket = this.#spare;
			this.#spare = undefined;
			if (socket && !socket.destroyed) return socket;
			dial(["http/1.1"]).then(
				(dialled) => done?.(null, dialled.socket),
				(error) => done?.(new TransportError(error, false), new Socket()),
			);
			return undefined;
		};
	}

	async send(request: Request): Promise<Answer> {
		if (request.endless) return this.#start(request, () => {});
		// Counted here: the agent would forget those that are still being dialled.
		const done = await this.#places.enter();
		if (request.signal?.aborted) {
			done();
			throw new TransportError(request.signal.reason, false);
		}
		return this.#start(request, done);
	}

	close(): void {
		this.#spare?.destroy();
		for (const idle of Object.values(this.#agent.freeSockets))
			for (const socket of idle ?? []) socket.destroy();
	}

	destroy(): void {
		this.#spare?.destroy();
		this.#agent.destroy();
	}

	/** Connections are replaced one by one: there is no end to all of them. */
	onLost(): void {}

	#start(call: Request, done: () => void): Promise<Answer> {
		const { method, path, headers, body } = call;
		return new Promise((resolve, reject) => {
			const request = start({
				agent: this.#agent,
				method,
				path,
				host: this.authority.hostname,
				port: this.authority.port,
				setHost: false,
				headers: {
					host: this.authority.host,
					...headers,
					...(body !== undefined && {
						"content-length": Buffer.byteLength(body),
					}),
				},
			});
			const broken = (cause: unknown) =>
				reject(
					cause instanceof TransportError
						? cause
						: new TransportError(cause, true),
				);
			let late: (error: Error) => unknown = (error) => request.destroy(error);
			const closed = () => broken(resetByPeer());
			request.once("response", (response) => {
				request.off("close", closed);
				late = (error) => response.destroy(error);
				resolve({
					status: response.statusCode ?? 0,
					header: (name) => [response.headers[name] ?? []].flat().join(", "),
					body: response,
				});
				response.on("error", () => {});
			});
			request.on("error", broken);
			request.once("close", closed);
			request.once("close", done);
			request.on("information", preliminary(late));
			endInTime(call, request, (why) => late(why));
			request.end(body);
		});
	}
}
