import { StatusError } from "./errors.ts";

/** Shorter strings are words like "auth", not credentials, and would blot out the message. */
const SHORTEST = 5;

/**
 * The server's refusal without anything of the Secret data that it refused: an admission webhook may
 * quote what it was shown. `values`: base64, as sent. Errors of any other kind come back as they are.
 */
export function redacted(error: unknown, values: readonly string[]): unknown {
	if (!(error instanceof StatusError)) return error;
	let detail = error.detail;
	// The longest first: a password may be a part of what contains it.
	for (const secret of values.flatMap(secretsIn).sort(byLength))
		detail = detail.replaceAll(secret, "<redacted>");
	if (detail === error.detail) return error;
	const { status, reason, retryAfter, continueToken, details } = error;
	return new StatusError(
		status,
		reason,
		detail,
		retryAfter,
		continueToken,
		details,
	);
}

/** The value itself, its text, and every string that the text holds if it is JSON, with what an `auth` says. */
function secretsIn(value: string): string[] {
	const text = decoded(value);
	const inner = stringsIn(parsed(text));
	return [value, text, ...inner, ...inner.flatMap(userAndPassword)].filter(
		(secret) => secret.length >= SHORTEST,
	);
}

/** `USER:PASSWORD` in base64, as docker has it: both, and the password alone. */
function userAndPassword(auth: string): string[] {
	const pair = decoded(auth);
	const colon = pair.indexOf(":");
	return colon < 0 ? [] : [pair, pair.slice(colon + 1)];
}

function decoded(base64: string): string {
	return Buffer.from(base64, "base64").toString("utf8");
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined; // Not JSON: the text as a whole is the secret.
	}
}

function stringsIn(value: unknown): string[] {
	if (typeof value === "string") return [value];
	if (typeof value !== "object" || value === null) return [];
	return Object.values(value).flatMap(stringsIn);
}

/** The values of every `data` in an object, or in the values of a patch's operations. */
export function dataIn(sent: unknown): string[] {
	if (typeof sent !== "object" || sent === null) return [];
	if (Array.isArray(sent)) return sent.flatMap(dataIn);
	const isData = "path" in sent && sent.path === "/data" && "value" in sent;
	const own = isData ? sent.value : "data" in sent ? sent.data : undefined;
	return stringsIn(own);
}

const byLength = (one: string, other: string) => other.length - one.length;
