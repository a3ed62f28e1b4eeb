import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Carries bytes to a server and back, unread, until it drops them. */
export interface Relay extends AsyncDisposable {
	/** A kubeconfig that leads through it. */
	readonly kubeconfig: string;
	/** From now on nothing passes, and no connection ends: as when a network drops packets. */
	drop(): void;
	/** Ends every connection, and each new one at once, until it is mended. */
	cut(): void;
	mend(): void;
}

/** Starts one in front of the server of a kubeconfig, and writes its own beside that. */
export async function startRelay(kubeconfig: string): Promise<Relay> {
	const text = await readFile(kubeconfig, "utf8");
	const to = new URL(/server: "?(https:[^"\s]+)/.exec(text)?.[1] ?? "");
	const sockets = new Set<Socket>();
	let dropping = false;
	let isCut = false;
	const server = createServer((near) => {
		if (isCut) return near.destroy();
		const far = connect(Number(to.port), to.hostname);
		for (const [one, other] of [
			[near, far],
			[far, near],
		] as const) {
			sockets.add(one);
			one.on("data", (chunk) => {
				if (!dropping) other.write(chunk);
			});
			one.on("error", () => {});
			one.once("close", () => {
				sockets.delete(one);
				if (!dropping) other.destroy();
			});
		}
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const path = `${kubeconfig}.relay-${port}`;
	await writeFile(path, text.replace(to.origin, `https://127.0.0.1:${port}`));
	return {
		kubeconfig: path,
		drop() {
			dropping = true;
		},
		cut() {
			isCut = true;
			for (const socket of sockets) socket.destroy();
		},
		mend() {
			isCut = false;
		},
		async [Symbol.asyncDispose]() {
			const closed = once(server, "close");
			server.close();
			for (const socket of sockets) socket.destroy();
			await closed;
		},
	};
}
