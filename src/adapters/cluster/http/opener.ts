import { type Open, tcp } from "./tcp.ts";

/** How `proxy` is gone through, or directly without one. Proxies are rare: what they need is loaded then. */
export function opener(proxy: URL | undefined): Open {
	if (proxy === undefined) return tcp;
	return async (host, port) => {
		const { through } = await import("./tunnel.ts");
		return through(proxy)(host, port);
	};
}
