import { randomBytes } from "node:crypto";
import type { SecureContext } from "node:tls";
import { Credential } from "../../core/credentials/credential.ts";
import { Places } from "../../core/places.ts";
import { isPrivateHost } from "../../core/registry/network-address.ts";
import { apiHostOf, apiOf } from "../../core/registry/server.ts";
import { verifyCredential } from "../../core/registry/verify-credential.ts";
import type { Outside, RegistryClient } from "../../world.ts";
import { type Resolve, resolveBySystem } from "./realm-guard.ts";
import { openTransport, trustIn } from "./transport.ts";

/** Long enough for a slow token server, short enough for a person who waits. */
const LIMIT = 15_000;
/** For one request of many. */
const LIMIT_EACH = 10_000;
/**
 * Names that are looked up at once: Node looks up two, and keeps at a slow one whoever has given it up. Those of
 * hosts that others chose take one, or they would keep our registries' token servers from being found.
 */
const LOOKUPS = 2;
const LOOKUPS_OF_STRANGERS = 1;

/** A client for whatever registries the probes name. `limit` and `resolve` are for tests. */
export function registryClient(
	outside: Pick<Outside, "env" | "interrupt"> & {
		limit?: number;
		resolve?: Resolve;
	},
): RegistryClient {
	const trusts = new Map<string | undefined, SecureContext>();
	const trusted = (ca: string | undefined): SecureContext =>
		trusts.getOrInsertComputed(ca, trustIn);
	const { env, interrupt, resolve = resolveBySystem } = outside;
	const around = { env, interrupt, resolve };
	const ours = new Places(() => LOOKUPS);
	const strangers = new Places(() => LOOKUPS_OF_STRANGERS);
	return {
		async open({ host, insecure, inside }, ca) {
			const registryHost = hostNameOf(host);
			// An address is connected to without being looked up.
			if (!inside && isPrivateHost(registryHost))
				return {
					send: async () => ({ failure: { code: "PRIVATE_HOST" } }),
					close: async () => {},
				};
			return openTransport({
				...around,
				registryHost,
				inside,
				insecure,
				limit: outside.limit ?? LIMIT_EACH,
				limited: "request",
				lookups: inside ? ours : strangers,
				trust: trusted(ca),
			});
		},
		async verify(probe, ca) {
			const { limit = LIMIT } = outside;
			const transport = await openTransport({
				...around,
				registryHost: hostNameOf(apiHostOf(probe.key)),
				inside: true,
				insecure: probe.insecure,
				limit,
				limited: "conversation",
				lookups: ours,
				trust: trusted(ca),
			});
			try {
				// A user and a password that no registry knows.
				const madeUp = new Credential(
					`nobody-${randomBytes(6).toString("hex")}`,
					randomBytes(24).toString("base64url"),
				);
				return await verifyCredential(transport.send, probe, madeUp);
			} finally {
				await transport.close();
			}
		},
	};
}

/** As in a URL; "" for what is none, where nothing will be sent. */
function hostNameOf(host: string): string {
	return apiOf(host)?.hostname ?? "";
}
