import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const DEMO = fileURLToPath(new URL("../../scripts/demo.ts", import.meta.url));

test("the demo shows each command and what came of it", async () => {
	const { stdout, stderr } = await promisify(execFile)(
		process.execPath,
		["--import", "tsx", DEMO],
		{
			env: { ...process.env, FORCE_COLOR: "" },
		},
	);
	const shown = stdout
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"))
		.map((line) => line.replace(/\b(?:\d+[hms])+$/, "AGE"));
	assert.deepEqual(shown, [
		"$ printenv REGISTRY_PASSWORD | kubectl meshreg create --registry-server registry.example.com --registry-username mesh-puller --registry-password-stdin",
		"secret/nginx-mesh-registry-key created in nginx-mesh namespace",
		"$ kubectl meshreg sync -n shop,payments",
		"secret/nginx-mesh-registry-key created in payments namespace",
		"secret/nginx-mesh-registry-key created in shop namespace",
		"$ kubectl meshreg list",
		"NAMESPACE    NAME                      REGISTRIES             STATUS   AGE",
		"nginx-mesh   nginx-mesh-registry-key   registry.example.com   Source   AGE",
		"payments     nginx-mesh-registry-key   registry.example.com   InSync   AGE",
		"shop         nginx-mesh-registry-key   registry.example.com   InSync   AGE",
		"$ kubectl meshreg list",
		"NAMESPACE    NAME                      REGISTRIES             STATUS    AGE",
		"nginx-mesh   nginx-mesh-registry-key   registry.example.com   Source    AGE",
		"payments     nginx-mesh-registry-key   registry.example.com   InSync    AGE",
		"shop         nginx-mesh-registry-key   registry.example.com   Drifted   AGE",
		"$ kubectl meshreg sync -n shop,payments",
		"secret/nginx-mesh-registry-key unchanged in payments namespace",
		"secret/nginx-mesh-registry-key configured in shop namespace",
		"$ kubectl meshreg sync -A --exclude sandbox --dry-run=client",
		"secret/nginx-mesh-registry-key created in default namespace (dry run)",
		"secret/nginx-mesh-registry-key unchanged in payments namespace (dry run)",
		"secret/nginx-mesh-registry-key unchanged in shop namespace (dry run)",
		"$ kubectl meshreg prune --yes",
		'secret "nginx-mesh-registry-key" deleted from nginx-mesh namespace',
		'secret "nginx-mesh-registry-key" deleted from payments namespace',
		'secret "nginx-mesh-registry-key" deleted from shop namespace',
		"$ kubectl meshreg list",
	]);
	assert.match(
		stderr,
		/2 namespaces: 0 created, 1 configured, 1 unchanged, 0 failed\n/,
	);
	assert.match(stderr, /No resources found\n$/);
	assert.doesNotMatch(stdout + stderr, /not-a-real-password/);
});
