import type { Vitals } from "../../core/in-cluster/vitals.ts";
import type { ListenAddress, PageServer, WebPage, World } from "../../world.ts";

/**
 * Answers a kubelet's probes: `/livez` is ok while everything that is watched has been heard of
 * lately, `/readyz` once everything has been looked at. Throws OperationError where it cannot listen.
 */
export function serveHealth(
	at: ListenAddress,
	vitals: Vitals,
	world: Pick<World, "clock" | "serve">,
): Promise<PageServer> {
	return world.serve(at, {
		"/livez": async () => {
			const now = world.clock.now();
			const silent = vitals.silent(now);
			return silent.length === 0
				? OK
				: unavailable(
						silent.map(
							({ what, since }) =>
								`nothing was heard of ${what} for ${Math.floor((now - since) / 1000)} s`,
						),
					);
		},
		"/readyz": async () =>
			vitals.isReady ? OK : unavailable(["the first pass is under way"]),
	});
}

const OK: WebPage = { status: 200, text: "ok\n" };

function unavailable(lines: readonly string[]): WebPage {
	return { status: 503, text: `${lines.join("\n")}\n` };
}
