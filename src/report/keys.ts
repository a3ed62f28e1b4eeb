import { displayUsername } from "../core/credential.ts";
import { credentialOf } from "../core/docker-config.ts";
import { type OwnerLabel, SOURCE_ANNOTATION } from "../core/ownership.ts";
import { type RegistryKey, registriesOf } from "../core/registry-key.ts";
import { displayHost } from "../core/registry-server.ts";
import {
	type KeyStatus,
	type SourceKnowledge,
	statusOf,
} from "../core/source.ts";
import { age } from "./age.ts";
import { table } from "./table.ts";

/** What `list` knows besides the keys. */
export interface KeyContext {
	readonly owner: OwnerLabel;
	readonly sources: ReadonlyMap<string, SourceKnowledge>;
}

/** One item of `list -o json`. */
export interface KeyItem {
	readonly namespace: string;
	readonly name: string;
	readonly status: KeyStatus;
	readonly registries: readonly string[];
	/** One a registry; what looks like a token is masked. */
	readonly usernames: readonly string[];
	/** `NAMESPACE/NAME` for a copy, else "". */
	readonly source: string;
	/** RFC 3339. */
	readonly created: string;
}

/** The items of `-o json` and `-o yaml`. */
export function keyItems(
	keys: readonly RegistryKey[],
	context: KeyContext,
): KeyItem[] {
	return keys.map((key) => ({
		namespace: key.namespace,
		name: key.name,
		status: statusOf(key, context.owner, context.sources),
		registries: registriesOf(key.content).map(displayHost),
		usernames: usernamesOf(key),
		source: key.annotations[SOURCE_ANNOTATION] ?? "",
		created: key.created,
	}));
}

/** `-o name`. */
export function keyNames(keys: readonly RegistryKey[]): string {
	return keys.map((key) => `secret/${key.name}\n`).join("");
}

/** `NAMESPACE NAME REGISTRIES STATUS AGE`, and with `wide` also `USERNAME SOURCE`. */
export function keyTable(
	keys: readonly RegistryKey[],
	context: KeyContext & {
		readonly now: number;
		readonly wide: boolean;
		readonly headers: boolean;
	},
): string {
	const headers = [
		"NAMESPACE",
		"NAME",
		"REGISTRIES",
		"STATUS",
		"AGE",
		...(context.wide ? ["USERNAME", "SOURCE"] : []),
	];
	const rows = keyItems(keys, context).map((item) => [
		item.namespace,
		item.name,
		item.registries.join(","),
		item.status,
		age(item.created, context.now),
		...(context.wide ? [item.usernames.join(","), item.source] : []),
	]);
	return table(context.headers ? headers : undefined, rows);
}

function usernamesOf(key: RegistryKey): string[] {
	if (!key.content.config.ok) return [];
	return [...key.content.config.auths.values()].map((fields) =>
		displayUsername(credentialOf(fields)?.username ?? ""),
	);
}
