/** The embedded API server as the real kubectl sees it. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startApiServer } from "./api-server/index.ts";

const skip =
	spawnSync("kubectl", ["version", "--client"]).error === undefined
		? false
		: "kubectl is not installed: nothing here was tried";

const home = mkdtempSync(join(tmpdir(), "kubectl-home-"));
const server = await startApiServer({
	namespaces: ["app"],
	defaultServiceAccounts: true,
	finalizeNamespaces: true,
});
const kubeconfig = join(home, "kubeconfig");
await server.writeKubeconfig(kubeconfig);
after(async () => {
	await server.stop();
	rmSync(home, { recursive: true });
});

/** What kubectl writes and how it ends, on a machine that knows only this cluster. */
function kubectl(
	args: readonly string[],
	input = "",
	/** It is ended as soon as it has said something. */
	untilHeard = false,
): Promise<{ out: string; err: string; code: number }> {
	return new Promise((resolve) => {
		const child = execFile(
			"kubectl",
			args,
			{ env: { PATH: process.env.PATH, HOME: home, KUBECONFIG: kubeconfig } },
			(error, out, err) =>
				resolve({ out, err, code: error === null ? 0 : Number(error.code) }),
		);
		child.stdin?.end(input);
		if (untilHeard) child.stdout?.once("data", () => child.kill());
	});
}

const manifest = (password: string) =>
	JSON.stringify({
		apiVersion: "v1",
		kind: "Secret",
		metadata: { name: "applied", namespace: "app", labels: { team: "a" } },
		type: "Opaque",
		data: { password: Buffer.from(password).toString("base64") },
	});

const namespace = JSON.stringify({
	apiVersion: "v1",
	kind: "Namespace",
	metadata: { name: "extra" },
});
const pullSecret = JSON.stringify({
	apiVersion: "v1",
	kind: "Secret",
	metadata: { name: "key", namespace: "app" },
	type: "kubernetes.io/dockerconfigjson",
	stringData: {
		".dockerconfigjson":
			'{"auths":{"r.example.com":{"username":"u","password":"p","auth":"dTpw"}}}',
	},
});

/** In order: command line, what it writes to stdout (or stderr, where it fails), stdin. */
const session: readonly (readonly [
	commandLine: string,
	output: string | RegExp,
	input?: string,
])[] = [
	[
		"get ns",
		/^NAME +STATUS +AGE\napp +Active +(?:\d+[hms])+\ndefault +Active +(?:\d+[hms])+\n/,
	],
	["apply -f -", "namespace/extra created\n", namespace],
	["apply -f -", "secret/key created\n", pullSecret],
	[
		"label secret key -n app usage=nginx-mesh-registry-key",
		"secret/key labeled\n",
	],
	[
		"get secrets -A -l usage=nginx-mesh-registry-key",
		/^NAMESPACE +NAME +TYPE +DATA +AGE\napp +key +kubernetes\.io\/dockerconfigjson +1 +(?:\d+[hms])+\n$/,
	],
	["get secrets -A -l usage=nginx-mesh-registry-key -o name", "secret/key\n"],
	[
		"get secret key -n app -o jsonpath={.data.\\.dockerconfigjson}",
		Buffer.from(
			'{"auths":{"r.example.com":{"username":"u","password":"p","auth":"dTpw"}}}',
		).toString("base64"),
	],
	[
		"get secret key -n app -o yaml",
		/^apiVersion: v1\ndata:\n {2}\.dockerconfigjson: [\w=]+\nkind: Secret\nmetadata:\n/,
	],
	["get secrets -n extra", "No resources found in extra namespace.\n"],
	[
		"get secret absent -n app",
		'Error from server (NotFound): secrets "absent" not found\n',
	],
	[
		"apply --dry-run=server -f -",
		"secret/applied created (server dry run)\n",
		manifest("1"),
	],
	["apply -f -", "secret/applied created\n", manifest("1")],
	["apply -f -", "secret/applied unchanged\n", manifest("1")],
	["apply -f -", "secret/applied configured\n", manifest("2")],
	[
		"apply --server-side --force-conflicts -f -",
		"secret/applied serverside-applied\n",
		manifest("3"),
	],
	["get secret applied -n app -o jsonpath={.data.password}", "Mw=="],
	[
		'patch sa default -n app -p {"imagePullSecrets":[{"name":"key"}]}',
		"serviceaccount/default patched\n",
	],
	["run web -n app --image=nginx", "pod/web created\n"],
	["get pod web -n app -o jsonpath={.spec.imagePullSecrets[0].name}", "key"],
	[
		"get secrets -n app --as nobody",
		'Error from server (Forbidden): secrets is forbidden: User "nobody" cannot list resource "secrets" in API group "" in the namespace "app"\n',
	],
	["auth whoami -o jsonpath={.status.userInfo.username}", "admin"],
	[
		"delete secret key -n app --dry-run=server",
		/^secret "key" deleted.* \(server dry run\)\n$/,
	],
	["delete secret key -n app", /^secret "key" deleted/],
	["delete ns extra", 'namespace "extra" deleted\n'],
	[
		"get ns extra",
		'Error from server (NotFound): namespaces "extra" not found\n',
	],
	["get --raw /readyz", "ok"],
];

// One test, as each answer rests on what was done before.
test("a session of kubectl", { skip }, async (t) => {
	for (const [commandLine, output, input] of session)
		await t.test(`kubectl ${commandLine}`, async () => {
			const { out, err, code } = await kubectl(commandLine.split(" "), input);
			const text = out === "" ? err : out;
			if (typeof output === "string") assert.equal(text, output);
			else assert.match(text, output);
			assert.equal(code, /^Error|^error|^no\n/.test(text) ? 1 : 0);
		});
});

test("kubectl get -w shows what changes", { skip }, async () => {
	const watching = kubectl(
		["get", "ns", "-w", "-o", "name", "--field-selector=metadata.name=late"],
		"",
		true,
	);
	const off = server.onRequest(({ target }) => {
		// The watch is about to stand: what comes now is its news.
		if (target?.verb === "watch")
			setImmediate(() =>
				server.store.seed({ kind: "Namespace", metadata: { name: "late" } }),
			);
		return undefined;
	});
	const { out } = await watching;
	off();
	assert.equal(out, "namespace/late\n");
});
