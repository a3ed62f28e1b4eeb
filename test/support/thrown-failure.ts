import assert from "node:assert/strict";
import { type Failure, failureOf } from "../../src/core/output/failure.ts";

/** What is thrown, as a failure. */
export async function thrownFailure(run: () => unknown): Promise<Failure> {
	try {
		await run();
	} catch (error) {
		return failureOf(error);
	}
	return assert.fail("nothing was thrown");
}
