import { said } from "../core/output/printable.ts";
import { displayHost } from "../core/registry/server.ts";
import type {
	Unverifiable,
	Verification,
} from "../core/registry/verification.ts";
import { credentialFaultWords } from "./credential-fault-words.ts";
import {
	loginFaultWords,
	METHOD_NOT_ALLOWED,
	saidOr,
	tokenServerWords,
} from "./login-fault-words.ts";
import { registryFaultWords } from "./registry-fault-words.ts";
import { type Clauses, clause } from "./wording.ts";

/** A verification as one clause about the registry with this key. */
export function verificationWords(
	verification: Verification,
	key: string,
): string {
	const host = displayHost(key);
	switch (verification.outcome) {
		case "good":
			return `${host} accepts the credential${verification.pullable === undefined ? "" : `, and ${verification.pullable} can be pulled with it`}`;
		case "rejected": {
			const { words, status, hint } = verification;
			return `${host} rejects the credential${words === "" ? ` (${status})` : `: ${said(words)}`}${hint === undefined ? "" : ` (${credentialFaultWords(hint)})`}`;
		}
		case "cannot-pull": {
			const { image, because } = verification;
			return `${host}: cannot pull ${image}: ${because.is === "absent" ? "not found, or no access" : `no permission, or no such repository (${saidOr(because)})`}`;
		}
		case "unverifiable":
			return `could not verify the credential for ${host}: ${clause(UNVERIFIABLE_WORDS, verification.because)}${verification.pullable === undefined ? "" : ` (${verification.pullable} can be pulled, with any credential)`}`;
		case "unreachable":
			return `could not verify the credential: ${registryFaultWords(verification.fault)}`;
	}
}

const UNVERIFIABLE_WORDS: Clauses<Unverifiable> = {
	open: "the registry asks for no credential",
	"accepts-any": "the registry accepts any credential, or none",
	"no-single-host": "its key stands for several hosts, or for none",
	"docker-hub": "it is Docker Hub's, and is sent nowhere else",
	login: ({ fault }) => loginFaultWords(fault),
	"token-server": ({ fault, scoped }) =>
		`${tokenServerWords(fault)}${fault.is === "status" && fault.status !== METHOD_NOT_ALLOWED && !scoped ? ": try again with --verify-image IMAGE" : ""}`,
};
