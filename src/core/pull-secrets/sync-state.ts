import { isDeepStrictEqual } from "node:util";
import { type Action, isWritten } from "../output/result.ts";
import type { Change } from "./change.ts";
import { copyFault } from "./content-fault.ts";
import { TARGETS_ANNOTATION } from "./ownership.ts";
import {
	desiredCopy,
	onlyAgreed,
	planCopy,
	planPrune,
	targetOf,
} from "./plan.ts";
import {
	lean,
	type PullSecret,
	sourceRef,
	yetUnwritten,
} from "./pull-secret.ts";
import {
	EMPTY_RECORD,
	isEmptyRecord,
	type NamespaceKnowledge,
	recordIn,
	type SourceRecord,
	type Standing,
	standingOf,
} from "./record.ts";
import { isSourceLike, type SourceRef } from "./source.ts";

/** What `sync --watch` was told to keep right. */
export interface SyncRules {
	/** Where the source was found; another one elsewhere is another matter. */
	readonly source: SourceRef;
	readonly copyLabels: Readonly<Record<string, string>>;
	/** Of the namespaces that the record means, those that are kept right. */
	readonly selects: (
		namespace: string,
		known: NamespaceKnowledge,
		record: SourceRecord,
	) => boolean;
	readonly force: boolean;
	readonly adopt: boolean;
	/** Delete and recreate where an update is forbidden. */
	readonly replace: boolean;
	/** Delete copies of the source outside the selected namespaces. */
	readonly prune: boolean;
}

/** In how many namespaces a copy is what it should be, is to be written, may not be, or is withheld. */
export interface CopyCounts {
	readonly in_sync: number;
	readonly pending: number;
	/** Something that is not ours stands there. */
	readonly blocked: number;
	/** The namespace was made again since it was recorded. */
	readonly withheld: number;
}

/**
 * The state of a cluster as lists and watches tell it, and what follows from it, one
 * namespace at a time. What is told returns the namespaces that are to be looked at
 * again; nothing is done here.
 */
export class SyncState {
	/** Namespaces that were told of, and what is known of each. */
	readonly #namespaces = new Map<string, NamespaceKnowledge>();
	/** What bears the source's name, by namespace. */
	readonly #keys = new Map<string, PullSecret>();
	/** Namespaces in which that went, or is another object now: as where a namespace is deleted and made again. */
	readonly #doubtful = new Set<string>();
	/** Namespaces in which something is being written, and nothing was told of what bears the name since that began. */
	readonly #underWay = new Set<string>();
	#begun = false;
	#selectedAny = false;

	constructor(readonly rules: SyncRules) {}

	/** The source as it is now; undefined while it is gone, or is not one. */
	get source(): PullSecret | undefined {
		const { source } = this.rules;
		const key = this.#keys.get(source.namespace);
		return key !== undefined && isSourceLike(key) ? key : undefined;
	}

	/** The source's record; undefined where there is none, or none that can be read. */
	get record(): SourceRecord | undefined {
		const { source } = this;
		return source && recordIn(source);
	}

	/** What the record means for a namespace that is selected; undefined: nothing. */
	standingIn(namespace: string): Standing | undefined {
		const known = this.#namespaces.get(namespace);
		const { record } = this;
		if (known === undefined || record === undefined) return undefined;
		return this.rules.selects(namespace, known, record)
			? standingOf(record, namespace, known)
			: undefined;
	}

	namespaceKnown(name: string): NamespaceKnowledge {
		return this.#namespaces.get(name) ?? "unknown";
	}

	/** The source's own namespace has been listed: what is not known there is not there. */
	get begun(): boolean {
		return this.#begun;
	}

	/** Whether there may be something to do about a namespace. */
	has(name: string): boolean {
		return this.#namespaces.has(name) || this.#keys.has(name);
	}

	/** Every namespace about which there may be something to do. */
	get everywhere(): string[] {
		return [...new Set([...this.#namespaces.keys(), ...this.#keys.keys()])];
	}

	/** A namespace as it is now; undefined: it is gone. */
	namespace(name: string, known: NamespaceKnowledge | undefined): string[] {
		if (isDeepStrictEqual(this.#namespaces.get(name), known)) return [];
		if (known === undefined) {
			this.#namespaces.delete(name);
			this.asks(name);
		} else this.#namespaces.set(name, known);
		const isSource = name === this.rules.source.namespace;
		if (this.#selectedAny || isSource || this.standingIn(name)?.is !== "served")
			return [name];
		this.#selectedAny = true;
		return this.everywhere;
	}

	#servesAny(): boolean {
		return [...this.#namespaces.keys()].some(
			(name) =>
				name !== this.rules.source.namespace &&
				this.standingIn(name)?.is === "served",
		);
	}

	/** What copies are made of, and where they go: the same text for the same; undefined while there is no source. */
	#sent(): string | undefined {
		const { source } = this;
		if (source === undefined) return undefined;
		const { content, ...marks } = desiredCopy(source, "");
		const record = source.annotations[TARGETS_ANNOTATION];
		return JSON.stringify([content.canonical, marks, record]);
	}

	/** What bears the source's name in a namespace; undefined: nothing. */
	key(namespace: string, key: PullSecret | undefined): string[] {
		this.#underWay.delete(namespace);
		const isSource = namespace === this.rules.source.namespace;
		const before = isSource && this.#sent();
		const uid = this.#keys.get(namespace)?.uid;
		if (uid !== undefined && uid !== key?.uid) this.#doubtful.add(namespace);
		if (key === undefined) this.#keys.delete(namespace);
		else this.#keys.set(namespace, key);
		if (!isSource) return [namespace];
		const now = this.#sent();
		if (now === undefined || now === before) return [];
		this.#selectedAny ||= this.#servesAny();
		return this.everywhere;
	}

	/** The namespaces are these and no others. */
	namespaces(all: ReadonlyMap<string, NamespaceKnowledge>): string[] {
		const gone = [...this.#namespaces.keys()].filter((name) => !all.has(name));
		return [
			...gone.flatMap((name) => this.namespace(name, undefined)),
			...[...all].flatMap(([name, state]) => this.namespace(name, state)),
		];
	}

	/** Whether a namespace may be another than was told, of which the watch of namespaces tells in its own time. */
	isDoubtful(namespace: string): boolean {
		return this.#doubtful.has(namespace);
	}

	/** It is asked for itself now: what is told of it from here on holds. */
	asks(namespace: string): void {
		this.#doubtful.delete(namespace);
	}

	/** What bears the source's name is this and nothing else, `within` a namespace or everywhere. */
	keys(all: readonly PullSecret[], within?: string): string[] {
		this.#begun ||=
			within === undefined || within === this.rules.source.namespace;
		// What came and went again since is not in a list.
		this.#underWay.clear();
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

	/** How it stands in all namespaces that the record means; all 0 while there is no source. */
	get counts(): CopyCounts {
		const counts = { in_sync: 0, pending: 0, blocked: 0, withheld: 0 };
		const { source } = this;
		if (source === undefined) return counts;
		for (const name of this.#namespaces.keys()) {
			const standing = this.standingIn(name);
			if (name === source.namespace || standing === undefined) continue;
			if (standing.is === "skipped") continue;
			if (standing.is !== "served") counts.withheld++;
			else {
				const change = this.#copyIn(name, this.#keys.get(name), source);
				if (change?.action === "unchanged") counts.in_sync++;
				else if (change?.action === "conflict") counts.blocked++;
				else if (change !== undefined) counts.pending++;
			}
		}
		return counts;
	}

	/** What is to be done in a namespace; undefined: nothing, or nothing while there is no source. */
	changeIn(namespace: string): Change | undefined {
		const { source } = this;
		if (source === undefined || namespace === source.namespace)
			return undefined;
		const standing = this.standingIn(namespace);
		const change =
			standing === undefined
				? this.#leftoverIn(namespace, source)
				: standing.is === "served"
					? this.#copyIn(namespace, this.#keys.get(namespace), source)
					: undefined;
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
		this.key(namespace, current && lean(current));
		return this.changeIn(namespace);
	}

	/**
	 * The names in the record that are not among those kept right. `seesAll`: every Namespace was told
	 * of, so that one that was not is no more.
	 */
	recordedElsewhere(seesAll: boolean): string[] {
		const { record, rules } = this;
		if (record === undefined) return [];
		return [...record.names.keys()].filter((name) => {
			const known = this.#namespaces.get(name);
			if (name === rules.source.namespace) return false;
			return known === undefined
				? !seesAll
				: !rules.selects(name, known, record);
		});
	}

	/** Is the namespace selected, and are its pods to pull with what bears the name there? */
	hasKey(namespace: string): boolean {
		return (
			this.standingIn(namespace)?.is === "served" &&
			!isTerminating(this.#namespaces.get(namespace)) &&
			this.#keys.has(namespace)
		);
	}

	/** What is known to bear the name in a namespace. */
	known(namespace: string): PullSecret | undefined {
		return this.#keys.get(namespace);
	}

	/** Something is written in a namespace from now on, until `did`. */
	writes(namespace: string): void {
		this.#underWay.add(namespace);
	}

	/**
	 * A change was made, and the watch has not told of it yet: until then what was written is
	 * taken to be there. `became` is what came of it: of what left all as it was, no watch will
	 * ever tell. Anything told since it began is as new as the change, or newer, be it that nothing is
	 * there: what was written may have come and gone.
	 */
	did(change: Change, became: Action): void {
		const { namespace } = targetOf(change);
		if (!this.#underWay.delete(namespace) || !isWritten(became)) return;
		if (change.action === "delete") this.#keys.delete(namespace);
		else if ("desired" in change)
			this.#keys.set(namespace, {
				...yetUnwritten(change.desired),
				// What was there is what is there.
				...(change.action === "update" && { uid: change.current.uid }),
			});
	}

	#copyIn(
		namespace: string,
		current: PullSecret | undefined,
		source: PullSecret,
	): Change | undefined {
		const { copyLabels, force, adopt, replace } = this.rules;
		if (isTerminating(this.#namespaces.get(namespace))) return undefined;
		// With nobody to see it, a good copy is worth more than a source that broke.
		if (copyFault(source.content) !== undefined) return undefined;
		const desired = desiredCopy(source, namespace, copyLabels);
		// With nobody to ask, a replacement is agreed to beforehand or not at all.
		return onlyAgreed(planCopy(current, desired, { force, adopt }), replace);
	}

	#leftoverIn(namespace: string, source: PullSecret): Change | undefined {
		const current = this.#keys.get(namespace);
		// A selection that never matched anything is more likely a typing mistake than a wish to delete every copy.
		if (
			!this.rules.prune ||
			!this.#selectedAny ||
			current === undefined ||
			// A source that was made again is sent nowhere yet: no reason to delete what was sent before.
			isEmptyRecord(this.record ?? EMPTY_RECORD)
		)
			return undefined;
		return planPrune([current], { copiesOf: new Set([sourceRef(source)]) })[0];
	}
}

function isTerminating(known: NamespaceKnowledge | undefined): boolean {
	return typeof known === "object" && known.terminating;
}

/** The version of what is yet to be told of. */
const UNTOLD = "";
