import { groupsBy } from "../../core/groups.ts";
import { metricsOf, type WatchFacts } from "../../core/in-cluster/metrics.ts";
import type { Vitals } from "../../core/in-cluster/vitals.ts";
import type { ServedAt } from "../../flags/serving.ts";
import { metricsText } from "../../report/metrics.ts";
import type { PageServer, WebPage, World } from "../../world.ts";

/**
 * Answers a kubelet's probes and Prometheus: `/livez` is ok while everything that is watched has been
 * heard of lately, `/readyz` from when everything has been looked at until the interrupt, `/metrics` has
 * `facts`. One port may do for both. Throws OperationError where it cannot listen; then it listens nowhere.
 */
export async function serveWatch(
	{ health, metrics }: ServedAt,
	vitals: Vitals,
	facts: () => WatchFacts,
	world: Pick<World, "clock" | "interrupt" | "serve">,
): Promise<Pick<PageServer, "close">> {
	const pages = [
		{ at: health, of: probePages(vitals, world) },
		{ at: metrics, of: { "/metrics": metricsPage(facts, world.clock) } },
	];
	const served: PageServer[] = [];
	const close = async () => {
		await Promise.all(served.map((server) => server.close()));
	};
	try {
		for (const same of groupsBy(pages, ({ at }) => JSON.stringify(at))) {
			const [{ at }] = same;
			const all = same.flatMap(({ of }) => Object.entries(of));
			if (at !== undefined)
				served.push(await world.serve(at, Object.fromEntries(all)));
		}
	} catch (error) {
		await close();
		throw error;
	}
	return { close };
}

function probePages(
	vitals: Vitals,
	{ clock, interrupt }: Pick<World, "clock" | "interrupt">,
): Record<string, () => Promise<WebPage>> {
	return {
		"/livez": async () => {
			const silent = vitals.silent(clock.elapsed());
			return silent.length === 0
				? OK
				: unavailable(
						silent.map(
							({ followed: { kind, namespace }, lasts }) =>
								`nothing was heard of ${kind}${namespace === undefined ? "" : ` in ${namespace}`} for ${Math.floor(lasts / 1000)} s`,
						),
					);
		},
		"/readyz": async () =>
			interrupt.aborted
				? unavailable(["shutting down"])
				: vitals.isReady
					? OK
					: unavailable(["the first pass is not finished"]),
	};
}

/** Milliseconds for which a page of metrics will do: any pod may ask, and with many namespaces each costs. */
const FRESH = 1000;

function metricsPage(
	facts: () => WatchFacts,
	clock: Pick<World["clock"], "elapsed">,
): () => Promise<WebPage> {
	let last: { page: Promise<WebPage>; at: number } | undefined;
	const made = async () => ({
		status: 200,
		...(await metricsText(metricsOf(facts()))),
	});
	return () => {
		const now = clock.elapsed();
		if (last === undefined || now >= last.at + FRESH)
			last = { page: made(), at: now };
		return last.page;
	};
}

const OK: WebPage = { status: 200, text: "ok\n" };

function unavailable(lines: readonly string[]): WebPage {
	return { status: 503, text: `${lines.join("\n")}\n` };
}
