import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { notPosix } from "../support/posix.ts";

/** What .ci/run says and how it ends where every npm command does nothing, but for one that fails. */
async function run(failing: string): Promise<{ out: string; status: unknown }> {
	const folder = await mkdtemp(join(tmpdir(), "ci-run-"));
	try {
		await mkdir(join(folder, ".ci"));
		await mkdir(join(folder, "bin"));
		await copyFile(".ci/run", join(folder, ".ci/run"));
		await writeFile(join(folder, ".ci/install"), "");
		const npm = `#!/bin/sh\n[ "$*" != "${failing}" ]\n`;
		await writeFile(join(folder, "bin/npm"), npm, { mode: 0o755 });
		const PATH = join(folder, "bin") + delimiter + process.env.PATH;
		const { stdout, status } = spawnSync("bash", [join(folder, ".ci/run")], {
			env: { ...process.env, PATH },
			encoding: "utf8",
		});
		return { out: stdout.replace(/^ *\d+ s/gm, "N s"), status };
	} finally {
		await rm(folder, { recursive: true });
	}
}

const BEGUN = [
	"what the tests drive",
	"the tests, as README says",
	"types, style and the import rules",
	"the one file",
	"the tests that drive the one file",
];
const ALL = [
	...BEGUN,
	"the contract and end-to-end suites on a real kube-apiserver",
	"the release, for every platform, and what krew makes of it (begun with the two before)",
];

/** The headings, then what each took. */
function told(steps: readonly string[]): string {
	const headings = steps.map((step) => `\n== ${step}\n`).join("");
	const times = steps.map((step) => `N s  ${step}\n`).join("");
	return `${headings}\n== what took how long\n${times}N s  in all\n`;
}

test("CI says at the end how many seconds each step took", {
	skip: notPosix,
}, async () => {
	assert.deepEqual(await run("nothing"), { out: told(ALL), status: 0 });
});

test("CI says so too where a step fails, with which it ends", {
	skip: notPosix,
}, async () => {
	assert.deepEqual(await run("run test:e2e"), { out: told(BEGUN), status: 1 });
});

test("the release is made beside the suites on a cluster, and CI fails where it does", {
	skip: notPosix,
}, async () => {
	assert.deepEqual(await run("run image"), { out: told(ALL), status: 1 });
});
