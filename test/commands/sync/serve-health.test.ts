import assert from "node:assert/strict";
import { test } from "node:test";
import { serveHealth } from "../../../src/commands/sync/serve-health.ts";
import { Vitals } from "../../../src/core/in-cluster/vitals.ts";
import type { WebPage } from "../../../src/world.ts";
import { playedClock } from "../../support/played-clock.ts";

test("the probes tell how the work goes, not that somebody answers", async () => {
	const clock = playedClock();
	const vitals = new Vitals();
	let pages: Readonly<Record<string, () => Promise<WebPage>>> = {};
	await serveHealth({ host: "", port: 0 }, vitals, {
		clock,
		serve: async (_, given) => {
			pages = given;
			return { port: 0, close: async () => {} };
		},
	});
	const ask = (path: string) => pages[path]?.();
	assert.deepEqual(Object.keys(pages), ["/livez", "/readyz"]);
	assert.deepEqual(await ask("/readyz"), {
		status: 503,
		text: "the first pass is under way\n",
	});
	vitals.heard("secrets", clock.now());
	vitals.ready();
	assert.deepEqual(await ask("/readyz"), { status: 200, text: "ok\n" });
	clock.set(150_000);
	assert.deepEqual(await ask("/livez"), { status: 200, text: "ok\n" });
	clock.set(151_000);
	assert.deepEqual(await ask("/livez"), {
		status: 503,
		text: "nothing was heard of secrets for 151 s\n",
	});
	vitals.heard("secrets", clock.now());
	assert.deepEqual(await ask("/livez"), { status: 200, text: "ok\n" });
});
