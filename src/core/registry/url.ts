import { withoutPasswords } from "../output/address.ts";

/**
 * A registry's address as Go's net/url takes it apart, which decides which keys of a
 * pull Secret a kubelet can use: https://pkg.go.dev/net/url#Parse (Go 1.26).
 * Texts are byte strings, one character a byte of UTF-8, so that they compare as in Go.
 */
interface RegistryUrl {
	/** With its port; user information dropped, letter case kept. */
	readonly host: string;
	/** Percent signs decoded; empty or beginning with a slash. */
	readonly path: string;
}

/** What nearly every address is; only for speed, the rest of the rules says the same. */
const PLAIN = /^([\w.*-]*(?::[0-9]*)?)((?:\/[\w./-]*)?)$/;

/** One character a byte, as Go's strings are. */
export function toBytes(text: string): string {
	return /^[\x20-\x7e]*$/.test(text)
		? text
		: Buffer.from(text, "utf8").toString("latin1");
}

/** Longer ones are of nobody who means well. */
const LONGEST_SHOWN = 300;

/** What a key may be matched by; white space is shown because it keeps a key from matching. */
const NAMES = {
	host: /^(?:[^:]*|\[.*\]|[\da-f:.]*)(?::\d*\s*)?$/is,
	path: /^[\p{L}\p{N}\s/_.*-]*$/u,
};

/**
 * A key in `auths` as it may be shown: what is no name in it may be a password. It is free text: one with
 * white space is quoted, to be seen, and a very long one is cut.
 */
export function displayKey(key: string): string {
	const masked = withoutPasswords(key, NAMES);
	const shown =
		masked.length > LONGEST_SHOWN
			? `${masked.slice(0, LONGEST_SHOWN - 1)}…`
			: masked;
	return shown === "" || /\s/.test(shown) ? JSON.stringify(shown) : shown;
}

/** `host[:port]` and the path behind it, beginning with a slash or empty; a scheme is dropped. */
export function splitPath(name: string): { host: string; path: string } {
	const bare = name.replace(/^https?:\/\//i, "");
	const slash = bare.indexOf("/");
	return slash < 0
		? { host: bare, path: "" }
		: { host: bare.slice(0, slash), path: bare.slice(slash) };
}

/** Parses what follows `https://`; undefined where Go refuses it. */
export function parseSchemeless(address: string): RegistryUrl | undefined {
	const plain = PLAIN.exec(address);
	if (plain) return { host: plain[1] ?? "", path: plain[2] ?? "" };
	const [beforeFragment, fragment] = cut(address, "#");
	if (percentDecoded(fragment) === undefined) return undefined;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Go refuses.
	if (/[\x00-\x1f\x7f]/.test(beforeFragment)) return undefined;
	const [location] = cut(beforeFragment, "?");
	const slash = location.indexOf("/");
	const authority = slash < 0 ? location : location.slice(0, slash);
	const path = percentDecoded(slash < 0 ? "" : location.slice(slash));
	const at = authority.lastIndexOf("@");
	if (at >= 0 && !isUserInfo(authority.slice(0, at))) return undefined;
	const host = parseHost(authority.slice(at + 1));
	return path === undefined || host === undefined ? undefined : { host, path };
}

/** As Go's net.SplitHostPort, and the whole host where that fails; brackets go only with a port. */
export function splitPort(host: string): { name: string; port: string } {
	const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(host);
	return match
		? { name: match[1] ?? match[2] ?? "", port: match[3] ?? "" }
		: { name: host, port: "" };
}

function parseHost(host: string): string | undefined {
	const bracket = host.lastIndexOf("[");
	if (bracket > 0) return undefined;
	if (bracket === 0) return parseBracketed(host);
	const [, port] = cut(host, ":");
	return /^[0-9]*$/.test(port) ? unescapeHost(host) : undefined;
}

/** `[fe80::1%25en0]:5000`: an IPv6 address, with a zone that may hold nearly anything. */
function parseBracketed(host: string): string | undefined {
	const end = host.lastIndexOf("]");
	const port = host.slice(end + 1);
	if (!/^(?::[0-9]*)?$/.test(port)) return undefined;
	const [rawAddress, ...zones] = host.slice(1, end).split(/(?=%25)/);
	const address = unescapeHost(rawAddress ?? "");
	const zone = percentDecoded(zones.join(""));
	if (address === undefined || zone === undefined) return undefined;
	if (zones.length > 0 && !/^%[^\0]+$/s.test(zone)) return undefined;
	return URL.canParse(`https://[${address}]/`)
		? `[${address}${zone}]${port}`
		: undefined;
}

/** In a host only bytes beyond ASCII, and the percent sign itself, may be written with a percent sign. */
function unescapeHost(host: string): string | undefined {
	return /^(?:[\w.~!$&'()*+,;=:[\]<>"\x80-\xff-]|%25|%[89a-fA-F][0-9a-fA-F])*$/.test(
		host,
	)
		? percentDecoded(host)
		: undefined;
}

function isUserInfo(info: string): boolean {
	return (
		/^[\w.:~!$&'()*+,;=%@-]*$/.test(info) && percentDecoded(info) !== undefined
	);
}

function percentDecoded(text: string): string | undefined {
	if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
	return text.replace(/%(..)/g, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
}

function cut(text: string, separator: string): [before: string, after: string] {
	const at = text.indexOf(separator);
	return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
