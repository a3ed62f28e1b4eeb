import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { Parser } from "tar";
import { binaryFormat } from "./binary-format.ts";
import { verifySignature } from "./mach-o.ts";

/** One entry of an archive, as it would be extracted. */
export interface Entry {
	readonly path: string;
	/** Anything but a file or a folder is "other": a link, a device. */
	readonly kind: "file" | "folder" | "other";
	/** Unix permissions. */
	readonly mode: number;
	readonly content: Buffer;
}

/** What the manifest says of the platform whose archive it is. */
export interface Platform {
	readonly os: string;
	readonly arch: string;
	readonly bin: string;
	/** Patterns of what is copied from the archive; all of it where left out. */
	readonly files?: readonly { readonly from: string; readonly to: string }[];
}

const LICENSES = /^(license|licenses|copying)(\.txt|\.md)?$/i;

/** What krew would refuse, or should, in an archive: a sentence each, none where all is well. */
export function archiveProblems(bytes: Buffer, platform: Platform): string[] {
	const entries = readArchive(bytes);
	if (entries === undefined) return ["the archive is neither gzip nor zip"];
	const problems: string[] = [];
	for (const { path, kind } of entries) {
		if (kind === "other")
			problems.push(`${path} is neither a file nor a folder`);
		if (path.startsWith("/") || /^[a-z]:|\\/i.test(path))
			problems.push(`${path} is an absolute name`);
		if (path.split("/").includes(".."))
			problems.push(`${path} leads out of the archive`);
	}
	const operations = platform.files ?? [{ from: "**", to: "." }];
	const installed: Entry[] = [];
	for (const { from } of operations) {
		const found = entries.filter(
			({ path, kind }) => kind === "file" && matches(path, from),
		);
		if (found.length === 0)
			problems.push(`files: nothing in the archive matches ${from}`);
		installed.push(...found);
	}
	if (
		!installed.some(({ path }) =>
			LICENSES.test(path.slice(path.lastIndexOf("/") + 1)),
		)
	)
		problems.push("no LICENSE file is installed");
	const binary = installed.find(({ path }) => path === platform.bin);
	if (!binary) return [...problems, `${platform.bin} is not in the archive`];
	if ((binary.mode & 0o111) !== 0o111)
		problems.push(
			`${platform.bin} has mode ${binary.mode.toString(8)}: not executable by all`,
		);
	const format = binaryFormat(binary.content);
	if (format.os !== platform.os || format.arch !== platform.arch)
		problems.push(
			`${platform.bin} is for ${format.os}/${format.arch}, not ${platform.os}/${platform.arch}`,
		);
	if (format.os === "darwin")
		try {
			verifySignature(binary.content);
		} catch (cause) {
			problems.push(`${platform.bin}: ${(cause as Error).message}`);
		}
	return problems;
}

/** The entries of a gzipped tar or a zip; undefined for anything else. */
export function readArchive(bytes: Buffer): Entry[] | undefined {
	if (bytes.subarray(0, 2).equals(Buffer.of(0x1f, 0x8b)))
		return readTar(gunzipSync(bytes));
	if (bytes.subarray(0, 4).toString("latin1") === "PK\x03\x04")
		return readZip(bytes);
	return undefined;
}

function readTar(bytes: Buffer): Entry[] {
	const entries: Entry[] = [];
	const parser = new Parser({
		strict: true,
		onReadEntry(entry) {
			const chunks: Buffer[] = [];
			entry.on("data", (chunk) => chunks.push(chunk));
			entry.on("end", () =>
				entries.push({
					path: entry.path,
					kind:
						entry.type === "File"
							? "file"
							: entry.type === "Directory"
								? "folder"
								: "other",
					mode: entry.mode ?? 0,
					content: Buffer.concat(chunks),
				}),
			);
		},
	});
	parser.end(bytes);
	return entries;
}

/** fflate gives the content; type and mode stand in the central directory alone (APPNOTE.TXT, 4.3.12). */
function readZip(bytes: Buffer): Entry[] {
	const content = unzipSync(bytes);
	const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
	const entries: Entry[] = [];
	let at = bytes.readUInt32LE(end + 16);
	for (let i = 0; i < bytes.readUInt16LE(end + 10); i++) {
		const length = bytes.readUInt16LE(at + 28);
		const path = bytes.toString("utf8", at + 46, at + 46 + length);
		const mode = bytes.readUInt32LE(at + 38) >>> 16;
		const type = mode & 0o170000;
		entries.push({
			path,
			kind: path.endsWith("/")
				? "folder"
				: type === 0 || type === 0o100000
					? "file"
					: "other",
			mode: mode & 0o777,
			content: Buffer.from(content[path] ?? []),
		});
		at +=
			46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
	}
	return entries;
}

/** Go's path.Match for whole paths, as far as `*`; `**` is all of the archive. */
function matches(path: string, pattern: string): boolean {
	if (pattern === "**") return true;
	const escaped = pattern
		.replace(/[.+^${}()|[\]\\?]/g, "\\$&")
		.replaceAll("*", "[^/]*");
	return new RegExp(`^${escaped}$`).test(path);
}
