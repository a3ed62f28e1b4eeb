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
	return pullReason(reason) !== "";
}

/**
 * Such a reason in a word, "" for others. Kubelets from 1.33 on have an error's own words there where a pull
 * Secret cannot be read; what else they have is one word:
 * https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/kubelet/images/image_manager.go (EnsureImageExists)
 */
export function pullReason(reason: string): string {
	if (WAITING_REASONS.has(reason)) return reason;
	return reason.includes(" ") ? "ErrImagePull" : "";
}

/**
 * Why a kubelet could not pull an image, read from what it and the container runtime say. The wording is that of
 * kubelets from 1.0 to 1.37 over docker, containerd and CRI-O: test/data/pull-messages.json has a hundred of them and
 * where each was found. In this order, the first that is found wins: in an error that joins those of several
 * credentials, the worst that is said about one. Every gap in a pattern has a limit, so that no text takes long.
 * CRI-O leaves the code of an error out where its message is the usual one (containers/image, docker/errors.go).
 */
const RULES = [
	// A Secret that the pod names cannot be read, which fails every pull of the pod.
	[
		"malformed-secret",
		// A registry that answers with a web page is also reported as an invalid character.
		/illegal base64 data|unable to parse auth field|json: cannot unmarshal|(?<!(?:response body|unmarshalling content|response): )invalid character '(?!<)/,
	],
	[
		"invalid-reference",
		/InvalidImageName|couldn't parse image (?:name|reference)|invalid reference format/,
	],
	// Absent from the node, or not accessible with this pod's credentials, under a policy that forbids pulling.
	["never-pull", /ErrImageNeverPull|with pull policy of Never/],
	[
		"missing-secret",
		/FailedToRetrieveImagePullSecret|Unable to retrieve some image pull secrets|secrets? "[^"]{1,253}" not found/,
	],
	// CRI-O resolves no image without a registry in its name.
	[
		"short-name",
		/short[- ]name mode is enforcing|short-name "[^"]{1,300}" did not resolve/,
	],
	["signature", /SignatureValidationFailed|Source image rejected/],
	// The kubelet's own limit of pulls a second (registryPullQPS).
	["pull-qps", /pull QPS exceeded/],
	// The kubelet does not reach its own container runtime, the registry takes nobody from the nodes'
	// address, or what is there is no image.
	[
		"unknown",
		/dial unix |client with IP ["'][^"']{1,60}["'] is not allowed|unexpected media type (?!text\/html)/,
	],
	// What answers is a page of a proxy, a mirror, or a host that is no registry: a 403 with one is no registry's right.
	["web-page", /error parsing HTTP 403 response body: invalid character '</],
	// The nodes' proxy refuses, is not reached, or is not what it is taken for.
	["node-proxy", /proxyconnect/],
	["expired-token", /token (?:has|is) expired/i],
	[
		"rejected",
		/failed to fetch oauth token: (?:(?!failed to fetch)[^\]]){0,600}?\b401\b|invalid username\/password|[Ww]rong username was used|incorrect username or password|Bad credentials|password or token is incorrect|(?<!anonymous token: )(?:unexpected status|failed with status code|invalid status code)(?:(?!failed to fetch)[^\]]){0,600}?(?:\][^\]]{0,600}?)?\b401\b/,
	],
	// The registry was asked without a credential; these words are Google's.
	["no-credentials", /Unauthenticated requests do not have permission/],
	// No right, or no such repository: registries do not tell which.
	[
		"denied",
		/not authorized to perform: |Permission "[^"]{1,100}" denied on resource|insufficient scopes|does not have permission/,
	],
	// 403: wrong, expired, or without the right.
	[
		"forbidden",
		/failed to fetch oauth token: (?:(?!failed to fetch)[^\]]){0,600}?\b403\b|(?<!anonymous token: [^\]]{0,600}?)403 \(?Forbidden|Status 403|: denied(?!: requested access)/,
	],
	["no-credentials", /no basic auth credentials/],
	[
		"denied",
		/pull access denied|insufficient_scope|requested access to the resource is denied|access to the requested resource is not authorized|does not exist or no pull access/,
	],
	[
		"no-credentials",
		/failed to fetch anonymous token: [^\]]{0,600}?\b40[13]\b/,
	],
	["rate-limit", /too ?many ?requests|Status(?:Code:)? 429/i],
	// Unauthorized without a reason: there was no credential, or a wrong one.
	[
		"unauthorized",
		/unauthorized|HTTP 401 response body|: authentication (?:is )?required/i,
	],
	[
		"untrusted-ca",
		/x509: certificate signed by unknown authority|certificate is not trusted/,
	],
	["expired-certificate", /x509: certificate has expired or is not yet valid/],
	[
		"wrong-certificate-name",
		/x509: certificate is (?:valid for |not valid for any names)|x509: cannot validate certificate for|x509: certificate relies on legacy Common Name/,
	],
	[
		"unreachable",
		/no such host|connection refused|RegistryUnavailable|registry is unavailable|i\/o timeout|TLS handshake timeout|dial tcp|network is unreachable|no route to host|connection reset by peer|name resolution|timeout awaiting response headers|Client\.Timeout exceeded|context deadline exceeded/,
	],
	// To Go, what a proxy answers to CONNECT is the words of its status and no more.
	[
		"node-proxy",
		/(?<!403 ): Forbidden(?! \()|Proxy Authentication Required|URL": (?:Bad Gateway|Service Unavailable|Gateway Timeout)/,
	],
	[
		"plain-http",
		/server gave HTTP response to HTTPS client|first record does not look like a TLS handshake/,
	],
	[
		"https-only",
		/malformed HTTP (?:response|version)|Client sent an HTTP request to an HTTPS server/,
	],
	["tls-handshake", /(?:remote|local) error: tls: (?!bad record MAC)/],
	[
		"architecture",
		/no match for platform|no matching manifest|no image found in (?:manifest list|image index)|image operating system "[^"]{1,40}" cannot be used|image platform does not match|-based image is incompatible with a/,
	],
	["disk", /no space left on device|disk quota exceeded/],
	[
		"not-found",
		/manifest unknown|name unknown|name not known to registry|(?:MANIFEST|NAME)_UNKNOWN|tag \S{1,128} not found|not found in repository|404 \(?Not Found|HTTP 404/,
	],
	["web-page", /invalid character '<|unexpected media type text\/html/],
	[
		"registry-error",
		/5\d\d \(?(?:Internal Server Error|Not Implemented|Bad Gateway|Service Unavailable|Gateway Time-?out)|received unexpected HTTP status|unknown: internal server error|: service unavailable|(?:unexpected status|status code)[^\]]{0,600}?: 5\d\d/i,
	],
	// The transfer broke off: the network's or the registry's fault, and it is tried again.
	[
		"interrupted",
		/unexpected commit digest|unexpected EOF|: EOF|context canceled|request canceled|stream error|bad record MAC|read: connection timed out|write: broken pipe|http2: server sent GOAWAY/,
	],
	["not-found", /: not found/],
] as const satisfies readonly (readonly [cause: string, pattern: RegExp])[];

/** Why a pull failed; `unknown`: no rule knows what is said. */
export type PullCause = (typeof RULES)[number][0] | "unknown";

/** The cause that some words of a kubelet give away; `unknown` where they give away none. */
export function causeOf(words: string): PullCause {
	return RULES.find(([, pattern]) => pattern.test(words))?.[0] ?? "unknown";
}
