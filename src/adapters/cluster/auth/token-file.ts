import { FailureError } from "../../../core/output/failure.ts";
import type { Clock, Files } from "../../../world.ts";
import { bearer, type Credential, type Credentials } from "./credentials.ts";

/** Milliseconds: a pod's token is replaced long before it expires; client-go reads it once a minute. */
const AGE = 60_000;
const LIMIT = 1 << 20;

/** A token that somebody else keeps fresh in a file. `tls`: a client certificate beside it. */
export function tokenFile(
	path: string,
	tls: () => Promise<Credential["tls"]>,
	files: Files,
	clock: Clock,
): Credentials {
	let read: { at: number; credential: Promise<Credential> } | undefined;

	async function load(): Promise<Credential> {
		const token = (await files.read(path, LIMIT)).toString("utf8").trim();
		if (token === "")
			throw new FailureError({ cause: "token-file-empty", path });
		return { headers: bearer(token), tls: await tls() };
	}

	function fresh(): Promise<Credential> {
		read = { at: clock.elapsed(), credential: load() };
		return read.credential;
	}

	return {
		current: () =>
			read !== undefined && clock.elapsed() - read.at < AGE
				? read.credential
				: fresh(),
		async renew(refused) {
			const current = await read?.credential;
			if (current !== undefined && current !== refused) return true;
			const { headers } = await fresh();
			return headers.authorization !== refused.headers.authorization;
		},
	};
}
