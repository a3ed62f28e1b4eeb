import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Credential } from "../../../src/core/credentials/credential.ts";
import type { ProviderFault } from "../../../src/core/output/credential-fault.ts";
import {
	ecrPlaceOf,
	parseProvider,
	providerName,
	readEcrToken,
	readPluginAnswer,
	renewalOf,
} from "../../../src/core/pull-secrets/provider.ts";
import { UsageError } from "../../../src/errors.ts";

describe("a provider, and the name of it that stands on a source", () => {
	for (const [text, name] of [
		["ecr", "ecr"],
		["helper:ecr-login", "helper:ecr-login"],
		["plugin:/opt/bin/gcp-provider", "plugin:gcp-provider"],
		["plugin:acr-credential-provider", "plugin:acr-credential-provider"],
		["plugin:C:\\bin\\provider.exe", "plugin:provider.exe"],
	] as const)
		test(text, () =>
			assert.equal(providerName(parseProvider(text, "--flag")), name),
		);

	for (const text of [
		"",
		"ECR",
		"ecr:x",
		"helper:",
		"helper:../evil",
		"helper:a b",
		"plugin:",
		"plugin:./provider",
		"plugin:bin/provider",
		"sh -c x",
	])
		test(`${JSON.stringify(text)} is none`, () =>
			assert.throws(
				() => parseProvider(text, "--flag"),
				(error) =>
					error instanceof UsageError && error.message.startsWith("--flag: "),
			));
});

const V1 = "credentialprovider.kubelet.k8s.io/v1";
const answer = (auth: unknown, apiVersion = V1) =>
	JSON.stringify({
		kind: "CredentialProviderResponse",
		apiVersion,
		cacheKeyType: "Registry",
		cacheDuration: "0s",
		auth,
	});
const login = (username: string, password = "p") => ({ username, password });

describe("a plugin's answer", () => {
	const ROWS: readonly [
		what: string,
		text: string,
		found: string | ProviderFault,
	][] = [
		["for the host", answer({ "r.example": login("u") }), "u"],
		[
			"in the older version",
			answer({ "r.example": login("u") }, `${V1}beta1`),
			"u",
		],
		["for a star", answer({ "*.example": login("u") }), "u"],
		[
			"for several: the one that a kubelet tries first",
			answer({ "*.example": login("star"), "r.example": login("host") }),
			"host",
		],
		["that is no JSON", "marked-password", { is: "not-json" }],
		["that is a list", "[]", { is: "not-object" }],
		["of another kind", '{"kind":"Status"}', { is: "not-a-response" }],
		["without auth", answer(undefined), { is: "no-credential" }],
		["with null", answer(null), { is: "no-credential" }],
		["with nothing in it", answer({}), { is: "no-credential" }],
		["with a list", answer([]), { is: "auth-not-object" }],
		[
			"for another registry",
			answer({ "other.example": login("u") }),
			{ is: "other-registries" },
		],
		[
			"with an empty password",
			answer({ "r.example": login("u", "") }),
			{ is: "credential", fault: "password-empty" },
		],
		[
			"with a line end",
			answer({ "r.example": login("u", "p\n") }),
			{ is: "credential", fault: "password-line-end" },
		],
		[
			"with something else than texts",
			answer({ "r.example": { username: 1, password: [] } }),
			{ is: "no-credential" },
		],
	];
	for (const [what, text, expected] of ROWS)
		test(what, () => {
			const read = readPluginAnswer(text, "r.example");
			assert.deepEqual(
				read.found === "credential" ? read.credential.username : read.because,
				expected,
			);
		});

	test("for Docker Hub", () => {
		const read = readPluginAnswer(
			answer({ "docker.io": login("u") }),
			"https://index.docker.io/v1/",
		);
		assert.equal(read.found, "credential");
	});
});

test("ECR's token is a user and a password, or none", () => {
	const good = readEcrToken(btoa("AWS:secret"));
	assert.ok(good.found === "credential");
	assert.deepEqual(
		[good.credential.username, good.credential.reveal()],
		["AWS", "secret"],
	);
	for (const bad of [undefined, "", btoa("AWS:"), btoa("AWS")])
		assert.equal(readEcrToken(bad).found, "unusable");
});

const ACCOUNT = "123456789012";
for (const [host, place] of [
	[
		`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`,
		{ region: "eu-west-1", fips: false, dualStack: false },
	],
	[
		`${ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`,
		{ region: "us-gov-west-1", fips: true, dualStack: false },
	],
	[
		`${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`,
		{ region: "cn-north-1", fips: false, dualStack: false },
	],
	[
		`${ACCOUNT}.dkr-ecr.eu-west-1.on.aws`,
		{ region: "eu-west-1", fips: false, dualStack: true },
	],
	["public.ecr.aws", undefined],
	["r.example", undefined],
	[`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com.evil.example`, undefined],
] as const)
	test(`where ${host} is`, () => assert.deepEqual(ecrPlaceOf(host), place));

test("an answer renews what is there, is the same again, or has expired already", () => {
	const NOW = Date.parse("2026-11-21T08:00:00Z");
	const until = (at: number) =>
		new Credential(
			"u",
			`e30.${Buffer.from(JSON.stringify({ exp: at / 1000 })).toString("base64url")}.c2ln`,
		);
	const current = new Credential("u", "old");
	assert.equal(renewalOf("r", current, new Credential("u", "new"), NOW), "new");
	assert.equal(
		renewalOf("r", current, new Credential("u", "old"), NOW),
		"same",
	);
	assert.equal(renewalOf("r", current, until(NOW - 1000), NOW), "expired");
	assert.equal(renewalOf("r", undefined, until(NOW + 1000), NOW), "new");
});
