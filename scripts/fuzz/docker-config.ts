import { readCredentialFile } from "../../src/core/registry/credential-file.ts";
import { dockerConfig } from "./images.ts";
import { isRecord, refusalIn } from "./oracle.ts";
import type { Subject } from "./subject.ts";

/**
 * What `docker login` stored, against docker's own reading. Docker refuses a whole file for one
 * bad entry, where ours goes on to the others: only what docker reads is compared.
 */
export const docker: Subject<string> = {
	name: "docker",
	input: dockerConfig,
	async compare(text, ask) {
		const theirs = await ask("docker", text);
		if (refusalIn(theirs) !== undefined || !isRecord(theirs))
			return { ours: theirs, theirs };
		const file = readCredentialFile(Buffer.from(text));
		// Of what docker finds nothing in, ours says what it is.
		if (typeof file === "string")
			return isJson(text) && Object.keys(theirs).length > 0
				? { ours: { error: file }, theirs }
				: { ours: theirs, theirs };
		const compared = Object.entries(theirs).filter(
			([key, entry]) =>
				isPlain(entry) &&
				// It says why: `auth` is another credential than username and password, for one.
				file.auths.get(key)?.stored("r").found !== "unusable",
		);
		const ours = compared.map(([key]) => {
			const found = file.auths.get(key)?.stored("r");
			return [
				key,
				found?.found === "credential"
					? {
							username: found.credential.username,
							password: found.credential.reveal(),
							token: false,
						}
					: found,
			];
		});
		return { ours, theirs: compared };
	},
};

/** Docker reads no further than the end of the first value. */
function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** What a pull Secret can carry; the rest ours refuses, and says why. */
function isPlain(entry: unknown): boolean {
	return (
		isRecord(entry) &&
		entry.token === false &&
		[entry.username, entry.password].every(
			(value) =>
				typeof value === "string" &&
				value !== "" &&
				/^[^\p{Cc}\ufffd]*$/u.test(value),
		)
	);
}
