import { type Credential, JSON_KEY_USERNAME } from "./credential.ts";

/**
 * What is wrong with a user or a password, for whoever reads it in a file or types it:
 * control characters are forbidden in both (RFC 7617, section 2), and nearly always an
 * accident of `echo`, an editor or a file's encoding. Clauses quote nothing.
 */

/** What is wrong with a user name; undefined when nothing is. */
export function usernameFault(username: string): string | undefined {
	if (username === "") return "the user name is empty";
	if (username.includes(":"))
		return "a user name cannot contain a colon (Basic authentication ends it there)";
	if (username.includes("\ufeff"))
		return "the user name contains a byte order mark";
	return CONTROL.test(username)
		? "the user name contains a control character"
		: undefined;
}

/** The users whose password is a JSON key, which may have lines: Google's, and Yandex's (https://yandex.cloud/docs/container-registry/operations/authentication). */
export function isKeyUser(username: string): boolean {
	return username === JSON_KEY_USERNAME || username === "json_key";
}

/** What is wrong with a password; undefined when nothing is. A JSON key, which has lines, is the password of a user of its own. */
export function passwordFault(
	password: string,
	username: string,
): string | undefined {
	if (password === "") return "the password is empty";
	if (password.startsWith("\ufeff"))
		return "the password begins with a byte order mark";
	if (password.includes("\ufeff"))
		return "the password contains a byte order mark";
	const checked = isKeyUser(username)
		? password.replace(/[\t\n\r]/g, "")
		: password;
	if (!CONTROL.test(checked)) return undefined;
	if (checked.includes("\0"))
		return "the password contains NUL characters, as text in UTF-16 does";
	if (!CONTROL.test(withoutLastLineEnds(checked)))
		return "the password ends in a line end";
	return /[\r\n]/.test(checked)
		? "the password has several lines"
		: "the password contains a control character";
}

/** What is wrong with a credential as a whole; undefined when nothing is. */
export function credentialFault(credential: Credential): string | undefined {
	if (credential.isEmpty) return "it has neither a user nor a password";
	if (!credential.isText) return "it is not UTF-8 text";
	return (
		usernameFault(credential.username) ??
		passwordFault(credential.reveal(), credential.username)
	);
}

/**
 * What may be the reason why a registry rejects a password that people take for right:
 * what is wrong with it, or white space at an end, which is allowed and seldom meant.
 */
export function rejectionHint(credential: Credential): string | undefined {
	const password = credential.reveal();
	return (
		credentialFault(credential) ??
		(password === password.trim()
			? FORMAT.test(password)
				? "the password contains an invisible character"
				: undefined
			: "the password begins or ends with white space")
	);
}

/** What web pages and chats put among characters that are copied: zero-width spaces, marks of direction. */
const FORMAT = /\p{Cf}/u;
const CONTROL = /\p{Cc}/u;

function withoutLastLineEnds(text: string): string {
	let end = text.length;
	while (text[end - 1] === "\n" || text[end - 1] === "\r") end--;
	return text.slice(0, end);
}
