/**
 * What holds for all tests: no outcome depends on how fast the machine is, on what else runs on it, or on which test
 * came before; and each is run.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, matchesGlob, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

const files = readdirSync(HERE, { recursive: true, encoding: "utf8" })
	.map((path) => path.replaceAll(sep, "/"))
	.filter((path) => path.endsWith(".ts") && path !== "all-tests.test.ts")
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
		what: /(?<!-)\btimeout: \w+|\bAbortSignal\.timeout\b/g,
		// What a Script runs is ended; a test without an await goes on, and passes.
		but: /^hostile-text\.test\.ts/,
		instead:
			"nothing: the limit of the whole run (package.json, --test-timeout) ends what hangs",
	},
	{
		what: /\bDate\.now\(|\bnew Date\(\)|performance\.now\(/g,
		but: /^(support\/|adapters\/clock\.test\.ts)/,
		instead: "testBed({ stillAt }), or `now` of support/command-line.ts",
	},
	{
		what: /\bhrtime\b/g,
		// Its limit grows with what the machine took for a measured piece of work.
		but: /^hostile-text\.test\.ts/,
		instead: "what is said, asked or written: nothing may be over by a time",
	},
	{
		what: /\bsleep \d{1,2}\b/g,
		but: /^$/,
		instead:
			"a program that waits for a pipe or a file, or sleeps until it is ended",
	},
	{
		what: /(?<!\[[^\]\n]*)\\d\+s(?![\w"])/g,
		but: /^$/,
		instead: "(?:\\d+[hms])+ for an age: on a slow machine it is minutes",
	},
	{
		what: /\bfreePort\b/g,
		but: /^support\/real-cluster\//,
		instead:
			"port 0 and what it became (onListen of support/command-line.ts): another process may take what was free",
	},
	{
		what: /\bkind [!=]== "embedded"/g,
		but: /^$/,
		instead:
			"test/real-server, for what the embedded API server cannot show: a test that is skipped looks green",
	},
	{
		what: /#!\$\{/g,
		but: /^$/,
		instead: "nodeProgram of support/posix.ts: a path may have a space in it",
	},
	{
		what: /\bnew URL\([^()]*\)\.pathname\b/g,
		but: /^$/,
		instead: "fileURLToPath: a path may have a space in it",
	},
	{
		what: /\b(?:e|deepE)qual\(bed\.(\w+)\([^()]*\), bed\.\1\(/g,
		but: /^$/,
		instead: "what is expected: two that are both missing are equal, too",
	},
	{
		what: /\bgetuid\b/g,
		// It mounts, as only root does.
		but: /^(support\/posix|release\/image\.test)\.ts/,
		instead:
			"withoutRights of support/posix.ts: root, as CI is, reads everything",
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

test("a file of tests is run wherever it stands, in a new folder as well, by one script, in any order", () => {
	const { scripts } = JSON.parse(
		readFileSync(join(HERE, "../package.json"), "utf8"),
	) as { scripts: Record<string, string> };
	for (const name of ["test", "test:e2e"])
		assert.match(scripts[name] ?? "", /--test-randomize\b/, name);
	const patterns = ["test", "test:e2e", "test:release"].map((name) =>
		[...(scripts[name] ?? "").matchAll(/"(test\/[^"]+)"/g)].map(
			([, pattern = ""]) => pattern,
		),
	);
	// npm run test:cluster: it finds each folder with a file that opens a cluster.
	patterns.push(["test/real-server/**/*.test.ts"]);
	const paths = files.map(({ path }) => `test/${path}`);
	for (const path of [
		...paths.filter((each) => each.endsWith(".test.ts")),
		"test/new/x.test.ts",
		"test/new/deep/x.test.ts",
	]) {
		const runs = patterns.map((of) =>
			of.some((pattern) => matchesGlob(path, pattern)),
		);
		assert.equal(runs.filter(Boolean).length, 1, path);
	}
});
