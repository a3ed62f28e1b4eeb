import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import https, { type RequestOptions } from "node:https";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { KubeConfig } from "@kubernetes/client-node";

/** What a test sends besides method and path. */
export interface Call {
	/** Sent as JSON; a string is sent as it is. */
	body?: unknown;
	contentType?: string;
	accept?: string;
	headers?: Readonly<Record<string, string>>;
	/** Who asks: the kubeconfig's user (default), nobody, or the owner of a bearer token. */
	as?: "kubeconfig" | "nobody" | { token: string };
	signal?: AbortSignal;
}

/** `body` is the parsed JSON, of a watch the list of its events, or the text where it is not JSON. */
export interface Answer {
	status: number;
	headers: IncomingMessage["headers"];
	body: unknown;
}

/** Raw requests to an API server: nothing is retried, and no status is an error. */
export interface RawApi {
	/** `https://host:port`, without a slash at the end. */
	readonly server: string;
	request(method: string, path: string, call?: Call): Promise<Answer>;
	/** The lines of a watch, parsed, until the server or the signal ends it. */
	watch(path: string, call?: Call): AsyncGenerator<WatchLine>;
	/** A kubeconfig for the same server and the owner of a bearer token. */
	kubeconfigWith(token: string): string;
	close(): void;
}

export interface WatchLine {
	type: string;
	object: Record<string, unknown>;
}

/** Speaks to the current context's server, as its user where a call names none. */
export async function rawApi(kubeconfig: string): Promise<RawApi> {
	const config = new KubeConfig();
	config.loadFromFile(kubeconfig);
	const cluster = config.getCurrentCluster();
	if (cluster === null)
		throw new Error(`${kubeconfig} has no cluster in its current context`);
	const server = cluster.server.replace(/\/+$/, "");
	const user: RequestOptions = {};
	await config.applyToHTTPSOptions(user);
	const own = user.headers as http.OutgoingHttpHeaders | undefined;
	const { http: send, agents } = transport(server, user);

	const open = async (method: string, path: string, call: Call = {}) => {
		const as = call.as ?? "kubeconfig";
		const headers: http.OutgoingHttpHeaders = {
			accept: call.accept ?? "application/json",
			...(as === "kubeconfig" ? own : {}),
			...(typeof as === "object"
				? { authorization: `Bearer ${as.token}` }
				: {}),
			...call.headers,
		};
		let payload: string | undefined;
		if (call.body !== undefined) {
			payload =
				typeof call.body === "string" ? call.body : JSON.stringify(call.body);
			headers["content-type"] = call.contentType ?? "application/json";
			headers["content-length"] = Buffer.byteLength(payload);
		}
		const request = send(`${server}${path}`, {
			method,
			headers,
			agent: as === "kubeconfig" ? agents.user : agents.nobody,
			...(call.signal ? { signal: call.signal } : {}),
		});
		request.end(payload);
		const [response] = (await once(request, "response")) as [IncomingMessage];
		return response;
	};

	return {
		server,
		async request(method, path, call) {
			const response = await open(method, path, call);
			const status = response.statusCode ?? 0;
			const body = await text(response);
			const isWatch = status === 200 && /[?&]watch=/.test(path);
			return {
				status,
				headers: response.headers,
				body: isWatch
					? body.split("\n").filter(Boolean).map(parsed)
					: parsed(body),
			};
		},
		async *watch(path, call) {
			const response = await open("GET", path, call);
			try {
				for await (const line of createInterface({ input: response }))
					yield parsed(line) as WatchLine;
			} catch (error) {
				if (!call?.signal?.aborted) throw error;
			} finally {
				response.destroy();
			}
		},
		kubeconfigWith(token) {
			const other = new KubeConfig();
			other.loadFromClusterAndUser(cluster, { name: "account", token });
			return other.exportConfig();
		},
		close() {
			agents.user.destroy();
			agents.nobody.destroy();
		},
	};
}

/** JSON's value; all else stays text. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** One agent with the user's certificate and one without, so that nobody is nobody. */
function transport(server: string, user: RequestOptions) {
	if (server.startsWith("http:")) {
		const agent = new http.Agent({ keepAlive: true });
		return { http: http.request, agents: { user: agent, nobody: agent } };
	}
	const { ca, cert, key, servername, rejectUnauthorized } = user;
	const trust = {
		keepAlive: true,
		...(ca !== undefined ? { ca } : {}),
		...(servername !== undefined ? { servername } : {}),
		...(rejectUnauthorized !== undefined ? { rejectUnauthorized } : {}),
	};
	return {
		http: https.request,
		agents: {
			user: new https.Agent({
				...trust,
				...(cert !== undefined ? { cert } : {}),
				...(key !== undefined ? { key } : {}),
			}),
			nobody: new https.Agent(trust),
		},
	};
}
