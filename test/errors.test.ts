import assert from "node:assert/strict";
import { test } from "node:test";
import {
	AbortedError,
	ApiError,
	ConnectionError,
	isApiMissing,
	unlessFailed,
} from "../src/errors.ts";

const refused = (status: number, kind = "", name = "") =>
	new ApiError(status, "", "words", { kind, name, causes: [] });

/** What a read that may fail ends with. */
for (const [error, goesOn] of [
	[refused(401), false],
	[new ConnectionError("no answer"), false],
	[new AbortedError("SIGINT"), false],
	[refused(403), true],
	[refused(404), true],
	[refused(500), true],
] as const)
	test(`${error.message}: what follows may ${goesOn ? "succeed all the same" : "not succeed either"}`, async () => {
		const reading = unlessFailed(Promise.reject(error));
		if (goesOn) assert.equal(await reading, undefined);
		else await assert.rejects(reading, error);
	});

for (const [error, missing] of [
	[refused(404), true],
	[refused(404, "secrets", "key"), false],
	[refused(404, "secrets"), false],
	[refused(404, "", "key"), false],
	[refused(403), false],
] as const)
	test(`${error.status} of ${JSON.stringify(error.details)}: the kind is ${missing ? "not " : ""}known`, () =>
		assert.equal(isApiMissing(error), missing));
