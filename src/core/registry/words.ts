import { type Credential, displayUsername } from "../credentials/credential.ts";
import { withoutSecrets } from "../credentials/redact.ts";
import { onOneLine } from "../output/printable.ts";

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
	const safe = withoutSecrets(
		text,
		{
			secrets: [
				...(displayUsername(user) === user ? [] : [user]),
				...(password === "" ? [] : [password, `${user}:${password}`]),
				credential.basic(),
			],
			texts: [],
			known: [],
		},
		"***",
	);
	// A password of a few letters would be given away by the gaps it leaves in known words.
	return password.length < 4 && safe !== text ? "" : safe;
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
