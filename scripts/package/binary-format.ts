/** The platform that an executable is for, in krew's words, or "unknown". */
export interface BinaryFormat {
	readonly os: "linux" | "darwin" | "windows" | "unknown";
	readonly arch: "amd64" | "arm64" | "unknown";
}

const ELF_MACHINES = new Map<number, BinaryFormat["arch"]>([
	[0x3e, "amd64"],
	[0xb7, "arm64"],
]);
const MACH_CPUS = new Map<number, BinaryFormat["arch"]>([
	[0x01000007, "amd64"],
	[0x0100000c, "arm64"],
]);
const PE_MACHINES = new Map<number, BinaryFormat["arch"]>([
	[0x8664, "amd64"],
	[0xaa64, "arm64"],
]);

/** Reads the header of an ELF, thin 64-bit Mach-O or PE file. */
export function binaryFormat(file: Buffer): BinaryFormat {
	if (file.length > 64) {
		if (file.readUInt32BE(0) === 0x7f454c46)
			return {
				os: "linux",
				arch: ELF_MACHINES.get(file.readUInt16LE(18)) ?? "unknown",
			};
		if (file.readUInt32LE(0) === 0xfeedfacf)
			return {
				os: "darwin",
				arch: MACH_CPUS.get(file.readUInt32LE(4)) ?? "unknown",
			};
		const pe = file.readUInt32LE(60);
		if (
			file.toString("latin1", 0, 2) === "MZ" &&
			file.toString("latin1", pe, pe + 4) === "PE\0\0"
		)
			return {
				os: "windows",
				arch: PE_MACHINES.get(file.readUInt16LE(pe + 4)) ?? "unknown",
			};
	}
	return { os: "unknown", arch: "unknown" };
}
