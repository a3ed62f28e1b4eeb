import {
	type CertificateFault,
	certificateFault,
} from "../certificate-fault.ts";
import { onOneLine } from "../output/printable.ts";

/** Why no registry answered, for whoever decides by it. */
export type FaultKind =
	| "dns"
	| "refused"
	| "timeout"
	| "tls"
	| "plain-http"
	| "proxy"
	| "network"
	/** At an address inside a network, where nobody who may say so sent us. */
	| "private"
	/** Something answered, and it is no registry that can be talked to. */
	| "not-a-registry"
	/** It answers, and has no time now: 429 or 5xx. */
	| "overloaded"
	/** It refuses the token that its own token server gave for the credential. */
	| "token-refused";

/** `because` is one clause that names the host and says what to do about it. */
export interface Fault {
	readonly kind: FaultKind;
	readonly because: string;
}

/** What the transport knows of a request without an answer. */
export interface TransportFailure {
	/** Node's, OpenSSL's or undici's code, as they name it; "" where there is none. */
	readonly code: string;
	/** For a certificate for another name: the names that it is for, as Node lists them. */
	readonly names?: string;
	/** How long was waited, in milliseconds, where time ran out. */
	readonly waited?: number;
}

/** What a certificate is, or is not. */
const CERTIFICATE_WORDS: Readonly<Record<CertificateFault, string>> = {
	"unknown authority": "is signed by an unknown CA",
	"self-signed": "is self-signed",
	expired: "has expired",
	"not valid yet": "is not valid yet: check the clocks",
	revoked: "has been revoked",
	"broken signature": "has a broken signature",
	"not for servers": "is not for servers",
	"authority is none": "is signed by a certificate that is not a CA",
	"other name": "is for another name",
};

const NETWORK_FAULTS: Readonly<Record<string, string>> = {
	ECONNRESET: "closed the connection",
	EPIPE: "closed the connection",
	UND_ERR_SOCKET: "closed the connection",
	EHOSTUNREACH: "cannot be reached (no route to host)",
	ENETUNREACH: "cannot be reached (no route to network)",
	EADDRNOTAVAIL: "cannot be reached (address not available)",
};

/** Codes by which TLS fails when the other side speaks plain http. */
const PLAIN_HTTP = new Set([
	"ERR_SSL_WRONG_VERSION_NUMBER",
	"ERR_SSL_PACKET_LENGTH_TOO_LONG",
	"ERR_SSL_HTTP_REQUEST",
]);

/**
 * What is wrong with the certificate of `host`, and what to do about it, as a clause; undefined: it is not
 * the certificate. `more` is said where its CA is to be given.
 */
export function certificateClause(
	{ code, names: listed = "" }: TransportFailure,
	host: string,
	more = "",
): string | undefined {
	const fault = certificateFault(code);
	if (fault === undefined) return undefined;
	const names = onOneLine(listed, 120);
	const advice =
		fault === "unknown authority" || fault === "self-signed"
			? `: give its CA with --registry-ca FILE ${more}`.trimEnd()
			: fault === "other name" && names !== ""
				? ` (${names})`
				: "";
	return `the certificate of ${host} ${CERTIFICATE_WORDS[fault]}${advice}`;
}

/** Reads a failure to talk to `host` (host and port, for the message). */
export function faultOf(failure: TransportFailure, host: string): Fault {
	const { code } = failure;
	// The nodes of the cluster need the same trust.
	const certificate = certificateClause(
		failure,
		host,
		"(the nodes must trust it too)",
	);
	if (certificate !== undefined) return { kind: "tls", because: certificate };
	if (PLAIN_HTTP.has(code))
		return {
			kind: "plain-http",
			because: `${host} answers in plain http instead of https: correct the port, or allow it with --registry-insecure`,
		};
	if (code.startsWith("ERR_SSL_") || code === "EPROTO")
		return {
			kind: "tls",
			because: `TLS with ${host} failed (${onOneLine(code, 60)})`,
		};
	if (code === "ENOTFOUND" || code === "EAI_NODATA" || code === "EAI_NONAME")
		return {
			kind: "dns",
			because: `cannot resolve ${host} (no such host)`,
		};
	if (code.startsWith("EAI_") || code === "ESERVFAIL")
		return {
			kind: "dns",
			because: `cannot resolve ${host} (${onOneLine(code, 60)}): check this machine's network and DNS`,
		};
	if (code === "ECONNREFUSED")
		return {
			kind: "refused",
			because: `${host} refused the connection: check the port, and that the registry is up`,
		};
	if (failure.waited !== undefined)
		return {
			kind: "timeout",
			because: `${host} did not answer within ${failure.waited / 1000} s`,
		};
	if (/TIMEDOUT|TIMEOUT/.test(code))
		return { kind: "timeout", because: `${host} did not answer in time` };
	if (code === "PRIVATE_REALM")
		return {
			kind: "private",
			because: `${host} is at a private address, which is not the registry's own`,
		};
	if (code === "PRIVATE_HOST")
		return {
			kind: "private",
			because: `${host} is at a private address, and no source has an entry for it`,
		};
	if (code === "PROXY")
		return {
			kind: "proxy",
			because: `the proxy did not connect to ${host}: check HTTPS_PROXY and NO_PROXY`,
		};
	if (code.startsWith("HPE_") || code === "UND_ERR_HEADERS_OVERFLOW")
		return {
			kind: "not-a-registry",
			because: `${host} does not answer in HTTP as a registry does`,
		};
	return {
		kind: "network",
		because: `${host} ${NETWORK_FAULTS[code] ?? `cannot be reached (${onOneLine(code, 60) || "no reason given"})`}`,
	};
}
