import {
	type Flag,
	listFlag,
	optionalFlag,
	switchFlag,
	textFlag,
} from "../core/command-line/flag.ts";
import { usualSecretIn } from "../core/meshes/meshes.ts";

export const NAMESPACE_FLAG: Flag = textFlag(
	"namespace",
	"Work in this namespace.",
	{ group: "Target", short: "n", values: "namespace" },
);

export const SOURCE_NAMESPACE_FLAG: Flag = {
	...NAMESPACE_FLAG,
	default: (env) => usualSecretIn(env).namespace,
	help: "Use this namespace for the source (also MESHREG_NAMESPACE).",
};

export const NAMESPACES_FLAG: Flag = listFlag(
	"namespace",
	"Work in these namespaces; repeat it, or separate names by commas.",
	{
		group: "Target",
		short: "n",
		commas: true,
		conflicts: ["all-namespaces", "selector", "injected", "needed"],
		values: "namespace",
	},
);

export const ALL_NAMESPACES_FLAG: Flag = switchFlag(
	"all-namespaces",
	"Work in all namespaces.",
	{
		group: "Target",
		short: "A",
		conflicts: ["selector", "injected", "needed"],
	},
);

export const SELECTOR_FLAG: Flag = textFlag(
	"selector",
	"Select namespaces with these labels, such as team=x, env!=dev or 'tier in (a,b)'.",
	{ group: "Target", short: "l", conflicts: ["injected", "needed"] },
);

export const DRY_RUN_FLAG: Flag = optionalFlag(
	"dry-run",
	"Change nothing: with client, only say what would be done; with server, send the requests without storing anything.",
	{
		group: "Output",
		default: "none",
		choices: ["none", "client", "server"],
		refusal: (value) =>
			`Invalid dry-run value (${value}). Must be "none", "server", or "client".`,
	},
);

export const DIFF_FLAG: Flag = switchFlag(
	"diff",
	"Show what would change, by registry; exit 1 if anything would.",
	{ group: "Output", conflicts: ["dry-run", "output"] },
);

export const LABEL_FLAG: Flag = textFlag(
	"label",
	"Label the source and its copies KEY=VALUE instead of usage=NAME; kept on the source.",
	{ group: "Target" },
);

export const YES_FLAG: Flag = switchFlag("yes", "Answer every question yes.", {
	short: "y",
});

export const QUIET_FLAG: Flag = switchFlag(
	"quiet",
	"Leave out unchanged lines and the summary.",
	{ group: "Output", short: "q" },
);

export const CONCURRENCY_FLAG: Flag = textFlag(
	"concurrency",
	"Limit requests in flight (default: adapts to the server).",
);

/** `-o` with these formats. */
export function outputFlag(...choices: string[]): Flag {
	return textFlag("output", `Print as ${choices.toSorted().join(", ")}.`, {
		group: "Output",
		short: "o",
		choices: choices.toSorted(),
		refusal: (value) =>
			`unable to match a printer suitable for the output format "${value}", allowed formats are: ${choices.toSorted().join(",")}`,
	});
}

/** Which pull secret, where the operands are something else. */
export const SECRET_FLAG: Flag = textFlag(
	"secret",
	"Name the pull secret (also MESHREG_NAME).",
	{
		group: "Target",
		values: "pull-secret",
		default: (env) => usualSecretIn(env).name,
	},
);
