import assert from "node:assert/strict";
import { test } from "node:test";
import type { Credential } from "../../../../src/adapters/cluster/auth/credentials.ts";
import { renewed } from "../../../../src/adapters/cluster/auth/renewed.ts";
import { playedClock } from "../../../support/played-clock.ts";

/** What issues these, one after the other: by a name, until a time; or fails. Names, and how often it was asked. */
function issuer(
	...answers: (readonly [name: string, expires?: number] | Error)[]
) {
	const clock = playedClock();
	let asked = 0;
	const named = new Map<string, Credential>();
	const credentials = renewed(async () => {
		const answer = answers[asked++];
		if (answer === undefined) assert.fail("it was asked once too often");
		await Promise.resolve();
		if (answer instanceof Error) throw answer;
		const [name, expires] = answer;
		const credential = named.get(name) ?? { headers: { name }, tls: {} };
		named.set(name, credential);
		return { credential, expires };
	}, clock);
	const nameOf = ({ headers }: Credential) => headers.name;
	return {
		clock,
		current: () => credentials.current().then(nameOf, String),
		/** Whether there is a newer one than this, once it was refused. */
		renew: (name: string) =>
			credentials.renew(named.get(name) ?? assert.fail(name)),
		asked: () => asked,
	};
}

/** So many of them at once. */
const all = <Result>(count: number, ask: () => Promise<Result>) =>
	Promise.all(Array.from({ length: count }, ask));

test("it is issued once for whoever waits, and again for them once it is over", async () => {
	const { clock, current, asked } = issuer(["a", 100], ["b", 200], ["c"]);
	assert.deepEqual(await all(3, current), ["a", "a", "a"]);
	clock.set(99);
	assert.equal(await current(), "a");
	clock.set(100);
	assert.deepEqual(await all(3, current), ["b", "b", "b"]);
	clock.set(1e9);
	assert.deepEqual(await all(3, current), ["c", "c", "c"]);
	clock.set(1e12);
	assert.equal(await current(), "c", "it says nothing of an end");
	assert.equal(asked(), 3);
});

test("a failure is everybody's for five seconds, and then it is tried once more", async () => {
	const no = new Error("no");
	const { clock, current, asked } = issuer(no, no, ["a"]);
	assert.deepEqual(await all(2, current), ["Error: no", "Error: no"]);
	clock.set(4_999);
	assert.equal(await current(), "Error: no");
	assert.equal(asked(), 1);
	clock.set(5_000);
	assert.deepEqual(await all(2, current), ["Error: no", "Error: no"]);
	clock.set(9_999);
	assert.equal(await current(), "Error: no");
	assert.equal(asked(), 2);
	clock.set(10_000);
	assert.deepEqual(await all(2, current), ["a", "a"]);
	clock.set(60_000);
	assert.equal(await current(), "a");
	assert.equal(asked(), 3);
});

test("one that is refused is issued anew: once for all who were refused, and for nobody who was late", async () => {
	const { current, renew, asked } = issuer(["a"], ["b"], ["b"]);
	await current();
	assert.deepEqual(await all(3, () => renew("a")), [true, true, true]);
	assert.equal(await current(), "b");
	assert.equal(await renew("a"), true);
	assert.equal(asked(), 2);
	assert.equal(await renew("b"), false, "the same once more is no newer one");
});
