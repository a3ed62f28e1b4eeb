/**
 * What the API server will not have, by the built file on whichever server the
 * suite is given: namespaces that are missing or going, admission, and all of
 * it in a server-side dry run, which stores nothing.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Policy, policySays } from "../support/admission.ts";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { plugin } from "../support/plugin.ts";

/** Of this run: a cluster that a user points at may hold pull secrets already. */
const NAME = `meshreg-refusals-${process.pid}`;
const HOLD = "kubectl-meshreg.example.com/hold";

describe("refusals", () => {
	let cluster: TestCluster;
	let mesh: string;
	let app: string;
	let going: string;
	let gone: string;
	let guarded: Policy;
	let warned: Policy;
	before(async () => {
		cluster = await testCluster();
		const labels = { stage: stage() };
		mesh = await cluster.namespace("mesh");
		app = await cluster.namespace("app", labels);
		going = await cluster.namespace("going", labels);
		gone = cluster.named("absent");
		guarded = {
			namespace: await cluster.namespace("guarded", {
				...labels,
				guarded: "yes",
			}),
			name: cluster.named("deny"),
			secret: NAME,
			message: "no Secrets here",
			action: "Deny",
		};
		warned = {
			namespace: await cluster.namespace("warned", labels),
			name: cluster.named("warn"),
			secret: NAME,
			message: "Secrets are watched here",
			action: "Warn",
		};
		await cluster.admit(guarded);
		await cluster.admit(warned);
	});
	after(async () => {
		await cluster.api.request(
			"PATCH",
			`/api/v1/namespaces/${going}/secrets/held`,
			{
				contentType: "application/merge-patch+json",
				body: { metadata: { finalizers: null } },
			},
		);
		await cluster[Symbol.asyncDispose]();
	});
	const stage = () => cluster.named("refusals");

	const run = async (args: string[]) => {
		const { status, out, err } = await plugin(args, {
			kubeconfig: cluster.kubeconfig,
			home: cluster.folder,
			stdin: "p",
			env: { MESHREG_NAMESPACE: mesh, MESHREG_NAME: NAME },
		});
		return { status, out, err };
	};
	const create = [
		"create",
		"--registry-server=r.example.com",
		"--registry-username=bob",
		"--registry-password-stdin",
	];
	const everywhere = () => [
		"sync",
		"-n",
		[app, going, gone, guarded.namespace, warned.namespace].join(","),
	];
	/** `NAMESPACE/VERSION` of every pull secret that this suite made. */
	const stored = async () => {
		const { body } = await cluster.api.request(
			"GET",
			`/api/v1/secrets?labelSelector=usage%3D${NAME}`,
		);
		const { items } = body as {
			items: { metadata: { namespace: string; resourceVersion: string } }[];
		};
		return items.map(
			({ metadata }) => `${metadata.namespace}/${metadata.resourceVersion}`,
		);
	};
	const warning = () => `Warning: "${policySays(warned)}"\n`;
	const denial = () =>
		`The request is invalid: secrets "${NAME}" is forbidden: ${policySays(guarded)} (namespace "${guarded.namespace}")\n`;
	const missing = () =>
		`Error from server (NotFound): namespaces "${gone}" not found\n`;

	test("one after the other, each with what the ones before have left", async (t) => {
		await t.test("create in a server-side dry run stores nothing", async () => {
			assert.deepEqual(await run([...create, "--dry-run=server"]), {
				status: 0,
				out: `secret/${NAME} created in ${mesh} namespace (server dry run)\n`,
				err: "",
			});
			assert.deepEqual(await stored(), []);
		});

		await t.test(
			"sync in a server-side dry run is refused as it would be, and stores nothing",
			async () => {
				assert.equal((await run(create)).status, 0);
				const before = await stored();
				assert.equal(before.length, 1);
				assert.deepEqual(await run([...everywhere(), "--dry-run=server"]), {
					status: 1,
					out: [app, going, warned.namespace]
						.map(
							(namespace) =>
								`secret/${NAME} created in ${namespace} namespace (server dry run)\n`,
						)
						.join(""),
					err: `${warning()}${missing()}${denial()}5 namespaces: 3 created, 0 configured, 0 unchanged, 2 failed (server dry run)\n`,
				});
				assert.deepEqual(await stored(), before);
			},
		);

		await t.test(
			"sync goes on where others refuse, and shows what the server warns of",
			async () => {
				assert.deepEqual(await run(everywhere()), {
					status: 1,
					out: [app, going, warned.namespace]
						.map(
							(namespace) =>
								`secret/${NAME} created in ${namespace} namespace\n`,
						)
						.join(""),
					err: `${warning()}${missing()}${denial()}5 namespaces: 3 created, 0 configured, 0 unchanged, 2 failed\n`,
				});
				assert.equal((await stored()).length, 4);
			},
		);

		await t.test(
			"create where admission refuses: its words, and no Secret",
			async () => {
				assert.deepEqual(await run([...create, "-n", guarded.namespace]), {
					status: 1,
					out: "",
					err: denial(),
				});
				assert.equal((await stored()).length, 4);
			},
		);

		await t.test("a namespace being deleted gets nothing", async () => {
			const path = `/api/v1/namespaces/${going}`;
			// Held, so that it stays where controllers would let it go.
			const hold = await cluster.api.request("POST", `${path}/secrets`, {
				body: { metadata: { name: "held", finalizers: [HOLD] } },
			});
			assert.equal(hold.status, 201);
			assert.equal((await cluster.api.request("DELETE", path)).status, 200);
			assert.deepEqual(await run([...create, "other", "-n", going]), {
				status: 1,
				out: "",
				err: `error: namespace "${going}" is being deleted; nothing was written there\n`,
			});
			const copy = `${path}/secrets/${NAME}`;
			assert.equal((await cluster.api.request("DELETE", copy)).status, 200);
			assert.deepEqual(await run(["sync", "-n", going]), {
				status: 1,
				out: "",
				err: `error: namespace "${going}" is being deleted; nothing was written there\n1 namespace: 0 created, 0 configured, 0 unchanged, 1 failed\n`,
			});
			assert.deepEqual(
				await run(["sync", "-l", `stage=${stage()},!guarded`, "-q"]),
				{
					status: 0,
					out: "",
					err: `Warning: namespace "${going}" is being deleted; nothing was written there\n`,
				},
			);
		});

		await t.test("prune in a server-side dry run deletes nothing", async () => {
			const before = await stored();
			assert.deepEqual(await run(["prune", "--yes", "--dry-run=server"]), {
				status: 0,
				out: [app, mesh, warned.namespace]
					.map(
						(namespace) =>
							`secret "${NAME}" deleted from ${namespace} namespace (server dry run)\n`,
					)
					.join(""),
				err: "",
			});
			assert.deepEqual(await stored(), before);
			assert.equal((await run(["prune", "--yes"])).status, 0);
			assert.deepEqual(await stored(), []);
		});
	});
});
