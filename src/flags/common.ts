import type { Flag } from "../core/command-line/flag.ts";
import { usualSecretIn } from "../core/meshes/meshes.ts";

/** One namespace. */
export const NAMESPACE_FLAG: Flag = {
	name: "namespace",
	group: "Target",
	short: "n",
	kind: "text",
	values: "namespace",
	help: "Work in this namespace.",
};

/** The one namespace of a source. */
export const SOURCE_NAMESPACE_FLAG: Flag = {
	...NAMESPACE_FLAG,
	default: (env) => usualSecretIn(env).namespace,
	help: "Use this namespace for the source (also MESHREG_NAMESPACE).",
};

/** Any number of namespaces. */
export const NAMESPACES_FLAG: Flag = {
	name: "namespace",
	group: "Target",
	short: "n",
	kind: "list",
	commas: true,
	conflicts: ["all-namespaces", "selector", "injected", "needed"],
	values: "namespace",
	help: "Work in these namespaces; repeat it, or separate names by commas.",
};

export const ALL_NAMESPACES_FLAG: Flag = {
	name: "all-namespaces",
	group: "Target",
	short: "A",
	kind: "switch",
	conflicts: ["selector", "injected", "needed"],
	help: "Work in all namespaces.",
};

export const SELECTOR_FLAG: Flag = {
	name: "selector",
	group: "Target",
	short: "l",
	kind: "text",
	conflicts: ["injected", "needed"],
	help: "Select namespaces with these labels, such as team=x, env!=dev or 'tier in (a,b)'.",
};

export const DRY_RUN_FLAG: Flag = {
	name: "dry-run",
	group: "Output",
	kind: "optional",
	default: "none",
	choices: ["none", "client", "server"],
	refusal: (value) =>
		`Invalid dry-run value (${value}). Must be "none", "server", or "client".`,
	help: "Change nothing: with client, only say what would be done; with server, send the requests without storing anything.",
};

export const DIFF_FLAG: Flag = {
	name: "diff",
	group: "Output",
	kind: "switch",
	conflicts: ["dry-run", "output"],
	help: "Show what would change, by registry; exit 1 if anything would.",
};

export const LABEL_FLAG: Flag = {
	name: "label",
	group: "Target",
	kind: "text",
	help: "Label the source and its copies so, instead of usage=NAME; kept on the source.",
};

export const YES_FLAG: Flag = {
	name: "yes",
	short: "y",
	kind: "switch",
	help: "Answer every question yes.",
};

export const QUIET_FLAG: Flag = {
	name: "quiet",
	group: "Output",
	short: "q",
	kind: "switch",
	help: "Leave out unchanged lines and the summary.",
};

export const CONCURRENCY_FLAG: Flag = {
	name: "concurrency",
	kind: "text",
	help: "Limit requests in flight (default: adapts to the server).",
};

/** `-o` with these formats. */
export function outputFlag(...choices: string[]): Flag {
	return {
		name: "output",
		group: "Output",
		short: "o",
		kind: "text",
		choices: choices.toSorted(),
		refusal: (value) =>
			`unable to match a printer suitable for the output format "${value}", allowed formats are: ${choices.toSorted().join(",")}`,
		help: `Print as ${choices.toSorted().join(", ")}.`,
	};
}

/** Which pull secret, where the operands are something else. */
export const SECRET_FLAG: Flag = {
	name: "secret",
	group: "Target",
	kind: "text",
	values: "pull-secret",
	default: (env) => usualSecretIn(env).name,
	help: "Name the pull secret (also MESHREG_NAME).",
};
