import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import slowestFiles from "../../scripts/slowest-files.ts";

/** What the reporter says of these test files, by how many milliseconds each took. */
async function said(files: Readonly<Record<string, number>>): Promise<string> {
	async function* events() {
		for (const [name, duration_ms] of Object.entries(files))
			yield {
				type: "test:summary",
				data: { file: join(process.cwd(), name), duration_ms },
			};
		// The whole run's, and other events, are of no file.
		yield { type: "test:summary", data: { duration_ms: 1e9 } };
		yield { type: "test:pass", data: { file: "other", duration_ms: 1e9 } };
	}
	let text = "";
	for await (const part of slowestFiles(events())) text += part;
	return text;
}

test("the slowest test files: ten, the slowest first, as they are found from here", async () => {
	const files = Object.fromEntries(
		Array.from({ length: 12 }, (_, at) => [`test/${at}.test.ts`, at * 1000]),
	);
	assert.equal(
		await said({ "test/slow.test.ts": 123_456, ...files }),
		`
The slowest test files:
  123.5 s test/slow.test.ts
   11.0 s test/11.test.ts
   10.0 s test/10.test.ts
    9.0 s test/9.test.ts
    8.0 s test/8.test.ts
    7.0 s test/7.test.ts
    6.0 s test/6.test.ts
    5.0 s test/5.test.ts
    4.0 s test/4.test.ts
    3.0 s test/3.test.ts
`,
	);
	assert.equal(await said({ "test/one.test.ts": 1 }), "");
});
