import type { CredentialFault } from "../output/credential-fault.ts";
import { withoutLast } from "../output/printable.ts";
import { type Credential, JSON_KEY_USERNAME } from "./credential.ts";

/**
 * What is wrong with a user or a password, for whoever reads it in a file or types it:
 * control characters are forbidden in both (RFC 7617, section 2), and nearly always an
 * accident of `echo`, an editor or a file's encoding.
 */

/** What is wrong with a user name; undefined when nothing is. */
export function usernameFault(username: string): CredentialFault | undefined {
	if (username === "") return "username-empty";
	if (username.includes(":")) return "username-colon";
	if (username.includes("\ufeff")) return "username-byte-order-mark";
	return CONTROL.test(username) ? "username-control-character" : undefined;
}

/** The users whose password is a JSON key, which may have lines: Google's, and Yandex's (https://yandex.cloud/docs/container-registry/operations/authentication). */
export function isKeyUser(username: string): boolean {
	return username === JSON_KEY_USERNAME || username === "json_key";
}

/** What is wrong with a password; undefined when nothing is. A JSON key, which has lines, is the password of a user of its own. */
export function passwordFault(
	password: string,
	username: string,
): CredentialFault | undefined {
	if (password === "") return "password-empty";
	if (password.startsWith("\ufeff")) return "password-begins-byte-order-mark";
	if (password.includes("\ufeff")) return "password-byte-order-mark";
	const checked = isKeyUser(username)
		? password.replace(/[\t\n\r]/g, "")
		: password;
	if (!CONTROL.test(checked)) return undefined;
	if (checked.includes("\0")) return "password-nul";
	if (!CONTROL.test(withoutLast(checked, "\r\n"))) return "password-line-end";
	return /[\r\n]/.test(checked)
		? "password-lines"
		: "password-control-character";
}

/** What is wrong with a credential as a whole; undefined when nothing is. */
export function credentialFault(
	credential: Credential,
): CredentialFault | undefined {
	if (credential.isEmpty) return "empty";
	if (!credential.isText) return "not-text";
	return (
		usernameFault(credential.username) ??
		passwordFault(credential.reveal(), credential.username)
	);
}

/**
 * What may be the reason why a registry rejects a password that people take for right:
 * what is wrong with it, or white space at an end, which is allowed and seldom meant.
 */
export function rejectionHint(
	credential: Credential,
): CredentialFault | undefined {
	const password = credential.reveal();
	return (
		credentialFault(credential) ??
		(password === password.trim()
			? FORMAT.test(password)
				? "password-invisible-character"
				: undefined
			: "password-white-space")
	);
}

/** What web pages and chats put among characters that are copied: zero-width spaces, marks of direction. */
const FORMAT = /\p{Cf}/u;
const CONTROL = /\p{Cc}/u;
