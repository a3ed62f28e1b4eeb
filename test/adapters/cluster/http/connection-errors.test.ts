import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import {
	createSecureServer as createHttp2,
	type ServerHttp2Stream,
} from "node:http2";
import { createServer as createHttps } from "node:https";
import {
	type AddressInfo,
	createServer,
	type Server,
	type Socket,
} from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { CertificateAuthority } from "../../../support/api-server/certificates.ts";
import { connected } from "../../../support/connecting.ts";
import { findKubectl, runProgram } from "../../../support/kubectl.ts";

/** Servers that cannot be talked to: one line, in kubectl's words where kubectl has good ones. */

const kubectl = await findKubectl();
const open = new Set<Server>();
const sockets = new Set<Socket>();
let folder: string;
let tls: { cert: string; key: string };

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	const ca = await CertificateAuthority.create();
	const { certificate: cert, key } = await ca.server();
	tls = { cert, key };
	await writeFile(join(folder, "ca.pem"), ca.certificate);
});
after(async () => {
	for (const server of open) server.close();
	for (const socket of sockets) socket.destroy();
	await rm(folder, { recursive: true });
});

async function listening(server: Server): Promise<number> {
	server.on("connection", (socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	open.add(server);
	return (server.address() as AddressInfo).port;
}

const EARLY_HINTS = "HTTP/1.1 103 Early Hints\r\n\r\n";

interface Case {
	name: string;
	/** The port, or an address that nothing has to listen at. */
	server: () => Promise<number | string>;
	scheme?: "http" | "https";
	requestTimeout?: number;
	/** HOST stands for host and port. */
	says: string;
	/** kubectl says the same. */
	same: boolean;
}

const cases: Case[] = [
	{
		name: "nobody listens",
		server: async () => {
			const server = createServer();
			const port = await listening(server);
			await new Promise((resolve) => server.close(resolve));
			return port;
		},
		says: "The connection to the server HOST was refused - did you specify the right host or port?",
		same: true,
	},
	{
		name: "a name that does not exist",
		server: async () => "no-such-host.invalid:6443",
		says: "Unable to connect to the server: dial tcp: lookup no-such-host.invalid: no such host",
		same: false, // kubectl adds which DNS server said so
	},
	{
		name: "no TLS",
		server: () =>
			listening(
				createServer((socket) =>
					socket.end("HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n"),
				),
			),
		says: "Unable to connect to the server: http: server gave HTTP response to HTTPS client",
		same: true,
	},
	{
		name: "no HTTP",
		scheme: "http",
		server: () =>
			listening(createServer((socket) => socket.end("SSH-2.0-other\r\n"))),
		says: "Unable to connect to the server: malformed HTTP response",
		same: false, // kubectl quotes the response
	},
	{
		name: "no answer to a TLS greeting",
		server: () => listening(createServer(() => {})),
		requestTimeout: 200,
		says: "Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
		same: false, // kubectl: "context deadline exceeded", and sometimes this
	},
	{
		name: "no answer to a request",
		server: () => listening(createHttps(tls, () => {})),
		requestTimeout: 200,
		says: "Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
		same: false, // kubectl: this, or "context deadline exceeded"
	},
	{
		name: "six answers of 1xx",
		scheme: "http",
		server: () =>
			listening(
				createServer((socket) => {
					socket.once("data", () => socket.write(EARLY_HINTS.repeat(6)));
				}),
			),
		says: "Unable to connect to the server: net/http: too many 1xx informational responses",
		same: false, // kubectl puts more before it
	},
	{
		name: "six answers of 1xx over HTTP/2",
		server: () => {
			const server = createHttp2({ ...tls });
			server.on("stream", (stream: ServerHttp2Stream) => {
				stream.on("error", () => {});
				for (let sent = 0; sent < 6; sent++)
					stream.additionalHeaders({ ":status": 103 });
			});
			return listening(server);
		},
		says: "Unable to connect to the server: net/http: too many 1xx informational responses",
		same: false, // kubectl says it of http2
	},
	{
		name: "four answers of 1xx before the one that counts",
		scheme: "http",
		server: () =>
			listening(
				createServer((socket) => {
					socket.end(
						`${EARLY_HINTS.repeat(4)}HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 418 No\r\ncontent-length: 0\r\n\r\n`,
					);
				}),
			),
		says: "Error from server (418): the server answered 418 without saying why",
		same: false, // kubectl says that it is an unknown error
	},
	{
		name: "an answer that never ends",
		server: () =>
			listening(
				createHttps(tls, (_, response) => {
					response.writeHead(200, { "content-type": "application/json" });
					response.write("{");
				}),
			),
		requestTimeout: 200,
		says: "Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
		same: false, // kubectl: "… or context cancellation while reading body"
	},
	{
		name: "a page of something in between",
		server: () =>
			listening(
				createHttps(tls, (_, response) => {
					response.writeHead(418, { "content-type": "text/html" });
					response.end("<html>\n<b>no</b>");
				}),
			),
		says: "Error from server (418): the server answered 418 without saying why",
		same: false, // kubectl shows the page
	},
];

describe("servers that cannot be talked to", () => {
	for (const {
		name,
		server,
		scheme = "https",
		requestTimeout,
		says,
		same,
	} of cases)
		test(name, async () => {
			const at = await server();
			const host = typeof at === "number" ? `127.0.0.1:${at}` : at;
			const flags = {
				kubeconfig: "/dev/null",
				server: `${scheme}://${host}`,
				certificateAuthority: join(folder, "ca.pem"),
				token: "t",
			};
			const { cluster } = await connected({
				...flags,
				...(requestTimeout !== undefined && { requestTimeout }),
			});
			await assert.rejects(cluster.read("Namespace", { name: "x" }), {
				message: says.replace("HOST", host),
			});
			await cluster.close();
			if (!same || kubectl === undefined) return;
			const { err } = await runProgram(
				"kubectl",
				[
					"get",
					"namespace",
					"x",
					`--kubeconfig=${flags.kubeconfig}`,
					`--server=${flags.server}`,
					`--certificate-authority=${flags.certificateAuthority}`,
					"--token=t",
					...(requestTimeout !== undefined
						? [`--request-timeout=${requestTimeout}ms`]
						: []),
				],
				{ env: { HOME: folder } },
			);
			assert.equal(err.trim().split("\n").at(-1), says.replace("HOST", host));
		});

	test(
		"compared with kubectl",
		{
			skip: kubectl ? false : "there is no kubectl on the PATH",
		},
		(t) => t.diagnostic(`kubectl ${kubectl}`),
	);
});
