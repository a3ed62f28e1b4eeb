import { displayUsername } from "../core/credentials/credential.ts";
import { credentialOf } from "../core/credentials/entry.ts";
import { expiriesOfKey, isoSeconds } from "../core/pull-secrets/expiry.ts";
import {
	SOURCE_ANNOTATION,
	type UsageLabel,
} from "../core/pull-secrets/ownership.ts";
import {
	type Content,
	type PullSecret,
	registriesOf,
} from "../core/pull-secrets/pull-secret.ts";
import {
	type PullSecretStatus,
	type SourceKnowledge,
	statusOf,
} from "../core/pull-secrets/source.ts";
import { displayHost } from "../core/registry/server.ts";
import { age } from "./age.ts";
import { table } from "./table.ts";

/** What `list` knows besides the keys. */
export interface ListContext {
	readonly owner: UsageLabel;
	readonly sources: ReadonlyMap<string, SourceKnowledge>;
}

/** One item of `list -o json`. */
export interface ListItem {
	readonly namespace: string;
	readonly name: string;
	/** `Deleted` only while watching. */
	readonly status: PullSecretStatus | "Deleted";
	readonly registries: readonly string[];
	/** One a registry; what looks like a token is masked. */
	readonly usernames: readonly string[];
	/** `NAMESPACE/NAME` for a copy, else "". */
	readonly source: string;
	/** When the first of its credentials does, RFC 3339; "" where that is not known. */
	readonly expires: string;
	/** RFC 3339. */
	readonly created: string;
}

/** An item that says its context, where several are listed. */
export type ContextItem = ListItem & { readonly context?: string };

/** What is shown of pull secrets, in their order. */
export function listItems(
	keys: readonly PullSecret[],
	known: ListContext,
): ListItem[] {
	return keys.map((key) => ({
		namespace: key.namespace,
		name: key.name,
		status: statusOf(key, known.sources),
		...registriesAndUsers(key.content),
		source: key.annotations[SOURCE_ANNOTATION] ?? "",
		expires: expiresAt(key, known.sources),
		created: key.created,
	}));
}

/** `-o name`. */
export function listNames(items: readonly ListItem[]): string {
	return items.map(({ name }) => `secret/${name}\n`).join("");
}

/** How the table looks. */
export interface KeyTableLook {
	/** Milliseconds since 1970. */
	readonly now: number;
	readonly wide: boolean;
	readonly headers: boolean;
}

/**
 * `NAMESPACE NAME REGISTRIES STATUS AGE`, and with `wide` also `USERNAME SOURCE EXPIRES`: the time
 * that is left. Of several clusters `CONTEXT` comes first.
 */
export function listTable(
	items: readonly ContextItem[],
	{ now, wide, headers }: KeyTableLook,
	widths?: number[],
): string {
	const several = items.some(({ context }) => context !== undefined);
	const names = [
		...(several ? ["CONTEXT"] : []),
		"NAMESPACE",
		"NAME",
		"REGISTRIES",
		"STATUS",
		"AGE",
		...(wide ? ["USERNAME", "SOURCE", "EXPIRES"] : []),
	];
	const rows = items.map((item) => [
		...(several ? [item.context ?? ""] : []),
		item.namespace,
		item.name,
		item.registries.join(","),
		item.status,
		age(item.created, now),
		...(wide
			? [usersCell(item.usernames), item.source, timeLeft(item.expires, now)]
			: []),
	]);
	return table(headers ? names : undefined, rows, widths);
}

function expiresAt(key: PullSecret, sources: ListContext["sources"]): string {
	const [first] = expiriesOfKey(key, sources);
	return first ? isoSeconds(first.at) : "";
}

/** One a registry, in their order; nothing where none has any. */
function usersCell(usernames: readonly string[]): string {
	return usernames.some((name) => name !== "") ? usernames.join(",") : "";
}

function timeLeft(expires: string, now: number): string {
	if (expires === "") return "";
	const at = Date.parse(expires);
	return at <= now ? "expired" : age(isoSeconds(now), at);
}

/** Worked out once for all keys of the same content. */
function registriesAndUsers(
	content: Content,
): Pick<ListItem, "registries" | "usernames"> {
	const known = SHOWN.get(content);
	if (known !== undefined) return known;
	const entries = content.config.ok ? [...content.config.auths.values()] : [];
	const shown = {
		registries: registriesOf(content).map(displayHost),
		usernames: entries.map((entry) =>
			displayUsername(credentialOf(entry)?.username ?? ""),
		),
	};
	SHOWN.set(content, shown);
	return shown;
}

const SHOWN = new WeakMap<
	Content,
	Pick<ListItem, "registries" | "usernames">
>();
