import { partition } from "../groups.ts";
import { readJson } from "../json-object.ts";
import { registryName } from "../output/shell.ts";
import { displayUsername } from "./credential.ts";

/** A quotation that is cut off gives away as much as this; shorter secrets are only found whole. */
const TELLING_LENGTH = 12;
/** Shorter values are words like "auth", not credentials, and would blot out the message. */
const SHORTEST = 5;
/** More of somebody else's words is not shown: the beginning says what is to be said. */
const LONGEST_WORDS = 4000;
/** A text that is longer is only looked for as it is: its other forms would take a second. */
const LONG_TEXT = 1 << 16;
/** Characters of secrets that are looked for in all their forms: of more, a second would not do. */
const MOST_SECRET = 1 << 16;

/** What others may quote, and of which nothing is to be repeated. */
interface Sensitive {
	/** Hidden in every form in which one may come back, and any part of it that tells. */
	readonly secrets: readonly string[];
	/** Hold secrets among other things: hidden where a part is quoted that tells. */
	readonly texts?: readonly string[];
	/** Parts of the texts that may be said: names of registries. */
	readonly known?: readonly string[];
}

/**
 * The words of somebody else (a registry, an admission webhook) without anything of `sensitive`, and at
 * most 4,000 characters of them; each run that is hidden becomes `mark`, and all of them where there are
 * more secrets than are looked for. Takes time in proportion to the words and to what is sensitive.
 */
export function withoutSecrets(
	said: string,
	{ secrets, texts = [], known = [] }: Sensitive,
	mark: string,
): string {
	let size = 0;
	for (const { length } of secrets) if (length <= LONG_TEXT) size += length;
	if (size > MOST_SECRET) return mark;
	const words = said.slice(0, LONGEST_WORDS);
	const hiding = new Hiding(words);
	for (const secret of secrets)
		for (const form of formsOf(secret)) hiding.hide(form);
	hideDisguised(words, secrets, hiding.hidden);
	const bySecrets = hiding.hidden.slice();
	for (const text of texts)
		for (const form of text.length > LONG_TEXT ? [text] : formsOf(text))
			if (form.length >= TELLING_LENGTH) hiding.hide(form);
	const maySay = (start: number, end: number) =>
		!bySecrets.subarray(start, end).includes(1) &&
		known.some((name) => name.includes(words.slice(start, end)));
	// The beginning of a secret that is cut off there could not be told from other words.
	const shown =
		words.length < said.length
			? words.length - TELLING_LENGTH + 1
			: words.length;
	let safe = "";
	for (let start = 0, end = 0; start < shown; start = end) {
		const run = hiding.hidden[start];
		while (end < shown && hiding.hidden[end] === run) end++;
		safe += run && !maySay(start, end) ? mark : words.slice(start, end);
	}
	return shown < said.length ? `${safe}…` : safe;
}

/** By what a Secret may be quoted: `values` of its `data`, in base64 as they are sent and read. */
export function sensitiveData(values: readonly string[]): Sensitive {
	const secrets: string[] = [];
	const texts: string[] = [];
	const known: string[] = [];
	for (const value of values) {
		const text = Buffer.from(value, "base64").toString("utf8");
		texts.push(value, text);
		const fields = fieldsIn(text);
		if (fields === undefined || fields.some(isPrivateKey)) secrets.push(text);
		else
			for (const { name, value: inner } of fields) {
				if (inner === undefined) known.push(name);
				else if (name === "auth")
					secrets.push(inner, ...userAndPassword(inner));
				else if (!isSaid(name, inner)) secrets.push(inner);
			}
	}
	const parts = secrets.map(partsOf);
	return {
		secrets: parts
			.flatMap(({ hidden }) => hidden)
			.filter((secret) => secret.length >= SHORTEST),
		texts,
		known: [
			// A key may be an address with a password in it.
			...known.filter((name) => registryName(name) !== undefined),
			...parts.flatMap(({ said }) => said),
		],
	};
}

/** What of a password, its user before it or not, is to be hidden, and what of it is said elsewhere: of a key in JSON, nearly all. */
export function partsOf(password: string): {
	readonly hidden: readonly string[];
	readonly said: readonly string[];
} {
	const fields = fieldsIn(password.replace(/^_?json_key:/, "")) ?? [];
	if (!fields.some(isPrivateKey)) return { hidden: [password], said: [] };
	// Line by line: what stands between them is something else where they are quoted as JSON, or in base64.
	const lines = fields.flatMap(({ name, value = "" }) =>
		value.split("\n").map((line) => ({ name, line })),
	);
	const [said, hidden] = partition(
		lines,
		({ name, line }) => SAID_OF_A_KEY.test(name) || line.startsWith("-----"),
	);
	return {
		hidden: hidden.map(({ line }) => line),
		// With what stands around them in JSON, which then may be said, too.
		said: [
			...fields.map(({ name }) => name),
			...said.map(({ line }) => line),
		].map((text) => `${JSON.stringify(text)},`),
	};
}

function isPrivateKey({ name, value = "" }: Field): boolean {
	return name === "private_key" && value.includes("-----BEGIN ");
}

/** Fields of Google's keys, and of Yandex's. */
const SAID_OF_A_KEY =
	/^(?:type|project_id|client_(?:email|id)|\w+_ur[il]|universe_domain|id|service_account_id|created_at|key_algorithm)$/;

/** A text, and which of its characters are hidden. */
class Hiding {
	readonly hidden: Uint8Array;
	/** Where each part of the telling length stands; without those that are hidden already. */
	readonly #places = new Map<string, number[]>();
	/** By the hash of a part, whether there may be one: a secret may be a thousand times as long as the words. */
	readonly #maybe = new Uint8Array(1 << 16);

	constructor(readonly words: string) {
		this.hidden = new Uint8Array(words.length);
		eachPart(words, (at, hash) => {
			const part = words.slice(at, at + TELLING_LENGTH);
			this.#places.getOrInsert(part, []).push(at);
			this.#maybe[hash] = 1;
		});
	}

	/** Hides `secret`, and parts of it of the telling length. */
	hide(secret: string): void {
		if (secret.length < TELLING_LENGTH) this.#hideWhole(secret);
		eachPart(secret, (at, hash) => {
			if (!this.#maybe[hash]) return;
			const part = secret.slice(at, at + TELLING_LENGTH);
			for (const place of this.#places.get(part) ?? [])
				this.hidden.fill(1, place, place + TELLING_LENGTH);
			this.#places.delete(part);
		});
	}

	#hideWhole(secret: string): void {
		if (secret === "") return;
		let at = this.words.indexOf(secret);
		for (; at >= 0; at = this.words.indexOf(secret, at + 1))
			this.hidden.fill(1, at, at + secret.length);
	}
}

/** Tells of every part of the telling length, with a hash of 16 bits (Rabin and Karp's, which rolls on). */
function eachPart(
	text: string,
	tell: (at: number, hash: number) => void,
): void {
	let hash = 0;
	for (let end = 0; end < text.length; end++) {
		const out =
			end < TELLING_LENGTH ? 0 : text.charCodeAt(end - TELLING_LENGTH);
		hash = Math.imul(hash, BASE) - Math.imul(out, BASE_OUT);
		hash = (hash + text.charCodeAt(end)) | 0;
		const at = end - TELLING_LENGTH + 1;
		if (at >= 0) tell(at, hash >>> 16);
	}
}

const BASE = 0x01000193;
const BASE_OUT = Array(TELLING_LENGTH).fill(BASE).reduce(Math.imul, 1);

/** The ways in which a secret may come back: raw, escaped for JSON or a URL, base64 of it alone or within more. */
function formsOf(secret: string): Set<string> {
	const bytes = Buffer.from(secret, "utf8");
	const escaped = [
		secret,
		JSON.stringify(secret).slice(1, -1),
		encodeURIComponent(secret.toWellFormed()), // It takes no half of a surrogate pair.
		new URLSearchParams({ "": secret }).toString().slice(1),
	];
	// Three bytes are four digits of base64: what comes before decides where the secret's own begin.
	const within = [1, 2].map((before) =>
		Buffer.concat([Buffer.alloc(before), bytes])
			.toString("base64")
			.slice(before + 1)
			.replace(/.?=+$/, ""),
	);
	const base64 = [
		bytes.toString("base64"),
		...within.filter((form) => form.length >= SHORTEST),
	];
	return new Set([
		...escaped,
		...base64,
		...base64.map((form) =>
			form.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
		),
	]);
}

/** Stands for what is hidden already. Letters of a secret are never beside it. */
const END = "\0";

/** So many characters between two of a secret belong to it: `p a s s`, `p, a, s, s`. */
const WIDEST_GAP = 2;

/**
 * Hides secrets that are written otherwise than they are: in other letter case, in pieces with something
 * between them, backwards, in hexadecimal, escaped in part. Letters and digits alone are compared.
 */
function hideDisguised(
	words: string,
	secrets: readonly string[],
	hidden: Uint8Array,
): void {
	// What is hidden already is the end of whatever stands beside it.
	let open = "";
	for (let at = 0; at < words.length; at++)
		open += hidden[at] ? END : words.charAt(at);
	const { text, starts, ends } = folded(open);
	const hiding = new Hiding(text);
	for (const secret of secrets)
		if (secret.length <= LONG_TEXT)
			for (const form of disguisesOf(secret))
				if (form.length >= SHORTEST) hiding.hide(form);
	let last = -1 - WIDEST_GAP;
	for (const [at, start] of starts.entries()) {
		if (!hiding.hidden[at]) continue;
		const end = ends[at] ?? start;
		hidden.fill(1, start - last <= WIDEST_GAP ? last : start, end);
		last = end;
	}
}

function disguisesOf(secret: string): Set<string> {
	const bytes = [...Buffer.from(secret, "utf8")];
	const coded = (write: (byte: number) => string) => bytes.map(write).join("");
	const forms = [
		...formsOf(secret),
		// Colons and commas between them do not count.
		coded((byte) => byte.toString(16).padStart(2, "0")),
		coded((byte) => String(byte)),
	].map((form) => folded(form).text);
	return new Set([
		...forms,
		...forms.map((form) => [...form].reverse().join("")),
	]);
}

/**
 * What is compared: letters and digits, and what stands for a character in Go, Python, JSON, a URL or a web page,
 * escaped however often: `\u0026`, `\\x26`, `%2526`, `&amp;#38;`, `&lt;`.
 */
const COMPARED =
	/([\p{L}\p{N}\0]+)|(?<!\\)\\+u([\da-f]{4})|(?:(?<!\\)\\+x|%(?:25)*|&(?:amp;)*#x)([\da-f]{2});?|&(?:amp;)*(?:#(\d{2,3})|amp|lt|gt|quot|apos);/giu;

/** The letters and digits of a text in lower case, with `END`s, and where in it each begins and ends. */
function folded(text: string) {
	let letters = "";
	const starts: number[] = [];
	const ends: number[] = [];
	for (const found of text.matchAll(COMPARED)) {
		const [all, plain, wide, hex = wide, decimal] = found;
		const run =
			plain ?? letterOf(hex ? Number.parseInt(hex, 16) : Number(decimal));
		const end = found.index + all.length;
		// What stands for something else is no wider than that.
		if (run === "" && ends.at(-1) === found.index) ends[ends.length - 1] = end;
		// Where it would become longer it stays: places have to be the same.
		const lower = run.toLowerCase();
		letters += lower.length === run.length ? lower : run;
		for (let at = 0; at < run.length; at++) {
			starts.push(found.index + at);
			ends.push(plain ? found.index + at + 1 : end);
		}
	}
	return { text: letters, starts, ends };
}

function letterOf(code: number): string {
	const character = String.fromCharCode(code);
	return /[\p{L}\p{N}]/u.test(character) ? character : "";
}

interface Field {
	readonly name: string;
	readonly value: string | undefined;
}

/** Every string in a JSON text with its name, and every object with its own, without a value; undefined: no JSON object. */
function fieldsIn(text: string): Field[] | undefined {
	// What is plainly none costs no exception: there may be ten thousand.
	const parsed = /^\s*[[{]/.test(text) ? readJson(text) : undefined;
	// Not JSON: the text as a whole is the secret.
	if (typeof parsed !== "object" || parsed === null) return undefined;
	const fields: Field[] = [];
	// No recursion: somebody else decides how deep it is.
	const left: object[] = [parsed];
	for (let next = left.pop(); next !== undefined; next = left.pop())
		for (const [name, value] of Object.entries(next)) {
			if (typeof value === "string") fields.push({ name, value });
			else if (typeof value === "object" && value !== null) {
				fields.push({ name, value: undefined });
				left.push(value);
			}
		}
	return fields;
}

/** A user's name is no secret, unless it is a token. */
function isSaid(name: string, value: string): boolean {
	return (
		(name === "username" || name === "email") &&
		displayUsername(value) === value
	);
}

/** What is secret in `USER:PASSWORD` in base64, as docker has it; all of it where it has no password. */
export function userAndPassword(auth: string): string[] {
	const pair = Buffer.from(auth, "base64").toString("utf8");
	const [, user, password] = /^([^:]*):(.+)$/s.exec(pair) ?? [];
	return user === undefined || password === undefined
		? [pair]
		: secretsOf(user, password);
}

/**
 * The password, and with it a user of whom no part tells by itself: a longer one is a name that others say, as
 * OpenShift's `serviceaccount`, unless it is a token.
 */
export function secretsOf(user: string, password: string): string[] {
	return [
		password,
		...(user.length < TELLING_LENGTH && password !== ""
			? [`${user}:${password}`]
			: []),
		...(displayUsername(user) === user ? [] : [user]),
	];
}
