import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
	type AccountPlan,
	accountAfter,
	accountDifferences,
	attachedKeys,
	planAttach,
	planDetach,
	planDetachAll,
} from "../../../src/core/accounts/attachment.ts";
import type { ServiceAccount } from "../../../src/core/objects.ts";
import { mergePatch } from "../../support/api-server/patches.ts";

const KEY = "nginx-mesh-registry-key";
const LABEL = { "kubectl-meshreg/attached": "true" };

function account(
	secrets?: string[],
	attached?: string,
	others: { labels?: Record<string, string> } = {},
): ServiceAccount {
	return {
		metadata: {
			name: "default",
			uid: "u1",
			resourceVersion: "7",
			...(attached !== undefined && {
				labels: { ...LABEL, ...others.labels },
				annotations: { "kubectl-meshreg/attached-keys": attached },
			}),
		},
		...(secrets && { imagePullSecrets: secrets.map((name) => ({ name })) }),
	};
}

/** What the API server would store. */
function patched(
	before: ServiceAccount,
	{ patch = VERSION }: AccountPlan,
): ServiceAccount {
	const stored: unknown = mergePatch(
		JSON.parse(JSON.stringify(before)),
		JSON.parse(JSON.stringify(patch)),
	);
	return stored as ServiceAccount;
}

const VERSION = { metadata: { resourceVersion: "7" } };

describe("attaching", () => {
	it("starts a list, labels and annotations where there are none", () => {
		assert.deepEqual(planAttach(account(), KEY).patch, {
			metadata: {
				resourceVersion: "7",
				labels: LABEL,
				annotations: { "kubectl-meshreg/attached-keys": KEY },
			},
			imagePullSecrets: [{ name: KEY }],
		});
	});

	it("appends to a list, and to what it added before", () => {
		assert.deepEqual(planAttach(account(["a", "b"], "b"), KEY).patch, {
			metadata: {
				resourceVersion: "7",
				labels: LABEL,
				annotations: { "kubectl-meshreg/attached-keys": `b,${KEY}` },
			},
			imagePullSecrets: [{ name: "a" }, { name: "b" }, { name: KEY }],
		});
	});

	it("adds again what somebody took out, and remembers it once", () => {
		assert.deepEqual(planAttach(account(["a"], KEY), KEY).patch, {
			metadata: {
				resourceVersion: "7",
				labels: LABEL,
				annotations: { "kubectl-meshreg/attached-keys": KEY },
			},
			imagePullSecrets: [{ name: "a" }, { name: KEY }],
		});
	});

	it("does nothing where the key is, whoever put it there", () => {
		assert.deepEqual(planAttach(account([KEY]), KEY), {});
		assert.deepEqual(planAttach(account([KEY], KEY), KEY), {});
	});
});

describe("detaching", () => {
	it("takes back the entry and, with the last key, what remembers it", () => {
		assert.deepEqual(planDetach(account(["a", KEY], KEY), KEY).patch, {
			metadata: {
				resourceVersion: "7",
				labels: { "kubectl-meshreg/attached": null },
				annotations: { "kubectl-meshreg/attached-keys": null },
			},
			imagePullSecrets: [{ name: "a" }],
		});
	});

	it("takes back a list that it began", () => {
		const { patch } = planDetach(account([KEY], KEY), KEY);
		assert.equal(patch?.imagePullSecrets, null);
	});

	it("leaves an entry that somebody else made", () => {
		assert.deepEqual(planDetach(account(["a", KEY], "other"), KEY), {
			note: "not-added-by-us",
		});
	});

	it("forgets an entry that somebody else took away", () => {
		const after = patched(
			account(["a"], KEY),
			planDetach(account(["a"], KEY), KEY),
		);
		assert.deepEqual(attachedKeys(after), []);
		assert.deepEqual(after.imagePullSecrets, [{ name: "a" }]);
	});

	it("forgets an entry of a list that is gone, and removes no list", () => {
		const bare = account(undefined, KEY);
		const after = patched(bare, planDetach(bare, KEY));
		assert.deepEqual(attachedKeys(after), []);
	});

	it("takes back what is left where somebody took the label away", () => {
		const bare = account([KEY], KEY);
		const { labels: _, ...metadata } = bare.metadata;
		const plan = planDetach({ ...bare, metadata }, KEY);
		// API servers have kept null as "" where nothing was.
		assert.deepEqual(plan.patch?.metadata.labels, {});
		const after = patched({ ...bare, metadata }, plan);
		assert.deepEqual(after, {
			metadata: { ...metadata, annotations: {}, labels: {} },
		});
	});

	it("takes back everything, wherever it stands, and leaves the rest in order", () => {
		for (const [secrets, keys, left] of [
			[["x", "a", "y", "b"], "a,b", ["x", "y"]],
			[["b", "a"], "a,b", undefined],
			[["a", "x", "a"], "a,gone", ["a", "x"]],
			[["a", "x"], "a,a", ["x"]],
		] as const)
			assert.deepEqual(
				patched(
					account([...secrets], keys),
					planDetachAll(account([...secrets], keys)),
				).imagePullSecrets,
				left?.map((name) => ({ name })),
			);
		assert.deepEqual(planDetachAll(account(["a"])), {});
	});

	it("does nothing where there is nothing", () => {
		assert.deepEqual(planDetach(account(), KEY), {});
		assert.deepEqual(planDetach(account(["other"]), KEY), {});
	});
});

it("attaching and detaching any keys leaves every other entry, in order", () => {
	const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"));
	fc.assert(
		fc.property(names, names, (there, keys) => {
			let now = account(there.length > 0 ? there : undefined);
			for (const key of keys) {
				now = patched(now, planAttach(now, key));
				assert.deepEqual(planAttach(now, key).patch, undefined);
			}
			assert.deepEqual(
				now.imagePullSecrets?.slice(0, there.length).map(({ name }) => name) ??
					[],
				there,
			);
			for (const key of keys) now = patched(now, planDetach(now, key));
			assert.deepEqual(
				now.imagePullSecrets?.map(({ name }) => name) ?? [],
				there,
			);
			assert.deepEqual(attachedKeys(now), []);
		}),
	);
});

it("an account as a plan leaves it is as the API server would store it", () => {
	const accounts = [
		account(),
		account(["a"]),
		account(["a", KEY, "b"], KEY),
		account([KEY], `${KEY},gone`),
		account(["a"], "a", { labels: { own: "x/y~z" } }),
	];
	for (const one of accounts)
		for (const plan of [
			planAttach(one, KEY),
			planDetach(one, KEY),
			planDetachAll(one),
		])
			assert.deepEqual(accountAfter(one, plan), patched(one, plan));
});

describe("how an account would differ", () => {
	const there = account(["a", KEY, "b"], `${KEY},b`);
	const removed = (name: string) => ({
		of: "imagePullSecret",
		is: "removed",
		name,
	});
	for (const [what, before, plan, differences] of [
		[
			"attached",
			account(["a"]),
			planAttach(account(["a"]), KEY),
			[{ of: "imagePullSecret", is: "added", name: KEY }],
		],
		["attached before", there, planAttach(there, KEY), []],
		["detached", there, planDetach(there, KEY), [removed(KEY)]],
		["all detached", there, planDetachAll(there), [removed(KEY), removed("b")]],
	] as const)
		it(what, () => {
			assert.deepEqual(
				accountDifferences(before, accountAfter(before, plan)),
				differences,
			);
		});
});

it("of tens of thousands of names that attach is said to have added, the last thousand count", () => {
	const names = Array.from({ length: 30_000 }, (_, at) => `n${at}`);
	const found = attachedKeys(account([], [...names, KEY].join()));
	assert.deepEqual(found, [...names.slice(-999), KEY]);
});

it("commas that a hand put there name nothing", () => {
	assert.deepEqual(attachedKeys(account([], `,${KEY},,a,`)), [KEY, "a"]);
});
