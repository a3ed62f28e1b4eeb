import assert from "node:assert/strict";
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { create } from "tar";
import { archiveProblems } from "../../scripts/package/archive-rules.ts";
import { binaryFormat } from "../../scripts/package/binary-format.ts";
import { notPosix } from "../support/posix.ts";

const ELF_AMD64 = header((bytes) => {
	bytes.writeUInt32BE(0x7f454c46, 0);
	bytes.writeUInt16LE(0x3e, 18);
});
const ELF_ARM64 = header((bytes) => {
	bytes.writeUInt32BE(0x7f454c46, 0);
	bytes.writeUInt16LE(0xb7, 18);
});
const MACH_O_ARM64 = header((bytes) => {
	bytes.writeUInt32LE(0xfeedfacf, 0);
	bytes.writeUInt32LE(0x0100000c, 4);
});
const PE_AMD64 = header((bytes) => {
	bytes.write("MZ", 0, "latin1");
	bytes.writeUInt32LE(70, 60);
	bytes.write("PE\0\0", 70, "latin1");
	bytes.writeUInt16LE(0x8664, 74);
});

function header(write: (bytes: Buffer) => void): Buffer {
	const bytes = Buffer.alloc(80);
	write(bytes);
	return bytes;
}

interface Given {
	readonly [path: string]: Buffer | { link: string } | { mode: number };
}

/** A gzipped tar; a link is symbolic, a mode makes a Linux binary with it. */
function tarGz(given: Given): Buffer {
	const folder = mkdtempSync(join(tmpdir(), "archive-"));
	try {
		for (const [path, what] of Object.entries(given)) {
			const file = join(folder, path);
			mkdirSync(join(file, ".."), { recursive: true });
			if ("link" in what) {
				symlinkSync(what.link, file);
				continue;
			}
			writeFileSync(file, Buffer.isBuffer(what) ? what : ELF_AMD64);
			// Whatever umask the tests run with.
			chmodSync(
				file,
				"mode" in what ? what.mode : path === "LICENSE" ? 0o644 : 0o755,
			);
		}
		const tar = create(
			{ cwd: folder, sync: true, strict: true },
			Object.keys(given),
		);
		return gzipSync(tar.read() ?? "");
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function zip(given: Record<string, { content: Buffer; mode: number }>): Buffer {
	return Buffer.from(
		zipSync(
			Object.fromEntries(
				Object.entries(given).map(([path, { content, mode }]) => [
					path,
					[content, { os: 3, attrs: mode * 2 ** 16 }],
				]),
			),
		),
	);
}

const LICENSE = Buffer.from("Apache License");
const linux = { os: "linux", arch: "amd64", bin: "kubectl-meshreg" };
const windows = { os: "windows", arch: "amd64", bin: "kubectl-meshreg.exe" };
const EXECUTABLE = 0o100755;

test("archives that pass", { skip: notPosix }, () => {
	assert.deepEqual(
		archiveProblems(tarGz({ LICENSE, "kubectl-meshreg": ELF_AMD64 }), linux),
		[],
	);
	assert.deepEqual(
		archiveProblems(
			zip({
				"COPYING.txt": { content: LICENSE, mode: 0o100644 },
				"kubectl-meshreg.exe": { content: PE_AMD64, mode: EXECUTABLE },
			}),
			windows,
		),
		[],
	);
	assert.deepEqual(
		archiveProblems(
			tarGz({ LICENSE, "kubectl-meshreg": ELF_AMD64, "x/y": LICENSE }),
			{
				...linux,
				files: [
					{ from: "LICENS*", to: "." },
					{ from: "kubectl-meshreg", to: "." },
				],
			},
		),
		[],
	);
});

test("each rule finds the archive that breaks it", { skip: notPosix }, () => {
	const cases: [
		archive: Buffer,
		platform: typeof linux,
		...problems: string[],
	][] = [
		[Buffer.from("BZh9"), linux, "the archive is neither gzip nor zip"],
		[
			tarGz({
				LICENSE,
				"kubectl-meshreg": ELF_AMD64,
				alias: { link: "kubectl-meshreg" },
			}),
			linux,
			"alias is neither a file nor a folder",
		],
		[
			zip({
				LICENSE: { content: LICENSE, mode: 0o100644 },
				"kubectl-meshreg.exe": { content: PE_AMD64, mode: EXECUTABLE },
				link: { content: Buffer.from("/etc/passwd"), mode: 0o120777 },
			}),
			windows,
			"link is neither a file nor a folder",
		],
		[
			zip({
				LICENSE: { content: LICENSE, mode: 0o100644 },
				"kubectl-meshreg.exe": { content: PE_AMD64, mode: EXECUTABLE },
				"../evil": { content: LICENSE, mode: 0o100644 },
				"/etc/evil": { content: LICENSE, mode: 0o100644 },
				"C:\\evil": { content: LICENSE, mode: 0o100644 },
			}),
			windows,
			"../evil leads out of the archive",
			"/etc/evil is an absolute name",
			"C:\\evil is an absolute name",
		],
		[
			tarGz({ "kubectl-meshreg": ELF_AMD64 }),
			linux,
			"no LICENSE file is installed",
		],
		[tarGz({ LICENSE }), linux, "kubectl-meshreg is not in the archive"],
		[
			tarGz({ LICENSE, "kubectl-meshreg": { mode: 0o644 } }),
			linux,
			"kubectl-meshreg has mode 644: not executable by all",
		],
		[
			tarGz({ LICENSE, "kubectl-meshreg": ELF_ARM64 }),
			linux,
			"kubectl-meshreg is for linux/arm64, not linux/amd64",
		],
		[
			tarGz({ LICENSE, "kubectl-meshreg": MACH_O_ARM64 }),
			linux,
			"kubectl-meshreg is for darwin/arm64, not linux/amd64",
			"kubectl-meshreg: not signed: there is no LC_CODE_SIGNATURE",
		],
		[
			tarGz({ LICENSE, "kubectl-meshreg": MACH_O_ARM64 }),
			{ ...linux, os: "darwin", arch: "arm64" },
			"kubectl-meshreg: not signed: there is no LC_CODE_SIGNATURE",
		],
		[
			tarGz({ LICENSE, "kubectl-meshreg": Buffer.from("#!/bin/sh") }),
			linux,
			"kubectl-meshreg is for unknown/unknown, not linux/amd64",
		],
	];
	for (const [archive, platform, ...problems] of cases)
		assert.deepEqual(archiveProblems(archive, platform), problems);
});

test("files: what matches nothing is found, and what is not copied does not count", {
	skip: notPosix,
}, () => {
	const archive = tarGz({ LICENSE, "kubectl-meshreg": ELF_AMD64 });
	assert.deepEqual(
		archiveProblems(archive, {
			...linux,
			files: [
				{ from: "kubectl-meshreg", to: "." },
				{ from: "*.md", to: "." },
			],
		}),
		[
			"files: nothing in the archive matches *.md",
			"no LICENSE file is installed",
		],
	);
});

test("formats of executables", () => {
	assert.deepEqual(
		[
			ELF_AMD64,
			ELF_ARM64,
			MACH_O_ARM64,
			PE_AMD64,
			Buffer.alloc(80),
			Buffer.alloc(3),
		].map((bytes) => Object.values(binaryFormat(bytes)).join("/")),
		[
			"linux/amd64",
			"linux/arm64",
			"darwin/arm64",
			"windows/amd64",
			"unknown/unknown",
			"unknown/unknown",
		],
	);
});
