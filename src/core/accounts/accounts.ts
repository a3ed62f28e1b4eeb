import type { ServiceAccount } from "../objects.ts";
import {
	afterWrite,
	type Backoff,
	FRESH,
	nextWrite,
} from "../pull-secrets/backoff.ts";
import { planAttach } from "./attachment.ts";

/**
 * Service accounts as lists and watches tell of them. What is told returns the
 * namespaces that are to be looked at again.
 */
export class Accounts {
	readonly #known = new Map<string, Map<string, ServiceAccount>>();
	/** What was written lately, by namespace and name. */
	readonly #backoffs = new Map<string, Backoff>();

	/** `names`: only these; undefined: all. */
	constructor(readonly names: ReadonlySet<string> | undefined) {}

	/** An account as it is now; `gone`: it is not any more. */
	account(account: ServiceAccount, gone: boolean): string[] {
		const { namespace = "", name = "" } = account.metadata;
		if (this.names?.has(name) === false) return [];
		const there = this.#known.get(namespace) ?? new Map();
		if (gone) {
			there.delete(name);
			this.#backoffs.delete(`${namespace}/${name}`);
		} else there.set(name, account);
		if (there.size === 0) this.#known.delete(namespace);
		else this.#known.set(namespace, there);
		return gone ? [] : [namespace];
	}

	/** The accounts are these and no others, `within` a namespace or everywhere. */
	accounts(all: readonly ServiceAccount[], within?: string): string[] {
		if (within === undefined) this.#known.clear();
		else this.#known.delete(within);
		return [...new Set(all.flatMap((account) => this.account(account, false)))];
	}

	/** One was written at `now`. */
	wrote(namespace: string, name: string, now: number): void {
		const backoff = this.#backoffs.get(`${namespace}/${name}`) ?? FRESH;
		this.#backoffs.set(`${namespace}/${name}`, afterWrite(backoff, now));
	}

	/** When it may be written again: another that undoes every write is not fought as fast as the server allows. */
	nextWrite(namespace: string, name: string): number {
		return nextWrite(this.#backoffs.get(`${namespace}/${name}`) ?? FRESH);
	}

	/** Those of a namespace that do not name the key yet. */
	without(key: string, namespace: string): ServiceAccount[] {
		return [...(this.#known.get(namespace)?.values() ?? [])].filter(
			(account) => planAttach(account, key).operations.length > 0,
		);
	}
}

/** What of an account is needed to attach a key to it. */
export function slimAccount(account: ServiceAccount): ServiceAccount {
	const { metadata, imagePullSecrets } = account;
	const { managedFields: _, ...rest } = metadata;
	return {
		metadata: rest,
		...(imagePullSecrets !== undefined && { imagePullSecrets }),
	};
}
