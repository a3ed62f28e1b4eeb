import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contextsFile } from "../../test/support/contexts-file.ts";
import { installedFile } from "../installed-file.ts";
import { type Bar, type Bench, part, type Row } from "../measuring.ts";
import { bare } from "./scale/bare-program.ts";
import { type Finished, finished } from "./scale/process.ts";
import { type BenchServer, embeddedServer } from "./scale/servers.ts";

const NAME = "nginx-mesh-registry-key";
const ROUNDS = 11;
const CLUSTERS = 10;
const NAMESPACES = 200;
/** The namespaces of the bench and no others. */
const EVERYWHERE = ["-A", "--exclude", "default,nginx-mesh"];

/** Each work of ours, and the same requests of the bare client. */
const WORKS = {
	"first sync": "bare reads and creates",
	"sync, nothing to do": "bare reads",
	list: "bare lists",
} as const;
const BARS: Readonly<Record<string, readonly Bar[]>> = Object.fromEntries(
	Object.entries(WORKS).map(([work, against]) => [
		work,
		[{ against, atMost: 1.3 }],
	]),
);

/**
 * Ten clusters of 200 namespaces through `--contexts`: the packaged file on embedded API servers in
 * processes of their own, beside a bare client that sends the same requests to all of them at once: a sync
 * has to read the source, Secrets and Namespaces before it writes. The record is written once, before
 * anything is measured. The start of a Node process is in both.
 */
export const bench: Bench = {
	name: "contexts",
	async run(): Promise<Row[]> {
		const meshreg = await installedFile();
		const folder = await mkdtemp(join(tmpdir(), "meshreg-bench-"));
		const servers: BenchServer[] = [];
		try {
			for (let at = 0; at < CLUSTERS; at++)
				servers.push(await embeddedServer());
			const kubeconfig = join(folder, "kubeconfig");
			const contexts = servers.map(
				(server, at) => [`cluster-${at}`, { from: server.kubeconfig }] as const,
			);
			await writeFile(kubeconfig, contextsFile(Object.fromEntries(contexts)), {
				mode: 0o600,
			});
			return await measure(meshreg, kubeconfig, servers);
		} finally {
			await Promise.all(servers.map((server) => server.stop()));
			await rm(folder, { recursive: true });
		}
	},
};

async function measure(
	meshreg: string,
	kubeconfig: string,
	servers: readonly BenchServer[],
): Promise<Row[]> {
	const namespaces = part(NAMESPACES);
	const samples = new Map<string, number[]>();
	const take = (work: string, value: number): void => {
		samples.set(work, [...(samples.get(work) ?? []), value]);
	};
	const timed = async (work: string, running: Promise<Finished>) => {
		const done = await running;
		take(work, done.ms);
		if (BARS[work] !== undefined) take(memoryOf(work), done.peak);
		return done;
	};
	const ours = (args: readonly string[], stdin = "") =>
		finished([meshreg, ...args, "--contexts", "cluster-*"], {
			env: { KUBECONFIG: kubeconfig },
			stdin,
		});
	const all = servers.map((server) => server.kubeconfig);
	const count = `${namespaces}`;

	await bare(all, ["namespaces", count]);
	await ours(
		[
			...["create", "--create-namespace", "--yes"],
			...["--registry-server=registry.example.com", "--registry-username=mesh"],
			"--registry-password-stdin",
		],
		"one",
	);
	const secret = JSON.stringify({
		apiVersion: "v1",
		kind: "Secret",
		metadata: {
			name: NAME,
			labels: {
				usage: NAME,
				"app.kubernetes.io/managed-by": "kubectl-meshreg",
			},
			annotations: {
				"kubectl-meshreg/source": `nginx-mesh/${NAME}`,
				"kubectl-meshreg/source-uid": "00000000-0000-4000-8000-000000000000",
			},
		},
		type: "kubernetes.io/dockerconfigjson",
		data: {
			".dockerconfigjson": btoa(
				'{"auths":{"registry.example.com":{"username":"mesh","password":"one","auth":"bWVzaDpvbmU="}}}',
			),
		},
	});
	const sync = () => ours(["sync", ...EVERYWHERE, "--yes"]);
	expect(await sync(), { created: namespaces });
	await bare(all, ["delete", count]);
	for (let round = 0; round < ROUNDS; round++) {
		await timed(WORKS["first sync"], bare(all, ["sync", count], secret));
		await bare(all, ["delete", count]);
		expect(await timed("first sync", sync()), { created: namespaces });
		await timed(
			WORKS["sync, nothing to do"],
			bare(all, ["lists", "source", "named", "namespaces"]),
		);
		expect(await timed("sync, nothing to do", sync()), {
			unchanged: namespaces,
		});
		await timed(
			WORKS.list,
			bare(all, ["lists", "copies", "unmanaged", "namespaces"]),
		);
		await timed("list", ours(["list"]));
		await bare(all, ["delete", count]);
	}
	return [...samples].map(([work, values]) => ({
		work,
		unit: work.endsWith(memoryOf("")) ? "MiB" : "ms",
		samples: values,
		bars: BARS[work] ?? [],
	}));
}

function memoryOf(work: string): string {
	return `${work}, peak memory`;
}

/** Each cluster's summary has these counts, and none failed. */
function expect(
	{ err }: Finished,
	counts: Readonly<Record<string, number>>,
): void {
	for (const [action, count] of Object.entries({ failed: 0, ...counts }))
		if (err.split(` ${count} ${action}`).length - 1 !== CLUSTERS)
			throw new Error(`not ${count} ${action} in each: ${err.trim()}`);
}
