import type {
	ConnectionFailure,
	ExecPluginFault,
	FieldType,
	KubeconfigFault,
	OidcFault,
	UserFault,
} from "../core/output/connection-failure.ts";
import { someOf } from "../core/output/some-of.ts";
import { word } from "./command-line.ts";
import type { AboutFailure, FailureWording } from "./wording.ts";

/** What a kubeconfig has of a kind, for whoever named what it has not: `contexts: dev, prod`. */
export function entriesWords(
	kind: "context" | "cluster" | "user",
	known: readonly string[],
): string {
	return known.length === 0
		? `the kubeconfig has no ${kind}s; see: kubectl config view`
		: `${kind}s: ${someOf(known.toSorted())}`;
}

/** Why there is no connection to be had. */
export const CONNECTION_WORDS: FailureWording<ConnectionFailure> = {
	"kubeconfig-invalid": ({ path, fault }) =>
		`error loading config file "${path}": ${kubeconfigFaultWords(fault)}; compare: kubectl config view --kubeconfig=${word(path)}`,
	"kubeconfig-entry-missing": ({ kind, name, known }) =>
		`${kind} "${name}" does not exist; ${entriesWords(kind, known)}`,
	"kubeconfig-cluster-contradictory": ({ cluster, because }) =>
		`cluster "${cluster}": ${because === "two-authorities" ? "certificate-authority-data and certificate-authority are both specified" : "specifying a root certificates file with the insecure flag is not allowed"}: remove one of them`,
	"kubeconfig-user-unusable": ({ user, fault }) =>
		`user "${user}": ${userFaultWords(fault)}`,
	"server-invalid": ({ server }) =>
		`server "${server}" is not an address: write it as https://HOST:PORT`,
	"token-file-empty": ({ path }) => `read empty token from file "${path}"`,
	"exec-plugin-failed": ({ fault }) =>
		`getting credentials: ${execPluginFaultWords(fault)}`,
	"oidc-failed": ({ fault }, { wordsOf }) =>
		`getting credentials: oidc: ${oidcFaultWords(fault, wordsOf).replace(/\s+/g, " ")}`,
	"issuer-unreachable": ({ issuer, error }, { wordsOf }) =>
		`cannot reach ${issuer}: ${typeof error === "string" ? error : wordsOf(error)}`,
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

function kubeconfigFaultWords(fault: KubeconfigFault): string {
	switch (fault.is) {
		case "not-yaml":
			return `it is not YAML${fault.line === undefined ? "" : ` (line ${fault.line})`}`;
		case "wrong-type":
			return `${fieldWords(fault)} is not ${FIELD_TYPES[fault.wanted]}`;
		case "wrong-value":
			return `${fault.field} is not ${fault.wanted}`;
		case "duplicate-name":
			return `duplicate name "${fault.name}" in ${fault.list}`;
	}
}

/** `value of env[1] of exec of user "u"`: from the inside out. */
function fieldWords({
	field,
	in: entry,
}: Extract<KubeconfigFault, { readonly is: "wrong-type" }>): string {
	const parts: string[] = [];
	for (const key of field) {
		if (typeof key === "number" && parts.length > 0) parts[0] += `[${key}]`;
		else parts.unshift(String(key));
	}
	const whole =
		entry === undefined ? "the file" : `${entry.kind} "${entry.name}"`;
	return [...parts, whole].join(" of ");
}

function userFaultWords(fault: UserFault): string {
	switch (fault.is) {
		case "impersonates-nobody":
			return "requesting uid, groups or user-extra without impersonating a user: add --as";
		case "two-methods":
			return "more than one authentication method found; found [token basicAuth], only one is allowed";
		case "file-and-data":
			return `${fault.field}-data and ${fault.field} are both specified`;
		case "no-client-key":
			return "client-key-data or client-key must be specified to use the clientCert authentication method";
		case "exec-and-auth-provider":
			return "authProvider cannot be provided in combination with an exec plugin";
		case "exec-without-command":
			return "exec plugin: command must be specified";
		case "exec-version":
			return `exec plugin: invalid apiVersion "${fault.version}": it must be ${fault.known.join(" or ")}`;
		case "exec-without-interactive-mode":
			return "exec plugin: interactiveMode must be specified: Never, IfAvailable or Always";
		case "exec-interactive-mode":
			return `exec plugin: invalid interactiveMode "${fault.mode}"`;
		case "auth-provider-gone":
			return `the auth-provider "${fault.name}" is gone since kubectl 1.26: use its exec plugin instead`;
	}
}

/** client-go's words, so that what users find on the web about kubectl fits. */
function execPluginFaultWords(fault: ExecPluginFault): string {
	switch (fault.is) {
		case "no-terminal":
			return "exec plugin cannot support interactive mode: standard input is not a terminal";
		case "not-found":
			return `exec: executable ${fault.command} not found: ${fault.hint || "install the credential plugin that the kubeconfig names"}`;
		case "not-run":
			return `exec: ${fault.text}`;
		case "output-too-large":
			return `exec: executable ${fault.command} produced more than 1 MiB of output`;
		case "exited":
			return `exec: executable ${fault.command} failed with exit code ${fault.code}`;
		case "killed":
			return `exec: executable ${fault.command} was ended by ${fault.signal}`;
		case "not-json":
			return `exec: what ${fault.command} printed is not JSON`;
		case "another-kind":
			return `exec: ${fault.command} printed no ExecCredential`;
		case "no-time":
			return `exec: ${fault.command} printed an expirationTimestamp that is not a time of RFC 3339`;
		case "another-version":
			return `exec plugin is configured to use API version ${fault.wanted}, plugin returned version ${fault.got}`;
		case "no-status":
			return "exec plugin didn't return a status field";
		case "certificate-or-key-alone":
			return "exec plugin returned only certificate or key, not both";
		case "no-credential":
			return "exec plugin didn't return a token or cert/key pair";
	}
}

function oidcFaultWords(
	fault: OidcFault,
	wordsOf: AboutFailure["wordsOf"],
): string {
	switch (fault.is) {
		case "expired":
			return "the id-token has expired and there is no refresh-token: log in again";
		case "no-id-token":
			return "the provider's answer has no id_token";
		case "not-a-jwt":
			return "the id-token is not a JWT";
		case "not-asked":
			return wordsOf(fault.error);
		case "refused":
			return fault.text;
	}
}
