import {
	type Flag,
	type Given,
	listFlag,
	switchFlag,
} from "../core/command-line/flag.ts";
import type { SourceEdit } from "../core/pull-secrets/edit-source.ts";
import { checkSaid } from "../flags.ts";
import { CREDENTIAL_FLAGS } from "./credential.ts";

/** Flags of a source that is not there, or is to be overwritten or taken over. */
const ANEW = ["replace", "force", "create-namespace", "label"];

/** The flags by which `create` changes the registries of a source that is there. */
export const SOURCE_EDIT_FLAGS: readonly Flag[] = [
	switchFlag(
		"add",
		"Add the registry to the existing source and keep the others.",
		{ conflicts: ["remove", ...ANEW] },
	),
	listFlag(
		"remove",
		"Remove this registry from the existing source and keep the others; repeatable.",
		{
			values: "registry",
			conflicts: [...CREDENTIAL_FLAGS.map(({ name }) => name), ...ANEW],
		},
	),
];

/** Reads them. Throws UsageError. */
export function sourceEditOf(given: Given): SourceEdit {
	const names = given.list("remove");
	checkSaid("--remove", "name", ...names.map((name) => name.trim()));
	if (names.length > 0) return { by: "remove", names: [...new Set(names)] };
	return given.on("add")
		? { by: "add" }
		: {
				by: "replace",
				keepsOthers: given.on("force") && !given.on("replace"),
			};
}
