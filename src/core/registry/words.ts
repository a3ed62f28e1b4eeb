import type { Credential } from "../credentials/credential.ts";
import { partsOf, secretsOf, withoutSecrets } from "../credentials/redact.ts";
import { fieldOf, readJson, textIn } from "../json-object.ts";
import { onOneLine } from "../output/printable.ts";
import { programWords } from "../output/program-words.ts";

/** What those who are asked may know, and is not to be repeated, whoever asks. */
export type Hidden = readonly Credential[];

const LONGEST_WORDS = 200;
/** More of an answer is not looked at: its beginning says what is to be said. */
const LONGEST_ANSWER = 2000;
/** No registry nests its errors deeper, and one that does would exhaust the stack. */
const DEEPEST = 3;

/**
 * What a registry or a token server said about a refusal, on one line, without
 * control characters and without the credentials; "" where it said nothing that
 * helps. Body and headers come from outside and may echo what was sent.
 */
export function registryWords(
	body: string,
	contentType: string,
	hidden: Hidden,
): string {
	// A web page is not addressed to us.
	if (/html/i.test(contentType) || /^\s*</.test(body)) return "";
	const said = (saidInJson(body) ?? body).slice(0, LONGEST_ANSWER);
	return onOneLine(withoutCredentials(said, hidden), LONGEST_WORDS);
}

/** The text with every form of the credentials taken out, also of a part that tells. */
export function withoutCredentials(text: string, hidden: Hidden): string {
	const secrets = hidden.flatMap((credential) => {
		const password = credential.reveal();
		const user = credential.username;
		return [
			...secretsOf(user, password).flatMap((secret) => partsOf(secret).hidden),
			credential.basic(),
		];
	});
	const safe = withoutSecrets(text, { secrets }, "***");
	// A password of a few letters would be given away by the gaps it leaves in known words.
	const isShort = hidden.some((credential) => credential.reveal().length < 4);
	return isShort && safe !== text ? "" : safe;
}

/** What a registry or its token server chooses of what is told of it, but for its words. */
const CHOSEN: ReadonlySet<string> = new Set([
	"host",
	"server",
	"names",
	"type",
	"os",
	"architecture",
	"variant",
]);

/** What is told without the credentials in names that the registry chose; `known` are none of those. */
export function withoutCredentialsIn<Told>(
	told: Told,
	known: ReadonlySet<unknown>,
	hidden: Hidden,
): Told {
	// Taking one out costs milliseconds, and a name that tells one is a rare thing.
	const names = new Set<string>();
	replaced(told, (name) => {
		if (!known.has(name)) names.add(name);
		return name;
	});
	const all = [...names].join(" ");
	return all === "" || withoutCredentials(all, hidden) === all
		? told
		: replaced(told, (name) =>
				names.has(name) ? withoutCredentials(name, hidden) : name,
			);
}

/** The same with other names for those that a registry chose. */
function replaced<Told>(told: Told, by: (name: string) => string): Told {
	return JSON.parse(JSON.stringify(told), (field, value: unknown) =>
		CHOSEN.has(field) && typeof value === "string" ? by(value) : value,
	);
}

/** Where an answer of a helper, a plugin or Amazon has a credential; a text may end within it. */
const SECRET_FIELD =
	/("(?:secret|password|\w*token)"\s*:\s*")((?:[^"\\]|\\.)*)/gi;
/** What a trace of a request shows of one. */
const SENT = /\b(bearer|basic)\s+[\w+/=.~-]{20,}/gi;
/** A JWT, or one of Google's; from where its run of characters begins, or each of its dashes would be tried. */
const TOKEN = /(?<![\w-])eyJ[\w-]{5,}(?:\.[\w-]*){1,2}|\bya29\.[\w.-]+/g;
const LONG_RUN = /[\w+/=-]{32,}/g;
const LONGEST_FAILURE = 300;

/**
 * What a program or service said of its failure, as `programWords` has it, at most 300 characters: without the
 * credentials that it printed there or in `beside`, its other output, and without what looks like one.
 */
export function failureWords(said: string, beside = ""): string {
	const secrets = [said, beside]
		.flatMap((text) => [...text.matchAll(SECRET_FIELD)])
		// What it stands for in JSON; as it is where it ends within an escape.
		.map(([, , secret = ""]) => String(readJson(`"${secret}"`) ?? secret))
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
	const errors = fieldOf(value, "errors");
	if (Array.isArray(errors)) {
		const all = errors
			.map((error) => saidIn(error, depth - 1))
			.filter((said) => said !== undefined);
		if (all.length > 0) return all.join("; ");
	}
	return ["message", "error_description", "details", "detail", "error", "code"]
		.map((name) => textIn(value, name))
		.find((said) => said !== "");
}
