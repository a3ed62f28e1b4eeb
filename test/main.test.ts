/** How the program itself ends: the real one, on pipes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Something that outlives every run, as a connection does that a firewall lets nobody make. */
const LINGERS =
	"data:text/javascript,import { createServer } from %22node:net%22; createServer().listen(0, %22127.0.0.1%22)";

/** The program, beside what lingers. */
function start(args: readonly string[], signal: AbortSignal) {
	return spawn(
		process.execPath,
		["--import", import.meta.resolve("tsx"), "--import", LINGERS, MAIN].concat(
			args,
		),
		{ signal, killSignal: "SIGKILL" },
	);
}

test("a run that has ended ends the program, whatever is still open", async (t) => {
	const child = start(["nonsense"], t.signal);
	const [err, [status]] = await Promise.all([
		text(child.stderr),
		once(child, "exit"),
	]);
	assert.equal(status, 2);
	assert.match(err, /^error: unknown command "nonsense"\n/);
});

test("a reader that comes late gets everything", async (t) => {
	const child = start(["inject", "-f", "-"], t.signal);
	const pod =
		"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers: []\n";
	const long = `# ${"x".repeat(1 << 20)}\n`;
	child.stdin.end(`${pod}${long}`);
	// Said when the manifests have been written, into a pipe that nobody has read.
	await once(child.stderr, "data");
	const [out, [status]] = await Promise.all([
		text(child.stdout),
		once(child, "exit"),
	]);
	assert.equal(status, 0);
	assert(out.endsWith(long), `cut short after ${out.length} characters`);
});
