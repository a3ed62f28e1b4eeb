/** No test's outcome depends on how fast the machine is: what tests may not do, outside of what all of them share. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

const files = readdirSync(HERE, { recursive: true, encoding: "utf8" })
	.map((path) => path.replaceAll(sep, "/"))
	.filter((path) => path.endsWith(".ts") && path !== "timing.test.ts")
	.map((path) => ({ path, text: readFileSync(join(HERE, path), "utf8") }));

/** What is forbidden, where it is needed all the same, and what to do instead. */
const RULES: readonly {
	readonly what: RegExp;
	readonly but: RegExp;
	readonly instead: string;
}[] = [
	{
		what: /\bset(Timeout|Interval)(\(|\b[^;]*"node:timers\/promises")/g,
		but: /^support\//,
		instead:
			"wait for what is to happen (shows, says, until, heeded of support/), or play the clock",
	},
	{
		what: /\btimeout: [\d_]+/g,
		but: /^$/,
		instead:
			"nothing: the limit of the whole run (package.json, --test-timeout) ends what hangs",
	},
	{
		what: /\bDate\.now\(|\bnew Date\(\)|performance\.now\(/g,
		but: /^(support\/|adapters\/clock\.test\.ts)/,
		instead: "testBed({ stillAt }), or `now` of support/command-line.ts",
	},
	{
		what: /\bfreePort\b/g,
		but: /^support\/real-cluster\//,
		instead:
			"port 0 and what it became (onListen of support/command-line.ts): another process may take what was free",
	},
	{
		what: /\btmpdir\(\)(?!, "[\w-]+-"\)\))|"\/tmp\//g,
		but: /^$/,
		instead: "mkdtemp: another run uses the same name",
	},
];

for (const { what, but, instead } of RULES)
	test(`${what.source} stands in no test; instead: ${instead}`, () => {
		const found = files
			.filter(({ path }) => !but.test(path))
			.flatMap(({ path, text }) =>
				[...text.matchAll(what)].map(([word]) => `${path}: ${word}`),
			);
		assert.deepEqual(found, []);
	});
