import { changeRecord } from "../../actions/apply/change-record.ts";
import type { Run } from "../../actions/apply/deliver.ts";
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
	hasRules,
	isCoveredByAll,
	isCoveredByRule,
	type NamespaceKnowledge,
	namesOf,
	recordReadingIn,
	withoutNames,
} from "../../core/pull-secrets/record.ts";
import { isSourceLike } from "../../core/pull-secrets/source.ts";
import { isFatal, unlessForbidden } from "../../errors.ts";
import type { Cluster } from "../../world.ts";

type Forgetting = Pick<Run, "cluster" | "reader" | "world" | "dryRun">;

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
 * calls itself a source elsewhere is another's word. `name` undefined: all of them. What may not be read is a warning.
 */
export async function sentThere(
	namespaces: readonly string[],
	from: { readonly namespace: string; readonly name: string | undefined },
	{ cluster, reader, world }: Forgetting,
) {
	const sent: SentThere[] = [];
	/** A failed result for each source whose record cannot be read: nothing of theirs is written or deleted. */
	const unreadable: ChangeResult[] = [];
	// What is deleted with its namespace's copies needs no other record.
	if (namespaces.includes(from.namespace)) return { sent, unreadable };
	const sources = await unlessForbidden(sourcesOf(from, cluster, reader));
	if (sources === undefined)
		warn(world, {
			cause: "source-unreadable",
			namespace: from.namespace,
			namespaces,
		});
	let known: ReadonlyMap<string, NamespaceKnowledge> | undefined;
	for (const source of sources ?? []) {
		const reading = recordReadingIn(source);
		if (reading.kind === "none") continue;
		if (reading.kind === "fault") {
			const place = placeOf(source);
			const { fault } = reading;
			const why = { cause: "record-invalid", source: place, fault } as const;
			unreadable.push(resultOf(cluster, "Secret", place, "failed", why));
			continue;
		}
		const { record } = reading;
		const names = namesOf(record);
		if (hasRules(record)) known ??= await readNamespaces(cluster, namespaces);
		const isRuled = (name: string): boolean => {
			const facts = known?.get(name);
			if (facts === "unknown") return isCoveredByAll(record, name);
			return typeof facts === "object" && isCoveredByRule(record, facts);
		};
		sent.push({
			source,
			named: namespaces.filter((name) => names.has(name)),
			ruled: namespaces.filter(isRuled),
		});
	}
	return { sent, unreadable };
}

async function sourcesOf(
	{ namespace, name }: { namespace: string; name: string | undefined },
	cluster: Cluster,
	reader: ContentReader,
): Promise<PullSecret[]> {
	const found =
		name === undefined
			? await readWholeSecrets(cluster, reader, namespace)
			: [await readPullSecret(cluster, reader, { namespace, name })];
	return found.filter((secret) => secret !== undefined).filter(isSourceLike);
}

/** Takes the names out of the records; what is refused is a failed result. Throws only what makes the rest pointless. */
export async function forgetNamespaces(
	sent: readonly SentThere[],
	how: Forgetting,
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
	{ world }: Pick<Forgetting, "world">,
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
