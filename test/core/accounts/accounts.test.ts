import assert from "node:assert/strict";
import { test } from "node:test";
import { knownAccount } from "../../../src/core/accounts/accounts.ts";

const MUCH = "x".repeat(200_000);

for (const [what, more] of [
	["annotations", { annotations: { MUCH } }],
	[
		"the annotation of attach",
		{ annotations: { "kubectl-meshreg/attached-keys": MUCH } },
	],
	["labels", { labels: { MUCH } }],
	["managed fields", { managedFields: [{ manager: MUCH }] as unknown[] }],
] as const)
	for (const secrets of [undefined, [{ name: "key" }]])
		test(`of an account with many ${what}, ${secrets ? "attached" : "not attached"}, little is kept`, () => {
			const known = knownAccount(
				{
					metadata: { namespace: "app", name: "builder", uid: "1", ...more },
					...(secrets && { imagePullSecrets: secrets }),
				},
				"key",
			);
			assert.equal(known.lacksKey, secrets === undefined);
			const size = JSON.stringify(known).length;
			assert.ok(size < 500, `${size} characters`);
		});

test("of a long list of pull secrets little is kept", () => {
	const known = knownAccount(
		{
			metadata: { namespace: "app", name: "builder" },
			imagePullSecrets: Array.from({ length: 10_000 }, (_, n) => ({
				name: `n${n}`,
			})),
		},
		"key",
	);
	assert.deepEqual(known, {
		namespace: "app",
		name: "builder",
		lacksKey: true,
	});
});

test("of others, what attaching needs", () => {
	const metadata = {
		namespace: "app",
		name: "builder",
		uid: "1",
		resourceVersion: "2",
		labels: {},
	};
	assert.deepEqual(
		knownAccount({ metadata: { ...metadata, annotations: { a: "b" } } }, "key"),
		{
			namespace: "app",
			name: "builder",
			lacksKey: true,
			listed: { metadata: { ...metadata, annotations: {} } },
		},
	);
});
