import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startApiServer } from "../../test/support/api-server/index.ts";
import { binaryName, targetOf } from "../build/targets.ts";
import type { Bench, Row } from "../measuring.ts";

const run = promisify(execFile);
const ROUNDS = 3;
const NAMESPACES = 1000;
const BARE = fileURLToPath(new URL("scale/bare.ts", import.meta.url));
const LIMITS = { maxBuffer: 64 * 2 ** 20 };

/**
 * The packaged file (`npm run build` first) on the embedded API server, with 1,000 namespaces: whole
 * processes, start-up included, beside a bare HTTP/2 client that creates and deletes the same Secrets.
 */
export const bench: Bench = {
	name: "main-job",
	async run(): Promise<Row[]> {
		const binary = resolve(
			"dist",
			binaryName(targetOf(process.platform, process.arch)),
		);
		await stat(binary);
		const names = Array.from(
			{ length: NAMESPACES },
			(_, index) => `scale-${String(index).padStart(5, "0")}`,
		);
		const server = await startApiServer({
			namespaces: ["nginx-mesh", ...names],
		});
		const folder = await mkdtemp(join(tmpdir(), "meshreg-bench-"));
		const times = new Map<string, number[]>();
		try {
			const kubeconfig = join(folder, "kubeconfig");
			await server.writeKubeconfig(kubeconfig);
			const env = { ...process.env, KUBECONFIG: kubeconfig };
			const timed = async (
				work: string,
				file: string,
				args: readonly string[],
				stdin = "",
			) => {
				const start = performance.now();
				const child = run(file, args, { env, ...LIMITS });
				child.child.stdin?.end(stdin);
				await child;
				times.set(work, [
					...(times.get(work) ?? []),
					performance.now() - start,
				]);
			};
			const bare = (work: string, stdin = "") =>
				timed(
					`bare HTTP/2 client: ${work}`,
					process.execPath,
					[BARE, kubeconfig, work, String(NAMESPACES)],
					stdin,
				);
			const create = [
				"create",
				"--registry-server",
				"r.example.com",
				"--registry-username",
				"u",
				"--registry-password-stdin",
			];
			await timed("create", binary, create, "p");
			const source = server.store.get(
				"Secret",
				"nginx-mesh",
				"nginx-mesh-registry-key",
			);
			if (source === undefined) throw new Error("create made no source");
			const secret = JSON.stringify({
				metadata: { name: "nginx-mesh-registry-key" },
				data: source.data,
				type: source.type,
			});
			for (let round = 0; round < ROUNDS; round++) {
				await bare("create", secret);
				await bare("delete");
				await timed("sync, first", binary, [
					"sync",
					"-A",
					"--exclude",
					"default",
				]);
				if (server.store.all("Secret").length !== NAMESPACES + 1)
					throw new Error("sync did not copy everywhere");
				await timed("sync, nothing to do", binary, [
					"sync",
					"-A",
					"--exclude",
					"default",
				]);
				await timed("list", binary, ["list"]);
				await timed("prune", binary, ["prune", "--keep-sources", "--yes"]);
				if (server.store.all("Secret").length !== 1)
					throw new Error("prune did not delete every copy");
			}
		} finally {
			await server.stop();
			await rm(folder, { recursive: true });
		}
		const against: Record<string, string> = {
			"sync, first": "bare HTTP/2 client: create",
			prune: "bare HTTP/2 client: delete",
		};
		return [...times].map(([work, samples]): Row => {
			const other = against[work];
			return {
				work,
				unit: "ms",
				samples,
				...(other !== undefined && { against: other }),
			};
		});
	},
};
