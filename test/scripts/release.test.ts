import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { notesOf, releaseProblems } from "../../scripts/release/check.ts";
import { notPosix } from "../support/posix.ts";

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

/** Runs a step of the release in `folder`, with the stand-in on the PATH; what it printed. */
function release(
	folder: string,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): string {
	const bin = join(folder, "bin");
	mkdirSync(bin, { recursive: true });
	writeFileSync(join(bin, "gh"), GH, { mode: 0o755 });
	return execFileSync(
		process.execPath,
		[
			"--import",
			import.meta.resolve("tsx"),
			fileURLToPath(new URL("../../scripts/release.ts", import.meta.url)),
			...args,
		],
		{
			cwd: folder,
			stdio: "pipe",
			env: {
				PATH: [bin, process.env.PATH].join(delimiter),
				HOME: folder,
				CALLS: join(folder, "calls"),
				...env,
			},
		},
	).toString();
}

const callsIn = (folder: string) =>
	readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");

test("publishing: the files that the checksums name, with the changelog's notes", {
	skip: notPosix,
}, async () => {
	const folder = await mkdtemp(join(tmpdir(), "publish-"));
	try {
		await mkdir(join(folder, "dist", "release"), { recursive: true });
		await writeFile(
			join(folder, "dist", "release", "checksums.txt"),
			"00  one.tar.gz\n11  krew-manifest.yaml\n",
		);
		await writeFile(
			join(folder, "CHANGELOG.md"),
			"# Changelog\n\n## 1.2.3\n\n- New.\n\n## 1.2.3-rc.1\n\n- Soon.\n",
		);
		release(folder, ["publish", "v1.2.3"]);
		release(folder, ["publish", "v1.2.3-rc.1"]);
		const files = ["one.tar.gz", "krew-manifest.yaml", "checksums.txt"]
			.map((name) => `dist/release/${name}`)
			.join(" ");
		assert.deepEqual(callsIn(folder), [
			`gh release create v1.2.3 --verify-tag --title v1.2.3 --notes - New. ${files}`,
			`gh release create v1.2.3-rc.1 --verify-tag --title v1.2.3-rc.1 --notes - Soon. --prerelease ${files}`,
		]);
	} finally {
		await rm(folder, { recursive: true });
	}
});

test("a signed binary is run, though a store of artifacts took its mode", {
	skip: notPosix,
}, async () => {
	const folder = await mkdtemp(join(tmpdir(), "run-"));
	try {
		const binary = join(folder, "dist/binaries/darwin_arm64/kubectl-meshreg");
		await mkdir(dirname(binary), { recursive: true });
		await writeFile(binary, '#!/bin/sh\necho "ran with $*"\n', { mode: 0o644 });
		assert.equal(
			release(folder, ["run", "darwin_arm64"]),
			"ran with --version\n",
		);
	} finally {
		await rm(folder, { recursive: true });
	}
});

test("the krew index: a branch in the fork with the manifest, and a pull request", {
	skip: notPosix,
}, async () => {
	const folder = await mkdtemp(join(tmpdir(), "krew-index-"));
	try {
		const [upstream, fork] = [join(folder, "upstream"), join(folder, "fork")];
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
			release(folder, ["krew-index", "v1.2.3"], {
				UPSTREAM: upstream,
				GIT_CONFIG_COUNT: "1",
				GIT_CONFIG_KEY_0: `url.${fork}.insteadOf`,
				GIT_CONFIG_VALUE_0: "https://github.com/octocat/krew-index.git",
			});
		propose();
		assert.equal(
			git("-C", fork, "show", "meshreg-v1.2.3:plugins/meshreg.yaml"),
			"new\n",
		);
		assert.equal(
			git("-C", fork, "log", "-1", "--format=%an: %s", "meshreg-v1.2.3"),
			"octocat: meshreg v1.2.3\n",
		);
		const calls = callsIn(folder);
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
