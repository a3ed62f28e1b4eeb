import type { ConnectionOptions } from "node:tls";
import type { Clock, Files } from "../../world.ts";
import type { Impersonation, UserEntry } from "./kubeconfig.ts";

/** What shows the server who is asking. */
export interface Credentials {
	/** Headers of the next request. Throws OperationError where a credential cannot be had. */
	headers(): Promise<Record<string, string | string[]>>;
	/** Client certificate and key of the next connection. */
	tls(): Promise<ConnectionOptions>;
	/** After a 401: fetches the credential anew where it has a source; false where there is nothing newer. */
	renew(): Promise<boolean>;
}

/** kubelets renew a pod's token long before it expires; client-go reads it once a minute. */
const TOKEN_FILE_AGE = 60_000;
const FILE_LIMIT = 16 << 20;

/** The credentials that a kubeconfig holds or points at. */
export function staticCredentials(
	user: UserEntry,
	files: Files,
	clock: Clock,
): Credentials {
	let read: { at: number; token: string } | undefined;
	async function token(): Promise<string | undefined> {
		if (user.tokenFile === undefined) return user.token;
		if (read === undefined || clock.now() - read.at >= TOKEN_FILE_AGE) {
			const text = (await files.read(user.tokenFile, FILE_LIMIT)).toString();
			read = { at: clock.now(), token: text.trim() };
		}
		return read.token;
	}
	return {
		async headers() {
			const bearer = await token();
			if (bearer) return { authorization: `Bearer ${bearer}` };
			if (!user.username && !user.password) return {};
			const pair = `${user.username ?? ""}:${user.password ?? ""}`;
			return {
				authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
			};
		},
		tls: () => clientCertificate(user, files),
		async renew() {
			if (user.tokenFile === undefined) return false;
			const old = read?.token;
			read = undefined;
			return (await token()) !== old;
		},
	};
}

/** Data wins over a file, as with kubectl. */
async function clientCertificate(
	user: UserEntry,
	files: Files,
): Promise<ConnectionOptions> {
	const cert = await pem(
		user.clientCertificateData,
		user.clientCertificate,
		files,
	);
	const key = await pem(user.clientKeyData, user.clientKey, files);
	return { ...(cert && { cert }), ...(key && { key }) };
}

async function pem(
	data: string | undefined,
	path: string | undefined,
	files: Files,
): Promise<Buffer | undefined> {
	if (data) return Buffer.from(data, "base64");
	return path === undefined ? undefined : files.read(path, FILE_LIMIT);
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
export function impersonationHeaders(
	impersonate: Impersonation = {},
): Record<string, string | string[]> {
	const { user, uid, groups, extra } = impersonate;
	return {
		...(user && { "impersonate-user": user }),
		...(uid && { "impersonate-uid": uid }),
		...(groups?.length && { "impersonate-group": [...groups] }),
		...Object.fromEntries(
			Object.entries(extra ?? {}).map(([key, values]) => [
				`impersonate-extra-${encodeURIComponent(key).toLowerCase()}`,
				[...values],
			]),
		),
	};
}
