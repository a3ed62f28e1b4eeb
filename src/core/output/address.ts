const PARTS = /^([a-z][a-z0-9+.-]{0,20}:\/\/)?([^/?#]*)([^?#]*)(.*)$/is;

/** What of an address is a name, and may be shown: its host with the port, and its path. */
interface Names {
	readonly host: RegExp;
	readonly path: RegExp;
}

const WHATEVER: Names = { host: /^/, path: /^/ };

/**
 * An address as it may be shown: what stands before an `@` may be a password, and behind a `?` or a `#`, even where
 * no URL can be made of it. Where an `@` comes behind a slash, nobody knows which of the two is the host.
 */
export function withoutPasswords(
	address: string,
	{ host: isHost, path: isPath } = WHATEVER,
): string {
	const [, scheme = "", authority = "", path = "", rest = ""] =
		PARTS.exec(address) ?? [];
	if (`${path}${rest}`.includes("@")) return `${scheme}***`;
	const at = authority.lastIndexOf("@") + 1;
	const host = authority.slice(at);
	return [
		scheme,
		at > 0 ? "***@" : "",
		isHost.test(host) ? host : host.replace(/:.*/s, ":***"),
		isPath.test(path) ? path : "/***",
		rest === "" ? "" : `${rest[0]}***`,
	].join("");
}
