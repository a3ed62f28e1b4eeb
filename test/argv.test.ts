import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { plainArgv } from "../src/argv.ts";
import { BARE, type Flag } from "../src/core/command-line/flag.ts";
import { UsageError } from "../src/errors.ts";

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
			const read = plainArgv(argv, FLAGS);
			assert.deepEqual(
				read.flags.map(({ name, value }) => `${name}=${value}`),
				flags,
			);
			assert.deepEqual(read.positionals, positionals);
		});

	const WRONG: [argv: string[], message: string][] = [
		[["--nmae=x"], "unknown flag: --nmae; did you mean --name?"],
		[["--wholly-unlike"], "unknown flag: --wholly-unlike"],
		[["--p@ssw0rd!=x"], "unknown flag: a flag that does not exist"],
		[["-x"], "unknown shorthand flag: 'x' in -x"],
		[["--name"], "flag needs an argument: --name"],
		[["-An"], "flag needs an argument: -n"],
		[["--all=maybe"], "invalid value for --all: must be true or false"],
	];
	for (const [argv, message] of WRONG)
		test(`${argv.join(" ")} is refused`, () => {
			assert.throws(
				() => plainArgv(argv, FLAGS),
				new UsageError(message, true),
			);
		});
});
