import type {
	LoginFault,
	TokenServerFault,
} from "../core/registry/login-fault.ts";

/** Why nobody logs in to a registry: one clause about it, which does not name it. */
export function loginFaultWords(fault: LoginFault): string {
	switch (fault.is) {
		case "no-address":
			return "its token realm is not an http or https address";
		case "user-information":
			return "its token realm carries user information";
		case "unencrypted":
			return `its token realm is at http://${fault.host}, where the credential would travel unencrypted${fault.allowable ? " (--registry-insecure allows that)" : ""}`;
		case "private":
			return `its token realm is at the private address ${fault.host}, which is not the registry's own`;
		case "no-challenge":
			return `it answers ${fault.status} and names no way to log in`;
		case "unknown-scheme":
			return `it answers ${fault.status} and asks for a way to log in that container runtimes do not know`;
	}
}

/** Why a token server gave no token: one clause about a registry's, which names its host. */
export function tokenServerWords(fault: TokenServerFault): string {
	return `its token server ${fault.host} ${tokenAnswerWords(fault)}`;
}

function tokenAnswerWords(fault: TokenServerFault): string {
	switch (fault.is) {
		case "redirect":
			return `redirects to ${fault.to}, where the credential is not sent`;
		case "status":
			return `answers ${fault.status}${fault.words === "" ? "" : ` (${fault.words})`}`;
		case "no-token":
			return "answers without a token";
	}
}
