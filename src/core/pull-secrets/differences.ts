import type { Cases } from "../cases.ts";
import { displayUsername } from "../credentials/credential.ts";
import {
	type AuthEntry,
	credentialOf,
	displayUser,
} from "../credentials/entry.ts";
import { groupsBy, partition } from "../groups.ts";
import { compare } from "../order.ts";
import type { FileFault } from "../output/file-fault.ts";
import { displayHost } from "../registry/server.ts";
import { annotationsAfter, type Change } from "./change.ts";
import {
	ISSUED_AT_ANNOTATION,
	PULL_SECRET_TYPE,
	TARGETS_ANNOTATION,
} from "./ownership.ts";
import {
	authsIn,
	type Content,
	type DesiredPullSecret,
	type PullSecret,
} from "./pull-secret.ts";
import {
	EMPTY_RECORD,
	type Rule,
	recordIn,
	ruleId,
	type SourceRecord,
} from "./record.ts";

/** Something that is there and would go, would come, or would be otherwise. */
export type Sign = "removed" | "added" | "changed";

/** How an object differs from what it would become. No difference holds a password or a token. */
export type Difference = Cases<
	"of",
	{
		/** The whole cannot be read, before (`removed`) or after (`added`); `error`: why a kubelet cannot, in its words. */
		content: {
			is: "removed" | "added";
			because: FileFault | { readonly error: string };
		};
		type: { is: "changed"; from: string; to: string };
		/** An entry of a service account's imagePullSecrets. */
		imagePullSecret: { is: "added" | "removed"; name: string };
		/** One registry of a content. */
		entry: {
			is: Sign;
			/** As written in `auths`. */
			key: string;
			/** As it may be shown, of what would be there, else of what is; "" where it has none that can be read. */
			username: string;
			what: readonly EntryChange[];
		};
		/** Of this and the next only the key is told: values are other people's text, and may be anything. */
		label: { is: Sign; key: string };
		annotation: { is: Sign; key: string };
		/** Namespaces by name, or a rule of the record. */
		record: {
			is: Sign;
			selection:
				| { readonly names: readonly string[] }
				| { readonly rule: Rule; readonly exclude: readonly string[] };
			attach: readonly string[];
		};
	}
>;

type EntryDifference = Difference & { readonly of: "entry" };
export type RecordDifference = Difference & { readonly of: "record" };

/** In what two entries of one registry differ. */
export type EntryChange =
	/** As it may be shown. */
	| { readonly of: "username"; readonly before: string }
	| { readonly of: "password" }
	/** One of them has no credential that a kubelet can read. */
	| {
			readonly of: "credential";
			readonly missing: "before" | "after" | "both";
	  };

/** An object that would be created, changed or deleted, and how. */
export interface ChangedObject {
	readonly kind: string;
	/** "" for what has no namespace. */
	readonly namespace: string;
	readonly name: string;
	readonly is: Sign;
	readonly differences: readonly Difference[];
}

/**
 * What a change of a Secret comes to; none for one that changes nothing. Of a Secret that is made or
 * deleted its registries and its record alone, else its labels and annotations, too.
 */
export function differencesOf(change: Change): Difference[] {
	switch (change.action) {
		case "create":
			return [
				...contentDifferences(undefined, change.desired.content),
				...recordDifferences(undefined, recordIn(change.desired)),
			];
		case "delete":
			return [
				...contentDifferences(change.current.content, undefined),
				...recordDifferences(recordIn(change.current), undefined),
			];
		case "update":
		case "replace":
			return updateDifferences(change.current, change.desired);
		case "unchanged":
		case "conflict":
			return [];
	}
}

/** Registry by registry what a kubelet reads: the removed, the added, the changed. Undefined: there is no Secret. */
function contentDifferences(
	before: Content | undefined,
	after: Content | undefined,
): Difference[] {
	if (before?.canonical === after?.canonical) return [];
	const entries = [...paired(authsIn(before), authsIn(after))].map(
		({ is, key, one, old }): EntryDifference => ({
			of: "entry",
			is,
			key,
			username: displayUser(one),
			what: old === undefined ? [] : entryChanges(old, one),
		}),
	);
	const [there, others] = partition(entries, ({ is }) => is === "changed");
	return [
		...unreadable("removed", before),
		...unreadable("added", after),
		...others,
		...there.filter(({ what }) => what.length > 0),
	];
}

/** What stands in two maps: the removed, then all that is in the other, with what it was. */
function* paired<T>(
	before: ReadonlyMap<string, T>,
	after: ReadonlyMap<string, T>,
): Generator<{ is: Sign; key: string; one: T; old?: T }> {
	for (const [key, one] of before)
		if (!after.has(key)) yield { is: "removed", key, one };
	for (const [key, one] of after) {
		const old = before.get(key);
		if (old === undefined) yield { is: "added", key, one };
		else yield { is: "changed", key, one, old };
	}
}

/** What a record would say otherwise; undefined: there is none. */
export function recordDifferences(
	before: SourceRecord | undefined,
	after: SourceRecord | undefined,
): RecordDifference[] {
	const was = partsOf(before ?? EMPTY_RECORD);
	const willBe = partsOf(after ?? EMPTY_RECORD);
	const parts = [...paired(was, willBe)].flatMap(({ is, one, old }) =>
		old?.text === one.text ? [] : [{ ...one, is }],
	);
	const groups = groupsBy(parts, ({ is, name, attach, text }) =>
		JSON.stringify(name === undefined ? [text] : [is, attach]),
	);
	return groups.map((group): RecordDifference => {
		const [{ is, rule, exclude, attach }] = group;
		const selection =
			rule === undefined
				? { names: group.flatMap(({ name }) => name ?? []) }
				: { rule, exclude };
		return { of: "record", is, selection, attach };
	});
}

interface RecordPart {
	readonly name?: string;
	readonly rule?: Rule;
	readonly exclude: readonly string[];
	readonly attach: readonly string[];
	/** Equal where it says the same. */
	readonly text: string;
}

function partsOf(record: SourceRecord): Map<string, RecordPart> {
	const parts = new Map<string, RecordPart>();
	for (const [name, { uid, attach }] of record.names)
		parts.set(`name ${name}`, {
			name,
			exclude: [],
			attach,
			text: JSON.stringify([uid, attach]),
		});
	for (const entry of record.rules) {
		const id = ruleId(entry.rule);
		parts.set(`rule ${id}`, {
			...entry,
			text: JSON.stringify([id, entry.exclude, entry.attach]),
		});
	}
	return parts;
}

function updateDifferences(
	current: PullSecret,
	desired: DesiredPullSecret,
): Difference[] {
	const annotations = annotationsAfter(current, desired);
	const [from, to] = [current.type, PULL_SECRET_TYPE];
	return [
		...(from === to ? [] : [{ of: "type", is: "changed", from, to } as const]),
		...contentDifferences(current.content, desired.content),
		...mapDifferences("label", current.labels, {
			...current.labels,
			...desired.labels,
		}),
		...mapDifferences("annotation", current.annotations, annotations),
		...recordDifferences(recordIn(current), recordIn({ annotations })),
	];
}

/** The record has its own; when a credential was entered follows from its being another. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set([
	TARGETS_ANNOTATION,
	ISSUED_AT_ANNOTATION,
]);

function mapDifferences(
	of: "label" | "annotation",
	before: Readonly<Record<string, string>>,
	after: Readonly<Record<string, string>>,
): Difference[] {
	const was = new Map(Object.entries(before));
	return [...paired(was, new Map(Object.entries(after)))]
		.filter(({ key, one, old }) => one !== old && !TOLD_OTHERWISE.has(key))
		.map(({ is, key }) => ({ of, is, key }))
		.toSorted((a, b) => compare(a.key, b.key));
}

function unreadable(
	is: "removed" | "added",
	content: Content | undefined,
): Difference[] {
	if (content === undefined) return [];
	const { config } = content;
	if (!config.ok) return [{ of: "content", is, because: config.problem }];
	// Of a single entry it stands at that entry.
	return config.fault === undefined || config.fault.key !== undefined
		? []
		: [{ of: "content", is, because: { error: config.fault.error } }];
}

/** In what two entries differ for a kubelet; nothing where it reads the same. */
function entryChanges(before: AuthEntry, after: AuthEntry): EntryChange[] {
	const was = credentialOf(before);
	const willBe = credentialOf(after);
	if (was === undefined || willBe === undefined) {
		if (was !== willBe)
			return [
				{ of: "credential", missing: was === undefined ? "before" : "after" },
			];
		const isFaulty = before.fault !== undefined || after.fault !== undefined;
		return isFaulty && before.json !== after.json
			? [{ of: "credential", missing: "both" }]
			: [];
	}
	if (was.equals(willBe)) return [];
	const changes: EntryChange[] = [];
	if (was.username !== willBe.username)
		changes.push({ of: "username", before: displayUsername(was.username) });
	if (was.reveal() !== willBe.reveal() || changes.length === 0)
		changes.push({ of: "password" });
	return changes;
}

/** How content differs from a source's, a registry each: `r.io password`, `ghcr.io missing`, `x.io extra`. No value. */
export function differingRegistries(
	content: Content,
	source: Content,
): string[] {
	if (!source.config.ok || !content.config.ok) return ["content"];
	return contentDifferences(content, source)
		.toSorted((a, b) => LAST.indexOf(a.is) - LAST.indexOf(b.is))
		.map((difference) => {
			if (difference.of !== "entry") return "content";
			const [first] = difference.what;
			const what = {
				added: "missing",
				removed: "extra",
				changed: first?.of ?? "",
			}[difference.is];
			return `${displayHost(difference.key)} ${what}`;
		});
}

/** The registries that are lost where one content takes the place of another. */
export function registriesLost(before: Content, after: Content): string[] {
	return contentDifferences(before, after).flatMap((difference) =>
		difference.of === "entry" && difference.is === "removed"
			? displayHost(difference.key)
			: [],
	);
}

/** What the source has first, what it has not last. */
const LAST: readonly Sign[] = ["changed", "added", "removed"];
