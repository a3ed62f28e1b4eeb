import { OperationError } from "../../errors.ts";
import { failureLine } from "../../report/failure.ts";
import type { World } from "../../world.ts";

/** The most that one manifest file may weigh, in bytes: what fits one string. */
const MANIFEST_LIMIT = 256 * 1024 * 1024;

/** The files that kubectl takes from a folder. */
const EXTENSION = /\.(?:json|ya?ml)$/;

/** A manifest file, or why it could not be read: one line. */
export type ManifestFile =
	| { readonly file: string; readonly text: string }
	| { readonly failure: string };

/**
 * The manifests of `-f`: files, folders (with `recursive`, what is below them,
 * too), or standard input for `-`; in the order given, folders sorted. One at a
 * time: what is not kept can go.
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
			yield typeof file === "string"
				? await taken(file, () => world.files.read(file, MANIFEST_LIMIT))
				: file;
		}
		if (!some)
			yield {
				failure: `error: ${path} holds no .json, .yaml or .yml file${recursive ? "" : "; -R looks into its subfolders, too"}`,
			};
	}
}

/** The manifest files at a path; for a folder those in it. */
async function* filesIn(
	path: string,
	recursive: boolean,
	world: World,
): AsyncGenerator<string | { failure: string }> {
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

/** The byte order mark stays, as every byte does. */
function decoded(bytes: Buffer, file: string): string {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
			bytes,
		);
	} catch {
		throw new OperationError(`${file}: not UTF-8 text; save it as UTF-8`);
	}
}

function failureOf(error: unknown): string {
	if (!(error instanceof OperationError)) throw error;
	return failureLine(error);
}
