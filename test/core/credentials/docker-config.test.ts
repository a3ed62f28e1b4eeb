import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Credential } from "../../../src/core/credentials/credential.ts";
import {
	authFields,
	canonicalContent,
	dockerConfigText,
	readDockerConfig,
} from "../../../src/core/credentials/docker-config.ts";
import { credentialOf } from "../../../src/core/credentials/entry.ts";

describe("parsing auths", () => {
	const CASES: [text: string, result: string[] | string][] = [
		['{"auths":{"a":{},"b":{"auth":"x"}}}', ["a", "b"]],
		['{"auths":{}}', []],
		["", "not-json"],
		["null", []],
		["[]", "not-object"],
		["{}", []],
		['{"Auths":{"a":{}}}', ["a"]],
		['{"auths":{"a":{}},"AUTHS":{"b":{}}}', ["a", "b"]],
		['{"auths":{"a":{},"__proto__":{}}}', ["a", "__proto__"]],
		['{"auths":[]}', "auths-not-object"],
		['{"auths":null}', []],
		['{"auths":{"a":{}},"auths":null}', []],
		['{"auths":{"a":{}},"auths":null,"auths":{"b":{}}}', ["b"]],
		['{"auths":{"a":"hunter2","b":null}}', ["a", "b"]],
	];
	for (const [text, result] of CASES)
		test(text || "(empty)", () => {
			const config = readDockerConfig(text);
			assert.deepEqual(
				config.ok ? [...config.auths.keys()] : config.problem,
				result,
			);
		});
});

describe("what a kubelet says of what it cannot read", () => {
	const config = "credentialprovider.DockerConfig";
	const ROWS: [text: string, error: string, key?: string][] = [
		["{", "unexpected end of JSON input"],
		["5", `json: cannot unmarshal number into Go value of type ${config}JSON`],
		[
			'{"auths":5,"HttpHeaders":5}',
			`json: cannot unmarshal number into Go struct field DockerConfigJSON.auths of type ${config}`,
		],
		[
			'{"HttpHeaders":[]}',
			"json: cannot unmarshal array into Go struct field DockerConfigJSON.HttpHeaders of type map[string]string",
		],
		[
			'{"auths":{"a":{"auth":"%"},"b":{"auth":5}}}',
			"illegal base64 data at input byte 0",
			"a",
		],
	];
	for (const [text, error, key] of ROWS)
		test(text, () => {
			const read = readDockerConfig(text);
			assert.deepEqual(
				read.ok ? read.fault : { error: read.error },
				key === undefined ? { error } : { error, key },
			);
		});
	test("nothing, where there is nothing to say", () => {
		assert.deepEqual(Object.keys(readDockerConfig('{"HttpHeaders":null}')), [
			"ok",
			"auths",
		]);
		assert.deepEqual(readDockerConfig("x"), {
			ok: false,
			problem: "not-json",
			error: "invalid character 'x' looking for beginning of value",
		});
		assert.deepEqual(readDockerConfig('{"auths":[],"auths":{}}'), {
			ok: false,
			problem: "auths-not-object",
			error: `json: cannot unmarshal array into Go struct field DockerConfigJSON.auths of type ${config}`,
		});
		assert.deepEqual(readDockerConfig("[]", "dockercfg"), {
			ok: false,
			problem: "not-object",
			error: `json: cannot unmarshal array into Go value of type ${config}`,
		});
	});
});

test("an entry is written with all that programs read, and what is no text as auth alone", () => {
	assert.deepEqual(authFields(new Credential("u", "p")), {
		username: "u",
		password: "p",
		auth: btoa("u:p"),
	});
	assert.deepEqual(
		authFields(Credential.fromBytes(Buffer.from("u:\xff", "latin1"))),
		{ auth: btoa("u:\xff") },
	);
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
			const config = readDockerConfig(JSON.stringify({ auths: { r: fields } }));
			const entry = config.ok ? config.auths.get("r") : undefined;
			const credential = entry && credentialOf(entry);
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
		["{}", '{"auths":{}}'],
		[
			'{"auths":{"a":{"auth":"dTpw"}}}',
			'{"Auths":{"a":{"email":"e","PASSWORD":"p","username":"u"}}}',
		],
		[
			'{"auths":{"a":{"auth":"dTpw"}}}',
			'{"auths":{"a":null,"a":{"auth":"dTpw"}}}',
		],
		[
			'{"auths":{"a":{"auth":"dTpwcA=="}}}',
			'{"auths":{"a":{"auth":"dTpwcA"}}}',
		],
		[
			'{"auths":{"a":{"identitytoken":"t","auth":"dTo="}}}',
			'{"auths":{"a":{"username":"u"}}}',
		],
	];
	const canonical = (text: string) =>
		canonicalContent(readDockerConfig(text), text);
	for (const [a, b] of SAME)
		test(`${a} equals ${b}`, () => assert.equal(canonical(a), canonical(b)));
	const DIFFERENT: [string, string][] = [
		['{"auths":{"a":{}}}', '{"auths":{"b":{}}}'],
		['{"auths":{"a":{"auth":"eA=="}}}', '{"auths":{"a":{"auth":"eQ=="}}}'],
		['{"auths":{"a":{"auth":"eA"}}}', '{"auths":{"a":{"auth":"eQ"}}}'],
		['{"auths":{},"HttpHeaders":[]}', '{"auths":{}}'],
		["not json", "not json either"],
		['{"auths":{"a":{"auth":"dTpw"}}}', '{"auths":{"a":{"auth":"dTpx"}}}'],
		['{"auths":{"a":{"username":"u"}}}', '{"auths":{"a":{"username":"v"}}}'],
		['{"auths":{"a":5}}', '{"auths":{"a":6}}'],
		[
			'{"auths":{"a":{}},"HttpHeaders":[]}',
			'{"auths":{"a":{}},"HttpHeaders":5}',
		],
		['{"auths":{"__proto__":{"auth":"x"}}}', '{"auths":{}}'],
	];
	for (const [a, b] of DIFFERENT)
		test(`${a} differs from ${b}`, () =>
			assert.notEqual(canonical(a), canonical(b)));

	test("however deep an unknown field is nested, the rest is read and compared", () => {
		const deep = (depth: number) =>
			`{"auths":{"r":{"auth":"dTpw","x":${"[".repeat(depth)}${"]".repeat(depth)}}}}`;
		assert.equal(
			canonical(deep(9900)),
			canonical('{"auths":{"r":{"auth":"dTpw"}}}'),
		);
		assert.notEqual(canonical(deep(10_001)), canonical(deep(10_002)));
	});
});

test("of days of changes some ten thousand configs are kept", () => {
	const read = (at: number) => readDockerConfig(`{"auths":{"r${at}":{}}}`);
	const first = read(0);
	for (let at = 1; at < 10_000; at++) read(at);
	assert.equal(read(0), first);
	for (let at = 10_000; at < 20_000; at++) read(at);
	assert.notEqual(read(0), first);
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
				const config = readDockerConfig(text);
				assert.ok(config.ok);
				const entry = config.auths.get("r.example.com");
				const read = entry?.credential();
				assert.deepEqual(
					[read?.username, read?.reveal()],
					[username, password],
				);
				assert.equal(entry?.disagrees, false);
			},
		),
	);
});
