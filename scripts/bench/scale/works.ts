import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installedFile } from "../../installed-file.ts";
import type { Row } from "../../measuring.ts";
import { bare as bareClient } from "./bare-program.ts";
import { atTerminal, type Finished, finished } from "./process.ts";
import type { BenchServer } from "./servers.ts";

const NAME = "nginx-mesh-registry-key";
const LABEL = `usage=${NAME}`;
/** kubectl deletes so slowly that it is measured at so many. */
const SLOW = 100;

/** What is measured on one server. */
export interface Scale {
	readonly server: BenchServer;
	readonly namespaces: number;
	readonly rounds: number;
	/**
	 * What takes long: kubectl's apply, kubectl's delete (at a hundred, for it is rate-limited), and the
	 * first sync once more, at a terminal, where it shows how far it is.
	 */
	readonly also: readonly ("apply" | "delete" | "terminal")[];
	/** Nothing but a first sync and what it stands beside. */
	readonly onlyFirst?: true;
}

/** The samples of each work, in the order in which they are first taken. */
export type Samples = Map<string, { unit: Row["unit"]; samples: number[] }>;

/**
 * Measures whole processes, start-up included, each work once a round and all of
 * them in turn. Throws when a work did not do what it should have.
 */
export async function measure(scale: Scale): Promise<Samples> {
	const meshreg = await installedFile();
	const folder = await mkdtemp(join(tmpdir(), "meshreg-bench-"));
	try {
		return await rounds(scale, meshreg, folder);
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function rounds(
	{ server, namespaces, rounds, also, onlyFirst }: Scale,
	meshreg: string,
	folder: string,
): Promise<Samples> {
	const samples: Samples = new Map();
	const env = { KUBECONFIG: server.kubeconfig };
	const take = (work: string, unit: Row["unit"], value: number): void => {
		const row = samples.get(work) ?? { unit, samples: [] };
		row.samples.push(value);
		samples.set(work, row);
	};
	const timed = async (work: string, run: () => Promise<Finished>) => {
		await server.collectGarbage();
		const done = await run();
		take(work, "ms", done.ms);
		return done;
	};
	const ours = (...args: string[]) => finished([meshreg, ...args], { env });
	const kubectl = (...args: string[]) =>
		finished(["kubectl", ...args], { env });
	const bare = (work: string, count: number, stdin = "") =>
		bareClient([server.kubeconfig], [work, `${count}`], stdin);

	await bare("namespaces", namespaces);
	await finished(
		[
			...[
				meshreg,
				"create",
				"--create-namespace",
				"--registry-server=registry.example.com",
			],
			...["--registry-username=mesh", "--registry-password-stdin"],
		],
		{ env, stdin: "one" },
	);
	await ours("sync", "-n", "scale-00000");
	const copy = JSON.parse(
		(await kubectl("get", "secret", NAME, "-n", "scale-00000", "-o", "json"))
			.out,
	);
	await ours("prune", "--keep-sources", "--yes");
	const { name, labels, annotations } = copy.metadata;
	const secret = {
		apiVersion: "v1",
		kind: "Secret",
		metadata: { name, labels, annotations },
		type: copy.type,
		data: copy.data,
	};
	const manifest = join(folder, "secrets.json");
	const items = Array.from({ length: namespaces }, (_, index) => ({
		...secret,
		metadata: { ...secret.metadata, namespace: namespaceOf(index) },
	}));
	await writeFile(
		manifest,
		JSON.stringify({ apiVersion: "v1", kind: "List", items }),
	);

	for (let round = 0; round < rounds; round++) {
		await timed("bare creates", () =>
			bare("create", namespaces, JSON.stringify(secret)),
		);
		await timed("bare deletes", () => bare("delete", namespaces));

		const first = await timed("first sync", () => ours("sync", ...EVERYWHERE));
		expect(first, { created: namespaces });
		take("first sync, peak memory", "MiB", first.peak);
		if (onlyFirst) {
			await bare("delete", namespaces);
			continue;
		}
		expect(
			await timed("sync, nothing to do", () => ours("sync", ...EVERYWHERE)),
			{
				unchanged: namespaces,
			},
		);
		await timed("kubectl get", () =>
			kubectl("get", "secrets", "-A", "-l", LABEL),
		);
		const list = await timed("list", () => ours("list"));
		take("list, peak memory", "MiB", list.peak);
		await bare("drift", 10);
		expect(await timed("sync, 10 drifted", () => ours("sync", ...EVERYWHERE)), {
			configured: 10,
			unchanged: namespaces - 10,
		});
		const prune = await timed("prune", () =>
			ours("prune", "--keep-sources", "--yes"),
		);
		const deleted = prune.out.match(/deleted from/g)?.length;
		if (deleted !== namespaces) throw new Error(`prune deleted ${deleted}`);

		if (also.includes("terminal")) {
			const sync = [meshreg, "sync", ...EVERYWHERE];
			await server.collectGarbage();
			take("first sync, at a terminal", "ms", await atTerminal(sync, env));
			await bare("delete", namespaces);
		}
		// These take most of the time, and differ little: once.
		if (round > 0) continue;
		if (also.includes("apply")) {
			await timed("kubectl apply --server-side", () =>
				kubectl("apply", "--server-side", "-f", manifest),
			);
			await bare("delete", namespaces);
		}
		if (also.includes("delete")) {
			await bare("create", SLOW, JSON.stringify(labelled(secret)));
			await timed(`kubectl delete of ${SLOW}`, () =>
				kubectl("delete", "secrets", "-A", "-l", "meshreg-bench=slow"),
			);
		}
	}
	return samples;
}

/** The namespaces of the bench and no others, so that every tool works on the same ones. */
const EVERYWHERE = ["-A", "--exclude", "default,nginx-mesh"];

function namespaceOf(index: number): string {
	return `scale-${String(index).padStart(5, "0")}`;
}

function labelled<T extends { metadata: { labels: object } }>(secret: T): T {
	const labels = { ...secret.metadata.labels, "meshreg-bench": "slow" };
	return { ...secret, metadata: { ...secret.metadata, labels } };
}

/** The counts in a sync's summary are these, and none failed. */
function expect(
	{ err }: Finished,
	counts: Readonly<Record<string, number>>,
): void {
	for (const [action, count] of Object.entries({ failed: 0, ...counts }))
		if (!err.includes(`${count} ${action}`))
			throw new Error(`not ${count} ${action}: ${err.trim()}`);
}
