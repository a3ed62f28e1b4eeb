import { newAuthority } from "./certificates.ts";
import { debianRegistry, noDebianRegistry } from "./debian-registry.ts";
import type { RegistryPeer } from "./exchange.ts";
import { type Lock, registry } from "./registry.ts";
import { serve } from "./server.ts";
import { type Accounts, tokenServer } from "./token-server.ts";

/** What the token server calls the registry. */
export const SERVICE = "test registry";

/** Registries that a suite is run on: what holds for the one holds for the other. */
export const REGISTRIES = [
	{
		name: "a registry in this process",
		missing: false,
		start: async (lock: Lock, tls?: Parameters<typeof serve>[1]) =>
			serve(registry(lock), tls),
	},
	{
		name: "Debian's docker-registry",
		missing: noDebianRegistry,
		start: debianRegistry,
	},
] as const;

/** A registry that asks for a login, and what one needs to know to reach it. */
export interface LockedRegistry {
	readonly host: string;
	readonly peer: RegistryPeer;
	/** Of the token server. */
	readonly realm: string;
	/** PEM of the authority that signed both servers' certificates. */
	readonly authority: string;
	close(): Promise<void>;
}

/** Starts one, and a token server, both by http or both by https. */
export async function lockedRegistry(
	{ start }: (typeof REGISTRIES)[number],
	by: "basic" | "bearer",
	scheme: "http" | "https",
	accounts: Accounts,
): Promise<LockedRegistry> {
	const authority = await newAuthority("test-ca");
	const tls =
		scheme === "https" ? await authority.issue(["127.0.0.1"]) : undefined;
	const tokens = await tokenServer(accounts);
	const tokenHost = await serve(tokens.listener, tls);
	const realm = `${tokenHost.origin}/token`;
	const server = await start(
		by === "basic" ? { by, accounts } : { by, realm, service: SERVICE, tokens },
		tls,
	);
	return {
		host: server.host,
		peer: {
			origin: `${scheme}://${server.host}`,
			...(tls && { ca: authority.certificate }),
		},
		realm,
		authority: authority.certificate,
		async close() {
			await server.close();
			await tokenHost.close();
		},
	};
}
