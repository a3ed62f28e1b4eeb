/** What the documents in the repository point to is there. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
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

/** All files of the program, its tests and scripts. */
const FILES = globSync("{src,test,scripts}/**/*.ts").map((path) =>
	path.replaceAll("\\", "/"),
);

/** What a page may name: how it is spelled there, and whether what a page at this path names so is there. */
const NAMED: Readonly<
	Record<
		string,
		[spellings: RegExp[], there: (name: string, path: string) => boolean]
	>
> = {
	"scripts of package.json": [
		[/\bnpm run ([\w:]+)/g],
		(name) => name in packageJson.scripts,
	],
	"links to files and headings": [
		[/\]\((?!https?:)([^)\s]+)\)/g],
		(link, path) => {
			const [file = "", heading] = link.split("#");
			const target = file === "" ? path : join(dirname(path), file);
			return (
				existsSync(target) &&
				(heading === undefined ||
					headingsOf(readFileSync(target, "utf8")).includes(heading))
			);
		},
	],
	"files and folders": [
		[
			/(?<![\w/.-])((?:[\w-]+\/)*[\w.-]+\.ts)\b/g,
			/(?<![\w/.-])((?:actions|adapters|commands|core|report|flags|scripts|src|test)\/(?:[\w-]+\/)*)/g,
		],
		// The page stands in src, and names what is there without saying so; VERB is any.
		(name) => {
			const path = name.replaceAll("VERB", "sync");
			return FILES.some((file) =>
				path.endsWith("/")
					? `/${file}`.includes(`/${path}`)
					: `/${file}`.endsWith(`/${path}`),
			);
		},
	],
};

for (const path of DOCUMENTS) {
	const text = readFileSync(path, "utf8");
	for (const [what, [spellings, there]] of Object.entries(NAMED)) {
		const named = spellings.flatMap((spelling) =>
			[...text.matchAll(spelling)].map(([, name = ""]) => name),
		);
		// A test of nothing passes whatever happens.
		if (named.length === 0) continue;
		test(`${path}: ${what} that it names are there`, () => {
			const gone = named.filter((name) => !there(name, path));
			assert.deepEqual([...new Set(gone)], []);
		});
	}
}

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
