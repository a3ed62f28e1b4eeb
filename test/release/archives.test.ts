/** What `npm run package` left in dist/release, held to what is promised of it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Metafile } from "esbuild";
import { parse } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import { sha256 } from "../../scripts/build/base-node.ts";
import {
	binaryName,
	NODE_VERSION,
	nameOf,
	TARGETS,
} from "../../scripts/build/targets.ts";
import { archiveName } from "../../scripts/package/archive.ts";
import {
	archiveProblems,
	readArchive,
} from "../../scripts/package/archive-rules.ts";
import { manifestProblems } from "../../scripts/package/krew-rules.ts";
import { verifySignature } from "../../scripts/package/mach-o.ts";

const RELEASE = new URL("../../dist/release/", import.meta.url);
const { version } = packageJson;
const LIMIT = 45 * 2 ** 20;
const file = (name: string) => readFile(new URL(name, RELEASE));

test("the files of a release", async () => {
	assert.deepEqual(
		(await readdir(RELEASE)).sort(),
		[
			...TARGETS.map((target) => archiveName(target, version)),
			"checksums.txt",
			"krew-manifest.yaml",
			`kubectl-meshreg_v${version}.spdx.json`,
		].sort(),
	);
});

test("checksums.txt is true, and names every other file", async () => {
	const lines = (await file("checksums.txt")).toString().trimEnd().split("\n");
	const stated = Object.fromEntries(
		lines.map((line) => line.split("  ").reverse()),
	);
	const names = (await readdir(RELEASE)).filter(
		(name) => name !== "checksums.txt",
	);
	const actual: Record<string, string> = {};
	for (const name of names)
		actual[name] = await sha256(fileURLToPath(new URL(name, RELEASE)));
	assert.deepEqual(stated, actual);
});

for (const target of TARGETS)
	describe(nameOf(target), async () => {
		const bytes = await file(archiveName(target, version));
		const entries = readArchive(bytes) ?? [];
		const content = (path: string) =>
			entries.find((entry) => entry.path === path)?.content ?? Buffer.alloc(0);

		test("passes krew's rules, the binary's format among them", () => {
			assert.deepEqual(
				archiveProblems(bytes, {
					os: target.os,
					arch: target.arch,
					bin: binaryName(target),
				}),
				[],
			);
		});

		test("holds the binary and the licence, and nothing else", async () => {
			assert.deepEqual(
				entries.map(({ path, mode }) => `${mode.toString(8)} ${path}`).sort(),
				["644 LICENSE", `755 ${binaryName(target)}`],
			);
			assert.deepEqual(content("LICENSE"), await readFile("LICENSE"));
		});

		test("is at most 45 MiB", (t) => {
			t.diagnostic(`${(bytes.length / 2 ** 20).toFixed(1)} MiB`);
			assert.ok(bytes.length <= LIMIT, `${bytes.length} bytes`);
		});

		if (target.os === "darwin")
			test("is signed ad hoc, and every page is what was signed", () => {
				const binary = content(binaryName(target));
				const { identifier, adHoc, pages, pageSize } = verifySignature(binary);
				assert.deepEqual(
					{ identifier, adHoc },
					{ identifier: "kubectl-meshreg", adHoc: true },
				);
				assert.ok(pages * pageSize > 50 * 2 ** 20);
				const at = 10_000_000;
				const changed = Buffer.from(binary);
				changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
				assert.throws(() => verifySignature(changed), {
					message: `page ${Math.floor(at / pageSize)} of ${pages} is not what was signed`,
				});
			});
	});

describe("krew-manifest.yaml", () => {
	test("passes every rule, with the sums of these archives", async () => {
		const sums: Record<string, string> = {};
		for (const target of TARGETS) {
			const name = archiveName(target, version);
			sums[name] = await sha256(fileURLToPath(new URL(name, RELEASE)));
		}
		const text = (await file("krew-manifest.yaml")).toString();
		assert.deepEqual(
			manifestProblems(text, { fileName: "meshreg.yaml", version, sums }),
			[],
		);
	});

	test("is the committed one but for the sums", async () => {
		const text = (await file("krew-manifest.yaml")).toString();
		const withoutSums = (manifest: string) =>
			manifest.replace(/^(\s+sha256: ).*$/gm, "$1…").replace(/^#.*\n/gm, "");
		assert.equal(
			withoutSums(text),
			withoutSums(await readFile("krew-manifest.yaml", "utf8")),
		);
		assert.deepEqual(
			Object.keys(parse(text)),
			Object.keys(parse(await readFile("krew-manifest.yaml", "utf8"))),
		);
	});
});

test("the SBOM names what is in the binaries", async () => {
	const sbom = JSON.parse(
		(await file(`kubectl-meshreg_v${version}.spdx.json`)).toString(),
	);
	const bundled = JSON.parse(
		await readFile("dist/binaries/bundle.json", "utf8"),
	) as Metafile;
	assert.equal(sbom.spdxVersion, "SPDX-2.3");
	const packages = sbom.packages as {
		name: string;
		versionInfo: string;
		SPDXID: string;
		licenseDeclared: string;
		externalRefs: { referenceLocator: string }[];
	}[];
	const names = packages.map(({ name }) => name);
	for (const name of ["kubectl-meshreg", "yargs", "yaml", "inquirer"])
		assert.ok(names.includes(name), name);
	for (const name of ["esbuild", "typescript", "@yao-pkg/pkg"])
		assert.ok(!names.includes(name), `${name} is a tool: it is in no binary`);
	const runtimes = packages.filter(({ name }) => name === "node");
	assert.equal(runtimes.length, TARGETS.length);
	for (const { versionInfo, externalRefs } of runtimes)
		assert.deepEqual(
			[versionInfo, externalRefs.map((ref) => ref.referenceLocator)],
			[
				NODE_VERSION,
				[
					`cpe:2.3:a:nodejs:node.js:${NODE_VERSION}:*:*:*:*:*:*:*`,
					`pkg:generic/node@${NODE_VERSION}`,
				],
			],
		);
	for (const { name, versionInfo, licenseDeclared } of packages)
		assert.ok(versionInfo && licenseDeclared, name);
	const inputs = Object.values(bundled.outputs).flatMap((output) =>
		Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) =>
			bytesInOutput > 0 && path.includes("node_modules/") ? path : [],
		),
	);
	const installed = inputs.map((path) => {
		const at = path.lastIndexOf("node_modules/");
		const words = path.slice(at).split("/");
		const name = words.slice(1, words[1]?.startsWith("@") ? 3 : 2).join("/");
		return `${path.slice(0, at)}node_modules/${name}`;
	});
	const purls = [...new Set(installed)].map((folder) => {
		const { name, version } = JSON.parse(
			readFileSync(`${folder}/package.json`, "utf8"),
		);
		return `pkg:npm/${name.replace("@", "%40")}@${version}`;
	});
	assert.ok(purls.length > 50, `${purls.length} packages`);
	assert.deepEqual(
		packages
			.flatMap(({ externalRefs }) =>
				externalRefs.map((ref) => ref.referenceLocator),
			)
			.filter((locator) => locator.startsWith("pkg:npm/"))
			.sort(),
		[...purls, `pkg:npm/kubectl-meshreg@${version}`].sort(),
	);
	for (const { name, licenseDeclared } of packages)
		assert.match(licenseDeclared, /^[\w.-]+$/, `${name} has no licence`);
	const ids = new Set(packages.map(({ SPDXID }) => SPDXID));
	assert.equal(ids.size, packages.length);
	for (const { relatedSpdxElement } of sbom.relationships)
		assert.ok(ids.has(relatedSpdxElement), relatedSpdxElement);
});
