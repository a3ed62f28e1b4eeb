import type { Bench, Row } from "../measuring.ts";
import { embeddedServer } from "./scale/servers.ts";
import { measure } from "./scale/works.ts";

/** What each work stands beside. */
const BESIDE: Readonly<Record<string, string>> = {
	"first sync": "bare creates",
	"sync, nothing to do": "kubectl get",
	"sync, 10 drifted": "sync, nothing to do",
	prune: "bare deletes",
	list: "kubectl get",
};

/** The same as `scale` at 1,000 namespaces, on the embedded API server, which is slower than a real one. */
export const bench: Bench = {
	name: "embedded",
	async run(): Promise<Row[]> {
		const server = await embeddedServer();
		try {
			const samples = await measure({
				server,
				namespaces: 1000,
				rounds: 3,
				also: [],
			});
			return [...samples].map(([work, row]): Row => {
				const against = BESIDE[work];
				return { work, ...row, ...(against !== undefined && { against }) };
			});
		} finally {
			await server.stop();
		}
	},
};
