const LC_SEGMENT_64 = 0x19;
const LC_SYMTAB = 0x2;
const LC_DYSYMTAB = 0xb;
const LC_CODE_SIGNATURE = 0x1d;
/** Commands that point to a part of __LINKEDIT: fix-ups, exports, function starts, data in code. */
const LINKEDIT_DATA = new Set([0x80000034, 0x80000033, 0x26, 0x29]);

/**
 * All that macOS reads of a thin 64-bit Mach-O file to run it, by name: the bytes of each segment, of
 * the loader's tables, and the other load commands. What is left out is what strip takes away or
 * moves: symbols, offsets, and the signature. Two files that agree here run alike.
 */
export function loadedContent(file: Buffer): Map<string, Buffer> {
	const content = new Map<string, Buffer>();
	const commands = file.readUInt32LE(16);
	const commandsEnd = 32 + file.readUInt32LE(20);
	for (let i = 0, at = 32; i < commands; i++) {
		const command = file.readUInt32LE(at);
		const size = file.readUInt32LE(at + 4);
		const body = file.subarray(at, at + size);
		if (command === LC_SEGMENT_64) {
			const name = body.toString("latin1", 8, 24).replace(/\0.*/, "");
			const start = Number(body.readBigUInt64LE(40));
			const end = start + Number(body.readBigUInt64LE(48));
			if (name !== "__LINKEDIT") {
				content.set(`command ${name}`, body);
				content.set(
					name,
					file.subarray(start === 0 ? Math.min(commandsEnd, end) : start, end),
				);
			}
		} else if (LINKEDIT_DATA.has(command)) {
			const start = body.readUInt32LE(8);
			content.set(
				`table ${command.toString(16)}`,
				file.subarray(start, start + body.readUInt32LE(12)),
			);
		} else if (![LC_SYMTAB, LC_DYSYMTAB, LC_CODE_SIGNATURE].includes(command))
			content.set(`command ${i} ${command.toString(16)}`, body);
		at += size;
	}
	return content;
}

/** Throws unless both files hold the same to run. */
export function assertRunsAlike(before: Buffer, after: Buffer): void {
	const [a, b] = [loadedContent(before), loadedContent(after)];
	for (const name of new Set([...a.keys(), ...b.keys()]))
		if (!a.get(name)?.equals(b.get(name) ?? Buffer.alloc(0)))
			throw new Error(
				`stripping changed ${name}, which macOS needs to run the file`,
			);
}
