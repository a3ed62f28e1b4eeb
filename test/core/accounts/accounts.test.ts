import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Accounts, knownAccount } from "../../../src/core/accounts/accounts.ts";

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

describe("what is known of accounts", () => {
	const account = (place: string) => {
		const [namespace = "", name = ""] = place.split("/");
		return { namespace, name, lacksKey: true };
	};
	const listed = (...places: string[]) => {
		const known = new Accounts(undefined);
		assert.deepEqual(known.accounts(places.map(account)), [
			...new Set(places.map((place) => account(place).namespace)),
		]);
		return known;
	};
	const left = (known: Accounts) =>
		["app", "shop"].flatMap((namespace) =>
			known.without(namespace).map(({ name }) => `${namespace}/${name}`),
		);

	test("a list of all of them forgets what is not in it", () => {
		const known = listed("app/a", "app/b", "shop/c");
		known.accounts([account("app/b")]);
		assert.deepEqual(left(known), ["app/b"]);
	});

	test("a list of one namespace forgets what was there, and nothing elsewhere", () => {
		const known = listed("app/a", "app/b", "shop/c");
		known.accounts([account("app/b")], "app");
		assert.deepEqual(left(known), ["app/b", "shop/c"]);
	});

	test("one that goes is forgotten, with what was written to it", () => {
		const known = listed("app/a", "app/b");
		for (let at = 0; at < 10; at++) known.backoffs.wrote("app/a", at);
		assert.ok(known.backoffs.nextWrite("app/a") > 10);
		assert.deepEqual(known.account(account("app/a"), true), []);
		assert.deepEqual(left(known), ["app/b"]);
		known.account(account("app/a"), false);
		assert.deepEqual(left(known), ["app/b", "app/a"]);
		assert.ok(known.backoffs.nextWrite("app/a") <= 10);
	});

	test("one that names the key by now is left alone", () => {
		const known = listed("app/a", "app/b");
		known.account({ ...account("app/a"), lacksKey: false }, false);
		assert.deepEqual(left(known), ["app/b"]);
	});

	test("only those that are asked for are kept", () => {
		const known = new Accounts(new Set(["b"]));
		assert.deepEqual(known.accounts([account("app/a"), account("app/b")]), [
			"app",
		]);
		assert.deepEqual(left(known), ["app/b"]);
	});
});
