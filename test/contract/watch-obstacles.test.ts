/** `sync --watch` where a server refuses in one namespace: the others are served, it is said once, and mends when the reason is gone. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { meshreg, type Surroundings } from "../support/command-line.ts";
import { heeded } from "../support/heeded.ts";
import { watching } from "../support/watching.ts";

const NAME = "nginx-mesh-registry-key";

let cluster: TestCluster;
before(async () => {
	cluster = await testCluster();
});
after(() => cluster?.[Symbol.asyncDispose]());

test("a full quota, an admission policy that refuses, a namespace it may not write", async () => {
	const mesh = await cluster.namespace("mesh");
	const [app, closed, full, strict] = [
		await cluster.namespace("app"),
		await cluster.namespace("closed"),
		await cluster.namespace("full"),
		await cluster.namespace("strict"),
	];
	const env = { MESHREG_NAMESPACE: mesh };
	const created = await meshreg(
		[
			...["create", "--registry-server=registry.example"],
			...["--registry-username=mesh", "--registry-password-stdin"],
		],
		{ kubeconfig: cluster.kubeconfig, env, stdin: "p" },
	);
	assert.equal(created.status, 0, created.err);

	const policy = {
		namespace: strict,
		name: cluster.named("no-secrets"),
		message: "no pull secrets in strict, please",
		action: "Deny",
	} as const;
	await cluster.admit(policy);
	const counts = cluster.kind === "real";
	if (counts) await fill(full);

	const secrets = (verbs: string[]) => ({
		rules: [{ apiGroups: [""], resources: ["secrets"], verbs }],
	});
	const all = ["get", "list", "watch", "create", "patch"];
	const kubeconfig = await cluster.account(mesh, [
		...[mesh, app, full, strict].map((namespace) => ({
			...secrets(all),
			namespace,
		})),
		{ ...secrets(["get", "list", "watch"]), namespace: closed },
	]);
	const run = (argv: readonly string[], given: Surroundings = {}) =>
		meshreg(argv, { ...given, kubeconfig, env });

	await using watch = await watching({ run }, [
		`-n=${[app, closed, full, strict].join(",")}`,
	]);
	assert.equal(await has(app), true);
	assert.equal(await has(closed), false);
	assert.equal(await has(strict), false);
	assert.equal(await has(full), !counts);
	if (counts) {
		await cluster.api.request(
			"DELETE",
			`/api/v1/namespaces/${full}/resourcequotas/full`,
		);
		await watch.says(`secret/${NAME} created in ${full} `);
	}
	const { status, out, err } = await watch.stop("SIGTERM");
	assert.equal(status, 143);
	assert.match(out, new RegExp(`^secret/${NAME} created in ${app} `, "m"));
	const times = (text: string) => err.split(text).length - 1;
	assert.equal(times(policy.message), 1, err);
	assert.equal(times(`cannot create resource "secrets"`), 1, err);
	assert.equal(times("exceeded quota: full"), counts ? 1 : 0, err);
});

async function has(namespace: string): Promise<boolean> {
	const { status } = await cluster.api.request(
		"GET",
		`/api/v1/namespaces/${namespace}/secrets/${NAME}`,
	);
	return status === 200;
}

/** Gives a namespace a quota that leaves no room for a Secret; what a controller would count is written by hand. */
async function fill(namespace: string): Promise<void> {
	const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
	const none = { "count/secrets": "0" };
	const made = await cluster.api.request("POST", quotas, {
		body: { metadata: { name: "full" }, spec: { hard: none } },
	});
	assert.equal(made.status, 201, JSON.stringify(made.body));
	const counted = await cluster.api.request("PATCH", `${quotas}/full/status`, {
		contentType: "application/merge-patch+json",
		body: { status: { hard: none, used: none } },
	});
	assert.equal(counted.status, 200, JSON.stringify(counted.body));
	await heeded(async () => {
		const { status } = await cluster.api.request(
			"POST",
			`/api/v1/namespaces/${namespace}/secrets?dryRun=All`,
			{ body: { metadata: { name: "probe" } } },
		);
		return status === 403;
	});
}
