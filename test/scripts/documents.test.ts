/** What the documents in the repository point to is there. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import { commandsPage } from "../../scripts/commands-page.ts";

const DOCUMENTS = [
	"README.md",
	"CONTRIBUTING.md",
	"SECURITY.md",
	"CHANGELOG.md",
	"src/README.md",
	...globSync("docs/**/*.md").sort(),
];

test("docs/commands.md has the flags of today", async () => {
	assert.equal(
		await readFile("docs/commands.md", "utf8"),
		commandsPage(),
		"run npm run docs",
	);
});

test("README is a page to be read, not a manual", async () => {
	const lines = (await readFile("README.md", "utf8")).split("\n").length;
	assert.ok(lines <= 201, `${lines} lines`);
});

test("README draws how it fits together, and says what is written and where it ends", async () => {
	const sections = (await readFile("README.md", "utf8")).split(/^## /m);
	const section = (heading: string) =>
		sections.find((text) => text.startsWith(`${heading}\n`)) ?? "";
	assert.match(section("How it fits together"), /^```mermaid\nflowchart /m);
	for (const written of ["Secrets", "service accounts", "Deployment"])
		assert.match(
			section("What is written into the cluster"),
			new RegExp(`^\\| .*${written}`, "m"),
		);
	assert.match(section("Limits"), /^- Whoever may read Secrets, .+ has the/m);
});

for (const path of DOCUMENTS)
	describe(path, async () => {
		const text = await readFile(path, "utf8");

		test("scripts are those of package.json", () => {
			for (const [, name = ""] of text.matchAll(/\bnpm run ([\w:]+)/g))
				assert.ok(name in packageJson.scripts, `npm run ${name}`);
		});

		test("links lead to files, and to headings", () => {
			for (const [, link = ""] of text.matchAll(
				/\]\((?!https?:)([^)\s]+)\)/g,
			)) {
				const [file = "", heading] = link.split("#");
				const target = file === "" ? path : join(dirname(path), file);
				assert.ok(existsSync(target), link);
				if (heading !== undefined)
					assert.ok(
						headingsOf(readFileSync(target, "utf8")).includes(heading),
						link,
					);
			}
		});
	});

/** All files of the program, its tests and scripts. */
const FILES = globSync("{src,test,scripts}/**/*.ts").map((path) =>
	path.replaceAll("\\", "/"),
);

for (const path of DOCUMENTS)
	test(`${path} names files and folders that are there`, async () => {
		const text = await readFile(path, "utf8");
		// The page stands in src, and names what is there without saying so; VERB is any.
		const named = [
			...text.matchAll(/(?<![\w/.-])(?:[\w-]+\/)*[\w.-]+\.ts\b/g),
			...text.matchAll(
				/(?<![\w/.-])(?:actions|adapters|commands|core|report|flags|scripts|src|test)\/(?:[\w-]+\/)*/g,
			),
		].map(([name]) => name.replaceAll("VERB", "sync"));
		const gone = named.filter(
			(name) =>
				!FILES.some((file) =>
					name.endsWith("/")
						? `/${file}`.includes(`/${name}`)
						: `/${file}`.endsWith(`/${name}`),
				),
		);
		assert.deepEqual([...new Set(gone)], []);
	});

test("src/README.md has every room of core and of the cluster's adapter", async () => {
	const text = await readFile("src/README.md", "utf8");
	const rooms = globSync(
		"src/{.,core,actions,adapters,adapters/cluster}/*/",
	).map((path) => path.replaceAll("\\", "/").split("/").at(-1) ?? "");
	const left = rooms.filter((room) => !text.includes(`${room}/`));
	assert.deepEqual(left, [], "say in the tree what it is for");
});

/** The anchors that a page's headings have on GitHub. */
function headingsOf(text: string): string[] {
	return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
		(heading ?? "")
			.toLowerCase()
			.replace(/[^\p{L}\d _-]/gu, "")
			.replaceAll(" ", "-"),
	);
}
