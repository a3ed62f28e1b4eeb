import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { notPosix } from "../support/posix.ts";
import { isRecent, kubectlMinor } from "../support/real-cluster/kubectl.ts";

const folder = mkdtempSync(join(tmpdir(), "meshreg-"));
after(() => rmSync(folder, { recursive: true }));

/** A folder with a `kubectl` that answers `version` so. */
function kubectlSaying(name: string, output: string): string {
	const path = join(folder, name);
	mkdirSync(path);
	writeFileSync(
		join(path, "kubectl"),
		`#!/bin/sh\n[ "$*" = "version --client --output=json" ] && echo '${output}'\n`,
		{ mode: 0o755 },
	);
	return path;
}

/** Runs `npm run test:cluster` on a machine that has no Go and nothing built. */
function testCluster(path: string, env: Record<string, string>) {
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		["--import", "tsx", "scripts/test-cluster.ts", "test/contract"],
		{
			encoding: "utf8",
			env: { PATH: path, HOME: folder, TMPDIR: folder, ...env },
		},
	);
	return { status, stdout, stderr };
}

const recent = kubectlSaying(
	"recent",
	'{"clientVersion":{"major":"1","minor":"28"}}',
);

test("without a server to be found, says what to install and fails", {
	skip: notPosix,
}, () => {
	assert.deepEqual(testCluster(recent, {}), {
		status: 1,
		stdout: "",
		stderr: `error: no API server to test on. Do one of these:
  - set MESHREG_TEST_KUBECONFIG to a kubeconfig of a cluster on which the tests may make namespaces
  - set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver, as setup-envtest makes it
  - install Go 1.26 or later (https://go.dev/dl), with which test/cluster builds both
(Go is not installed)
`,
	});
});

test("a folder of KUBEBUILDER_ASSETS that lacks them is not passed over", {
	skip: notPosix,
}, () => {
	const { status, stderr } = testCluster(recent, {
		KUBEBUILDER_ASSETS: folder,
	});
	assert.equal(status, 1);
	assert.match(stderr, /^error: no API server to test on\./);
	assert.ok(
		stderr.endsWith(`(KUBEBUILDER_ASSETS: ${folder}/etcd is not there)\n`),
	);
});

test("without a kubectl to be found, says what to install and fails", {
	skip: notPosix,
}, () => {
	assert.deepEqual(testCluster(join(folder, "empty"), {}), {
		status: 1,
		stdout: "",
		stderr: `error: no kubectl of 1.28 or later. Install one, or Go 1.26 or later (https://go.dev/dl), with which test/cluster builds one
(Go is not installed)
`,
	});
});

test("which kubectl is good enough", { skip: notPosix }, async () => {
	const cases: [string, string, number | undefined, boolean][] = [
		["vendor", '{"clientVersion":{"major":"1","minor":"32+"}}', 32, true],
		["newer", '{"clientVersion":{"major":"1","minor":"36"}}', 36, true],
		["old", '{"clientVersion":{"major":"1","minor":"27"}}', 27, false],
		["other", "something else", undefined, false],
		["none", "{}", undefined, false],
	];
	for (const [name, output, minor, good] of cases) {
		const found = await kubectlMinor({ PATH: kubectlSaying(name, output) });
		assert.equal(found, minor, name);
		assert.equal(isRecent(found), good, name);
	}
	assert.equal(await kubectlMinor({ PATH: join(folder, "empty") }), undefined);
});
