import { globSync, readFileSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { IncompleteAssets } from "../test/support/real-cluster/envtest.ts";
import {
	buildProgram,
	CannotBuild,
} from "../test/support/real-cluster/go-module.ts";
import {
	isRecent,
	kubectlMinor,
} from "../test/support/real-cluster/kubectl.ts";
import {
	type RealCluster,
	startRealCluster,
} from "../test/support/real-cluster/open.ts";

/**
 * The suites of the folders that open a cluster (contract, trust, e2e), on a real API server: the one of
 * MESHREG_TEST_KUBECONFIG, else KUBEBUILDER_ASSETS, else what test/cluster
 * builds. Fails where there is none, and where nothing ran. Arguments: the test
 * files to run instead of all. In another order each time, or in that of SEED.
 */

const NO_SERVER = `no API server to test on. Do one of these:
  - set MESHREG_TEST_KUBECONFIG to a kubeconfig of a cluster on which the tests may make namespaces
  - set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver, as setup-envtest makes it
  - install Go 1.26 or later (https://go.dev/dl), with which test/cluster builds both`;
const NO_KUBECTL = `no kubectl of 1.28 or later. Install one, or Go 1.26 or later (https://go.dev/dl), with which test/cluster builds one`;

/** Longer than any test may take: a hanging one fails instead of holding everything up. */
const TEST_LIMIT_MS = 10 * 60_000;

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
	process.once(signal, () => interrupt.abort());
const say = (line: string) => console.error(`test:cluster: ${line}`);

const named = process.argv.slice(2);
const files =
	named.length > 0
		? named
		: clusterFolders().flatMap((folder) =>
				globSync(`${folder}/**/*.test.ts`).sort(),
			);
process.exitCode = await main();

/** The folders of tests that open the one cluster there is, but for those of the release, which need its archives. */
function clusterFolders(): string[] {
	const opens = (path: string) =>
		readFileSync(path, "utf8").includes("support/cluster.ts");
	return globSync("test/*/", { exclude: ["test/release", "test/support"] })
		.filter((folder) => globSync(`${folder}/**/*.ts`).some(opens))
		.sort();
}

async function main(): Promise<number> {
	let cluster: RealCluster | undefined;
	try {
		if (files.length === 0) throw new Error("no test files");
		await orElse(NO_KUBECTL, provideKubectl);
		cluster = await orElse(NO_SERVER, findCluster);
		say(`testing on ${cluster.origin}`);
		process.env.MESHREG_TEST_KUBECONFIG = cluster.kubeconfig;
		return await runSuites();
	} catch (error) {
		console.error(`error: ${error instanceof Error ? error.message : error}`);
		return 1;
	} finally {
		await cluster?.stop();
	}
}

/** What `work` gives; where this machine cannot, an error that says what to install. */
async function orElse<T>(advice: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof CannotBuild || error instanceof IncompleteAssets)
			throw new Error(`${advice}\n(${error.message})`);
		throw error;
	}
}

async function findCluster(): Promise<RealCluster> {
	const given = process.env.MESHREG_TEST_KUBECONFIG;
	return given
		? {
				origin: `the cluster of MESHREG_TEST_KUBECONFIG (${given})`,
				kubeconfig: given,
				stop: async () => {},
			}
		: await startRealCluster(process.env, say, interrupt.signal);
}

/** Puts a built kubectl first on the PATH, unless there is a good one. */
async function provideKubectl(): Promise<void> {
	if (isRecent(await kubectlMinor(process.env))) return;
	const built = await buildProgram("kubectl", say, interrupt.signal);
	process.env.PATH = [dirname(built), process.env.PATH].join(delimiter);
}

/** The exit status: 0 when at least one test ran and none failed. */
async function runSuites(): Promise<number> {
	let passed = 0;
	let failed = false;
	const events = run({
		files,
		randomize: true,
		...(process.env.SEED && { randomSeed: Number(process.env.SEED) }),
		timeout: TEST_LIMIT_MS,
		signal: interrupt.signal,
	});
	events.on("test:pass", ({ skip, todo, details }) => {
		if (!skip && !todo && details.type !== "suite") passed++;
	});
	events.on("test:fail", () => {
		failed = true;
	});
	for await (const text of events.compose(spec)) process.stdout.write(text);
	if (passed === 0) say("no test ran");
	return failed || passed === 0 || interrupt.signal.aborted ? 1 : 0;
}
