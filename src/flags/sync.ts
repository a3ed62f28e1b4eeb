import type {
	CopySettings,
	SyncSelection,
} from "../actions/apply/copy-settings.ts";
import {
	type Flag,
	type Given,
	listFlag,
	optionalFlag,
	switchFlag,
} from "../core/command-line/flag.ts";
import { isNameGlob } from "../core/glob.ts";
import { isInjectingMesh } from "../core/pull-secrets/injection.ts";
import {
	DEFAULT_LABEL,
	labelOfOurs,
	parseLabel,
} from "../core/pull-secrets/ownership.ts";
import { UsageError } from "../errors.ts";
import * as flags from "../flags.ts";
import { attachedAccountsOf, placesOf } from "./account.ts";
import { FROM_FLAG, sourceChoiceOf } from "./source.ts";

/** Flags that say which namespaces. */
export const SELECTING = [
	"namespace",
	"all-namespaces",
	"selector",
	"injected",
	"needed",
];

/** Where copies go, and what they are like. */
export const COPY_FLAGS: readonly Flag[] = [
	flags.NAMESPACES_FLAG,
	{
		...flags.ALL_NAMESPACES_FLAG,
		help: "Select all namespaces but kube-system, kube-public and kube-node-lease.",
	},
	flags.SELECTOR_FLAG,
	switchFlag(
		"injected",
		"Select namespaces in which the mesh injects its sidecar.",
		{ group: "Target", conflicts: ["needed", "mesh=none"] },
	),
	switchFlag(
		"needed",
		"Select namespaces whose pods use an image from one of the source's registries.",
		{ group: "Target" },
	),
	listFlag(
		"exclude",
		"Skip selected namespaces that match this glob; repeatable.",
		{ group: "Target", values: "namespace", commas: true, needs: SELECTING },
	),
	FROM_FLAG,
	optionalFlag(
		"attach",
		"Attach it to these service accounts: names, * for all; default without a value.",
		{ values: "serviceaccount", commas: true },
	),
	listFlag("copy-label", "Add a label to copies, as KEY=VALUE; repeatable."),
	switchFlag("adopt", "Take over unmanaged Secrets whose content is equal."),
	switchFlag(
		"force",
		"Take over unmanaged Secrets and copies of another source: asks at a terminal, not elsewhere. Delete and recreate where an update is forbidden: asks, or --yes.",
	),
	flags.MESH_FLAG,
	flags.CONCURRENCY_FLAG,
];

/** The flags of sync, and of what runs it. */
export const SYNC_FLAGS: readonly Flag[] = [
	...COPY_FLAGS,
	switchFlag(
		"prune",
		"Delete this source's copies outside the selected namespaces as well; asks first, or --yes.",
		{
			// A pod that stopped needing it today may start again tomorrow.
			conflicts: ["needed"],
		},
	),
	switchFlag("once", "Copy without recording: rotate will not update it.", {
		conflicts: ["prune"],
	}),
	switchFlag("all-sources", "Copy every source of the source namespace.", {
		conflicts: ["from"],
		alone: "--all-sources means every source: leave NAME out",
	}),
	listFlag("forget", "Take a namespace out of the record; its copy stays.", {
		commas: true,
		values: "namespace",
		conflicts: [
			...SELECTING,
			"attach",
			"copy-label",
			"adopt",
			"force",
			"prune",
			"once",
		],
	}),
];

/** What SYNC_FLAGS say. Throws UsageError. */
export function syncSettingsOf(given: Given, env: flags.Env) {
	const forget = given
		.list("forget")
		.map((name) => flags.checkNamespace(name.trim(), "--forget"));
	return {
		...copySettingsOf(given, env),
		prune: given.on("prune"),
		once: given.on("once"),
		allSources: given.on("all-sources"),
		/** Namespaces to take out of the record. */
		forget: [...new Set(forget)],
	};
}

/** What COPY_FLAGS say. Throws UsageError. */
export function copySettingsOf(given: Given, env: flags.Env): CopySettings {
	return {
		source: sourceChoiceOf(given, env, "NAME"),
		selection: selectionOf(given, env),
		exclude: excludeOf(given),
		copyLabels: Object.fromEntries(
			given.list("copy-label").map((text) => {
				const { key, value } = parseLabel(text, "--copy-label");
				if (key === DEFAULT_LABEL.key) throw labelOfOurs("--copy-label", key);
				return [key, value];
			}),
		),
		attach: attachedAccountsOf(given),
		prune: false,
		once: false,
		adopt: given.on("adopt"),
		force: given.on("force"),
	};
}

function selectionOf(given: Given, env: flags.Env): SyncSelection {
	const places = placesOf(given);
	if (places !== undefined) return places;
	if (given.on("needed")) return { by: "needed" };
	if (!given.on("injected")) return { by: "record" };
	const mesh = flags.meshOf(given, env).name;
	if (!isInjectingMesh(mesh))
		throw new UsageError(
			`--injected: MESHREG_MESH=${mesh} injects no sidecar; name another with --mesh`,
		);
	return { by: "injected", mesh };
}

function excludeOf(given: Given): readonly string[] {
	const globs = given.list("exclude").map((glob) => glob.trim());
	flags.checkSaid("--exclude", "glob", ...globs);
	// What can match nothing would leave in what was to be left out.
	const wrong = globs.find((glob) => !isNameGlob(glob));
	if (wrong === undefined) return globs;
	throw new UsageError(
		`--exclude: "${wrong}" matches no namespace: lower-case letters, digits and dashes, * for any, ? for one`,
	);
}
