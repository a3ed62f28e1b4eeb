import {
	type ClientHttp2Session,
	connect,
	type IncomingHttpHeaders,
} from "node:http2";
import { request } from "node:https";
import type { ApiServer } from "./api-server/index.ts";

/** A bare client of the embedded API server: what it sends is what the test says, and no more. */
export interface Call {
	method?: string;
	path: string;
	/** An object goes as JSON; text as it is. */
	body?: unknown;
	/** Default `application/json`, with a body. */
	contentType?: string;
	headers?: Readonly<Record<string, string | string[]>>;
}

export interface Reply {
	status: number;
	headers: IncomingHttpHeaders;
	/** Parsed where it is JSON; the bytes of what came compressed over HTTP/1.1. */
	body: unknown;
}

export interface ClientOptions {
	/** Default `admin`; `false` presents no certificate. */
	user?: string | false;
}

function tlsOptions(server: ApiServer, { user = "admin" }: ClientOptions) {
	const pair = user === false ? undefined : server.clientPair(user);
	return { ca: server.ca, cert: pair?.certificate, key: pair?.key };
}

function payload({ body, contentType = "application/json" }: Call) {
	if (body === undefined) return { text: undefined, type: {} };
	return {
		text: typeof body === "string" ? body : JSON.stringify(body),
		type: { "content-type": contentType },
	};
}

function parsed(text: string, headers: IncomingHttpHeaders): unknown {
	const isJson = String(headers["content-type"]).startsWith("application/json");
	return isJson && text !== "" ? JSON.parse(text) : text;
}

/** One HTTP/2 connection. */
export class Http2Client {
	private constructor(readonly session: ClientHttp2Session) {}

	static open(server: ApiServer, options: ClientOptions = {}): Http2Client {
		const session = connect(server.url, tlsOptions(server, options));
		// The call that it breaks rejects: that is enough.
		session.on("error", () => {});
		return new Http2Client(session);
	}

	/** Rejects when the connection or the stream is cut. */
	call(call: Call): Promise<Reply> {
		const { text, type } = payload(call);
		return new Promise((resolve, reject) => {
			const stream = this.session.request(
				{
					":method": call.method ?? "GET",
					":path": call.path,
					...type,
					...call.headers,
				},
				// Otherwise Node takes it that a DELETE has no body.
				{ endStream: text === undefined },
			);
			let headers: IncomingHttpHeaders | undefined;
			let received = "";
			stream.setEncoding("utf8");
			stream.on("response", (got) => {
				headers = got;
			});
			stream.on("data", (chunk: string) => {
				received += chunk;
			});
			stream.on("error", reject);
			stream.on("close", () => {
				if (headers === undefined) reject(new Error("no answer"));
				else
					resolve({
						status: Number(headers[":status"]),
						headers,
						body: parsed(received, headers),
					});
			});
			if (text !== undefined) stream.end(text);
		});
	}

	/** A watch: its events in their order, until the server ends it. `close` ends it from here. */
	watch(path: string, headers: Call["headers"] = {}) {
		const stream = this.session.request({ ":path": path, ...headers });
		stream.setEncoding("utf8");
		async function* events() {
			let rest = "";
			for await (const chunk of stream as AsyncIterable<string>) {
				const lines = (rest + chunk).split("\n");
				rest = lines.pop() ?? "";
				for (const line of lines) yield JSON.parse(line) as WatchEvent;
			}
		}
		return { events: events(), close: () => stream.close() };
	}

	/** Drops the connection and whatever is still open on it. */
	close(): void {
		this.session.destroy();
	}
}

export interface WatchEvent {
	type: string;
	object: {
		kind: string;
		code?: number;
		reason?: string;
		message?: string;
		metadata: {
			name?: string;
			resourceVersion?: string;
			labels?: Record<string, string>;
		};
	};
}

/** One request over HTTP/1.1. */
export function callHttp1(server: ApiServer, call: Call): Promise<Reply> {
	const { text, type } = payload(call);
	return new Promise((resolve, reject) => {
		const sent = request(
			server.url + call.path,
			{
				...tlsOptions(server, {}),
				method: call.method ?? "GET",
				headers: { ...type, ...call.headers },
				agent: false,
			},
			async (response) => {
				const received = Buffer.concat(await response.toArray());
				const { headers, statusCode: status = 0 } = response;
				resolve({
					status,
					headers,
					body:
						headers["content-encoding"] === undefined
							? parsed(received.toString(), headers)
							: received,
				});
			},
		);
		sent.on("error", reject);
		sent.end(text);
	});
}
