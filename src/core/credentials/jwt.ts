import type { FileFault } from "../output/file-fault.ts";
import { encodingFault, type FileNote, withoutMark } from "./encoding.ts";

/** The most that a JWT may weigh, in bytes: it travels in a header. */
export const JWT_LIMIT = 16 * 1024;

/** What stands in the place of the password where a JWT is the user name: registries pass it over, and some refuse none at all. */
export const JWT_PASSWORD = "none";

/** Whether a text has the form of a JWT: three base64url parts, the first of which is a JSON object (`eyJ` begins `{"`). */
export function isJwt(text: string): boolean {
	return /^eyJ[\w-]{5,}\.[\w-]+\.[\w-]*$/.test(text);
}

/** A file's JWT, or why it is none. */
export function readJwt(
	bytes: Uint8Array,
):
	| { readonly jwt: string; readonly warnings: readonly FileNote[] }
	| FileFault {
	const encoding = encodingFault(bytes);
	if (encoding !== undefined) return encoding;
	const { text, marked } = withoutMark(Buffer.from(bytes).toString("utf8"));
	const jwt = text.trim();
	if (jwt === "") return "empty";
	if (!isJwt(jwt)) return "not-jwt";
	return {
		jwt,
		warnings: marked ? [{ cause: "byte-order-mark", of: "jwt" }] : [],
	};
}
