import {
	type CertificateFault,
	certificateFault,
} from "../certificate-fault.ts";

/** Why no registry answered, for whoever decides by it. */
export type FaultKind = Fault["kind"];

/** Why no registry answered; report/ words it. */
export type Fault = {
	/** Host and port, for messages. */
	readonly host: string;
	/** How long it wants to be left alone, in milliseconds, where that is too long to wait. */
	readonly wait?: number;
} & (
	| {
			readonly kind: "tls";
			readonly because:
				| {
						readonly is: "certificate";
						readonly fault: CertificateFault;
						/** What it is for, as Node lists it: free text; "" where that is not known. */
						readonly names: string;
				  }
				| { readonly is: "handshake"; readonly code: string };
	  }
	| { readonly kind: "plain-http" | "refused" | "proxy" }
	/** What is called its host can be none: nothing was asked. */
	| { readonly kind: "no-host" }
	/** `code`: why DNS did not answer; absent: it knows no such host. */
	| { readonly kind: "dns"; readonly code?: string }
	/** `waited`: milliseconds, where that is known. */
	| { readonly kind: "timeout"; readonly waited?: number }
	| { readonly kind: "network"; readonly code: string }
	/** At an address inside a network, where nobody who may say so sent us: as a token server, or as a host. */
	| { readonly kind: "private"; readonly as: "realm" | "host" }
	/** Something answered, and it is no registry that can be talked to. */
	| { readonly kind: "not-a-registry"; readonly because: NoRegistry }
	/** It answers, and has no time now: 429 or 5xx. */
	| { readonly kind: "overloaded"; readonly status: number }
	/** Others like it had taken all the time that they get. */
	| { readonly kind: "unasked" }
	/** It refuses the token that its own token server, `server`, gave for the credential. */
	| { readonly kind: "token-refused"; readonly server: string }
);

/** Why what answers cannot be talked to as a registry. */
export type NoRegistry =
	| {
			readonly is: "no-http" | "web-page" | "head-unlike-get" | "manifest";
	  }
	/** It sends whoever asks for the path round and round. */
	| { readonly is: "redirect-loop"; readonly path: string }
	/** Somewhere else, where no credential was sent: free text. */
	| { readonly is: "redirect"; readonly to: string }
	| { readonly is: "status"; readonly status: number; readonly path: string }
	/** What was asked for is at a host that may not be asked: free text. */
	| { readonly is: "elsewhere"; readonly at: string };

/** What the transport knows of a request without an answer. */
export interface TransportFailure {
	/** Node's, OpenSSL's or undici's code, as they name it; "" where there is none. */
	readonly code: string;
	/** For a certificate for another name: the names that it is for, as Node lists them. */
	readonly names?: string;
	/** How long was waited, in milliseconds, where time ran out. */
	readonly waited?: number;
}

/** Codes by which TLS fails when the other side speaks plain http. */
const PLAIN_HTTP = new Set([
	"ERR_SSL_WRONG_VERSION_NUMBER",
	"ERR_SSL_PACKET_LENGTH_TOO_LONG",
	"ERR_SSL_HTTP_REQUEST",
]);

/** Codes by which Node and undici say that what was answered breaks the rules of HTTP/1 or HTTP/2. */
const NO_HTTP = /^(?:HPE_|ERR_HTTP2_ERROR$|UND_ERR_(?:HEADERS_OVERFLOW|RES_))/;

/** Reads a failure to talk to `host` (host and port, for the message). */
export function faultOf(failure: TransportFailure, host: string): Fault {
	const { code, names = "", waited } = failure;
	const fault = certificateFault(code);
	if (fault !== undefined)
		return { host, kind: "tls", because: { is: "certificate", fault, names } };
	if (PLAIN_HTTP.has(code)) return { host, kind: "plain-http" };
	if (code.startsWith("ERR_SSL_") || code === "EPROTO")
		return { host, kind: "tls", because: { is: "handshake", code } };
	if (code === "ENOTFOUND" || code === "EAI_NODATA" || code === "EAI_NONAME")
		return { host, kind: "dns" };
	if (code.startsWith("EAI_") || code === "ESERVFAIL")
		return { host, kind: "dns", code };
	if (code === "ECONNREFUSED") return { host, kind: "refused" };
	if (waited !== undefined) return { host, kind: "timeout", waited };
	if (/TIMEDOUT|TIMEOUT/.test(code)) return { host, kind: "timeout" };
	if (code === "PRIVATE_REALM") return { host, kind: "private", as: "realm" };
	if (code === "PRIVATE_HOST") return { host, kind: "private", as: "host" };
	if (code === "PROXY") return { host, kind: "proxy" };
	if (NO_HTTP.test(code))
		return { host, kind: "not-a-registry", because: { is: "no-http" } };
	return { host, kind: "network", code };
}
