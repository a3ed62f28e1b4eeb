import { createHash } from "node:crypto";

const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;
const EMBEDDED_SIGNATURE = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const SHA256 = 2;
const AD_HOC = 0x2;
const MAIN_BINARY = 1n;

/** What a signature says, once everything that it covers has been hashed again. */
export interface Signature {
	readonly identifier: string;
	/** Signed without an identity: enough to run, says nothing about who made it. */
	readonly adHoc: boolean;
	readonly pages: number;
	/** In bytes; the last page may be shorter. */
	readonly pageSize: number;
}

/**
 * Reads the code signature of a thin 64-bit Mach-O file and hashes its pages again, as the kernel
 * does when it loads them. Throws where there is none, it does not cover all of the file before it, or
 * a hash differs. Formats: https://github.com/apple-oss-distributions/xnu osfmk/kern/cs_blobs.h.
 */
export function verifySignature(file: Buffer): Signature {
	const { dataOffset, dataSize, linkedit } = signaturePlace(file);
	if (dataOffset + dataSize !== file.length || linkedit.end !== file.length)
		throw new Error(
			"the signature is not at the end of the file, inside __LINKEDIT",
		);
	const blobs = file.subarray(dataOffset, dataOffset + dataSize);
	if (blobs.readUInt32BE(0) !== EMBEDDED_SIGNATURE)
		throw new Error("no embedded signature where the load command points");
	const directory = codeDirectory(blobs);
	const flags = directory.readUInt32BE(12);
	const hashes = directory.readUInt32BE(16);
	const pages = directory.readUInt32BE(28);
	const limit = directory.readUInt32BE(32);
	const hashSize = directory.readUInt8(36);
	const pageSize = 2 ** directory.readUInt8(39);
	if (directory.readUInt8(37) !== SHA256)
		throw new Error("pages are not hashed with SHA-256");
	if (limit !== dataOffset)
		throw new Error(`the signature covers ${limit} of ${dataOffset} bytes`);
	if (pages !== Math.ceil(limit / pageSize))
		throw new Error(`${pages} pages do not make ${limit} bytes`);
	if ((directory.readBigUInt64BE(80) & MAIN_BINARY) === 0n)
		throw new Error("not signed as a main executable");
	for (let page = 0; page < pages; page++) {
		const start = page * pageSize;
		const digest = createHash("sha256")
			.update(file.subarray(start, Math.min(start + pageSize, limit)))
			.digest();
		const signed = directory.subarray(
			hashes + page * hashSize,
			hashes + (page + 1) * hashSize,
		);
		if (!digest.subarray(0, hashSize).equals(signed))
			throw new Error(`page ${page} of ${pages} is not what was signed`);
	}
	const identifier = directory.subarray(directory.readUInt32BE(20));
	return {
		identifier: identifier.toString("latin1", 0, identifier.indexOf(0)),
		adHoc: (flags & AD_HOC) !== 0,
		pages,
		pageSize,
	};
}

function signaturePlace(file: Buffer) {
	let signature: { dataOffset: number; dataSize: number } | undefined;
	let linkedit: { end: number } | undefined;
	const commands = file.readUInt32LE(16);
	for (let i = 0, at = 32; i < commands; i++, at += file.readUInt32LE(at + 4)) {
		const command = file.readUInt32LE(at);
		if (command === LC_CODE_SIGNATURE)
			signature = {
				dataOffset: file.readUInt32LE(at + 8),
				dataSize: file.readUInt32LE(at + 12),
			};
		if (
			command === LC_SEGMENT_64 &&
			file.toString("latin1", at + 8, at + 19) === "__LINKEDIT\0"
		)
			linkedit = {
				end: Number(
					file.readBigUInt64LE(at + 40) + file.readBigUInt64LE(at + 48),
				),
			};
	}
	if (!signature) throw new Error("not signed: there is no LC_CODE_SIGNATURE");
	if (!linkedit) throw new Error("there is no __LINKEDIT segment");
	return { ...signature, linkedit };
}

function codeDirectory(blobs: Buffer): Buffer {
	const count = blobs.readUInt32BE(8);
	for (let i = 0; i < count; i++) {
		const at = blobs.readUInt32BE(12 + 8 * i + 4);
		if (blobs.readUInt32BE(at) === CODE_DIRECTORY)
			return blobs.subarray(at, at + blobs.readUInt32BE(at + 4));
	}
	throw new Error("the signature has no code directory");
}
