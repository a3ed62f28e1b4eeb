/** What V8 compiles for the packaged file is the same however the machine went about it. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { test } from "node:test";
import { compile } from "../../scripts/build/compile.ts";

/** What a slow machine does more of: `otherwise` is whether it is one. */
const MEANWHILE = {
	"other functions come into being":
		"Array.from({ length: otherwise ? 100 : 1 }, (_, i) => Function(i)());",
	"a function runs more often":
		"Array.from({ length: otherwise ? 500 : 1 }, (_, i) => often(i));",
};

for (const [meanwhile, work] of Object.entries(MEANWHILE))
	test(`${meanwhile}: V8's compiled form is the same`, async () => {
		const folder = await mkdtemp(join(tmpdir(), "compiled-"));
		try {
			const program = `
				const otherwise = require("node:fs").existsSync("../otherwise");
				function often(n) { let sum = 0; for (let i = 0; i < 9; i++) sum += n % (i + 1); return sum; }
				${work}
				function later() { return () => often(1); }
				later()();
				setImmediate(() => {});
			`;
			const compiled: Buffer[] = [];
			for (const scratch of ["quick", "slow"]) {
				const chunks = join(folder, scratch, "chunks");
				await mkdir(chunks, { recursive: true });
				await writeFile(join(chunks, "main.js"), program);
				if (scratch === "slow")
					await writeFile(join(folder, scratch, "otherwise"), "");
				await compile(chunks, [execPath], join(folder, scratch));
				compiled.push(await readFile(join(chunks, "main.js.cache")));
			}
			const [quick, slow] = compiled;
			assert.ok(quick && quick.length > 0);
			assert.deepEqual(slow, quick);
		} finally {
			await rm(folder, { recursive: true });
		}
	});
