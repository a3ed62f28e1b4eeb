import type { Bar, Bench, Row } from "../measuring.ts";
import { realServer } from "./scale/servers.ts";
import { measure, type Samples } from "./scale/works.ts";

/** What each work has to keep to at 1,000 namespaces. */
const BARS: Readonly<Record<string, readonly Bar[]>> = {
	"first sync": [
		{ against: "bare creates", atMost: 1.5 },
		{ against: "kubectl apply --server-side", atMost: 15, inverse: true },
	],
	"sync, nothing to do": [{ against: "kubectl get", atMost: 1.3 }],
	"sync, 10 drifted": [{ against: "sync, nothing to do", atMost: 1.5 }],
	prune: [
		{ against: "bare deletes", atMost: 1.5 },
		// At a tenth of the namespaces, a tenth of what is asked for.
		{ against: "kubectl delete of 100", atMost: 10, inverse: true },
	],
	list: [{ against: "kubectl get", atMost: 1 }],
};

/** What ten times the namespaces may take, beside the time at 1,000, and the memory for it. */
const TENFOLD = 11;
const MEMORY = 200;
const MEASURED = Object.keys(BARS);

/** The packaged file on a real kube-apiserver, 1,000 and 10,000 namespaces, beside kubectl and a bare client. */
export const bench: Bench = {
	name: "scale",
	async run(): Promise<Row[]> {
		const thousand = await onServer(1000, true);
		const tenThousand = await onServer(10_000, false);
		const rows = [...thousand].map(
			([work, row]): Row => ({ work, ...row, bars: BARS[work] ?? [] }),
		);
		for (const [work, row] of tenThousand)
			rows.push({ work: `10,000: ${work}`, ...row, bars: atTenThousand(work) });
		return rows;
	},
};

function atTenThousand(work: string): Bar[] {
	if (work.endsWith("memory")) return [{ atMost: MEMORY }];
	return MEASURED.includes(work) ? [{ against: work, atMost: TENFOLD }] : [];
}

async function onServer(namespaces: number, slow: boolean): Promise<Samples> {
	const server = await realServer();
	try {
		return await measure({ server, namespaces, rounds: 3, slow });
	} finally {
		await server.stop();
	}
}
