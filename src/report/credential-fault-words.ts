import type {
	ProgramFault,
	ProviderFault,
	RejectionHint,
	StoredFault,
} from "../core/output/credential-fault.ts";

const CREDENTIAL_WORDS: Readonly<Record<RejectionHint, string>> = {
	"username-empty": "the user name is empty",
	"username-colon":
		"a user name cannot contain a colon (Basic authentication ends it there)",
	"username-byte-order-mark": "the user name contains a byte order mark",
	"username-control-character": "the user name contains a control character",
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
export function credentialFaultWords(fault: RejectionHint): string {
	return CREDENTIAL_WORDS[fault];
}

/** Why a pull secret cannot carry what is stored: one clause about it that quotes nothing. */
export function storedFaultWords(fault: StoredFault): string {
	switch (fault.is) {
		case "credential":
			return credentialFaultWords(fault.fault);
		case "entry-not-object":
			return "it is not a JSON object";
		case "fields-not-text":
			return "its fields must be texts";
		case "auth-differs":
			return "its auth differs from its username and password, so it is not known which is right: log in again";
		case "auth-invalid":
			return `its auth cannot be used: ${fault.error}`;
		case "identity-token":
			return "it is an identity token, which a pull secret cannot carry; make an access token, robot account or service principal for pulling, and give that with --registry-username and --registry-password-stdin";
		case "helper-name":
			return "its credential helper's name is not the name of a program";
		case "not-json":
			return "it did not answer in JSON";
		case "not-object":
			return "it did not answer with a JSON object";
		case "no-login":
			return "its answer has no Username or no Secret";
	}
}

/** Why a provider gave no credential: one clause about it, or its own words. */
export function providerFaultWords(fault: ProviderFault): string {
	switch (fault.is) {
		case "empty":
			return "its answer is empty";
		case "no-token":
			return "its answer has no token";
		case "not-a-response":
			return "its answer is not a CredentialProviderResponse of credentialprovider.kubelet.k8s.io/v1";
		case "no-credential":
			return "it has no credential";
		case "auth-not-object":
			return "its auth is not a JSON object";
		case "other-registries":
			return "its answer is for other registries";
		case "failed":
			return programFaultWords(fault);
		default:
			return storedFaultWords(fault);
	}
}

/** What a program that failed said, else how it ended; both of one that was ended, which may have said something else. */
export function programFaultWords({ words, ended }: ProgramFault): string {
	if (typeof ended === "string")
		return `ended by ${ended}${words === "" ? ", no output" : `: ${words}`}`;
	return words || `exit status ${ended}, no output`;
}
