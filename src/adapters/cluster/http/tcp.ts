import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A connection to that host, that `failed` ends. Rejects with Node's error. */
export async function opened(
	host: string,
	port: number,
	failed: AbortSignal,
): Promise<Socket> {
	const socket = connect({ host, port, signal: failed });
	await once(socket, "connect");
	// What befalls it later is told by what is spoken on it.
	socket.on("error", () => {});
	return socket;
}
