import { OperationError } from "../../errors.ts";
import { type AuthFields, credentialOf } from "../credentials/docker-config.ts";
import { normaliseKey } from "../kubelet/keyring.ts";
import { meshreg, objectName, script } from "../output/shell.ts";
import { displayHost, registryNamed } from "../registry/server.ts";
import { creating, onRegistry } from "./fixes.ts";
import {
	type NewEntry,
	newSource,
	sourceWith,
	sourceWithout,
} from "./new-source.ts";
import { roleOf, SOURCE_ANNOTATION, type UsageLabel } from "./ownership.ts";
import type { DesiredPullSecret, PullSecret } from "./pull-secret.ts";

/** What is to be done about the source that is there; `replace`: write a new one in its place. */
export type SourceEdit =
	| { readonly by: "replace" }
	| { readonly by: "add" }
	/** Keys in `auths`. */
	| { readonly by: "remove"; readonly keys: readonly string[] };

/** Makes the source out of what is there; what is returned throws as `editable`, addRegistries and removeRegistries do. */
export function sourceMaker(
	edit: SourceEdit,
	place: { readonly namespace: string; readonly name: string },
	entries: readonly NewEntry[],
	owner: UsageLabel,
): (current: PullSecret | undefined) => DesiredPullSecret {
	const there = (current: PullSecret | undefined): PullSecret =>
		editable(current, place);
	switch (edit.by) {
		case "replace":
			return (current) => newSource(place, entries, owner, current);
		case "add":
			return (current) => addRegistries(there(current), entries, owner);
		case "remove":
			return (current) => removeRegistries(there(current), edit.keys, owner);
	}
}

/**
 * The source with further registries. Throws OperationError with advice where one
 * is there already with another credential, or under another name that a kubelet
 * takes for the same.
 */
export function addRegistries(
	current: PullSecret,
	entries: readonly NewEntry[],
	owner: UsageLabel,
): DesiredPullSecret {
	const auths = authsOf(current);
	const added = entries.filter(({ server: { key }, credential }) => {
		const there = auths.get(key);
		if (there !== undefined) {
			if (credentialOf(there)?.equals(credential)) return false;
			throw new OperationError(
				`${displayHost(key)} is in ${shown(current)} already`,
				{
					words: "give it another credential with",
					script: onRegistry("rotate", current, ["--registry-server"], key),
				},
			);
		}
		if (![...auths.keys()].some((other) => isSameRegistry(other, key)))
			return true;
		throw new OperationError(
			`${shown(current)} has ${displayHost(key)} already, under another key that counts as the same`,
			{
				words: "take that out first with",
				script: onRegistry("create", current, ["--remove"], key),
			},
		);
	});
	return sourceWith(current, auths, added, owner);
}

/** The source with another credential for registries that it has. Throws OperationError where one is not there. */
export function replaceCredentials(
	current: PullSecret,
	entries: readonly NewEntry[],
	owner: UsageLabel,
): DesiredPullSecret {
	const auths = authsOf(current);
	for (const { server } of entries)
		if (!auths.has(server.key)) throw absent(current, auths, server.key);
	return sourceWith(current, auths, entries, owner);
}

/**
 * The source without some registries, by whatever key they are there. Throws
 * OperationError where one is not there, or none would be left.
 */
export function removeRegistries(
	current: PullSecret,
	keys: readonly string[],
	owner: UsageLabel,
): DesiredPullSecret {
	const auths = authsOf(current);
	const leaving = keys.flatMap((key) => {
		const written = [...auths.keys()].filter((other) =>
			isSameRegistry(other, key),
		);
		if (written.length === 0) throw absent(current, auths, key);
		return written;
	});
	if (new Set(leaving).size === auths.size)
		throw new OperationError(
			`${keys.map(displayHost).join(", ")} is all that ${shown(current)} holds`,
			{
				words: "to be rid of it and its copies, run",
				script: script(meshreg("prune", objectName(current.name))),
			},
		);
	return sourceWithout(current, auths, leaving, owner);
}

/** The key under which a source has a registry. Throws OperationError where it has not. */
export function keyWritten(source: PullSecret, key: string): string {
	const auths = authsOf(source);
	const written = auths.has(key)
		? key
		: [...auths.keys()].find((other) => isSameRegistry(other, key));
	if (written === undefined) throw absent(source, auths, key);
	return written;
}

/** What a source may be edited in. Throws OperationError for what is not ours, a copy, or malformed. */
export function editable(
	current: PullSecret | undefined,
	place: { readonly namespace: string; readonly name: string },
): PullSecret {
	if (current === undefined)
		throw new OperationError(
			`there is no secret "${place.name}" in namespace "${place.namespace}"`,
			{
				words: "make it with",
				script: creating(place.name, place.namespace),
			},
		);
	switch (roleOf(current)) {
		case "unmanaged":
			throw new OperationError(
				`${shown(current)} is somebody else's (type ${current.type}, no owner label): it is left alone`,
			);
		case "copy":
			throw new OperationError(
				`${shown(current)} is a copy of ${current.annotations[SOURCE_ANNOTATION]}; change that one`,
			);
		case "source":
		case "labelled":
			authsOf(current);
			return current;
	}
}

/** The registries in a source. Throws OperationError where its content does not parse. */
function authsOf(source: PullSecret): ReadonlyMap<string, AuthFields> {
	const { config } = source.content;
	if (config.ok) return config.auths;
	throw new OperationError(
		`the content of ${shown(source)} cannot be changed: ${config.problem}`,
		{
			words: "write it anew with",
			script: script(meshreg("create", "--replace")),
		},
	);
}

/** Would a kubelet, or a person, take both keys for one registry? */
export function isSameRegistry(a: string, b: string): boolean {
	const [one, other] = [normaliseKey(a), normaliseKey(b)];
	if (one !== undefined && one === other) return true;
	const named = registryNamed(a);
	return named !== undefined && named === registryNamed(b);
}

function absent(
	source: PullSecret,
	auths: ReadonlyMap<string, AuthFields>,
	key: string,
): OperationError {
	const has = [...auths.keys()].map(displayHost).join(", ") || "none";
	return new OperationError(
		`${displayHost(key)} is not in ${shown(source)}, which has ${has}`,
		{
			words: "add it with",
			script: onRegistry("create", source, ["--add", "--registry-server"], key),
		},
	);
}

function shown({ name, namespace }: PullSecret): string {
	return `secret "${name}" in namespace "${namespace}"`;
}
