/** The Linux arm64 binary, run where there is a processor of that kind or qemu's user mode. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };
import { ARM64_RUNNER } from "../../scripts/package/binary.ts";
import { testCluster } from "../support/cluster.ts";
import { program } from "../support/program.ts";

const BINARY = fileURLToPath(
	new URL("../../dist/binaries/linux_arm64/kubectl-meshreg", import.meta.url),
);

test("--version and list on arm64", async (t) => {
	if (process.platform !== "linux") return t.skip("not on Linux");
	await using cluster = await testCluster();
	const [command = "", ...args] =
		process.arch === "arm64" ? [BINARY] : [...ARM64_RUNNER, BINARY];
	const run = (...more: string[]) =>
		program(command, [...args, ...more], {
			kubeconfig: cluster.kubeconfig,
			home: cluster.folder,
		});
	const version = await run("--version");
	assert.deepEqual(
		[version.status, version.out],
		[0, `v${packageJson.version}\n`],
		version.err,
	);
	const created = await run(
		"create",
		`--namespace=${await cluster.namespace("arm64")}`,
		cluster.named("arm64"),
		"--registry-server=registry.example.com",
		"--registry-username=user",
		"--registry-password=password",
	);
	assert.equal(created.status, 0, created.err);
	const list = await run("list", cluster.named("arm64"), "--no-headers");
	assert.match(
		list.out,
		/arm64 +\S+-arm64 +registry\.example\.com +Source +(?:\d+[hms])+\n$/,
	);
	assert.equal(list.status, 0);
});
