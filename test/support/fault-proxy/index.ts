import { writeFile } from "node:fs/promises";
import {
	createSecureServer,
	type Http2ServerRequest,
	type Http2ServerResponse,
} from "node:http2";
import {
	Agent,
	type RequestOptions,
	request as requestHttps,
} from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { CertificateAuthority } from "../api-server/certificates.ts";
import type { Choose, Fault } from "./faults.ts";

export { type Choose, type Fault, type Passing, share } from "./faults.ts";

/**
 * A proxy that puts faults before an API server, the embedded or a real one.
 * It ends TLS itself, with a CA of its own, speaks HTTP/2 and HTTP/1.1 with its
 * clients, and asks the server as the user of the kubeconfig it was given.
 */
export interface FaultProxy extends AsyncDisposable {
	/** A kubeconfig that leads through the proxy. */
	readonly kubeconfig: string;
	/** What befalls requests from now on. */
	choose: Choose;
	/** Requests so far, and how many of them met a fault. */
	readonly count: { requests: number; faults: number };
	/** Cuts all connections that there are. */
	cut(): void;
	/** Cuts all connections and listens no more: the server is gone. */
	stop(): Promise<void>;
}

/** Starts one in front of the server of `kubeconfig`; writes its own kubeconfig into `folder`. */
export async function startFaultProxy(
	kubeconfig: string,
	folder: string,
): Promise<FaultProxy> {
	const upstream = await reach(kubeconfig);
	const authority = await CertificateAuthority.create();
	const { certificate: cert, key } = await authority.server();
	const sockets = new Set<Socket>();
	const count = { requests: 0, faults: 0 };
	const server = createSecureServer(
		{ cert, key, allowHTTP1: true },
		(request, response) => {
			count.requests++;
			const fault = proxy.choose({
				method: request.method,
				path: request.url,
			});
			if (fault) count.faults++;
			// A client that gave up does not care for the answer.
			response.on("error", () => {});
			pass(request, response, fault, upstream).catch(() => cut(request));
		},
	);
	server.on("connection", (socket: Socket) => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
	});
	server.on("sessionError", () => {});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const path = `${folder}/faults-${port}.kubeconfig`;
	await writeFile(path, kubeconfigFor(port, authority.certificate));

	const cutAll = () => {
		for (const socket of sockets) socket.destroy();
	};
	const stop = async () => {
		server.close();
		cutAll();
		upstream.agent.destroy();
	};
	const proxy: FaultProxy = {
		kubeconfig: path,
		choose: () => undefined,
		count,
		cut: cutAll,
		stop,
		[Symbol.asyncDispose]: stop,
	};
	return proxy;
}

interface Upstream {
	server: string;
	agent: Agent;
	headers: RequestOptions["headers"];
}

async function reach(kubeconfig: string): Promise<Upstream> {
	const config = new KubeConfig();
	config.loadFromFile(kubeconfig);
	const options: RequestOptions = {};
	await config.applyToHTTPSOptions(options);
	const { ca, cert, key, rejectUnauthorized, headers } = options;
	return {
		server: config.getCurrentCluster()?.server ?? "",
		agent: new Agent({
			keepAlive: true,
			maxSockets: 32,
			...(ca !== undefined && { ca }),
			...(cert !== undefined && { cert }),
			...(key !== undefined && { key }),
			...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
		}),
		headers,
	};
}

async function pass(
	request: Http2ServerRequest,
	response: Http2ServerResponse,
	fault: Fault | undefined,
	upstream: Upstream,
): Promise<void> {
	const body = await text(request);
	switch (fault?.kind) {
		case "delay":
			await sleep(fault.milliseconds);
			break;
		case "held":
			await fault.until;
			break;
		case "status":
			await fault.after;
			return refuse(response, fault.status, "", fault.retryAfter);
		case "expired":
			return refuse(response, 410, "Expired");
		case "reset":
			if (fault.when === "before") return cut(request);
			break;
		case "stream reset":
			if (fault.when === "before") return resetStream(request);
			break;
	}
	const answer = await ask(request, body, upstream);
	if (answer.watch) {
		response.writeHead(answer.status, answer.headers);
		answer.watch.pipe(response);
		response.once("close", () => answer.watch?.destroy());
		return;
	}
	if (fault?.kind === "reset") return cut(request);
	if (fault?.kind === "stream reset") return resetStream(request);
	response.writeHead(answer.status, answer.headers);
	const half = answer.body.subarray(0, answer.body.length / 2);
	switch (fault?.kind) {
		case "truncated":
			response.end(half);
			return;
		case "cut off":
			response.write(half, () => cut(request));
			return;
		case "slow":
			for (const piece of pieces(answer.body, 20)) {
				response.write(piece);
				await sleep(fault.milliseconds);
			}
			response.end();
			return;
		default:
			response.end(answer.body);
	}
}

interface Answer {
	status: number;
	headers: Record<string, string>;
	body: Buffer;
	/** Of a watch: the answer as it comes. */
	watch?: NodeJS.ReadableStream & { destroy(): void };
}

function ask(
	{ method, url, headers }: Http2ServerRequest,
	body: string,
	upstream: Upstream,
): Promise<Answer> {
	const own = Object.fromEntries(
		Object.entries(headers).filter(
			([name]) => !/^(:|host$|connection$|content-length$)/.test(name),
		),
	);
	return new Promise((resolve, reject) => {
		const asking = requestHttps(`${upstream.server}${url}`, {
			method,
			agent: upstream.agent,
			headers: {
				...own,
				...upstream.headers,
				...(body !== "" && { "content-length": Buffer.byteLength(body) }),
			},
		});
		asking.once("error", reject);
		asking.once("response", (response) => {
			const passed: Record<string, string> = {};
			for (const name of [
				"content-type",
				"content-encoding",
				"warning",
				"retry-after",
			])
				if (response.headers[name] !== undefined)
					passed[name] = String(response.headers[name]);
			const status = response.statusCode ?? 0;
			if (/[?&]watch=/.test(url) && status === 200)
				return resolve({
					status,
					headers: passed,
					body: Buffer.alloc(0),
					watch: response,
				});
			const chunks: Buffer[] = [];
			response.on("data", (chunk) => chunks.push(chunk));
			response.once("error", reject);
			response.once("end", () =>
				resolve({ status, headers: passed, body: Buffer.concat(chunks) }),
			);
		});
		asking.end(body);
	});
}

function refuse(
	response: Http2ServerResponse,
	code: number,
	reason: string,
	retryAfter?: number,
): void {
	response.writeHead(code, {
		"content-type": "application/json",
		...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
	});
	response.end(
		JSON.stringify({
			kind: "Status",
			apiVersion: "v1",
			status: "Failure",
			message: `a fault on purpose: ${code}`,
			reason,
			code,
		}),
	);
}

function cut(request: Http2ServerRequest): void {
	const session = request.stream?.session;
	if (session) session.destroy();
	else request.socket.destroy();
}

function resetStream(request: Http2ServerRequest): void {
	// INTERNAL_ERROR: unlike REFUSED_STREAM it says nothing about what was done.
	if (request.stream) request.stream.close(2);
	else request.socket.destroy();
}

function pieces(body: Buffer, count: number): Buffer[] {
	const size = Math.max(1, Math.ceil(body.length / count));
	return Array.from({ length: Math.ceil(body.length / size) }, (_, at) =>
		body.subarray(at * size, (at + 1) * size),
	);
}

function kubeconfigFor(port: number, ca: string): string {
	return JSON.stringify({
		apiVersion: "v1",
		kind: "Config",
		"current-context": "faults",
		clusters: [
			{
				name: "faults",
				cluster: {
					server: `https://127.0.0.1:${port}`,
					"certificate-authority-data": Buffer.from(ca).toString("base64"),
				},
			},
		],
		users: [{ name: "nobody", user: {} }],
		contexts: [
			{ name: "faults", context: { cluster: "faults", user: "nobody" } },
		],
	});
}
