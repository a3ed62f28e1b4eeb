import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Credential } from "../../../src/core/credentials/credential.ts";
import { readDockerConfig } from "../../../src/core/credentials/docker-config.ts";
import {
	type AuthEntry,
	displayUser,
	sameField,
} from "../../../src/core/credentials/entry.ts";

const base64 = (text: string, coding: BufferEncoding = "utf8") =>
	Buffer.from(text, coding).toString("base64");

/** An entry as it stands in `auths`. */
function entryOf(json: string): AuthEntry {
	const config = readDockerConfig(`{"auths":{"r":${json}}}`);
	const entry = config.ok ? config.auths.get("r") : undefined;
	assert.ok(entry);
	return entry;
}

const pair = (credential: Credential | undefined) =>
	credential && `${credential.username}:${credential.reveal()}`;

const stored = (entry: AuthEntry, key = "r") => {
	const found = entry.stored(key);
	if (found.found === "credential") return pair(found.credential);
	return found.found === "unusable" ? found.problem : found.found;
};

describe("an entry of auths, as docker and podman use it", () => {
	const up = base64("u:p");
	const ROWS: [json: string, stored: unknown, forAll: string | undefined][] = [
		['{"username":"u","password":"p"}', "u:p", "u:p"],
		[`{"auth":"${up}"}`, "u:p", "u:p"],
		[`{"auth":"${up}","username":"u","password":"p"}`, "u:p", "u:p"],
		[`{"auth":"${up}","username":"v"}`, { is: "auth-differs" }, "u:p"],
		[`{"auth":"${up}","password":"q"}`, { is: "auth-differs" }, "u:p"],
		["{}", "nothing", undefined],
		["null", "nothing", undefined],
		[`{"auth":"${base64(":")}"}`, "nothing", undefined],
		["5", { is: "entry-not-object" }, undefined],
		["[]", { is: "entry-not-object" }, undefined],
		['{"username":5}', { is: "fields-not-text" }, undefined],
		[`{"auth":"${up}","identitytoken":[]}`, { is: "fields-not-text" }, "u:p"],
		[`{"auth":"${up}","email":5}`, "u:p", undefined],
		[
			`{"auth":"${up}","email":5,"username":5}`,
			{ is: "fields-not-text" },
			undefined,
		],
		[`{"auth":"${up}","x":5}`, "u:p", "u:p"],
		[`{"auth":"${up}","identitytoken":"t"}`, { is: "identity-token" }, "u:p"],
		[`{"auth":"${up}","registrytoken":"t"}`, { is: "identity-token" }, "u:p"],
		[`{"auth":"${up}","identitytoken":""}`, "u:p", "u:p"],
		[
			'{"auth":"%"}',
			{ is: "auth-invalid", error: "illegal base64 data at input byte 0" },
			undefined,
		],
		[
			'{"username":"u"}',
			{ is: "credential", fault: "password-empty" },
			undefined,
		],
		[
			'{"password":"p"}',
			{ is: "credential", fault: "username-empty" },
			undefined,
		],
		// NULs around the password are docker's own, and trimmed; others are part of it.
		[`{"auth":"${base64("u:\0p\0\0")}","password":"p"}`, "u:p", "u:p"],
		[
			`{"auth":"${base64("u:p\0p")}"}`,
			{ is: "credential", fault: "password-nul" },
			"u:p\0p",
		],
		[
			`{"auth":"${base64("u:\0\0")}"}`,
			{ is: "credential", fault: "password-empty" },
			undefined,
		],
		[
			`{"auth":"${base64("u:\xff\0", "latin1")}"}`,
			{ is: "credential", fault: "not-text" },
			"u:\ufffd\0",
		],
		[
			'{"username":"u","password":"p\\u0000"}',
			{ is: "credential", fault: "password-nul" },
			"u:p",
		],
	];
	for (const [json, expected, forAll] of ROWS)
		test(json, () => {
			const entry = entryOf(json);
			assert.deepEqual(stored(entry), expected);
			assert.equal(pair(entry.credentialForAll()), forAll);
		});

	test("the names of fields in any letter case, a later one counts, null does not", () =>
		assert.equal(
			stored(
				entryOf(
					'{"USERNAME":"a","u\u017fername":"u","username":null,"Pa\u017f\u017fword":"p"}',
				),
			),
			"u:p",
		));
});

test("what stands beside an auth that cannot be read contradicts nothing", () => {
	assert.equal(entryOf('{"auth":"%","username":"v"}').disagrees, false);
	assert.equal(entryOf('{"username":"v","password":"p"}').disagrees, false);
});

test("of several fields that are no text, the first that a kubelet reads is blamed", () =>
	assert.deepEqual(
		entryOf('{"identitytoken":1,"password":[],"username":{},"auth":true}')
			.fault,
		{ field: "password", kind: "array" },
	));

test("the user as it may be shown", () => {
	const token = `${"a1".repeat(20)}`;
	assert.equal(displayUser(entryOf('{"username":"u"}')), "u");
	assert.equal(
		displayUser(entryOf(`{"username":"${token}"}`)),
		"a1a1… (token)",
	);
	for (const json of ["{}", "5", '{"auth":"%","username":"u"}'])
		assert.equal(displayUser(entryOf(json)), "");
});

test("names of fields are compared as Go does", () => {
	assert.ok(sameField("auths", "auths"));
	assert.ok(sameField("AUTH\u017f", "auths"));
	assert.ok(sameField("u\u017f\u017f", "uss"));
	assert.ok(!sameField("auth", "auths"));
	assert.ok(!sameField("auth\u00df", "authss"));
	// Kelvin: Go folds it as well.
	assert.ok(sameField("to\u212aen", "token"));
	// In lower case it would be two characters.
	assert.ok(!sameField("\u0130", "i\u0307"));
});
