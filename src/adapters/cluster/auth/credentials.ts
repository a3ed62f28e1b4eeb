import type { ConnectionOptions } from "node:tls";
import type { Files } from "../../../world.ts";
import { pem } from "../http/dial.ts";
import type { UserEntry } from "../kubeconfig/document.ts";

/** What one request shows of who is asking. */
export interface Credential {
	readonly headers: Readonly<Record<string, string>>;
	/** Client certificate of the connection: a change of it needs a new one. */
	readonly tls: Pick<ConnectionOptions, "cert" | "key">;
}

/** What requests carry to say who asks. */
export interface Credentials {
	/** The one for the next request. Throws FailureError where it cannot be had. */
	current(): Promise<Credential>;
	/** Fetches a newer one than `refused`, which the server answered with 401; false where there is none. */
	renew(refused: Credential): Promise<boolean>;
}

/** The header of a bearer token. */
export function bearer(token: string): Record<string, string> {
	return { authorization: `Bearer ${token}` };
}

/** The certificate and key that a user names; none where it names none. */
export async function clientCertificate(
	user: UserEntry,
	files: Files,
): Promise<Credential["tls"]> {
	const cert = await pem(user, "client-certificate", files);
	const key = await pem(user, "client-key", files);
	return { ...(cert && { cert }), ...(key && { key }) };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
export function impersonationHeaders(
	user: UserEntry,
): Record<string, string | string[]> {
	const groups = user["as-groups"] ?? [];
	return {
		...(user.as && { "impersonate-user": user.as }),
		...(user["as-uid"] && { "impersonate-uid": user["as-uid"] }),
		...(groups.length > 0 && { "impersonate-group": [...groups] }),
		...Object.fromEntries(
			Object.entries(user["as-user-extra"] ?? {}).map(([key, values]) => [
				`impersonate-extra-${headerName(key)}`,
				[...values],
			]),
		),
	};
}

/** Any text as a part of a header's name: as of an address, in which parentheses would stay. */
function headerName(text: string): string {
	return encodeURIComponent(text)
		.replaceAll("(", "%28")
		.replaceAll(")", "%29")
		.toLowerCase();
}
