import { isDeepStrictEqual } from "node:util";
import { FailureError } from "../../../core/output/failure.ts";
import type { Clock, Files } from "../../../world.ts";
import type { UserEntry } from "../kubeconfig/document.ts";
import {
	bearer,
	type Credential,
	type Credentials,
	clientCertificate,
} from "./credentials.ts";
import { renewed } from "./renewed.ts";

/** Milliseconds: what expires is replaced long before it does; client-go reads a token once a minute. */
const AGE = 60_000;
const LIMIT = 1 << 20;

/**
 * A credential that the kubeconfig or a flag holds, or files that they name: a token or a certificate in a
 * file is somebody else's to keep fresh.
 */
export function keptCredentials(
	user: UserEntry,
	files: Files,
	clock: Clock,
): Credentials {
	let last: Credential | undefined;
	return renewed(async () => {
		try {
			const headers = await headersOf(user, files);
			const next = { headers, tls: await clientCertificate(user, files) };
			// The same one, where nothing has changed: one that was refused would be again.
			const credential = isDeepStrictEqual(last, next) ? (last ?? next) : next;
			last = credential;
			return { credential, expires: clock.now() + AGE };
		} catch (error) {
			// While a file is being replaced the old one does, as with client-go.
			if (last === undefined) throw error;
			return { credential: last, expires: clock.now() };
		}
	}, clock);
}

/** A token file stands before a token. */
async function headersOf(
	{ tokenFile, token, username = "", password = "" }: UserEntry,
	files: Files,
): Promise<Record<string, string>> {
	if (tokenFile) {
		const text = (await files.read(tokenFile, LIMIT)).toString("utf8").trim();
		if (text !== "") return bearer(text);
		throw new FailureError({ cause: "token-file-empty", path: tokenFile });
	}
	if (token) return bearer(token);
	if (!username && !password) return {};
	const pair = Buffer.from(`${username}:${password}`).toString("base64");
	return { authorization: `Basic ${pair}` };
}
