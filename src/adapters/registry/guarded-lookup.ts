import type { LookupAddress, LookupOptions } from "node:dns";
import { lookup } from "node:dns/promises";
import { isPrivateHost } from "../../core/registry/network-address.ts";

/** Names to addresses; throws Node's error. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** The system's way, hosts file and all. */
export const resolveBySystem: Resolve = (host) => lookup(host, { all: true });

/** As `net.connect` wants it. */
export type Lookup = (
	host: string,
	options: LookupOptions,
	done: (
		error: NodeJS.ErrnoException | null,
		address: string | LookupAddress[],
		family?: number,
	) => void,
) => void;

/**
 * Looks names up, and refuses (PRIVATE_REALM) one other than the registry's own
 * that leads to a private address where the registry's does not: a token realm of
 * that kind would have us knock on doors inside a network.
 */
export function guardedLookup(registryHost: string, resolve: Resolve): Lookup {
	let registryIsInside = false;
	return (host, options, done) => {
		const answer = (addresses: LookupAddress[]): void => {
			const inside = addresses.some(({ address }) => isPrivateHost(address));
			if (host === registryHost) registryIsInside = inside;
			const [first] = addresses;
			if (host !== registryHost && inside && !registryIsInside)
				done(coded("the realm lies inside", "PRIVATE_REALM"), []);
			else if (options.all) done(null, addresses);
			else if (first) done(null, first.address, first.family);
			else done(coded("no address", "ENOTFOUND"), []);
		};
		resolve(host).then(answer, (error: NodeJS.ErrnoException) =>
			done(error, []),
		);
	};
}

function coded(message: string, code: string): Error {
	return Object.assign(new Error(message), { code });
}
