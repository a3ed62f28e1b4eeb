import assert from "node:assert/strict";
import { isIP } from "node:net";
import { describe, test } from "node:test";
import {
	RealmGuard,
	type Resolve,
	resolveBySystem,
} from "../../../src/adapters/registry/realm-guard.ts";

const PUBLIC = "192.0.2.1";
const INSIDE = "10.0.0.7";

/** A guard for a registry, and what names lead to: undefined for one that is not known here. */
function guarded(
	registry: string,
	names: Record<string, readonly string[] | undefined>,
	mayBeInside = true,
): RealmGuard {
	const resolve: Resolve = async (host) => {
		const addresses = names[host];
		if (!addresses) throw Object.assign(new Error("no"), { code: "ENOTFOUND" });
		return addresses.map((address) => ({ address, family: 4 }));
	};
	return new RealmGuard(registry, resolve, mayBeInside);
}

/** What a connection gets for a name: its addresses, or a code. */
function lookup(guard: RealmGuard, host: string): Promise<unknown> {
	return new Promise((resolve) =>
		guard.lookup(host, { all: true }, (error, found) =>
			resolve(
				error
					? error.code
					: [found].flat().map((each) => Reflect.get(Object(each), "address")),
			),
		),
	);
}

function check(guard: RealmGuard, host: string): Promise<unknown> {
	return guard.check(host).then(
		() => "passed",
		(error: NodeJS.ErrnoException) => error.code,
	);
}

const CASES: [
	what: string,
	registry: readonly string[] | undefined,
	realm: readonly string[] | undefined,
	isRefused: boolean,
][] = [
	["outside, for a registry outside", [PUBLIC], [PUBLIC], false],
	["inside, for a registry outside", [PUBLIC], [INSIDE], true],
	["with one address inside", [PUBLIC], [PUBLIC, INSIDE], true],
	["inside, for a registry inside", [INSIDE], ["10.0.0.8"], false],
	[
		"inside, for a registry that also has one address inside",
		[PUBLIC, INSIDE],
		["10.0.0.8"],
		true,
	],
	["inside, for a registry that is not known", undefined, [INSIDE], true],
];

describe("a token realm", () => {
	for (const [what, registry, realm, isRefused] of CASES) {
		const names = { "reg.example": registry, "auth.example": realm };
		test(`${what}: a direct connection`, async () =>
			assert.deepEqual(
				await lookup(guarded("reg.example", names), "auth.example"),
				isRefused ? "PRIVATE_REALM" : realm,
			));
		test(`${what}: through a proxy`, async () =>
			assert.equal(
				await check(guarded("reg.example", names), "auth.example"),
				isRefused ? "PRIVATE_REALM" : "passed",
			));
	}

	for (const [registry, realm, answer] of [
		["reg.example", "vault.corp.internal", "PRIVATE_REALM"],
		["reg.example", "vault", "PRIVATE_REALM"],
		["reg.example", "localhost.", "PRIVATE_REALM"],
		["reg.example", "10.0.0.1", "PRIVATE_REALM"],
		["reg.example", "[::1]", "PRIVATE_REALM"],
		["reg.example", "auth.example", "passed"],
		["reg.example", "8.8.8.8", "passed"],
		["reg.corp.internal", "vault.corp.internal", "passed"],
		["10.0.0.1", "vault.corp.internal", "passed"],
		["[fd00::1]", "vault.corp.internal", "passed"],
		["8.8.8.8", "vault.corp.internal", "PRIVATE_REALM"],
		["vault.corp.internal", "vault.corp.internal", "passed"],
	] as const)
		test(`${realm} for ${registry}, where only the proxy knows names`, async () =>
			assert.equal(await check(guarded(registry, {}), realm), answer));

	test("a registry at an address inside may name a realm inside", async () =>
		assert.deepEqual(
			await lookup(guarded("10.0.0.1", { "auth.corp": [INSIDE] }), "auth.corp"),
			[INSIDE],
		));
});

test("a registry outside that later says it is inside names no realm there, and stays where it was", async () => {
	let asked = 0;
	const guard = new RealmGuard(
		"reg.example",
		async (host) => [
			{
				address: host === "reg.example" && asked++ === 0 ? PUBLIC : INSIDE,
				family: 4,
			},
		],
		true,
	);
	assert.deepEqual(await lookup(guard, "reg.example"), [PUBLIC]);
	assert.equal(await lookup(guard, "auth.example"), "PRIVATE_REALM");
	assert.equal(await check(guard, "auth.example"), "PRIVATE_REALM");
	assert.deepEqual(await lookup(guard, "reg.example"), [PUBLIC]);
});

test("a registry whose name could not be looked up is looked up again", async () => {
	const names: Record<string, string[]> = {};
	const guard = guarded("reg.example", names);
	assert.equal(await lookup(guard, "reg.example"), "ENOTFOUND");
	names["reg.example"] = [PUBLIC];
	assert.deepEqual(await lookup(guard, "reg.example"), [PUBLIC]);
});

test("a registry that somebody named is looked up by its proxy alone", async () => {
	const asked: string[] = [];
	const guard = new RealmGuard(
		"reg.example",
		async (host) => {
			asked.push(host);
			return [];
		},
		true,
	);
	assert.equal(await check(guard, "reg.example"), "passed");
	assert.deepEqual(asked, []);
});

test("the registry itself is found wherever it is", async () => {
	for (const addresses of [[PUBLIC], [INSIDE], [PUBLIC, INSIDE]])
		assert.deepEqual(
			await lookup(
				guarded("reg.example", { "reg.example": addresses }),
				"reg.example",
			),
			addresses,
		);
});

test("one address is given where one is asked for, and failures are passed on", async () => {
	const one = await new Promise((resolve) =>
		new RealmGuard("localhost", resolveBySystem, true).lookup(
			"localhost",
			{ family: 4 },
			(...answer) => resolve(answer),
		),
	);
	const [error, address, family] = Array.isArray(one) ? one : [];
	assert.equal(error, null);
	assert.ok(isIP(address) > 0 && isIP(address) === family);
	assert.equal(await lookup(guarded("x", {}), "x"), "ENOTFOUND");
});

describe("a registry that nobody named", () => {
	const cases: [addresses: readonly string[], refused: boolean][] = [
		[[PUBLIC], false],
		[[INSIDE], true],
		[[PUBLIC, INSIDE], true],
		[["127.0.0.1"], true],
	];
	for (const [addresses, refused] of cases)
		test(`at ${addresses.join(" and ")}`, async () => {
			const guard = guarded("reg.example", { "reg.example": addresses }, false);
			assert.deepEqual(
				await lookup(guard, "reg.example"),
				refused ? "PRIVATE_HOST" : addresses,
			);
			assert.equal(
				await check(guard, "reg.example"),
				refused ? "PRIVATE_HOST" : "passed",
			);
		});

	test("names no realm inside", async () => {
		const names = { "reg.example": [PUBLIC], "auth.example": [INSIDE] };
		const guard = guarded("reg.example", names, false);
		assert.equal(await lookup(guard, "auth.example"), "PRIVATE_REALM");
		assert.equal(await check(guard, "auth.example"), "PRIVATE_REALM");
	});
});
