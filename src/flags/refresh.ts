import { BARE, type Flag, type Given } from "../core/command-line/flag.ts";
import {
	type Provider,
	parseProvider,
	providerName,
} from "../core/pull-secrets/provider.ts";
import type { RefreshRules } from "../core/pull-secrets/renewal.ts";
import { UsageError } from "../errors.ts";
import { lifetimeOf } from "./numbers.ts";

/** What a watch may renew by itself, and how. */
export const REFRESH_FLAGS: readonly Flag[] = [
	{
		name: "refresh",
		kind: "optional",
		values: ["ecr"],
		help: "Renew credentials that came from these providers, as for --credential-from; ecr without a value.",
	},
	{
		name: "refresh-before",
		kind: "text",
		needs: ["refresh"],
		help: "Renew this long before expiry, such as 30m (default: a fifth of the lifetime).",
	},
	{
		name: "no-verify",
		kind: "switch",
		needs: ["refresh"],
		help: "Write what a provider gives without verifying it.",
	},
	{
		name: "credential-arg",
		kind: "list",
		needs: ["refresh"],
		help: "Pass this argument to the plugin of --refresh; repeatable.",
	},
];

/** Not among them: the file is on this machine, which is no use in a pod. */
export const REFRESH_CA_FLAG: Flag = {
	name: "registry-ca",
	kind: "text",
	values: "file",
	needs: ["refresh"],
	help: "Trust the CAs in this PEM file where renewed credentials are verified, and where Amazon is asked.",
};

/** What REFRESH_FLAGS say; undefined: nothing is renewed. Throws UsageError. */
export function refreshOf(given: Given): RefreshRules | undefined {
	const value = given.text("refresh");
	if (value === undefined) return undefined;
	const allowed: Provider[] = (value === BARE ? "ecr" : value)
		.split(",")
		.map((name) => parseProvider(name.trim(), "--refresh"));
	for (const [name, same] of Map.groupBy(allowed, providerName))
		if (same.some(({ by }) => by === "plugin") && same.length > 1)
			throw new UsageError(
				`--refresh: more than one ${name}: a source knows a plugin by that name alone`,
			);
	const args = given.list("credential-arg");
	const plugins = allowed.filter(({ by }) => by === "plugin");
	if (args.length > 0 && plugins.length !== 1)
		throw new UsageError(
			"--credential-arg is for the one plugin that --refresh names",
		);
	return {
		allowed,
		args,
		before: lifetimeOf(given, "refresh-before"),
		verifies: !given.on("no-verify"),
	};
}
