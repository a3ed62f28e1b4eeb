import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Bar, type Bench, part, type Row } from "../measuring.ts";
import { realServer } from "./scale/servers.ts";
import { ProxyProcess } from "./soak/proxy-process.ts";
import { SELECTOR, Traffic } from "./soak/traffic.ts";
import { Running } from "./watch/running.ts";
import { Stage } from "./watch/stage.ts";

/**
 * So many that each comes up again only after 20 seconds: five changes with less than ten between
 * them are taken for a quarrel, and answered more and more slowly.
 */
const NAMESPACES = 4000;
const EVENTS = 100_000;
const MILLISECONDS = 300_000;
/** Milliseconds in which what is left over has to be put right when the faults are over. */
const SETTLE = 90_000;

/**
 * Five minutes of `sync --watch` by the packaged file, through a proxy that cuts connections and
 * answers 410, 500 and 429, with 100,000 watch events: memory stays flat, nothing is listed anew but
 * after a 410, and in the end every copy is right.
 */
export const bench: Bench = {
	name: "soak",
	onlyByName: true,
	async run(): Promise<Row[]> {
		const folder = await mkdtemp(join(tmpdir(), "meshreg-soak-"));
		const server = await realServer();
		const stage = await Stage.set(server.kubeconfig);
		const proxy = await ProxyProcess.start(server.kubeconfig, folder);
		try {
			const traffic = await Traffic.set(stage, NAMESPACES);
			const rows = await soak(traffic, proxy);
			stage.check();
			return rows;
		} finally {
			proxy.stop();
			stage.client.close();
			await server.stop();
			await rm(folder, { recursive: true });
		}
	},
};

async function soak(traffic: Traffic, proxy: ProxyProcess): Promise<Row[]> {
	const actions: Record<string, number> = {};
	const program = await Running.start(
		[
			...["sync", "--watch", "-o", "json", "-l", SELECTOR],
			...["--exclude", "default,nginx-mesh", "--prune", "--yes"],
		],
		proxy.kubeconfig,
		(line) => {
			const { action } = JSON.parse(line);
			actions[action] = (actions[action] ?? 0) + 1;
		},
	);
	try {
		await program.says("Watching for changes.");
		const resident: number[] = [];
		const looking = setInterval(() => resident.push(program.resident), 1000);
		await proxy.tell("wild");
		const began = performance.now();
		const before = traffic.events;
		await traffic.run(part(MILLISECONDS), part(EVENTS));
		const [took, events] = [performance.now() - began, traffic.events - before];
		clearInterval(looking);
		const counts = await proxy.tell("calm");
		const settled = await settle(traffic);
		const { lists, necessary } = await proxy.tell("calm");
		const { status, ms } = await program.end("SIGTERM");
		if (status !== 143) throw new Error(`status ${status}: ${program.err}`);

		console.log(`  what was done: ${JSON.stringify(traffic.done)}`);
		console.log(`  what the program told: ${JSON.stringify(actions)}`);
		console.log(`  what it met: ${JSON.stringify(counts)}`);
		const fifth = Math.floor(resident.length / 5);
		const row = (
			work: string,
			unit: Row["unit"],
			samples: readonly number[],
			...bars: readonly Bar[]
		): Row => ({ work, unit, samples, bars });
		return [
			row("watch events", "count", [events]),
			// It goes on until there have been as many as that: a machine that is busy takes longer.
			row("in", "ms", [took], { atMost: 1.2 * part(MILLISECONDS) }),
			row(EARLY, "MiB", resident.slice(fifth, 2 * fifth)),
			row("memory, last fifth", "MiB", resident.slice(-fifth), {
				against: EARLY,
				atMost: 1.15,
			}),
			row("memory", "MiB", resident, { atMost: 200, of: "largest" }),
			row("full lists, of two kinds", "count", [lists]),
			row(
				"full lists that no 410 made necessary",
				"count",
				[lists - necessary],
				{ atMost: 0 },
			),
			row("until all was right, after the last change", "ms", [settled]),
			row("SIGTERM", "ms", [ms], { atMost: 1000 }),
		];
	} catch (error) {
		throw new Error(`${error}; the program said: ${program.err.slice(-500)}`);
	} finally {
		await program.end("SIGKILL");
	}
}

const EARLY = "memory, second fifth";

/** Milliseconds until the last event, after which every copy is right. Throws where one is not in time. */
async function settle(traffic: Traffic): Promise<number> {
	const began = performance.now();
	for (;;) {
		const before = traffic.events;
		const at = performance.now() - began;
		await sleep(1000);
		if (traffic.events !== before && at < SETTLE) continue;
		const { equal, other } = await traffic.stage.look();
		const wanted = new Set(traffic.selected);
		const missing = [...wanted].filter((name) => !equal.includes(name));
		const tooMany = equal.filter((name) => !wanted.has(name));
		if (missing.length + tooMany.length + other.length === 0) return at;
		// A watch that met error after error is not tried again at once.
		if (at < SETTLE) continue;
		throw new Error(
			`after ${SETTLE / 1000} seconds ${missing.length} copies are missing or wrong (${missing[0]}), ${tooMany.length} too many (${tooMany[0]})`,
		);
	}
}
