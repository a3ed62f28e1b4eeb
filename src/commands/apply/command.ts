import { define, type OptionsOf } from "../../command.ts";
import { switchFlag } from "../../core/command-line/flag.ts";
import { DIFFED_CHANGE_FLAGS, diffedChangeOf } from "../../flags/changes.ts";
import {
	CREDENTIAL_FLAGS,
	credentialOptionsOf,
} from "../../flags/credential.ts";
import { COPY_FLAGS, copySettingsOf, SELECTING } from "../../flags/sync.ts";
import * as flags from "../../flags.ts";

export const apply = define({
	verb: "apply",
	summary: "Put a credential in the source and all copies, repeatably",
	operands: [{ name: "NAME", optional: true, values: "source-name" }],
	about: `Make the source hold this credential for its registry, and every recorded copy match it. It is safe to run repeatedly: made for CI and schedules.

A missing source is created; a registry that it lacks is added, one that it has gets the new credential, and others stay. Selected namespaces join those that are recorded. If nothing differs, nothing is written.`,
	examples: {
		"In CI, every few hours":
			"printenv REGISTRY_PASSWORD | kubectl meshreg apply --registry-server 123456789012.dkr.ecr.eu-west-1.amazonaws.com --registry-username AWS --registry-password-stdin -A --attach",
		"Everywhere that is recorded, in several clusters":
			"printenv REGISTRY_PASSWORD | kubectl meshreg apply --registry-server registry.example.com --registry-username mesh --registry-password-stdin --contexts 'prod-*'",
	},
	flags: [
		...CREDENTIAL_FLAGS,
		// What is recorded is attached as it is recorded.
		...COPY_FLAGS.map((flag) =>
			flag.name === "attach" ? { ...flag, needs: SELECTING } : flag,
		),
		switchFlag(
			"create-namespace",
			"Create the source's namespace if it is missing.",
		),
		flags.LABEL_FLAG,
		...DIFFED_CHANGE_FLAGS,
	],
	leaves: "objects",
	inContexts: true,
	options: (given, env) => ({
		connection: flags.bulkConnectionFlags(given),
		...credentialOptionsOf(given),
		...copySettingsOf(given, env),
		label: flags.labelOf(given),
		createNamespace: given.on("create-namespace"),
		...diffedChangeOf(given),
	}),
});

export type ApplyOptions = OptionsOf<typeof apply>;
