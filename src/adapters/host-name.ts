/** The host name of a URL as sockets and look-ups take it: an IPv6 address without its brackets. */
export function unbracketed(hostname: string): string {
	return hostname.replace(/^\[|\]$/g, "");
}
