import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";
import {
	ProgramMissing,
	placesOf,
	startProgram,
} from "../../src/adapters/programs.ts";
import { notPosix } from "../support/posix.ts";

describe("where a program is looked for", () => {
	const UNIX: [name: string, path: string | undefined, places: string[]][] = [
		["aws", "/usr/bin:/opt/bin", ["/usr/bin/aws", "/opt/bin/aws"]],
		["aws", "/usr/bin:", ["/usr/bin/aws"]],
		["aws", ":/usr/bin", ["/usr/bin/aws"]],
		["aws", "/a::/b", ["/a/aws", "/b/aws"]],
		["aws", ".:./bin:bin:~/bin:/b", ["/b/aws"]],
		["aws", "..:/b", ["/b/aws"]],
		["aws", "", []],
		["aws", undefined, []],
		["", "/usr/bin", []],
		["./aws", "/usr/bin", []],
		["bin/aws", "/usr/bin", []],
		["../aws", "/usr/bin", []],
		["/opt/aws", "/usr/bin", ["/opt/aws"]],
		["a b", "/c d", ["/c d/a b"]],
	];
	for (const [name, path, places] of UNIX)
		test(`${name} with PATH=${path}`, () => {
			assert.deepEqual(
				placesOf(name, path === undefined ? {} : { PATH: path }, "linux"),
				places,
			);
		});

	const WINDOWS: [name: string, path: string, places: string[]][] = [
		[
			"aws",
			"C:\\Windows;D:\\tools",
			[
				"C:\\Windows\\aws.com",
				"C:\\Windows\\aws.exe",
				"D:\\tools\\aws.com",
				"D:\\tools\\aws.exe",
			],
		],
		["aws.exe", ".;C:\\Windows;", ["C:\\Windows\\aws.exe"]],
		["aws.exe", '"C:\\Program Files"', ["C:\\Program Files\\aws.exe"]],
		[
			"aws.exe",
			"\\tools;tools;C:tools;\\\\host\\share",
			["\\\\host\\share\\aws.exe"],
		],
		["bin\\aws.exe", "C:\\Windows", []],
		["bin/aws.exe", "C:\\Windows", []],
		["C:aws.exe", "C:\\Windows", []],
		["D:\\tools\\aws", "", ["D:\\tools\\aws.com", "D:\\tools\\aws.exe"]],
	];
	for (const [name, path, places] of WINDOWS)
		test(`${name} with Path=${path} on Windows`, () => {
			assert.deepEqual(placesOf(name, { Path: path }, "win32"), places);
		});
});

describe("starting a program", { skip: notPosix }, async () => {
	const folder = await mkdtemp(join(tmpdir(), "programs-"));
	const script = async (path: string, mode = 0o755) => {
		await mkdir(join(folder, path, ".."), { recursive: true });
		await writeFile(join(folder, path), `#!/bin/sh\necho ${path} "$@"\n`);
		await chmod(join(folder, path), mode);
	};
	const run = async (name: string, ...path: string[]) => {
		const child = await startProgram(
			name,
			["a b"],
			{ PATH: path.join(":") },
			{ env: {}, stdin: "ignore" },
		);
		const failed = new Promise<string>((resolve) =>
			child.once("error", ({ message }) => resolve(message)),
		);
		return Promise.race([text(child.stdout), failed]);
	};

	test("what is no program is passed over for one that is", async (t) => {
		t.after(() => rm(folder, { recursive: true }));
		await script("one/tool", 0o644);
		await mkdir(join(folder, "two", "tool"), { recursive: true });
		await script("three/tool");
		const [one, two, three] = ["one", "two", "three"].map((each) =>
			join(folder, each),
		) as [string, string, string];
		assert.equal(await run("tool", one, two, three), "three/tool a b\n");
		assert.equal(
			await run("tool", one, two),
			`spawn ${one}/tool EACCES`,
			"the system says why not",
		);
		await assert.rejects(run("tool", two), ProgramMissing);
		// The current folder, as PATH= or PATH=/usr/bin: or PATH=. has it.
		const before = process.cwd();
		process.chdir(three);
		try {
			for (const path of ["", ".", "./", ":"])
				await assert.rejects(run("tool", path), ProgramMissing, path);
			await assert.rejects(run("./tool", three), ProgramMissing);
		} finally {
			process.chdir(before);
		}
	});
});
