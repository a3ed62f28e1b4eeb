/**
 * A user and a password that cannot be printed by accident: string conversion,
 * JSON and Node's inspection all show that something is there, and not what.
 */
export class Credential {
	readonly #password: string;
	/** Shown only through `displayUsername`: some registries put a token here. */
	readonly username: string;

	constructor(username: string, password: string) {
		this.username = username;
		this.#password = password;
	}

	/** The password itself, for whoever writes it into a Secret or sends it to its registry. */
	reveal(): string {
		return this.#password;
	}

	/** base64 of `user:password`, as `auth` in a docker config and Basic authentication have it. */
	basic(): string {
		return Buffer.from(`${this.username}:${this.#password}`, "utf8").toString(
			"base64",
		);
	}

	equals(other: Credential): boolean {
		return (
			this.username === other.username && this.#password === other.reveal()
		);
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

/** A JWT: three base64url parts, the first of which is a JSON object (`eyJ` begins `{"`). */
const JWT = /^eyJ[\w-]{5,}\.[\w-]+\.[\w-]*$/;

/**
 * A username as it may be shown: one that looks like a token (NGINX's registry
 * takes its JWT as the user) keeps four characters and no more.
 */
export function displayUsername(username: string): string {
	const tokenLike =
		JWT.test(username) ||
		(username.length >= 40 &&
			/^[\w+/=.-]+$/.test(username) &&
			/\d/.test(username));
	return tokenLike ? `${username.slice(0, 4)}… (token)` : username;
}
