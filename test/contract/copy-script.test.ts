/** The scripts of `images -o skopeo|crane`, run by `sh -eu`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { meshreg } from "../support/command-line.ts";
import { notPosix } from "../support/posix.ts";
import {
	debianRegistry,
	missing,
	noDebianRegistry,
} from "../support/registry/debian-registry.ts";
import { ask, MANIFEST, push } from "../support/registry/exchange.ts";

/** Runs a script as README says, with nothing of this process's environment but the PATH. */
function sh(script: string, env: Record<string, string> = {}, path = "") {
	const PATH = path + (process.env.PATH ?? "");
	const { status, stdout, stderr } = spawnSync("sh", ["-eu"], {
		input: script,
		encoding: "utf8",
		env: { PATH, ...env },
	});
	return { status, out: stdout, err: stderr };
}

async function script(manifest: string, registry: string, copier: string) {
	const { status, out, err } = await meshreg(
		["images", "-f", "-", "--registry-server", registry, "-o", copier],
		{ stdin: manifest },
	);
	assert.deepEqual({ status, err }, { status: 0, err: "" });
	return out;
}

function pod(...images: string[]): string {
	return `kind: Pod\nspec:\n  containers:\n${images.map((image) => `  - image: ${image}\n`).join("")}`;
}

describe("the script for skopeo, between two registries", {
	skip: noDebianRegistry || missing("skopeo", "skopeo"),
}, () => {
	let from: Awaited<ReturnType<typeof debianRegistry>>;
	let to: Awaited<ReturnType<typeof debianRegistry>>;
	before(async () => {
		from = await debianRegistry({ by: "none" });
		to = await debianRegistry({ by: "none" });
	});
	after(async () => {
		await from.close();
		await to.close();
	});

	test("copies by tag, by digest and by both, under the names that inject writes", async () => {
		const source = { origin: `http://${from.host}` };
		const digest = await push(source, "team/one", "1.0", "");
		await push(source, "two", "latest", "");
		await push(source, "three", "3", "");
		const manifest = pod(
			`${from.host}/team/one:1.0`,
			`${from.host}/two`,
			`${from.host}/team/one@${digest}`,
			`${from.host}/three:3@${digest}`,
			`${to.host}/mesh/there:1`,
		);
		const run = sh(await script(manifest, `${to.host}/mesh`, "skopeo"), {
			SKOPEO_COPY_OPTIONS: "--src-tls-verify=false --dest-tls-verify=false",
		});
		assert.equal(run.status, 0, run.err);
		const target = { origin: `http://${to.host}` };
		for (const [name, reference] of [
			["one", "1.0"],
			["one", digest],
			["two", "latest"],
			["three", "3"],
			["three", digest],
		])
			assert.equal(
				(
					await ask(target, `/v2/mesh/${name}/manifests/${reference}`, {
						method: "HEAD",
						accept: MANIFEST,
					})
				).status,
				200,
				`${name} ${reference}`,
			);
	});

	test("stops at the first that cannot be copied", async () => {
		const run = sh(
			await script(
				pod(`${from.host}/none:1`, `${from.host}/two`),
				`${to.host}/later`,
				"skopeo",
			),
			{
				SKOPEO_COPY_OPTIONS: "--src-tls-verify=false --dest-tls-verify=false",
			},
		);
		assert.notEqual(run.status, 0);
		const { status } = await ask(
			{ origin: `http://${to.host}` },
			"/v2/later/two/manifests/latest",
			{ method: "HEAD", accept: MANIFEST },
		);
		assert.equal(status, 404);
	});
});

test("both scripts hand their program one word a reference, and run without options", {
	skip: notPosix,
}, async () => {
	const folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	try {
		for (const copier of ["skopeo", "crane"]) {
			const program = join(folder, copier);
			await writeFile(
				program,
				`#!/bin/sh\nprintf '<%s>' "$@" >>"$SAID"\necho >>"$SAID"\n`,
			);
			await chmod(program, 0o755);
			const said = join(folder, `${copier}.said`);
			const text = await script(
				pod("nats:2.9-alpine", '"[::1]:5000/a:1"'),
				"[::1]:6000/m",
				copier,
			);
			const run = sh(text, { SAID: said }, folder + delimiter);
			assert.deepEqual(run, { status: 0, out: "", err: "" });
			const prefix = copier === "skopeo" ? "docker://" : "";
			const all = copier === "skopeo" ? "<--all>" : "";
			assert.equal(
				await readFile(said, "utf8"),
				`<copy>${all}<${prefix}docker.io/library/nats:2.9-alpine><${prefix}[::1]:6000/m/nats:2.9-alpine>\n<copy>${all}<${prefix}[::1]:5000/a:1><${prefix}[::1]:6000/m/a:1>\n`,
			);
		}
	} finally {
		await rm(folder, { recursive: true });
	}
});
