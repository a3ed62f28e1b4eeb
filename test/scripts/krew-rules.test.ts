import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fillSums } from "../../scripts/package/krew-manifest.ts";
import { manifestProblems } from "../../scripts/package/krew-rules.ts";

const text = await readFile("krew-manifest.yaml", "utf8");
const { version } = JSON.parse(await readFile("package.json", "utf8")) as {
	version: string;
};
const expected = { fileName: "meshreg.yaml", version };
const LINUX = "linux/amd64";

test("the committed manifest passes every rule", () => {
	assert.deepEqual(manifestProblems(text, expected), []);
});

/** What is changed in the committed manifest, and all that is then found. */
const BROKEN: readonly [
	change: [from: string | RegExp, to: string],
	...problems: string[],
][] = [
	[[/^kind: .*/m, "kind: [Plugin"], "not YAML"],
	[
		["v1alpha2", "v1alpha3"],
		"apiVersion is not krew.googlecontainertools.github.com/v1alpha2",
	],
	[["kind: Plugin", "kind: Plug"], "kind is not Plugin"],
	[
		["name: meshreg", "name: Mesh_reg"],
		"name is not lower kebab case",
		"the file is not called Mesh_reg.yaml",
	],
	[
		["name: meshreg", "name: lpt1"],
		"name is that of a Windows device",
		"the file is not called lpt1.yaml",
	],
	[["name: meshreg", "name: mesh"], "the file is not called mesh.yaml"],
	[
		["\nkind:", "\nKind:"],
		"manifest: krew would drop the unknown field Kind",
		"kind is not Plugin",
	],
	[
		["  name:", "  title: x\n  name:"],
		"metadata: krew would drop the unknown field title",
	],
	[
		["  homepage:", "  homePage: x\n  homepage:"],
		"spec: krew would drop the unknown field homePage",
	],
	[
		["bin: kubectl-meshreg\n", "bin: kubectl-meshreg\n      sha: x\n"],
		"platform: krew would drop the unknown field sha",
	],
	[
		["arch: amd64", "cpu: amd64"],
		"matchLabels: krew would drop the unknown field cpu",
		"several platforms select linux/arm64",
	],
	[
		[
			"        matchLabels:\n          os: linux\n          arch: amd64",
			"        labels: {}",
		],
		"selector: krew would drop the unknown field labels",
		"a platform has an empty selector",
		...["windows/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"]
			.sort()
			.map((pair) => `several platforms select ${pair}`),
	],
	[
		[`version: v${version}`, "version: v1"],
		"version is not v and strict semver",
		`version is not v${version}, that of package.json`,
	],
	[
		[`version: v${version}`, "version: v01.2.3"],
		"version is not v and strict semver",
		`version is not v${version}, that of package.json`,
	],
	[
		[`version: v${version}`, `version: ${version}`],
		"version is not v and strict semver",
		`version is not v${version}, that of package.json`,
	],
	[
		[`version: v${version}`, "version: v9.9.9"],
		`version is not v${version}, that of package.json`,
	],
	[[/shortDescription: .*/, 'shortDescription: ""'], "no shortDescription"],
	[
		[/shortDescription: .*/, 'shortDescription: "a\\nb"'],
		"shortDescription is several lines",
	],
	[
		[/shortDescription: .*/, `shortDescription: ${"x".repeat(51)}`],
		"shortDescription is longer than 50 characters",
	],
	[
		[/shortDescription: .*/, "shortDescription: Manages pull secrets."],
		"shortDescription ends in a full stop",
	],
	[
		[/shortDescription: .*/, "shortDescription: Kubectl for secrets"],
		"shortDescription says kubectl or plugin",
	],
	[
		[/shortDescription: .*/, "shortDescription: A plugin for secrets"],
		"shortDescription says kubectl or plugin",
	],
	[["  description: |", "  caveats: |"], "no description"],
	[
		["description: |", `description: |\n    ${"x".repeat(81)}`],
		"description is not wrapped at 80",
	],
	[
		["description: |", "description: |\n    Try kubectl meshreg list"],
		"description holds a usage example",
	],
	[["homepage: https:", "homepage: http:"], "homepage is not https"],
	[[/platforms:.*/s, "platforms: []"], "no platforms"],
	[["os: linux", "os: plan9"], "plan9/amd64 selects no platform of krew"],
	[["arch: arm64", "arch: amd64"], "several platforms select linux/amd64"],
	[["uri: https:", "uri: http:"], `${LINUX}: uri is not https`],
	[
		[`download/v${version}/`, "download/latest/"],
		`${LINUX}: uri does not contain the tag v${version}`,
	],
	[
		["amd64.tar.gz", "amd64.tar.bz2"],
		`${LINUX}: uri ends in neither .tar.gz nor .zip`,
	],
	[["00000", "0000"], `${LINUX}: sha256 is not 64 lower-case hex digits`],
	[["00000", "0000A"], `${LINUX}: sha256 is not 64 lower-case hex digits`],
	[
		["bin: kubectl-meshreg\n", "bin: kubectl-meshreg.exe\n"],
		`${LINUX}: bin ends in .exe exactly on Windows`,
	],
	[
		["bin: kubectl-meshreg.exe", "bin: kubectl-meshreg"],
		"windows/amd64: bin ends in .exe exactly on Windows",
	],
	[
		["bin: kubectl-meshreg\n", "bin: ../kubectl-meshreg\n"],
		`${LINUX}: bin is not a clean path`,
	],
	[
		["bin: kubectl-meshreg\n", "bin: kubectl-meshreg\n      files: []\n"],
		`${LINUX}: files is empty: leave it out`,
	],
	[
		[
			"bin: kubectl-meshreg\n",
			"bin: kubectl-meshreg\n      files: [{to: .}]\n",
		],
		`${LINUX}: a file has no from`,
	],
	[
		[
			"bin: kubectl-meshreg\n",
			'bin: kubectl-meshreg\n      files: [{from: "*", to: a/../b}]\n',
		],
		`${LINUX}: to is not a clean path`,
	],
];

test("each rule finds the manifest that breaks it, and nothing else", () => {
	for (const [[from, to], ...problems] of BROKEN) {
		const broken = text.replace(from, to);
		assert.notEqual(broken, text, `nothing was changed by ${from}`);
		const found = manifestProblems(broken, expected);
		if (problems[0] === "not YAML") assert.match(found[0] ?? "", /^not YAML/);
		else assert.deepEqual([...found].sort(), [...problems].sort(), to);
	}
});

test("sums: each platform's own, taken from the archives of this release", () => {
	const names = [...text.matchAll(/uri: .*\/(.*)/g)].map(
		(match) => match[1] ?? "",
	);
	const sums = Object.fromEntries(
		names.map((name, i) => [name, String(i).repeat(64)]),
	);
	const filled = fillSums(text, sums);
	assert.deepEqual(manifestProblems(filled, { ...expected, sums }), []);
	assert.deepEqual(manifestProblems(text, { ...expected, sums }), [
		"linux/arm64: sha256 is not that of the archive",
		"darwin/amd64: sha256 is not that of the archive",
		"darwin/arm64: sha256 is not that of the archive",
		"windows/amd64: sha256 is not that of the archive",
	]);
	assert.equal(
		filled.replace(/"?\d{64}"?/g, `"${"0".repeat(64)}"`),
		text,
		"nothing but the sums differs",
	);
	assert.throws(() => fillSums(text, {}), /is no archive of this release/);
	assert.throws(
		() => fillSums(text, { ...sums, "kubectl-meshreg_plan9.zip": "" }),
		/no platform for kubectl-meshreg_plan9.zip/,
	);
});
