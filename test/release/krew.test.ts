/** Installs what `npm run package` left, as krew does and, where it can be had, with krew itself. */
import assert from "node:assert/strict";
import {
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	symlink,
	writeFile,
} from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import {
	binaryName,
	nameOf,
	TARGETS,
	targetOf,
} from "../../scripts/build/targets.ts";
import { goTool } from "../../scripts/go-tool.ts";
import { archiveName } from "../../scripts/package/archive.ts";
import { readArchive } from "../../scripts/package/archive-rules.ts";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { kubectl, program, type Ran } from "../support/program.ts";

const RELEASE = fileURLToPath(new URL("../../dist/release/", import.meta.url));
const MANIFEST = join(RELEASE, "krew-manifest.yaml");
const { version } = packageJson;
const here = targetOf(process.platform, process.arch);
const krew = await goTool("krew").catch((cause: Error) => cause);
const noKrew =
	krew instanceof Error
		? `krew cannot be had: ${krew.message.split("\n")[0]}`
		: false;

let cluster: TestCluster;
let folder: string;
before(async () => {
	cluster = await testCluster();
	folder = await mkdtemp(join(tmpdir(), "krew-"));
});
after(async () => {
	await cluster[Symbol.asyncDispose]();
	await rm(folder, { recursive: true, force: true });
});

/** Runs a program with `bin` in front of the system's own folders, in a home of its own. */
function run(
	command: string,
	args: readonly string[],
	{ bin, env = {} }: { bin: string; env?: Record<string, string> },
): Promise<Ran> {
	const path = [bin, "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter);
	return program(command, args, {
		kubeconfig: cluster.kubeconfig,
		home: folder,
		env: { PATH: path, ...env },
	});
}

/** The files of the release at an address of this machine, where the manifest then says that they are. */
async function served() {
	const server = createServer(async (request, response) => {
		const file = (request.url ?? "").slice(1);
		response.end(
			file === "krew-manifest.yaml"
				? manifest
				: await readFile(join(RELEASE, file)),
		);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const bound = server.address();
	assert(bound !== null && typeof bound === "object");
	const address = `http://127.0.0.1:${bound.port}/`;
	const text = await readFile(MANIFEST, "utf8");
	const manifest = text.replace(/uri: .*\//g, `uri: ${address}`);
	return {
		address,
		manifest,
		[Symbol.asyncDispose]: async () => {
			server.close();
		},
	};
}

/** What a user then does first, with the plugin in `bin`. */
async function assertInstalled(bin: string): Promise<void> {
	const listed = await run("kubectl", ["plugin", "list", "--name-only"], {
		bin,
	});
	assert.ok(listed.out.split("\n").includes("kubectl-meshreg"), listed.out);
	assert.doesNotMatch(listed.out + listed.err, /warning/i);
	const shown = await run("kubectl", ["meshreg", "--version"], { bin });
	assert.deepEqual([shown.status, shown.out], [0, `v${version}\n`]);
	assert.equal(
		(await run("kubectl", ["meshreg", "--help"], { bin })).status,
		0,
	);
	const list = await run("kubectl", ["meshreg", "list"], { bin });
	assert.deepEqual(
		[list.status, list.out, list.err],
		[0, "", "No resources found\n"],
	);
}

test("a simulated install: extract, link, run through kubectl", async (t) => {
	if (kubectl === undefined) return t.skip("there is no kubectl here");
	const store = join(folder, "store");
	const bin = join(folder, "bin");
	await mkdir(store);
	await mkdir(bin);
	const archive = await readFile(join(RELEASE, archiveName(here, version)));
	for (const { path, mode, content } of readArchive(archive) ?? [])
		await writeFile(join(store, path), content, { mode });
	await symlink(join(store, binaryName(here)), join(bin, "kubectl-meshreg"));
	await assertInstalled(bin);
	await symlink(
		join(store, binaryName(here)),
		join(bin, "kubectl_complete-meshreg"),
	);
	const { out } = await run("kubectl", ["__complete", "meshreg", ""], { bin });
	assert.match(out, /\n:4\n$/);
});

describe("krew itself", { skip: noKrew }, () => {
	const root = (name: string) => join(folder, name);
	/** krew looks no further than for a clone of its own index: an empty one keeps the network out. */
	const makeRoot = (name: string) =>
		mkdir(join(root(name), "index", "default", ".git"), { recursive: true });
	const withKrew = (
		name: string,
		args: readonly string[],
		env: Record<string, string> = {},
	) =>
		run(String(krew), args, {
			bin: join(root(name), "bin"),
			env: { KREW_ROOT: root(name), KREW_NO_UPGRADE_CHECK: "1", ...env },
		});

	for (const target of TARGETS)
		test(`installs ${nameOf(target)} from the manifest and the archive`, async () => {
			const name = nameOf(target);
			await makeRoot(name);
			const { status, err } = await withKrew(
				name,
				[
					"install",
					`--manifest=${MANIFEST}`,
					`--archive=${join(RELEASE, archiveName(target, version))}`,
				],
				{ KREW_OS: target.os, KREW_ARCH: target.arch },
			);
			assert.equal(status, 0, err);
			const installed = join(root(name), "store", "meshreg", `v${version}`);
			assert.deepEqual((await readdir(installed)).sort(), [
				"LICENSE",
				binaryName(target),
			]);
		});

	test("runs what it installed, and takes it away", async (t) => {
		if (kubectl === undefined) return t.skip("there is no kubectl here");
		const name = nameOf(here);
		await assertInstalled(join(root(name), "bin"));
		const removed = await withKrew(name, ["uninstall", "meshreg"]);
		assert.equal(removed.status, 0, removed.err);
		assert.deepEqual(await readdir(join(root(name), "bin")), []);
	});

	test("upgrades from an index, downloading and checking the archive", async (t) => {
		const name = "upgraded";
		await makeRoot(name);
		await using downloads = await served();
		const { manifest } = downloads;
		const plugins = join(root(name), "index", "local", "plugins");
		await mkdir(plugins, { recursive: true });
		const publish = (text: string) =>
			writeFile(join(plugins, "meshreg.yaml"), text);
		await publish(manifest.replace(`version: v${version}`, "version: v0.0.1"));
		const before = await withKrew(name, [
			"install",
			"--no-update-index",
			"local/meshreg",
		]);
		assert.equal(before.status, 0, before.err);
		await publish(
			manifest.replace(/sha256: .*/g, `sha256: "${"0".repeat(64)}"`),
		);
		const refused = await withKrew(name, [
			"upgrade",
			"--no-update-index",
			"meshreg",
		]);
		assert.notEqual(refused.status, 0);
		assert.match(refused.err, /checksum does not match/);
		await publish(manifest);
		const upgraded = await withKrew(name, [
			"upgrade",
			"--no-update-index",
			"meshreg",
		]);
		assert.equal(upgraded.status, 0, upgraded.err);
		assert.deepEqual(await readdir(join(root(name), "store", "meshreg")), [
			`v${version}`,
		]);
		if (kubectl === undefined)
			return t.diagnostic("there is no kubectl here to run it");
		await assertInstalled(join(root(name), "bin"));
	});

	test("README's line installs the release before krew's index has it", async (t) => {
		const name = "by-address";
		await makeRoot(name);
		await using downloads = await served();
		const [, install = "", flag = "", address = ""] =
			/^kubectl krew (install) (--manifest-url) (\S+)$/m.exec(
				await readFile("README.md", "utf8"),
			) ?? [];
		const { homepage } = parse(downloads.manifest).spec;
		const latest = `${homepage}/releases/latest/download/`;
		assert.equal(address, `${latest}krew-manifest.yaml`);
		const here = address.replace(latest, downloads.address);
		const { status, err } = await withKrew(name, [
			...[install, flag, here],
			// Keeps the network out: krew's own index is looked at first.
			"--no-update-index",
		]);
		assert.equal(status, 0, err);
		if (kubectl === undefined)
			return t.diagnostic("there is no kubectl here to run it");
		await assertInstalled(join(root(name), "bin"));
	});
});
