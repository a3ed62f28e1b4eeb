/**
 * Why a kubelet could not pull an image, read from what it and the container runtime say.
 * The wording is that of kubelets from 1.0 to 1.36 over docker, containerd and CRI-O:
 * test/data/pull-messages.json has a hundred of them and where each was found.
 */
export type PullCause =
	/** A Secret that the pod names cannot be read, which fails every pull of the pod. */
	| "malformed-secret"
	| "invalid-reference"
	/** Absent from the node, or not accessible with this pod's credentials, under a policy that forbids pulling. */
	| "never-pull"
	/** A Secret that the pod names is not in its namespace. */
	| "missing-secret"
	| "expired-token"
	| "rate-limit"
	/** The registry was asked without a credential. */
	| "no-credentials"
	/** The registry says that the credential is wrong. */
	| "rejected"
	/** 403: wrong, expired, or without the right. */
	| "forbidden"
	/** No right, or no such repository: registries do not tell which. */
	| "denied"
	/** Unauthorized without a reason: there was no credential, or a wrong one. */
	| "unauthorized"
	| "untrusted-ca"
	| "expired-certificate"
	| "wrong-certificate-name"
	| "plain-http"
	| "unreachable"
	| "architecture"
	| "disk"
	| "not-found"
	/** It fails, and nothing here says why. */
	| "unknown";

/** What is known of one container that waits for its image. */
export type PullReport = {
	/** Of the waiting state; empty where only an event tells. */
	readonly reason: string;
	readonly message: string;
	/** Of this pod, about pulling: kubelets before 1.32 keep the detail out of the waiting state. */
	readonly events: readonly {
		readonly reason: string;
		readonly message: string;
	}[];
};

const WAITING_REASONS = new Set([
	"ErrImagePull",
	"ImagePullBackOff",
	"ErrImageNeverPull",
	"InvalidImageName",
	"ImageInspectError",
	"RegistryUnavailable",
	"SignatureValidationFailed",
]);

/** Whether a waiting container's reason says that its image is what it waits for. */
export function isPullFailure(reason: string): boolean {
	return WAITING_REASONS.has(reason);
}

/** In this order, the first that is found anywhere in a report wins. */
const RULES: readonly (readonly [cause: PullCause, pattern: RegExp])[] = [
	[
		"malformed-secret",
		// A registry that answers with a web page is also reported as an invalid character.
		/illegal base64 data|unable to parse auth field|json: cannot unmarshal|(?<!(?:response body|unmarshalling content): )invalid character '/,
	],
	[
		"invalid-reference",
		/InvalidImageName|couldn't parse image (?:name|reference)/,
	],
	["never-pull", /ErrImageNeverPull|with pull policy of Never/],
	[
		"missing-secret",
		/FailedToRetrieveImagePullSecret|Unable to retrieve some image pull secrets|\bsecrets? "[^"]+" not found/,
	],
	["expired-token", /authorization token has expired/i],
	["rate-limit", /toomanyrequests|429 \(?Too Many Requests|Status 429\b/i],
	[
		"no-credentials",
		/no basic auth credentials|failed to fetch anonymous token: [^\]]{0,600}?\b40[13]\b/,
	],
	[
		"rejected",
		/failed to fetch oauth token: [^\]]{0,600}?\b401\b|invalid username\/password|incorrect username or password|(?:unexpected status|failed with status code|invalid status code)[^\]]{0,600}?(?:\][^\]]{0,600}?)?\b401\b/,
	],
	[
		"forbidden",
		/failed to fetch oauth token: [^\]]{0,600}?\b403\b|\b403 \(?Forbidden|Status 403\b|: denied(?!: requested access)\b/,
	],
	[
		"denied",
		/pull access denied|insufficient_scope|requested access to the resource is denied|access to the requested resource is not authorized|does not exist or no pull access/,
	],
	["unauthorized", /\bunauthorized\b|401 \(?Unauthorized/i],
	["untrusted-ca", /x509: certificate signed by unknown authority/],
	["expired-certificate", /x509: certificate has expired or is not yet valid/],
	[
		"wrong-certificate-name",
		/x509: certificate is (?:valid for .*, not |not valid for any names)|x509: cannot validate certificate for|x509: certificate relies on legacy Common Name/,
	],
	["plain-http", /server gave HTTP response to HTTPS client/],
	[
		"unreachable",
		/no such host|connection refused|RegistryUnavailable|registry is unavailable|i\/o timeout|TLS handshake timeout|dial tcp|network is unreachable|no route to host|connection reset by peer|name resolution|Client\.Timeout exceeded|context deadline exceeded/,
	],
	["architecture", /no match for platform|no matching manifest/],
	["disk", /no space left on device/],
	[
		"not-found",
		/manifest unknown|name unknown|: not found|not found in repository|404 Not Found/,
	],
];

/** The cause that a report gives away; `unknown` where it gives away none. */
export function causeOf({ reason, message, events }: PullReport): PullCause {
	const text = [{ reason, message }, ...events]
		.map((said) => `${said.reason}\n${said.message}`)
		.join("\n");
	return RULES.find(([, pattern]) => pattern.test(text))?.[0] ?? "unknown";
}
