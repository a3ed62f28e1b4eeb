import { changeRecord } from "../../actions/apply/change-record.ts";
import {
	readPullSecret,
	readWholeSecrets,
} from "../../actions/read/read-keys.ts";
import { readNamespaces } from "../../actions/read/read-namespaces.ts";
import { warn } from "../../actions/tell.ts";
import { failureOf } from "../../core/output/failure.ts";
import { type ChangeResult, resultOf } from "../../core/output/result.ts";
import { someOf } from "../../core/output/some-of.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import {
	type ContentReader,
	type PullSecret,
	placeOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	isCoveredByAll,
	isCoveredByRule,
	type NamespaceKnowledge,
	recordReadingIn,
	withoutNames,
} from "../../core/pull-secrets/record.ts";
import { isSourceLike } from "../../core/pull-secrets/source.ts";
import { isFatal, unlessForbidden } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import type { PruneOptions } from "./command.ts";

/** One prune in one cluster. */
export interface PruneRun extends Omit<PruneOptions, "sourceNamespace"> {
	readonly cluster: Cluster;
	readonly reader: ContentReader;
	readonly world: World;
	/** Where sources are. */
	readonly sourceNamespace: string;
}

/** A source that is sent to namespaces which lose their copies. */
export interface SentThere {
	readonly source: PullSecret;
	/** Of the namespaces, those that its record names. */
	readonly named: readonly string[];
	/** Of the namespaces, those that a rule of the record means, too. */
	readonly ruled: readonly string[];
}

/**
 * The sources of the source namespace that have a record, and which of these namespaces it means; what
 * calls itself a source elsewhere is another's word. What may not be read is a warning.
 */
export async function sentThere({
	namespaces,
	name,
	sourceNamespace: namespace,
	cluster,
	reader,
	world,
}: PruneRun) {
	const sent: SentThere[] = [];
	/** A failed result for each source whose record cannot be read: nothing of theirs is written or deleted. */
	const unreadable: ChangeResult[] = [];
	// What is deleted with its namespace's copies needs no other record; where all is, none does.
	if (namespaces.length === 0 || namespaces.includes(namespace))
		return { sent, unreadable };
	const found = await unlessForbidden<readonly (PullSecret | undefined)[]>(
		name === undefined
			? readWholeSecrets(cluster, reader, namespace)
			: Promise.all([readPullSecret(cluster, reader, { namespace, name })]),
	);
	if (found === undefined)
		warn(world, { cause: "source-unreadable", namespace, namespaces });
	const sources = found?.filter((secret) => secret !== undefined) ?? [];
	let known: ReadonlyMap<string, NamespaceKnowledge> | undefined;
	for (const source of sources.filter(isSourceLike)) {
		const { record, fault } = recordReadingIn(source);
		if (fault !== undefined) {
			const place = placeOf(source);
			const why = { cause: "record-invalid", source: place, fault } as const;
			unreadable.push(resultOf(cluster, "Secret", place, "failed", why));
		}
		if (record === undefined) continue;
		if (record.rules.length > 0)
			known ??= await readNamespaces(cluster, namespaces);
		const isRuled = (name: string): boolean => {
			const facts = known?.get(name);
			if (facts === "unknown") return isCoveredByAll(record, name);
			return typeof facts === "object" && isCoveredByRule(record, facts);
		};
		sent.push({
			source,
			named: namespaces.filter((name) => record.names.has(name)),
			ruled: namespaces.filter(isRuled),
		});
	}
	return { sent, unreadable };
}

/** Takes the names out of the records; what is refused is a failed result. Throws only what makes the rest pointless. */
export async function forgetNamespaces(
	sent: readonly SentThere[],
	how: PruneRun,
) {
	const results: ChangeResult[] = [];
	/** As they are now, or with a dry run would be: those whose record was changed. */
	const sources: PullSecret[] = [];
	for (const { source, named } of sent) {
		try {
			const changed = await changeRecord(source, {
				...how,
				change: (record) => withoutNames(record, named),
				what: someOf(named),
				takesOut: true,
			});
			sources.push(changed);
			results.push(resultOf(how.cluster, "Secret", source, "configured"));
		} catch (error) {
			if (isFatal(error)) throw error;
			const why = failureOf(error);
			results.push(resultOf(how.cluster, "Secret", source, "failed", why));
		}
	}
	return { results, sources };
}

/** Warns where a rule still sends a source to a namespace that was pruned. */
export function warnOfRules(
	sent: readonly SentThere[],
	{ world }: PruneRun,
): void {
	for (const { source, ruled } of sent) {
		if (ruled.length === 0) continue;
		warn(world, {
			cause: "covered-by-rule",
			source: placeOf(source),
			namespaces: ruled,
			script: Fixes.of(source).forget(...ruled),
		});
	}
}
