import type { AccountChange } from "../actions/accounts/change-accounts.ts";
import { CHANGE_FORMATS } from "../actions/apply/change-report.ts";
import type { Selection } from "../actions/read/select-namespaces.ts";
import {
	BARE,
	type Flag,
	type Given,
	switchFlag,
} from "../core/command-line/flag.ts";
import { UsageError } from "../errors.ts";
import * as flags from "../flags.ts";
import { FROM_FLAG, sourceChoiceOf } from "./source.ts";

/** The service account that pods use where they name none. */
const DEFAULT_ACCOUNT = "default";

export const ACCOUNT_CHANGE_FLAGS: readonly Flag[] = [
	flags.NAMESPACES_FLAG,
	flags.ALL_NAMESPACES_FLAG,
	flags.SELECTOR_FLAG,
	switchFlag(
		"all-serviceaccounts",
		"Select all service accounts instead of default alone.",
		{
			group: "Target",
			alone: "--all-serviceaccounts means every one: leave the names out",
		},
	),
	// What policies are for stands in the source's record.
	switchFlag(
		"by-policy",
		"Use an admission policy instead: pods of any account in the recorded namespaces.",
		{
			conflicts: [
				"namespace",
				"all-namespaces",
				"selector",
				"all-serviceaccounts",
			],
			alone: "--by-policy is for pods of any account: leave the names out",
		},
	),
	FROM_FLAG,
	flags.SECRET_FLAG,
	flags.MESH_FLAG,
	flags.CONCURRENCY_FLAG,
	flags.DRY_RUN_FLAG,
	flags.outputFlag(...CHANGE_FORMATS),
	flags.QUIET_FLAG,
];

/** What attach and detach are told; by policies, which go by the record, no accounts and no places. Throws UsageError. */
export function accountChangeOf(
	given: Given,
	env: flags.Env,
): AccountChange & { readonly byPolicy: boolean } {
	return {
		byPolicy: given.on("by-policy"),
		connection: flags.bulkConnectionFlags(given),
		source: sourceChoiceOf(given, env, "--secret"),
		quiet: given.on("quiet"),
		output: flags.outputOf(given, CHANGE_FORMATS),
		...flags.dryRunOf(given),
		places: placesOf(given),
		accounts: accountsOf(given),
	};
}

/** The operands as service accounts; `default` where there is none, `*` for all. Throws UsageError. */
function accountsOf(given: Given): string[] {
	const names = given.positionals.map((name) =>
		flags.checkName(name, "SA", "service account"),
	);
	if (given.on("all-serviceaccounts")) return ["*"];
	return names.length > 0 ? [...new Set(names)] : [DEFAULT_ACCOUNT];
}

/** The namespaces of `-n`, `-A` or `-l`; undefined where none is given. Throws UsageError. */
export function placesOf(given: Given): Selection | undefined {
	const selector = flags.selectorOf(given);
	if (given.has("namespace"))
		return { by: "names", names: flags.namespacesOf(given) };
	if (given.on("all-namespaces")) return { by: "all" };
	return selector === undefined ? undefined : { by: "selector", selector };
}

/** That what is selected is attached, and the record is not. */
export function attachesNowhere(): UsageError {
	return new UsageError(
		"--attach needs namespaces, such as -n or -A: what is recorded is attached as it is recorded",
	);
}

/** `--attach[=SA,…]`, `*` for every one there is; none where it is not given. Throws UsageError. */
export function attachedAccountsOf(given: Given): string[] {
	const words = given
		.list("attach")
		.map((word) => (word === BARE ? DEFAULT_ACCOUNT : word));
	if (words.includes("*")) {
		if (new Set(words).size > 1)
			throw new UsageError(
				"--attach=* means every account: leave the names out",
			);
		return ["*"];
	}
	const names = words.map((name) =>
		flags.checkName(name, "--attach", "service account"),
	);
	return [...new Set(names)];
}
