import { ownValue } from "./own-value.ts";

/** What is wrong with the certificate of whoever is connected to. */
export type CertificateFault =
	| "unknown authority"
	| "self-signed"
	| "expired"
	| "not valid yet"
	| "revoked"
	| "broken signature"
	| "not for servers"
	| "authority is none"
	| "other name";

/** By Node's and OpenSSL's codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const FAULTS: Readonly<Record<string, CertificateFault>> = {
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown authority",
	UNABLE_TO_GET_ISSUER_CERT: "unknown authority",
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown authority",
	CERT_UNTRUSTED: "unknown authority",
	SELF_SIGNED_CERT_IN_CHAIN: "unknown authority",
	DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed",
	CERT_HAS_EXPIRED: "expired",
	CERT_NOT_YET_VALID: "not valid yet",
	CERT_REVOKED: "revoked",
	CERT_SIGNATURE_FAILURE: "broken signature",
	INVALID_PURPOSE: "not for servers",
	INVALID_CA: "authority is none",
	HOSTNAME_MISMATCH: "other name",
	ERR_TLS_CERT_ALTNAME_INVALID: "other name",
};

/** Why TLS failed; undefined: for another reason than the certificate. */
export function certificateFault(code: string): CertificateFault | undefined {
	return ownValue(FAULTS, code);
}
