import { OperationError } from "../../errors.ts";
import { CannotEdit } from "./edit.ts";
import { parseJsonManifest } from "./json.ts";
import type { Node } from "./node.ts";
import { skimYaml } from "./skim.ts";
import { lineAt, type ManifestDocument } from "./split.ts";
import { NotYaml, parseYamlManifest } from "./yaml.ts";

/** A document of a file, to say where something is. */
export interface Located {
	readonly file: string;
	readonly document: ManifestDocument;
}

/** `FILE:LINE`, as compilers and editors have it. */
export function locate({ file, document }: Located, offset: number): string {
	return `${file}:${lineAt(document, offset)}`;
}

/** The object in a document; undefined where there is none. Throws OperationError with file and line. */
export function parseDocumentOf(at: Located): Node | undefined {
	return withLocation(at, () =>
		at.document.form === "json"
			? parseJsonManifest(at.document.text)
			: (skimYaml(at.document.text) ?? parseYamlManifest(at.document.text)),
	);
}

/** What `work` returns; its NotYaml or CannotEdit becomes an OperationError with file and line. */
export function withLocation<T>(at: Located, work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (error instanceof NotYaml)
			throw new OperationError(
				`${locate(at, error.offset)}: not valid YAML: ${error.message}; nothing of this file is written`,
			);
		if (error instanceof CannotEdit)
			throw new OperationError(
				`${locate(at, error.offset)}: cannot be edited in place because of ${error.message}; write it in the usual way first`,
			);
		throw error;
	}
}
