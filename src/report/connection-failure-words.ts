import type {
	ConnectionFailure,
	ExecPluginFault,
	FieldType,
	KubeconfigFault,
	OidcFault,
	UserFault,
} from "../core/output/connection-failure.ts";
import { claimedName, said } from "../core/output/printable.ts";
import { someOf } from "../core/output/some-of.ts";
import { word } from "./command-line.ts";
import { type Clauses, clause, type FailureWording } from "./wording.ts";

/** What a kubeconfig has of a kind, for whoever named what it has not: `contexts: "dead one", prod`. */
export function entriesWords(
	kind: "context" | "cluster" | "user",
	known: readonly string[],
): string {
	return known.length === 0
		? `the kubeconfig has no ${kind}s; see: kubectl config view`
		: `${kind}s: ${someOf(known.toSorted().map((name) => (/[\s,]/.test(name) ? `"${name}"` : name)))}`;
}

/** Why there is no connection to be had. */
export const CONNECTION_WORDS: FailureWording<ConnectionFailure> = {
	"kubeconfig-invalid": ({ path, fault }) =>
		`error loading config file "${path}": ${clause(KUBECONFIG_WORDS, fault)}; compare: kubectl config view --kubeconfig=${word(path)}`,
	"kubeconfig-entry-missing": ({ kind, name, known }) =>
		`${kind} "${name}" does not exist; ${entriesWords(kind, known)}`,
	"kubeconfig-cluster-contradictory": ({ cluster, because }) =>
		`cluster "${cluster}": ${because === "two-authorities" ? "certificate-authority-data and certificate-authority are both specified" : "specifying a root certificates file with the insecure flag is not allowed"}: remove one of them`,
	"kubeconfig-user-unusable": ({ user, fault }) =>
		`user "${user}": ${clause(USER_WORDS, fault)}`,
	"server-invalid": ({ server }) =>
		`server "${server}" is not an address: write it as https://HOST:PORT`,
	"token-file-empty": ({ path }) => `read empty token from file "${path}"`,
	"exec-plugin-failed": ({ fault }) =>
		`getting credentials: ${clause(EXEC_WORDS, fault)}`,
	"oidc-failed": ({ fault }, { errorMessage }) => {
		const words =
			fault.is === "not-asked"
				? errorMessage(fault.error)
				: clause(OIDC_WORDS, fault);
		return `getting credentials: oidc: ${words.replace(/\s+/g, " ")}`;
	},
	"issuer-unreachable": ({ issuer, error }, { errorMessage }) =>
		`cannot reach ${issuer}: ${typeof error === "string" ? error : errorMessage(error)}`,
	"issuer-answer-too-large": ({ issuer }) =>
		`${issuer} answered with more than 1 MiB`,
};

const FIELD_TYPES: Readonly<Record<FieldType, string>> = {
	string: "a string",
	flag: "true or false",
	strings: "a list of strings",
	mapping: "a mapping",
	list: "a list",
};

const KUBECONFIG_WORDS: Clauses<KubeconfigFault> = {
	"not-yaml": ({ line }) =>
		`it is not YAML${line === undefined ? "" : ` (line ${line})`}`,
	"wrong-type": (fault) =>
		`${fieldWords(fault)} is not ${FIELD_TYPES[fault.wanted]}`,
	"wrong-value": ({ field, wanted }) => `${field} is not ${wanted}`,
	"duplicate-name": ({ name, list }) => `duplicate name "${name}" in ${list}`,
};

/** `value of env[1] of exec of user "u"`: from the inside out. */
function fieldWords({
	field,
	in: entry,
}: Omit<Extract<KubeconfigFault, { is: "wrong-type" }>, "is">): string {
	const parts: string[] = [];
	for (const key of field) {
		if (typeof key === "number" && parts.length > 0) parts[0] += `[${key}]`;
		else parts.unshift(String(key));
	}
	const whole =
		entry === undefined ? "the file" : `${entry.kind} "${entry.name}"`;
	return [...parts, whole].join(" of ");
}

const USER_WORDS: Clauses<UserFault> = {
	"impersonates-nobody":
		"requesting uid, groups or user-extra without impersonating a user: add --as",
	"two-methods":
		"more than one authentication method found; found [token basicAuth], only one is allowed",
	"file-and-data": ({ field }) =>
		`${field}-data and ${field} are both specified`,
	"no-client-key":
		"client-key-data or client-key must be specified to use the clientCert authentication method",
	"exec-and-auth-provider":
		"authProvider cannot be provided in combination with an exec plugin",
	"exec-without-command": "exec plugin: command must be specified",
	"exec-version": ({ version, known }) =>
		`exec plugin: invalid apiVersion "${version}": it must be ${known.join(" or ")}`,
	"exec-without-interactive-mode":
		"exec plugin: interactiveMode must be specified: Never, IfAvailable or Always",
	"exec-interactive-mode": ({ mode }) =>
		`exec plugin: invalid interactiveMode "${mode}"`,
	"auth-provider-gone": ({ name }) =>
		`the auth-provider "${name}" is gone since kubectl 1.26: use its exec plugin instead`,
};

/** client-go's words, so that what users find on the web about kubectl fits. */
const EXEC_WORDS: Clauses<ExecPluginFault> = {
	"no-terminal":
		"exec plugin cannot support interactive mode: standard input is not a terminal",
	"not-found": ({ command, hint }) =>
		`exec: executable ${command} not found: ${hint === "" ? "install the credential plugin that the kubeconfig names" : said(hint)}`,
	"not-run": ({ text }) => `exec: ${text}`,
	"output-too-large": ({ command }) =>
		`exec: executable ${command} produced more than 1 MiB of output`,
	exited: ({ command, code }) =>
		`exec: executable ${command} failed with exit code ${code}`,
	killed: ({ command, signal }) =>
		`exec: executable ${command} was ended by ${signal}`,
	"not-json": ({ command }) => `exec: what ${command} printed is not JSON`,
	"another-kind": ({ command }) => `exec: ${command} printed no ExecCredential`,
	"no-time": ({ command }) =>
		`exec: ${command} printed an expirationTimestamp that is not a time of RFC 3339`,
	"another-version": ({ wanted, got }) =>
		`exec plugin is configured to use API version ${wanted}, plugin returned version ${claimedName(got)}`,
	"no-status": "exec plugin didn't return a status field",
	"certificate-or-key-alone":
		"exec plugin returned only certificate or key, not both",
	"no-credential": "exec plugin didn't return a token or cert/key pair",
};

const OIDC_WORDS: Clauses<Exclude<OidcFault, { is: "not-asked" }>> = {
	expired:
		"the id-token has expired and there is no refresh-token: log in again",
	"no-id-token": "the provider's answer has no id_token",
	"not-a-jwt": "the id-token is not a JWT",
	refused: ({ text }) => said(text),
};
