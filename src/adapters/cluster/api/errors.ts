import {
	type CertificateFault,
	certificateFault,
} from "../../../core/certificate-fault.ts";
import { fieldOf, readJsonObject, textIn } from "../../../core/json-object.ts";
import { someOf } from "../../../core/output/some-of.ts";
import {
	ApiError,
	ConnectionError,
	OperationError,
	type StatusDetails,
} from "../../../errors.ts";
import { certificateNames, codeOf } from "../../error-code.ts";
import type { Redact } from "./redact.ts";

/** An ApiError that also knows when and how to ask again. */
export class StatusError extends ApiError {
	constructor(
		status: number,
		reason: string,
		detail: string,
		/** Milliseconds from the Retry-After header; 0 without one. */
		readonly retryAfter: number,
		/** With a 410 to a page: where the rest of the list begins, as it is by now; "" without one. */
		readonly continueToken: string,
		details?: StatusDetails,
	) {
		super(status, reason, detail, details);
	}
}

/** Milliseconds: whoever asks for more (a gateway, or somebody who means ill) would be asked no more. */
const LONGEST_RETRY_AFTER = 30_000;

/**
 * The server's answer of status 400 and above, from its body: a Status, or whatever a proxy in between
 * sent. `retryAfter`: the header's value, in seconds (API servers send no dates). `redact`: what of its
 * words may be shown.
 */
export function refusal(
	status: number,
	body: string,
	retryAfter: string,
	redact: Redact,
): StatusError {
	// What is no JSON object is an answer, too, that says nothing.
	const answer = readJsonObject(body);
	const said = textIn(answer, "reason");
	// A word in the style of `NotFound`: anything else is no reason that somebody goes by.
	const reason = /^[A-Za-z]{1,63}$/.test(said) ? redact(said) : "";
	// A proxy's HTML page says nothing to a reader of one line.
	const message =
		textIn(answer, "message") ||
		`the server answered ${status} without saying why`;
	const seconds = Number(retryAfter) || 0;
	// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
	const details = fieldOf(answer, "details");
	const causes = fieldOf(details, "causes");
	return new StatusError(
		status,
		reason,
		worded(status, redact(message)),
		Math.min(seconds * 1000, LONGEST_RETRY_AFTER),
		textIn(fieldOf(answer, "metadata"), "continue"),
		{
			kind: textIn(details, "kind"),
			name: textIn(details, "name"),
			causes: Array.isArray(causes)
				? causes.map((cause) => textIn(cause, "reason"))
				: [],
		},
	);
}

/** ApiError puts "The " before a 422's detail; what is not about one object is then a request. */
function worded(status: number, message: string): string {
	if (status !== 422 || / "[^"]*" is invalid: /.test(message)) return message;
	return `request is invalid: ${message}`;
}

/** What was asked of which server, for what is said about the answer. */
export interface Asked {
	readonly server: URL;
	readonly method: string;
	/** With the query, which is not shown. */
	readonly path: string;
}

/**
 * An answer that no API server gives: `got` says what it is, `wanted` what it should be. Asking again
 * would bring the same.
 */
export function strangeAnswer(
	asked: Asked,
	got: string,
	wanted: string,
): ConnectionError {
	return new ConnectionError(
		`error: ${whatWasAsked(asked)} with ${got} instead of ${wanted}: is it an API server, or a login page or proxy in front of one?`,
	);
}

/** An answer that is larger than what is ever read (`limit`: bytes). */
export class OversizedAnswer extends ConnectionError {
	constructor(asked: Asked, limit: number) {
		super(
			`error: ${whatWasAsked(asked)} with more than ${limit / 2 ** 20} MiB, which is not read`,
		);
	}
}

/** At most so many bytes of an answer, else OversizedAnswer. */
export function atMost(limit: number, asked: Asked) {
	return { most: limit, exceeded: () => new OversizedAnswer(asked, limit) };
}

function whatWasAsked({ server, method, path }: Asked): string {
	return `${server.origin} answered ${method} ${path.split("?")[0]}`;
}

/**
 * What kept a request from being answered, in kubectl's words. `server` is `https://host:port`.
 * https://github.com/kubernetes/kubectl/blob/v0.32.0/pkg/cmd/util/helpers.go StandardErrorMessage
 */
export function connectionError(
	cause: unknown,
	server: URL,
	hint = "",
): ConnectionError {
	if (cause instanceof ConnectionError) return cause;
	if (codeOf(cause) === "ECONNREFUSED")
		return new ConnectionError(
			`The connection to the server ${server.host} was refused - did you specify the right host or port?${hint && ` (${hint})`}`,
		);
	if (cause instanceof OperationError)
		return new ConnectionError("Unable to connect to the server", cause);
	return new ConnectionError(
		`Unable to connect to the server: ${reasonOf(cause, server)}`,
	);
}

const UNKNOWN_AUTHORITY = "certificate signed by unknown authority";
const EXPIRED = "certificate has expired or is not yet valid";

/** Go's words, so that what users find on the web about kubectl fits. */
const CERTIFICATE_REASONS: Readonly<
	Record<Exclude<CertificateFault, "other name">, string>
> = {
	"unknown authority": UNKNOWN_AUTHORITY,
	"self-signed": UNKNOWN_AUTHORITY,
	"broken signature": UNKNOWN_AUTHORITY,
	"authority is none": UNKNOWN_AUTHORITY,
	expired: EXPIRED,
	"not valid yet": EXPIRED,
	revoked: "certificate has been revoked",
	"not for servers": "certificate specifies an incompatible key usage",
};

/** The same for what is no certificate, by Node's codes. */
const REASONS: Readonly<Record<string, string>> = {
	ECONNRESET: "connection reset by peer",
	EPIPE: "broken pipe",
	EHOSTUNREACH: "no route to host",
	ENETUNREACH: "network is unreachable",
	ETIMEDOUT: "i/o timeout",
	ERR_SSL_WRONG_VERSION_NUMBER:
		"http: server gave HTTP response to HTTPS client",
	EPROTO: "tls: the server does not speak TLS",
	HPE_INVALID_CONSTANT: "malformed HTTP response",
};

function reasonOf(cause: unknown, server: URL): string {
	const code = codeOf(cause) ?? "";
	if (code === "ENOTFOUND" || code === "EAI_AGAIN")
		return `dial tcp: lookup ${server.hostname}: no such host`;
	const fault = certificateFault(code);
	if (fault !== undefined)
		return `tls: failed to verify certificate: x509: ${
			fault === "other name"
				? `certificate is valid for ${namesOf(cause)}, not ${Reflect.get(Object(cause), "host") ?? server.hostname}`
				: CERTIFICATE_REASONS[fault]
		}`;
	// OpenSSL's words end with what is wrong; which part of it found that comes first.
	if (code.startsWith("ERR_OSSL_"))
		return `tls: the client certificate or its key cannot be used: ${messageOf(cause).replace(/^.*::?/, "")}`;
	return REASONS[code] ?? messageOf(cause);
}

function messageOf(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause);
}

function namesOf(cause: unknown): string {
	const names = certificateNames(cause);
	return names === ""
		? "other names"
		: someOf(names.split(", ").map((name) => name.replace(/^[^:]+:/, "")));
}
