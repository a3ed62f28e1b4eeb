import { getSystemErrorMessage } from "node:util";
import { fieldOf, textIn } from "../core/json-object.ts";

/** Node's code of a failure (`ENOENT`), also of the first of several attempts (IPv6, then IPv4); undefined without one. */
export function codeOf(error: unknown): string | undefined {
	if (error instanceof AggregateError) return codeOf(error.errors[0]);
	return error instanceof Error &&
		"code" in error &&
		typeof error.code === "string"
		? error.code
		: undefined;
}

/** The names that a certificate is for which was for another, as Node lists them: `DNS:a, IP Address:1.2.3.4`; "" where there are none. */
export function certificateNames(error: unknown): string {
	return textIn(fieldOf(error, "cert"), "subjectaltname");
}

/** An error that bears a code, as Node's do. */
export function coded(message: string, code: string): Error {
	return Object.assign(new Error(message), { code });
}

/** The system's words for a failure with this code, which name no path and no content; the code where it has none. */
export function systemWords(error: unknown, code: string): string {
	return error instanceof Error &&
		"errno" in error &&
		typeof error.errno === "number"
		? getSystemErrorMessage(error.errno)
		: code;
}
