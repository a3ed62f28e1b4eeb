import { OperationError } from "../../errors.ts";
import type { ClusterEntry } from "./kubeconfig.ts";

/**
 * The server's address as a URL. Without a scheme it is https where the cluster says how TLS is to be
 * done, else http, as with client-go's DefaultServerURL. Throws OperationError.
 */
export function serverUrl(server: string, cluster: ClusterEntry): URL {
	const tls =
		cluster.certificateAuthority ||
		cluster.certificateAuthorityData ||
		cluster.insecureSkipTlsVerify;
	const text = /^https?:\/\//i.test(server)
		? server
		: `${tls ? "https" : "http"}://${server}`;
	try {
		const url = new URL(text);
		url.search = "";
		url.hash = "";
		return url;
	} catch {
		throw new OperationError(
			`server "${server}" is not an address: it should read https://HOST:PORT`,
		);
	}
}
