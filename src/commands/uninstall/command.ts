import { define, type OptionsOf } from "../../command.ts";
import { CHANGE_FLAGS, changeOf } from "../../flags/changes.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import * as flags from "../../flags.ts";

export const uninstall = define({
	verb: "uninstall",
	summary: "Remove what install made",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
	about: `Delete the Deployment, its service account, its permissions and its policy. Pull secrets and their namespaces stay: prune deletes those.

What install created is found by its label, and deleted by its uid: an object that was recreated in the meantime stays.`,
	examples: {
		"Ask, then delete it": "kubectl meshreg uninstall",
		"That of another source, in a script":
			"kubectl meshreg uninstall --from platform/pull-key --yes",
	},
	flags: [FROM_FLAG, flags.MESH_FLAG, flags.CONCURRENCY_FLAG, ...CHANGE_FLAGS],
	leaves: "changes",
	options: (given, env) => ({
		connection: flags.bulkConnectionFlags(given),
		source: sourceChoiceOf(given, env, "NAME"),
		...changeOf(given),
	}),
});

export type UninstallOptions = OptionsOf<typeof uninstall>;
