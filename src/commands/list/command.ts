import { define, type OptionsOf } from "../../command.ts";
import {
	type Given,
	listFlag,
	switchFlag,
	textFlag,
} from "../../core/command-line/flag.ts";
import { MESH_NAMES } from "../../core/meshes/meshes.ts";
import {
	type PullSecretStatus,
	STATUSES,
} from "../../core/pull-secrets/source.ts";
import { UsageError } from "../../errors.ts";
import * as flags from "../../flags.ts";

const LIST_FORMATS = ["json", "name", "tree", "wide", "yaml"] as const;

export const list = define({
	verb: "list",
	summary: "List pull secrets and whether they are in sync",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
	about: `List the pull secrets that meshreg manages, whatever their name or mesh, and those with the label of the mesh, in all namespaces, in those named (-n) or in those with labels (-l). With NAME, only those of that name; MESHREG_NAME is not one.

STATUS is Invalid (a kubelet would break on it, or never match it), Source, Drifted (differs from its source), Orphaned (its source does not exist), Unknown (not allowed to read its source), InSync, Unrecorded (equal to the source, but not recorded: rotate will not update it), or Unmanaged (not managed by meshreg, but with the mesh's label; --all shows those without it too). -o wide says how a copy differs, -o tree who uses it. No format shows a password.`,
	examples: {
		Everywhere: "kubectl meshreg list",
		"In two namespaces, with users and sources":
			"kubectl meshreg list -n app,shop -o wide",
		"The copies that differ from their source":
			"kubectl meshreg list --status Drifted -o wide",
		"In all contexts whose names begin with prod":
			"kubectl meshreg list --contexts 'prod-*'",
		"What expires within a week, and when":
			"kubectl meshreg list --expiring 7d -o wide",
		"And each as it changes, until Ctrl-C": "kubectl meshreg list -w",
		"Each source with its namespaces, accounts and pods":
			"kubectl meshreg list -o tree",
		"Every pull Secret of the cluster, whoever made it":
			"kubectl meshreg list --all",
	},
	leaves: "list",
	inContexts: true,
	flags: [
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		textFlag(
			"selector",
			"Look in namespaces with these labels, such as team=x.",
			{ short: "l", group: "Target" },
		),
		listFlag("status", `Show only these: ${STATUSES.join(", ")}.`, {
			commas: true,
			values: STATUSES,
			group: "Target",
		}),
		switchFlag(
			"all",
			"Show every Secret of type kubernetes.io/dockerconfigjson, whoever made it.",
			{ group: "Target" },
		),
		textFlag(
			"expiring",
			"Show only those with a credential that expires within this time, such as 48h or 7d.",
			{ group: "Target" },
		),
		switchFlag(
			"fail",
			"Exit with status 1 if --expiring finds any. Without -n, ignore what is Drifted, Orphaned, Unknown or Unrecorded.",
			{ needs: ["expiring"], group: "Output" },
		),
		switchFlag("watch", "Watch for changes after listing.", {
			short: "w",
			// It prints a line a change.
			conflicts: ["selector", "fail", "output=yaml", "output=tree"],
			group: "Output",
		}),
		switchFlag("no-headers", "Leave out the headers of a table."),
		{
			...flags.MESH_FLAG,
			help: `Show what has the label of this mesh as well: ${MESH_NAMES.join(", ")} (also MESHREG_MESH).`,
		},
		flags.outputFlag(...LIST_FORMATS),
	],
	options: (given, env) => ({
		connection: flags.connectionFlags(given),
		choice: {
			name: given.positionals.length > 0 ? flags.nameOf(given, env) : undefined,
			/** None: all. */
			namespaces: given.on("all-namespaces") ? [] : flags.namespacesOf(given),
			selector: flags.selectorOf(given)?.text,
			/** What is managed, and then what a mesh or a person labelled: one list each. */
			managed: flags.managedSelectorsOf(given, env),
			all: given.on("all"),
			/** None: all. */
			statuses: statusesOf(given),
			expiring: flags.lifetimeOf(given, "expiring"),
		},
		sourceNamespace: flags.sourceNamespaceOf(given, env),
		headers: !given.on("no-headers"),
		output: flags.outputOf(given, LIST_FORMATS),
		watch: given.on("watch"),
		fail: given.on("fail"),
	}),
});

export type ListOptions = OptionsOf<typeof list>;

/** `--status`, in any letter case. Throws UsageError for one that is none. */
function statusesOf(given: Given): PullSecretStatus[] {
	return given.list("status").map((text) => {
		const wanted = text.trim().toLowerCase();
		const status = STATUSES.find((known) => known.toLowerCase() === wanted);
		if (status === undefined)
			throw new UsageError(
				`--status: must be one of ${STATUSES.join(", ")}, separated by commas`,
			);
		return status;
	});
}
