import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import { type ImageConfig, writeLayout } from "../../scripts/image/layout.ts";
import { IMAGE } from "../../src/commands/install/command.ts";

const CONFIG: ImageConfig = {
	entrypoint: ["/usr/bin/program"],
	user: "65532:65532",
	env: ["PATH=/usr/bin"],
	labels: { "org.opencontainers.image.title": "program" },
	created: "2026-01-01T00:00:00Z",
	tag: "v1",
};

let folder: string;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "layout-"));
});
after(() => rm(folder, { recursive: true }));

/** A layout's files by name. */
async function filesIn(path: string): Promise<Map<string, Buffer>> {
	const entries = await readdir(path, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile());
	return new Map(
		await Promise.all(
			files.map(async (entry): Promise<[string, Buffer]> => {
				const file = join(entry.parentPath, entry.name);
				return [file.slice(path.length + 1), await readFile(file)];
			}),
		),
	);
}

test("a layout names each blob by its checksum, and is the same again", async () => {
	const images = [
		{ architecture: "amd64", tar: Buffer.from("one") },
		{ architecture: "arm64", tar: Buffer.from("other") },
	] as const;
	const first = join(folder, "first");
	const second = join(folder, "second");
	const digest = await writeLayout(first, images, CONFIG);
	assert.equal(await writeLayout(second, images, CONFIG), digest);
	const files = await filesIn(first);
	assert.deepEqual(await filesIn(second), files);
	for (const [name, bytes] of files)
		if (name.startsWith("blobs/"))
			assert.equal(
				name,
				`blobs/sha256/${createHash("sha256").update(bytes).digest("hex")}`,
			);
	const blob = (of: string) =>
		JSON.parse(String(files.get(`blobs/${of.replace(":", "/")}`)));
	const root = JSON.parse(String(files.get("index.json")));
	assert.equal(root.manifests[0].digest, digest);
	const index = blob(digest);
	assert.deepEqual(
		index.manifests.map(({ platform }: { platform: object }) => platform),
		[
			{ architecture: "amd64", os: "linux" },
			{ architecture: "arm64", os: "linux" },
		],
	);
	const config = blob(blob(index.manifests[0].digest).config.digest);
	assert.deepEqual(config.config, {
		User: "65532:65532",
		Env: ["PATH=/usr/bin"],
		Entrypoint: ["/usr/bin/program"],
		WorkingDir: "/",
		Labels: { "org.opencontainers.image.title": "program" },
	});
	assert.deepEqual(config.rootfs.diff_ids, [
		`sha256:${createHash("sha256").update("one").digest("hex")}`,
	]);
});

test("install names the image that a release publishes", async () => {
	const workflow = await readFile(".github/workflows/release.yml", "utf8");
	const [, name] = /^ +IMAGE: (\S+)$/m.exec(workflow) ?? [];
	assert.equal(IMAGE, `${name}:v${packageJson.version}`);
});
