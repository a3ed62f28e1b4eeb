import assert from "node:assert/strict";
import { test } from "node:test";
import { countUsers } from "../../../src/commands/prune/count-users.ts";
import { ContentReader } from "../../../src/core/pull-secrets/pull-secret.ts";
import { ApiError } from "../../../src/errors.ts";
import type { Cluster } from "../../../src/world.ts";

test("of what a pod references only what is asked about is kept: there may be any number of names", async () => {
	const kept: unknown[] = [];
	const references = ["key", "key", ...Array(1000).keys()].map((name) => ({
		name: `${name}`,
	}));
	const picked: Cluster["picked"] = async function* (kind, _, pick) {
		const metadata = { namespace: "app", name: "x" };
		const list = { imagePullSecrets: references };
		// What is picked reads no more of either kind.
		const object = { metadata, ...(kind === "Pod" ? { spec: list } : list) };
		const item = pick(object as Parameters<typeof pick>[0]);
		kept.push(item);
		yield { items: [item], resourceVersion: "1" };
	};
	const key = new ContentReader().toPullSecret({
		metadata: { namespace: "app", name: "key" },
	});
	const users = await countUsers({ picked } as Cluster, [key]);
	assert.deepEqual(users(key), { pods: 1, accounts: 1 });
	assert.deepEqual(kept, [["app/key"], ["app/key"]]);
});

const secret = (namespace: string) =>
	new ContentReader().toPullSecret({ metadata: { namespace, name: "key" } });

/** A cluster of two pods and an account in `app` that use the key; of each kind the user may list or not. */
function counted(mayList: (kind: string) => boolean) {
	const scopes: object[] = [];
	const picked: Cluster["picked"] = async function* (kind, scope, pick) {
		scopes.push(scope);
		if (!mayList(kind)) throw new ApiError(403, "Forbidden", "no");
		const list = { imagePullSecrets: [{ name: "key" }] };
		const metadata = { namespace: "app", name: "x" };
		const object = { metadata, ...(kind === "Pod" ? { spec: list } : list) };
		const item = pick(object as Parameters<typeof pick>[0]);
		const items = kind === "Pod" ? [item, item] : [item];
		yield { items, resourceVersion: "1" };
	};
	return { cluster: { picked } as Cluster, scopes };
}

test("one namespace is listed alone, of several all is, of none nothing", async () => {
	for (const [namespaces, scope] of [
		[["app"], [{ namespace: "app" }]],
		[["app", "shop"], [{}]],
		[[], []],
	] as const) {
		const { cluster, scopes } = counted(() => true);
		const [app, shop = secret("none")] = namespaces.map(secret);
		const users = await countUsers(cluster, namespaces.map(secret));
		assert.deepEqual(scopes, [...scope, ...scope]);
		if (app) assert.deepEqual(users(app), { pods: 2, accounts: 1 });
		assert.deepEqual(users(shop), { pods: 0, accounts: 0 });
	}
});

for (const hidden of ["Pod", "ServiceAccount"])
	test(`where a ${hidden} may not be listed, nothing is said of how many there are`, async () => {
		const key = secret("app");
		const { cluster } = counted((kind) => kind !== hidden);
		assert.equal((await countUsers(cluster, [key]))(key), "hidden");
	});
