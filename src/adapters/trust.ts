import { X509Certificate } from "node:crypto";
import { getCACertificates, type SecureContext } from "node:tls";
import { FailureError } from "../core/output/failure.ts";

/**
 * By what the other side of a TLS connection is recognised. `rejectUnauthorized` is always said: where
 * it is not, Node asks NODE_TLS_REJECT_UNAUTHORIZED, which many set for the sake of another program.
 */
export interface Trust {
	readonly rejectUnauthorized: boolean;
	/** PEM of the authorities. */
	readonly ca?: string | string[] | Buffer;
	/** The authorities, read once for many connections. */
	readonly secureContext?: SecureContext;
}

/** PEM of the authorities that the machine trusts, as for programs in Go; Node's own where it has none. */
export function machineAuthorities(): string[] {
	const system = getCACertificates("system");
	return system.length > 0 ? system : getCACertificates("default");
}

/**
 * PEM of the machine's authorities, and of those of `ca` (PEM), as --registry-ca names them. Throws
 * FailureError for what holds no certificate: OpenSSL would silently trust nothing more.
 */
export function authoritiesWith(ca: string | undefined): string[] {
	if (ca === undefined) return machineAuthorities();
	checkCertificates(ca);
	return [...machineAuthorities(), ca];
}

function checkCertificates(pem: string): void {
	const begin = "-----BEGIN CERTIFICATE-----";
	const [, ...blocks] = pem.split(begin).map((block) => begin + block);
	const from = "--registry-ca";
	if (blocks.length === 0)
		throw new FailureError({ cause: "ca-invalid", from, is: "absent" });
	for (const block of blocks)
		try {
			new X509Certificate(block);
		} catch {
			throw new FailureError({ cause: "ca-invalid", from, is: "unreadable" });
		}
}
