/** What V8 compiles for the packaged file is the same however the machine went about it. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { after, before, test } from "node:test";
import { compile } from "../../scripts/build/compile.ts";

let folder: string;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "compiled-"));
});
after(() => rm(folder, { recursive: true }));

/** What is compiled of a program of one chunk, which finds a file of the name `marker` beside its home. */
async function compiledOf(program: string, marker: string): Promise<Buffer> {
	const scratch = await mkdtemp(join(folder, "scratch-"));
	const chunks = join(scratch, "chunks");
	await mkdir(chunks);
	await writeFile(join(scratch, marker), "");
	await writeFile(join(chunks, "main.js"), program);
	await compile(chunks, [execPath], scratch);
	return readFile(join(chunks, "main.js.cache"));
}

/** What a slow machine does more of. */
const MEANWHILE = {
	"other functions come into being":
		"Array.from({ length: isSlow ? 100 : 1 }, (_, i) => Function(i)());",
	"a function runs more often":
		"Array.from({ length: isSlow ? 500 : 1 }, (_, i) => often(i));",
};

for (const [meanwhile, work] of Object.entries(MEANWHILE))
	test(`${meanwhile}: V8's compiled form is the same`, async () => {
		// As the program does, it ends the process at last.
		const program = `
			const isSlow = require("node:fs").existsSync("../slow");
			function often(n) { let sum = 0; for (let i = 0; i < 9; i++) sum += n % (i + 1); return sum; }
			${work}
			function later() { return () => often(1); }
			later()();
			setImmediate(() => process.exit());
		`;
		const quick = await compiledOf(program, "quick");
		assert.deepEqual(await compiledOf(program, "slow"), quick);
	});

test("where nothing is compiled, the build fails", async () => {
	await assert.rejects(
		compiledOf("process.reallyExit(0);", "none"),
		/V8 would compile again: main\.js/,
	);
});
