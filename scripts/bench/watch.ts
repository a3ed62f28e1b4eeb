import { type Bar, type Bench, part, type Row } from "../measuring.ts";
import { realServer } from "./scale/servers.ts";
import { interrupted } from "./watch/interrupted.ts";
import { ALL_COPIES, BARE_PATCHES, reactions } from "./watch/reactions.ts";
import { names, Stage } from "./watch/stage.ts";

/** Milliseconds, for the slowest sample too. */
const SECOND: readonly Bar[] = [
	{ atMost: 1000 },
	{ atMost: 1000, of: "largest" },
];

function barsOf(work: string): readonly Bar[] {
	if (work === BARE_PATCHES) return [];
	if (work === ALL_COPIES) return [{ against: BARE_PATCHES, atMost: 1.5 }];
	return SECOND;
}

/**
 * How soon the packaged file, as `sync --watch` over 1,000 namespaces of a real kube-apiserver, puts
 * right what changes; and how soon Ctrl-C ends a first sync of 10,000, with what was done told.
 */
export const bench: Bench = {
	name: "watch",
	async run(): Promise<Row[]> {
		const [few, many] = [part(1000), part(10_000)];
		const server = await realServer();
		const stage = await Stage.set(server.kubeconfig);
		try {
			const rows: Row[] = [];
			const samples = await reactions(stage, server.kubeconfig, few);
			for (const [work, times] of samples)
				rows.push({ work, unit: "ms", samples: times, bars: barsOf(work) });
			// The namespaces that came to the first ones while it watched are among them.
			const there = stage.copies.size;
			await stage.namespaces(names(there, many));
			rows.push({
				work: `Ctrl-C in a first sync of ${many}`,
				unit: "ms",
				samples: await interrupted(stage, server.kubeconfig, many),
				bars: SECOND,
			});
			stage.check();
			return rows;
		} finally {
			stage.client.close();
			await server.stop();
		}
	},
};
