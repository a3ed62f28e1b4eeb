import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Challenge,
	chooseLogin,
	parseChallenges,
	realmFault,
	tokenAddress,
	tokenIn,
} from "../../../src/core/registry/challenge.ts";
import type { RealmFault } from "../../../src/core/registry/login-fault.ts";

const plain = (challenges: Challenge[]) =>
	challenges.map(({ scheme, parameters }) => [
		scheme,
		Object.fromEntries(parameters),
	]);

const HEADERS: readonly [
	header: string,
	challenges: [string, Record<string, string>][],
][] = [
	["", []],
	['Basic realm="basic-realm"', [["basic", { realm: "basic-realm" }]]],
	["Basic", [["basic", {}]]],
	[
		'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
		[
			[
				"bearer",
				{
					realm: "https://auth.docker.io/token",
					service: "registry.docker.io",
				},
			],
		],
	],
	[
		'BEARER Realm = "https://a/t" ,  scope="repository:a/b:pull,push"',
		[["bearer", { realm: "https://a/t", scope: "repository:a/b:pull,push" }]],
	],
	[
		'Basic realm="a, Bearer realm=b", Bearer realm="https://c/t"',
		[
			["basic", { realm: "a, Bearer realm=b" }],
			["bearer", { realm: "https://c/t" }],
		],
	],
	[
		'realm="y", Negotiate, Basic realm="x"',
		[
			["negotiate", {}],
			["basic", { realm: "x" }],
		],
	],
	[
		'Negotiate YWJj==, Bearer realm="https://c/t"',
		[
			["negotiate", {}],
			["bearer", { realm: "https://c/t" }],
		],
	],
	[
		"Bearer realm=https://c/t?x=1,service=s",
		[["bearer", { realm: "https://c/t?x=1", service: "s" }]],
	],
	['Basic realm="a \\"b\\" c"', [["basic", { realm: 'a "b" c' }]]],
	[
		'Bearer realm="https://a/t",Realm="https://evil/t"',
		[["bearer", { realm: "https://a/t" }]],
	],
];

for (const [header, expected] of HEADERS)
	test(`WWW-Authenticate: ${header}`, () =>
		assert.deepEqual(plain(parseChallenges(header)), expected));

const SECURE = "https://registry.example.com/v2/";
const LOCAL = "http://127.0.0.1:5000/v2/";

const REALMS: readonly [
	registry: string,
	realm: string,
	insecure: boolean,
	fault: RealmFault | undefined,
][] = [
	[SECURE, "https://auth.example.com/token", false, undefined],
	[SECURE, "https://registry.example.com/token", false, undefined],
	[SECURE, "https://registry.example.com:444/token", false, undefined],
	[
		SECURE,
		"http://registry.example.com/token",
		false,
		{ is: "unencrypted", host: "registry.example.com", allowable: false },
	],
	[
		SECURE,
		"http://auth.example.com/token",
		true,
		{ is: "unencrypted", host: "auth.example.com", allowable: false },
	],
	[
		SECURE,
		"https://10.0.0.1/token",
		false,
		{ is: "private", host: "10.0.0.1" },
	],
	[
		SECURE,
		"https://169.254.169.254/latest/meta-data",
		true,
		{ is: "private", host: "169.254.169.254" },
	],
	[SECURE, "https://0x7f.1/token", false, { is: "private", host: "127.0.0.1" }],
	[
		SECURE,
		"https://localhost:8443/token",
		false,
		{ is: "private", host: "localhost:8443" },
	],
	["https://10.0.0.1/v2/", "https://10.0.0.1:8443/token", false, undefined],
	[LOCAL, "http://127.0.0.1:5001/token", false, undefined],
	[LOCAL, "https://auth.example.com/token", false, undefined],
	[
		LOCAL,
		"http://127.0.0.2:5001/token",
		false,
		{ is: "private", host: "127.0.0.2:5001" },
	],
	[
		LOCAL,
		"http://auth.example.com/token",
		false,
		{ is: "unencrypted", host: "auth.example.com", allowable: true },
	],
	[LOCAL, "http://auth.example.com/token", true, undefined],
	[
		"http://registry.example.com/v2/",
		"http://registry.example.com/token",
		true,
		undefined,
	],
	...["user:pass", "user", ":pass"].map((before): (typeof REALMS)[number] => [
		SECURE,
		`https://${before}@auth.example.com/token`,
		false,
		{ is: "user-information" },
	]),
	[SECURE, "/token", false, { is: "no-address" }],
	[SECURE, "", false, { is: "no-address" }],
	[SECURE, `https://${"a.".repeat(127)}b/`, false, { is: "no-address" }],
	[SECURE, "file:///etc/passwd", false, { is: "no-address" }],
	[SECURE, "shttp://auth.example.com/token", true, { is: "no-address" }],
];

for (const [registry, realm, insecure, fault] of REALMS)
	test(`${registry} with the realm ${realm}${insecure ? " and --registry-insecure" : ""}`, () =>
		assert.deepEqual(realmFault(realm, new URL(registry), insecure), fault));

test("Bearer is chosen before Basic, and nothing where neither is offered", () => {
	const choose = (header: string) =>
		chooseLogin(parseChallenges(header), new URL(SECURE), false)?.scheme;
	assert.equal(
		choose('Basic realm="x", Bearer realm="https://a.example/t"'),
		"bearer",
	);
	assert.equal(choose('Basic realm="x"'), "basic");
	assert.equal(choose('Digest realm="x", Basic realm="x"'), "basic");
	assert.equal(choose('Digest realm="x"'), undefined);
	assert.equal(choose('Bearer realm="http://a.example/t"'), "refused");
	assert.equal(choose('Basic realm="x", Bearer service="s"'), "refused");
	assert.equal(choose('Bearer realm="https://a.example/t'), "refused");
	// The first of two: a second one does not take its place.
	assert.equal(
		choose(
			'Bearer realm="http://a.example/t", Bearer realm="https://b.example/t"',
		),
		"refused",
	);
});

test("a token is asked for with service and account, without a scope unless one is given", () => {
	const login = chooseLogin(
		parseChallenges(
			'Bearer realm="https://a.example/t?tenant=1#part",service="my registry",scope="repository:up/b:pull"',
		),
		new URL(SECURE),
		false,
	);
	assert.equal(login?.scheme, "bearer");
	if (login?.scheme !== "bearer") return;
	assert.equal(
		tokenAddress(login, "robot$mesh", undefined).href,
		"https://a.example/t?tenant=1&service=my+registry&account=robot%24mesh",
	);
	assert.equal(
		tokenAddress(login, undefined, "repository:a/b:pull").href,
		"https://a.example/t?tenant=1&service=my+registry&scope=repository%3Aa%2Fb%3Apull&scope=repository%3Aup%2Fb%3Apull",
	);
	assert.equal(
		tokenAddress({ ...login, service: undefined }, undefined, undefined).search,
		"?tenant=1",
	);
	assert.equal(
		tokenAddress({ ...login, scope: undefined }, undefined, "a").search,
		"?tenant=1&service=my+registry&scope=a",
	);
	assert.equal(
		tokenAddress(login, undefined, "repository:up/b:pull").href,
		"https://a.example/t?tenant=1&service=my+registry&scope=repository%3Aup%2Fb%3Apull",
	);
});

const TOKENS: readonly [body: string, token: string | undefined][] = [
	['{"token":"abc"}', "abc"],
	['{"access_token":"abc"}', "abc"],
	['{"token":"abc","access_token":"def"}', "abc"],
	['{"token":"","access_token":"def"}', "def"],
	['{"token":"a\\r\\nX-Evil: 1"}', undefined],
	['{"token":"a b"}', undefined],
	['{"token":7}', undefined],
	["{}", undefined],
	["null", undefined],
	['["token"]', undefined],
	["<html>", undefined],
];

for (const [body, token] of TOKENS)
	test(`the token in ${body}`, () => assert.equal(tokenIn(body), token));
