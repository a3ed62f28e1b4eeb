import { attachedKeys } from "../../core/accounts/attachment.ts";
import type { PruneNote } from "../../core/note.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import { isOurs } from "../../core/pull-secrets/ownership.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { recordIn } from "../../core/pull-secrets/record.ts";
import { isSourceLike } from "../../core/pull-secrets/source.ts";
import type { PruneOptions } from "./command.ts";

/** Where accounts may have been attached, as far as is known without a list of them. */
export function knownPlaces(
	found: readonly PullSecret[],
	sourceNamespace: string,
): string[] {
	const recorded = found
		.filter((key) => key.namespace === sourceNamespace && isSourceLike(key))
		.flatMap((source) => [...(recordIn(source)?.names.keys() ?? [])]);
	return [
		...new Set([...found.map(({ namespace }) => namespace), ...recorded]),
	].toSorted();
}

/**
 * Tells of the entries that attach added which go, and which stay beside a pull secret that does.
 * `found`: what the prune looked at; `name` undefined: every name; `orphaned`: only what is beside a Secret that goes.
 * Otherwise also what is beside none: a prune before this one may have ended after it deleted that.
 */
export function prunedEntries(
	found: readonly PullSecret[],
	isGone: (secret: PullSecret) => boolean,
	{
		name,
		orphaned,
		keepSources,
	}: Pick<PruneOptions, "name" | "orphaned" | "keepSources">,
) {
	const place = (namespace: string, key: string) => `${namespace}/${key}`;
	const places = (secrets: readonly PullSecret[]) =>
		new Set(secrets.map((secret) => place(secret.namespace, secret.name)));
	const gone = places(found.filter(isGone));
	const standing = places(
		found.filter(
			(secret) => isOurs(secret) && !secret.terminating && !isGone(secret),
		),
	);
	const isNamed = (key: string) => name === undefined || key === name;
	return {
		go: (namespace: string, key: string): boolean =>
			orphaned
				? gone.has(place(namespace, key))
				: isNamed(key) && !standing.has(place(namespace, key)),
		stay: (namespace: string, key: string): boolean =>
			!(orphaned || keepSources) &&
			isNamed(key) &&
			standing.has(place(namespace, key)),
	};
}

/** What attach added and what stays, by the name of the pull secret. */
export function keptNotes(
	accounts: readonly ServiceAccount[],
	stays: (namespace: string, key: string) => boolean,
): PruneNote[] {
	const kept = accounts.flatMap((account) =>
		attachedKeys(account)
			.filter((name) => stays(namespaceIn(account), name))
			.map((name) => ({ name, namespace: namespaceIn(account) })),
	);
	return [...Map.groupBy(kept, ({ name }) => name)].map(([name, group]) => ({
		cause: "attached-kept",
		name,
		namespaces: [...new Set(group.map(({ namespace }) => namespace))],
	}));
}

/** The namespace that an account is in. */
export function namespaceIn({ metadata }: ServiceAccount): string {
	return metadata.namespace ?? "";
}
