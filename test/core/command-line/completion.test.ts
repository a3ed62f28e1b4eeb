import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readLine } from "../../../src/argv.ts";
import { COMMANDS, EVERY_FLAG, EVERYWHERE, parse } from "../../../src/cli.ts";
import {
	completionOf,
	type Vocabulary,
} from "../../../src/core/command-line/completion.ts";
import type { CommandHelp, Flag } from "../../../src/core/command-line/flag.ts";
import { UsageError } from "../../../src/errors.ts";
import { givenOn } from "../../../src/given.ts";

const command = (
	verb: string,
	more: Partial<CommandHelp> = {},
): CommandHelp => ({
	verb,
	summary: `${verb}s`,
	about: "",
	examples: {},
	operands: [],
	flags: [],
	...more,
});
const namespace: Flag = {
	name: "namespace",
	short: "n",
	kind: "list",
	commas: true,
	values: "namespace",
	help: "The namespaces.",
};
const vocabulary: Vocabulary = {
	commands: [
		command("sync", {
			operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
			flags: [
				namespace,
				{ name: "yes", short: "y", kind: "switch", help: "Yes." },
				{
					name: "output",
					short: "o",
					kind: "text",
					choices: ["json", "yaml"],
					help: "Format.",
				},
				{
					name: "attach",
					kind: "optional",
					values: "serviceaccount",
					conflicts: ["name"],
					help: "Accounts.",
				},
				{
					name: "dry-run",
					kind: "optional",
					choices: ["client", "server"],
					help: "Try.",
				},
				{ name: "name", kind: "text", help: "Anything." },
				{
					name: "old",
					kind: "text",
					values: "pull-secret",
					hidden: true,
					help: "Old.",
				},
			],
		}),
		command("attach", {
			operands: [
				{ name: "SA", optional: true, many: true, values: "serviceaccount" },
			],
		}),
		command("completion", {
			operands: [{ name: "SHELL", values: ["bash", "zsh"] }],
		}),
		command("list"),
	],
	everywhere: [
		{ name: "context", kind: "text", values: "context", help: "Context." },
		{ name: "kubeconfig", kind: "text", values: "file", help: "File." },
	],
};

const FLAGS = [
	"--namespace",
	"-n",
	"--yes",
	"-y",
	"--output",
	"-o",
	"--attach",
	"--dry-run",
	"--name",
	"--context",
	"--kubeconfig",
];
const VERBS = ["sync", "attach", "completion", "list"];

/** What is typed, the last word being incomplete; what is offered; what is kept, typed and taken where it differs. */
const CASES: [
	line: string[],
	offer: string | string[],
	more?: { kept?: string; typed?: string; taken?: string[] },
][] = [
	[[""], VERBS],
	[["sy"], VERBS],
	[["-"], ["--context", "--kubeconfig"]],
	[["--context", ""], "context"],
	[["--context", "a", ""], VERBS],
	[["--context=a", ""], VERBS],
	[["--context=k"], "context", { typed: "k" }],
	[["--kubeconfig", "./"], "file"],
	[["help", ""], VERBS],
	[["help", "sync", ""], []],
	[["nonsense", ""], []],
	[["sync", ""], "pull-secret"],
	[["sync", "a", ""], [], { taken: ["a"] }],
	[["sync", "-"], FLAGS],
	[["sync", "--n"], FLAGS],
	[
		["sync", "-y", "--output=json", "-"],
		FLAGS.filter((f) => !/^(--yes|-y|--output|-o)$/.test(f)),
	],
	[["sync", "-n", "a", "-"], FLAGS],
	...[["--attach"], ["--name", "a"]].map((given): (typeof CASES)[number] => [
		["sync", ...given, "-"],
		FLAGS.filter((f) => f !== "--attach" && f !== "--name"),
	]),
	[["sync", "--", "-"], "pull-secret"],
	[["sync", "-n", ""], "namespace", { taken: [""] }],
	[["sync", "-n", "-y"], "namespace", { taken: [""] }],
	[["sync", "-n=a"], "namespace", { typed: "a", taken: [""] }],
	[
		["sync", "--namespace=a,b"],
		"namespace",
		{ kept: "a,", typed: "b", taken: ["a", ""] },
	],
	[
		["sync", "-n", "a", "-n", "b,c,d"],
		"namespace",
		{ kept: "b,c,", typed: "d", taken: ["a", "b", "c", ""] },
	],
	[
		["sync", "-na", "-o", "j"],
		["json", "yaml"],
	],
	[["sync", "-ojson", ""], "pull-secret"],
	[["sync", "--attach", ""], "pull-secret"],
	[["sync", "--attach="], "serviceaccount", { typed: "", taken: [""] }],
	[
		["sync", "--attach=a,"],
		"serviceaccount",
		{ kept: "a,", typed: "", taken: ["a", ""] },
	],
	[["sync", "--dry-run="], ["client", "server"], { typed: "", taken: [""] }],
	[["sync", "--name", ""], []],
	[["sync", "--old", ""], []],
	[["sync", "--unknown="], [], { typed: "" }],
	[["sync", "--unknown", ""], "pull-secret"],
	[["attach", "a", "b", ""], "serviceaccount", { taken: ["a", "b"] }],
	[
		["completion", "z"],
		["bash", "zsh"],
	],
	[["list", ""], []],
];

const ALL = [
	...vocabulary.everywhere,
	...vocabulary.commands.flatMap(({ flags }) => flags),
];

function following(words: readonly string[], last: string) {
	const line = readLine(words, ALL);
	return completionOf(line, givenOn(line, ALL), last, vocabulary);
}

describe("what may follow", () => {
	for (const [line, offer, more] of CASES)
		test(line.join(" ").replace(/ $/, " ⌷"), () => {
			const words = line.slice(0, -1);
			const last = line.at(-1) ?? "";
			const completion = following(words, last);
			assert.deepEqual(
				{
					offer:
						typeof completion.offer === "string"
							? completion.offer
							: completion.offer.map(({ value }) => value),
					kept: completion.kept,
					typed: completion.typed,
					taken: completion.taken,
				},
				{ offer, kept: "", typed: last, taken: [], ...more },
			);
		});
});

test("descriptions: summaries of commands, help of flags", () => {
	assert.deepEqual(following([], "").offer[0], {
		value: "sync",
		about: "syncs",
	});
	assert.deepEqual(following(["list"], "-").offer[0], {
		value: "--context",
		about: "Context.",
	});
});

test("the flags on the line say which cluster is asked", () => {
	const { given } = following(
		["--context", "c", "sync", "-na,b", "-y", "key", "--kubeconfig=k", "-n"],
		"",
	);
	assert.equal(given.text("context"), "c");
	assert.equal(given.text("kubeconfig"), "k");
	assert.deepEqual(given.list("namespace"), ["a", "b"]);
	assert.equal(given.on("yes"), true);
	assert.equal(given.has("output"), false);
	assert.deepEqual(given.positionals, ["key"]);
});

describe("what no command line could take any more is not offered", () => {
	const offer = (words: readonly string[], last: string) => {
		const line = readLine(words, EVERY_FLAG);
		const given = givenOn(line, EVERY_FLAG);
		return completionOf(line, given, last, {
			commands: COMMANDS,
			everywhere: EVERYWHERE,
		}).offer;
	};
	for (const [words, flag] of [
		["create", "--credential-arg"],
		["create --docker-server=x", "--registry-server"],
		["create --docker-password=x", "--registry-key"],
		["create --registry-key=x", "--credential-arg"],
		["sync", "--refresh-before"],
		["sync --dry-run", "--refresh-before"],
		["sync", "--all-sources"],
		["sync x", "--all-sources"],
		["prune", "--all"],
		["prune x", "--all"],
	] as const) {
		const isBare = !words.includes(" ");
		test(`${words} ${flag}: ${isBare ? "offered" : "not"}`, () => {
			const offered = offer(words.split(" "), "--");
			assert.ok(typeof offered !== "string");
			assert.equal(
				offered.some(({ value }) => value === flag),
				isBare,
			);
		});
	}
	for (const words of [
		"sync --all-sources",
		"prune --all",
		"attach --by-policy",
		"attach --all-serviceaccounts",
		"detach --by-policy",
		"detach --all-serviceaccounts",
	])
		test(`${words}: no operand`, async () => {
			assert.deepEqual(offer(words.split(" "), ""), []);
			await assert.rejects(parse([...words.split(" "), "x"], {}), UsageError);
		});
});
