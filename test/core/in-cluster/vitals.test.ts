import assert from "node:assert/strict";
import { test } from "node:test";
import {
	LONGEST_SILENCE,
	Vitals,
} from "../../../src/core/in-cluster/vitals.ts";

test("silence is told of what was not heard of for too long, and of nothing else", () => {
	const vitals = new Vitals();
	assert.deepEqual(vitals.silent(1_000_000), []);
	vitals.heard("secrets", 0);
	vitals.heard("namespaces", 0);
	vitals.heard("namespaces", 10_000);
	assert.deepEqual(vitals.silent(LONGEST_SILENCE), []);
	assert.deepEqual(vitals.silent(LONGEST_SILENCE + 1), [
		{ what: "secrets", since: 0 },
	]);
	vitals.heard("secrets", LONGEST_SILENCE);
	assert.deepEqual(vitals.silent(LONGEST_SILENCE + 1), []);
});

test("it is ready from the first pass on", () => {
	const vitals = new Vitals();
	assert.equal(vitals.isReady, false);
	vitals.ready();
	assert.equal(vitals.isReady, true);
});
