import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	argumentFor,
	entriesNamed,
	withSameRegistries,
} from "../../../src/core/pull-secrets/entry-naming.ts";

const HUB = "https://index.docker.io/v1/";
const PATHS = ["reg.example.com", "reg.example.com/team-a", "ghcr.io"];

describe("an argument names the entry that is spelled so, else all that count as that registry, and never another", () => {
	const ROWS: readonly [
		keys: readonly string[],
		argument: string,
		named: readonly string[],
	][] = [
		[PATHS, "reg.example.com", ["reg.example.com"]],
		[PATHS, "reg.example.com/team-a", ["reg.example.com/team-a"]],
		[PATHS, "https://reg.example.com/team-a", ["reg.example.com/team-a"]],
		[PATHS, "reg.example.com/team-b", []],
		[PATHS, "reg.example.com/team-a/", []],
		[PATHS, "reg.example.com:443", []],
		[PATHS, "HTTPS://Reg.Example.Com", ["reg.example.com"]],
		[["reg.example.com/team-a"], "reg.example.com", []],
		[["docker.io", HUB], "docker.io", ["docker.io"]],
		[["docker.io", HUB], HUB, [HUB]],
		[["docker.io", HUB], "index.docker.io", ["docker.io", HUB]],
		[[HUB], "hub.docker.com", [HUB]],
		[["*.gcr.io", "gcr.io"], "*.gcr.io", ["*.gcr.io"]],
		[["*.gcr.io"], "eu.gcr.io", []],
		[[" reg.example.com"], " reg.example.com", [" reg.example.com"]],
		[["docker.io", HUB], " docker.io ", ["docker.io"]],
		[["https://ghcr.io/a"], " ghcr.io/a ", ["https://ghcr.io/a"]],
		[
			["http://u:p@reg.example.com"],
			"reg.example.com",
			["http://u:p@reg.example.com"],
		],
		[["__proto__"], "__proto__", ["__proto__"]],
		[["__proto__"], "constructor", []],
	];
	for (const [keys, argument, named] of ROWS)
		test(`${JSON.stringify(argument)} of ${keys.join(", ")}`, () =>
			assert.deepEqual(entriesNamed(keys, argument), named));

	test("the words that an entry was made with name it, where no entry is spelled so", () => {
		const given = new Map([["reg.example.com", "reg.example.com/mesh"]]);
		assert.deepEqual(
			entriesNamed(["reg.example.com"], "reg.example.com/mesh", given),
			["reg.example.com"],
		);
		assert.deepEqual(
			entriesNamed(
				["reg.example.com", "reg.example.com/mesh"],
				"reg.example.com/mesh",
				given,
			),
			["reg.example.com/mesh"],
		);
	});
});

test("entries that count as one registry go together, one with a path for itself", () => {
	const keys = [
		"docker.io",
		HUB,
		"reg.example.com",
		"https://reg.example.com/v2/",
		"reg.example.com/team",
	];
	assert.deepEqual(withSameRegistries(keys, ["docker.io"]), ["docker.io", HUB]);
	assert.deepEqual(withSameRegistries(keys, ["reg.example.com"]), [
		"reg.example.com",
		"https://reg.example.com/v2/",
	]);
	assert.deepEqual(
		withSameRegistries(keys, ["reg.example.com/team", "docker.io"]),
		["docker.io", HUB, "reg.example.com/team"],
	);
	const odd = ["a b", "x y"];
	assert.deepEqual(withSameRegistries(odd, ["a b"]), ["a b"]);
});

describe("how a printed command names an entry", () => {
	const ROWS: readonly [
		key: string,
		others: readonly string[],
		argument: string | undefined,
	][] = [
		[HUB, [], "docker.io"],
		[HUB, ["docker.io"], HUB],
		["docker.io", [HUB], "docker.io"],
		["reg.example.com/team", ["reg.example.com"], "reg.example.com/team"],
		["https://u:PASSWORD@reg.example.com", [], "reg.example.com"],
		["https://u:PASSWORD@reg.example.com", ["reg.example.com"], undefined],
	];
	for (const [key, others, argument] of ROWS)
		test(`${key} beside ${others.join(", ") || "nothing"}`, () =>
			assert.equal(argumentFor(key, [key, ...others]), argument));
});
