import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type FaultKind,
	faultOf,
	type TransportFailure,
} from "../../../src/core/registry/fault.ts";
import { faultInWords } from "../../support/fault-in-words.ts";

const FAULTS: readonly [TransportFailure, FaultKind, because: string][] = [
	...["ENOTFOUND", "EAI_NONAME", "EAI_NODATA"].map(
		(code): [TransportFailure, FaultKind, string] => [
			{ code },
			"dns",
			"cannot resolve reg:5000 (no such host)",
		],
	),
	[
		{ code: "EAI_AGAIN" },
		"dns",
		"cannot resolve reg:5000 (EAI_AGAIN): check this machine's network and DNS",
	],
	[
		{ code: "ECONNREFUSED" },
		"refused",
		"reg:5000 refused the connection: check the port, and that the registry is up",
	],
	[
		{ code: "TIMEOUT", waited: 15_000 },
		"timeout",
		"reg:5000 did not answer within 15 s",
	],
	[
		{ code: "UND_ERR_CONNECT_TIMEOUT" },
		"timeout",
		"reg:5000 did not answer in time",
	],
	[{ code: "ETIMEDOUT" }, "timeout", "reg:5000 did not answer in time"],
	[
		{ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
		"tls",
		"the certificate of reg:5000 is signed by an unknown CA: give its CA with --registry-ca FILE (the nodes must trust it too)",
	],
	[
		{ code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
		"tls",
		"the certificate of reg:5000 is self-signed: give its CA with --registry-ca FILE (the nodes must trust it too)",
	],
	[
		{ code: "CERT_HAS_EXPIRED" },
		"tls",
		"the certificate of reg:5000 has expired",
	],
	[
		{ code: "CERT_NOT_YET_VALID" },
		"tls",
		"the certificate of reg:5000 is not valid yet: check the clocks",
	],
	[
		{
			code: "ERR_TLS_CERT_ALTNAME_INVALID",
			names: "DNS:a.example, DNS:b\u001b[2J.example",
		},
		"tls",
		"the certificate of reg:5000 is for another name (DNS:a.example, DNS:b [2J.example)",
	],
	[
		{ code: "ERR_TLS_CERT_ALTNAME_INVALID" },
		"tls",
		"the certificate of reg:5000 is for another name",
	],
	[
		{ code: "ERR_SSL_WRONG_VERSION_NUMBER" },
		"plain-http",
		"reg:5000 answers in plain http instead of https: correct the port, or allow it with --registry-insecure",
	],
	[
		{ code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" },
		"tls",
		"TLS with reg:5000 failed (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION)",
	],
	[{ code: "ECONNRESET" }, "network", "reg:5000 closed the connection"],
	[
		{ code: "EHOSTUNREACH" },
		"network",
		"reg:5000 cannot be reached (no route to host)",
	],
	...[
		"ECONNRESET",
		"UND_ERR_INFO",
		"ERR_HTTP2_SESSION_ERROR",
		"ERR_HTTP2_STREAM_ERROR",
	].map((code): (typeof FAULTS)[number] => [
		{ code },
		"network",
		"reg:5000 closed the connection",
	]),
	...[
		"HPE_INVALID_CONSTANT",
		"UND_ERR_HEADERS_OVERFLOW",
		"UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
		"ERR_HTTP2_ERROR",
	].map((code): (typeof FAULTS)[number] => [
		{ code },
		"not-a-registry",
		"reg:5000 does not answer in HTTP as a registry does",
	]),
	[
		{ code: "PROXY" },
		"proxy",
		"the proxy did not connect to reg:5000: check HTTPS_PROXY and NO_PROXY",
	],
	[
		{ code: "PRIVATE_REALM" },
		"private",
		"reg:5000 is at a private address, which is not the registry's own",
	],
	[
		{ code: "PRIVATE_HOST" },
		"private",
		"reg:5000 is at a private address, and no source has an entry for it",
	],
	[{ code: "" }, "network", "reg:5000 cannot be reached (no reason given)"],
	[{ code: "EWHAT" }, "network", "reg:5000 cannot be reached (EWHAT)"],
];

for (const [failure, kind, because] of FAULTS)
	test(`${failure.code || "no code"} ${failure.names ?? ""}`, () =>
		assert.deepEqual(faultInWords({ fault: faultOf(failure, "reg:5000") }), {
			fault: { kind, because },
		}));
