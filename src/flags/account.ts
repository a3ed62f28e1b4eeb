import type { AccountChange } from "../actions/accounts/change-accounts.ts";
import type { AccountChoice } from "../actions/accounts/find-accounts.ts";
import { CHANGE_FORMATS } from "../actions/apply/change-report.ts";
import type { Selection } from "../actions/read/select-namespaces.ts";
import { BARE, type Flag, type Given } from "../core/command-line/flag.ts";
import { UsageError } from "../errors.ts";
import * as flags from "../flags.ts";

/** The service account that pods use where they name none. */
export const DEFAULT_ACCOUNT = "default";

/** Which service accounts, and in which namespaces. */
const ACCOUNT_FLAGS: readonly Flag[] = [
	flags.NAMESPACES_FLAG,
	flags.ALL_NAMESPACES_FLAG,
	{
		name: "selector",
		group: "Target",
		short: "l",
		kind: "text",
		help: "In namespaces with these labels, such as team=x, env!=dev or 'tier in (a,b)'.",
	},
	{
		name: "all-serviceaccounts",
		group: "Target",
		kind: "switch",
		help: "All service accounts instead of default alone.",
	},
];

/** All flags of attach and detach. */
export const ACCOUNT_CHANGE_FLAGS: readonly Flag[] = [
	...ACCOUNT_FLAGS,
	flags.SECRET_FLAG,
	flags.MESH_FLAG,
	flags.CONCURRENCY_FLAG,
	flags.DRY_RUN_FLAG,
	flags.outputFlag(...CHANGE_FORMATS),
	flags.QUIET_FLAG,
];

/** What attach and detach are told. Throws UsageError. */
export function accountChangeOf(given: Given, env: flags.Env): AccountChange {
	return {
		connection: {
			...flags.connectionFlags(given),
			...flags.concurrencyOf(given),
		},
		places: placesOf(given),
		accounts: accountsOf(given),
		key: flags.secretNameOf(given, env),
		quiet: given.on("quiet"),
		output: flags.outputOf(given, CHANGE_FORMATS),
		...flags.dryRunOf(given),
	};
}

/** The operands as service accounts; `default` where there is none. Throws UsageError. */
function accountsOf(given: Given): AccountChoice {
	const names = [
		...new Set(given.positionals.map((name) => flags.checkName(name, "SA"))),
	];
	if (!given.on("all-serviceaccounts"))
		return { by: "names", names: names.length > 0 ? names : [DEFAULT_ACCOUNT] };
	if (names.length > 0)
		throw new UsageError(
			"--all-serviceaccounts means every one: name none beside it",
		);
	return { by: "all" };
}

/** The namespaces of `-n`, `-A` or `-l`; undefined where none is given: the context's. Throws UsageError. */
function placesOf(given: Given): Selection | undefined {
	const selector = flags.selectorOf(given);
	if (given.has("namespace"))
		return { by: "names", names: flags.namespacesOf(given) };
	if (given.on("all-namespaces")) return { by: "all" };
	return selector === undefined ? undefined : { by: "label", selector };
}

/** `--attach[=SA,…]`, `*` for every one there is; undefined where it is not given. Throws UsageError. */
export function attachedAccountsOf(given: Given): AccountChoice | undefined {
	const value = given.text("attach");
	if (value === undefined) return undefined;
	if (value === BARE) return { by: "names", names: [DEFAULT_ACCOUNT] };
	const words = value.split(",");
	if (words.includes("*")) {
		if (new Set(words).size > 1)
			throw new UsageError("--attach=*: name no accounts beside *");
		return { by: "all" };
	}
	const names = words.map((name) => flags.checkName(name, "--attach"));
	return { by: "names", names: [...new Set(names)] };
}
