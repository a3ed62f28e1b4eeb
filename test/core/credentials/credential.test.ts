import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import {
	Credential,
	displayUsername,
} from "../../../src/core/credentials/credential.ts";

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
		test(name, () => {
			assert.doesNotMatch(
				text,
				/marked-s3cret|bWFya2VkLXMzY3JldA|Ym9iOm1hcmtlZC1zM2NyZXQ/,
			);
		});
	test("but gives it to whoever asks by name", () => {
		assert.equal(credential.reveal(), "marked-s3cret");
		assert.equal(credential.basic(), btoa("bob:marked-s3cret"));
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
		["", ""],
	];
	for (const [username, shown] of CASES)
		test(shown || "(empty)", () =>
			assert.equal(displayUsername(username), shown),
		);
});
