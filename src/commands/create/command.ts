import { define, type OptionsOf } from "../../command.ts";
import {
	type Flag,
	type Given,
	listFlag,
	switchFlag,
} from "../../core/command-line/flag.ts";
import type { SourceEdit } from "../../core/pull-secrets/edit-source.ts";
import { labelOfName } from "../../core/pull-secrets/ownership.ts";
import { DIFFED_CHANGE_FLAGS, diffedChangeOf } from "../../flags/changes.ts";
import {
	CREDENTIAL_FLAGS,
	credentialOptionsOf,
} from "../../flags/credential.ts";
import { sourceChoiceIn } from "../../flags/source.ts";
import * as flags from "../../flags.ts";

/** Flags of a source that is not there, or is to be overwritten or taken over. */
const ANEW = ["replace", "force", "create-namespace", "label"];

/** The flags by which `create` changes the registries of a source that is there. */
const SOURCE_EDIT_FLAGS: readonly Flag[] = [
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

export const create = define({
	verb: "create",
	summary: "Create a source: a pull secret from credentials",
	operands: [{ name: "NAME", optional: true }],
	about: `Create a source: the pull secret that copies are made from.

At a terminal you are asked for whatever is missing, and the password is not echoed. Without a terminal, give the credential with flags; the password is best piped in.

At a terminal the credential is verified at its registry before it is written; elsewhere only with --verify.`,
	examples: {
		"Answer questions instead of giving flags": "kubectl meshreg create",
		"Without a terminal: the password from a pipe":
			"printenv REGISTRY_PASSWORD | kubectl meshreg create --registry-server registry.example.com --registry-username mesh --registry-password-stdin",
		"From a service account's JSON key":
			"kubectl meshreg create --registry-server gcr.io --registry-key key.json",
		"With what docker login, or a credential helper, has stored":
			"kubectl meshreg create --from-docker-config --registry-server ghcr.io",
		"One more registry in the same source, verified first":
			"kubectl meshreg create --add --verify --registry-server ghcr.io --registry-username mesh --registry-password-file token.txt",
		"Only print the Secret, to commit or to apply elsewhere":
			"kubectl meshreg create --registry-server gcr.io --registry-key key.json --dry-run=client -o yaml",
	},
	flags: [
		...CREDENTIAL_FLAGS,
		...SOURCE_EDIT_FLAGS,
		switchFlag("replace", "Overwrite a source that differs."),
		switchFlag(
			"force",
			"Take ownership of a Secret of that name that meshreg does not manage; its other registries stay.",
		),
		switchFlag("create-namespace", "Create the namespace if it is missing."),
		flags.SOURCE_NAMESPACE_FLAG,
		flags.MESH_FLAG,
		flags.LABEL_FLAG,
		...DIFFED_CHANGE_FLAGS,
	],
	leaves: "objects",
	inContexts: true,
	options: (given, env) => ({
		...labelled(given, env),
		connection: flags.connectionFlags(given),
		offersMesh: isMeshOpen(given, env),
		inSeveral: given.has("contexts"),
		...credentialOptionsOf(given),
		edit: sourceEditOf(given),
		replace: given.on("replace"),
		force: given.on("force"),
		createNamespace: given.on("create-namespace"),
		...diffedChangeOf(given),
	}),
});

export type CreateOptions = OptionsOf<typeof create>;

/**
 * The source and its label. Throws UsageError for a name too long to be one, where no source is meant
 * that is there already and may have a label of its own.
 */
function labelled(given: Given, env: flags.Env) {
	const source = sourceChoiceIn(given, env);
	const label = flags.labelOf(given);
	const isThere =
		sourceEditOf(given).by !== "replace" ||
		given.on("replace") ||
		given.on("force");
	if (label === undefined && !isThere)
		labelOfName(
			source.name ?? source.usual,
			given.positionals.length > 0 ? "NAME" : "MESHREG_NAME",
		);
	return { source, label };
}

/** Whether nothing on the command line or around it says which mesh the source is for. */
function isMeshOpen(given: Given, env: flags.Env): boolean {
	return (
		given.positionals.length === 0 &&
		!given.has("namespace") &&
		!given.has("mesh") &&
		!env.MESHREG_MESH &&
		!env.MESHREG_NAME &&
		!env.MESHREG_NAMESPACE
	);
}

/** What `--add` and `--remove` say. Throws UsageError. */
function sourceEditOf(given: Given): Exclude<SourceEdit, { by: "apply" }> {
	const names = given.list("remove");
	flags.checkSaid("--remove", "name", ...names.map((name) => name.trim()));
	if (names.length > 0) return { by: "remove", names: [...new Set(names)] };
	return given.on("add")
		? { by: "add" }
		: {
				by: "replace",
				keepsOthers: given.on("force") && !given.on("replace"),
			};
}
