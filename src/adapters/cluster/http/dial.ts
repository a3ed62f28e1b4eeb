import { isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { FailureError } from "../../../core/output/failure.ts";
import { unlessAborted } from "../../../errors.ts";
import type { Files } from "../../../world.ts";
import { coded } from "../../error-code.ts";
import { unbracketed } from "../../host-name.ts";
import { machineAuthorities, type Trust } from "../../trust.ts";
import type { ClusterEntry } from "../kubeconfig/document.ts";
import { resetByPeer } from "./exchange.ts";
import { opened } from "./tcp.ts";

/** A connected socket, and what the two sides agreed to speak on it. */
export interface Dialled {
	readonly socket: Socket;
	readonly protocol: "h2" | "http/1.1";
}

/** Opens one connection that speaks one of `protocols`. Rejects with Node's error, or the interrupt's reason. */
export type Dial = (
	protocols: readonly Dialled["protocol"][],
) => Promise<Dialled>;

/** Milliseconds for TCP, proxy and TLS together: kubectl gives TLS alone ten seconds. */
const LIMIT = 10_000;

/** How the server is recognised; read anew for every connection, so that renewed files take effect. */
export async function serverIdentity(
	cluster: ClusterEntry,
	files: Files,
): Promise<Trust> {
	if (cluster["insecure-skip-tls-verify"]) return { rejectUnauthorized: false };
	const ca = await pem(cluster, "certificate-authority", files);
	// OpenSSL would silently trust nothing.
	if (ca?.includes("-----BEGIN CERTIFICATE-----") === false)
		throw new FailureError({
			cause: "ca-invalid",
			from: "certificate-authority",
			is: "absent",
		});
	return { rejectUnauthorized: true, ca: ca ?? machineAuthorities() };
}

/** What an entry names by a path, or holds as data in base64, which wins, as with kubectl. */
export async function pem<Name extends string>(
	entry: { readonly [Field in Name | `${Name}-data`]?: string | undefined },
	name: Name,
	files: Files,
): Promise<Buffer | undefined> {
	const data = entry[`${name}-data`];
	if (data) return Buffer.from(data, "base64");
	const path = entry[name];
	return path ? files.read(path, 16 << 20) : undefined;
}

/** What a connection to the server needs: by what it is recognised, and what it is shown of us. */
type Tls = Trust & Pick<ConnectionOptions, "cert" | "key" | "servername">;

/** Dials `server` through `proxy`, or directly where there is none. */
export function dialler(
	server: URL,
	tls: () => Promise<Tls>,
	interrupt: AbortSignal,
	proxy: URL | undefined,
): Dial {
	const secure = server.protocol === "https:";
	const host = unbracketed(server.hostname);
	const port = Number(server.port) || (secure ? 443 : 80);
	return async (protocols) => {
		interrupt.throwIfAborted();
		const options = secure ? await tls() : undefined;
		const signal = AbortSignal.any([interrupt, AbortSignal.timeout(LIMIT)]);
		/** What is still being opened when nobody waits for it any more would keep the program from ending. */
		const failed = new AbortController();
		let socket: Socket | undefined;
		const cut = () => socket?.destroy(timeout(host, port));
		signal.addEventListener("abort", cut, { once: true });
		try {
			// Proxies are rare: what they need is loaded then.
			const opening =
				proxy === undefined
					? opened(host, port, failed.signal)
					: import("./tunnel.ts").then(({ through }) =>
							through(proxy, host, port, failed.signal),
						);
			opening.then(
				(late) => signal.aborted && late.destroy(),
				() => {},
			);
			socket = await unlessAborted(opening, signal);
			socket.setNoDelay(true);
			socket.setKeepAlive(true, 30_000);
			if (options === undefined) return { socket, protocol: "http/1.1" };
			return await handshake(socket, host, {
				...options,
				ALPNProtocols: [...protocols],
			});
		} catch (error) {
			socket?.destroy();
			failed.abort();
			interrupt.throwIfAborted();
			throw signal.aborted ? timeout(host, port) : error;
		} finally {
			signal.removeEventListener("abort", cut);
		}
	};
}

function handshake(
	socket: Socket,
	host: string,
	options: Tls & Pick<ConnectionOptions, "ALPNProtocols">,
): Promise<Dialled> {
	const name = options.servername || host;
	return new Promise((resolve, reject) => {
		const encrypted = connectTls({
			...options,
			socket,
			host: name,
			// An address is no server name (RFC 6066); it is still what the certificate is checked for.
			servername: isIP(name) ? "" : name,
		});
		encrypted.once("error", reject);
		encrypted.once("close", () => reject(resetByPeer()));
		encrypted.once("secureConnect", () => {
			encrypted.off("error", reject);
			const protocol =
				encrypted.alpnProtocol === "h2" ? "h2" : ("http/1.1" as const);
			resolve({ socket: encrypted, protocol });
		});
	});
}

function timeout(host: string, port: number): Error {
	const address = host.includes(":") ? `[${host}]` : host;
	const message = `dial tcp ${address}:${port}: i/o timeout`;
	return coded(message, "MESHREG_DIAL_TIMEOUT");
}
