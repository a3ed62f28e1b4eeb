import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { BenchServer } from "./servers.ts";

/**
 * The same API server as if it were far: a relay holds back every byte for `delay` ms each
 * way, so that a round trip takes twice that longer. The administrator's kubeconfig leads through it.
 */
export async function farAway(
	server: BenchServer,
	delay: number,
): Promise<BenchServer> {
	const config = await readFile(server.kubeconfig, "utf8");
	const address = /\bserver: (\S+)/.exec(config)?.[1] ?? "";
	const { hostname, port } = new URL(address);
	const sockets = new Set<Socket>();
	const relay = createServer({ noDelay: true }, (near) => {
		const far = connect({ host: hostname, port: Number(port), noDelay: true });
		for (const [from, to] of [
			[near, far],
			[far, near],
		] as const) {
			sockets.add(from);
			from.on("data", (bytes) => setTimeout(() => to.write(bytes), delay));
			from.once("close", () => setTimeout(() => to.destroy(), delay));
			from.on("error", () => {});
		}
	});
	relay.listen(0, "127.0.0.1");
	await once(relay, "listening");
	const { port: own } = relay.address() as AddressInfo;
	const kubeconfig = `${server.kubeconfig}.far`;
	await writeFile(
		kubeconfig,
		config.replace(address, `https://127.0.0.1:${own}`),
		{ mode: 0o600 },
	);
	return {
		kubeconfig,
		collectGarbage: () => server.collectGarbage(),
		async stop() {
			relay.close();
			for (const socket of sockets) socket.destroy();
			await server.stop();
		},
	};
}
