import { installedFile } from "../installed-file.ts";
import { type Bar, type Bench, part, type Row } from "../measuring.ts";
import { makeNamespaces, makePods, REGISTRY, WAITING } from "./pods/crowd.ts";
import { BareClient } from "./scale/bare-client.ts";
import { bare } from "./scale/bare-program.ts";
import { type Finished, finished } from "./scale/process.ts";
import { realServer } from "./scale/servers.ts";

const ROUNDS = 3;
const NAMESPACES = 200;
/** Beside the lists that it has to read, at the larger size. */
const BESIDE = 1.3;
/** MiB. */
const MEMORY = 200;
/** What a pod may take at the larger size, beside the smaller one. */
const FLAT = 1.5;

/** What is run, the lists that it cannot do without, and what shows that it did its work. */
interface Work {
	readonly args: readonly string[];
	readonly lists: readonly string[];
	readonly status?: number;
	/** How many of what it was asked about it told of. */
	tells(done: Finished): number;
	/** How many it should have. */
	wanted(pods: number): number;
}

const WORKS: Readonly<Record<string, Work>> = {
	check: {
		args: ["check", "-o", "json"],
		lists: ["pull-secrets", "accounts", "pods"],
		// Some pods wait.
		status: 1,
		tells: ({ out }) => {
			const { items } = JSON.parse(out) as {
				items: { workloads: { pods: unknown[] }[] }[];
			};
			return items
				.flatMap(({ workloads }) => workloads)
				.reduce((sum, { pods }) => sum + pods.length, 0);
		},
		wanted: (pods) => Math.ceil(pods / WAITING),
	},
	"images -A": {
		args: ["images", "-A"],
		lists: ["pods"],
		// The sidecar's image, and those of the apps.
		tells: ({ out }) => out.split(`${REGISTRY}/`).length - 1,
		wanted: (pods) => Math.min(pods, NAMESPACES * 20),
	},
	"sync --needed": {
		args: ["sync", "--needed", "--yes"],
		lists: ["copies", "namespaces", "pods"],
		tells: ({ err }) => Number(/(\d+) unchanged/.exec(err)?.[1]),
		wanted: () => NAMESPACES,
	},
	"list -o tree": {
		args: ["list", "-o", "tree"],
		lists: ["copies", "accounts", "pods"],
		tells: ({ out }) =>
			[...out.matchAll(/pod\/app-|(\d+) more pods?$/gm)].reduce(
				(sum, [, more = "1"]) => sum + Number(more),
				0,
			),
		wanted: (pods) => pods,
	},
};

/** What reads all pods: the packaged file on a real kube-apiserver with 2,000 pods of 200 namespaces, and with 20,000. */
export const bench: Bench = {
	name: "pods",
	async run(): Promise<Row[]> {
		const meshreg = await installedFile();
		const server = await realServer();
		const client = new BareClient(server.kubeconfig);
		const ours = (args: readonly string[], stdin = "") =>
			finished([meshreg, ...args], {
				env: { KUBECONFIG: server.kubeconfig },
				stdin,
			});
		try {
			await makeNamespaces(client, NAMESPACES);
			await ours(
				[
					...["create", "--create-namespace", `--registry-server=${REGISTRY}`],
					...["--registry-username=mesh", "--registry-password-stdin"],
				],
				"one",
			);
			// Before the pods: a pod that failed before its credential changed is only waited for.
			await ours(["sync", "-A", "--exclude", "default,nginx-mesh"]);
			const [few, many] = [part(2000), part(20_000)];
			const rows: Row[] = [];
			let from = 0;
			for (const pods of [few, many]) {
				await makePods(client, { from, to: pods, namespaces: NAMESPACES });
				// What it finds is recorded by name, once.
				if (from === 0) await ours(needed.args);
				from = pods;
				rows.push(...(await measure(meshreg, server.kubeconfig, pods, few)));
			}
			return rows;
		} finally {
			client.close();
			await server.stop();
		}
	},
};

const needed = WORKS["sync --needed"] as Work;

/** A row for the time and one for the memory of each work, and for the bare client's lists; bars where there are more pods than `few`. */
async function measure(
	meshreg: string,
	kubeconfig: string,
	pods: number,
	few: number,
): Promise<Row[]> {
	const samples = new Map<string, number[]>();
	const take = (work: string, value: number): void => {
		samples.set(work, [...(samples.get(work) ?? []), value]);
	};
	const named = (work: string, count = pods) =>
		`${count.toLocaleString("en")} pods: ${work}`;
	for (let round = 0; round < ROUNDS; round++)
		for (const [name, { args, lists, status = 0, ...work }] of Object.entries(
			WORKS,
		)) {
			const { ms } = await bare([kubeconfig], ["lists", ...lists]);
			take(named(bareOf(name)), ms);
			const done = await finished([meshreg, ...args], {
				env: { KUBECONFIG: kubeconfig },
				status,
			});
			const told = work.tells(done);
			if (told !== work.wanted(pods))
				throw new Error(
					`${name} told of ${told}, not of ${work.wanted(pods)}: ${done.err}`,
				);
			take(named(name), done.ms);
			take(named(memoryOf(name)), done.peak);
		}
	const bars: Record<string, readonly Bar[]> = {};
	if (pods > few)
		for (const name of Object.keys(WORKS)) {
			const tenfold = (FLAT * pods) / few;
			bars[named(name)] = [
				{ against: named(bareOf(name)), atMost: BESIDE },
				{ against: named(name, few), atMost: tenfold },
			];
			bars[named(memoryOf(name))] = [{ atMost: MEMORY, of: "largest" }];
		}
	return [...samples].map(([work, values]) => ({
		work,
		unit: work.endsWith(memoryOf("")) ? "MiB" : "ms",
		samples: values,
		bars: bars[work] ?? [],
	}));
}

function bareOf(work: string): string {
	return `the bare lists of ${work}`;
}

function memoryOf(work: string): string {
	return `${work}, peak memory`;
}
