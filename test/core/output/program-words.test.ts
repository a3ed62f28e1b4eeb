import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { programWords } from "../../../src/core/output/program-words.ts";

describe("what a failed program says", () => {
	for (const [what, said, words] of [
		["nothing", "", ""],
		["a line", "no metadata server\n", "no metadata server"],
		[
			"lines",
			"Error: no such flag\nUsage:\n  x\n",
			"Error: no such flag Usage: x",
		],
		[
			"a log: its errors alone",
			"I1128 22:34:31.643429    1050 main.go:167] Getting creds for private image r.example/x\nE1128 22:34:31.645043    1050 main.go:361] Error running credential provider plugin: access denied\n",
			"Error running credential provider plugin: access denied",
		],
		[
			"a log that ends the program",
			"W0101 00:00:00.000000       1 a.go:1] old\nF0101 00:00:00.000000       1 cred.go:145] no credentials\ngoroutine 1 [running]:\n",
			"no credentials goroutine 1 [running]:",
		],
		[
			"a log without errors",
			"W0101 00:00:00.000000       1 a.go:1] one\r\nI0101 00:00:00.000000       1 a.go:2] two\n",
			"one two",
		],
	] as const)
		test(what, () => assert.equal(programWords(said), words));
});
