import assert from "node:assert/strict";
import { test } from "node:test";
import { readManifests } from "../../../src/actions/read/read-manifests.ts";
import { AbortedError, OperationError } from "../../../src/errors.ts";
import type { World } from "../../../src/world.ts";

function worldOf(
	files: Partial<World["files"]>,
	rest: Partial<World> = {},
): World {
	const world: Partial<World> = {
		files: files as World["files"],
		interrupt: new AbortController().signal,
		unheard: (work) => work(),
		...rest,
	};
	return world as World;
}

test("an interrupt ends the reading of manifests at the next file", async () => {
	const interrupt = new AbortController();
	const read: string[] = [];
	const files: Partial<World["files"]> = {
		entries: async () => undefined,
		async read(path) {
			read.push(path);
			interrupt.abort(new AbortedError("SIGINT"));
			return Buffer.from("");
		},
	};
	const world = worldOf(files, { interrupt: interrupt.signal });
	const nothing = () => {};
	await assert.rejects(
		readManifests(["a", "b"], false, world, nothing, nothing),
		new AbortedError("SIGINT"),
	);
	assert.deepEqual(read, ["a"]);
});

test("while a manifest is taken signals are the system's, for as long as it takes, and not while it is read", async () => {
	const steps: string[] = [];
	const files: Partial<World["files"]> = {
		entries: async () => undefined,
		async read(path) {
			steps.push(`read ${path}`);
			return Buffer.from("");
		},
	};
	const world = worldOf(files, {
		unheard(work) {
			steps.push("unheard");
			try {
				return work();
			} finally {
				steps.push("heard");
			}
		},
	});
	await readManifests(
		["a", "b"],
		false,
		world,
		(_text, file) => {
			steps.push(`take ${file}`);
			throw new OperationError("no");
		},
		() => steps.push("failed"),
	);
	assert.deepEqual(
		steps,
		["a", "b"].flatMap((file) => [
			`read ${file}`,
			"unheard",
			`take ${file}`,
			"heard",
			"failed",
		]),
	);
});

/** What is read of these paths of a small disk, and the causes of what fails. */
async function readOf(
	recursive: boolean,
	...paths: string[]
): Promise<{ taken: [file: string, text: string][]; failed: string[] }> {
	const folders: Record<string, { name: string; isFolder: boolean }[]> = {
		dir: [
			{ name: "a.yaml", isFolder: false },
			{ name: "notes.txt", isFolder: false },
			{ name: "sub", isFolder: true },
		],
		"dir/sub": [{ name: "b.json", isFolder: false }],
		outer: [{ name: "empty", isFolder: true }],
		"outer/empty": [],
	};
	const files: Partial<World["files"]> = {
		entries: async (path) => folders[path.replace(/\/$/, "")],
		read: async (path) => Buffer.from(`\ufeff# ${path}`),
	};
	const world = worldOf(files);
	const taken: [string, string][] = [];
	const failed: string[] = [];
	await readManifests(
		paths,
		recursive,
		world,
		(text, file) => taken.push([file, text]),
		({ message }) => failed.push(message),
	);
	return { taken, failed };
}

for (const [recursive, path, files, failed] of [
	[false, "some.txt", ["some.txt"], []],
	[false, "dir", ["dir/a.yaml"], []],
	[true, "dir/", ["dir/a.yaml", "dir/sub/b.json"], []],
	[false, "outer", [], ["manifests-missing"]],
	[true, "outer", [], ["manifests-missing"]],
] as const)
	test(`manifests of ${path}${recursive ? ", with what is below" : ""}: ${files.join(", ") || "none"}`, async () => {
		assert.deepEqual(await readOf(recursive, path), {
			// Each byte stays, a byte order mark as well.
			taken: files.map((file) => [file, `\ufeff# ${file}`]),
			failed,
		});
	});
