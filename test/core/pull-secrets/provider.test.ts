import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Credential } from "../../../src/core/credentials/credential.ts";
import {
	ecrPlaceOf,
	parseProvider,
	providerName,
	readEcrToken,
	readPluginAnswer,
	renewalOf,
} from "../../../src/core/pull-secrets/provider.ts";
import { UsageError } from "../../../src/errors.ts";
import { pluginAnswer } from "../../support/kubelet-plugin.ts";
import { PLUGIN_ANSWERS } from "../../support/plugin-answers.ts";

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

describe("a plugin's answer", () => {
	for (const { what, text, found } of PLUGIN_ANSWERS)
		test(what, () => {
			const read = readPluginAnswer(text, "r.example");
			assert.deepEqual(
				"credential" in read ? read.credential.username : read,
				found,
			);
		});

	test("in the older version", () => {
		const read = readPluginAnswer(
			pluginAnswer(
				{ "r.example": { username: "u", password: "p" } },
				{ version: "v1beta1" },
			),
			"r.example",
		);
		assert.ok("credential" in read);
	});

	test("for Docker Hub", () => {
		const read = readPluginAnswer(
			pluginAnswer({ "docker.io": { username: "u", password: "p" } }),
			"https://index.docker.io/v1/",
		);
		assert.ok("credential" in read);
	});
});

test("ECR's token is a user and a password, or none", () => {
	const good = readEcrToken(btoa("AWS:secret"));
	assert.ok("credential" in good);
	assert.deepEqual(
		[good.credential.username, good.credential.reveal()],
		["AWS", "secret"],
	);
	for (const bad of [undefined, "", 5, {}, btoa("AWS:"), btoa("AWS")])
		assert.ok("is" in readEcrToken(bad));
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
	[
		`${ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu`,
		{ region: "eusc-de-east-1", fips: false, dualStack: false },
	],
	[
		`${ACCOUNT}.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu`,
		{ region: "eusc-de-east-1", fips: false, dualStack: true },
	],
	[
		`${ACCOUNT}.dkr.ecr.us-iso-east-1.c2s.ic.gov`,
		{ region: "us-iso-east-1", fips: false, dualStack: false },
	],
	[
		`${ACCOUNT}.dkr-ecr-fips.us-gov-west-1.on.aws`,
		{ region: "us-gov-west-1", fips: true, dualStack: true },
	],
	[
		`https://${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/team`,
		{ region: "eu-west-1", fips: false, dualStack: false },
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
	for (const at of [NOW - 1000, NOW])
		assert.equal(renewalOf("r", current, until(at), NOW), "expired");
	assert.equal(renewalOf("r", undefined, until(NOW + 1000), NOW), "new");
});
