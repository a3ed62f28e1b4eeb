/** NODE_TLS_REJECT_UNAUTHORIZED is set, as many have it for npm's sake, and an impostor answers. */

import assert from "node:assert/strict";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, mock, test } from "node:test";
import { systemClock } from "../../src/adapters/clock.ts";
import { fetchWith } from "../../src/adapters/cluster/http/fetch.ts";
import { disk } from "../../src/adapters/files.ts";
import { registryClient } from "../../src/adapters/registry/client.ts";
import { Credential } from "../../src/core/credentials/credential.ts";
import { failureMessage } from "../../src/report/failure.ts";
import { CertificateAuthority } from "../support/api-server/certificates.ts";
import { connected } from "../support/connecting.ts";
import { takeWarnings } from "../support/node-warnings.ts";

const VARIABLE = "NODE_TLS_REJECT_UNAUTHORIZED";
const interrupt = new AbortController().signal;
let impostor: Server;
/** What reached the impostor, beyond the greeting. */
let reached: string[];
let address: string;
let port: number;
let given: string | undefined;
const warnings = takeWarnings(mock);

before(async () => {
	const authority = await CertificateAuthority.create();
	const { certificate: cert, key } = await authority.server();
	impostor = createServer({ cert, key }, (request, response) => {
		reached.push(`${request.method} ${request.url}`);
		response.end("{}");
	});
	impostor.on("connect", (request, socket) => {
		reached.push(`${request.method} ${request.url}`);
		socket.end("HTTP/1.1 502 no\r\n\r\n");
	});
	await new Promise<void>((resolve) => impostor.listen(0, resolve));
	port = (impostor.address() as AddressInfo).port;
	address = `127.0.0.1:${port}`;
	given = process.env[VARIABLE];
	process.env[VARIABLE] = "0";
});
after(() => {
	if (given === undefined) delete process.env[VARIABLE];
	else process.env[VARIABLE] = given;
	impostor.close();
	impostor.closeAllConnections();
	warnings.assertOnly(new RegExp(VARIABLE));
});
beforeEach(() => {
	reached = [];
});

/** Who is asked, and what is said instead of an answer. */
const CASES: Record<string, { ask(): Promise<unknown>; says: RegExp }> = {
	"the API server": {
		ask: () => readNamespace({ server: `https://${address}`, token: "t" }, {}),
		says: /signed by unknown authority/,
	},
	"an https proxy before the API server": {
		ask: () =>
			readNamespace(
				{ server: "https://kubernetes.example:6443", token: "t" },
				{ HTTPS_PROXY: `https://${address}` },
			),
		says: /proxyconnect tcp: 127\.0\.0\.1:\d+: .*certificate/,
	},
	"the identity provider": {
		ask: () =>
			fetchWith(
				{},
				{
					env: {},
					files: disk,
					clock: systemClock,
					err: { write() {}, isTerminal: false, columns: 80 },
					interrupt,
					interactive: false,
				},
			)(`https://${address}/token`, { method: "POST", headers: {} }),
		says: /cannot reach https:.*(UNABLE_TO_VERIFY|SELF_SIGNED)/,
	},
	"a registry": {
		ask: () => verify(address, {}),
		says: /certificate/,
	},
	"an https proxy before a registry": {
		ask: () =>
			verify("registry.example", { HTTPS_PROXY: `https://localhost:${port}` }),
		says: /CERT|certificate|proxy/,
	},
	"an https proxy before a registry that may be insecure": {
		ask: () =>
			verify(
				"registry.example",
				{ HTTPS_PROXY: `https://localhost:${port}` },
				true,
			),
		says: /CERT|certificate|proxy/,
	},
};

for (const [name, { ask, says }] of Object.entries(CASES))
	test(name, async () => {
		const said = await ask().then(
			(result) => JSON.stringify(result),
			failureMessage,
		);
		assert.match(said, says);
		assert.deepEqual(reached, []);
	});

async function readNamespace(
	flags: { server: string; token: string },
	env: Record<string, string>,
): Promise<unknown> {
	const { cluster } = await connected(flags, { env });
	try {
		return await cluster.read("Namespace", { name: "default" });
	} finally {
		await cluster.close();
	}
}

function verify(
	key: string,
	env: Record<string, string>,
	insecure = false,
): Promise<unknown> {
	return registryClient({ env, interrupt }).verify({
		key,
		credential: new Credential("mesh", "marked-password"),
		insecure,
	});
}
