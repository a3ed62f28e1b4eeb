import type { CertificateFault } from "../core/certificate-fault.ts";
import { onOneLine } from "../core/output/printable.ts";
import type { Fault, NoRegistry } from "../core/registry/fault.ts";
import { type Clauses, clause } from "./wording.ts";

/** Why no registry answered: one clause that names the host and says what to do about it. */
export function registryFaultWords(fault: Fault): string {
	const { wait } = fault;
	const asked =
		wait === undefined ? "" : ` (it asks to wait ${Math.ceil(wait / 1000)} s)`;
	return `${reasonWords(fault)}${asked}`;
}

function reasonWords(fault: Fault): string {
	const { host } = fault;
	switch (fault.kind) {
		case "tls":
			return fault.because.is === "certificate"
				? certificateWords(
						host,
						fault.because,
						" (the nodes must trust it too)",
					)
				: `TLS with ${host} failed (${onOneLine(fault.because.code, 60)})`;
		case "plain-http":
			return `${host} answers in plain http instead of https: correct the port, or allow it with --registry-insecure`;
		case "dns":
			return fault.code === undefined
				? `cannot resolve ${host} (no such host)`
				: `cannot resolve ${host} (${onOneLine(fault.code, 60)}): check this machine's network and DNS`;
		case "refused":
			return `${host} refused the connection: check the port, and that the registry is up`;
		case "timeout":
			return fault.waited === undefined
				? `${host} did not answer in time`
				: `${host} did not answer within ${fault.waited / 1000} s`;
		case "private":
			return fault.as === "realm"
				? `${host} is at a private address, which is not the registry's own`
				: `${host} is at a private address, and no source has an entry for it`;
		case "no-host":
			return `${host === "" ? "the name" : host} is not the address of a registry`;
		case "proxy":
			return `the proxy did not connect to ${host}: check HTTPS_PROXY and NO_PROXY`;
		case "network":
			return `${host} ${NETWORK_WORDS[fault.code] ?? `cannot be reached (${onOneLine(fault.code, 60) || "no reason given"})`}`;
		case "not-a-registry":
			return `${host} ${clause(NO_REGISTRY_WORDS, fault.because)}`;
		case "overloaded":
			return fault.status === 429
				? `rate limit of ${host} reached (429): try again later`
				: `${host} answers ${fault.status}: try again later`;
		case "unasked":
			return `${host} was skipped: the limit of 15 minutes was reached`;
		case "token-refused":
			return `the token server ${fault.server} accepts it, but ${host} refuses the token: the registry is misconfigured (issuer, certificate or clock)`;
	}
}

const NO_REGISTRY_WORDS: Clauses<NoRegistry> = {
	"no-http": "does not answer in HTTP as a registry does",
	"web-page":
		"answers with a web page: not a container registry, or behind a proxy",
	"redirect-loop": ({ path }) =>
		`redirects ${path} without end${path === "/v2/" ? ": it may still serve pulls, try --verify-image IMAGE" : ""}`,
	redirect: ({ to }) =>
		`redirects to ${to}, where no credential was sent: if that is the registry, name it with --registry-server`,
	status: ({ status, path }) =>
		`answers ${status} to ${path}: not a container registry`,
	"head-unlike-get": "answers HEAD and GET differently",
	manifest: "answers with a manifest that cannot be read",
	elsewhere: ({ at }) => `keeps it at ${at}, where nothing was sent`,
};

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

/** What is wrong with the certificate of a host, and what to do about it; `more` is said where its CA is to be given. */
export function certificateWords(
	host: string,
	{
		fault,
		names,
	}: { readonly fault: CertificateFault; readonly names: string },
	more = "",
): string {
	const words = `the certificate of ${host} ${CERTIFICATE_WORDS[fault]}`;
	if (fault === "unknown authority" || fault === "self-signed")
		return `${words}: give its CA with --registry-ca FILE${more}`;
	const shown = onOneLine(names, 120);
	return fault === "other name" && shown !== "" ? `${words} (${shown})` : words;
}

const NETWORK_WORDS: Readonly<Record<string, string>> = {
	ECONNRESET: "closed the connection",
	EPIPE: "closed the connection",
	UND_ERR_SOCKET: "closed the connection",
	// The same in HTTP/2, of all that goes on in it or of one request.
	UND_ERR_INFO: "closed the connection",
	ERR_HTTP2_SESSION_ERROR: "closed the connection",
	ERR_HTTP2_STREAM_ERROR: "closed the connection",
	EHOSTUNREACH: "cannot be reached (no route to host)",
	ENETUNREACH: "cannot be reached (no route to network)",
	EADDRNOTAVAIL: "cannot be reached (address not available)",
};
