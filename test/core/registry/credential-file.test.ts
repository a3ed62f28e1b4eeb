import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type CredentialFile,
	credentialFilePaths,
	lookUp,
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

const UNREADABLE: readonly [text: string, problem: string][] = [
	["", "it is not JSON"],
	["{", "it is not JSON"],
	["auths: {}", "it is not JSON"],
	["[]", "it is not a JSON object"],
	["null", "it is not a JSON object"],
	['{"auths":[]}', "auths is not a JSON object"],
	['{"auths":"x"}', "auths is not a JSON object"],
	['{"auths":{"h":"dTpw"}}', "an entry of auths is not a JSON object"],
	['{"credHelpers":[]}', "credHelpers is not a JSON object"],
	['{"credHelpers":{"h":1}}', "an entry of credHelpers is not a text"],
	['{"credsStore":{}}', "credsStore is not a text"],
];

for (const [text, problem] of UNREADABLE)
	test(`${JSON.stringify(text)} is no docker config`, () =>
		assert.deepEqual(readCredentialFile(text), { ok: false, problem }));

/** A file with this content. */
function file(content: object): CredentialFile {
	const reading = readCredentialFile(JSON.stringify(content));
	assert.ok(reading.ok);
	return reading.file;
}

/** With the credential in words, for comparing. */
function plain(lookup: StoredLookup): object {
	if (lookup.found === "credential")
		return {
			user: lookup.credential.username,
			password: lookup.credential.reveal(),
		};
	return lookup.found === "helper"
		? { ...lookup, otherwise: plain(lookup.otherwise) }
		: lookup;
}

const GOOD = { auth: btoa("u:p:q") };
const IS_GOOD = { user: "u", password: "p:q" };
const unusable = (problem: string) => ({ found: "unusable", problem });
const NOTHING = { found: "nothing" };
const TOKEN =
	"it is an identity token, which a pull Secret cannot carry; make an access token, robot account or service principal for pulling, and give that with --registry-username and --registry-password-stdin";

const ENTRIES: readonly [what: string, entry: object, lookup: object][] = [
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
		unusable(
			"its auth differs from its username and password, so which is right cannot be known: log in again",
		),
	],
	[
		"another password than in auth",
		{ ...GOOD, username: "u", password: "p" },
		unusable(
			"its auth differs from its username and password, so which is right cannot be known: log in again",
		),
	],
	[
		"auth that is not base64",
		{ auth: "marked-password!" },
		unusable("its auth cannot be used: illegal base64 data at input byte 6"),
	],
	[
		"auth without a colon",
		{ auth: btoa("marked-password") },
		unusable(
			"its auth cannot be used: unable to parse auth field, must be formatted as base64(username:password)",
		),
	],
	[
		"auth that is no text",
		{ auth: 7 },
		unusable("auth, username and password must be texts"),
	],
	["an identity token", { ...GOOD, identitytoken: "t" }, unusable(TOKEN)],
	["a registry token", { registrytoken: "t" }, unusable(TOKEN)],
	[
		"no password",
		{ auth: btoa("u:") },
		unusable("it has no user or no password"),
	],
	["no user", { password: "p" }, unusable("it has no user or no password")],
	[
		"a user with a colon",
		{ username: "a:b", password: "p" },
		unusable("its user name holds a colon"),
	],
];

for (const [what, entry, lookup] of ENTRIES)
	test(`an entry with ${what}`, () =>
		assert.deepEqual(
			plain(
				lookUp(
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
	["reg.example/team", undefined],
	["https://reg.example/v3/", undefined],
	["", undefined],
	["a b", undefined],
	["u@reg.example", undefined],
];

for (const [written, key] of KEYS)
	test(`the entry ${JSON.stringify(written)} is ${key ?? "for no whole registry"}`, () => {
		const stored = file({ auths: { [written]: GOOD } });
		assert.deepEqual(registriesIn(stored), key === undefined ? [] : [key]);
		assert.deepEqual(
			plain(lookUp(stored, key ?? "reg.example")),
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
	assert.deepEqual(plain(lookUp(stored, "reg.example")), IS_GOOD);
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
		unusable("its credential helper's name is not one of a program"),
	],
];

for (const [what, content, key, lookup] of HELPERS)
	test(what, () => assert.deepEqual(plain(lookUp(file(content), key)), lookup));

const ANSWERS: readonly [text: string, lookup: object][] = [
	[
		'{"ServerURL":"https://reg.example","Username":"u","Secret":"p:q"}',
		IS_GOOD,
	],
	['{"Username":"u","Secret":"p:q","More":1}\n', IS_GOOD],
	['{"Username":"<token>","Secret":"t"}', unusable(TOKEN)],
	['{"Username":"","Secret":""}', NOTHING],
	['{"Username":"u","Secret":""}', unusable("it has no user or no password")],
	["{}", unusable("its answer has no Username or no Secret")],
	["[]", unusable("it did not answer with a JSON object")],
	["marked-password", unusable("it did not answer in JSON")],
	["", unusable("it did not answer in JSON")],
];

for (const [text, lookup] of ANSWERS)
	test(`a helper's answer ${JSON.stringify(text)}`, () =>
		assert.deepEqual(plain(readHelperAnswer(text)), lookup));
