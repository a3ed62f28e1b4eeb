import assert from "node:assert/strict";
import { test } from "node:test";
import { Credential } from "../../../src/core/credentials/credential.ts";
import {
	failureWords,
	registryWords,
	withoutCredentials,
	withoutCredentialsIn,
} from "../../../src/core/registry/words.ts";

const SAID: readonly [body: string, type: string, words: string][] = [
	[
		'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}',
		"application/json",
		"authentication required",
	],
	[
		'{"errors":[{"code":"DENIED","message":"a"},{"code":"X","message":"b"}]}',
		"application/json",
		"a; b",
	],
	['{"errors":[{"code":"DENIED"}]}', "application/json", "DENIED"],
	[
		'{"details":"incorrect username or password"}',
		"application/json",
		"incorrect username or password",
	],
	[
		'{"error":"invalid_grant","error_description":"expired"}',
		"application/json",
		"expired",
	],
	['{"error":"denied"}', "", "denied"],
	['"plain"', "application/json", "plain"],
	["{}", "application/json", ""],
	["[1,2]", "application/json", ""],
	['{"errors":[]}', "application/json", ""],
	['{"message":7,"error":"x"}', "application/json", "x"],
	["access forbidden\n", "text/plain", "access forbidden"],
	["<html><h1>403</h1></html>", "text/html; charset=utf-8", ""],
	["  <!doctype html>", "", ""],
	["Sign in to continue", "text/html", ""],
	['{"errors":[{},{"message":"a"}]}', "application/json", "a"],
	["", "", ""],
	["red \u001b[31malert\u001b[0m\r\nnext", "", "red [31malert [0m next"],
	["left\u202eright\u2028\u0000", "", "left right"],
	["x".repeat(300), "", `${"x".repeat(199)}…`],
];

for (const [body, type, words] of SAID)
	test(`the words of ${JSON.stringify(body).slice(0, 60)}`, () =>
		assert.equal(
			registryWords(body, type, [new Credential("mesh", "marked-password")]),
			words,
		));

const PASSWORD = 'p4ss "wörd" $HOME/+&=% и пробелы';
const ECHOES: readonly [what: string, form: string][] = [
	["raw", PASSWORD],
	["escaped for JSON", JSON.stringify(PASSWORD).slice(1, -1)],
	["percent-encoded", encodeURIComponent(PASSWORD)],
	["as a form", new URLSearchParams({ p: PASSWORD }).toString().slice(2)],
	["base64", Buffer.from(PASSWORD).toString("base64")],
	["base64url", Buffer.from(PASSWORD).toString("base64url")],
	["auth", Buffer.from(`mesh:${PASSWORD}`).toString("base64")],
	["auth, in base64url", Buffer.from(`mesh:${PASSWORD}`).toString("base64url")],
	["its first 20 letters", PASSWORD.slice(0, 20)],
	["its last 20 letters", PASSWORD.slice(-20)],
];

const PLAIN = "Correct4Horse7Battery";
const bytes = (write: (byte: number) => string, between = "") =>
	[...Buffer.from(PLAIN)].map(write).join(between);
const DISGUISES: readonly [what: string, form: string][] = [
	["in upper case", PLAIN.toUpperCase()],
	["backwards", [...PLAIN].reverse().join("")],
	["letter by letter", [...PLAIN].join(" ")],
	["letter by letter, with commas", [...PLAIN].join(", ")],
	["in two pieces", `${PLAIN.slice(0, 10)}-${PLAIN.slice(10)}`],
	["on two lines", `${PLAIN.slice(0, 10)}\n${PLAIN.slice(10)}`],
	["in hexadecimal", Buffer.from(PLAIN).toString("hex")],
	["percent-encoded throughout", bytes((byte) => `%${byte.toString(16)}`)],
	["as escapes of C", bytes((byte) => `\\x${byte.toString(16)}`)],
	["as escapes of JSON", bytes((byte) => `\\u00${byte.toString(16)}`)],
	["as a list of bytes", bytes(String, ",")],
	[
		"in base64 in lower case",
		Buffer.from(PLAIN).toString("base64").toLowerCase(),
	],
	[
		"in base64, in lines",
		Buffer.from(PLAIN).toString("base64").replace(/.{10}/g, "$&\n"),
	],
];

for (const [what, form] of DISGUISES)
	test(`a credential that is echoed ${what} is taken out`, () => {
		const words = withoutCredentials(`no: >>${form}<< failed`, [
			new Credential("mesh", PLAIN),
		]);
		assert.match(words, /^no: >>\W*\*\*\*\W*<< failed$/);
	});

for (const [what, form] of ECHOES)
	test(`a credential that is echoed ${what} is taken out`, () =>
		assert.equal(
			withoutCredentials(`login with >>${form}<< failed`, [
				new Credential("mesh", PASSWORD),
			]),
			"login with >>***<< failed",
		));

test("what is written otherwise than any secret stays", () =>
	assert.equal(
		withoutCredentials("account 4 of Horse Ltd: Battery policy 7 is correct", [
			new Credential("mesh", PLAIN),
		]),
		"account 4 of Horse Ltd: Battery policy 7 is correct",
	));

test("a JWT as the user name is taken out as well, an ordinary one is not", () => {
	const jwt = `eyJhbGciOiJSUzI1NiJ9.${"a".repeat(40)}.sig`;
	assert.equal(
		withoutCredentials(`no user ${jwt}`, [new Credential(jwt, "none!")]),
		"no user ***",
	);
	assert.equal(
		withoutCredentials("no user mesh", [new Credential("mesh", "none!")]),
		"no user mesh",
	);
});

test("a password that is a word's part is not given away by the gap it leaves", () =>
	assert.equal(
		withoutCredentials("invalid password", [new Credential("mesh", "ali")]),
		"",
	));

test("one of four letters leaves a gap that tells nothing", () =>
	assert.equal(
		withoutCredentials("no login abcd", [new Credential("mesh", "abcd")]),
		"no login ***",
	));

test("of the names that are told the one that is known stays, whatever it holds", () =>
	assert.deepEqual(
		withoutCredentialsIn(
			{ host: "marked-password.io", server: "marked-password.com", left: 1 },
			new Set(["marked-password.io"]),
			[new Credential("mesh", "marked-password")],
		),
		{ host: "marked-password.io", server: "***.com", left: 1 },
	));

test("an empty password hides nothing", () =>
	assert.equal(withoutCredentials("abc", [new Credential("mesh", "")]), "abc"));

test("errors within errors are read as far as any registry nests them", () => {
	const nested = `${'{"errors":['.repeat(20_000)}"deep"${"]}".repeat(20_000)}`;
	assert.equal(registryWords(nested, "", []), "");
});

test("a megabyte of words with a long password is read quickly", () => {
	const password = "ab".repeat(5000);
	const words = registryWords("ab".repeat(500_000), "", [
		new Credential("mesh", password),
	]);
	assert.equal(words, "***");
});

for (const [said, beside, words] of [
	["no metadata server\n", "", "no metadata server"],
	['"Secret" : "a\\"b"', "", '"Secret" : "***"'],
	["cannot use s3cr3t-1", '{"password":"s3cr3t-1"}', "cannot use ***"],
	["token eyJhbGciOi.eyJleHAi.c2lnbg expired", "", "token *** expired"],
	["ya29.a0Ab-c_d is over", "", "*** is over"],
	[`refused ${btoa("AWS:marked-password-of-1")}`, "", "refused ***"],
	[
		"not found: 123456789012.dkr.ecr.eu-west-1.amazonaws.com, arn:aws:iam::123456789012:role/puller",
		"",
		"not found: 123456789012.dkr.ecr.eu-west-1.amazonaws.com, arn:aws:iam::123456789012:role/puller",
	],
	["basic authentication failed", "", "basic authentication failed"],
	[
		"cannot use p<assword-1",
		'{"Secret":"p\\u003cassword-1"}',
		"cannot use ***",
	],
	["cannot use p\\qassword-1", '{"Secret":"p\\qassword-1"}', "cannot use ***"],
	...[
		"team/payments-frontend/with-a-long-name",
		"Team".repeat(10),
		"A1".repeat(20),
		"a1".repeat(20),
	].map((name) => [`not found: ${name}`, "", `not found: ${name}`] as const),
	["x".repeat(1000), "", `${"x".repeat(299)}…`],
	[
		`${"x ".repeat(146)}s3cr3t-12`,
		'{"Secret":"s3cr3t-12"}',
		`${"x ".repeat(146)}***`,
	],
] as const)
	test(`of a failure: ${said.trim().slice(-40)}`, () =>
		assert.equal(failureWords(said, beside), words));

test("a key in JSON hides what is secret in it, and no words that everybody says", () => {
	const key = JSON.stringify({
		type: "service_account",
		private_key: "-----BEGIN PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n",
		client_email: "puller@ours.iam.gserviceaccount.com",
	});
	const hidden = [new Credential("_json_key", key)];
	const words = "denied to serviceaccount puller@ours.iam.gserviceaccount.com";
	assert.equal(withoutCredentials(words, hidden), words);
	assert.equal(withoutCredentials("no c2VjcmV0c2VjcmV0", hidden), "no ***");
});

test("a long user is no secret, one that is a token is, and one without a password is named", () => {
	const hidden = [new Credential("serviceaccount", "sha256~hidden-password")];
	const words = "denied to serviceaccounts of serviceaccount";
	assert.equal(withoutCredentials(words, hidden), words);
	assert.equal(
		withoutCredentials("no serviceaccount:sha256~hidden-password", hidden),
		"no serviceaccount:***",
	);
	assert.equal(
		withoutCredentials("bob: no password", [new Credential("bob", "")]),
		"bob: no password",
	);
});
