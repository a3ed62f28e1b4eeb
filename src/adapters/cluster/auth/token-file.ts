import { FailureError } from "../../../core/output/failure.ts";
import type { Clock, Files } from "../../../world.ts";
import { bearer, type Credential, type Credentials } from "./credentials.ts";
import { renewed } from "./renewed.ts";

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
	let last: Credential | undefined;
	return renewed(async () => {
		const token = (await files.read(path, LIMIT)).toString("utf8").trim();
		if (token === "")
			throw new FailureError({ cause: "token-file-empty", path });
		const headers = bearer(token);
		// The same token is the same credential: one that was refused would be again.
		if (
			last === undefined ||
			last.headers.authorization !== headers.authorization
		)
			last = { headers, tls: await tls() };
		return { credential: last, expires: clock.now() + AGE };
	}, clock);
}
