/** Whoever may write in a namespace fills any number of accounts: of a list nothing is kept but what decides. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findAccounts } from "../../../src/actions/accounts/find-accounts.ts";
import { attachedAccounts } from "../../../src/actions/accounts/take-back.ts";
import type { ServiceAccount } from "../../../src/core/objects.ts";
import type { Cluster } from "../../../src/world.ts";

const LEAN: ServiceAccount = {
	metadata: {
		namespace: "app",
		name: "default",
		uid: "1",
		resourceVersion: "2",
		labels: { "kubectl-meshreg/attached": "true" },
		annotations: { "kubectl-meshreg/attached-keys": "key" },
	},
	imagePullSecrets: [{ name: "key" }],
};
const { metadata } = LEAN;
const full = {
	...LEAN,
	metadata: {
		...metadata,
		labels: { ...metadata.labels, more: "x" },
		annotations: { ...metadata.annotations, more: "x" },
	},
	secrets: [{ name: "more" }],
};

/** One that lists that account. */
const cluster = {
	async *pages() {
		yield { items: [full], resourceVersion: "1" };
	},
	async *picked(_kind: string, _query: object, pick: (of: object) => object) {
		yield { items: [pick(full)], resourceVersion: "1" };
	},
} as object as Cluster;

test("where accounts are attached to", async () => {
	// One that is named as well is not read again.
	for (const name of ["*", "default"]) {
		const found = await findAccounts(cluster, ["app"], [name], true);
		assert.deepEqual(
			found.map(({ listed }) => listed),
			[LEAN],
		);
	}
});

test("where what was attached is taken back", async () => {
	const { accounts } = await attachedAccounts(cluster, [], []);
	assert.deepEqual(accounts, [LEAN]);
});
