import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { divertedTo, guarded } from "../src/terminal.ts";
import type { Cluster, Output, Outside, Prompter } from "../src/world.ts";

type ConnectedApart = NonNullable<Parameters<Outside["connect"]>[1]>;

const ODD = "a\u001b[2J\u202eb\n";
const CLEAN = "a[2Jb\n";

/** A prompter that keeps what it was asked, and tries each check. */
function listening() {
	const asked: unknown[] = [];
	const ask = async (question: {
		message: string;
		check?: (value: string) => string | undefined;
	}) => {
		const { check, ...rest } = question;
		asked.push({ ...rest, ...(check && { said: ["ok", "no"].map(check) }) });
		return undefined as never;
	};
	const prompter: Prompter = {
		text: ask,
		password: ask,
		choose: ask,
		pick: ask,
		confirm: ask,
		progress: (text) => {
			asked.push(text);
			return { update: (next) => asked.push(next), stop: () => asked.push(0) };
		},
	};
	return { prompter, asked };
}

describe("questions", () => {
	const check = (value: string) => (value === "no" ? ODD : undefined);
	const cases: [
		what: string,
		ask: (prompter: Prompter) => unknown,
		asked: unknown[],
	][] = [
		[
			"for a text",
			(prompter) => prompter.text({ message: ODD, default: "x", check }),
			[{ message: CLEAN, default: "x", said: [undefined, CLEAN] }],
		],
		[
			"for a text, without a check, and with a default that cannot be shown",
			(prompter) => prompter.text({ message: ODD, default: ODD }),
			[{ message: CLEAN, default: undefined }],
		],
		[
			"for a text without a default",
			(prompter) => prompter.text({ message: ODD }),
			[{ message: CLEAN }],
		],
		[
			"for a password",
			(prompter) => prompter.password({ message: ODD, check }),
			[{ message: CLEAN, said: [undefined, CLEAN] }],
		],
		[
			"that choose one",
			(prompter) =>
				prompter.choose({
					message: ODD,
					choices: [{ value: ODD, label: ODD }],
				}),
			[
				{
					message: CLEAN,
					choices: [{ value: ODD, label: CLEAN, note: undefined }],
				},
			],
		],
		[
			"that pick some",
			(prompter) =>
				prompter.pick({
					message: ODD,
					choices: [
						{ value: ODD, label: ODD, note: ODD },
						{ value: "x", label: "x" },
					],
				}),
			[
				{
					message: CLEAN,
					choices: [
						{ value: ODD, label: CLEAN, note: CLEAN },
						{ value: "x", label: "x", note: undefined },
					],
				},
			],
		],
		[
			"to confirm",
			(prompter) => prompter.confirm({ message: ODD, default: true }),
			[{ message: CLEAN, default: true }],
		],
		[
			"and a line that says how far it has come",
			(prompter) => {
				const progress = prompter.progress(ODD);
				progress.update(ODD);
				progress.stop();
			},
			[CLEAN, CLEAN, 0],
		],
	];
	for (const [what, ask, expected] of cases)
		test(what, async () => {
			const { prompter, asked } = listening();
			const outside = { prompter: async () => prompter } as Partial<Outside>;
			await ask(await guarded(outside as Outside).prompter());
			assert.deepEqual(asked, expected);
		});
});

describe("the lines of a connection", () => {
	const output = () => {
		const written: string[] = [];
		const out: Output = {
			write: (text) => written.push(text),
			isTerminal: true,
			columns: 40,
		};
		return { out, written };
	};
	async function connected(given: ConnectedApart | undefined, err: Output) {
		let got: ConnectedApart = {};
		const outside: Partial<Outside> = {
			calledAs: "kubectl-meshreg",
			streams: { out: err, err } as Outside["streams"],
			connect: async (_, apart = {}) => {
				got = apart;
				return {} as Cluster;
			},
		};
		const guard = guarded(outside as Outside);
		assert.equal(guard.calledAs, "kubectl-meshreg");
		await guard.connect({}, given);
		got.err?.write(ODD);
		return got;
	}
	test("go to stderr, or where they are sent", async () => {
		const [stderr, elsewhere] = [output(), output()];
		const plain = await connected(undefined, stderr.out);
		assert.equal(plain.err?.isTerminal, true);
		const apart = { quietlyUntil: new AbortController().signal };
		const got = await connected({ ...apart, err: elsewhere.out }, stderr.out);
		assert.deepEqual([stderr.written, elsewhere.written], [[CLEAN], [CLEAN]]);
		assert.deepEqual({ ...got, err: undefined }, { ...apart, err: undefined });
	});
});

test("an output that leads elsewhere is as wide as the one it looks like, also when that changes", () => {
	let columns = 80;
	const written: string[] = [];
	const output: Output = {
		write: () => assert.fail(),
		isTerminal: false,
		get columns() {
			return columns;
		},
	};
	const other = divertedTo((text) => written.push(text), output);
	columns = 40;
	other.write("x");
	assert.deepEqual(
		[other.columns, other.isTerminal, written],
		[40, false, ["x"]],
	);
});
