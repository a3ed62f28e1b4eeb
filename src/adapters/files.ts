import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import {
	type FileHandle,
	lstat,
	open,
	readdir,
	realpath,
	rename,
	rm,
	stat,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { getuid } from "node:process";
import { compare } from "../core/order.ts";
import { FailureError } from "../core/output/failure.ts";
import { unlessAborted } from "../errors.ts";
import type { Files } from "../world.ts";
import { codeOf, systemWords } from "./error-code.ts";

/** The machine's disk; throws FailureError: what was tried, the path, the system's reason. */
export const disk: Files = {
	read: (path, limit) =>
		attempt("read", path, async () => {
			// Opened after a look: opening a pipe that nobody writes to would block, and so would a folder's read.
			refuseUnreadable("read", path, await stat(path));
			const file = await open(path, "r");
			try {
				return await readAtMost(file, path, limit);
			} finally {
				await file.close();
			}
		}),

	write: (path, text, access) =>
		attempt("write", path, async () => {
			const old = await statIfThere(path);
			if (old) refuseUnreadable("write", path, old);
			// A device or a pipe (`--to /dev/stdout`) is written to: replacing it would destroy it.
			if (old && !old.isFile()) {
				refuseForeign(path, old);
				return writeInto(path, text);
			}
			// In a folder for everybody, such a link would have somebody else choose which of our files is replaced.
			const link = await statIfThere(path, lstat);
			if (link?.isSymbolicLink() && isForeign(link))
				throw new FailureError({
					cause: "file-of-another-user",
					path,
					is: "link",
				});
			const target = old ? await realpath(path) : path;
			const folder = dirname(target);
			const draft = join(folder, `.meshreg-${randomBytes(6).toString("hex")}`);
			try {
				await writeNew(draft, text, access === "kept" ? old : undefined);
				await rename(draft, target);
			} catch (error) {
				await rm(draft, { force: true });
				throw error;
			}
			await removeOldDrafts(folder);
		}),

	entries: (path) =>
		attempt("read", path, async () => {
			if (!(await stat(path)).isDirectory()) return undefined;
			// A link to a folder is none, as to kubectl: two that lead back would have no end of folders.
			return (await readdir(path, { withFileTypes: true }))
				.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
				.sort((a, b) => compare(a.name, b.name));
		}),

	exists: (path) =>
		attempt("read", path, async () => (await statIfThere(path)) !== undefined),
};

/** The disk, but that a pipe, or a terminal, is waited for until `interrupt` and no longer. */
export function diskUntil(interrupt: AbortSignal): Files {
	const until = async <T>(path: string, act: () => Promise<T>): Promise<T> => {
		const stats = await statIfThere(path).catch(() => undefined);
		// What is on the disk comes by itself, and may be what it takes to end in order.
		if (!stats?.isFIFO() && !stats?.isCharacterDevice()) return act();
		interrupt.throwIfAborted();
		return unlessAborted(act(), interrupt);
	};
	return {
		...disk,
		read: (path, limit) => until(path, () => disk.read(path, limit)),
		write: (path, text, access) =>
			until(path, () => disk.write(path, text, access)),
	};
}

async function readAtMost(
	file: FileHandle,
	path: string,
	limit: number,
): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	// A pipe has no size to go by, and the limit may be far above what comes.
	for (let size = 64 * 1024; length <= limit; size *= 2) {
		const chunk = Buffer.alloc(Math.min(size, limit + 1 - length));
		const { bytesRead } = await file.read(chunk);
		if (bytesRead === 0) return Buffer.concat(chunks);
		chunks.push(chunk.subarray(0, bytesRead));
		length += bytesRead;
	}
	throw new FailureError({ cause: "file-too-large", path, limit });
}

/** Writes a file that nobody else may read; or whoever may read `old`, which is to stay its owner's. */
async function writeNew(
	path: string,
	text: string,
	old: Stats | undefined,
): Promise<void> {
	const file = await open(path, "wx", 0o600);
	try {
		await file.writeFile(text);
		// Root renews what is another user's.
		if (old && isForeign(old)) await file.chown(old.uid, old.gid);
		if (old) await file.chmod(old.mode & 0o777);
		await file.sync();
	} finally {
		await file.close();
	}
}

const DRAFT = /^\.meshreg-[0-9a-f]{12}$/;
/** Milliseconds: no write takes so long. */
const DRAFT_IS_OLD = 10 * 60_000;

/** Removes what processes that were killed while they wrote have left in a folder; what cannot be removed stays. */
async function removeOldDrafts(folder: string): Promise<void> {
	const names = await readdir(folder).catch(() => []);
	for (const name of names.filter((each) => DRAFT.test(each)))
		try {
			const path = join(folder, name);
			const stats = await lstat(path);
			const isOld = Date.now() - stats.mtimeMs > DRAFT_IS_OLD;
			if (stats.isFile() && !isForeign(stats) && isOld) await rm(path);
		} catch {
			// Another process was faster, or this one may not: it is not what was asked for.
		}
}

async function writeInto(path: string, text: string): Promise<void> {
	const file = await open(path, "w");
	try {
		// What was opened, which need not be what was looked at before.
		const opened = await file.stat();
		refuseUnreadable("write", path, opened);
		refuseForeign(path, opened);
		await file.writeFile(text);
	} finally {
		await file.close();
	}
}

function refuseForeign(path: string, stats: Stats): void {
	// What whoever started the program has opened for it: of whichever user, it is where the output goes.
	const isOurOutput = /^\/dev\/(std(out|err)|fd\/\d+)$/.test(path);
	if (isForeign(stats) && !isOurOutput)
		throw new FailureError({
			cause: "file-of-another-user",
			path,
			is: "target",
		});
}

/** Whether it is neither ours nor root's, who can read everything anyway. */
function isForeign({ uid }: Stats): boolean {
	const ours = getuid?.();
	return ours !== undefined && uid !== ours && uid !== 0;
}

/** Folders, sockets and disks hold no text; pipes and character devices may: `<(…)`, `/dev/stdin`. */
function refuseUnreadable(
	verb: "read" | "write",
	path: string,
	stats: Stats,
): void {
	if (stats.isFile() || stats.isFIFO() || stats.isCharacterDevice()) return;
	throw new FailureError({
		cause: "not-a-file",
		verb,
		path,
		is: stats.isDirectory() ? "directory" : "other",
	});
}

async function statIfThere(
	path: string,
	look: (path: string) => Promise<Stats> = stat,
): Promise<Stats | undefined> {
	try {
		return await look(path);
	} catch (error) {
		if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR")
			return undefined;
		throw error;
	}
}

/** What `act` comes to with what is at a path; throws FailureError with the system's reason where that refuses. */
export async function attempt<T>(
	verb: "read" | "write",
	path: string,
	act: () => Promise<T>,
): Promise<T> {
	try {
		return await act();
	} catch (error) {
		const code = codeOf(error);
		if (code === undefined) throw error;
		throw new FailureError({
			cause: "file-failed",
			verb,
			path,
			// What it was given is no path.
			reason:
				code === "ERR_INVALID_ARG_VALUE" ? undefined : systemWords(error, code),
		});
	}
}
