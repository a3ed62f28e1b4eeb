import {
	type RequestOptions,
	request as requestHttp,
	STATUS_CODES,
} from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { unbracketed } from "../../host-name.ts";
import { machineAuthorities, type Trust } from "../../trust.ts";
import { opened } from "./tcp.ts";

/** Opens a connection to host and port through a proxy; `failed` ends it. */
type Through = (
	proxy: URL,
	host: string,
	port: number,
	failed: AbortSignal,
) => Promise<Socket>;

/** By CONNECT for http and https ones, or by SOCKS 5. */
export const through: Through = (proxy, ...to) =>
	proxy.protocol.startsWith("socks5")
		? socks(proxy, ...to)
		: connect(proxy, ...to);

const connect: Through = (proxy, host, port, failed) => {
	const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
	const options: RequestOptions = {
		method: "CONNECT",
		host: unbracketed(proxy.hostname),
		port: portOf(proxy),
		path: address,
		headers: { host: address, ...authorization(proxy) },
		agent: false,
		signal: failed,
	};
	const trust: Trust = { rejectUnauthorized: true, ca: machineAuthorities() };
	return new Promise((resolve, reject) => {
		const request =
			proxy.protocol === "https:"
				? requestHttps({ ...options, ...trust })
				: requestHttp(options);
		request.once("connect", (response, socket) => {
			const { statusCode = 0 } = response;
			if (statusCode === 200) return resolve(socket);
			socket.destroy();
			// Its own words may repeat the login that it was sent.
			const answer = `${statusCode} ${STATUS_CODES[statusCode] ?? ""}`.trim();
			const said = `the proxy ${proxy.host} answered ${answer} when asked for ${address}`;
			reject(new Error(said));
		});
		request.once("error", (error) => reject(notReached(proxy, error)));
		request.end();
	});
};

function authorization(proxy: URL): Record<string, string> {
	if (!proxy.username && !proxy.password) return {};
	const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
	const encoded = Buffer.from(pair).toString("base64");
	return { "proxy-authorization": `Basic ${encoded}` };
}

/** The proxy resolves the server's name, as with kubectl. */
const socks: Through = async (proxy, host, port, failed) => {
	const { SocksClient } = await import("./lazy-socks.ts");
	const at = { host: unbracketed(proxy.hostname), port: portOf(proxy) };
	try {
		const { socket } = await SocksClient.createConnection({
			existing_socket: await opened(at.host, at.port, failed),
			proxy: {
				...at,
				type: 5,
				...(proxy.username && {
					userId: decodeURIComponent(proxy.username),
					password: decodeURIComponent(proxy.password),
				}),
			},
			command: "connect",
			destination: { host, port },
		});
		return socket;
	} catch (error) {
		throw notReached(proxy, error);
	}
};

/** Says which of the two hosts it was; the address's user name and password stay out of it. */
function notReached(proxy: URL, cause: unknown): Error {
	const why = cause instanceof Error ? cause.message : String(cause);
	return new Error(`proxyconnect tcp: ${proxy.host}: ${why}`, { cause });
}

function portOf(proxy: URL): number {
	const usual = { "https:": 443, "http:": 80 }[proxy.protocol] ?? 1080;
	return Number(proxy.port) || usual;
}
