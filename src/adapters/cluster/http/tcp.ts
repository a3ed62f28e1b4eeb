import { connect as connectTcp, type Socket } from "node:net";

/** Opens a connection to host and port. */
export type Open = (host: string, port: number) => Promise<Socket>;

/** Opens one directly. */
export function tcp(host: string, port: number): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const socket = connectTcp({ host, port });
		socket.setKeepAlive(true, 30_000);
		socket.once("error", reject);
		socket.once("connect", () => {
			socket.off("error", reject);
			resolve(socket);
		});
	});
}
