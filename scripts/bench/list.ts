import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { startApiServer } from "../../test/support/api-server/index.ts";
import { binaryName, targetOf } from "../build/targets.ts";
import { type Bench, type Row, timeInTurn } from "../measuring.ts";

const run = promisify(execFile);
const KEY = "nginx-mesh-registry-key";
const KEYS = 1000;

/** `list` of the packaged file (`npm run build` first) beside kubectl, on the same 1,000 keys. */
export const bench: Bench = {
	name: "list",
	async run(): Promise<Row[]> {
		const binary = resolve(
			"dist",
			binaryName(targetOf(process.platform, process.arch)),
		);
		await stat(binary);
		const folder = await mkdtemp(join(tmpdir(), "meshreg-bench-"));
		const server = await startApiServer();
		try {
			const source = "nginx-mesh";
			const namespaces = [
				source,
				...Array.from({ length: KEYS - 1 }, (_, n) => `ns-${n}`),
			];
			for (const namespace of namespaces) {
				server.store.seed({ kind: "Namespace", metadata: { name: namespace } });
				server.store.seed({
					kind: "Secret",
					metadata: {
						namespace,
						name: KEY,
						labels: {
							usage: KEY,
							"app.kubernetes.io/managed-by": "kubectl-meshreg",
						},
						...(namespace !== source && {
							annotations: { "kubectl-meshreg/source": `${source}/${KEY}` },
						}),
					},
					type: "kubernetes.io/dockerconfigjson",
					data: {
						".dockerconfigjson": btoa(
							JSON.stringify({
								auths: { "r.example.com": { auth: btoa("u:p") } },
							}),
						),
					},
				});
			}
			const kubeconfig = join(folder, "kubeconfig");
			await server.writeKubeconfig(kubeconfig);
			const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder };
			const lines = async (file: string, ...args: string[]) => {
				const { stdout } = await run(file, args, { env, maxBuffer: 1 << 28 });
				const count = stdout.trimEnd().split("\n").length;
				if (count !== KEYS + 1)
					throw new Error(`${file} printed ${count} lines`);
			};
			const against = `kubectl get secrets -A -l usage=${KEY}`;
			const works = {
				"kubectl-meshreg list": () => lines(binary, "list"),
				[against]: () =>
					lines("kubectl", "get", "secrets", "-A", "-l", `usage=${KEY}`),
			};
			const times = await timeInTurn(11, works);
			return Object.entries(times).map(([work, samples]) => ({
				work,
				unit: "ms",
				samples,
				...(work !== against && { bars: [{ against, atMost: 1 }] }),
			}));
		} finally {
			await server.stop();
			await rm(folder, { recursive: true });
		}
	},
};
