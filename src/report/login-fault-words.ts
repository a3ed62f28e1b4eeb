import { said } from "../core/output/printable.ts";
import type {
	LoginFault,
	TokenServerFault,
} from "../core/registry/login-fault.ts";
import { type Clauses, clause } from "./wording.ts";

const LOGIN_WORDS: Clauses<LoginFault> = {
	"no-address": "its token realm is not an http or https address",
	"user-information": "its token realm contains a username or password",
	unencrypted: ({ host, allowable }) =>
		`its token realm is at http://${host}, where the credential would travel unencrypted${allowable ? " (--registry-insecure allows that)" : ""}`,
	private: ({ host }) =>
		`its token realm is at the private address ${host}, which is not the registry's own`,
	"no-challenge": ({ status }) =>
		`it answers ${status} and names no way to log in`,
	"unknown-scheme": ({ status }) =>
		`it answers ${status} and asks for a way to log in that container runtimes do not know`,
};

/** Why nobody logs in to a registry: one clause about it, which does not name it. */
export function loginFaultWords(fault: LoginFault): string {
	return clause(LOGIN_WORDS, fault);
}

/** What was said of a refusal, or its status where that was nothing. */
export function saidOr({
	words,
	status,
}: {
	readonly words: string;
	readonly status: number;
}): string {
	return words === "" ? String(status) : said(words);
}

/** Why a token server gave no token: one clause about a registry's, which names its host. */
export function tokenServerWords(fault: TokenServerFault): string {
	return `its token server ${fault.host} ${clause(TOKEN_WORDS, fault)}`;
}

/**
 * Of a server that speaks only OAuth2: containerd posts first and gets where that is refused, docker only gets.
 * https://distribution.github.io/distribution/spec/auth/oauth/
 */
export const METHOD_NOT_ALLOWED = 405;

const TOKEN_WORDS: Clauses<TokenServerFault> = {
	redirect: ({ to }) => `redirects to ${to}, where the credential is not sent`,
	status: ({ status, words }) =>
		`answers ${status}${words === "" ? "" : ` (${said(words)})`}${status === METHOD_NOT_ALLOWED ? " to a GET request: only clients that log in with POST get a token" : ""}`,
	"no-token": "answers without a token",
};
