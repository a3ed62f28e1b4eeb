import { credentialOf } from "../../core/credentials/entry.ts";
import { FailureError } from "../../core/output/failure.ts";
import { meshreg, objectName } from "../../core/output/shell.ts";
import { entryNamed } from "../../core/pull-secrets/edit-source.ts";
import { withSameRegistries } from "../../core/pull-secrets/entry-naming.ts";
import {
	type PullSecret,
	placeOf,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	displayHost,
	type RegistryServer,
	registryNamed,
} from "../../core/registry/server.ts";
import { UsageError } from "../../errors.ts";
import type { World } from "../../world.ts";
import type { CredentialInput } from "./credential-input.ts";

/**
 * The key in the source, as it is written there, of the entry that is meant: the one that is named, the
 * only one, or the one that the person chooses. Throws FailureError where there is none, UsageError
 * where nobody can be asked.
 */
export async function chooseEntry(
	source: PullSecret,
	name: string | undefined,
	world: World,
): Promise<string> {
	if (name !== undefined) return entryNamed(source, name);
	const all = registriesOf(source.content);
	// Those that count as one registry are rotated together.
	const keys = all.filter((key) => withSameRegistries(all, [key])[0] === key);
	const [only, ...others] = keys;
	if (only === undefined)
		throw new FailureError({
			cause: "source-empty",
			source: placeOf(source),
			script: meshreg(
				"create",
				objectName(source.name),
				"-n",
				objectName(source.namespace),
				"--add",
			),
		});
	if (others.length === 0) return only;
	if (!world.streams.interactive)
		throw new UsageError(
			`--registry-server is required: the source has ${keys.map(displayHost).join(", ")}`,
			true,
		);
	return (await world.prompter()).choose({
		message: "Which registry's credential do you want to replace?",
		choices: keys.map((key) => ({ value: key, label: displayHost(key) })),
	});
}

/** Whoever has pulled so far, as most rotations change the password alone. */
export function usualOf(
	{ content: { config } }: PullSecret,
	key: string,
): Pick<CredentialInput, "usual"> {
	const entry = config.ok ? config.auths.get(key) : undefined;
	const usual = entry && credentialOf(entry)?.username;
	return usual === undefined ? {} : { usual };
}

/**
 * An entry of the source as the registry to enter a credential for. The words by which it was named are
 * the source's: elsewhere they may be an entry for a part of the registry.
 */
export function serverOf(key: string): RegistryServer {
	return {
		key: registryNamed(key) ?? key,
		given: displayHost(key),
		spelled: key,
		warnings: [],
	};
}
