import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListItem } from "../src/core/pull-secrets/list-item.ts";
import { AbortedError } from "../src/errors.ts";
import { Printer } from "../src/printer.ts";

/** Prints a list of a thousand items; the clock goes on by a second with each. */
async function printed(output: string, interruptedAt: number) {
	const interrupt = new AbortController();
	let time = 0;
	let made = 0;
	const items = Array.from(
		{ length: 1000 },
		(): ListItem => ({
			context: "",
			namespace: "evil",
			name: "key",
			status: "InSync",
			get registries() {
				time += 1000;
				if (++made === interruptedAt)
					interrupt.abort(new AbortedError("SIGINT"));
				return ["r.io".repeat(500)];
			},
			usernames: [],
			source: "",
			expires: "",
			created: "",
			provider: "",
			differs: [],
		}),
	);
	const texts: string[] = [];
	const stream = {
		write: (text: string) => void texts.push(text),
		isTerminal: false,
		colours: false,
		columns: 80,
		gone: new AbortController().signal,
	};
	const outside = {
		streams: { out: stream, err: stream },
		clock: {
			now: () => time,
			elapsed: () => time,
			delay: async (_: number, signal?: AbortSignal) =>
				signal?.throwIfAborted(),
		},
		interrupt: interrupt.signal,
	};
	const shown = new Printer(outside as never, { output }).show({
		kind: "list",
		items,
		namespaces: [],
	});
	const failure = await shown.then(
		() => undefined,
		(error: unknown) => error,
	);
	return { texts, made, failure };
}

for (const output of ["json", "yaml"]) {
	test(`-o ${output} is written in pieces`, async () => {
		const { texts, failure } = await printed(output, 0);
		assert.equal(failure, undefined);
		assert.ok(texts.length > 20, `${texts.length}`);
		assert.ok(texts.every(({ length }) => length < 70_000));
	});

	test(`-o ${output} hears Ctrl-C while it is made`, async () => {
		const { made, failure } = await printed(output, 100);
		assert.ok(failure instanceof AbortedError);
		assert.ok(made < 150, `${made}`);
	});
}
