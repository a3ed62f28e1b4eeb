import type { Bar, Bench, Row } from "../measuring.ts";
import { farAway } from "./scale/distance.ts";
import { type BenchServer, realServer } from "./scale/servers.ts";
import { measure, type Samples, type Scale } from "./scale/works.ts";

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

/** What ten times the namespaces may take, beside the time at 1,000. */
const TENFOLD = 11;
/** In MiB, with 10,000 namespaces. */
const MEMORY = 155;
const MEASURED = Object.keys(BARS);
/** Half of a round trip to a cluster elsewhere, in ms: that of a cloud region some hundred kilometres off. */
const ONE_WAY = 10;
const FAR = away(ONE_WAY);
/** On another continent. */
const ONE_WAY_OVERSEAS = 50;
const OVERSEAS = away(ONE_WAY_OVERSEAS);

/** The packaged file on a real kube-apiserver, 1,000 and 10,000 namespaces, beside kubectl and a bare client. */
export const bench: Bench = {
	name: "scale",
	async run(): Promise<Row[]> {
		const near = await realServer();
		const thousand = await onServer(near, 1000, ["apply", "delete"]);
		const far = await farAway(await realServer(), ONE_WAY);
		const thousandFar = await onServer(far, 1000, ["apply"]);
		const overseas = await onServer(
			await farAway(await realServer(), ONE_WAY_OVERSEAS),
			1000,
			[],
			{ onlyFirst: true },
		);
		const tenThousand = await onServer(await realServer(), 10_000, [
			"terminal",
		]);
		return [
			...rowsOf("", thousand, (work) => BARS[work] ?? []),
			...rowsOf(FAR, thousandFar, (work) =>
				barsFarAway(work, FAR, thousandFar),
			),
			...rowsOf(OVERSEAS, overseas, (work) =>
				barsFarAway(work, OVERSEAS, overseas),
			),
			...rowsOf("10,000: ", tenThousand, barsAtTenThousand),
		];
	},
};

function away(oneWay: number): string {
	return `${2 * oneWay} ms away: `;
}

function rowsOf(
	prefix: string,
	samples: Samples,
	bars: (work: string) => readonly Bar[],
): Row[] {
	return [...samples].map(([work, row]) => ({
		work: prefix + work,
		...row,
		bars: bars(work),
	}));
}

/** The same as at no distance, but for what is not measured there. */
function barsFarAway(work: string, prefix: string, measured: Samples): Bar[] {
	return (BARS[work] ?? []).flatMap((bar) =>
		bar.against !== undefined && measured.has(bar.against)
			? [{ ...bar, against: prefix + bar.against }]
			: [],
	);
}

function barsAtTenThousand(work: string): Bar[] {
	if (work.endsWith("memory")) return [{ atMost: MEMORY }];
	if (work.endsWith("at a terminal"))
		return [{ against: "10,000: first sync", atMost: 1.2 }];
	return MEASURED.includes(work) ? [{ against: work, atMost: TENFOLD }] : [];
}

async function onServer(
	server: BenchServer,
	namespaces: number,
	also: Scale["also"],
	only: Pick<Scale, "onlyFirst"> = {},
): Promise<Samples> {
	try {
		return await measure({ server, namespaces, rounds: 3, also, ...only });
	} finally {
		await server.stop();
	}
}
