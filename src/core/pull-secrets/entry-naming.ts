import { normaliseKey } from "../kubelet/keyring.ts";
import { DOCKER_HUB_KEY, registryNamed } from "../registry/server.ts";
import { keyProblem } from "./content-fault.ts";

/**
 * Which entries of `auths` an argument means, where it names what is there: the entry that is spelled
 * so, and no other; else all that count as that registry; else the one that was made with these words
 * (`given`: by key, what a source remembers of them). None where there is none: a path is never dropped.
 */
export function entriesNamed(
	keys: readonly string[],
	argument: string,
	given: ReadonlyMap<string, string> = new Map(),
): string[] {
	for (const exact of [argument, argument.trim()])
		if (keys.includes(exact)) return [exact];
	const name = argument.trim();
	const same = keys.filter((key) => isSameRegistry(key, name));
	return same.length > 0 ? same : keys.filter((key) => given.get(key) === name);
}

/** Those that are named, and all others that count as the same registries: a credential is replaced in all of them or stays good in some. */
export function withSameRegistries(
	keys: readonly string[],
	named: readonly string[],
): string[] {
	return keys.filter((key) => named.some((name) => isSameRegistry(key, name)));
}

/** Would a kubelet, or a person, take both keys for one registry? */
export function isSameRegistry(a: string, b: string): boolean {
	if (a === b) return true;
	const [one, other] = [normaliseKey(a), normaliseKey(b)];
	if (one !== undefined && one === other) return true;
	const named = registryNamed(a);
	return named !== undefined && named === registryNamed(b);
}

/**
 * Whether only a person takes the key that is there for the registry of the other: a kubelet compares the case
 * of their letters, and matches no image with `HTTPS://host` or `hub.docker.com`.
 */
export function isOnlyForPeople(there: string, registry: string): boolean {
	const [one, other] = [normaliseKey(there), normaliseKey(registry)];
	return (
		(one !== other && one?.toLowerCase() === other?.toLowerCase()) ||
		(keyProblem(there) !== undefined && keyProblem(registry) === undefined)
	);
}

/**
 * How a command line names an entry, to be printed: undefined where it cannot without what stands
 * before an `@`, which may be a password.
 */
export function argumentFor(
	key: string,
	keys: readonly string[],
): string | undefined {
	const candidates = [
		...(key === DOCKER_HUB_KEY ? ["docker.io"] : []),
		...(key.includes("@") ? [] : [key]),
		...[normaliseKey(key)].filter((name) => name !== undefined),
	];
	return candidates.find((name) => {
		const [only, ...others] = entriesNamed(keys, name);
		return only === key && others.length === 0;
	});
}
