/** The image that `npm run image` left, unpacked and run as a kubelet runs it: as nobody, on files that cannot be written. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { extract } from "tar";
import packageJson from "../../package.json" with { type: "json" };
import { ARM64_RUNNER } from "../../scripts/package/binary.ts";
import { canMount } from "../support/pod.ts";

const run = promisify(execFile);
const LAYOUT = fileURLToPath(new URL("../../dist/image/", import.meta.url));
const VERSION = `v${packageJson.version}\n`;

let folder: string;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "image-"));
});
after(() => rm(folder, { recursive: true }));

const blobPath = (digest: string) =>
	join(LAYOUT, "blobs", digest.replace(":", "/"));
const blob = async (digest: string) =>
	JSON.parse(await readFile(blobPath(digest), "utf8"));

/** The files of the image for a platform, unpacked, and its configuration. */
async function unpacked(architecture: string) {
	const { manifests } = JSON.parse(
		await readFile(join(LAYOUT, "index.json"), "utf8"),
	);
	const index = await blob(manifests[0].digest);
	const { digest } = index.manifests.find(
		(one: { platform: { architecture: string } }) =>
			one.platform.architecture === architecture,
	);
	const manifest = await blob(digest);
	const root = join(folder, architecture);
	await mkdir(root);
	await extract({ cwd: root, file: blobPath(manifest.layers[0].digest) });
	return { root, config: (await blob(manifest.config.digest)).config };
}

test("amd64: as 65532, on files that cannot be written", {
	skip:
		(await canMount()) && process.getuid?.() === 0
			? false
			: "only root may become another user and mount here",
}, async () => {
	const { root, config } = await unpacked("amd64");
	assert.deepEqual(
		[config.User, config.Entrypoint],
		["65532:65532", ["/usr/bin/kubectl-meshreg"]],
	);
	const inside = `mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec chroot --userspec=65532:65532 "$1" /usr/bin/kubectl-meshreg "$2"`;
	const { stdout, stderr } = await run("unshare", [
		"-m",
		...["sh", "-c", inside, "sh", root, "--version"],
	]);
	assert.deepEqual([stdout, stderr], [VERSION, ""]);
	assert.deepEqual(await readdir(join(root, "var/lib/dpkg/status.d")), [
		"gcc-12-base",
		"libatomic1",
		"libc6",
		"libgcc-s1",
		"libstdc++6",
	]);
});

test("arm64: with its own libraries", async (t) => {
	const { root } = await unpacked("arm64");
	const program = join(root, "usr/bin/kubectl-meshreg");
	const [command = "", flag = ""] = ARM64_RUNNER;
	try {
		const { stdout } = await run(command, [flag, root, program, "--version"]);
		assert.equal(stdout, VERSION);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		t.skip(`${command} is not here`);
	}
});

test("skopeo reads it, every platform", async (t) => {
	try {
		const { stdout } = await run("skopeo", [
			"inspect",
			"--raw",
			`oci:${LAYOUT}`,
		]);
		assert.equal(JSON.parse(stdout).manifests.length, 2);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		t.skip("skopeo is not here");
	}
});
