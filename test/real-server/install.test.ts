/**
 * What install makes, as kube-apiserver has it: the account that it makes runs sync with the arguments
 * of the Deployment, and can write nothing but pull secrets. It needs a real API server: the embedded one
 * runs no admission policies and knows no tokens of accounts.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Kind, RESOURCES } from "../../src/core/objects.ts";
import { realCluster } from "../support/cluster.ts";
import { meshreg, type Surroundings } from "../support/command-line.ts";
import { heeded } from "../support/heeded.ts";
import { becomePod, filesInPod } from "../support/pod.ts";
import { started } from "../support/watching.ts";

const NAME = "nginx-mesh-registry-key";
const ACCOUNT = `meshreg-${NAME}`;

const cluster = await realCluster();
after(() => cluster[Symbol.asyncDispose]());

async function api(
	method: string,
	path: string,
	body?: unknown,
	contentType = "application/json",
) {
	const how = { body, contentType };
	const answer = await cluster.api.request(method, path, how);
	assert.ok(answer.status < 300, JSON.stringify(answer.body));
	// biome-ignore lint/suspicious/noExplicitAny: an object of the API server's.
	return answer.body as any;
}

test("install, what it runs, what it cannot do, and uninstall", async () => {
	const label = { "meshreg-installed": cluster.named("yes") };
	const mesh = await cluster.namespace("mesh");
	const app = await cluster.namespace("app", label);
	const admin = async (argv: readonly string[], given: Surroundings = {}) => {
		const outcome = await meshreg(argv, {
			kubeconfig: cluster.kubeconfig,
			env: { MESHREG_NAMESPACE: mesh },
			...given,
		});
		assert.equal(outcome.status, 0, outcome.err);
		return outcome;
	};
	await admin(
		[
			...["create", "--registry-server=registry.example"],
			...["--registry-username=mesh", "--registry-password-stdin"],
		],
		{ stdin: "p" },
	);
	const selector = `meshreg-installed=${cluster.named("yes")}`;
	await admin(["install", "-l", selector]);
	const dry = ["install", "-l", selector, "--dry-run=server"];
	for (const argv of [dry, dry.slice(0, -1)]) {
		const again = await admin(argv);
		assert.doesNotMatch(again.out, /created|configured|deleted/);
	}
	const other = await admin([...dry, "--metrics-address=:9090"]);
	assert.deepEqual(other.out.match(/\S+ (?=configured)/g), [
		`deployment/${ACCOUNT} `,
	]);

	const { token } = (
		await api(
			"POST",
			`/api/v1/namespaces/${mesh}/serviceaccounts/${ACCOUNT}/token`,
			{
				apiVersion: "authentication.k8s.io/v1",
				kind: "TokenRequest",
				spec: { expirationSeconds: 3600 },
			},
		)
	).status;
	const write = (namespace: string, secret: object) =>
		cluster.api.request("POST", `/api/v1/namespaces/${namespace}/secrets`, {
			body: secret,
			as: { token },
		});
	const pullSecret = (name: string) => ({
		metadata: { name },
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": btoa('{"auths":{}}') },
	});
	// The server heeds the policy some seconds after it was made.
	const unmeant = pullSecret("other");
	await heeded(async () => {
		const { status, body } = await write(app, unmeant);
		if (status === 201)
			await api("DELETE", `/api/v1/namespaces/${app}/secrets/other`);
		return JSON.stringify(body).includes("and no other Secret");
	});
	const refused = await write(app, {
		metadata: {
			name: NAME,
			annotations: { "kubernetes.io/service-account.name": "default" },
		},
		type: "kubernetes.io/service-account-token",
	});
	assert.equal(refused.status, 422, JSON.stringify(refused.body));
	assert.match(
		JSON.stringify(refused.body),
		/this account writes pull secrets named nginx-mesh-registry-key, and no other Secret/,
	);

	const deployment = await api(
		"GET",
		`/apis/apps/v1/namespaces/${mesh}/deployments/${ACCOUNT}`,
	);
	const [container] = deployment.spec.template.spec.containers;
	const argv = container.args.map((word: string) =>
		word === "--health-address=:8081" ? "--health-address=127.0.0.1:0" : word,
	);
	assert.notDeepEqual(argv, container.args);
	const kubeconfig = join(cluster.folder, "installed.kubeconfig");
	await writeFile(kubeconfig, cluster.api.kubeconfigWith(token));
	const folder = join(cluster.folder, "installed");
	const env = {
		...(await becomePod(kubeconfig, mesh, folder)),
		HOME: cluster.folder,
	};
	const run = (words: readonly string[], given: Surroundings = {}) =>
		meshreg(words, {
			...given,
			env,
			files: filesInPod(folder),
			onListen: (listened) => {
				port = listened;
			},
		});
	let port = 0;
	await using watch = await started({ run }, argv, [
		`"namespace":"${app}"`,
		"Watching for changes.",
	]);
	for (const path of ["/livez", "/readyz"]) {
		const answer = await fetch(`http://127.0.0.1:${port}${path}`);
		assert.deepEqual([answer.status, await answer.text()], [200, "ok\n"]);
	}
	const fresh = await cluster.namespace("fresh", label);
	await watch.says(`"namespace":"${fresh}"`);
	const { status, out, err } = await watch.stop("SIGTERM");
	assert.equal(status, 143);
	assert.doesNotMatch(out + err, /cannot|[Ee]rror|Warning/);

	await admin(["uninstall", "--yes"]);
	for (const path of [
		`/apis/apps/v1/namespaces/${mesh}/deployments/${ACCOUNT}`,
		`/api/v1/namespaces/${mesh}/serviceaccounts/${ACCOUNT}`,
		`/apis/rbac.authorization.k8s.io/v1/clusterroles/kubectl-meshreg.watch.${mesh}.${NAME}`,
	])
		assert.equal((await cluster.api.request("GET", path)).status, 404, path);
	await api("GET", `/api/v1/namespaces/${mesh}/secrets/${NAME}`);
});

test("install takes up what another manager applied of what it prints", async () => {
	const mesh = await cluster.namespace("gitops");
	const app = await cluster.namespace("gitops-app");
	const run = (...argv: string[]) =>
		meshreg(argv, {
			kubeconfig: cluster.kubeconfig,
			env: { MESHREG_NAMESPACE: mesh },
		});
	for (const flags of [["-A", "--attach", "--by-policy"], [`-n=${app}`]]) {
		const install = ["install", NAME, ...flags];
		const printed = await run(...install, "--dry-run=client", "-o=json");
		for (const object of JSON.parse(printed.out).items) {
			const { kind, apiVersion, metadata } = object;
			const group = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
			const place = metadata.namespace && `/namespaces/${metadata.namespace}`;
			const { plural } = RESOURCES[kind as Kind];
			await api(
				"PATCH",
				`${group}${place ?? ""}/${plural}/${metadata.name}?fieldManager=gitops`,
				object,
				"application/apply-patch+yaml",
			);
		}
		const { status, err } = await run(...install);
		assert.equal(status, 0, err);
		assert.equal((await run("uninstall", NAME, "--yes")).status, 0);
	}
});

test("a role binding that was made before its role: install names it, and works without it", async () => {
	const mesh = await cluster.namespace("binding-mesh");
	const app = await cluster.namespace("binding-app");
	const install = () =>
		meshreg(["install", "-n", app], {
			kubeconfig: cluster.kubeconfig,
			env: { MESHREG_NAMESPACE: mesh },
		});
	const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${app}/rolebindings`;
	const apiGroup = "rbac.authorization.k8s.io";
	await api("POST", bindings, {
		metadata: { name: "early" },
		roleRef: { apiGroup, kind: "Role", name: ACCOUNT },
		subjects: [{ apiGroup, kind: "User", name: "tenant" }],
	});
	const refused = await install();
	assert.equal(refused.status, 1);
	assert.match(refused.err, new RegExp(`: ${app}/early\\. Look at them`));
	await api("DELETE", `${bindings}/early`);
	for (const again of [false, true]) {
		const { status, out, err } = await install();
		assert.deepEqual([status, err], [0, ""]);
		assert.equal(/created|configured/.test(out), !again, out);
	}
});
