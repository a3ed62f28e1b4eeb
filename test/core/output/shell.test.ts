import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import {
	isObjectName,
	kubectl,
	meshreg,
	script,
	word,
} from "../../../src/core/output/shell.ts";
import { commandLine } from "../../../src/report/command-line.ts";
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
		test(`${JSON.stringify(text)} comes back from sh as it was`, {
			skip: notPosix,
		}, () => {
			const said = execFileSync("sh", [
				"-c",
				`printf '%s' ${word(text)}`,
			]).toString();
			assert.equal(said, text);
		});
});

describe("a printed command", () => {
	test("goes to the cluster that it is about, in each of its calls", () => {
		const line = commandLine(
			[
				[meshreg("sync", "-n", "app")],
				[kubectl("get", "deployment/web"), meshreg("inject", "-f", "-")],
			],
			["--context", "prod eu"],
		);
		assert.equal(
			line,
			"kubectl meshreg sync -n app --context 'prod eu' && kubectl get deployment/web --context 'prod eu' | kubectl meshreg inject -f - --context 'prod eu'",
		);
	});

	test("without such flags is what it is", () => {
		assert.equal(
			commandLine(script(kubectl("delete", "pod", "web")), []),
			"kubectl delete pod web",
		);
	});
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
