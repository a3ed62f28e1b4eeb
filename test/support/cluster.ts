import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Grant, grantOnEmbedded, grantOnReal } from "./accounts.ts";
import { admitOnEmbedded, admitOnReal, type Policy } from "./admission.ts";
import { type AccessRule, startApiServer } from "./api-server/index.ts";
import type { JsonObject } from "./api-server/objects.ts";
import { type RawApi, rawApi } from "./raw-api.ts";
import { startRealCluster } from "./real-cluster/open.ts";

/**
 * An API server for a suite that does not mind which: its own namespaces, which
 * `await using` or `Symbol.asyncDispose` gives back.
 */
export interface TestCluster extends AsyncDisposable {
	/** The embedded one, or a real kube-apiserver. */
	readonly kind: "embedded" | "real";
	/** The path of an administrator's kubeconfig. */
	readonly kubeconfig: string;
	readonly api: RawApi;
	/** A folder of its own, gone afterwards. */
	readonly folder: string;
	/** `hint` behind this cluster's random prefix: a name that nobody else uses. */
	named(hint: string): string;
	/** Remembers a namespace that the test makes itself, to be deleted in the end; returns its name. */
	own(namespace: string): string;
	/** Makes the namespace `named(hint)` and returns its name. */
	namespace(hint: string, labels?: Record<string, string>): Promise<string>;
	/**
	 * The path of a kubeconfig of a new service account in `namespace`, which may do
	 * what is granted and nothing else. Returns when the server heeds it.
	 */
	account(namespace: string, grants: readonly Grant[]): Promise<string>;
	/** Lets an admission policy refuse every Secret in a namespace, or warn of it. Returns when the server heeds it. */
	admit(policy: Policy): Promise<void>;
	/** Gives a pod a status, as its kubelet would. */
	podStatus(namespace: string, name: string, status: JsonObject): Promise<void>;
}

export type { Grant } from "./accounts.ts";

/** The same, for a suite about what only a real server does (test/real-server). Throws where there is none. */
export async function realCluster(): Promise<TestCluster> {
	if (!process.env.MESHREG_TEST_KUBECONFIG)
		throw new Error("it wants a real API server: npm run test:cluster -- FILE");
	return testCluster();
}

/**
 * The cluster of MESHREG_TEST_KUBECONFIG, which `npm run test:cluster` sets;
 * without it the embedded server. `second` is another cluster than that: of
 * MESHREG_TEST_KUBECONFIG_2, else one that is started here.
 */
export async function testCluster({
	second = false,
}: {
	second?: boolean;
} = {}): Promise<TestCluster> {
	const env = process.env;
	if (!env.MESHREG_TEST_KUBECONFIG) return embedded();
	const given = second
		? env.MESHREG_TEST_KUBECONFIG_2
		: env.MESHREG_TEST_KUBECONFIG;
	if (given) return real(given, async () => {});
	const started = await startRealCluster(
		env,
		(line) => console.error(line),
		new AbortController().signal,
	);
	return real(started.kubeconfig, started.stop);
}

async function embedded(): Promise<TestCluster> {
	// The server looks at these at every request: accounts may join later.
	const allow: AccessRule[] = [];
	const server = await startApiServer({ allow });
	const folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	const kubeconfig = join(folder, "admin.kubeconfig");
	await server.writeKubeconfig(kubeconfig);
	const common = await begin(kubeconfig, folder);
	return {
		...common,
		kind: "embedded",
		account: async (namespace, grants) =>
			write(
				common,
				grantOnEmbedded(server, allow, common.named, namespace, grants),
			),
		admit: async (policy) => admitOnEmbedded(server, policy),
		async podStatus(namespace, name, status) {
			const pod = server.store.get("Pod", namespace, name);
			assert.ok(pod, `there is no pod ${name}`);
			server.store.seed({ ...pod, kind: "Pod", status });
		},
		async [Symbol.asyncDispose]() {
			common.api.close();
			await server.stop();
			await rm(folder, { recursive: true });
		},
	};
}

async function real(
	kubeconfig: string,
	stop: () => Promise<void>,
): Promise<TestCluster> {
	const folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	const common = await begin(kubeconfig, folder);
	return {
		...common,
		kind: "real",
		account: async (namespace, grants) =>
			write(common, await grantOnReal(common, namespace, grants)),
		admit: (policy) => admitOnReal(common, policy),
		async podStatus(namespace, name, status) {
			const answer = await common.api.request(
				"PATCH",
				`/api/v1/namespaces/${namespace}/pods/${name}/status`,
				{ contentType: "application/merge-patch+json", body: { status } },
			);
			assert.equal(answer.status, 200, JSON.stringify(answer.body));
		},
		async [Symbol.asyncDispose]() {
			for (const path of common.made.reverse())
				await common.api.request("DELETE", path);
			common.api.close();
			await rm(folder, { recursive: true });
			await stop();
		},
	};
}

/** What both have. `made` are the paths of cluster-wide objects to delete in the end. */
async function begin(kubeconfig: string, folder: string) {
	const api = await rawApi(kubeconfig);
	const prefix = `meshreg-${randomBytes(4).toString("hex")}`;
	const named = (hint: string) => `${prefix}-${hint}`;
	const made: string[] = [];
	return {
		kubeconfig,
		folder,
		api,
		named,
		made,
		own(namespace: string) {
			made.push(`/api/v1/namespaces/${namespace}`);
			return namespace;
		},
		async namespace(hint: string, labels: Record<string, string> = {}) {
			const name = named(hint);
			const { status, body } = await api.request("POST", "/api/v1/namespaces", {
				body: { metadata: { name, labels } },
			});
			if (status !== 201)
				throw new Error(`namespace ${name}: ${JSON.stringify(body)}`);
			made.push(`/api/v1/namespaces/${name}`);
			return name;
		},
	};
}

/** Writes a kubeconfig into the cluster's folder, and returns its path. */
async function write(
	{ folder }: { folder: string },
	{ name, text }: { name: string; text: string },
): Promise<string> {
	const path = join(folder, `${name}.kubeconfig`);
	await writeFile(path, text, { mode: 0o600 });
	return path;
}
