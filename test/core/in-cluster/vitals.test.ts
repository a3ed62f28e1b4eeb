import assert from "node:assert/strict";
import { test } from "node:test";
import {
	LONGEST_SILENCE,
	Vitals,
} from "../../../src/core/in-cluster/vitals.ts";

test("silence is told of what was not heard of for too long, and of nothing else", () => {
	const vitals = new Vitals();
	assert.deepEqual(vitals.silent(1_000_000), []);
	vitals.heard({ kind: "secrets" }, 0);
	vitals.heard({ kind: "namespaces" }, 0);
	vitals.heard({ kind: "namespaces" }, 10_000);
	assert.deepEqual(vitals.silent(LONGEST_SILENCE), []);
	assert.deepEqual(vitals.silent(LONGEST_SILENCE + 1), [
		{ followed: { kind: "secrets" }, lasts: LONGEST_SILENCE + 1 },
	]);
	vitals.heard({ kind: "secrets" }, LONGEST_SILENCE);
	assert.deepEqual(vitals.silent(LONGEST_SILENCE + 1), []);
});

test("it is ready from the first pass on", () => {
	const vitals = new Vitals();
	assert.equal(vitals.isReady, false);
	vitals.ready();
	assert.equal(vitals.isReady, true);
});
