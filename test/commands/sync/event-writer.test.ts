import assert from "node:assert/strict";
import { test } from "node:test";
import { EventWriter } from "../../../src/commands/sync/event-writer.ts";
import type { EventReason } from "../../../src/core/in-cluster/event.ts";
import type { Cluster } from "../../../src/world.ts";
import { playedClock } from "../../support/played-clock.ts";

/** A writer, and the namespaces in which it wrote. */
function played(answer: () => Promise<void> = async () => {}) {
	const written: string[] = [];
	const clock = playedClock();
	const create = async (_: string, object: unknown) => {
		const { metadata } = object as { metadata: { namespace: string } };
		written.push(metadata.namespace);
		await answer();
		return object;
	};
	const writer = new EventWriter(
		{ create: create as Cluster["create"] },
		clock,
	);
	const tell = (namespace: string, reason: EventReason = "CopyFailed") =>
		writer.tell(
			{ kind: "Secret", namespace, name: "key", uid: "" },
			reason,
			"no",
		);
	return { written, clock, writer, tell };
}

test("of one namespace a few Events, and then one every half minute", async () => {
	const { written, clock, writer, tell } = played();
	for (let time = 0; time < 3_600_000; time += 1000) {
		clock.set(time);
		tell("app");
		await writer.done();
	}
	assert.equal(written.length, 25 + 119);
});

test("who uses up those of one namespace leaves the others theirs", async () => {
	const { written, writer, tell } = played();
	for (let time = 0; time < 90; time++) tell("app");
	tell("nginx-mesh");
	await writer.done();
	assert.equal(written.filter((name) => name === "app").length, 25);
	assert.equal(written.at(-1), "nginx-mesh");
});

test("where none is answered, not more and more wait", async () => {
	const answered = Promise.withResolvers<void>();
	const { written, writer, tell } = played(() => answered.promise);
	for (let time = 0; time < 10_000; time++) tell(`n${time}`);
	answered.resolve();
	await writer.done();
	assert.equal(written.length, 100);
});

test("that a credential ends is told, in however many namespaces copies fail, and they are as much as they were", async () => {
	const answered = Promise.withResolvers<void>();
	const { written, writer, tell } = played(() => answered.promise);
	for (let time = 0; time < 200; time++) tell(`n${time}`);
	for (let time = 0; time < 100; time++) tell("mesh", "CredentialExpiring");
	for (let time = 0; time < 200; time++) tell(`m${time}`);
	answered.resolve();
	await writer.done();
	assert.equal(written.filter((name) => name === "mesh").length, 25);
	assert.equal(written.length, 125);
});

test("of namespaces that come and go no more and more is kept, and one that goes on is not forgotten for them", async () => {
	const { written, writer, tell } = played();
	for (let time = 0; time < 2000; time++) {
		tell("app");
		tell(`n${time}`);
		await writer.done();
	}
	assert.equal(written.filter((name) => name === "app").length, 25);
	// The first was forgotten, and has all of its own again.
	for (let time = 0; time < 25; time++) tell("n0");
	await writer.done();
	assert.equal(written.filter((name) => name === "n0").length, 26);
});
