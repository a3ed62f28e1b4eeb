import assert from "node:assert/strict";
import { test } from "node:test";
import {
	guardedLookup,
	resolveBySystem,
} from "../../../src/adapters/registry/guarded-lookup.ts";

const PUBLIC = "192.0.2.1";
const INSIDE = "10.0.0.7";

/** Looks up the registry and then the realm; the realm's addresses, or the code of the refusal. */
async function realm(registry: string, addresses: string[]) {
	const lookup = guardedLookup("reg.example", async (host) =>
		(host === "reg.example" ? [registry] : addresses).map((address) => ({
			address,
			family: 4,
		})),
	);
	const find = (host: string) =>
		new Promise((resolve) =>
			lookup(host, { all: true }, (error, found) =>
				resolve(error ? error.code : found),
			),
		);
	await find("reg.example");
	return find("auth.example");
}

test("a realm at public addresses is found", async () =>
	assert.deepEqual(await realm(PUBLIC, [PUBLIC]), [
		{ address: PUBLIC, family: 4 },
	]));

test("a realm inside is refused for a registry outside, also where only one address is", async () => {
	assert.equal(await realm(PUBLIC, [INSIDE]), "PRIVATE_REALM");
	assert.equal(await realm(PUBLIC, [PUBLIC, INSIDE]), "PRIVATE_REALM");
});

test("a realm inside is found for a registry inside", async () =>
	assert.deepEqual(await realm(INSIDE, ["10.0.0.8"]), [
		{ address: "10.0.0.8", family: 4 },
	]));

test("one address is given where one is asked for, and failures are passed on", async () => {
	const one = await new Promise((resolve) =>
		guardedLookup("localhost", resolveBySystem)(
			"localhost",
			{ family: 4 },
			(...answer) => resolve(answer),
		),
	);
	assert.ok(
		Array.isArray(one) && one[0] === null && typeof one[1] === "string",
	);
	const failed = await new Promise((resolve) =>
		guardedLookup("x", async () => {
			throw Object.assign(new Error("no"), { code: "EAI_AGAIN" });
		})("x", {}, (error) => resolve(error?.code)),
	);
	assert.equal(failed, "EAI_AGAIN");
});
