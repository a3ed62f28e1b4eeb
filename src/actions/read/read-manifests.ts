import { FailureError } from "../../core/output/failure.ts";
import { OperationError } from "../../errors.ts";
import type { World } from "../../world.ts";

/** The most that one manifest file may weigh, in bytes: what fits one string. */
const MANIFEST_LIMIT = 256 * 1024 * 1024;

/** The files that kubectl takes from a directory. */
const EXTENSION = /\.(?:json|ya?ml)$/;

type ManifestFile =
	| { readonly file: string; readonly text: string }
	| { readonly failure: OperationError };

/**
 * The manifests of `-f`: files, directories (with `recursive`, what is below them,
 * too), or standard input for `-`; in the order given, directories sorted. One at a
 * time: what is not kept can go. Throws the interrupt's reason.
 */
export async function* readManifests(
	paths: readonly string[],
	recursive: boolean,
	world: World,
): AsyncGenerator<ManifestFile> {
	for (const path of paths) {
		if (path === "-") {
			yield await taken("stdin", () => world.streams.readInput(MANIFEST_LIMIT));
			continue;
		}
		let some = false;
		for await (const file of filesIn(path, recursive, world)) {
			some = true;
			world.interrupt.throwIfAborted();
			yield typeof file === "string"
				? await taken(file, () => world.files.read(file, MANIFEST_LIMIT))
				: file;
		}
		if (!some)
			yield {
				failure: new FailureError({
					cause: "manifests-missing",
					path,
					recursive,
				}),
			};
	}
}

/** The manifest files at a path; for a directory those in it. */
async function* filesIn(
	path: string,
	recursive: boolean,
	world: World,
): AsyncGenerator<string | { failure: OperationError }> {
	let entries: { name: string; isFolder: boolean }[] | undefined;
	try {
		entries = await world.files.entries(path);
	} catch (error) {
		yield { failure: failureOf(error) };
		return;
	}
	if (entries === undefined) {
		yield path;
		return;
	}
	for (const { name, isFolder } of entries) {
		const inside = `${path.replace(/\/$/, "")}/${name}`;
		if (!isFolder) {
			if (EXTENSION.test(name)) yield inside;
		} else if (recursive) yield* filesIn(inside, recursive, world);
	}
}

async function taken(
	file: string,
	read: () => Promise<Buffer>,
): Promise<ManifestFile> {
	try {
		return { file, text: decoded(await read(), file) };
	} catch (error) {
		return { failure: failureOf(error) };
	}
}

/**
 * UTF-8, whose byte order mark stays as every byte does; or UTF-16 with one, as
 * PowerShell's `>` writes it and kubectl reads it.
 */
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

function failureOf(error: unknown): OperationError {
	if (!(error instanceof OperationError)) throw error;
	return error;
}
