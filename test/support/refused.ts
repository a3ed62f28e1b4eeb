import assert from "node:assert/strict";
import { FailureError } from "../../src/core/output/failure.ts";
import { failureLine } from "../../src/report/failure.ts";

/** Asserts that work is refused with a failure that a person reads so, behind `error: `. */
export function refusedInWords(work: () => unknown, words: string | RegExp) {
	assert.throws(work, (error) => {
		assert.ok(error instanceof FailureError);
		const line = failureLine(error).replace(/^error: /, "");
		if (typeof words === "string") assert.equal(line, words);
		else assert.match(line, words);
		return true;
	});
}
