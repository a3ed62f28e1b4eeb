import type { Credential } from "../credentials/credential.ts";
import { type AuthFields, authFields } from "../credentials/docker-config.ts";
import { type AuthEntry, credentialOf } from "../credentials/entry.ts";
import { FailureError } from "../output/failure.ts";
import type { Place } from "../output/input-failure.ts";
import {
	meshreg,
	objectName,
	registryName,
	type Script,
} from "../output/shell.ts";
import { onlyFields, ownValue } from "../own-value.ts";
import {
	displayHost,
	type RegistryServer,
	registryNamed,
} from "../registry/server.ts";
import {
	entriesNamed,
	isOnlyForPeople,
	isSameRegistry,
	withSameRegistries,
} from "./entry-naming.ts";
import { type Age, isoSeconds, lifetimeText, textsIn } from "./expiry.ts";
import { creating, Fixes, onRegistry, rotating } from "./fixes.ts";
import { managerName } from "./managers.ts";
import {
	EXPIRES_IN_ANNOTATION,
	ISSUED_AT_ANNOTATION,
	labelAnnotation,
	labelOfName,
	labelOfSource,
	OLDER_TYPE,
	PROVIDER_ANNOTATION,
	roleOf,
	SERVERS_ANNOTATION,
	SOURCE_ANNOTATION,
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
	registriesOf,
} from "./pull-secret.ts";
import { EMPTY_RECORD, recordText } from "./record.ts";
import { isSourceLike } from "./source.ts";

/** A credential that is to be written into a source. */
export interface NewEntry extends Age {
	readonly server: RegistryServer;
	readonly credential: Credential;
	/** The name of the provider that it is from; absent where a person gave it. */
	readonly provider?: string | undefined;
}

/** What is to be done about the source that is there; `replace`: write a new one in its place. */
export type SourceEdit =
	| {
			readonly by: "replace";
			/** The other registries stay, unless it is a copy: whoever made it pulls with them. */
			readonly keepsOthers?: boolean;
	  }
	/** Each in the place of all entries that count as its registry, or added; one that is not there is made. */
	| { readonly by: "apply" }
	/** One that is there already with another credential is refused. */
	| { readonly by: "add" }
	/** Another credential for entries that are there; those of the new ones name them. */
	| { readonly by: "change" }
	/** Entries, as the command line names them. */
	| { readonly by: "remove"; readonly names: readonly string[] };

/**
 * Makes the source out of what is there: its other registries stay, and the same source comes of it where it holds
 * these already. `label`: other than that of its name, or of the source that is there. What is returned throws as
 * `editable`, and FailureError, with advice, where the edit cannot be made; UsageError for a name too long for a label.
 */
export function sourceMaker(
	edit: SourceEdit,
	place: Place,
	entries: readonly NewEntry[],
	label?: UsageLabel,
): (current: PullSecret | undefined) => DesiredPullSecret {
	return (current) => {
		if (edit.by === "replace")
			return edit.keepsOthers && current && roleOf(current) !== "copy"
				? takenOver(current, entries, label)
				: newSource(place, entries, label, current);
		if (edit.by === "apply" && current === undefined)
			return newSource(place, entries, label);
		const source = editable(current, place);
		if (edit.by === "remove")
			return edited(source, [], entriesToRemove(source, edit.names));
		if (edit.by === "apply") refuseOtherLabel(source, label);
		return edited(source, entriesToWrite(edit.by, source, entries));
	};
}

/**
 * A Secret, a source perhaps, as a source: with these entries, each in the place of all that count as its registry,
 * and its others. Throws FailureError where these cannot be kept.
 */
function takenOver(
	current: PullSecret,
	entries: readonly NewEntry[],
	label: UsageLabel | undefined,
): DesiredPullSecret {
	const source = placeOf(current);
	if (current.type === OLDER_TYPE)
		throw new FailureError({ cause: "others-lost", source });
	const fresh = newSource(source, entries, label, current);
	if (!current.content.config.ok) return fresh;
	const { annotations } = current;
	const before = isSourceLike(current)
		? current
		: {
				...current,
				annotations: onlyFields(annotations, [SERVERS_ANNOTATION]),
			};
	const made = edited(before, entriesToWrite("apply", before, entries));
	return {
		...made,
		labels: fresh.labels,
		annotations: { ...fresh.annotations, ...made.annotations },
	};
}

/** The entries under the keys that they are to have in a source that is there. Throws FailureError with advice. */
function entriesToWrite(
	by: "apply" | "add" | "change",
	current: PullSecret,
	entries: readonly NewEntry[],
): NewEntry[] {
	const auths = authsOf(current);
	const keys = [...auths.keys()];
	const given = givenIn(current);
	return entries.flatMap((entry) => {
		const { server, credential } = entry;
		const under = (key: string, words = server.given): NewEntry => ({
			...entry,
			server: { ...server, key, given: words },
		});
		if (by === "change") {
			const { key } = server;
			if (!keys.includes(key))
				throw absent(current, displayHost(key), addingTo(current, key));
			return withSameRegistries(keys, [key]).map((same) =>
				under(same, given.get(same)),
			);
		}
		// Entries for a part of a registry, or for several, that the words for it name are meant, and not the whole registry.
		const narrower = entriesNamed(keys, server.spelled).filter(
			(key) => registryNamed(key) === undefined,
		);
		if (by === "apply") {
			const named = narrower.length > 0 ? narrower : [server.key];
			const same = withSameRegistries(keys, named);
			// Kubelets match none of those that only a person takes for it.
			const isMissing = same.every((key) => isOnlyForPeople(key, server.key));
			return [...same.map((key) => under(key)), ...(isMissing ? [entry] : [])];
		}
		const [key = server.key] = narrower;
		const there = auths.get(key);
		if (there !== undefined) {
			if (!credentialOf(there)?.equals(credential)) throw present(current, key);
			return entry.lifetime === undefined ? [] : [under(key)];
		}
		// Under another name that a kubelet takes for the same.
		const same = keys.find(
			(other) => isSameRegistry(other, key) && !isOnlyForPeople(other, key),
		);
		if (same !== undefined) throw present(current, key, same);
		return [entry];
	});
}

/** The keys that are to go. Throws FailureError where one is not there, or none would be left. */
function entriesToRemove(
	current: PullSecret,
	names: readonly string[],
): string[] {
	const keys = [...authsOf(current).keys()];
	const leaving = names.flatMap((name) => {
		const written = entriesNamed(keys, name, givenIn(current));
		if (written.length === 0) throw absent(current, name);
		return written;
	});
	if (new Set(leaving).size === keys.length)
		throw new FailureError({
			cause: "registries-all",
			source: placeOf(current),
			keys: [...new Set(leaving)],
			script: meshreg("prune", objectName(current.name)),
		});
	return leaving;
}

/** The entry of a source that an argument names; the first where several count as it. Throws FailureError where there is none. */
export function entryNamed(source: PullSecret, name: string): string {
	const keys = [...authsOf(source).keys()];
	const [first] = entriesNamed(keys, name, givenIn(source));
	if (first !== undefined) return first;
	throw absent(source, name, addingTo(source, name));
}

/** What a source may be edited in. Throws FailureError for what is not ours, a copy, or malformed. */
export function editable(
	current: PullSecret | undefined,
	place: Place,
	/** Something else may be taken over instead. */
	byForce = false,
): PullSecret {
	if (current === undefined)
		throw new FailureError({
			cause: "edit-absent",
			source: placeOf(place),
			script: creating(place.name, place.namespace),
		});
	const [role, source] = [roleOf(current), placeOf(current)];
	if (role === "unmanaged") {
		const { manager, type } = current;
		if (manager !== undefined)
			throw new FailureError({
				cause: "not-a-source",
				...source,
				because: { is: "managed", manager: managerName(manager) },
			});
		throw new FailureError({ cause: "edit-unmanaged", source, type, byForce });
	}
	if (role === "copy") {
		const of = current.annotations[SOURCE_ANNOTATION] ?? "";
		throw new FailureError({ cause: "edit-copy", source, of });
	}
	authsOf(current);
	return current;
}

/** The registries in a source. Throws FailureError where its content does not parse. */
function authsOf(source: PullSecret): ReadonlyMap<string, AuthEntry> {
	const { config } = source.content;
	if (config.ok) return config.auths;
	throw new FailureError({
		cause: "edit-unreadable",
		source: placeOf(source),
		problem: config.problem,
		script: Fixes.of(source).check(),
	});
}

/** By key, the words with which a source's entries were made. */
function givenIn({ annotations }: PullSecret): ReadonlyMap<string, string> {
	return new Map(textsIn(annotations[SERVERS_ANNOTATION]));
}

function absent(
	source: PullSecret,
	name: string,
	adding?: Script,
): FailureError {
	return new FailureError({
		cause: "registry-absent",
		source: placeOf(source),
		// A name from the command line may be something that was pasted there by mistake.
		registry: /^[\w.*:/[\]-]{1,200}$/.test(name) ? name : undefined,
		has: [...new Set(registriesOf(source.content).map(displayHost))],
		...(adding && { script: adding }),
	});
}

/** One that is there already, with another credential. */
function present(source: PullSecret, key: string, same?: string): FailureError {
	return new FailureError({
		cause: "registry-present",
		source: placeOf(source),
		key,
		...(same !== undefined && { as: same }),
		script: rotating(source, same ?? key, registriesOf(source.content)),
	});
}

/** What adds a registry, where the name is one. */
function addingTo(source: PullSecret, registry: string): Script | undefined {
	const key = registryNamed(registry);
	return key === undefined
		? undefined
		: onRegistry(
				"create",
				source,
				["--add", "--registry-server"],
				displayHost(key),
			);
}

/** The source that holds these registries and no others, in place of `current` if there is one. */
function newSource(
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
 * `current` with these entries, new ones added at the end and those that are there replaced in place, and without
 * those that are `gone`; others as they are. Throws FailureError for two credentials of one.
 */
function edited(
	current: PullSecret,
	entries: readonly NewEntry[],
	gone: readonly string[] = [],
): DesiredPullSecret {
	const changed = new Map<string, Credential>();
	for (const { server, credential } of entries) {
		const { key } = server;
		if (changed.get(key)?.equals(credential) === false)
			throw new FailureError({ cause: "credentials-differ", key });
		changed.set(key, credential);
	}
	const auths = new Map<string, AuthFields | AuthEntry>(
		authsIn(current.content),
	);
	for (const key of gone) auths.delete(key);
	for (const [key, credential] of changed)
		auths.set(key, authFields(credential));
	const keep = (key: string) => !changed.has(key) && !gone.includes(key);
	return {
		...placeOf(current),
		labels: ownLabels(labelOfSource(current)),
		annotations: annotations(entries, current, keep),
		content: contentOfAuths(auths),
	};
}

/**
 * Throws FailureError where a source was created with another label than is asked for: its copies bear
 * that one, and both would be found by it.
 */
function refuseOtherLabel(
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
