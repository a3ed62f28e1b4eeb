/** The ways into pods by the built file, through the real kubectl: sync --attach, inject, images, export. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { plugin } from "../support/plugin.ts";

/** Of this run: a cluster that a user points at may hold pull secrets already. */
const NAME = `meshreg-pods-${process.pid}`;

describe("into the pods", () => {
	let cluster: TestCluster;
	let mesh: string;
	let app: string;
	before(async () => {
		cluster = await testCluster();
		mesh = await cluster.namespace("mesh");
		app = await cluster.namespace("app");
	});
	after(() => cluster[Symbol.asyncDispose]());

	const meshreg = (args: string[], stdin?: string) =>
		plugin(args, {
			kubeconfig: cluster.kubeconfig,
			home: cluster.folder,
			env: { MESHREG_NAMESPACE: mesh, MESHREG_NAME: NAME },
			...(stdin !== undefined && { stdin }),
		});
	const pullSecrets = async () => {
		const { body } = await cluster.api.request(
			"GET",
			`/api/v1/namespaces/${app}/serviceaccounts/worker`,
		);
		return (body as { imagePullSecrets?: { name: string }[] }).imagePullSecrets;
	};

	test("one after the other, each with what the ones before have left", async (t) => {
		await t.test("sync --attach", async () => {
			await cluster.api.request(
				"POST",
				`/api/v1/namespaces/${app}/serviceaccounts`,
				{
					body: {
						metadata: { name: "worker" },
						imagePullSecrets: [{ name: "mine" }],
					},
				},
			);
			const created = await meshreg(
				[
					...["create", "--registry-server", "r.example.com"],
					...["--registry-username", "u", "--registry-password-stdin"],
				],
				"p",
			);
			assert.equal(created.status, 0, created.err);
			const synced = await meshreg(["sync", "-n", app, "--attach=worker"]);
			assert.deepEqual(
				[synced.status, synced.out],
				[
					0,
					`secret/${NAME} created in ${app} namespace\nserviceaccount/worker configured in ${app} namespace\n`,
				],
				synced.err,
			);
			assert.deepEqual(await pullSecrets(), [{ name: "mine" }, { name: NAME }]);
		});

		await t.test(
			"export to a file, and a kind cluster that mounts it",
			async () => {
				const file = join(cluster.folder, "config.json");
				const exported = await meshreg(["export", "--to", file]);
				assert.equal(exported.status, 0, exported.err);
				assert.deepEqual(
					Object.keys(JSON.parse(await readFile(file, "utf8")).auths),
					["r.example.com"],
				);
				const kind = await meshreg([
					...["export", "--format=kind", "--docker-config", file],
				]);
				assert.ok(kind.out.includes(`hostPath: ${file}\n`), kind.err);
			},
		);

		await t.test("inject, with the Secret, and images", async () => {
			const file = join(cluster.folder, "pod.yaml");
			await writeFile(
				file,
				`# mine\nkind: Pod\nmetadata: {name: a, namespace: ${app}}\nspec:\n  containers:\n  - {name: c, image: nats:2}\n`,
			);
			const to = ["--registry-server", "r.example.com/mesh"];
			const injected = await meshreg([
				...["inject", "-f", file, "--with-secret"],
				...[...to, "--disable-public-images"],
			]);
			assert.equal(injected.status, 0, injected.err);
			const [pod, secret] = injected.out.split("---\n");
			assert.equal(
				pod,
				`# mine\nkind: Pod\nmetadata: {name: a, namespace: ${app}}\nspec:\n  imagePullSecrets:\n  - name: ${NAME}\n  containers:\n  - {name: c, image: r.example.com/mesh/nats:2}\n`,
			);
			assert.match(secret ?? "", new RegExp(`\\n  namespace: ${app}\\n`));
			const images = await meshreg(["images", "-f", file, "-o", "name", ...to]);
			assert.equal(images.out, "r.example.com/mesh/nats:2\n");
		});

		await t.test("prune takes back what sync attached", async () => {
			const pruned = await meshreg(["prune", "-n", `${app},${mesh}`, "--yes"]);
			assert.equal(pruned.status, 0, pruned.err);
			assert.deepEqual(await pullSecrets(), [{ name: "mine" }]);
		});
	});
});
