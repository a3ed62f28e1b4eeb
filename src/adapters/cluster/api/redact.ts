import {
	sensitiveData,
	userAndPassword,
	withoutSecrets,
} from "../../../core/credentials/redact.ts";
import { readJsonObject } from "../../../core/json-object.ts";
import { type Kind, LAST_APPLIED } from "../../../core/objects.ts";
import type { ObjectRef } from "../../../world.ts";

/** Words of the server as they may be shown. */
export type Redact = (words: string) => string;

/** Of words that can quote no Secret: their beginning. */
export const shortened: Redact = (words) =>
	withoutSecrets(words, { secrets: [] }, "");

/** The server's words without what an Authorization header (`Bearer …`, `Basic …`) showed it. */
export function withoutAuthorization(words: string, header: string): string {
	const shown = header.slice(header.indexOf(" ") + 1);
	const pair = header.startsWith("Basic ") ? userAndPassword(shown) : [];
	// Shorter ones are words of every message.
	const secrets = [shown, ...pair].filter(({ length }) => length >= 5);
	return withoutSecrets(words, { secrets }, HIDDEN);
}

const HIDDEN = "<redacted>";

/** So many characters of contents are looked for in words about another object. */
const MOST_ELSEWHERE = 1 << 15;

/** Characters that are kept of what was read: of gigabytes that somebody planted no more. */
const MOST_KEPT = 32 << 20;
/** What a value costs besides its text, as so many characters: a megabyte may be fifty thousand values. */
const OF_A_VALUE = 100;

/** A value of `data`, in base64, and how many Secrets hold it. */
class Value {
	uses = 0;
	constructor(readonly text: string) {}
}

/**
 * What Secrets hold, as far as it was read: an admission webhook or policy is shown the old object
 * beside the new one, and may quote either.
 */
export class KnownData {
	/** By `NAMESPACE/NAME`; of what was too much to be kept, that it was. */
	readonly #read = new Map<string, readonly Value[] | "too much">();
	/** One string for all Secrets that say the same. */
	readonly #values = new Map<string, Value>();
	/** Characters of them, and what they cost besides. */
	#size = 0;

	/** Of an object as the server gave it; one of which only metadata came says nothing. */
	note(kind: Kind, object: object): void {
		if (kind !== "Secret" || !("data" in object)) return;
		const { namespace = "", name = "" } =
			(object as { metadata?: Partial<ObjectRef> }).metadata ?? {};
		const place = `${namespace}/${name}`;
		this.#drop(place);
		const texts = dataIn(object);
		const added = texts.filter((text) => !this.#values.has(text));
		const size = added.reduce((sum, text) => sum + taken(text), 0);
		this.#read.set(
			place,
			this.#size + size > MOST_KEPT
				? "too much"
				: texts.map((text) => this.#keep(text)),
		);
	}

	/** An object that is no more, and was not replaced. */
	forget(kind: Kind, { namespace = "", name = "" }: Partial<ObjectRef>): void {
		if (kind === "Secret") this.#drop(`${namespace}/${name}`);
	}

	#keep(text: string): Value {
		const value = this.#values.get(text) ?? new Value(text);
		if (value.uses++ === 0) {
			this.#values.set(text, value);
			this.#size += taken(text);
		}
		return value;
	}

	#drop(place: string): void {
		const values = this.#read.get(place);
		if (values === undefined) return;
		this.#read.delete(place);
		if (values === "too much") return;
		for (const value of values)
			if (--value.uses === 0) {
				this.#values.delete(value.text);
				this.#size -= taken(value.text);
			}
	}

	/** How to repeat what the server says to a request about this object, in which `sent` went to it. */
	redact(
		kind: Kind,
		{ namespace = "", name }: ObjectRef,
		sent?: unknown,
	): Redact {
		// Whoever admits service accounts may well know the Secrets that they name.
		if (kind !== "Secret") return this.elsewhere;
		return (words) => {
			const read = this.#read.get(`${namespace}/${name}`) ?? [];
			// What it held is not known any more, and may stand in any of them.
			if (read === "too much") return HIDDEN;
			const own = [...dataIn(sent), ...read.map(({ text }) => text)];
			return withoutSecrets(words, this.#withOthers(own), HIDDEN);
		};
	}

	/** How to repeat what the server says about anything else: without what was read first. */
	readonly elsewhere: Redact = (words) =>
		withoutSecrets(words, this.#withOthers([]), HIDDEN);

	/** A policy may well compare a Secret with others. */
	#withOthers(own: readonly string[]) {
		const values = new Set(own);
		let size = own.reduce((sum, text) => sum + taken(text), 0);
		for (const text of this.#values.keys()) {
			if (size + taken(text) > MOST_ELSEWHERE) continue;
			size += taken(text);
			values.add(text);
		}
		return sensitiveData([...values]);
	}
}

function taken(text: string): number {
	return text.length + OF_A_VALUE;
}

/** The values, in base64, of every `data` in an object or a patch. */
function dataIn(sent: unknown): string[] {
	const { data, stringData, metadata } = fieldsOf(sent);
	const applied = fieldsOf(fieldsOf(metadata).annotations)[LAST_APPLIED];
	return [
		...stringsIn(data),
		...stringsIn(stringData).map((text) =>
			Buffer.from(text).toString("base64"),
		),
		// Anybody may write an annotation: what is no object holds no data.
		...(typeof applied === "string" ? dataIn(readJsonObject(applied)) : []),
	];
}

function fieldsOf(value: unknown): Partial<Record<string, unknown>> {
	return typeof value === "object" && value !== null
		? (value as Partial<Record<string, unknown>>)
		: {};
}

function stringsIn(value: unknown): string[] {
	if (typeof value === "string") return [value];
	return Object.values(fieldsOf(value)).filter(
		(each) => typeof each === "string",
	);
}
