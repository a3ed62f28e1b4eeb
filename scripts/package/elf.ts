/** Offsets and sizes in 64-bit ELF: https://man7.org/linux/man-pages/man5/elf.5.html */
const FILE = { shoff: 40, phoff: 32, phnum: 56, shnum: 60, shstrndx: 62 };
const SEGMENT = { size: 56, offset: 8, filesz: 32 };
const SECTION = {
	size: 64,
	name: 0,
	type: 4,
	flags: 8,
	offset: 24,
	length: 32,
};
const LINK = 40;
const INFO = 44;
const ALLOCATED = 0x2n;
const INFO_IS_LINK = 0x40n;
const STRING_TABLE = 3;
const NO_BITS = 8;

/**
 * A 64-bit little-endian ELF program without what is never loaded: symbols of its own and what debuggers
 * use. Everything that is loaded stays byte for byte where it was. Throws for a file of another kind.
 */
export function withoutSymbols(file: Buffer): Buffer {
	if (file.toString("latin1", 0, 6) !== "\x7fELF\x02\x01")
		throw new Error("not a 64-bit little-endian ELF file");
	const sections = sectionsOf(file);
	const kept = sections.filter(
		({ header }, index) => index === 0 || (flagsOf(header) & ALLOCATED) !== 0n,
	);
	const names = Buffer.from(
		[...kept.map(({ name }) => name), ".shstrtab"].join("\0").concat("\0"),
		"latin1",
	);
	const loaded = Math.max(
		segmentsEnd(file),
		...kept
			.filter(({ header }) => header.readUInt32LE(SECTION.type) !== NO_BITS)
			.map(
				({ header }) =>
					number(header, SECTION.offset) + number(header, SECTION.length),
			),
	);
	const place = new Map(kept.map(({ index }, at) => [index, at]));
	let nameAt = 0;
	const headers = kept.map(({ header, name }) => {
		const copy = Buffer.from(header);
		copy.writeUInt32LE(nameAt, SECTION.name);
		nameAt += name.length + 1;
		copy.writeUInt32LE(place.get(copy.readUInt32LE(LINK)) ?? 0, LINK);
		if ((flagsOf(copy) & INFO_IS_LINK) !== 0n)
			copy.writeUInt32LE(place.get(copy.readUInt32LE(INFO)) ?? 0, INFO);
		return copy;
	});
	const table = Buffer.alloc(SECTION.size);
	table.writeUInt32LE(nameAt, SECTION.name);
	table.writeUInt32LE(STRING_TABLE, SECTION.type);
	table.writeBigUInt64LE(BigInt(loaded), SECTION.offset);
	table.writeBigUInt64LE(BigInt(names.length), SECTION.length);
	table.writeBigUInt64LE(1n, 48);
	const padding = -(loaded + names.length) & 7;
	const result = Buffer.concat([
		file.subarray(0, loaded),
		names,
		Buffer.alloc(padding),
		...headers,
		table,
	]);
	result.writeBigUInt64LE(BigInt(loaded + names.length + padding), FILE.shoff);
	result.writeUInt16LE(kept.length + 1, FILE.shnum);
	result.writeUInt16LE(kept.length, FILE.shstrndx);
	return result;
}

interface Section {
	readonly index: number;
	readonly name: string;
	readonly header: Buffer;
}

function sectionsOf(file: Buffer): Section[] {
	const start = number(file, FILE.shoff);
	const headers = Array.from(
		{ length: file.readUInt16LE(FILE.shnum) },
		(_, index) =>
			file.subarray(
				start + index * SECTION.size,
				start + (index + 1) * SECTION.size,
			),
	);
	const names = headers[file.readUInt16LE(FILE.shstrndx)];
	if (!names) throw new Error("an ELF file without names of its sections");
	const namesAt = number(names, SECTION.offset);
	return headers.map((header, index) => {
		const at = namesAt + header.readUInt32LE(SECTION.name);
		return {
			index,
			header,
			name: file.toString("latin1", at, file.indexOf(0, at)),
		};
	});
}

/** Where the last byte ends that is put into memory. */
function segmentsEnd(file: Buffer): number {
	const start = number(file, FILE.phoff);
	const ends = Array.from(
		{ length: file.readUInt16LE(FILE.phnum) },
		(_, index) => {
			const at = start + index * SEGMENT.size;
			return (
				number(file, at + SEGMENT.offset) + number(file, at + SEGMENT.filesz)
			);
		},
	);
	return Math.max(...ends);
}

function flagsOf(header: Buffer): bigint {
	return header.readBigUInt64LE(SECTION.flags);
}

function number(bytes: Buffer, at: number): number {
	return Number(bytes.readBigUInt64LE(at));
}
