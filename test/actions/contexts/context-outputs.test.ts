import assert from "node:assert/strict";
import { test } from "node:test";
import {
	OutputGate,
	tagged,
} from "../../../src/actions/contexts/context-outputs.ts";
import { SharedPrompter } from "../../../src/actions/contexts/shared-prompter.ts";
import { AbortedError, OperationError } from "../../../src/errors.ts";
import type { Output, Prompter } from "../../../src/world.ts";

/** Writes down what is printed. */
function paper(): Output & { lines: string[] } {
	const lines: string[] = [];
	return {
		lines,
		isTerminal: true,
		columns: 80,
		write: (text) => {
			lines.push(text);
		},
	};
}

/** Somebody who answers questions one by one, as the test says. */
function person(answer: (message: string) => Promise<string>): Prompter {
	return {
		text: ({ message }) => answer(message),
		password: ({ message }) => answer(message),
		choose: async ({ message, choices }) => {
			const value = await answer(message);
			const choice = choices.find((each) => each.value === value);
			if (choice === undefined) throw new Error("not among the choices");
			return choice.value;
		},
		pick: async () => [],
		confirm: async ({ message }) => (await answer(message)) === "yes",
		progress: () => ({ update() {}, stop() {} }),
	};
}

test("lines get their context; one that was begun is ended", () => {
	const output = paper();
	const own = tagged(output, "eu");
	own.write("one\ntw");
	own.write("o\nthree");
	own.end();
	own.end();
	assert.equal(output.lines.join(""), "eu: one\neu: two\neu: three\n");
});

test("nothing is printed into an open question; afterwards all is, in order", async () => {
	const hush = new OutputGate();
	const output = paper();
	const quiet = hush.over(output);
	const asked = Promise.withResolvers<void>();
	const typed = Promise.withResolvers<string>();
	const shared = new SharedPrompter(
		async () =>
			person(() => {
				asked.resolve();
				return typed.promise;
			}),
		hush,
	);
	const answer = shared.for("eu").confirm({ message: "Delete?" });
	await asked.promise;
	quiet.write("one\n");
	quiet.write("two\n");
	assert.deepEqual(output.lines, []);
	typed.resolve("yes");
	assert.equal(await answer, true);
	quiet.write("three\n");
	assert.deepEqual(output.lines, ["one\n", "two\n", "three\n"]);
});

for (const [name, error] of [
	["is interrupted", new AbortedError("SIGINT")],
	["cannot be asked", new OperationError("the question was not answered")],
] as const)
	test(`a question that ${name} fails for all whom its answer was for, and holds nothing up`, async () => {
		const hush = new OutputGate();
		const output = paper();
		const asked: string[] = [];
		const shared = new SharedPrompter(
			async () =>
				person(async (message) => {
					asked.push(message);
					if (message === "User name:") throw error;
					return "yes";
				}),
			hush,
		);
		const [eu, us] = [shared.for("eu"), shared.for("us")];
		const question = { message: "User name:" };
		const failures = [eu.text(question), us.text(question)];
		for (const failure of failures) await assert.rejects(failure, error);
		assert.equal(await us.confirm({ message: "Delete?" }), true);
		assert.deepEqual(asked, ["User name:", "us: Delete?"]);
		hush.over(output).write("printed\n");
		assert.deepEqual(output.lines, ["printed\n"]);
	});
