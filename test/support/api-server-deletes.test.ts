import assert from "node:assert/strict";
import { test } from "node:test";
import { mergePatch, secretBed } from "./api-bed.ts";
import { fieldAt } from "./api-server/objects.ts";

const { path, send, store } = await secretBed();

test("a deletion holds its resourceVersion against the current one", async () => {
	const current = store.get("Secret", "app", "key")?.metadata.resourceVersion;
	const remove = (resourceVersion: string | undefined) =>
		send({
			method: "DELETE",
			path: `${path}/key`,
			body: { preconditions: { resourceVersion } },
		});
	const stale = await remove("1");
	assert.equal(stale.reason, "Conflict");
	assert.equal(
		stale.message,
		`Operation cannot be fulfilled on Secret "key": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${current}). The object might have been modified`,
	);
	assert.equal((await remove(current)).status, 200);
	assert.equal(store.get("Secret", "app", "key"), undefined);
});

test("an object with a finalizer stays, marked, until the finalizer goes", async () => {
	store.seed({
		kind: "Secret",
		metadata: { name: "held", namespace: "app", finalizers: ["example.com/f"] },
	});
	await send({ method: "DELETE", path: `${path}/held` });
	const marked = store.get("Secret", "app", "held");
	assert.notEqual(marked?.metadata.deletionTimestamp, undefined);
	await send({
		method: "PATCH",
		path: `${path}/held`,
		contentType: mergePatch,
		body: { metadata: { finalizers: null } },
	});
	assert.equal(store.get("Secret", "app", "held"), undefined);
});

test("a namespace: some are protected, others stay until they are emptied", async () => {
	const remove = (name: string) =>
		send({ method: "DELETE", path: `/api/v1/namespaces/${name}` });
	assert.equal(
		(await remove("kube-system")).message,
		'namespaces "kube-system" is forbidden: this namespace may not be deleted',
	);
	store.seed({ kind: "Namespace", metadata: { name: "leaving" } });
	assert.equal((await remove("leaving")).status, 200);
	assert.deepEqual(store.get("Namespace", "", "leaving")?.status, {
		phase: "Terminating",
	});
	assert.equal((await remove("leaving")).status, 200);
	const again = await send({
		method: "POST",
		path: "/api/v1/namespaces",
		body: { metadata: { name: "leaving" } },
	});
	assert.equal(
		again.message,
		'object is being deleted: namespaces "leaving" already exists',
	);
});

test("a pod takes the pull Secrets of its service account, which must be there", async () => {
	const create = (name: string, spec: object) =>
		send({
			method: "POST",
			path: "/api/v1/namespaces/app/pods",
			body: { metadata: { name }, spec },
		});
	const containers = [{ name: "c", image: "i" }];
	assert.equal(
		(await create("p", { containers })).message,
		'pods "p" is forbidden: error looking up service account app/default: serviceaccount "default" not found',
	);
	store.seed({
		kind: "ServiceAccount",
		metadata: { name: "default", namespace: "app" },
		imagePullSecrets: [{ name: "key" }],
	});
	await create("p", { containers });
	await create("own", { containers, imagePullSecrets: [{ name: "mine" }] });
	const pulls = (name: string) =>
		fieldAt(store.get("Pod", "app", name), ["spec", "imagePullSecrets"]);
	assert.deepEqual(pulls("p"), [{ name: "key" }]);
	assert.deepEqual(pulls("own"), [{ name: "mine" }]);
	assert.deepEqual(store.get("Pod", "app", "p")?.status, { phase: "Pending" });
});
