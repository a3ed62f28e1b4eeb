/** Service accounts that many edit at once: the API server decides what is lost. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { testCluster } from "../support/cluster.ts";
import { meshreg } from "../support/command-line.ts";

const cluster = await testCluster();
after(() => cluster[Symbol.asyncDispose]());

interface Account {
	metadata: {
		resourceVersion: string;
		labels?: Record<string, string>;
		annotations?: Record<string, string>;
	};
	imagePullSecrets?: { name: string }[];
}

/** A namespace with an account of its own, and what may be done to it. */
async function accountIn(hint: string, secrets?: string[]) {
	const namespace = await cluster.namespace(hint);
	const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
	const { status } = await cluster.api.request("POST", path, {
		body: {
			metadata: { name: "worker" },
			...(secrets && { imagePullSecrets: secrets.map((name) => ({ name })) }),
		},
	});
	assert.equal(status, 201);
	return {
		namespace,
		patch: async (contentType: string, body: unknown) =>
			cluster.api.request("PATCH", `${path}/worker`, { contentType, body }),
		put: async (body: unknown) =>
			cluster.api.request("PUT", `${path}/worker`, { body }),
		read: async () =>
			(await cluster.api.request("GET", `${path}/worker`)).body as Account,
		run: async (verb: string, key: string) =>
			meshreg([verb, "worker", "-n", namespace, "--secret", key], {
				kubeconfig: cluster.kubeconfig,
			}),
	};
}

const names = (account: Account) =>
	account.imagePullSecrets?.map(({ name }) => name) ?? [];

test("twenty attaches at once, among others who edit the account, lose no entry", async () => {
	const account = await accountIn("writers", ["mine"]);
	const keys = Array.from({ length: 20 }, (_, at) => `key-${at}`);
	const appended = Array.from({ length: 10 }, (_, at) => `appended-${at}`);
	const updated = Array.from({ length: 5 }, (_, at) => `updated-${at}`);
	const [outcomes] = await Promise.all([
		Promise.all(keys.map((key) => account.run("attach", key))),
		Promise.all(
			appended.map(async (name) => {
				const { status } = await account.patch("application/json-patch+json", [
					{ op: "add", path: "/imagePullSecrets/-", value: { name } },
				]);
				assert.equal(status, 200);
			}),
		),
		Promise.all(
			updated.map(async (name) => {
				for (let status = 0; status !== 200; ) {
					const now = await account.read();
					now.imagePullSecrets?.push({ name });
					({ status } = await account.put(now));
				}
			}),
		),
		Promise.all(
			keys.map((key) =>
				account.patch("application/merge-patch+json", {
					metadata: { annotations: { [`example.com/${key}`]: "x" } },
				}),
			),
		),
	]);
	assert.deepEqual(
		outcomes.map(({ status, out, err }) => ({ status, out, err })),
		keys.map((key) => ({
			status: 0,
			out: `serviceaccount/worker configured in ${account.namespace} namespace\n`,
			err: `Warning: secret "${key}" does not exist in ${account.namespace} yet, and no source of that name in nginx-mesh; create it with 'kubectl meshreg create ${key} && kubectl meshreg sync ${key} -n ${account.namespace}'\n`,
		})),
	);
	const after = await account.read();
	assert.deepEqual(
		names(after).toSorted(),
		["mine", ...keys, ...appended, ...updated].toSorted(),
	);
	assert.equal(after.metadata.labels?.["kubectl-meshreg/attached"], "true");
	assert.deepEqual(
		after.metadata.annotations?.["kubectl-meshreg/attached-keys"]
			?.split(",")
			.toSorted(),
		keys.toSorted(),
	);

	const back = await Promise.all(keys.map((key) => account.run("detach", key)));
	assert.deepEqual(
		back.map(({ status, err }) => `${status}${err}`),
		keys.map(() => "0"),
	);
	const detached = await account.read();
	assert.deepEqual(
		names(detached).toSorted(),
		["mine", ...appended, ...updated].toSorted(),
	);
	assert.deepEqual(detached.metadata.labels ?? {}, {});
	assert.deepEqual(
		Object.keys(detached.metadata.annotations ?? {}).toSorted(),
		keys.map((key) => `example.com/${key}`).toSorted(),
	);
});

test("an account without a list gets one, and loses it again", async () => {
	const account = await accountIn("bare");
	assert.equal((await account.run("attach", "k")).status, 0);
	assert.deepEqual(names(await account.read()), ["k"]);
	assert.equal((await account.run("detach", "k")).status, 0);
	const after = await account.read();
	assert.equal(after.imagePullSecrets, undefined);
	assert.deepEqual(after.metadata.labels ?? {}, {});
});

test("a server-side dry run changes nothing", async () => {
	const account = await accountIn("dry", ["mine"]);
	const { status, out } = await meshreg(
		["attach", "worker", "-n", account.namespace, "--dry-run=server"],
		{ kubeconfig: cluster.kubeconfig },
	);
	assert.equal(status, 0);
	assert.match(out, /configured in .* namespace \(server dry run\)\n$/);
	assert.deepEqual(names(await account.read()), ["mine"]);
});

test("the documented rights are enough: get and patch", async () => {
	const account = await accountIn("role");
	const kubeconfig = await cluster.account(account.namespace, [
		{
			namespace: account.namespace,
			rules: [
				{
					apiGroups: [""],
					resources: ["serviceaccounts"],
					verbs: ["get", "patch"],
				},
			],
		},
	]);
	const { status, err } = await meshreg(
		["attach", "worker", "-n", account.namespace],
		{ kubeconfig },
	);
	assert.equal(status, 0);
	assert.match(err, /^Warning: running pods keep their old pull Secrets/);
	const refused = await meshreg(["attach", "worker", "-n", account.namespace], {
		kubeconfig: await cluster.account(account.namespace, []),
	});
	assert.equal(refused.status, 1);
	assert.match(
		refused.err,
		/^Error from server \(Forbidden\): serviceaccounts "worker" is forbidden/,
	);
});
