import type { Credential } from "../credentials/credential.ts";
import { type AuthFields, authFields } from "../credentials/docker-config.ts";
import type { AuthEntry } from "../credentials/entry.ts";
import { FailureError } from "../output/failure.ts";
import type { Place } from "../output/input-failure.ts";
import { registryName } from "../output/shell.ts";
import { ownValue } from "../own-value.ts";
import type { RegistryServer } from "../registry/server.ts";
import { isoSeconds, lifetimeText, textsIn } from "./expiry.ts";
import {
	EXPIRES_IN_ANNOTATION,
	ISSUED_AT_ANNOTATION,
	labelAnnotation,
	labelOfName,
	labelOfSource,
	PROVIDER_ANNOTATION,
	roleOf,
	SERVERS_ANNOTATION,
	selectorOf,
	TARGETS_ANNOTATION,
	type UsageLabel,
} from "./ownership.ts";
import {
	authsIn,
	contentOfAuths,
	type DesiredPullSecret,
	ownLabels,
	type PullSecret,
	placeOf,
} from "./pull-secret.ts";
import { EMPTY_RECORD, recordText } from "./record.ts";
import { isSourceLike } from "./source.ts";

/** A credential that is to be written into a source. */
export interface NewEntry {
	readonly server: RegistryServer;
	readonly credential: Credential;
	/** Milliseconds since 1970; absent in what is printed to be kept: it is the same for the same input. */
	readonly issuedAt?: number;
	/** How long it is good, in milliseconds, as the person said; absent where nobody did. */
	readonly lifetime?: number;
	/** The name of the provider that it is from; absent where a person gave it. */
	readonly provider?: string;
}

/**
 * The source that holds these registries, in place of `current` if there is one. `label`: other than
 * that of its name, or of the source that is there. Throws UsageError for a name too long for one,
 * FailureError where the source that is there was created with another.
 */
export function newSource(
	place: Place,
	entries: readonly NewEntry[],
	label: UsageLabel | undefined,
	current?: PullSecret,
): DesiredPullSecret {
	const before = current && isSourceLike(current) ? current : undefined;
	if (before) refuseOtherLabel(before, label);
	const own =
		label ?? (before ? labelOfSource(before) : labelOfName(place.name));
	// A new source has an empty record; one that is there keeps what it has, which may be none.
	const record =
		before?.annotations[TARGETS_ANNOTATION] ??
		(before && roleOf(before) === "source"
			? undefined
			: recordText(EMPTY_RECORD));
	return {
		...place,
		labels: ownLabels(own),
		annotations: {
			...annotations(entries, before, () => false),
			...labelAnnotation(place.name, own),
			...(record !== undefined && { [TARGETS_ANNOTATION]: record }),
		},
		content: contentOfAuths(
			entries.map((entry) => [entry.server.key, authFields(entry.credential)]),
		),
	};
}

/**
 * Throws FailureError where a source was created with another label than is asked for: its copies bear
 * that one, and both would be found by it.
 */
export function refuseOtherLabel(
	current: PullSecret,
	asked: UsageLabel | undefined,
): void {
	const there = roleOf(current) === "source" && labelOfSource(current);
	if (!asked || !there || selectorOf(there) === selectorOf(asked)) return;
	throw new FailureError({
		cause: "label-stays",
		source: placeOf(current),
		label: selectorOf(there),
		flag: "--label",
	});
}

/**
 * `current` with these registries: new ones added at the end, those that are there replaced in place,
 * others as they are. Throws FailureError for two credentials of one.
 */
export function sourceWith(
	current: PullSecret,
	entries: readonly NewEntry[],
): DesiredPullSecret {
	const changed = new Map<string, Credential>();
	for (const { server, credential } of entries) {
		const { key } = server;
		if (changed.get(key)?.equals(credential) === false)
			throw new FailureError({ cause: "credentials-differ", key });
		changed.set(key, credential);
	}
	const merged = new Map<string, AuthFields | AuthEntry>(
		authsIn(current.content),
	);
	for (const [key, credential] of changed)
		merged.set(key, authFields(credential));
	const keep = (key: string) => !changed.has(key);
	return edited(current, merged, annotations(entries, current, keep));
}

/** `current` without the registries with these keys. */
export function sourceWithout(
	current: PullSecret,
	keys: readonly string[],
): DesiredPullSecret {
	const keep = (key: string) => !keys.includes(key);
	const left = [...authsIn(current.content)].filter(([key]) => keep(key));
	return edited(current, left, annotations([], current, keep));
}

function edited(
	current: PullSecret,
	auths: Parameters<typeof contentOfAuths>[0],
	annotations: Record<string, string>,
): DesiredPullSecret {
	return {
		...placeOf(current),
		labels: ownLabels(labelOfSource(current)),
		annotations,
		content: contentOfAuths(auths),
	};
}

/**
 * What a source remembers of its registries besides the credentials, by host. An
 * update leaves annotations that it does not name, so what no longer holds is
 * named as well, with nothing in it. `keep`: whether what was remembered of a registry still holds.
 */
function annotations(
	entries: readonly NewEntry[],
	before: PullSecret | undefined,
	keep: (key: string) => boolean,
): Record<string, string> {
	const remember = (
		name: string,
		value: (entry: NewEntry) => string | undefined,
	): Record<string, string> => {
		const old = before && ownValue(before.annotations, name);
		const members = [
			...textsIn(old).filter(([key]) => keep(key)),
			...entries.flatMap((entry) => {
				const said = value(entry);
				const { key } = entry.server;
				// What is no name may be a password, which no annotation may hold.
				return said === undefined || registryName(key) === undefined
					? []
					: [[key, said] as const];
			}),
		];
		return members.length === 0 && old === undefined
			? {}
			: { [name]: JSON.stringify(Object.fromEntries(members)) };
	};
	return {
		...remember(SERVERS_ANNOTATION, (entry) => entry.server.given),
		...remember(ISSUED_AT_ANNOTATION, ({ issuedAt }) =>
			issuedAt === undefined ? undefined : isoSeconds(issuedAt),
		),
		...remember(EXPIRES_IN_ANNOTATION, ({ lifetime }) =>
			lifetime === undefined ? undefined : lifetimeText(lifetime),
		),
		...remember(PROVIDER_ANNOTATION, ({ provider }) => provider),
	};
}
