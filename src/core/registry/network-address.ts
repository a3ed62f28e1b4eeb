/**
 * What an address tells of where it lies. Hosts are as a URL has them: lower
 * case, IPv6 in brackets, IPv4 in four decimal parts whatever way it was written.
 */

/** Is this host the machine itself? https://www.rfc-editor.org/rfc/rfc6761#section-6.3 for the names. */
export function isLoopbackHost(host: string): boolean {
	if (host === "localhost" || host.endsWith(".localhost")) return true;
	const v4 = ipv4Of(host);
	return v4 ? v4[0] === 127 : bare(host) === "::1";
}

/**
 * Does this host lie where only the inside of a network can reach: a loopback,
 * private, shared, link-local or unspecified address, or a loopback name? Other
 * names are not resolved here and count as public.
 */
export function isPrivateHost(host: string): boolean {
	if (isLoopbackHost(host)) return true;
	const v4 = ipv4Of(host);
	if (v4) {
		const [a, b] = v4;
		return (
			a === 0 ||
			a === 10 ||
			(a === 100 && b >= 64 && b < 128) ||
			(a === 169 && b === 254) ||
			(a === 172 && b >= 16 && b < 32) ||
			(a === 192 && b === 168)
		);
	}
	// fc00::/7 unique local, fe80::/10 link-local, fec0::/10 its forerunner, :: unspecified.
	return /^(::$|f[cd][0-9a-f]{2}:|fe[89a-f][0-9a-f]:)/.test(bare(host));
}

/** The four parts of an IPv4 address, also of one that an IPv6 address carries (mapped, or by NAT64). */
function ipv4Of(
	host: string,
): readonly [number, number, number, number] | undefined {
	const address = bare(host);
	const dotted =
		/^(?:::ffff:|64:ff9b::)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(
			address,
		);
	if (dotted)
		return [
			Number(dotted[1]),
			Number(dotted[2]),
			Number(dotted[3]),
			Number(dotted[4]),
		];
	const hex = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(
		address,
	);
	if (!hex) return undefined;
	const high = Number.parseInt(hex[1] ?? "", 16);
	const low = Number.parseInt(hex[2] ?? "", 16);
	return [high >> 8, high & 255, low >> 8, low & 255];
}

function bare(host: string): string {
	return host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
}
