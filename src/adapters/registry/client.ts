import { randomBytes } from "node:crypto";
import type { SecureContext } from "node:tls";
import { Credential } from "../../core/credentials/credential.ts";
import { apiHostOf } from "../../core/registry/server.ts";
import { verifyCredential } from "../../core/registry/verify-credential.ts";
import type { RegistryClient } from "../../world.ts";
import { type Resolve, resolveBySystem } from "./realm-guard.ts";
import { openTransport, trustIn } from "./transport.ts";

/** Long enough for a slow token server, short enough for a person who waits. */
const LIMIT = 15_000;

/** A client for whatever registries the probes name. `limit` and `resolve` are for tests. */
export function registryClient(outside: {
	env: Readonly<Record<string, string | undefined>>;
	interrupt: AbortSignal;
	limit?: number;
	resolve?: Resolve;
}): RegistryClient {
	const trusts = new Map<string | undefined, SecureContext>();
	return {
		async verify(probe, ca) {
			const trust = trusts.get(ca) ?? trustIn(ca);
			trusts.set(ca, trust);
			const { limit = LIMIT, resolve = resolveBySystem } = outside;
			const { hostname } = new URL(`https://${apiHostOf(probe.key)}/`);
			const transport = await openTransport({
				env: outside.env,
				interrupt: outside.interrupt,
				resolve,
				registryHost: hostname,
				insecure: probe.insecure,
				limit,
				trust,
			});
			try {
				return await verifyCredential(transport.send, probe, nobody());
			} finally {
				await transport.close();
			}
		},
	};
}

/** A user and a password that no registry knows. */
function nobody(): Credential {
	return new Credential(
		`nobody-${randomBytes(6).toString("hex")}`,
		randomBytes(24).toString("base64url"),
	);
}
