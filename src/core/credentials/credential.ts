import { isUtf8 } from "node:buffer";
import { isJwt } from "./jwt.ts";

/** The username that a registry expects with a service account's JSON key as the password. */
export const JSON_KEY_USERNAME = "_json_key";

/**
 * A user and a password that cannot be printed by accident: string conversion,
 * JSON and Node's inspection all show that something is there, and not what.
 */
export class Credential {
	readonly #password: string;
	/** base64 of what was read, where that is no text: it is sent as it is, as kubelets do. */
	readonly #bytes: string | undefined;
	/** Shown only through `displayUsername`: some registries put a token here. */
	readonly username: string;

	constructor(username: string, password: string, bytes?: Uint8Array) {
		this.username = username;
		this.#password = password;
		this.#bytes = bytes && Buffer.from(bytes).toString("base64");
	}

	/** From `user:password`, split at the first colon; without one, all of it is the user. */
	static fromBytes(bytes: Uint8Array): Credential {
		const text = Buffer.from(bytes).toString("utf8");
		const colon = text.indexOf(":");
		const [username, password] =
			colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
		return isUtf8(bytes)
			? new Credential(username, password)
			: new Credential(username, password, bytes);
	}

	/** Whether user and password are UTF-8 text: those of JSON always are, those of an `auth` may be any bytes. */
	get isText(): boolean {
		return this.#bytes === undefined;
	}

	/** Neither a user nor a password: kubelets send that, and registries refuse it. */
	get isEmpty(): boolean {
		return this.username === "" && this.#password === "";
	}

	/** The password itself, for whoever writes it into a Secret or sends it to its registry. */
	reveal(): string {
		return this.#password;
	}

	/** base64 of `user:password`, as `auth` in a docker config and Basic authentication have it. */
	basic(): string {
		return (
			this.#bytes ??
			Buffer.from(`${this.username}:${this.#password}`, "utf8").toString(
				"base64",
			)
		);
	}

	/** Would a registry be sent the same, with the same part of it as the user? */
	equals(other: Credential): boolean {
		return this.username === other.username && this.basic() === other.basic();
	}

	toString(): string {
		return "[credential]";
	}

	toJSON(): string {
		return "[credential]";
	}

	[Symbol.for("nodejs.util.inspect.custom")](): string {
		return "[credential]";
	}
}

/**
 * A username as it may be shown: one that looks like a token (NGINX's registry
 * takes its JWT as the user) keeps four characters and no more.
 */
export function displayUsername(username: string): string {
	const tokenLike =
		isJwt(username) ||
		(username.length >= 40 &&
			/^[\w+/=.-]+$/.test(username) &&
			/\d/.test(username));
	return tokenLike ? `${username.slice(0, 4)}… (token)` : username;
}
