import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { CheckItem as Finding } from "../../src/report/check.ts";
import {
	type ApiServer,
	startApiServer,
} from "../../test/support/api-server/index.ts";
import type { Bench, Row } from "../measuring.ts";

const run = promisify(execFile);
const REPEATS = 7;
const KEY = "nginx-mesh-registry-key";
const NAMESPACES = 100;
const PODS = 2000;
const FAILING = 300;

/** What check needs for a cluster of 2,000 pods of which 300 cannot pull, for 12 reasons. */
export const bench: Bench = {
	name: "check",
	async run(): Promise<Row[]> {
		const folder = await mkdtemp(join(tmpdir(), "meshreg-bench-"));
		const server = await startApiServer();
		try {
			seed(server);
			const kubeconfig = join(folder, "kubeconfig");
			await server.writeKubeconfig(kubeconfig);
			const nothing: { ms: number; mib: number }[] = [];
			const before = server.requests.length;
			const samples: { ms: number; mib: number }[] = [];
			for (let repeat = 0; repeat < REPEATS; repeat++) {
				nothing.push(await timed(["--version"], kubeconfig));
				const once = await timed(["check", "-o", "json"], kubeconfig);
				const { items } = JSON.parse(once.out) as { items: Finding[] };
				const causes = items.filter(({ workloads }) => workloads.length > 0);
				const pods = causes
					.flatMap(({ workloads }) => workloads)
					.reduce((sum, workload) => sum + workload.pods.length, 0);
				if (causes.length !== REASONS.length || pods !== FAILING)
					throw new Error(`${causes.length} causes for ${pods} pods`);
				samples.push(once);
			}
			const [time, memory] = ["time of --version", "peak memory of --version"];
			return [
				{
					work: "time",
					unit: "ms",
					samples: samples.map(({ ms }) => ms),
					against: time,
				},
				{ work: time, unit: "ms", samples: nothing.map(({ ms }) => ms) },
				{
					work: "peak memory",
					unit: "MiB",
					samples: samples.map(({ mib }) => mib),
					against: memory,
				},
				{
					work: memory,
					unit: "MiB",
					samples: nothing.map(({ mib }) => mib),
				},
				{
					work: "requests",
					unit: "count",
					samples: [(server.requests.length - before) / REPEATS],
				},
				{
					work: "requests for permissions among them",
					unit: "count",
					samples: [
						server.requests
							.slice(before)
							.filter(({ path }) => path.includes("selfsubjectaccessreviews"))
							.length / REPEATS,
					],
				},
			];
		} finally {
			await server.stop();
			await rm(folder, { recursive: true });
		}
	},
};

/** The command line in a process of its own, which says at its end how much memory it had. */
async function timed(
	argv: readonly string[],
	kubeconfig: string,
): Promise<{ out: string; ms: number; mib: number }> {
	const start = performance.now();
	const { stdout, stderr } = await run(
		process.execPath,
		[
			"--import",
			"tsx",
			fileURLToPath(new URL("../bench-child.ts", import.meta.url)),
			...argv,
		],
		{ env: { ...process.env, KUBECONFIG: kubeconfig }, maxBuffer: 1 << 28 },
	).catch((failed: { stdout: string; stderr: string }) => failed);
	const ms = performance.now() - start;
	const kib = Number(/^maxRSS (\d+)$/m.exec(stderr)?.[1]);
	return { out: stdout, ms, mib: kib / 1024 };
}

interface Reason {
	/** What the pod's image is, and what containerd says of it. */
	readonly image: string;
	readonly message: string;
	readonly secrets?: readonly string[];
}

const containerd = (words: string): string =>
	`failed to pull and unpack image: failed to resolve reference: ${words}`;
const ANONYMOUS = containerd(
	"failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized",
);
const WRONG = containerd(
	"failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized",
);

/** Twelve; the first three differ by where their pods are. */
const REASONS: readonly Reason[] = [
	{ image: "r.example.com/a:1", message: ANONYMOUS },
	{ image: "r.example.com/b:1", message: ANONYMOUS, secrets: [KEY] },
	{ image: "r.example.com/c:1", message: ANONYMOUS },
	{ image: "r.example.com/d:1", message: ANONYMOUS, secrets: ["broken"] },
	{ image: "other.example.com/e:1", message: ANONYMOUS },
	{ image: "r.example.com/f:1", message: WRONG, secrets: ["foreign"] },
	{
		image: "r.example.com/g:1",
		message: containerd(
			"pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
		),
		secrets: ["foreign"],
	},
	{
		image: "nats:2.9",
		message: "toomanyrequests: You have reached your pull rate limit",
	},
	{
		image: "tls.example.com/h:1",
		message: "x509: certificate signed by unknown authority",
	},
	{
		image: "down.example.com/i:1",
		message: "dial tcp 10.0.0.1:443: i/o timeout",
	},
	{
		image: "arm.example.com/j:1",
		message: "no match for platform in manifest: not found",
	},
	{ image: "disk.example.com/k:1", message: "no space left on device" },
];

function seed({ store }: ApiServer): void {
	const secret = (
		namespace: string,
		name: string,
		text: string,
		metadata: object = {},
	) =>
		store.seed({
			kind: "Secret",
			metadata: { namespace, name, ...metadata },
			type: "kubernetes.io/dockerconfigjson",
			data: { ".dockerconfigjson": btoa(text) },
		});
	const good = JSON.stringify({
		auths: { "r.example.com": { auth: btoa("robot:secret") } },
	});
	const labels = {
		usage: KEY,
		"app.kubernetes.io/managed-by": "kubectl-meshreg",
	};
	store.seed({ kind: "Namespace", metadata: { name: "nginx-mesh" } });
	secret("nginx-mesh", KEY, good, { labels });
	for (let n = 0; n < NAMESPACES; n++) {
		const namespace = `ns-${n}`;
		store.seed({ kind: "Namespace", metadata: { name: namespace } });
		store.seed({
			kind: "ServiceAccount",
			metadata: { namespace, name: "default" },
		});
		// The first two reasons need namespaces without a copy.
		if (reasonOf(n) > 1)
			secret(namespace, KEY, good, {
				labels,
				annotations: { "kubectl-meshreg/source": `nginx-mesh/${KEY}` },
			});
		for (const name of REASONS[reasonOf(n)]?.secrets ?? [])
			if (name !== KEY)
				secret(namespace, name, name === "broken" ? "not json" : good);
	}
	for (let n = 0; n < PODS; n++) pod(store, n);
}

/** Namespaces take turns, so that each reason has its own. */
function reasonOf(namespace: number): number {
	return namespace % REASONS.length;
}

function pod(store: ApiServer["store"], n: number): void {
	const fails = n < FAILING;
	const at = n % REASONS.length;
	const { image, message, secrets = [] } = REASONS[at] as Reason;
	const place = fails
		? at + REASONS.length * (Math.floor(n / REASONS.length) % 8)
		: n % NAMESPACES;
	const name = `pod-${n}`;
	const used = fails ? image : "registry.k8s.io/pause:3.10";
	const state = fails
		? { waiting: { reason: "ImagePullBackOff", message } }
		: { running: {} };
	store.seed({
		kind: "Pod",
		metadata: { namespace: `ns-${place}`, name },
		spec: {
			containers: [{ name: "main", image: used }],
			imagePullSecrets: fails
				? secrets.map((secret) => ({ name: secret }))
				: [],
		},
		status: {
			phase: fails ? "Pending" : "Running",
			containerStatuses: [{ name: "main", image: used, state }],
		},
	});
}
