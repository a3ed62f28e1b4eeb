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
import { displayHost, registryNamed } from "../../core/registry/server.ts";
import { UsageError } from "../../errors.ts";
import type { World } from "../../world.ts";
import type { CredentialInput } from "./credential-input.ts";
import type { EnteredCredential } from "./entered-credential.ts";

/**
 * The key in the source of the entry that is named, the only one, or the one that the person chooses. Throws
 * FailureError where there is none, UsageError where nobody can be asked.
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

/**
 * What is known of the credential that takes the place of an entry's: its registry, and the user until now, as most
 * rotations change the password alone. Elsewhere the words that named it may be an entry for a part of the registry.
 */
export function inputFor(
	{ content: { config } }: PullSecret,
	key: string,
): Pick<CredentialInput, "servers" | "usual"> {
	const entry = config.ok ? config.auths.get(key) : undefined;
	const usual = entry && credentialOf(entry)?.username;
	const server = {
		key: registryNamed(key) ?? key,
		given: displayHost(key),
		spelled: key,
		warnings: [],
	};
	return { servers: [server], ...(usual !== undefined && { usual }) };
}

/** What was entered so, for that very entry. */
export function enteredFor(
	key: string,
	entered: readonly EnteredCredential[],
): EnteredCredential[] {
	return entered.map((one) => ({ ...one, server: { ...one.server, key } }));
}
