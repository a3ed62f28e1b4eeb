import type { AccountChoice } from "./actions/find-accounts.ts";
import type { Selection } from "./actions/select-namespaces.ts";
import { BARE, type Flag, type Given } from "./core/flag.ts";
import { UsageError } from "./errors.ts";
import {
	ALL_NAMESPACES_FLAG,
	atMostOne,
	checkName,
	NAMESPACES_FLAG,
	namespacesOf,
	selectorOf,
} from "./flags.ts";

/** The service account that pods use where they name none. */
export const DEFAULT_ACCOUNT = "default";

/** Which service accounts, and in which namespaces: for attach and detach. */
export const ACCOUNT_FLAGS: readonly Flag[] = [
	NAMESPACES_FLAG,
	ALL_NAMESPACES_FLAG,
	{
		name: "selector",
		short: "l",
		kind: "text",
		help: "In namespaces with these labels, such as team=x, env!=dev or 'tier in (a,b)'.",
	},
	{
		name: "all-serviceaccounts",
		kind: "switch",
		help: "All service accounts instead of default alone.",
	},
];

/** The operands as service accounts; `default` where there is none. Throws UsageError. */
export function accountsOf(given: Given): AccountChoice {
	const names = [
		...new Set(given.positionals.map((name) => checkName(name, "SA"))),
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
export function placesOf(given: Given): Selection | undefined {
	atMostOne(given, [
		["namespace", "-n"],
		["all-namespaces", "-A"],
		["selector", "-l"],
	]);
	const selector = selectorOf(given);
	if (given.has("namespace"))
		return { by: "names", names: namespacesOf(given) };
	if (given.on("all-namespaces")) return { by: "all" };
	return selector === undefined ? undefined : { by: "label", selector };
}

/** `--attach[=SA,…]`; undefined where it is not given. Throws UsageError. */
export function attachedAccountsOf(given: Given): AccountChoice | undefined {
	const value = given.text("attach");
	if (value === undefined) return undefined;
	if (value === BARE) return { by: "names", names: [DEFAULT_ACCOUNT] };
	const names = value.split(",").map((name) => checkName(name, "--attach"));
	return { by: "names", names: [...new Set(names)] };
}
