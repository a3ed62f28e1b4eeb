import {
	BARE,
	type Flag,
	type Given,
	listFlag,
	optionalFlag,
	switchFlag,
	textFlag,
} from "../core/command-line/flag.ts";
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
	optionalFlag(
		"refresh",
		"Renew credentials that came from these providers, as for --credential-from; ecr without a value.",
		{ values: ["ecr"], commas: true },
	),
	textFlag(
		"refresh-before",
		"Renew this long before expiry, such as 30m (default: a fifth of the lifetime).",
		{ needs: ["refresh"] },
	),
	switchFlag("no-verify", "Write what a provider gives without verifying it.", {
		needs: ["refresh"],
	}),
	listFlag(
		"credential-arg",
		"Pass this argument to the plugin of --refresh; repeatable.",
		{ needs: ["refresh"] },
	),
];

/** Not among them: the file is on this machine, which is no use in a pod. */
export const REFRESH_CA_FLAG: Flag = textFlag(
	"registry-ca",
	"Trust the CAs in this PEM file where renewed credentials are verified, and where Amazon is asked.",
	{ values: "file", needs: ["refresh"] },
);

/** What REFRESH_FLAGS say; undefined: nothing is renewed. Throws UsageError. */
export function refreshOf(given: Given): RefreshRules | undefined {
	if (!given.has("refresh")) return undefined;
	const allowed: Provider[] = given
		.list("refresh")
		.map((name) =>
			parseProvider(name === BARE ? "ecr" : name.trim(), "--refresh"),
		);
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
