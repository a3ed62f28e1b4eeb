import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import {
	byHand,
	isObjectName,
	kubectl,
	merged,
	meshreg,
	NO_CONTEXT,
	objectNames,
	registryName,
	sequence,
	unlessUsual,
} from "../../../src/core/output/shell.ts";
import { commandLine, word } from "../../../src/report/command-line.ts";
import { pasted } from "../../support/command-context.ts";
import { notPosix } from "../../support/posix.ts";

describe("a word of a shell", () => {
	const texts = [
		"plain",
		"host:5000/path,a=b@c%d+e",
		"",
		"two words",
		"it's",
		"$(touch x)",
		"`id`",
		"a;b|c&d>e<f",
		"line\nbreak",
		"-n",
		"*",
		"~",
		"#x",
		"ü",
		"\u202e",
	];
	for (const text of texts)
		test(`${JSON.stringify(text)} comes back from bash as it was`, {
			skip: notPosix,
		}, () => {
			const script = `printf '%s' ${word(text)}`;
			for (const LC_ALL of ["C", "C.UTF-8"]) {
				const env = { ...process.env, LC_ALL };
				const said = execFileSync("bash", ["-c", script], { env });
				assert.equal(said.toString(), text, LC_ALL);
			}
		});
});

describe("a printed command", () => {
	test("goes to the cluster that it is about, in each of its calls", () => {
		const line = commandLine(
			sequence([
				meshreg("sync", "-n", "app"),
				kubectl("get", "deployment/web"),
				meshreg("sync", "-n", "app"),
				meshreg("check", "-n", "app"),
			]) ?? [],
			pasted("--context", "prod eu"),
		);
		assert.equal(
			line,
			"kubectl meshreg sync -n app --context 'prod eu' && kubectl get deployment/web --context 'prod eu' && kubectl meshreg check -n app --context 'prod eu'",
		);
	});

	test("of several scripts stands once, behind what it needs in each of them", () => {
		const script = (...names: string[]) =>
			names.flatMap((name) => meshreg(name) ?? []);
		for (const [scripts, expected] of [
			["a sync, b sync", "a b sync"],
			["sync one, sync two, one", "sync one two"],
			["x one, y one two, z", "x y one two z"],
			["a b, b a", "b a"],
			["", ""],
		] as const)
			assert.equal(
				merged(scripts.split(", ").map((names) => script(...names.split(" "))))
					.map(({ words }) => words.join(" "))
					.join(" "),
				expected,
				scripts,
			);
	});

	test("that only a person runs says so of each of its calls", () => {
		const made = byHand(sequence([kubectl("get"), meshreg("inject")]), "a");
		assert.deepEqual(
			made?.map((call) => call.byHand),
			["a", "a"],
		);
		assert.equal(byHand(undefined, "a"), undefined);
	});

	test("without such flags is what it is", () => {
		assert.equal(
			commandLine(kubectl("delete", "pod", "web") ?? [], pasted()),
			"kubectl delete pod web",
		);
	});
});

describe("no command is printed", () => {
	for (const [what, given] of [
		["about what is no name", meshreg("sync", "-n", objectNames(["a;b"]))],
		[
			"where one of several is no name",
			meshreg("sync", "-n", objectNames(["a", "b;c"])),
		],
		["where nothing is named", meshreg("sync", "-n", objectNames([]))],
		["where nothing would run", sequence([])],
		[
			"where a part of it is unknown",
			sequence([meshreg("sync"), kubectl(undefined)]),
		],
	] as const)
		test(what, () => assert.equal(given, undefined));
});

test("where it is pasted is not known: all is spelled out", () => {
	const made = meshreg(
		"sync",
		unlessUsual("name", "a"),
		unlessUsual("namespace", "b", "--from"),
	);
	assert.equal(
		commandLine(made ?? [], NO_CONTEXT),
		"kubectl meshreg sync a --from b",
	);
});

describe("a registry in a command", () => {
	for (const [text, is] of [
		["registry.example.com:5000", true],
		["https://index.docker.io/v1/", true],
		["*.example.com/team", true],
		["[::1]:5000", true],
		["localhost", true],
		["a b", false],
		["-n", false],
		["r.io:", false],
		["r.io:123456", false],
		["r.io/team/$(id)", false],
		["$(id)", false],
		["user:password@host", false],
		["x.io\n", false],
		["x".repeat(512), true],
		["x".repeat(513), false],
		["", false],
	] as const)
		test(`${JSON.stringify(text.slice(0, 40))}: ${is}`, () =>
			assert.equal(registryName(text), is ? text : undefined));
});

describe("an object's name", () => {
	for (const [text, is] of [
		["web", true],
		["web-1.app", true],
		["a".repeat(253), true],
		["a".repeat(254), false],
		["Web", false],
		["web;touch x", false],
		["web\n", false],
		["-web", false],
		["", false],
		["..", false],
	] as const)
		test(`${JSON.stringify(text.slice(0, 20))}: ${is}`, () =>
			assert.equal(isObjectName(text), is));
});
