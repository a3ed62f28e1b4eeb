import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionError } from "../../../../src/adapters/cluster/api/errors.ts";
import { coded } from "../../../../src/adapters/error-code.ts";

/** What few networks do where tests run, in kubectl's words; the rest is in connection-errors.test.ts. */

const X509 = "tls: failed to verify certificate: x509: certificate";

for (const [code, more, words] of [
	["EAI_AGAIN", {}, "dial tcp: lookup api.example: no such host"],
	["EPIPE", {}, "broken pipe"],
	["EHOSTUNREACH", {}, "no route to host"],
	["ENETUNREACH", {}, "network is unreachable"],
	["ETIMEDOUT", {}, "i/o timeout"],
	["CERT_REVOKED", {}, `${X509} has been revoked`],
	["INVALID_PURPOSE", {}, `${X509} specifies an incompatible key usage`],
	["CERT_HAS_EXPIRED", {}, `${X509} has expired or is not yet valid`],
	["CERT_NOT_YET_VALID", {}, `${X509} has expired or is not yet valid`],
	["INVALID_CA", {}, `${X509} signed by unknown authority`],
	[
		"ERR_TLS_CERT_ALTNAME_INVALID",
		{
			host: "kubernetes",
			cert: { subjectaltname: "DNS:a.example, IP Address:fd00::1" },
		},
		`${X509} is valid for a.example, fd00::1, not kubernetes`,
	],
	[
		"HOSTNAME_MISMATCH",
		{},
		`${X509} is valid for other names, not api.example`,
	],
	["ANOTHER", {}, "Node's own words"],
] as const)
	test(`no connection for ${code}`, () => {
		const cause = Object.assign(coded("Node's own words", code), more);
		const server = new URL("https://api.example:6443");
		assert.equal(
			connectionError(cause, server).message,
			`Unable to connect to the server: ${words}`,
		);
	});
