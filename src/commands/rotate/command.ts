import { define, type OptionsOf } from "../../command.ts";
import { withHelp } from "../../core/command-line/flag.ts";
import { DIFFED_CHANGE_FLAGS, diffedChangeOf } from "../../flags/changes.ts";
import {
	CREDENTIAL_FLAGS,
	credentialOptionsOf,
	registryNamedIn,
} from "../../flags/credential.ts";
import { sourceChoiceIn } from "../../flags/source.ts";
import * as flags from "../../flags.ts";

export const rotate = define({
	verb: "rotate",
	summary: "Replace a registry's credential in the source and copies",
	operands: [{ name: "NAME", optional: true, values: "source-name" }],
	about: `Replace the credential of one registry in the source, then in every recorded copy. The new one is verified at its registry first; if it is rejected, nothing is written.

The user stays unless another is given, and so do other registries in the source. If it is interrupted, running the same command once more finishes the work.`,
	examples: {
		"Answer questions instead of giving flags": "kubectl meshreg rotate",
		"From a pipe, good for twelve hours":
			"printenv REGISTRY_PASSWORD | kubectl meshreg rotate --registry-server registry.example.com --registry-username mesh --registry-password-stdin --expires-in 12h",
	},
	flags: [
		...withHelp(CREDENTIAL_FLAGS, {
			"from-secret":
				"Take the credential from an existing pull Secret, given as NAMESPACE/NAME.",
			"registry-server":
				"Replace the credential of this registry, named as in the source; not needed where it has one alone.",
		}),
		{
			name: "if-expiring",
			kind: "text",
			help: "Do nothing while the credential is valid for longer than this, such as 3h.",
		},
		flags.SOURCE_NAMESPACE_FLAG,
		flags.MESH_FLAG,
		flags.CONCURRENCY_FLAG,
		...withHelp(DIFFED_CHANGE_FLAGS, {
			yes: "Answer every question yes, but the one about copies that no record knows.",
		}),
	],
	leaves: "objects",
	inContexts: true,
	options: (given, env) => ({
		...credentialOptionsOf(given, { naming: true }),
		connection: flags.bulkConnectionFlags(given),
		source: sourceChoiceIn(given, env),
		registry: registryNamedIn(given),
		/** Milliseconds: a credential that is good for longer stays. */
		ifExpiring: flags.lifetimeOf(given, "if-expiring"),
		...diffedChangeOf(given),
		/** With `--contexts` the work has connections of its own; and what is not to be rotated is not looked for. */
		readsAhead: !given.has("contexts") && !given.has("if-expiring"),
	}),
});

export type RotateOptions = OptionsOf<typeof rotate>;
