import { withoutUserInfo } from "../../../core/output/address.ts";
import { OperationError } from "../../../errors.ts";

/**
 * The server's address as a URL; http where it has no scheme, like client-go. Its path is a prefix of
 * every request's. User information in it is left out. Throws OperationError.
 */
export function serverUrl(server: string): URL {
	const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(server)
		? server
		: `http://${server}`;
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (!url || !/^https?:$/.test(url.protocol))
		throw new OperationError(
			`server "${withoutUserInfo(server)}" is not an address: write it as https://HOST:PORT`,
		);
	url.search = "";
	url.hash = "";
	// Shown nowhere, and sent nowhere: API servers know no such logins any more.
	url.username = "";
	url.password = "";
	return url;
}
