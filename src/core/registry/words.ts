import { type Credential, displayUsername } from "../credentials/credential.ts";
import { withoutSecrets } from "../credentials/redact.ts";
import { readJson } from "../json-object.ts";
import { onOneLine } from "../output/printable.ts";
import { programWords } from "../output/program-words.ts";

const LONGEST_WORDS = 200;
/** More of an answer is not looked at: its beginning says what is to be said. */
const LONGEST_ANSWER = 2000;
/** No registry nests its errors deeper, and one that does would exhaust the stack. */
const DEEPEST = 3;

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

/** The text with every form of the credential taken out, also of a part that tells. */
export function withoutCredential(
	text: string,
	credential: Credential,
): string {
	const password = credential.reveal();
	const user = credential.username;
	const secrets = [
		...(displayUsername(user) === user ? [] : [user]),
		...(password === "" ? [] : [password, `${user}:${password}`]),
		credential.basic(),
	];
	const safe = withoutSecrets(text, { secrets }, "***");
	// A password of a few letters would be given away by the gaps it leaves in known words.
	return password.length < 4 && safe !== text ? "" : safe;
}

/** Where an answer of a helper, a plugin or Amazon has a credential; a text may end within it. */
const SECRET_FIELD =
	/("(?:secret|password|\w*token)"\s*:\s*")((?:[^"\\]|\\.)*)/gi;
/** What a trace of a request shows of one. */
const SENT = /\b(bearer|basic)\s+[\w+/=.~-]{20,}/gi;
/** A JWT, or one of Google's. */
const TOKEN = /\beyJ[\w-]{5,}(?:\.[\w-]*){1,2}|\bya29\.[\w.-]+/g;
const LONG_RUN = /[\w+/=-]{32,}/g;
const LONGEST_FAILURE = 300;

/**
 * What a program or service said of its failure, as `programWords` has it, at most 300 characters: without the
 * credentials that it printed there or in `beside`, its other output, and without what looks like one.
 */
export function failureWords(said: string, beside = ""): string {
	const secrets = [said, beside]
		.flatMap((text) => [...text.matchAll(SECRET_FIELD)])
		.map(([, , secret = ""]) => unescaped(secret))
		// Shorter ones are words like "auth".
		.filter(({ length }) => length > 4);
	const words = programWords(
		said
			.replace(SECRET_FIELD, "$1***")
			.replace(SENT, "$1 ***")
			.replace(TOKEN, "***")
			.replace(LONG_RUN, (run) => (isBase64(run) ? "***" : run)),
	);
	const safe = withoutSecrets(words, { secrets }, "***");
	// Only now: a credential that is cut off could not be told from other words.
	return onOneLine(safe, LONGEST_FAILURE);
}

/** What a text in JSON stands for; as it is where it ends within an escape. */
function unescaped(text: string): string {
	return String(readJson(`"${text}"`) ?? text);
}

/** Whether a long run is neither a name nor a path. */
function isBase64(run: string): boolean {
	return /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
}

/** The human part of an error in JSON, in the shapes that registries and token servers use. */
function saidInJson(body: string): string | undefined {
	const parsed = readJson(body);
	return parsed === undefined ? undefined : (saidIn(parsed, DEEPEST) ?? "");
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
