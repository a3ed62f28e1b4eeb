import assert from "node:assert/strict";
import { test } from "node:test";
import { countUsers } from "../../../src/commands/prune/count-users.ts";
import { ContentReader } from "../../../src/core/pull-secrets/pull-secret.ts";
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
