import { FailureError } from "../../core/output/failure.ts";
import {
	displayHost,
	parseRegistryServer,
	type RegistryServer,
} from "../../core/registry/server.ts";
import { splitPath } from "../../core/registry/url.ts";
import { UsageError } from "../../errors.ts";
import type { StoredCredentials, World } from "../../world.ts";
import type { EnteredCredential } from "./entered-credential.ts";

/**
 * The credentials that docker, podman or a helper keep for these registries, or for those that the person picks. Throws
 * UsageError where nobody can be asked, FailureError where none is picked, what the store throws.
 */
export async function fetchCredentials(
	servers: readonly RegistryServer[],
	{ path }: { readonly path?: string },
	world: World,
): Promise<EnteredCredential[]> {
	const stored = await world.storedCredentials(path);
	const asked = servers.length === 0;
	const chosen = asked ? await pick(stored, world) : servers;
	const fetched: EnteredCredential[] = [];
	// One by one: a credential helper may ask the person to unlock something.
	for (const server of chosen) {
		const { credential, from, narrower } = await stored.find(server);
		const part =
			narrower === undefined ? undefined : narrowed(server, narrower);
		fetched.push({
			server: part ?? server,
			credential,
			from: { file: from },
			asked,
			warnings: part ? [{ cause: "credential-narrower", key: part.key }] : [],
		});
	}
	return fetched;
}

async function pick(
	stored: StoredCredentials,
	world: World,
): Promise<RegistryServer[]> {
	const hosts = stored.registries.map(displayHost).filter(isServer);
	if (!world.streams.interactive)
		throw new UsageError(
			`--from-docker-config needs --registry-server: name the registries to take${hosts.length === 0 ? "" : ` (there are ${hosts.join(", ")})`}`,
		);
	if (hosts.length === 0)
		throw new FailureError({ cause: "docker-config-empty" });
	const prompter = await world.prompter();
	const picked = await prompter.pick({
		message: "Which registries?",
		choices: hosts.map((host) => ({ value: host, label: host })),
	});
	if (picked.length === 0)
		throw new FailureError({ cause: "registries-unselected" });
	return picked.map((host) => parseRegistryServer(host));
}

/** podman's entry for a part of a registry stays one: kubelets read such a key in the same way. */
function narrowed(server: RegistryServer, entry: string): RegistryServer {
	const { host, path } = splitPath(entry);
	const key = host.toLowerCase() + path;
	return { ...server, key };
}

/** A file may hold anything. */
function isServer(host: string): boolean {
	try {
		parseRegistryServer(host);
		return true;
	} catch {
		return false;
	}
}
