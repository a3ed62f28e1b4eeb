import type {
	CredentialFault,
	ProgramFault,
	StoredFault,
} from "../core/output/credential-fault.ts";
import { said } from "../core/output/printable.ts";
import { type Clauses, clause } from "./wording.ts";

const CREDENTIAL_WORDS: Readonly<Record<CredentialFault, string>> = {
	"username-empty": "the username is empty",
	"username-colon":
		"a username cannot contain a colon (Basic authentication ends it there)",
	"username-byte-order-mark": "the username contains a byte order mark",
	"username-control-character": "the username contains a control character",
	"password-empty": "the password is empty",
	"password-begins-byte-order-mark":
		"the password begins with a byte order mark",
	"password-byte-order-mark": "the password contains a byte order mark",
	"password-nul":
		"the password contains NUL characters, as text in UTF-16 does",
	"password-line-end": "the password ends in a line end",
	"password-lines": "the password has several lines",
	"password-control-character": "the password contains a control character",
	"password-invisible-character":
		"the password contains an invisible character",
	"password-white-space": "the password begins or ends with white space",
	empty: "it has neither a user nor a password",
	"not-text": "it is not UTF-8 text",
};

/** What is, or may be, wrong with a credential: one clause that quotes nothing. */
export function credentialFaultWords(fault: CredentialFault): string {
	return CREDENTIAL_WORDS[fault];
}

const STORED_WORDS: Clauses<StoredFault> = {
	credential: ({ fault }) => credentialFaultWords(fault),
	"entry-not-object": "it is not a JSON object",
	"fields-not-text": "its fields must be strings",
	"auth-differs":
		"its auth differs from its username and password, so it is not known which is right: log in again",
	"auth-invalid": ({ error }) => `its auth cannot be used: ${error}`,
	"identity-token":
		"it is an identity token, which a pull secret cannot carry; make an access token, robot account or service principal for pulling, and give that with --registry-username and --registry-password-stdin",
	"helper-name": "its credential helper's name is not the name of a program",
	"not-json": "it did not answer in JSON",
	"not-object": "it did not answer with a JSON object",
	"no-login": "its answer has no Username or no Secret",
	empty: "its answer is empty",
	"no-token": "its answer has no token",
	"not-a-response":
		"its answer is not a CredentialProviderResponse of credentialprovider.kubelet.k8s.io/v1",
	"no-credential": "it has no credential",
	"auth-not-object": "its auth is not a JSON object",
	"other-registries": "its answer is for other registries",
	failed: programFaultWords,
};

/** Why a pull secret cannot carry what is stored or provided: one clause about it that quotes nothing, or a program's own words. */
export function storedFaultWords(fault: StoredFault): string {
	return clause(STORED_WORDS, fault);
}

/** What a program that failed said, else how it ended; both of one that was ended, which may have said something else. */
export function programFaultWords({
	words,
	ended,
}: Omit<ProgramFault, "is">): string {
	if (typeof ended === "string")
		return `ended by ${ended}${words === "" ? ", no output" : `: ${said(words)}`}`;
	return words === "" ? `exit status ${ended}, no output` : said(words);
}
