import type { FileNote } from "../core/credentials/encoding.ts";
import type { CredentialNote } from "../core/note.ts";
import {
	isoSeconds,
	type NearEnd,
	timeLeft,
} from "../core/pull-secrets/expiry.ts";
import { displayHost, type ServerNote } from "../core/registry/server.ts";
import { displayKey } from "../core/registry/url.ts";
import { failureMessage } from "./failure.ts";
import { secretWords } from "./input-failure-words.ts";
import { verificationWords } from "./verification-words.ts";
import type { Wording } from "./wording.ts";

/** About a credential on its way to a source. */
export const CREDENTIAL_WORDS: Wording<ServerNote | FileNote | CredentialNote> =
	{
		"registry-lower-case": ({ key }) =>
			`the registry is written in lower case, as ${key}: kubelets compare letter case, so images must be too`,
		"registry-single-word": ({ key }) =>
			`${key} has neither a dot nor a port: a kubelet reads the image ${key}/NAME as docker.io/${key}/NAME, so this key never matches; use the full host name or add the port`,
		"byte-order-mark": ({ of, flag }) =>
			`${flag === undefined ? "" : `${flag}: `}the ${{ password: "password", "key-file": "key file", jwt: "JWT" }[of]} begins with a byte order mark, which was removed`,
		"key-file-incomplete": ({ field }) =>
			`the key file has no ${field}; some registries require it`,
		"credential-found": ({ key, from }) =>
			`using the credential for ${displayHost(key)} in ${"file" in from ? from.file : secretWords(from.secret)}`,
		"credential-narrower": ({ key }) =>
			`the credential is for images below ${key} alone, as in the file`,
		"credential-wanted": ({ key, source }) =>
			`replacing the credential for ${displayHost(key)} in ${secretWords(source)}`,
		"credential-expiring": (note) => ({
			message: expiryWords(note),
			...("script" in note && {
				advice: { words: "replace it with", script: note.script },
			}),
		}),
		"credential-valid": ({ key, left, untouched }) =>
			`the credential for ${displayHost(key)} is valid for ${timeLeft(left)}${untouched ? ": nothing to do" : ""}`,
		"credential-of-job": ({ key }) =>
			`the credential for ${displayHost(key)} ends with its CI job, and pulls fail after that; use a token that lasts, such as a deploy token`,
		"credential-verified": ({ key, verification }) =>
			verificationWords(verification, key),
		"trust-is-local": ({ flag, key }) =>
			`${flag} applies to this check only: the cluster's nodes must be set up for ${displayHost(key)} as well`,
		"entry-stays": ({ key, script }) => ({
			message: `the entry ${displayKey(key)} stays, which is for the same registry`,
			advice: { words: "remove it with", script },
		}),
		"entry-refused": ({ error }) => failureMessage(error),
		"entry-empty": ({ key, secret }) =>
			`the entry for ${displayHost(key)} in ${secretWords(secret)} is empty and is left out`,
	};

/** That a credential is over, or soon will be. */
export function expiryWords({ key, at, isOver }: NearEnd): string {
	return `the credential for ${displayHost(key)} ${isOver ? "expired" : "expires"} at ${isoSeconds(at)}`;
}
