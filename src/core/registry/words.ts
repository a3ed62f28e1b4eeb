import { type Credential, displayUsername } from "../credentials/credential.ts";

const LONGEST_WORDS = 200;
/** More of an answer is not looked at: its beginning says what is to be said. */
const LONGEST_ANSWER = 2000;
/** No registry nests its errors deeper, and one that does would exhaust the stack. */
const DEEPEST = 3;
/** An echo that is cut off still gives away this much; shorter secrets are only found whole. */
const TELLING_LENGTH = 16;

/**
 * What a registry or a token server said about a refusal, on one line, without
 * control characters and without the credential; "" where it said nothing that
 * helps. Body and headers come from outside and may echo what was sent.
 */
export function registryWords(
	body: string,
	contentType: string,
	credential: Credential | undefined,
): string {
	// A web page is not addressed to us.
	if (/html/i.test(contentType) || /^\s*</.test(body)) return "";
	const said = (saidInJson(body) ?? body).slice(0, LONGEST_ANSWER);
	const safe = credential ? withoutCredential(said, credential) : said;
	return onOneLine(safe, LONGEST_WORDS);
}

/** One line of printable characters; what is longer than `limit` ends in `…`. */
export function onOneLine(text: string, limit: number): string {
	// Cc control, Cf format (turns the direction of text), Co and Cs, Zl and Zp line ends.
	const line = text
		.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, " ")
		.trim();
	return line.length > limit ? `${line.slice(0, limit - 1).trimEnd()}…` : line;
}

/** The text with every form of the credential taken out, also of a part that tells. */
export function withoutCredential(
	text: string,
	credential: Credential,
): string {
	const password = credential.reveal();
	const user = credential.username;
	const secrets = [
		...(displayUsername(user) === user ? [] : formsOf(user)),
		...formsOf(password),
		...formsOf(`${user}:${password}`),
		credential.basic(),
	].filter((form) => form !== "");
	const hidden = new Uint8Array(text.length);
	for (const secret of secrets) hide(text, secret, hidden);
	// A password of a few letters would be given away by the gaps it leaves in known words.
	if (password.length < 4 && hidden.includes(1)) return "";
	return text
		.split("")
		.map((letter, at) => (hidden[at] ? (hidden[at - 1] ? "" : "***") : letter))
		.join("");
}

/** The ways in which a secret may come back: raw, escaped for JSON or a URL, base64 of both alphabets. */
function formsOf(secret: string): string[] {
	const bytes = Buffer.from(secret, "utf8");
	return [
		secret,
		JSON.stringify(secret).slice(1, -1),
		encodeURIComponent(secret),
		new URLSearchParams({ "": secret }).toString().slice(1),
		bytes.toString("base64"),
		bytes.toString("base64url"),
	];
}

function hide(text: string, secret: string, hidden: Uint8Array): void {
	const window = Math.min(secret.length, TELLING_LENGTH);
	if (secret.length <= TELLING_LENGTH) {
		for (
			let at = text.indexOf(secret);
			at >= 0;
			at = text.indexOf(secret, at + 1)
		)
			hidden.fill(1, at, at + secret.length);
		return;
	}
	for (let at = 0; at + window <= text.length; at += 1)
		if (secret.includes(text.slice(at, at + window)))
			hidden.fill(1, at, at + window);
}

/** The human part of an error in JSON, in the shapes that registries and token servers use. */
function saidInJson(body: string): string | undefined {
	let parsed: unknown;
	try {
		parsed = JSON.parse(body);
	} catch {
		return undefined;
	}
	return saidIn(parsed, DEEPEST) ?? "";
}

function saidIn(value: unknown, depth: number): string | undefined {
	if (typeof value === "string") return value;
	if (typeof value !== "object" || value === null || depth === 0)
		return undefined;
	const get = (name: string): unknown => Reflect.get(value, name);
	const errors = get("errors");
	if (Array.isArray(errors)) {
		const all = errors
			.map((error) => saidIn(error, depth - 1))
			.filter((said) => said !== undefined);
		if (all.length > 0) return all.join("; ");
	}
	const code = get("code");
	const message =
		text(get("message")) ??
		text(get("error_description")) ??
		text(get("details")) ??
		text(get("detail")) ??
		text(get("error"));
	return message ?? text(code);
}

function text(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}
