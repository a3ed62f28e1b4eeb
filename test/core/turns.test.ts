import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../../src/core/turns.ts";

/** `ab1`: item 1 of a and b. */
function turnsOf(...items: string[]): Turns<string> {
	return new Turns(items, (item) => [...item.replace(/\d+/, "")]);
}

function drained(turns: Turns<string>): string[] {
	const order: string[] = [];
	for (let turn = turns.next(); turn !== undefined; turn = turns.next())
		order.push(turn.item);
	return order;
}

test("one owner's come in their order", () =>
	assert.deepEqual(drained(turnsOf("a1", "a2", "a3")), ["a1", "a2", "a3"]));

test("the second owner waits for one item of the first, however many there are", () =>
	assert.deepEqual(drained(turnsOf("a1", "a2", "a3", "b1", "b2", "c1")), [
		"a1",
		"b1",
		"c1",
		"a2",
		"b2",
		"a3",
	]));

test("what several own comes once, when the first of them has a turn", () =>
	assert.deepEqual(drained(turnsOf("a1", "a2", "a3", "ab4", "b5")), [
		"a1",
		"ab4",
		"a2",
		"b5",
		"a3",
	]));

test("whose items never end gets no more places than the others need", () => {
	const turns = turnsOf("a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4");
	const begun: string[] = [];
	const begin = () => {
		const turn = turns.next();
		begun.push(turn?.item ?? "none");
		return turn;
	};
	begin();
	begin()?.done();
	begin()?.done();
	begin()?.done();
	begin()?.done();
	begin();
	assert.deepEqual(begun, ["a1", "b1", "b2", "b3", "b4", "a2"]);
});

test("nothing", () => assert.equal(turnsOf().next(), undefined));
