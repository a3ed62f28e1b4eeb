import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Credential } from "../../../src/core/credentials/credential.ts";
import {
	authFields,
	canonicalContent,
	credentialOf,
	dockerConfigText,
	parseDockerConfig,
} from "../../../src/core/credentials/docker-config.ts";

describe("parsing auths", () => {
	const CASES: [text: string, result: string[] | string][] = [
		['{"auths":{"a":{},"b":{"auth":"x"}}}', ["a", "b"]],
		['{"auths":{}}', []],
		["", "it is not JSON"],
		["null", "it is not a JSON object"],
		["[]", "it is not a JSON object"],
		["{}", "it has no auths"],
		['{"auths":[]}', "auths is not a JSON object"],
		['{"auths":null}', "auths is not a JSON object"],
		['{"auths":{"a":"hunter2"}}', "an entry of auths is not a JSON object"],
	];
	for (const [text, result] of CASES)
		test(text || "(empty)", () => {
			const config = parseDockerConfig(text);
			assert.deepEqual(
				config.ok ? [...config.auths.keys()] : config.problem,
				result,
			);
		});
});

describe("the credential of an entry", () => {
	const CASES: [
		name: string,
		fields: object,
		expected: [string, string] | undefined,
	][] = [
		[
			"auth wins over user and password",
			{ auth: btoa("a:b"), username: "c", password: "d" },
			["a", "b"],
		],
		["split at the first colon", { auth: btoa("a:b:c") }, ["a", "b:c"]],
		[
			"an empty auth does not count",
			{ auth: "", username: "c", password: "d" },
			["c", "d"],
		],
		["user and password", { username: "c", password: "d" }, ["c", "d"]],
		["no colon", { auth: btoa("ab") }, undefined],
		["nothing", {}, undefined],
		["an identity token alone", { identitytoken: "t" }, undefined],
	];
	for (const [name, fields, expected] of CASES)
		test(name, () => {
			const credential = credentialOf({ ...fields });
			assert.deepEqual(
				credential && [credential.username, credential.reveal()],
				expected,
			);
		});
});

describe("equality is of content", () => {
	const SAME: [string, string][] = [
		[
			'{"auths":{"a":{"username":"u","password":"p"},"b":{}}}',
			'{"auths":{"b":{},"a":{"password":"p","username":"u"}}}',
		],
		['{"auths":{"a":{}}}', ' {\n "auths" : { "a" : { } } }'],
		['{"auths":{"a":{}},"HttpHeaders":{"x":"y"}}', '{"auths":{"a":{}}}'],
	];
	for (const [a, b] of SAME)
		test(`${a} equals ${b}`, () =>
			assert.equal(canonicalContent(a), canonicalContent(b)));
	const DIFFERENT: [string, string][] = [
		['{"auths":{"a":{}}}', '{"auths":{"b":{}}}'],
		['{"auths":{"a":{"auth":"eA=="}}}', '{"auths":{"a":{"auth":"eQ=="}}}'],
		["{}", '{"auths":{}}'],
		["not json", "not json either"],
		['{"auths":{"__proto__":{"auth":"x"}}}', '{"auths":{}}'],
	];
	for (const [a, b] of DIFFERENT)
		test(`${a} differs from ${b}`, () =>
			assert.notEqual(canonicalContent(a), canonicalContent(b)));
});

test("what is written is read back, whatever the user and password", () => {
	fc.assert(
		fc.property(
			fc.string({ unit: "grapheme" }),
			fc.string({ unit: "grapheme" }),
			(username, password) => {
				fc.pre(!username.includes(":"));
				const text = dockerConfigText([
					["r.example.com", authFields(new Credential(username, password))],
				]);
				const config = parseDockerConfig(text);
				assert.ok(config.ok);
				const fields = config.auths.get("r.example.com");
				const read = fields && credentialOf(fields);
				assert.deepEqual(
					[read?.username, read?.reveal()],
					[username, password],
				);
				assert.deepEqual(
					[fields?.username, fields?.password],
					[username, password],
				);
			},
		),
	);
});
