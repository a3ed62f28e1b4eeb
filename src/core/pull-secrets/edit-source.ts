import { type AuthEntry, credentialOf } from "../credentials/entry.ts";
import { FailureError } from "../output/failure.ts";
import type { Place } from "../output/input-failure.ts";
import { meshreg, objectName, type Script } from "../output/shell.ts";
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
import { textsIn } from "./expiry.ts";
import { creating, Fixes, onRegistry, rotating } from "./fixes.ts";
import { managerName } from "./managers.ts";
import {
	type NewEntry,
	newSource,
	refuseOtherLabel,
	sourceWith,
	sourceWithout,
} from "./new-source.ts";
import {
	OLDER_TYPE,
	roleOf,
	SERVERS_ANNOTATION,
	SOURCE_ANNOTATION,
	type UsageLabel,
} from "./ownership.ts";
import {
	type DesiredPullSecret,
	type PullSecret,
	placeOf,
	registriesOf,
} from "./pull-secret.ts";
import { isSourceLike } from "./source.ts";

/** What is to be done about the source that is there; `replace`: write a new one in its place. */
export type SourceEdit =
	| {
			readonly by: "replace";
			/** The other registries stay, unless it is a copy: whoever made it pulls with them. */
			readonly keepsOthers?: boolean;
	  }
	| { readonly by: "add" }
	/** Another credential for entries that are there; those of the new ones name them. */
	| { readonly by: "change" }
	/** Entries, as the command line names them. */
	| { readonly by: "remove"; readonly names: readonly string[] };

/** Makes the source out of what is there; what is returned throws as `editable`, addRegistries and removeRegistries do. */
export function sourceMaker(
	edit: SourceEdit,
	place: Place,
	entries: readonly NewEntry[],
	label: UsageLabel | undefined,
): (current: PullSecret | undefined) => DesiredPullSecret {
	return (current) => {
		switch (edit.by) {
			case "replace":
				return edit.keepsOthers && current && roleOf(current) !== "copy"
					? takenOver(current, entries, label)
					: newSource(place, entries, label, current);
			case "add":
				return addRegistries(editable(current, place), entries);
			case "change":
				return replaceCredentials(editable(current, place), entries);
			case "remove":
				return removeRegistries(editable(current, place), edit.names);
		}
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
	const { config } = current.content;
	const fresh = newSource(source, entries, label, current);
	if (!config.ok) return fresh;
	const { [SERVERS_ANNOTATION]: servers } = current.annotations;
	const made = applyRegistries(
		isSourceLike(current)
			? current
			: {
					...current,
					annotations: {
						...(servers !== undefined && { [SERVERS_ANNOTATION]: servers }),
					},
				},
		entries,
	);
	return {
		...made,
		labels: fresh.labels,
		annotations: { ...fresh.annotations, ...made.annotations },
	};
}

/**
 * The source with these registries: each in the place of all entries that count as it, or added;
 * others stay. The same source where it holds them already. Throws FailureError where it was created with
 * another label.
 */
export function applyRegistries(
	current: PullSecret,
	entries: readonly NewEntry[],
	label?: UsageLabel,
): DesiredPullSecret {
	refuseOtherLabel(current, label);
	const keys = [...authsOf(current).keys()];
	const written = entries.flatMap((entry) => {
		const narrower = narrowerNamed(keys, entry.server);
		const same = withSameRegistries(
			keys,
			narrower.length > 0 ? narrower : [entry.server.key],
		);
		// Kubelets match none of those that only a person takes for it.
		const isMissing = same.every((key) =>
			isOnlyForPeople(key, entry.server.key),
		);
		return [
			...same.map((key) => ({ ...entry, server: { ...entry.server, key } })),
			...(isMissing ? [entry] : []),
		];
	});
	return sourceWith(current, written);
}

/** Entries for a part of a registry, or for several, that the words for it name: they are meant, and not the whole registry. */
function narrowerNamed(
	keys: readonly string[],
	{ spelled }: RegistryServer,
): string[] {
	return entriesNamed(keys, spelled).filter(
		(key) => registryNamed(key) === undefined,
	);
}

/**
 * The source with further registries. Throws FailureError with advice where one
 * is there already with another credential, or under another name that a kubelet
 * takes for the same.
 */
function addRegistries(
	current: PullSecret,
	entries: readonly NewEntry[],
): DesiredPullSecret {
	const auths = authsOf(current);
	const added = entries.flatMap((entry) => {
		const { server, credential, lifetime } = entry;
		const [key = server.key] = narrowerNamed([...auths.keys()], server);
		const there = auths.get(key);
		if (there !== undefined) {
			if (!credentialOf(there)?.equals(credential)) throw present(current, key);
			return lifetime === undefined
				? []
				: [{ ...entry, server: { ...server, key } }];
		}
		const [same] = [...auths.keys()].filter(
			(other) => isSameRegistry(other, key) && !isOnlyForPeople(other, key),
		);
		if (same === undefined) return [entry];
		throw present(current, key, same);
	});
	return sourceWith(current, added);
}

/**
 * The source with another credential for entries that it has, each with all that count as the same
 * registry. Throws FailureError where one is not there.
 */
export function replaceCredentials(
	current: PullSecret,
	entries: readonly NewEntry[],
): DesiredPullSecret {
	const keys = [...authsOf(current).keys()];
	const given = givenIn(current);
	const replaced = entries.flatMap((entry) => {
		const { key } = entry.server;
		if (!keys.includes(key))
			throw absent(current, displayHost(key), addingTo(current, key));
		return withSameRegistries(keys, [key]).map((same) => ({
			...entry,
			server: {
				...entry.server,
				key: same,
				given: given.get(same) ?? entry.server.given,
			},
		}));
	});
	return sourceWith(current, replaced);
}

/** The source without some entries. Throws FailureError where one is not there, or none would be left. */
function removeRegistries(
	current: PullSecret,
	names: readonly string[],
): DesiredPullSecret {
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
	return sourceWithout(current, leaving);
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
