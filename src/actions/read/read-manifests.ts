import { FailureError } from "../../core/output/failure.ts";
import { OperationError } from "../../errors.ts";
import type { World } from "../../world.ts";

/** The most that one manifest file may weigh, in bytes: what fits one string. */
const MANIFEST_LIMIT = 256 * 1024 * 1024;

/** The files that kubectl takes from a directory. */
const EXTENSION = /\.(?:json|ya?ml)$/;

/**
 * Hands on each manifest of `-f`: files, directories (with `recursive`, what is below them, too), or standard
 * input for `-`; in the order given, directories sorted. One at a time: what is not kept can go; a signal while
 * one is taken ends the process. What cannot be read, and what `take` throws of an OperationError, is told to
 * `fail`, and the rest goes on. Throws the interrupt's reason.
 */
export async function readManifests(
	paths: readonly string[],
	recursive: boolean,
	world: World,
	take: (text: string, file: string) => void,
	fail: (error: OperationError) => void,
): Promise<void> {
	/** Whether there is anything that is taken, or that could not be looked at. */
	const attempt = async (act: () => Promise<boolean>): Promise<boolean> => {
		world.interrupt.throwIfAborted();
		try {
			return await act();
		} catch (error) {
			if (!(error instanceof OperationError)) throw error;
			fail(error);
			return true;
		}
	};
	const takeFrom = (file: string, read: () => Promise<Buffer>) =>
		attempt(async () => {
			const bytes = await read();
			world.unheard(() => take(decoded(bytes, file), file));
			return true;
		});
	const takeFile = (path: string) =>
		takeFrom(path, () => world.files.read(path, MANIFEST_LIMIT));
	const visit = (path: string): Promise<boolean> =>
		attempt(async () => {
			const entries = await world.files.entries(path);
			if (entries === undefined) return takeFile(path);
			let some = false;
			for (const { name, isFolder } of entries) {
				const inside = `${path.replace(/\/$/, "")}/${name}`;
				if (isFolder) some = (recursive && (await visit(inside))) || some;
				else if (EXTENSION.test(name)) some = await takeFile(inside);
			}
			return some;
		});
	for (const path of paths)
		if (path === "-")
			await takeFrom("stdin", () => world.streams.readInput(MANIFEST_LIMIT));
		else if (!(await visit(path)))
			fail(new FailureError({ cause: "manifests-missing", path, recursive }));
}

/** UTF-8, whose byte order mark stays; or UTF-16 with one, as PowerShell's `>` writes it and kubectl reads it. */
function decoded(bytes: Buffer, file: string): string {
	const wide = WIDE.find(({ mark }) => bytes.subarray(0, 2).equals(mark));
	try {
		return wide === undefined
			? new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
			: new TextDecoder(wide.encoding, { fatal: true }).decode(bytes);
	} catch {
		throw new FailureError({
			cause: "manifest-encoding",
			file,
			encoding: wide === undefined ? "UTF-8" : "UTF-16",
		});
	}
}

const WIDE = [
	{ encoding: "utf-16le", mark: Buffer.from([0xff, 0xfe]) },
	{ encoding: "utf-16be", mark: Buffer.from([0xfe, 0xff]) },
] as const;
