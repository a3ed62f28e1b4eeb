/** Building again, in other surroundings, gives the bytes that `npm run package` left. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };
import { sha256 } from "../../scripts/build/base-node.ts";
import { bundle } from "../../scripts/build/bundle.ts";
import { binaryName, nameOf, TARGETS } from "../../scripts/build/targets.ts";
import { archiveName, packArchive } from "../../scripts/package/archive.ts";
import { makeBinary } from "../../scripts/package/binary.ts";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
let folder: string;
/** What differs from one builder to the next, and once changed the bytes. */
const ELSEWHERE = {
	TERM: process.env.TERM === "dumb" ? "xterm-256color" : "dumb",
	CI: process.env.CI ? "" : "true",
	GITHUB_ACTIONS: "1",
	FORCE_COLOR: "1",
	KUBECONFIG: "/nonexistent",
	HTTP_PROXY: "http://127.0.0.1:1",
	HTTPS_PROXY: "http://127.0.0.1:1",
	NO_PROXY: "",
	LANG: "de_DE.UTF-8",
	LC_ALL: "de_DE.UTF-8",
	TZ: "Asia/Tokyo",
	NODE_OPTIONS: "--max-old-space-size=3000",
};
before(async () => {
	Object.assign(process.env, ELSEWHERE);
	folder = await mkdtemp(join(tmpdir(), "again-"));
	await bundle("src/main.ts", join(folder, "chunks"));
});
after(() => rm(folder, { recursive: true }));

for (const target of TARGETS)
	test(nameOf(target), async () => {
		const again = join(folder, nameOf(target), binaryName(target));
		await makeBinary(join(folder, "chunks"), target, again);
		const first = join(DIST, "binaries", nameOf(target), binaryName(target));
		assert.equal(await sha256(again), await sha256(first));
		const traces = (await readFile(first)).includes(`${process.cwd()}/`);
		assert.ok(!traces, "the path of this checkout is in it");
		const name = archiveName(target, packageJson.version);
		const archive = await packArchive(target, again);
		assert.ok(
			archive.equals(await readFile(join(DIST, "release", name))),
			name,
		);
	});
