import type { Flag } from "../core/command-line/flag.ts";
import { DEFAULT_NAME } from "../core/pull-secrets/ownership.ts";

/** One namespace. */
export const NAMESPACE_FLAG: Flag = {
	name: "namespace",
	short: "n",
	kind: "text",
	values: "namespace",
	help: "The namespace to work in.",
};

/** Any number of namespaces. */
export const NAMESPACES_FLAG: Flag = {
	name: "namespace",
	short: "n",
	kind: "list",
	commas: true,
	conflicts: ["all-namespaces", "selector", "injected", "needed"],
	values: "namespace",
	help: "The namespaces to work in; repeat it, or separate names by commas.",
};

export const ALL_NAMESPACES_FLAG: Flag = {
	name: "all-namespaces",
	short: "A",
	kind: "switch",
	conflicts: ["selector", "injected", "needed"],
	help: "All namespaces.",
};

export const DRY_RUN_FLAG: Flag = {
	name: "dry-run",
	kind: "optional",
	default: "none",
	choices: ["none", "client", "server"],
	refusal: (value) =>
		`Invalid dry-run value (${value}). Must be "none", "server", or "client".`,
	help: 'Must be "none", "server" or "client". With client, only say what would be done; with server, send the requests without storing anything.',
};

export const LABEL_FLAG: Flag = {
	name: "label",
	kind: "text",
	help: "The label of the source and its copies, instead of usage=NAME; kept on the source.",
};

export const YES_FLAG: Flag = {
	name: "yes",
	short: "y",
	kind: "switch",
	help: "Answer every question yes.",
};

export const QUIET_FLAG: Flag = {
	name: "quiet",
	short: "q",
	kind: "switch",
	help: "Leave out unchanged lines and the summary.",
};

export const CONCURRENCY_FLAG: Flag = {
	name: "concurrency",
	kind: "text",
	help: "At most so many requests in flight; by default as many as the server takes well.",
};

/** `-o` with these formats. */
export function outputFlag(...choices: string[]): Flag {
	return {
		name: "output",
		short: "o",
		kind: "text",
		choices: choices.toSorted(),
		refusal: (value) =>
			`unable to match a printer suitable for the output format "${value}", allowed formats are: ${choices.toSorted().join(",")}`,
		help: `Output format: ${choices.toSorted().join(", ")}.`,
	};
}

/** Which pull secret, where the operands are something else. */
export const SECRET_FLAG: Flag = {
	name: "secret",
	kind: "text",
	values: "pull-secret",
	default: DEFAULT_NAME,
	help: "The pull secret's name (also MESHREG_NAME).",
};
