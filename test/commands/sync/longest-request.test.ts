import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../../src/cli.ts";
import type { ConnectionFlags, World } from "../../../src/world.ts";

/** With which limit of a request it connects, in milliseconds. */
async function limitOf(...argv: string[]): Promise<number | undefined> {
	const invocation = await parse(["sync", "-A", ...argv], {});
	assert.ok(invocation.want === "run");
	let limit: number | undefined;
	const connected = new Error("that is all");
	const world = {
		emit() {},
		connect: async (flags: ConnectionFlags) => {
			limit = flags.requestTimeout;
			throw connected;
		},
	} as unknown as World;
	const work = await invocation.prepared.ask(world);
	await assert.rejects(work(world), connected);
	return limit;
}

for (const [argv, limit] of [
	[[], undefined],
	[["--watch"], 120_000],
	[["--watch", "--request-timeout=0"], 0],
	[["--watch", "--request-timeout=5m"], 300_000],
] as const)
	test(`sync ${argv.join(" ")}: what is not answered is given up after ${limit ? `${limit / 1000} s` : "no time"}`, async () => {
		assert.equal(await limitOf(...argv), limit);
	});
