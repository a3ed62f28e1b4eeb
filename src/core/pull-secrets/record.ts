import { isNameGlob, matchesGlob } from "../glob.ts";
import { groupsBy, partition } from "../groups.ts";
import { isJsonObject } from "../json-object.ts";
import { byFirst } from "../order.ts";
import type { RecordFault } from "../output/failure.ts";
import { isNamespaceName, isObjectName } from "../output/shell.ts";
import { remembered } from "../remembered.ts";
import {
	type InjectingMesh,
	isInjected,
	isInjectingMesh,
} from "./injection.ts";
import { type LabelSelector, parseLabelSelector } from "./label-selector.ts";
import {
	isSkipped,
	isSystemNamespace,
	type NamespaceFacts,
} from "./namespace-facts.ts";
import { type Annotated, TARGETS_ANNOTATION } from "./ownership.ts";

/**
 * The record on a source (annotation `kubectl-meshreg/targets`): where the admin sent it. Only what
 * it means is ever written. JSON, one entry a selection:
 * `[{"namespaces":{"app":"UID","shop":""},"attach":["builder"]},{"selector":"team=a","exclude":["dev-*"]},{"all":true},{"injected":"istio"}]`
 */
export interface SourceRecord {
	/** Namespaces by name; those with the same accounts together, sorted. */
	readonly names: ReadonlyMap<string, RecordedName>;
	/** Sorted, and each said once. */
	readonly rules: readonly RuleEntry[];
}

/** What a record says of a namespace that it names. */
export interface RecordedName {
	/** The Namespace's; "" where the name alone is trusted. */
	readonly uid: string;
	/** Service accounts that are to pull with it, sorted; `*` is all. */
	readonly attach: readonly string[];
}

/** Namespaces by what stands on them, now and later. */
export interface RuleEntry {
	readonly rule: Rule;
	/** Globs of names that the rule does not mean, sorted. */
	readonly exclude: readonly string[];
	readonly attach: readonly string[];
}

/** Which namespaces an entry means that names none. */
export type Rule =
	| { readonly by: "all" }
	| { readonly by: "selector"; readonly selector: LabelSelector }
	| { readonly by: "injected"; readonly mesh: InjectingMesh };

/** A new source's. */
export const EMPTY_RECORD: SourceRecord = { names: new Map(), rules: [] };

/** Whether a record sends its source nowhere. */
export function isEmptyRecord({ names, rules }: SourceRecord): boolean {
	return names.size === 0 && rules.length === 0;
}

/** The most that a record may come to weigh, in bytes: some 2,500 names. Annotations have 256 KiB together. */
export const RECORD_LIMIT = 200 * 1024;

/**
 * What a source's annotation says. Neither: it is not there, as on an older version's source, a restored one, or one
 * that was made by hand.
 */
export interface RecordReading {
	readonly record?: SourceRecord;
	/** It does not say anything that this version knows: nothing may be written. */
	readonly fault?: RecordFault;
}

/**
 * Reads the annotation; undefined: there is none. Strict: what this version does not know is a
 * fault, never left out, for it may have narrowed what is meant.
 */
export function parseRecord(annotation: string | undefined): RecordReading {
	if (annotation === undefined) return {};
	try {
		return { record: read(annotation) };
	} catch (error) {
		if (!(error instanceof Faulty)) throw error;
		return { fault: error.fault };
	}
}

/** What an object's annotation says of its record. */
export const recordReadingIn = remembered(({ annotations }: Annotated) =>
	parseRecord(annotations[TARGETS_ANNOTATION]),
);

/** The same record; undefined where there is none, or none that can be read. */
export function recordIn(object: Annotated): SourceRecord | undefined {
	return recordReadingIn(object).record;
}

/** The annotation that says a record: the same text for the same meaning. */
export const recordText = remembered(({ names, rules }: SourceRecord): string =>
	JSON.stringify([
		...groupsBy(names, ([, { attach }]) => attach.join()).map((alike) => ({
			namespaces: Object.fromEntries(
				alike.map(([name, { uid }]) => [name, uid]),
			),
			...some("attach", alike[0][1].attach),
		})),
		...rules.map(({ rule, exclude, attach }) => ({
			...ruleField(rule),
			...some("exclude", exclude),
			...some("attach", attach),
		})),
	]),
);

/** Whether two records mean the same. */
export function isSameRecord(one: SourceRecord, other: SourceRecord): boolean {
	return one === other || recordText(one) === recordText(other);
}

/** What a record weighs as an annotation, in bytes. */
export function recordBytes(record: SourceRecord): number {
	return Buffer.byteLength(recordText(record));
}

/** Whether all that `after` says beyond `before` is which Namespace a name means that was trusted by its name. */
export function addsOnlyUids(
	before: SourceRecord,
	after: SourceRecord,
): boolean {
	const byName = withUids(after, (name, uid) =>
		before.names.get(name)?.uid === "" ? "" : uid,
	);
	return isSameRecord(byName, before);
}

/** The record with other uids behind its names; "" trusts the name. */
export function withUids(
	{ names, rules }: SourceRecord,
	uidOf: (name: string, uid: string) => string,
): SourceRecord {
	const others = [...names].map(
		([name, { uid, attach }]) =>
			[name, { uid: uidOf(name, uid), attach }] as const,
	);
	return { names: new Map(others), rules };
}

/**
 * The record with a selection, which is one by itself: a rule takes the place of the same rule, with its
 * exclusions; names join the others. Accounts are added to those that the rule or the name had, for leaving
 * `--attach` away takes nothing back. A uid that is known stays where the new one is "": who may
 * not read the Namespace does not weaken what somebody else made sure of.
 */
export function mergeSelection(
	record: SourceRecord,
	selected: SourceRecord,
): SourceRecord {
	const names = new Map(record.names);
	for (const [name, { uid, attach }] of selected.names) {
		const before = names.get(name);
		names.set(name, {
			uid: uid || (before?.uid ?? ""),
			attach: union([before?.attach ?? [], attach]),
		});
	}
	return canonical(names, selected.rules.reduce(mergeRule, record.rules));
}

function mergeRule(
	rules: readonly RuleEntry[],
	selected: RuleEntry,
): readonly RuleEntry[] {
	const [before, others] = partition(rules, isSameRule(selected.rule));
	const attach = union([...before, selected].map((entry) => entry.attach));
	return [...others, { ...selected, attach }];
}

/**
 * The same by what starts again by itself, as a pod does: nobody says then that a Namespace that was made again may
 * have it, or that a rule means what was taken out of it since. Both stay as they are recorded.
 */
export function mergeUnattended(
	record: SourceRecord,
	selected: SourceRecord,
): SourceRecord {
	const { names } = withUids(selected, (name, uid) =>
		record.names.get(name)?.uid ? "" : uid,
	);
	const rules = selected.rules.map((entry) => {
		const before = record.rules.filter(isSameRule(entry.rule));
		const exclude = union([...before, entry].map((each) => each.exclude));
		return { ...entry, exclude };
	});
	return mergeSelection(record, { names, rules });
}

/** What a record says of a selection, and nothing else of it. */
export function onlySelected(
	record: SourceRecord,
	{ names, rules }: SourceRecord,
): SourceRecord {
	return {
		names: onlyNames(record, (name) => names.has(name)),
		rules: record.rules.filter((entry) => rules.some(isSameRule(entry.rule))),
	};
}

function onlyNames(
	{ names }: SourceRecord,
	isKept: (name: string) => boolean,
): SourceRecord["names"] {
	return new Map([...names].filter(([name]) => isKept(name)));
}

/**
 * The record without a namespace: its name is taken out, and rules that match it exclude it.
 * `facts` undefined, or its labels: they cannot be read, so that every rule may match it.
 */
export function forgetNamespace(
	record: SourceRecord,
	name: string,
	facts: NamespaceFacts | undefined,
): SourceRecord {
	const rules = record.rules.map((entry) => {
		const means =
			facts?.labels === undefined
				? !isLeftOut(entry, name)
				: ruleMatches(entry, facts);
		return means ? { ...entry, exclude: [...entry.exclude, name] } : entry;
	});
	return canonical(withoutNames(record, [name]).names, rules);
}

/** The record without these names; what its rules mean stays as it is. */
export function withoutNames(
	record: SourceRecord,
	names: readonly string[],
): SourceRecord {
	const { rules } = record;
	return { names: onlyNames(record, (name) => !names.includes(name)), rules };
}

/**
 * The record with the accounts of a selection, each for the name or the rule that it holds already: never with a
 * further namespace, and for no rule but the very one. Where all accounts are attached, none is added.
 */
export const withAttached = attachedAnew((before, further) =>
	union(before.includes("*") ? [before] : [before, further]),
);

/** The record without them; `*` takes all of them. Where it attaches all, one account cannot be taken out. */
export const withoutAttached = attachedAnew((before, gone) =>
	gone.includes("*") ? [] : before.filter((name) => !gone.includes(name)),
);

function attachedAnew(
	edit: (before: readonly string[], these: readonly string[]) => string[],
): (record: SourceRecord, selected: SourceRecord) => SourceRecord {
	return ({ names, rules }, selected) =>
		canonical(
			[...names].map(([name, { uid, attach }]) => {
				const these = selected.names.get(name)?.attach ?? [];
				return [name, { uid, attach: edit(attach, these) }];
			}),
			rules.map((entry) => {
				const same = selected.rules.find(isSameRule(entry.rule));
				return same
					? { ...entry, attach: edit(entry.attach, same.attach) }
					: entry;
			}),
		);
}

/** All accounts that a record attaches, wherever; `*` is all. */
export function attachedAnywhere({
	names,
	rules,
}: SourceRecord): ReadonlySet<string> {
	return new Set([...names.values(), ...rules].flatMap(({ attach }) => attach));
}

/** Whether there is a rule in a record besides this one. */
export function hasOtherRules({ rules }: SourceRecord, rule: Rule): boolean {
	return !rules.every(isSameRule(rule));
}

/** What a record means for one namespace. */
export type Standing =
	/** It gets a copy, and these accounts pull with it; `*` is all. */
	| { readonly is: "served"; readonly attach: readonly string[] }
	/** It bears the annotation that keeps it from being served. */
	| { readonly is: "skipped" }
	/** A name whose Namespace was deleted and made again, perhaps by somebody else; with its accounts. */
	| { readonly is: "made-again"; readonly attach: readonly string[] }
	/** A name with a uid that cannot be compared, for the Namespace may not be read; with its accounts. */
	| { readonly is: "unverified"; readonly attach: readonly string[] }
	/** A name without a Namespace. */
	| { readonly is: "missing" };

/** How much is known of a recorded name's Namespace. */
export type NamespaceKnowledge = NamespaceFacts | "gone" | "unknown";

/** What the record means for a namespace; undefined: nothing. */
export function standingOf(
	record: SourceRecord,
	name: string,
	namespace: NamespaceKnowledge,
): Standing | undefined {
	const recorded = record.names.get(name);
	if (typeof namespace === "string") {
		if (recorded === undefined) return undefined;
		if (namespace === "gone") return { is: "missing" };
		const is = recorded.uid === "" ? "served" : "unverified";
		return { is, attach: recorded.attach };
	}
	const rules = record.rules.filter((entry) => ruleMatches(entry, namespace));
	const byName =
		recorded !== undefined &&
		(recorded.uid === "" || recorded.uid === namespace.uid)
			? recorded
			: undefined;
	if (rules.length === 0 && byName === undefined)
		return recorded && { is: "made-again", attach: recorded.attach };
	if (isSkipped(namespace)) return { is: "skipped" };
	return {
		is: "served",
		attach: union([...rules.map(({ attach }) => attach), byName?.attach ?? []]),
	};
}

/** Whether a rule of the record means a namespace, whatever its names say. */
export function isCoveredByRule(
	record: SourceRecord,
	namespace: NamespaceFacts,
): boolean {
	return record.rules.some((entry) => ruleMatches(entry, namespace));
}

/** Whether a rule means whatever namespace bears this name: all that is known of one that may not be read. */
export function isCoveredByAll(record: SourceRecord, name: string): boolean {
	return record.rules.some(
		(entry) => entry.rule.by === "all" && !isLeftOut(entry, name),
	);
}

function isLeftOut({ exclude }: RuleEntry, name: string): boolean {
	return isSystemNamespace(name) || matchesGlob(name, exclude);
}

/** Whether a rule means a namespace; none means a system namespace. */
function ruleMatches(entry: RuleEntry, namespace: NamespaceFacts): boolean {
	const { rule } = entry;
	if (isLeftOut(entry, namespace.name)) return false;
	switch (rule.by) {
		case "all":
			return true;
		case "selector":
			return (
				namespace.labels !== undefined &&
				rule.selector.matches(namespace.labels)
			);
		case "injected":
			return isInjected(rule.mesh, namespace);
	}
}

/** Names with the same accounts together, each rule once; all sorted, nothing twice. */
function canonical(
	names: Iterable<readonly [string, RecordedName]>,
	rules: readonly RuleEntry[],
): SourceRecord {
	const byAccounts = Map.groupBy(names, ([, { attach }]) => attach.join());
	const byMeaning = new Map(
		rules.map(({ rule, exclude, attach }) => {
			const one = { rule, exclude: union([exclude]), attach: union([attach]) };
			return [JSON.stringify([ruleId(rule), one.exclude]), one] as const;
		}),
	);
	return {
		names: new Map(
			[...byAccounts]
				.toSorted(byFirst)
				.flatMap(([, alike]) => alike.toSorted(byFirst)),
		),
		rules: [...byMeaning].toSorted(byFirst).map(([, rule]) => rule),
	};
}

/** Of entries of rules, those of the same, whatever it excludes. */
function isSameRule(rule: Rule): (entry: RuleEntry) => boolean {
	const id = ruleId(rule);
	return (entry) => ruleId(entry.rule) === id;
}

/** Equal for rules that say the same. */
export function ruleId(rule: Rule): string {
	return JSON.stringify(ruleField(rule));
}

function ruleField(rule: Rule): object {
	switch (rule.by) {
		case "all":
			return { all: true };
		case "selector":
			return { selector: rule.selector.text };
		case "injected":
			return { injected: rule.mesh };
	}
}

function some(field: string, texts: readonly string[]): object {
	return texts.length === 0 ? {} : { [field]: texts };
}

/** Sorted, each once. */
function union(lists: readonly (readonly string[])[]): string[] {
	const all = lists.flat();
	return all.length < 2 ? all : [...new Set(all)].sort();
}

class Faulty extends Error {
	constructor(readonly fault: RecordFault) {
		super(fault.because);
	}
}

function read(annotation: string): SourceRecord {
	let value: unknown;
	try {
		value = JSON.parse(annotation);
	} catch {
		throw new Faulty({ entry: 0, because: "not-json" });
	}
	if (!Array.isArray(value))
		throw new Faulty({ entry: 0, because: "not-a-list" });
	const names = new Map<string, RecordedName>();
	const rules: RuleEntry[] = [];
	let kept = 0;
	for (const [index, item] of value.entries()) {
		const entry = readEntry(item, index + 1);
		kept += Object.keys(Object(item)).length;
		if ("rule" in entry) {
			rules.push(entry);
			continue;
		}
		kept += entry.uids.length;
		for (const [name, uid] of entry.uids) {
			const before = names.get(name);
			// The same name twice with two uids says two things: which is meant, nobody knows.
			if (before !== undefined && before.uid !== uid)
				throw new Faulty({
					entry: index + 1,
					because: "two-uids",
					field: name,
				});
			const attach = union([before?.attach ?? [], entry.attach]);
			names.set(name, { uid, attach });
		}
	}
	// Of a key that stands twice JSON.parse keeps the last alone, and an exclusion would be gone.
	const said = annotation.replace(STRING, "").split(":").length - 1;
	if (kept < said) throw new Faulty({ entry: 0, because: "said-twice" });
	return canonical(names, rules);
}

const SELECTIONS = ["namespaces", "selector", "all", "injected"] as const;

/** A string in text that is JSON: outside of them a colon stands behind each key, and nowhere else. */
const STRING = /"(?:[^"\\]|\\.)*"/g;

/** A uid is whatever the server gave; no more than a word is taken for one. */
const UID = /^[\w.:-]{0,128}$/;

/** Reads the entry that stands at this place, counted from 1. Throws Faulty. */
function readEntry(
	item: unknown,
	entry: number,
): RuleEntry | { readonly uids: [string, string][]; attach: string[] } {
	const fail = (because: RecordFault["because"], field?: string): never => {
		throw new Faulty({ entry, because, ...(field !== undefined && { field }) });
	};
	if (!isJsonObject(item)) return fail("not-an-entry");
	const [by, second] = SELECTIONS.filter((field) => Object.hasOwn(item, field));
	if (second !== undefined) fail("several-selections");
	const beside = by === "namespaces" ? ["attach"] : ["attach", "exclude"];
	const unknown = Object.keys(item).find(
		(field) => by === undefined || !(field === by || beside.includes(field)),
	);
	if (unknown !== undefined) fail("unknown-field", unknown);
	if (by === undefined) return fail("no-selection");

	const texts = (
		field: "exclude" | "attach",
		isValid: (text: string) => boolean,
	): string[] => {
		const value = item[field];
		if (value === undefined) return [];
		if (!Array.isArray(value)) return fail(field);
		return value.map((text: unknown) =>
			typeof text === "string" && isValid(text) ? text : fail(field),
		);
	};
	const attach = texts("attach", (text) => text === "*" || isObjectName(text));
	const value = item[by];
	if (by !== "namespaces")
		return {
			rule: ruleIn(by, value) ?? fail(by),
			exclude: texts("exclude", isNameGlob),
			attach,
		};
	if (!isJsonObject(value)) return fail(by);
	const uids = Object.entries(value).map(([name, uid]): [string, string] =>
		isNamespaceName(name) && typeof uid === "string" && UID.test(uid)
			? [name, uid]
			: fail(by),
	);
	return { uids, attach };
}

/** undefined for what says none. */
function ruleIn(
	by: "selector" | "all" | "injected",
	value: unknown,
): Rule | undefined {
	if (by === "all") return value === true ? { by } : undefined;
	if (typeof value !== "string") return undefined;
	if (by === "injected")
		return isInjectingMesh(value) ? { by, mesh: value } : undefined;
	const selector = parseLabelSelector(value);
	return selector && { by, selector };
}
