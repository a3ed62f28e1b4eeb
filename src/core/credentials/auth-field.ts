import { Credential } from "./credential.ts";

/**
 * What a kubelet says of an `auth` field that it cannot use. It decodes by Go's
 * base64.StdEncoding where the text ends in padding, else by RawStdEncoding: line ends are
 * passed over anywhere, the URL-safe alphabet is refused.
 */
export function authFault(auth: string): string | undefined {
	if (auth === "") return undefined;
	// White space is what Go takes for it.
	const padded = /=(?:(?!\ufeff)[\s\u0085])*$/.test(auth);
	const at = /^[A-Za-z0-9+/\r\n]*/.exec(auth)?.[0].length ?? 0;
	const digits = auth.slice(0, at).replace(/[\r\n]+/g, "").length;
	const fault = endFault(auth, at, digits % 4, padded);
	if (fault !== undefined) return `illegal base64 data at input byte ${fault}`;
	return Buffer.from(auth, "base64").includes(":")
		? undefined
		: "unable to parse auth field, must be formatted as base64(username:password)";
}

/** The credential in a field that `authFault` finds nothing wrong with: all up to the first colon is the user. */
export function decodeAuth(auth: string): Credential {
	return Credential.fromBytes(Buffer.from(auth, "base64"));
}

/** Where Go finds fault with what follows the last character of the alphabet. */
function endFault(
	text: string,
	from: number,
	inQuantum: number,
	padded: boolean,
): number | undefined {
	if (from === text.length) return inQuantum === 1 ? from - 1 : undefined;
	if (!padded || text[from] !== "=" || inQuantum < 2) return from;
	let at = skipLineEnds(text, from + 1);
	if (inQuantum === 2) {
		if (at === text.length) return at;
		if (text[at] !== "=") return at - 1;
		at = skipLineEnds(text, at + 1);
	}
	return at < text.length ? at : undefined;
}

function skipLineEnds(text: string, from: number): number {
	let at = from;
	while (text.charCodeAt(at) === 0x0a || text.charCodeAt(at) === 0x0d) at++;
	return at;
}
