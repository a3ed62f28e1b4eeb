/** What is taken out of the stock Node, and that nothing else is. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { withoutSymbols } from "../../scripts/package/elf.ts";
import { withoutLocalNames } from "../../scripts/package/mach-o-symbols.ts";

describe("ELF", () => {
	test("what is loaded stays where it was, and the program runs", {
		skip: process.platform !== "linux" && "this Node is no ELF file",
	}, async () => {
		const before = await readFile(process.execPath);
		const after = withoutSymbols(before);
		assert.ok(after.length < before.length * 0.9, `${after.length} bytes`);
		const [one, other] = [withoutHeader(before), withoutHeader(after)];
		for (const [what, start, end] of segments(before))
			assert.ok(
				one.subarray(start, end).equals(other.subarray(start, end)),
				what,
			);
		const folder = await mkdtemp(join(tmpdir(), "elf-"));
		try {
			const program = join(folder, "node");
			await writeFile(program, after, { mode: 0o755 });
			assert.equal(
				execFileSync(program, ["-p", "process.version"]).toString(),
				`${process.version}\n`,
			);
		} finally {
			await rm(folder, { recursive: true });
		}
	});

	test("twice is once", {
		skip: process.platform !== "linux" && "this Node is no ELF file",
	}, async () => {
		const once = withoutSymbols(await readFile(process.execPath));
		assert.ok(withoutSymbols(once).equals(once));
	});

	test("another kind of file is refused", () => {
		assert.throws(() => withoutSymbols(Buffer.alloc(100)), {
			message: "not a 64-bit little-endian ELF file",
		});
	});
});

/** The places of a 64-bit ELF file that are put into memory. */
function segments(file: Buffer): [what: string, start: number, end: number][] {
	return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
		const at = Number(file.readBigUInt64LE(32)) + 56 * index;
		const start = Number(file.readBigUInt64LE(at + 8));
		return [
			`segment ${index}`,
			start,
			start + Number(file.readBigUInt64LE(at + 32)),
		];
	});
}

/** The file's header says where the sections are, which move. */
function withoutHeader(file: Buffer): Buffer {
	return Buffer.from(file).fill(0, 40, 48).fill(0, 60, 64);
}

describe("Mach-O", () => {
	/** Four symbols: two local ones, and two that are not, one of them with the end of a local one's name. */
	const names = "\0_local_one\0_shared_end\0_exported\0";
	const file = (table: string) => {
		const header = Buffer.alloc(32);
		header.writeUInt32LE(2, 16);
		const symtab = Buffer.alloc(24);
		const dysymtab = Buffer.alloc(80);
		const symbols = Buffer.alloc(4 * 16);
		const start = header.length + symtab.length + dysymtab.length;
		symtab.writeUInt32LE(0x2, 0);
		symtab.writeUInt32LE(symtab.length, 4);
		symtab.writeUInt32LE(start, 8);
		symtab.writeUInt32LE(4, 12);
		symtab.writeUInt32LE(start + symbols.length, 16);
		symtab.writeUInt32LE(table.length, 20);
		dysymtab.writeUInt32LE(0xb, 0);
		dysymtab.writeUInt32LE(dysymtab.length, 4);
		dysymtab.writeUInt32LE(0, 8);
		dysymtab.writeUInt32LE(2, 12);
		for (const [index, name] of [
			"_local_one",
			"_shared_end",
			"_exported",
			"_end",
		].entries())
			symbols.writeUInt32LE(names.indexOf(`${name}\0`), 16 * index);
		return Buffer.concat([
			header,
			symtab,
			dysymtab,
			symbols,
			Buffer.from(table),
		]);
	};

	test("names of local symbols are blank, and nothing else changes", () => {
		assert.deepEqual(
			withoutLocalNames(file(names)),
			file("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0_end\0_exported\0"),
		);
	});

	test("a file without a symbol table is refused", () => {
		assert.throws(() => withoutLocalNames(Buffer.alloc(32)), {
			message: "a Mach-O file without a symbol table",
		});
	});
});
