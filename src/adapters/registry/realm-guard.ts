import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import {
	isInsideName,
	isPrivateHost,
} from "../../core/registry/network-address.ts";
import { coded } from "../error-code.ts";
import { unbracketed } from "../host-name.ts";

/** Names to addresses; throws Node's error. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** The system's way, hosts file and all. */
export const resolveBySystem: Resolve = (host) => lookup(host, { all: true });

/**
 * Keeps a registry outside from having us ask hosts inside a network, by a token realm that leads
 * there. Refuses (PRIVATE_REALM) a host other than the registry's own one of whose addresses is private,
 * unless the registry's are all private as well. The registry's own is refused (PRIVATE_HOST) where it
 * is private and may not be: where nobody who may say so named it.
 */
export class RealmGuard {
	readonly #registry: string;
	/** Where the registry is: it is looked up once, for whoever answers for its name may say otherwise the next time. */
	#addresses: Promise<LookupAddress[]> | undefined;

	/** `registryHost` as in a URL. */
	constructor(
		registryHost: string,
		readonly resolve: Resolve,
		readonly mayBeInside: boolean,
	) {
		this.#registry = unbracketed(registryHost);
	}

	/** Looks a name up for a connection to it. */
	readonly lookup: LookupFunction = (host, options, done) => {
		this.#permitted(host).then(
			(addresses) => {
				// The system has an error for a name without any.
				const [first] = addresses;
				if (options.all || !first) done(null, addresses);
				else done(null, first.address, first.family);
			},
			(error: NodeJS.ErrnoException) => done(error, []),
		);
	};

	/**
	 * For a host that a proxy will look up: by this machine's own names, and where it has none by the
	 * spelling. Throws PRIVATE_REALM, PRIVATE_HOST.
	 */
	async check(urlHost: string): Promise<void> {
		const host = unbracketed(urlHost);
		if (host === this.#registry && this.mayBeInside) return;
		const isInside = (addresses: LookupAddress[]) => addresses.some(isPrivate);
		if (await this.#isInside(host, isInside)) await this.#refuse(host);
	}

	async #lookUp(host: string): Promise<LookupAddress[]> {
		if (host !== this.#registry) return this.resolve(host);
		this.#addresses ??= this.resolve(host);
		try {
			return await this.#addresses;
		} catch (error) {
			this.#addresses = undefined;
			throw error;
		}
	}

	async #permitted(host: string): Promise<LookupAddress[]> {
		const addresses = await this.#lookUp(host);
		if (addresses.some(isPrivate)) await this.#refuse(host);
		return addresses;
	}

	/** Throws where a host that is inside may not be asked. */
	async #refuse(host: string): Promise<void> {
		const isRegistry = host === this.#registry;
		if (isRegistry && !this.mayBeInside)
			throw coded("the registry lies inside", "PRIVATE_HOST");
		const areInside = (all: LookupAddress[]) => all.every(isPrivate);
		if (!isRegistry && !(await this.#isInside(this.#registry, areInside)))
			throw coded("the realm lies inside", "PRIVATE_REALM");
	}

	async #isInside(
		host: string,
		decide: (addresses: LookupAddress[]) => boolean,
	): Promise<boolean> {
		if (isIP(host) > 0) return isPrivateHost(host);
		const addresses = await this.#lookUp(host).catch(() => []);
		return addresses.length === 0 ? isInsideName(host) : decide(addresses);
	}
}

const isPrivate = ({ address }: LookupAddress) => isPrivateHost(address);
