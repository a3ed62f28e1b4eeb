import type { Flag, Given } from "../core/command-line/flag.ts";
import type { SourceEdit } from "../core/pull-secrets/edit-source.ts";
import { UsageError } from "../errors.ts";
import { atMostOne } from "../flags.ts";
import { CREDENTIAL_FLAGS } from "./credential.ts";
import { EXPIRES_IN_FLAG, VERIFICATION_FLAGS } from "./verification.ts";

/** The flags by which `create` changes the registries of a source that is there. */
export const SOURCE_EDIT_FLAGS: readonly Flag[] = [
	{
		name: "add",
		kind: "switch",
		help: "Add the registry to the source that is there, and leave its others as they are.",
	},
	{
		name: "remove",
		kind: "list",
		help: "Take this registry out of the source that is there, and leave its others as they are; repeatable.",
	},
];

/** Reads them. Throws UsageError where one stands beside what it contradicts. */
export function sourceEditOf(given: Given): SourceEdit {
	const conflict = (a: string, b: string): void =>
		atMostOne(given, [
			[a, `--${a}`],
			[b, `--${b}`],
		]);
	const elsewhere = ["replace", "create-namespace"];
	for (const name of ["remove", ...elsewhere]) conflict("add", name);
	for (const { name } of [
		...CREDENTIAL_FLAGS,
		...VERIFICATION_FLAGS,
		EXPIRES_IN_FLAG,
	])
		conflict("remove", name);
	for (const name of elsewhere) conflict("remove", name);
	const names = given.list("remove");
	if (names.some((name) => name.trim() === ""))
		throw new UsageError("--remove: the name is empty; is a variable unset?");
	if (names.length > 0) return { by: "remove", names: [...new Set(names)] };
	return { by: given.on("add") ? "add" : "replace" };
}
