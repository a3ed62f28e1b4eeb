import { withoutPasswords } from "../../../core/output/address.ts";
import { FailureError } from "../../../core/output/failure.ts";

/**
 * The server's address as a URL; http where it has no scheme, like client-go. Its path is a prefix of
 * every request's. User information in it is left out. Throws FailureError.
 */
export function serverUrl(server: string): URL {
	const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(server)
		? server
		: `http://${server}`;
	const url = URL.parse(text);
	if (!url || !/^https?:$/.test(url.protocol))
		throw new FailureError({
			cause: "server-invalid",
			server: withoutPasswords(server),
		});
	url.search = "";
	url.hash = "";
	// Shown nowhere, and sent nowhere: API servers know no such logins any more.
	url.username = "";
	url.password = "";
	return url;
}
