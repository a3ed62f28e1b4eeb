import assert from "node:assert/strict";
import { test } from "node:test";
import { readDockerConfig } from "../../../src/core/credentials/docker-config.ts";
import type { StoredFault } from "../../../src/core/output/credential-fault.ts";
import type { FileFault } from "../../../src/core/output/file-fault.ts";
import {
	type CredentialFile,
	credentialFilePaths,
	fileOfAnotherKind,
	isForAnother,
	lookUp,
	narrowerThan,
	readCredentialFile,
	readHelperAnswer,
	registriesIn,
	type StoredLookup,
} from "../../../src/core/registry/credential-file.ts";

const HUB = "https://index.docker.io/v1/";

const PATHS: readonly [
	what: string,
	env: Record<string, string>,
	userId: number | undefined,
	paths: readonly string[],
][] = [
	[
		"nothing set",
		{},
		1000,
		[
			"/run/containers/1000/auth.json",
			"/home/u/.config/containers/auth.json",
			"/home/u/.docker/config.json",
		],
	],
	[
		"all set",
		{
			REGISTRY_AUTH_FILE: "/auth.json",
			XDG_RUNTIME_DIR: "/run/user/1000",
			XDG_CONFIG_HOME: "/xdg",
			DOCKER_CONFIG: "/docker",
		},
		1000,
		[
			"/auth.json",
			"/run/user/1000/containers/auth.json",
			"/xdg/containers/auth.json",
			"/docker/config.json",
		],
	],
	[
		"Windows, and empty variables",
		{ REGISTRY_AUTH_FILE: "", XDG_RUNTIME_DIR: "", DOCKER_CONFIG: "" },
		undefined,
		["/home/u/.config/containers/auth.json", "/home/u/.docker/config.json"],
	],
];

for (const [what, env, userId, paths] of PATHS)
	test(`where credentials are kept: ${what}`, () =>
		assert.deepEqual(credentialFilePaths(env, "/home/u", userId), paths));

test("where credentials are kept: a user without a home", () =>
	assert.deepEqual(
		[{}, { XDG_CONFIG_HOME: "/xdg", DOCKER_CONFIG: "/docker" }].map((env) =>
			credentialFilePaths(env, undefined, 1000),
		),
		[
			["/run/containers/1000/auth.json"],
			[
				"/run/containers/1000/auth.json",
				"/xdg/containers/auth.json",
				"/docker/config.json",
			],
		],
	));

const UNREADABLE: readonly [text: string, problem: FileFault][] = [
	["{", "not-json"],
	["auths: {}", "not-json"],
	["[]", "not-object"],
	["null", "not-object"],
	['{"auths":[]}', "auths-not-object"],
	['{"auths":"x"}', "auths-not-object"],
	["\ufeff{}", "byte-order-mark"],
	['{"kind":"Secret","apiVersion":"v1"}', "secret"],
	['{"kind":"Pod","apiVersion":"v1"}', "object"],
	['{"type":"service_account"}', "json-key"],
	['{"r.example":{"auth":"dTpw"}}', "dockercfg"],
	[`${btoa('{"auths":{}}')}\n`, "encoded-json"],
	["-----BEGIN CERTIFICATE-----\nMIIB\n", "pem"],
	["<!DOCTYPE html><html>", "web-page"],
	["eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln\n", "token"],
	["apiVersion: v1\nkind: Secret\ndata: {}\n", "secret"],
	["apiVersion: v1\nkind: Config\n", "object"],
	["apiVersion: v1\n", "not-json"],
	['{"authorizationData":[]}', "ecr-answer"],
	['{"credHelpers":[]}', "cred-helpers-not-object"],
	['{"credHelpers":{"h":1}}', "cred-helper-not-text"],
	['{"credsStore":{}}', "creds-store-not-text"],
];

for (const [text, problem] of UNREADABLE)
	test(`F16: ${JSON.stringify(text)} is no docker config`, () =>
		assert.equal(readCredentialFile(Buffer.from(text)), problem));

for (const [what, bytes, problem] of [
	["UTF-16", Buffer.from("\ufeff{}", "utf16le"), "utf-16"],
	["UTF-16 without a mark", Buffer.from("{}", "utf16le"), "nul"],
	["Latin-1", Buffer.from('{"x":"\xe4"}', "latin1"), "not-utf-8"],
] as const)
	test(`a file in ${what} is no docker config`, () =>
		assert.equal(readCredentialFile(bytes), problem));

test("a docker config is one, whatever else stands in it", () =>
	assert.deepEqual(
		registriesIn(
			file({
				type: "service_account",
				auths: { "r.example": { auth: "dTpw" } },
			}),
		),
		["r.example"],
	));

for (const text of ["", " \n"])
	test(`a file with ${JSON.stringify(text)} holds no credentials, as docker has it`, () =>
		assert.deepEqual(registriesIn(readFile(text)), []));

/** A file with this content. */
function file(content: object): CredentialFile {
	return readFile(JSON.stringify(content));
}

function readFile(text: string): CredentialFile {
	const read = readCredentialFile(Buffer.from(text));
	return typeof read === "object" ? read : assert.fail(read);
}

/** What it says of a registry, or of the entry that is spelled so. */
const find = (stored: CredentialFile, key: string, spelled = key) =>
	lookUp(stored, { key, spelled });

/** With the credential in words, for comparing. */
function plain(lookup: StoredLookup): object {
	if (lookup.found === "credential")
		return {
			user: lookup.credential.username,
			password: lookup.credential.reveal(),
		};
	if (lookup.found === "helper")
		return { ...lookup, otherwise: plain(lookup.otherwise) };
	const { entry: _, ...rest } = lookup;
	return rest;
}

const GOOD = { auth: btoa("u:p:q") };
const IS_GOOD = { user: "u", password: "p:q" };
const unusable = (problem: StoredFault) => ({ found: "unusable", problem });
const NOTHING = { found: "nothing" };
const TOKEN = { is: "identity-token" } as const;

const ENTRIES: readonly [what: string, entry: unknown, lookup: object][] = [
	["auth", GOOD, IS_GOOD],
	[
		"username and password",
		{ username: "u", password: "p" },
		{ user: "u", password: "p" },
	],
	["all three, equal", { username: "u", password: "p:q", ...GOOD }, IS_GOOD],
	[
		"unknown fields and nulls",
		{ ...GOOD, email: 7, other: [], username: null, identitytoken: null },
		IS_GOOD,
	],
	["nothing, as a credential store leaves it", {}, NOTHING],
	[
		"another user than in auth",
		{ ...GOOD, username: "x" },
		unusable({ is: "auth-differs" }),
	],
	[
		"another password than in auth",
		{ ...GOOD, username: "u", password: "p" },
		unusable({ is: "auth-differs" }),
	],
	[
		"auth that is not base64",
		{ auth: "marked-password!" },
		unusable({
			is: "auth-invalid",
			error: "illegal base64 data at input byte 6",
		}),
	],
	[
		"auth without a colon",
		{ auth: btoa("marked-password") },
		unusable({
			is: "auth-invalid",
			error:
				"unable to parse auth field, must be formatted as base64(username:password)",
		}),
	],
	["auth that is no text", { auth: 7 }, unusable({ is: "fields-not-text" })],
	["an identity token", { ...GOOD, identitytoken: "t" }, unusable(TOKEN)],
	["a registry token", { registrytoken: "t" }, unusable(TOKEN)],
	[
		"no password",
		{ auth: btoa("u:") },
		unusable({ is: "credential", fault: "password-empty" }),
	],
	[
		"no user",
		{ password: "p" },
		unusable({ is: "credential", fault: "username-empty" }),
	],
	["nothing at all", null, NOTHING],
	["a text in its place", "dTpw", unusable({ is: "entry-not-object" })],
	[
		"fields in other letters",
		{ Username: "u", PASSWORD: "p:q", Auth: btoa("u:p:q") },
		IS_GOOD,
	],
	[
		"auth without padding",
		{ auth: btoa("u:p:q").replaceAll("=", "") },
		IS_GOOD,
	],
	["F3: NULs around the password", { auth: btoa("u:\0p:q\0\0") }, IS_GOOD],
	[
		"NULs in the password",
		{ auth: btoa("u:p\0q") },
		unusable({ is: "credential", fault: "password-nul" }),
	],
	[
		"F4: auth that is not UTF-8",
		{ auth: btoa("u:p\xe4") },
		unusable({ is: "credential", fault: "not-text" }),
	],
	[
		"F6: a line end, from echo",
		{ auth: btoa("u:p\n") },
		unusable({ is: "credential", fault: "password-line-end" }),
	],
	[
		"a byte order mark",
		{ username: "u", password: "\ufeffp" },
		unusable({ is: "credential", fault: "password-begins-byte-order-mark" }),
	],
	[
		"a user with a colon",
		{ username: "a:b", password: "p" },
		unusable({ is: "credential", fault: "username-colon" }),
	],
];

for (const [what, entry, lookup] of ENTRIES)
	test(`an entry with ${what}`, () =>
		assert.deepEqual(
			plain(
				find(
					file({ auths: { "reg.example": entry, broken: { auth: 7 } } }),
					"reg.example",
				),
			),
			lookup,
		));

const KEYS: readonly [written: string, key: string | undefined][] = [
	["reg.example", "reg.example"],
	["Reg.Example", "reg.example"],
	["https://reg.example", "reg.example"],
	["http://reg.example/", "reg.example"],
	["https://reg.example/v1/", "reg.example"],
	["https://reg.example/v2", "reg.example"],
	["reg.example:5000", "reg.example:5000"],
	["[::1]:5000", "[::1]:5000"],
	["docker.io", HUB],
	["https://index.docker.io/v1/", HUB],
	["registry-1.docker.io", HUB],
	["https://index.docker.io:443/v1/", HUB],
	["reg.example:443", "reg.example:443"],
	["docker.io:5000", "docker.io:5000"],
	["reg.example/v3", undefined],
	["https://reg.example/v3/", undefined],
	["", undefined],
	["a b", undefined],
	["u@reg.example", undefined],
];

for (const [written, key] of KEYS)
	test(`the entry ${JSON.stringify(written)} is ${key ?? "for no whole registry"}`, () => {
		const stored = file({ auths: { [written]: GOOD } });
		assert.deepEqual(
			registriesIn(stored).filter((name) => !name.includes("/v3")),
			key === undefined ? [] : [key],
		);
		assert.deepEqual(
			plain(find(stored, key ?? "reg.example")),
			key === undefined ? NOTHING : IS_GOOD,
		);
	});

test("the entry that is written as the key itself wins", () => {
	const stored = file({
		auths: {
			"https://reg.example/v1/": { auth: btoa("old:old") },
			"reg.example": GOOD,
		},
	});
	assert.deepEqual(registriesIn(stored), ["reg.example"]);
	assert.deepEqual(plain(find(stored, "reg.example")), IS_GOOD);
});

const HELPERS: readonly [
	what: string,
	content: object,
	key: string,
	lookup: object,
][] = [
	[
		"credHelpers beats credsStore and auths",
		{
			credHelpers: { "https://reg.example": "ecr-login" },
			credsStore: "desktop",
			auths: { "reg.example": GOOD },
		},
		"reg.example",
		{
			found: "helper",
			helper: "ecr-login",
			servers: ["reg.example", "https://reg.example"],
			otherwise: IS_GOOD,
		},
	],
	[
		"credsStore beats auths",
		{ credHelpers: { other: "x" }, credsStore: "desktop", auths: {} },
		"reg.example",
		{
			found: "helper",
			helper: "desktop",
			servers: ["reg.example", "https://reg.example"],
			otherwise: NOTHING,
		},
	],
	[
		"Docker Hub goes by three names",
		{ credsStore: "desktop" },
		HUB,
		{
			found: "helper",
			helper: "desktop",
			servers: [HUB, "index.docker.io", "docker.io"],
			otherwise: NOTHING,
		},
	],
	[
		"an empty helper means the file",
		{
			credHelpers: { "reg.example": "" },
			credsStore: "desktop",
			auths: { "reg.example": GOOD },
		},
		"reg.example",
		IS_GOOD,
	],
	[
		"a helper whose name is a path",
		{ credsStore: "../../evil" },
		"reg.example",
		unusable({ is: "helper-name" }),
	],
];

for (const [what, content, key, lookup] of HELPERS)
	test(what, () => assert.deepEqual(plain(find(file(content), key)), lookup));

const ANSWERS: readonly [text: string, lookup: object][] = [
	[
		'{"ServerURL":"https://reg.example","Username":"u","Secret":"p:q"}',
		IS_GOOD,
	],
	['{"Username":"u","Secret":"p:q","More":1}\n', IS_GOOD],
	// As Go's decoder reads them for docker: names in any case, of several the last, null is nothing.
	['{"username":"u","SECRET":"p:q"}', IS_GOOD],
	['{"Username":"v","Username":"u","Secret":"p:q","secret":null}', IS_GOOD],
	['{"username":"<token>","secret":"t"}', unusable(TOKEN)],
	['{"Username":"<token>","Secret":"t"}', unusable(TOKEN)],
	['{"Username":"","Secret":""}', NOTHING],
	[
		'{"Username":"","Secret":"p"}',
		unusable({ is: "credential", fault: "username-empty" }),
	],
	['{"Username":"u"}', unusable({ is: "no-login" })],
	[
		'{"Username":"u","Secret":""}',
		unusable({ is: "credential", fault: "password-empty" }),
	],
	[
		'{"Username":"u","Secret":"p\\n"}',
		unusable({ is: "credential", fault: "password-line-end" }),
	],
	// docker reads the first value, whatever follows it, and nothing that comes before.
	['{"Username":"u","Secret":"p:q"} saved, thank you', IS_GOOD],
	['{"Username":"u","Secret":"p:q"}{"Username":"v","Secret":"w"}', IS_GOOD],
	['hello {"Username":"u","Secret":"p:q"}', unusable({ is: "not-json" })],
	['{"Username":"u","Secret":"p:q"', unusable({ is: "not-json" })],
	["{}", unusable({ is: "no-login" })],
	["[]", unusable({ is: "not-object" })],
	["marked-password", unusable({ is: "not-json" })],
	["", unusable({ is: "not-json" })],
];

for (const [text, lookup] of ANSWERS)
	test(`a helper's answer ${JSON.stringify(text)}`, () =>
		assert.deepEqual(plain(readHelperAnswer(text, "reg.example")), lookup));

for (const [key, isTaken] of [
	["a.azurecr.io", true],
	["https://a.b.azurecr.cn", true],
	["a.azurecr.io.evil.example", false],
	["azurecr.io", false],
	["reg.example", false],
] as const)
	test(`an identity token of ${key} is ${isTaken ? "a password" : "refused"}`, () => {
		const user = "00000000-0000-0000-0000-000000000000";
		const lookup = isTaken ? { user, password: "t" } : unusable(TOKEN);
		const answer = '{"Username":"<token>","Secret":"t"}';
		assert.deepEqual(plain(readHelperAnswer(answer, key)), lookup);
		// As `az acr login` leaves it in docker's file.
		const entry = { auth: btoa(`${user}:`), identitytoken: "t" };
		const config = readDockerConfig(JSON.stringify({ auths: { a: entry } }));
		const stored = config.ok && config.auths.get("a")?.stored(key);
		assert.deepEqual(stored && plain(stored), lookup);
	});

for (const [answer, key, isAnother] of [
	['{"ServerURL":"https://other.example"}', "r.example", true],
	['{"serverurl":"r.example:5000"}', "r.example", true],
	['{"ServerURL":"https://r.example/v1/"}', "r.example", false],
	['{"ServerURL":"https://docker.io"}', HUB, false],
	['{"ServerURL":"desktop"}', "r.example", false],
	['{"ServerURL":"*.example"}', "r.example", false],
	['{"ServerURL":""}', "r.example", false],
	["{}", "r.example", false],
	["no JSON", "r.example", false],
] as const)
	test(`a helper's answer ${answer} is ${isAnother ? "not " : ""}for ${key}`, () =>
		assert.equal(isForAnother(answer, key), isAnother));

for (const text of [
	'{"credsStore":null,"credHelpers":null,"auths":null}',
	'{"HttpHeaders":{"a":"b"},"currentContext":"x"}',
])
	test(`${text} is a docker config without credentials`, () =>
		assert.deepEqual(registriesIn(readFile(text)), []));

for (const [text, kind] of [
	['{"auths":{}}', "docker-config"],
	[' {"CredHelpers":{}}', "docker-config"],
	['{"auths":"x"}', undefined],
	['{"other":{}}', undefined],
	['{"kind":"Secret","data":{}}', "secret"],
	['{"r.example":{"auth":"dTpw"}}', "dockercfg"],
	["[]", undefined],
	["{", undefined],
	["a password", undefined],
] as const)
	test(`given for a password, ${text} is ${kind ?? "one"}`, () =>
		assert.equal(fileOfAnotherKind(text), kind));

test("what is narrower than a registry is of that registry", () =>
	assert.deepEqual(
		narrowerThan(
			file({
				auths: {
					"reg.example/a": GOOD,
					"reg.example/a b": GOOD,
					"other.example/b": GOOD,
				},
			}),
			"reg.example",
		),
		["reg.example/a"],
	));

test("F10: podman's entry for a part of a registry is the one that is spelled so, and no other", () => {
	const stored = file({
		auths: {
			"reg.example/team-a": { auth: btoa("ta:pa") },
			"reg.example/team-b/app": { auth: btoa("tb:pb") },
		},
	});
	const named = (spelled: string) =>
		plain(find(stored, "reg.example", spelled));
	assert.deepEqual(named("reg.example/team-a"), { user: "ta", password: "pa" });
	assert.deepEqual(named("reg.example/team-b/app"), {
		user: "tb",
		password: "pb",
	});
	assert.deepEqual(named("reg.example"), NOTHING);
	assert.deepEqual(named("reg.example/team"), NOTHING);
	assert.deepEqual(narrowerThan(stored, "reg.example"), [
		"reg.example/team-a",
		"reg.example/team-b/app",
	]);
	assert.deepEqual(registriesIn(stored), [
		"reg.example/team-a",
		"reg.example/team-b/app",
	]);
});

test("what docker keeps of its own log-in to Docker Hub is no registry, nor a part of one", () => {
	const stored = file({
		auths: {
			[HUB]: GOOD,
			[`${HUB}access-token`]: { auth: btoa("me:a") },
			[`${HUB}refresh-token`]: { auth: btoa("me:r") },
		},
	});
	assert.deepEqual(registriesIn(stored), [HUB]);
	assert.deepEqual(narrowerThan(stored, HUB), []);
	assert.deepEqual(plain(find(stored, HUB, `${HUB}refresh-token`)), IS_GOOD);
});

for (const name of ["credSstore", "CREDSSTORE", "credsStore"])
	test(`F14: ${name} names the credential store`, () =>
		assert.deepEqual(
			plain(find(file({ [name]: "hostfake", auths: { [HUB]: {} } }), HUB)),
			{
				found: "helper",
				helper: "hostfake",
				servers: [HUB, "index.docker.io", "docker.io"],
				otherwise: NOTHING,
			},
		));

test("F14: Auths and Auth are read as docker, skopeo and kubelets read them", () =>
	assert.deepEqual(
		plain(
			find(
				file({ Auths: { "reg.example": { Auth: GOOD.auth } } }),
				"reg.example",
			),
		),
		IS_GOOD,
	));
