import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { notesOf, releaseProblems } from "../../scripts/release/check.ts";

const krewManifest = await readFile("krew-manifest.yaml", "utf8");
const packageJson = await readFile("package.json", "utf8");
const { version } = JSON.parse(packageJson) as { version: string };
const changelog = `# Changelog\n\n## ${version} (2026-12-01)\n\n- New.\n- Better.\n\n## 0.0.1\n\n- Old.\n\n## 0.0.0\n`;

test("notes: what the changelog says of the version", () => {
	assert.equal(notesOf(`v${version}`, changelog), "- New.\n- Better.");
	assert.equal(notesOf("v0.0.1", changelog), "- Old.");
	assert.equal(notesOf("v0.0", changelog), undefined);
	assert.equal(notesOf("v0.0.0", changelog), undefined);
});

describe("a tag is released when all agree on it", () => {
	const texts = { packageJson, krewManifest, changelog };
	const cases: [
		what: string,
		tag: string,
		given: typeof texts,
		...problems: string[],
	][] = [
		["all agree", `v${version}`, texts],
		[
			"another tag",
			"v0.0.1",
			texts,
			`the tag is v0.0.1, but package.json says ${version}`,
		],
		[
			"no section",
			`v${version}`,
			{ ...texts, changelog: "## Unreleased\n\n- New.\n" },
			`CHANGELOG.md has no section "## ${version}"`,
		],
		[
			"another version in the manifest",
			`v${version}`,
			{
				...texts,
				krewManifest: krewManifest.replace(
					`version: v${version}`,
					"version: v0.0.1",
				),
			},
			`krew-manifest.yaml: version is not v${version}, that of package.json`,
		],
	];
	for (const [what, tag, given, ...problems] of cases)
		test(what, () => assert.deepEqual(releaseProblems(tag, given), problems));
});

/** Plays the part of GitHub's program: writes down its calls, and clones from this machine. */
const GH = `#!/bin/sh
echo "gh $*" >>"$CALLS"
case "$1 $2" in
"api user") echo octocat ;;
"repo clone") git clone --quiet "$UPSTREAM" index ;;
esac
`;

test("the krew index: a branch in the fork with the manifest, and a pull request", async (t) => {
	if (process.platform === "win32")
		return t.skip("the stand-in for gh needs sh");
	const folder = await mkdtemp(join(tmpdir(), "krew-index-"));
	try {
		const bin = join(folder, "bin");
		const [upstream, fork] = [join(folder, "upstream"), join(folder, "fork")];
		await mkdir(bin);
		await writeFile(join(bin, "gh"), GH, { mode: 0o755 });
		const git = (...args: string[]) =>
			execFileSync("git", args, { cwd: folder }).toString();
		git("init", "--quiet", "--initial-branch=master", upstream);
		await mkdir(join(upstream, "plugins"));
		await writeFile(join(upstream, "plugins", "meshreg.yaml"), "old\n");
		git("-C", upstream, "add", ".");
		git(
			"-C",
			upstream,
			"-c",
			"user.name=a",
			"-c",
			"user.email=a@example.com",
			"commit",
			"-qm",
			"old",
		);
		git("init", "--quiet", "--bare", fork);
		await mkdir(join(folder, "dist", "release"), { recursive: true });
		await writeFile(
			join(folder, "dist", "release", "krew-manifest.yaml"),
			"new\n",
		);
		const propose = () =>
			execFileSync(
				process.execPath,
				[
					"--import",
					import.meta.resolve("tsx"),
					fileURLToPath(new URL("../../scripts/release.ts", import.meta.url)),
					"krew-index",
					"v1.2.3",
				],
				{
					cwd: folder,
					stdio: "pipe",
					env: {
						PATH: [bin, process.env.PATH].join(delimiter),
						HOME: folder,
						CALLS: join(folder, "calls"),
						UPSTREAM: upstream,
						GIT_CONFIG_COUNT: "1",
						GIT_CONFIG_KEY_0: `url.${fork}.insteadOf`,
						GIT_CONFIG_VALUE_0: "https://github.com/octocat/krew-index.git",
					},
				},
			);
		propose();
		assert.equal(
			git("-C", fork, "show", "meshreg-v1.2.3:plugins/meshreg.yaml"),
			"new\n",
		);
		assert.equal(
			git("-C", fork, "log", "-1", "--format=%an: %s", "meshreg-v1.2.3"),
			"octocat: meshreg v1.2.3\n",
		);
		const calls = (await readFile(join(folder, "calls"), "utf8"))
			.trimEnd()
			.split("\n");
		assert.equal(
			calls.at(-1),
			"gh pr create --repo kubernetes-sigs/krew-index --head octocat:meshreg-v1.2.3 --title meshreg v1.2.3 --body https://github.com/kubectl-meshreg/kubectl-meshreg/releases/tag/v1.2.3",
		);
		propose();
		assert.equal(
			git("-C", fork, "rev-list", "--count", "meshreg-v1.2.3"),
			"2\n",
			"a second run replaces the branch",
		);
	} finally {
		await rm(folder, { recursive: true });
	}
});
