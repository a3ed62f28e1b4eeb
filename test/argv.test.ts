import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readLine, yargsWords } from "../src/argv.ts";
import { EVERY_FLAG } from "../src/cli.ts";
import {
	BARE,
	type Flag,
	type LineFault,
} from "../src/core/command-line/flag.ts";

const FLAGS: Flag[] = [
	{ name: "name", short: "n", kind: "text", help: "" },
	{ name: "label", short: "l", kind: "list", help: "" },
	{ name: "all", short: "A", kind: "switch", help: "" },
	{ name: "quiet", short: "q", kind: "switch", help: "" },
	{ name: "dry-run", kind: "optional", help: "" },
];

describe("argv is read by kubectl's rules", () => {
	const CASES: [argv: string[], flags: string[], positionals?: string[]][] = [
		[["--name=v"], ["name=v"]],
		[["--name", "v"], ["name=v"]],
		[["--name="], ["name="]],
		[["--name", ""], ["name="]],
		[["--name", "-v"], ["name=-v"]],
		[["--name", "--all"], ["name=--all"]],
		[["--name", "--"], ["name=--"]],
		[["--name=a=b"], ["name=a=b"]],
		[["-nv"], ["name=v"]],
		[["-n", "v"], ["name=v"]],
		[["-n=v"], ["name=v"]],
		[["-n", "-"], ["name=-"]],
		[["-Aq"], ["all=true", "quiet=true"]],
		[["-Anv"], ["all=true", "name=v"]],
		[["-A=false"], ["all=false"]],
		[["--all=false"], ["all=false"]],
		[["--all", "false"], ["all=true"], ["false"]],
		[["--dry-run", "client"], [`dry-run=${BARE}`], ["client"]],
		[["--dry-run=client"], ["dry-run=client"]],
		[
			["-la=b", "-l", "c"],
			["label=a=b", "label=c"],
		],
		[["a", "--", "--all", "-n"], [], ["a", "--all", "-n"]],
		[["-"], [], ["-"]],
	];
	for (const [argv, flags, positionals = []] of CASES)
		test(argv.join(" "), () => {
			const read = readLine(argv, FLAGS);
			assert.deepEqual(
				read.flags.map(({ name, value }) => `${name}=${value}`),
				flags,
			);
			assert.deepEqual(read.positionals, positionals);
		});

	const WRONG: [argv: string[], fault: LineFault][] = [
		[["--nmae=x"], { is: "unknown flag", name: "nmae" }],
		[["-x"], { is: "unknown letter", letter: "x" }],
		[["-qx", "--nope"], { is: "unknown letter", letter: "x" }],
		[["--name"], { is: "no value", flag: "--name" }],
		[["-An"], { is: "no value", flag: "-n" }],
		[["--all=maybe"], { is: "no boolean", flag: "--all" }],
	];
	for (const [argv, fault] of WRONG)
		test(`${argv.join(" ")} is wrong`, () => {
			assert.deepEqual(readLine(argv, FLAGS).fault, fault);
		});

	test("of a line that is not finished it is known which flag waits for its value", () => {
		const { open, positionals } = readLine(["a", "-q", "-n"], FLAGS);
		assert.equal(open?.name, "name");
		assert.deepEqual(positionals, ["a"]);
	});

	test("yargs is given every flag with its value, and operands that are none of its flags", () => {
		const line = readLine(
			["-n", "v", "sync", "--dry-run", "-q", "--", "--all"],
			FLAGS,
		);
		assert.deepEqual(yargsWords(line), [
			"--name=v",
			`--dry-run=${BARE}`,
			"--quiet=true",
			"--",
			"--all",
		]);
	});

	test("a flag takes its value alike in every command, as does a letter", () => {
		const takes = (flag: Flag) =>
			flag.kind === "text" || flag.kind === "list" ? "a word" : flag.kind;
		const byName = Map.groupBy(EVERY_FLAG, ({ name }) => name);
		for (const [name, flags] of byName) {
			assert.equal(new Set(flags.map(takes)).size, 1, name);
			assert.equal(new Set(flags.map(({ short }) => short)).size, 1, name);
		}
		const byLetter = Map.groupBy(EVERY_FLAG, ({ short }) => short);
		byLetter.delete(undefined);
		for (const flags of byLetter.values())
			assert.equal(new Set(flags.map(({ name }) => name)).size, 1);
	});
});
