import {
	type Flag,
	type Given,
	listFlag,
	switchFlag,
} from "../core/command-line/flag.ts";
import { rewriteImage } from "../core/kubelet/image-reference.ts";
import { FailureError } from "../core/output/failure.ts";
import { displayHost, parseRegistryServer } from "../core/registry/server.ts";
import { UsageError } from "../errors.ts";
import { checkSaid } from "../flags.ts";

/** The flags by which kubectl takes manifests. */
export const FILENAME_FLAG: Flag = listFlag(
	"filename",
	"Read manifests from a file, a directory, or - for stdin (repeatable).",
	{ short: "f", values: "file", commas: true },
);

export const RECURSIVE_FLAG: Flag = switchFlag(
	"recursive",
	"Read the subdirectories of a directory given by -f as well.",
	{ short: "R" },
);

/** `-f`, each path as given. Throws UsageError for an empty one. */
export function filenamesOf(given: Given): readonly string[] {
	const paths = given.list("filename");
	checkSaid("-f", "path", ...paths);
	const url = paths.find((path) => /^https?:\/\//.test(path));
	if (url !== undefined)
		throw new UsageError(
			"-f: URLs are not fetched; pipe the manifest in with -f -",
		);
	return paths;
}

/**
 * `--registry-server` as the beginning of images' names, host, port and path, with what the user should know of it;
 * undefined when it is not given. Throws UsageError.
 */
export function registryRootOf(given: Given) {
	const value = given.text("registry-server");
	if (value === undefined) return undefined;
	const server = parseRegistryServer(value);
	const slash = server.given.indexOf("/");
	const path = slash < 0 ? "" : server.given.slice(slash);
	const root = displayHost(server.key) + path;
	try {
		rewriteImage("x", root);
	} catch (error) {
		if (!(error instanceof FailureError)) throw error;
		throw new UsageError(
			"--registry-server: the path cannot begin an image's name: lower-case letters, digits and single separators only",
		);
	}
	return { root, warnings: server.warnings };
}
