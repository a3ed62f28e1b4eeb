/** What the documents in the repository point to is there. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };

const DOCUMENTS = [
	"README.md",
	"CONTRIBUTING.md",
	"SECURITY.md",
	"CHANGELOG.md",
	"src/README.md",
];

for (const path of DOCUMENTS)
	describe(path, async () => {
		const text = await readFile(path, "utf8");

		test("scripts are those of package.json", () => {
			for (const [, name = ""] of text.matchAll(/\bnpm run ([\w:]+)/g))
				assert.ok(name in packageJson.scripts, `npm run ${name}`);
		});

		test("links lead to files, and to headings", () => {
			const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
				(heading ?? "")
					.toLowerCase()
					.replace(/[^\p{L}\d _-]/gu, "")
					.replaceAll(" ", "-"),
			);
			for (const [, link = ""] of text.matchAll(
				/\]\((?!https?:)([^)\s]+)\)/g,
			)) {
				const [file = "", heading] = link.split("#");
				assert.ok(existsSync(join(dirname(path), file)), link);
				if (file === "" && heading !== undefined)
					assert.ok(headings.includes(heading), link);
			}
		});
	});
