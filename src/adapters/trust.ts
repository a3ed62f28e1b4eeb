import { getCACertificates, type SecureContext } from "node:tls";

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
