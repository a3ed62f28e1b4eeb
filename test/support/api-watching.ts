import { startApi } from "./api-bed.ts";
import type { WatchEvent } from "./api-client.ts";
import type { ApiServerOptions } from "./api-server/index.ts";

/** A server and a client for watching; `seed` makes or changes a Secret with a label `team`. */
export async function startWatching(options: ApiServerOptions = {}) {
	const { server, store, connect } = await startApi({
		namespaces: ["app"],
		...options,
	});
	const seed = (name: string, team: string, namespace = "app") =>
		store.seed({
			kind: "Secret",
			metadata: { name, namespace, labels: { team } },
		});
	return { server, client: connect(), store, seed };
}

/** The next events, as `TYPE NAME`; bookmarks as `BOOKMARK VERSION`, errors as `ERROR REASON MESSAGE`. */
export async function next(
	{ events }: { events: AsyncGenerator<WatchEvent> },
	count: number,
): Promise<string[]> {
	const seen: string[] = [];
	while (seen.length < count) {
		const { value, done } = await events.next();
		if (done === true) return [...seen, "end"];
		const { type, object } = value;
		seen.push(
			type === "BOOKMARK"
				? `${type} ${object.kind} ${object.metadata.resourceVersion}`
				: type === "ERROR"
					? `${type} ${object.code} ${object.reason}: ${object.message}`
					: `${type} ${object.metadata.name}`,
		);
	}
	return seen;
}
