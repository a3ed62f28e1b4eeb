import { PULL_SECRET_TYPE } from "../../core/pull-secrets/ownership.ts";
import {
	type PullSecret,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	legalSourceRef,
	type SourceKnowledge,
	type SourceRef,
	sourcesNamed,
} from "../../core/pull-secrets/source.ts";
import { unlessFailed } from "../../errors.ts";
import { inParallel } from "../in-parallel.ts";
import { type Reading, readPullSecret, readPullSecrets } from "./read-keys.ts";

/** So many sources are read one by one; of more, one list of all pull Secrets is cheaper. */
const READ_SINGLY = 20;

/**
 * What is known of every source that copies among `keys` name, by `NAMESPACE/NAME`: from the keys
 * themselves, else read. Only a source that is not there is gone; what may not be read, or is named
 * by no legal name, is unknown, and costs no request. Throws only what no further request survives.
 */
export async function readSources(
	at: Reading,
	keys: readonly PullSecret[],
): Promise<Map<string, SourceKnowledge>> {
	const known = new Map<string, SourceKnowledge>(
		keys.map((key) => [sourceRef(key), key]),
	);
	const named = sourcesNamed(keys);
	const missing = named
		.filter((ref) => !known.has(ref))
		.flatMap((ref) => legalSourceRef(ref) ?? []);
	if (missing.length > READ_SINGLY) {
		const query = { fieldSelector: `type=${PULL_SECRET_TYPE}` };
		const all = await unlessFailed(readPullSecrets(at, query));
		const there = all && new Map(all.map((key) => [sourceRef(key), key]));
		for (const ref of there ? missing.map(sourceRef) : [])
			known.set(ref, there?.get(ref) ?? "gone");
	} else
		await inParallel(missing, async (place) => {
			known.set(sourceRef(place), await readSource(at, place));
		});
	return new Map(named.map((ref) => [ref, known.get(ref) ?? "unknown"]));
}

/** What is known of one source: an error says nothing. Throws only what no further request survives. */
export async function readSource(
	at: Reading,
	ref: SourceRef,
): Promise<SourceKnowledge> {
	const read = readPullSecret(at, ref).then((found) => found ?? "gone");
	return (await unlessFailed(read)) ?? "unknown";
}
