import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { notesOf, releaseProblems } from "../../scripts/release/check.ts";
import { COMMANDS } from "../../src/cli.ts";
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

test("the changelog of this version names every command", async () => {
	const notes = notesOf(`v${version}`, await readFile("CHANGELOG.md", "utf8"));
	const left = COMMANDS.map(({ verb }) => verb).filter(
		(verb) => !new RegExp(`\\x60${verb}\\b`).test(notes ?? ""),
	);
	assert.deepEqual(left, []);
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

/** Runs a step of the release in `folder`; what it printed. */
function release(folder: string, ...args: string[]): string {
	return execFileSync(
		process.execPath,
		[
			"--import",
			import.meta.resolve("tsx"),
			fileURLToPath(new URL("../../scripts/release.ts", import.meta.url)),
			...args,
		],
		{ cwd: folder, stdio: "pipe" },
	).toString();
}

test("this version can be released; another tag is not of it", () => {
	const here = process.cwd();
	assert.equal(release(here, "check"), "");
	assert.equal(release(here, "check", `v${version}`), "");
	assert.throws(() => release(here, "check", "v9.9.9"), {
		message: /error: the tag is v9\.9\.9, but package\.json says /,
	});
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
			release(folder, "run", "darwin_arm64"),
			"ran with --version\n",
		);
	} finally {
		await rm(folder, { recursive: true });
	}
});

test("notes: a file with what the changelog says; no release without it", async () => {
	const folder = await mkdtemp(join(tmpdir(), "notes-"));
	try {
		await writeFile(join(folder, "CHANGELOG.md"), changelog);
		const file = join("dist", "notes", "notes.md");
		release(folder, "notes", `v${version}`, file);
		assert.equal(
			await readFile(join(folder, file), "utf8"),
			"- New.\n- Better.\n",
		);
		assert.throws(() => release(folder, "notes", "v9.9.9", file), {
			message: /CHANGELOG\.md says nothing of v9\.9\.9/,
		});
	} finally {
		await rm(folder, { recursive: true });
	}
});

/**
 * Plays the part of GitHub's program: writes down its calls, an argument each in brackets, and answers
 * what the steps read of an answer. The call that begins as REFUSED does fails.
 */
const GH = `#!/bin/sh
call=
for word; do call="$call [$word]"; done
echo "gh$call" >>calls
[ "$REFUSED" = "$1 $2 $3" ] && exit 1
case "$1 $2" in
"api user") echo octocat ;;
"api repos/kubernetes-sigs/krew-index/commits/HEAD") echo 0a0b ;;
"api repos/octocat/krew-index/contents/plugins?ref=meshreg-v1.2.3") printf %s "$OLD" ;;
esac
`;

/** Runs the release workflow's step of that name, as a runner would, with the stand-in; the calls of gh. */
async function workflowStep(
	name: string,
	env: Readonly<Record<string, string>>,
	files: Readonly<Record<string, string>>,
): Promise<string[]> {
	const { jobs } = parse(
		await readFile(".github/workflows/release.yml", "utf8"),
	);
	const steps: { name?: string; run: string; env: Record<string, string> }[] =
		Object.values<{ steps: [] }>(jobs).flatMap((job) => job.steps);
	const step = steps.find((candidate) => candidate.name === name);
	assert.ok(step, name);
	const folder = await mkdtemp(join(tmpdir(), "workflow-"));
	try {
		const bin = join(folder, "bin");
		await mkdir(bin);
		await writeFile(join(bin, "gh"), GH, { mode: 0o755 });
		for (const [path, text] of Object.entries(files)) {
			await mkdir(dirname(join(folder, path)), { recursive: true });
			await writeFile(join(folder, path), text);
		}
		execFileSync("bash", ["-e", "-c", step.run], {
			cwd: folder,
			stdio: "pipe",
			env: {
				PATH: [bin, process.env.PATH].join(delimiter),
				...step.env,
				...env,
			},
		});
		const calls = await readFile(join(folder, "calls"), "utf8");
		return calls.trimEnd().split("\n");
	} finally {
		await rm(folder, { recursive: true });
	}
}

describe("what the release workflow asks GitHub for", {
	skip: notPosix,
}, () => {
	for (const [tag, prerelease] of [
		["v1.2.3", "false"],
		["v1.2.3-rc.1", "true"],
	] as const)
		test(`a release ${tag} with every file and the changelog's notes`, async () => {
			assert.deepEqual(
				await workflowStep(
					"Publish",
					{ GITHUB_REF_NAME: tag, PRERELEASE: prerelease },
					{ "dist/release/one.tar.gz": "", "dist/release/checksums.txt": "" },
				),
				[
					`gh [release] [create] [${tag}] [--verify-tag] [--prerelease=${prerelease}] [--title] [${tag}] [--notes-file] [dist/notes/notes.md] [dist/release/checksums.txt] [dist/release/one.tar.gz]`,
				],
			);
		});

	const tagged = {
		GITHUB_REF_NAME: "v1.2.3",
		GITHUB_REPOSITORY: "kubectl-meshreg/kubectl-meshreg",
		BRANCH: "meshreg-v1.2.3",
	};
	const fork = "repos/octocat/krew-index";
	const before = [
		"gh [api] [user] [--jq] [.login]",
		"gh [repo] [fork] [kubernetes-sigs/krew-index] [--clone=false]",
		"gh [repo] [sync] [octocat/krew-index] [--source] [kubernetes-sigs/krew-index]",
		"gh [api] [repos/kubernetes-sigs/krew-index/commits/HEAD] [--jq] [.sha]",
		`gh [api] [--silent] [${fork}/git/refs] [--raw-field] [ref=refs/heads/meshreg-v1.2.3] [--raw-field] [sha=0a0b]`,
	];
	const listed = `gh [api] [${fork}/contents/plugins?ref=meshreg-v1.2.3] [--jq] [.[] | select(.name == "meshreg.yaml").sha]`;
	const put = `gh [api] [--silent] [--method] [PUT] [${fork}/contents/plugins/meshreg.yaml] [--raw-field] [branch=meshreg-v1.2.3] [--raw-field] [message=meshreg v1.2.3] [--field] [content=@dist/content]`;
	const pullRequest =
		"gh [pr] [create] [--repo] [kubernetes-sigs/krew-index] [--head] [octocat:meshreg-v1.2.3] [--title] [meshreg v1.2.3] [--body] [https://github.com/kubectl-meshreg/kubectl-meshreg/releases/tag/v1.2.3]";

	test("the krew index: a branch in the fork with the manifest, and a pull request", async () => {
		assert.deepEqual(await workflowStep("Propose it", tagged, {}), [
			...before,
			listed,
			put,
			pullRequest,
		]);
	});

	test("a second run begins the branch again, and replaces the manifest of the release before", async () => {
		assert.deepEqual(
			await workflowStep(
				"Propose it",
				{ ...tagged, OLD: "0c0d", REFUSED: `api --silent ${fork}/git/refs` },
				{},
			),
			[
				...before,
				`gh [api] [--silent] [--method] [PATCH] [${fork}/git/refs/heads/meshreg-v1.2.3] [--raw-field] [sha=0a0b] [--field] [force=true]`,
				listed,
				`${put} [--raw-field] [sha=0c0d]`,
				pullRequest,
			],
		);
	});
});
