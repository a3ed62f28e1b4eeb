import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import {
	Credential,
	displayUsername,
} from "../../../src/core/credentials/credential.ts";
import { assertHides } from "../../support/secret-traces.ts";

describe("a credential does not print itself", () => {
	const credential = new Credential("bob", "marked-s3cret");
	const WAYS: [name: string, text: string][] = [
		["string conversion", `${credential}`],
		["concatenation", String(credential)],
		["JSON", JSON.stringify({ credential })],
		["inspection", inspect({ credential }, { depth: null, showHidden: true })],
		["an error's message", new Error(`failed: ${credential}`).message],
		["its own fields", JSON.stringify(Object.entries(credential))],
	];
	for (const [name, text] of WAYS)
		test(name, () => assertHides(text, "marked-s3cret"));
	test("and says that something is there", () => {
		assert.equal(`${credential}`, "[credential]");
		assert.equal(JSON.stringify(credential), '"[credential]"');
		assert.equal(inspect(credential), "[credential]");
	});
	test("but gives it to whoever asks by name", () => {
		assert.equal(credential.reveal(), "marked-s3cret");
		assert.equal(credential.basic(), btoa("bob:marked-s3cret"));
	});
});

describe("what is read of bytes", () => {
	const ROWS: [bytes: string, username: string, password: string][] = [
		["u:p", "u", "p"],
		["u:p:q", "u", "p:q"],
		[":p", "", "p"],
		["u", "u", ""],
		["", "", ""],
		["u:\xff", "u", "\ufffd"],
	];
	for (const [bytes, username, password] of ROWS)
		test(JSON.stringify(bytes), () => {
			const read = Credential.fromBytes(Buffer.from(bytes, "latin1"));
			assert.deepEqual([read.username, read.reveal()], [username, password]);
			assert.equal(read.isText, !bytes.includes("\xff"));
			assert.equal(read.isEmpty, bytes === "");
			// What is no text is sent as it is.
			assert.equal(
				read.basic(),
				btoa(bytes.includes(":") ? bytes : `${bytes}:`),
			);
		});

	test("equal is what is sent alike, with the same part of it as the user", () => {
		const one = new Credential("u", "p");
		assert.ok(one.equals(Credential.fromBytes(Buffer.from("u:p"))));
		assert.ok(!one.equals(new Credential("u", "q")));
		assert.ok(!one.equals(new Credential("v", "p")));
		assert.ok(!new Credential("a:b", "c").equals(new Credential("a", "b:c")));
		const bytes = (text: string) =>
			Credential.fromBytes(Buffer.from(text, "latin1"));
		assert.ok(bytes("u:\xff").equals(bytes("u:\xff")));
		assert.ok(!bytes("u:\xff").equals(bytes("u:\xfe")));
	});
});

describe("a user name that looks like a token is masked", () => {
	const JWT = `eyJhbGciOiJSUzI1NiJ9.${"e30x".repeat(20)}.${"c2ln".repeat(20)}`;
	const CASES: [username: string, shown: string][] = [
		["bob", "bob"],
		["_json_key", "_json_key"],
		["AWS", "AWS"],
		["oauth2accesstoken", "oauth2accesstoken"],
		["robot$team+name", "robot$team+name"],
		[
			"a.long.name.of.a.person@some-company.example.com",
			"a.long.name.of.a.person@some-company.example.com",
		],
		[
			"00000000-0000-0000-0000-000000000000",
			"00000000-0000-0000-0000-000000000000",
		],
		[JWT, "eyJh… (token)"],
		["0123456789abcdef0123456789abcdef0123456789abcdef", "0123… (token)"],
		["1".repeat(40), "1111… (token)"],
		["1".repeat(39), "1".repeat(39)],
		["a".repeat(40), "a".repeat(40)],
		[`${"1".repeat(40)} `, `${"1".repeat(40)} `],
		[` ${"1".repeat(40)}`, ` ${"1".repeat(40)}`],
		[`${"1".repeat(39)}aZ_+/=.-`, "1111… (token)"],
		["", ""],
	];
	for (const [username, shown] of CASES)
		test(shown || "(empty)", () =>
			assert.equal(displayUsername(username), shown),
		);
});
