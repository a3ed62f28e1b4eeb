import { Agent, request as start } from "node:http";
import { Socket } from "node:net";
import type { Dial, Dialled } from "./dial.ts";
import {
	type Answer,
	BrokenConnection,
	type Request,
	resetByPeer,
	timedOut,
} from "./exchange.ts";

/** kubernetes-facts: eight come close to what one HTTP/2 connection does. */
const SOCKETS = 8;

/** A few connections that are kept; the first is there already, others are dialled when needed. */
export function openAgent(first: Dialled, dial: Dial): Agent {
	let spare: Socket | undefined = first.socket;
	const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
	agent.createConnection = (_options, done) => {
		const socket = spare;
		spare = undefined;
		if (socket && !socket.destroyed) return socket;
		dial(["http/1.1"]).then(
			(dialled) => done?.(null, dialled.socket),
			(error) => done?.(new BrokenConnection(error, false), new Socket()),
		);
		return undefined;
	};
	return agent;
}

/** Sends one request on a connection of its own. Rejects with BrokenConnection. */
export function sendOverHttp1(
	agent: Agent,
	authority: URL,
	{ method, path, headers, body, timeout }: Request,
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const request = start({
			agent,
			method,
			path,
			host: authority.hostname,
			port: authority.port,
			setHost: false,
			headers: {
				host: authority.host,
				...headers,
				...(body !== undefined && {
					"content-length": Buffer.byteLength(body),
				}),
			},
		});
		const broken = (cause: unknown) =>
			reject(
				cause instanceof BrokenConnection
					? cause
					: new BrokenConnection(cause, true),
			);
		let late: (error: Error) => unknown = (error) => request.destroy(error);
		request.once("response", (response) => {
			late = (error) => response.destroy(error);
			resolve({
				status: response.statusCode ?? 0,
				header: (name) => [response.headers[name] ?? []].flat().join(", "),
				body: response,
			});
			response.on("error", () => {});
		});
		request.on("error", broken);
		request.once("close", () => broken(resetByPeer()));
		if (timeout) {
			const timer = setTimeout(() => late(timedOut()), timeout);
			request.once("close", () => clearTimeout(timer));
		}
		request.end(body);
	});
}
