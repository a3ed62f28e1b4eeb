import assert from "node:assert/strict";
import { FailureError } from "../../src/core/output/failure.ts";
import { failureLine } from "../../src/report/failure.ts";

/** Asserts that work is refused with a failure that a person reads so, behind `error: `. */
export function refusedInWords(work: () => unknown, words: string | RegExp) {
	assert.throws(work, inWords(words));
}

/** For `assert.throws` and `assert.rejects`: that it is a failure that a person reads so, behind `error: `. */
export function inWords(words: string | RegExp): (error: unknown) => true {
	return (error) => {
		const line = wordsOf(error);
		if (typeof words === "string") assert.equal(line, words);
		else assert.match(line, words);
		return true;
	};
}

/** What a person reads of a failure behind `error: `; anything else than a failure is one of the test. */
export function wordsOf(error: unknown): string {
	assert.ok(error instanceof FailureError, String(error));
	return failureLine(error).replace(/^error: /, "");
}
