import assert from "node:assert/strict";
import { test } from "node:test";
import { servePages } from "../../../src/adapters/page-server.ts";
import { serveWatch } from "../../../src/commands/sync/serve-watch.ts";
import {
	Counts,
	type WatchFacts,
} from "../../../src/core/in-cluster/metrics.ts";
import { Vitals } from "../../../src/core/in-cluster/vitals.ts";
import type { ListenAddress, Outside, WebPage } from "../../../src/world.ts";
import { playedClock } from "../../support/played-clock.ts";
import { inWords } from "../../support/refused.ts";

const HEALTH: ListenAddress = { host: "", port: 8081 };
const METRICS: ListenAddress = { host: "", port: 9090 };

/** What is served where, with a clock that is set by hand. */
async function served(
	at: { health?: ListenAddress; metrics?: ListenAddress },
	facts: Partial<WatchFacts> = {},
) {
	const clock = playedClock();
	const vitals = new Vitals();
	const interrupt = new AbortController();
	const ports = new Map<
		number,
		Readonly<Record<string, () => Promise<WebPage>>>
	>();
	await serveWatch(
		{ health: at.health, metrics: at.metrics },
		vitals,
		() => ({
			version: "1.2.3",
			copies: undefined,
			writes: new Counts(),
			silences: vitals.silences(clock.elapsed()),
			source: undefined,
			expiries: [],
			refreshes: new Counts(),
			...facts,
		}),
		{
			// Set back and forth by whoever likes: nothing may go by it.
			clock: { ...clock, now: () => Number.NaN },
			interrupt: interrupt.signal,
			serve: async ({ port }, pages) => {
				ports.set(port, pages);
				return { port, close: async () => {} };
			},
		},
	);
	const ask = (port: number, path: string) => ports.get(port)?.[path]?.();
	return { clock, vitals, interrupt, ports, ask };
}

test("the probes tell how the work goes, not that somebody answers", async () => {
	const { ports, vitals, clock, ask } = await served({ health: HEALTH });
	assert.deepEqual(Object.keys(ports.get(8081) ?? {}), ["/livez", "/readyz"]);
	assert.deepEqual(await ask(8081, "/readyz"), {
		status: 503,
		text: "the first pass is not finished\n",
	});
	vitals.heard({ kind: "secrets", namespace: "app" }, clock.elapsed());
	vitals.ready();
	assert.deepEqual(await ask(8081, "/readyz"), { status: 200, text: "ok\n" });
	clock.set(150_000);
	assert.deepEqual(await ask(8081, "/livez"), { status: 200, text: "ok\n" });
	clock.set(151_000);
	assert.deepEqual(await ask(8081, "/livez"), {
		status: 503,
		text: "nothing was heard of secrets in app for 151 s\n",
	});
	vitals.heard({ kind: "secrets", namespace: "app" }, clock.elapsed());
	assert.deepEqual(await ask(8081, "/livez"), { status: 200, text: "ok\n" });
});

test("from a signal on it is not ready, though it may still finish a write", async () => {
	const { vitals, interrupt, ask } = await served({ health: HEALTH });
	vitals.ready();
	assert.equal((await ask(8081, "/readyz"))?.status, 200);
	interrupt.abort();
	assert.deepEqual(await ask(8081, "/readyz"), {
		status: 503,
		text: "shutting down\n",
	});
	assert.equal((await ask(8081, "/livez"))?.status, 200);
});

test("one port may do for both", async () => {
	const { ports } = await served({ health: HEALTH, metrics: HEALTH });
	assert.deepEqual(
		[...ports].map(([port, pages]) => [port, Object.keys(pages)]),
		[[8081, ["/livez", "/readyz", "/metrics"]]],
	);
});

test("metrics in Prometheus' text format", async () => {
	const writes = new Counts();
	writes.add({ action: "created", result: "done" });
	writes.add({ action: "created", result: "done" });
	writes.add({ action: "write", result: "failed" });
	const refreshes = new Counts();
	refreshes.add({ registry: "r.example", result: "refreshed" });
	const { ask, vitals, clock } = await served(
		{ metrics: METRICS },
		{
			writes,
			refreshes,
			copies: { in_sync: 3, pending: 0, blocked: 1, withheld: 0 },
			source: "nginx-mesh/key",
			expiries: ["r.example", "https://u:p@s.example/?t=x"].map((key) => ({
				key,
				at: 1_800_000_000_000,
				life: undefined,
			})),
		},
	);
	vitals.heard({ kind: "secrets", namespace: "app" }, 0);
	vitals.heard({ kind: "secrets", namespace: "shop" }, 1000);
	clock.set(2500);
	assert.deepEqual(await ask(9090, "/metrics"), {
		status: 200,
		type: "text/plain; version=0.0.4; charset=utf-8",
		text: `# HELP meshreg_build_info The running version, as a label; always 1.
# TYPE meshreg_build_info gauge
meshreg_build_info{version="1.2.3"} 1

# HELP meshreg_copies Namespaces that should have a copy, by the state of the copy.
# TYPE meshreg_copies gauge
meshreg_copies{state="in_sync"} 3
meshreg_copies{state="pending"} 0
meshreg_copies{state="blocked"} 1
meshreg_copies{state="withheld"} 0

# HELP meshreg_writes_total Writes of objects, by action and result.
# TYPE meshreg_writes_total counter
meshreg_writes_total{action="created",result="done"} 2
meshreg_writes_total{action="write",result="failed"} 1

# HELP meshreg_watch_last_heard_seconds Seconds since anything was heard of a watch, by kind.
# TYPE meshreg_watch_last_heard_seconds gauge
meshreg_watch_last_heard_seconds{kind="secrets"} 2.5

# HELP meshreg_credential_expiry_timestamp_seconds When a registry's credential stops being valid, where that is known.
# TYPE meshreg_credential_expiry_timestamp_seconds gauge
meshreg_credential_expiry_timestamp_seconds{source="nginx-mesh/key",registry="r.example"} 1800000000
meshreg_credential_expiry_timestamp_seconds{source="nginx-mesh/key",registry="https://***@s.example/?***"} 1800000000

# HELP meshreg_refresh_total Attempts to renew a credential, by registry and result.
# TYPE meshreg_refresh_total counter
meshreg_refresh_total{registry="r.example",result="refreshed"} 1
`,
	});
});

test("what is not known has no sample: an expiry of 0 would be an alert", async () => {
	const { ask } = await served({ metrics: METRICS });
	const { text = "" } = (await ask(9090, "/metrics")) ?? {};
	assert.deepEqual(
		text.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
		['meshreg_build_info{version="1.2.3"} 1'],
	);
});

test("whoever asks for metrics all the time has them made once a second", async () => {
	let made = 0;
	const { ask, clock } = await served(
		{ metrics: METRICS },
		{
			get expiries() {
				made++;
				return [];
			},
		},
	);
	for (let time = 0; time < 3000; time += 10) {
		clock.set(time);
		await Promise.all([ask(9090, "/metrics"), ask(9090, "/metrics")]);
	}
	assert.equal(made, 3);
});

test("a port that is taken is told, and the other is let go", async () => {
	await using taken = await listening();
	let open = 0;
	const serve: Outside["serve"] = async (at, pages) => {
		const server = await servePages(at, pages);
		open++;
		return {
			...server,
			async close() {
				await server.close();
				open--;
			},
		};
	};
	const serving = () =>
		serveWatch(
			{
				health: { host: "127.0.0.1", port: 0 },
				metrics: { host: "127.0.0.1", port: taken.port },
			},
			new Vitals(),
			() => assert.fail("nobody asks"),
			{
				clock: playedClock(),
				interrupt: new AbortController().signal,
				serve,
			},
		);
	await assert.rejects(
		serving(),
		inWords(
			`cannot listen at 127.0.0.1:${taken.port}: something else listens there; choose another port`,
		),
	);
	assert.equal(open, 0);
});

async function listening() {
	const server = await servePages({ host: "127.0.0.1", port: 0 }, {});
	return { port: server.port, [Symbol.asyncDispose]: () => server.close() };
}
