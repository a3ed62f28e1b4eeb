import { installedFile } from "../installed-file.ts";
import { type Bar, type Bench, part, type Row } from "../measuring.ts";
import { bare as bareClient } from "./scale/bare-program.ts";
import { type Finished, finished } from "./scale/process.ts";
import { realServer } from "./scale/servers.ts";

const NAME = "nginx-mesh-registry-key";
/** The API server's own spread, a third up or down, is larger than what is measured: few rounds decide nothing. */
const ROUNDS = 11;
/** Of what is over in a fifth of a second, so many in each round, in turn. */
const QUICK = 3;
/** So many at each end of a long row of processes are compared. */
const ENDS = 10;

/** All that `list -o tree` asks for where the record is a rule. */
const TREE_LISTS = ["copies", "unmanaged", "namespaces", "accounts", "pods"];

const FIRST_SYNC = "first sync";
const KUBECTL_GET = "kubectl get";
const BARE_LISTS = "the bare lists";
const FIRST_NAMED = "sync -n, the first ones";
const BARS: Readonly<Record<string, readonly Bar[]>> = {
	"rotate, recorded by a rule": [{ against: FIRST_SYNC, atMost: 1.2 }],
	"rotate, recorded by name": [{ against: FIRST_SYNC, atMost: 1.2 }],
	"bare sync, nothing to do": [{ against: KUBECTL_GET, atMost: 1.2 }],
	"apply, nothing to do": [{ against: KUBECTL_GET, atMost: 1.3 }],
	"list -o tree": [{ against: BARE_LISTS, atMost: 1.5 }],
	"sync -n, the last ones": [{ against: FIRST_NAMED, atMost: 1.5 }],
};

const CREDENTIAL = [
	"--registry-server=registry.example.com",
	"--registry-username=mesh",
	"--registry-password-stdin",
];
/** As large as a copy, for the bare client. */
const COPY = {
	apiVersion: "v1",
	kind: "Secret",
	metadata: {
		name: NAME,
		labels: { usage: NAME, "app.kubernetes.io/managed-by": "bench" },
		annotations: { "kubectl-meshreg/source": `nginx-mesh/${NAME}` },
	},
	type: "kubernetes.io/dockerconfigjson",
	data: { ".dockerconfigjson": btoa('{"auths":{"registry.example.com":{}}}') },
};
/** The namespaces of the bench and no others. */
const EVERYWHERE = ["-A", "--exclude", "default,nginx-mesh"];

/**
 * What the record on the source costs: the packaged file on a real kube-apiserver, 1,000 namespaces.
 * Whole processes, start-up included.
 */
export const bench: Bench = {
	name: "trust",
	onlyByName: true,
	async run(): Promise<Row[]> {
		const namespaces = part(1000);
		const meshreg = await installedFile();
		const server = await realServer();
		const env = { KUBECONFIG: server.kubeconfig };
		const ours = (args: readonly string[], stdin = "") =>
			finished([meshreg, ...args], { env, stdin });
		const samples = new Map<string, number[]>();
		const timed = async (
			work: string,
			run: () => Promise<Finished>,
		): Promise<Finished> => {
			await server.collectGarbage();
			const done = await run();
			samples.set(work, [...(samples.get(work) ?? []), done.ms]);
			return done;
		};
		const create = () =>
			ours(["create", "--create-namespace", ...CREDENTIAL], "zero");
		const rotate = (password: string) =>
			ours(["rotate", ...CREDENTIAL, "--no-verify"], password);
		const bare = (work: string, ...operands: string[]) =>
			bareClient(
				[server.kubeconfig],
				[work, ...operands],
				JSON.stringify(COPY),
			);
		/** What the server takes for the writes alone: of a rotate patches, of a first sync creates. */
		const floor = async () => {
			await timed("bare creates", () => bare("create", `${namespaces}`));
			await timed("bare patches", () => bare("drift", `${namespaces}`));
			await bare("delete", `${namespaces}`);
		};
		/** Takes everything away, the record as well. */
		const prune = () => ours(["prune", "--yes", "-q"]);
		try {
			await bare("namespaces", `${namespaces}`);
			const names = Array.from({ length: namespaces }, (_, index) =>
				nameOf(index),
			);
			const byRule = async (round: number) => {
				await create();
				const first = await timed(FIRST_SYNC, () =>
					ours(["sync", ...EVERYWHERE]),
				);
				expect(first, { created: namespaces });
				expect(
					await timed("rotate, recorded by a rule", () =>
						rotate(`rule ${round}`),
					),
					// The source as well.
					{ configured: namespaces + 1 },
				);
				for (let turn = 0; turn < QUICK; turn++) {
					expect(
						await timed("bare sync, nothing to do", () => ours(["sync"])),
						{
							unchanged: namespaces,
						},
					);
					expect(
						await timed("apply, nothing to do", () =>
							ours(["apply", ...CREDENTIAL], `rule ${round}`),
						),
						{ unchanged: namespaces + 1 },
					);
					await timed(KUBECTL_GET, () =>
						finished(
							["kubectl", "get", "secrets", "-A", "-l", `usage=${NAME}`],
							{ env },
						),
					);
				}
				await prune();
			};
			const byName = async (round: number) => {
				await create();
				await ours(["sync", "-n", names.join(",")]);
				expect(
					await timed("rotate, recorded by name", () =>
						rotate(`name ${round}`),
					),
					{ configured: namespaces + 1 },
				);
				await prune();
			};
			for (let round = 0; round < ROUNDS; round++) {
				// The server is slower after a thousand writes: each is first as often as it is second.
				const halves = [byRule, byName];
				for (const half of round % 2 === 0 ? halves : halves.reverse())
					await half(round);
				await floor();
			}
			await create();
			await ours(["sync", ...EVERYWHERE]);
			// An account and two pods in each.
			await bare("pods", `${namespaces}`);
			for (let round = 0; round < ROUNDS; round++) {
				const { out } = await timed("list -o tree", () =>
					ours(["list", "-o", "tree"]),
				);
				const shown = out.split("pod/web-").length - 1;
				if (shown !== 2 * namespaces) throw new Error(`${shown} pods`);
				await timed(BARE_LISTS, () => bare("lists", ...TREE_LISTS));
			}
			await prune();
			await create();
			for (const [index, name] of names.entries()) {
				const run = () => ours(["sync", "-n", name]);
				if (index < ENDS) await timed(FIRST_NAMED, run);
				else if (index >= namespaces - ENDS)
					await timed("sync -n, the last ones", run);
				else await run();
			}
			expect(await ours(["sync"]), { unchanged: namespaces });
			return [...samples].map(([work, times]) => ({
				work,
				unit: "ms",
				samples: times,
				bars: BARS[work] ?? [],
			}));
		} finally {
			await server.stop();
		}
	},
};

function nameOf(index: number): string {
	return `scale-${String(index).padStart(5, "0")}`;
}

/** The counts in a summary are these, and none failed. */
function expect(
	{ err }: Finished,
	counts: Readonly<Record<string, number>>,
): void {
	for (const [action, count] of Object.entries({ failed: 0, ...counts }))
		if (!err.includes(`${count} ${action}`))
			throw new Error(`not ${count} ${action}: ${err.trim()}`);
}
