/** The built file, through the real kubectl, on whichever API server the suite is given. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { plugin } from "../support/plugin.ts";
import { kubectl, program, type Ran } from "../support/program.ts";

/** Of this run: a cluster that a user points at may hold pull secrets already. */
const NAME = `meshreg-e2e-${process.pid}`;
const LABEL = `usage=${NAME}`;

describe("create, sync, list, drift, prune", () => {
	let cluster: TestCluster;
	let mesh: string;
	let app: string;
	let shop: string;
	before(async () => {
		cluster = await testCluster();
		mesh = await cluster.namespace("mesh");
		app = await cluster.namespace("app", { "meshreg-e2e": "yes" });
		shop = await cluster.namespace("shop", { "meshreg-e2e": "yes" });
	});
	after(() => cluster[Symbol.asyncDispose]());

	const env = () => ({ MESHREG_NAMESPACE: mesh, MESHREG_NAME: NAME });
	const given = (more: object = {}) => ({
		kubeconfig: cluster.kubeconfig,
		home: cluster.folder,
		env: env(),
		...more,
	});
	const meshreg = (args: string[], more: object = {}): Promise<Ran> =>
		plugin(args, given(more));
	const content = async (namespace: string) => {
		const { body } = await cluster.api.request(
			"GET",
			`/api/v1/namespaces/${namespace}/secrets/${NAME}`,
		);
		const { data } = body as { data: Record<string, string> };
		return JSON.parse(
			Buffer.from(data[".dockerconfigjson"] ?? "", "base64").toString(),
		);
	};

	test("how it is called", (t) => {
		t.diagnostic(
			kubectl === undefined
				? "no kubectl here: the file is run directly"
				: `through kubectl ${kubectl}`,
		);
	});

	test("kubectl finds the plugin, and warns of nothing that is ours", async (t) => {
		if (kubectl === undefined) return t.skip("there is no kubectl here");
		const { out, err } = await program(
			"kubectl",
			["plugin", "list", "--name-only"],
			given(),
		);
		assert.match(out, /^kubectl-meshreg(\.exe)?\r?$/m, err);
		assert.doesNotMatch(
			out + err,
			/warning.*meshreg|overshadowed|not executable/i,
		);
	});

	test("--version and --help", async () => {
		assert.deepEqual(await meshreg(["--version"]), {
			status: 0,
			signal: null,
			out: `v${packageJson.version}\n`,
			err: "",
		});
		const help = await meshreg(["sync", "--help"]);
		assert.deepEqual([help.status, help.err], [0, ""]);
		assert.match(help.out, /^Copy the source to namespaces/);
	});

	const create = [
		"create",
		"--registry-server",
		"registry.example.com",
		"--registry-username",
		"bob",
		"--registry-password-stdin",
	];

	test("one after the other, each with what the ones before have left", async (t) => {
		await t.test("create", async () => {
			assert.deepEqual(await meshreg(create, { stdin: "p$ 'q\"\n" }), {
				status: 0,
				signal: null,
				out: `secret/${NAME} created in ${mesh} namespace\n`,
				err: "",
			});
			assert.deepEqual(await content(mesh), {
				auths: {
					"registry.example.com": {
						username: "bob",
						password: "p$ 'q\"",
						auth: btoa("bob:p$ 'q\""),
					},
				},
			});
		});

		await t.test(
			"sync, by name and by label; a second time it writes nothing",
			async () => {
				assert.deepEqual(await meshreg(["sync", "-n", app]), {
					status: 0,
					signal: null,
					out: `secret/${NAME} created in ${app} namespace\n`,
					err: "1 namespace: 1 created, 0 configured, 0 unchanged, 0 failed\n",
				});
				assert.deepEqual(
					(await meshreg(["sync", "-l", "meshreg-e2e=yes"])).out,
					`secret/${NAME} unchanged in ${app} namespace\nsecret/${NAME} created in ${shop} namespace\n`,
				);
				assert.deepEqual(
					await meshreg(["sync", "-l", "meshreg-e2e=yes", "-q"]),
					{
						status: 0,
						signal: null,
						out: "",
						err: "",
					},
				);
				assert.deepEqual(await content(shop), await content(mesh));
			},
		);

		await t.test("the Secret is what kubectl get -l shows", async (t) => {
			if (kubectl === undefined) return t.skip("there is no kubectl here");
			const { out } = await program(
				"kubectl",
				["get", "secrets", "-l", LABEL, "-A", "--no-headers"],
				given(),
			);
			const listed = await meshreg(["list", NAME, "--no-headers"]);
			const places = (text: string) =>
				text
					.trimEnd()
					.split("\n")
					.map((line) => line.split(/ +/).slice(0, 2).join("/"));
			assert.deepEqual(places(out), places(listed.out));
			assert.equal(places(out).length, 3);
		});

		await t.test(
			"a missing namespace is reported, the others go on",
			async () => {
				const none = cluster.named("never-made");
				assert.deepEqual(await meshreg(["sync", "-n", `${app},${none}`]), {
					status: 1,
					signal: null,
					out: `secret/${NAME} unchanged in ${app} namespace\n`,
					err: `Error from server (NotFound): namespaces "${none}" not found\n2 namespaces: 0 created, 0 configured, 1 unchanged, 1 failed\n`,
				});
			},
		);

		await t.test("an edited copy is Drifted, and put right", async () => {
			const path = `/api/v1/namespaces/${shop}/secrets/${NAME}`;
			const data = {
				".dockerconfigjson": btoa(
					'{"auths":{"registry.example.com":{"auth":"YTpi"}}}',
				),
			};
			await cluster.api.request("PATCH", path, {
				body: { data },
				contentType: "application/merge-patch+json",
			});
			const status = async () =>
				JSON.parse((await meshreg(["list", "-n", shop, "-o", "json"])).out)
					.items[0].status;
			assert.equal(await status(), "Drifted");
			assert.equal(
				(await meshreg(["sync", "-n", shop])).out,
				`secret/${NAME} configured in ${shop} namespace\n`,
			);
			assert.equal(await status(), "InSync");
		});

		await t.test(
			"an immutable copy that drifted is deleted and recreated only with --force --yes",
			async () => {
				const path = `/api/v1/namespaces/${shop}/secrets/${NAME}`;
				const body = {
					data: { ".dockerconfigjson": btoa('{"auths":{}}') },
					immutable: true,
				};
				await cluster.api.request("PATCH", path, {
					body,
					contentType: "application/merge-patch+json",
				});
				assert.equal((await meshreg(["sync", "-n", shop])).status, 1);
				assert.equal(
					(await meshreg(["sync", "-n", shop, "--force"])).status,
					1,
				);
				assert.equal(
					(await meshreg(["sync", "-n", shop, "--force", "--yes"])).out,
					`secret/${NAME} configured in ${shop} namespace\n`,
				);
				assert.deepEqual(await content(shop), await content(mesh));
			},
		);

		await t.test("server-side dry runs store nothing", async () => {
			const outcome = await meshreg(
				[...create, "--replace", "--dry-run=server"],
				{ stdin: "other" },
			);
			assert.equal(
				outcome.out,
				`secret/${NAME} configured in ${mesh} namespace (server dry run)\n`,
			);
			assert.equal(
				(await content(mesh)).auths["registry.example.com"].password,
				"p$ 'q\"",
			);
			const object = await meshreg(
				[...create, "--dry-run=client", "-o", "yaml"],
				{ stdin: "other" },
			);
			if (kubectl === undefined) return;
			const applied = await program(
				"kubectl",
				["apply", "--dry-run=server", "-f", "-"],
				given({ stdin: object.out }),
			);
			assert.match(
				applied.out,
				new RegExp(`^secret/${NAME} configured \\(server dry run\\)\n$`),
				applied.err,
			);
		});

		await t.test("prune asks for --yes, and takes them all away", async () => {
			const refused = await meshreg(["prune"]);
			assert.deepEqual(
				[refused.status, refused.err],
				[2, "error: prune needs --yes: there is no terminal to ask at\n"],
			);
			const { err, ...outcome } = await meshreg(["prune", "--yes"]);
			// Other suites have theirs in a cluster that they share.
			assert.match(
				err,
				/^(still managed by meshreg: \d+ other pull secrets? \(see prune --all\)\n)?$/,
			);
			assert.deepEqual(outcome, {
				status: 0,
				signal: null,
				out: [app, mesh, shop]
					.map(
						(namespace) =>
							`secret "${NAME}" deleted from ${namespace} namespace\n`,
					)
					.join(""),
			});
			assert.deepEqual(await meshreg(["list", NAME]), {
				status: 0,
				signal: null,
				out: "",
				err: "No resources found\n",
			});
		});
	});
});
