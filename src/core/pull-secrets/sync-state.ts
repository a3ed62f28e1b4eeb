import { desiredCopies } from "./desired.ts";
import { PULL_SECRET_TYPE } from "./ownership.ts";
import { type Change, namespaceOf, planCopy, planLeftovers } from "./plan.ts";
import type { DesiredPullSecret, PullSecret } from "./pull-secret.ts";
import { isSourceLike, type SourceRef } from "./source.ts";

/** What `sync --watch` was told to keep right. */
export interface SyncRules {
	/** Where the source was found; another one elsewhere is another matter. */
	readonly source: SourceRef;
	readonly copyLabels: Readonly<Record<string, string>>;
	readonly force: boolean;
	/** Delete and recreate where an update is forbidden. */
	readonly replace: boolean;
	/** Delete copies of the source outside the selected namespaces. */
	readonly prune: boolean;
}

/**
 * The state of a cluster as lists and watches tell it, and what follows from it, one
 * namespace at a time. What is told returns the namespaces that are to be looked at
 * again; nothing is done here.
 */
export class SyncState {
	/** Selected namespaces; true: being deleted. */
	readonly #namespaces = new Map<string, boolean>();
	/** What bears the source's name, by namespace. */
	readonly #keys = new Map<string, PullSecret>();
	#begun = false;
	#selectedAny = false;

	constructor(readonly rules: SyncRules) {}

	/** The source as it is now; undefined while it is gone, or is not one. */
	get source(): PullSecret | undefined {
		const { source } = this.rules;
		const key = this.#keys.get(source.namespace);
		return key !== undefined && isSourceLike(key) ? key : undefined;
	}

	/** Secrets have been listed: what is not known is not there. */
	get begun(): boolean {
		return this.#begun;
	}

	/** Every namespace about which there may be something to do. */
	get everywhere(): string[] {
		return [...new Set([...this.#namespaces.keys(), ...this.#keys.keys()])];
	}

	/** A namespace is selected, and whether it is being deleted; undefined: it is gone, or not selected any more. */
	namespace(name: string, terminating: boolean | undefined): string[] {
		if (this.#namespaces.get(name) === terminating) return [];
		if (terminating === undefined) this.#namespaces.delete(name);
		else this.#namespaces.set(name, terminating);
		if (this.#selectedAny || name === this.rules.source.namespace)
			return [name];
		this.#selectedAny = true;
		return this.everywhere;
	}

	/** What bears the source's name in a namespace; undefined: nothing. */
	key(namespace: string, key: PullSecret | undefined): string[] {
		const before = this.source;
		if (key === undefined) this.#keys.delete(namespace);
		else this.#keys.set(namespace, key);
		if (namespace !== this.rules.source.namespace) return [namespace];
		const now = this.source;
		const same = now?.content.canonical === before?.content.canonical;
		return now === undefined || same ? [] : this.everywhere;
	}

	/** The selected namespaces are these and no others. */
	namespaces(all: ReadonlyMap<string, boolean>): string[] {
		const gone = [...this.#namespaces.keys()].filter((name) => !all.has(name));
		return [
			...gone.flatMap((name) => this.namespace(name, undefined)),
			...[...all].flatMap(([name, state]) => this.namespace(name, state)),
		];
	}

	/** What bears the source's name is this and nothing else, `within` a namespace or everywhere. */
	keys(all: readonly PullSecret[], within?: string): string[] {
		this.#begun = true;
		const there = new Set(all.map((key) => key.namespace));
		const gone = [...this.#keys.keys()].filter(
			(name) => !there.has(name) && (within === undefined || within === name),
		);
		const changed = all.filter(
			(key) =>
				this.#keys.get(key.namespace)?.resourceVersion !== key.resourceVersion,
		);
		return [
			...new Set([
				...gone.flatMap((name) => this.key(name, undefined)),
				...changed.flatMap((key) => this.key(key.namespace, key)),
			]),
		];
	}

	/** What is to be done in a namespace; undefined: nothing, or nothing while there is no source. */
	changeIn(namespace: string): Change | undefined {
		const { source } = this;
		if (source === undefined || namespace === source.namespace)
			return undefined;
		const change = this.#namespaces.has(namespace)
			? this.#copyIn(namespace, this.#keys.get(namespace), source)
			: this.#leftoverIn(namespace, source);
		// Of what we wrote ourselves the watch is about to tell, with the version that a write names.
		const untold =
			change?.action !== "unchanged" &&
			this.#keys.get(namespace)?.resourceVersion === UNTOLD;
		return untold ? undefined : change;
	}

	/** The same, where a write found something else in the namespace than was known. */
	changeAfter(
		namespace: string,
		current: PullSecret | undefined,
	): Change | undefined {
		if (current === undefined) this.#keys.delete(namespace);
		else this.#keys.set(namespace, current);
		return this.changeIn(namespace);
	}

	/** Is the namespace selected, and are its pods to pull with what bears the name there? */
	hasKey(namespace: string): boolean {
		return (
			this.#namespaces.get(namespace) === false &&
			this.#keys.has(namespace) &&
			this.source !== undefined
		);
	}

	/** What is known to bear the name in a namespace, to be handed back to `did`. */
	known(namespace: string): PullSecret | undefined {
		return this.#keys.get(namespace);
	}

	/**
	 * A change was made, and the watch has not told of it yet: until then what was written is
	 * taken to be there. `before` is what was known when it was planned; anything told since
	 * is as new as the change, or newer.
	 */
	did(change: Change, before: PullSecret | undefined): void {
		const namespace = namespaceOf(change);
		if (this.#keys.get(namespace) !== before) return;
		if (change.action === "delete") this.#keys.delete(namespace);
		else if ("desired" in change)
			this.#keys.set(namespace, writtenKey(change.desired));
	}

	#copyIn(
		namespace: string,
		current: PullSecret | undefined,
		source: PullSecret,
	): Change | undefined {
		const { copyLabels, force, replace } = this.rules;
		if (this.#namespaces.get(namespace) === true) return undefined;
		const [desired] = desiredCopies(source, [namespace], copyLabels);
		if (desired === undefined) return undefined;
		const change = planCopy(current, desired, { force });
		// A replacement deletes first: only where that was agreed to beforehand.
		return change.action === "replace" && !replace
			? {
					action: "conflict",
					current: change.current,
					obstacle: { cause: "immutable" },
				}
			: change;
	}

	#leftoverIn(namespace: string, source: PullSecret): Change | undefined {
		const current = this.#keys.get(namespace);
		// A selection that never matched anything is more likely a typing mistake than a wish to delete every copy.
		if (!this.rules.prune || !this.#selectedAny || current === undefined)
			return undefined;
		return planLeftovers([current], source, new Set())[0];
	}
}

const UNTOLD = "";

function writtenKey(desired: DesiredPullSecret): PullSecret {
	return {
		...desired,
		type: PULL_SECRET_TYPE,
		immutable: false,
		uid: "",
		resourceVersion: UNTOLD,
		created: "",
		terminating: false,
	};
}
