import type { ServiceAccount } from "../objects.ts";
import type { Place } from "../output/input-failure.ts";
import { onlyFields } from "../own-value.ts";
import { Backoffs } from "../pull-secrets/backoff.ts";
import {
	ATTACHED_ANNOTATION,
	ATTACHED_LABEL,
} from "../pull-secrets/ownership.ts";
import { planAttach } from "./attachment.ts";

/**
 * Service accounts as lists and watches tell of them. What is told returns the
 * namespaces that are to be looked at again.
 */
export class Accounts {
	readonly #known = new Map<string, Map<string, KnownAccount>>();
	/** What was written lately, by `NAMESPACE/NAME`. */
	readonly backoffs = new Backoffs();

	/** `names`: only these; undefined: all. */
	constructor(readonly names: ReadonlySet<string> | undefined) {}

	/** An account as it is now; `gone`: it is not any more. */
	account(account: KnownAccount, gone: boolean): string[] {
		const { namespace, name } = account;
		if (this.names?.has(name) === false) return [];
		const there = this.#known.get(namespace) ?? new Map();
		if (gone) {
			there.delete(name);
			this.backoffs.forget(`${namespace}/${name}`);
		} else there.set(name, account);
		if (there.size === 0) this.#known.delete(namespace);
		else this.#known.set(namespace, there);
		return gone ? [] : [namespace];
	}

	/** The accounts are these and no others, `within` a namespace or everywhere. */
	accounts(all: readonly KnownAccount[], within?: string): string[] {
		if (within === undefined) this.#known.clear();
		else this.#known.delete(within);
		return [...new Set(all.flatMap((account) => this.account(account, false)))];
	}

	/** The uid of one that does not name the key yet; undefined: not known. */
	uidOf(namespace: string, name: string): string | undefined {
		return this.#known.get(namespace)?.get(name)?.listed?.metadata.uid;
	}

	/** Those of a namespace that do not name the key yet. */
	without(namespace: string): KnownAccount[] {
		return [...(this.#known.get(namespace)?.values() ?? [])].filter(
			({ lacksKey }) => lacksKey,
		);
	}
}

/** A service account, as far as a watch keeps it. */
export interface KnownAccount extends Place {
	readonly lacksKey: boolean;
	/** What is needed to attach the key to it; undefined: nothing, or so much that it is read when it is needed. */
	readonly listed?: ServiceAccount;
}

/** Characters of an account's JSON that are kept. */
const MUCH = 4096;

/**
 * An account, and whether it names `key`. Whoever may write in a namespace makes as many as they like, and
 * fills each with a megabyte: of what decides nothing, nothing is kept.
 */
export function knownAccount(
	account: ServiceAccount,
	key: string,
): KnownAccount {
	const { namespace = "", name = "" } = account.metadata;
	if (planAttach(account, key).patch === undefined)
		return { namespace, name, lacksKey: false };
	const listed = leanAccount(account);
	return JSON.stringify(listed).length > MUCH
		? { namespace, name, lacksKey: true }
		: { namespace, name, lacksKey: true, listed };
}

/** What of an account decides how it is changed. */
export function leanAccount({
	metadata,
	imagePullSecrets,
}: ServiceAccount): ServiceAccount {
	const { namespace = "", name = "", labels, annotations } = metadata;
	return {
		metadata: {
			namespace,
			name,
			...onlyFields(metadata, ["uid", "resourceVersion"]),
			...(labels && { labels: onlyFields(labels, [ATTACHED_LABEL]) }),
			...(annotations && {
				annotations: onlyFields(annotations, [ATTACHED_ANNOTATION]),
			}),
		},
		...(imagePullSecrets !== undefined && { imagePullSecrets }),
	};
}
