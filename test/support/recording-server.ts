import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import {
	createSecureServer,
	type Http2ServerRequest,
	type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { CertificateAuthority } from "./api-server/certificates.ts";

/** What a client showed the server in one request for the Secret `probe`. */
export interface Recorded {
	/** Which of the servers. */
	server: string;
	path: string;
	authorization: string | undefined;
	/** Every `impersonate-…` header, sorted by name; several values joined by ", ". */
	impersonation: string;
	acceptsGzip: boolean;
	/** "" where the client named no server. */
	serverName: string;
	/** CN of the client's certificate; "" without one. */
	certificate: string;
}

export interface RecordingServer extends AsyncDisposable {
	/** `https://127.0.0.1:PORT` and, beside it, plain `http://127.0.0.1:PORT`. */
	url: string;
	plainUrl: string;
	recorded: Recorded[];
}

/** Enough of an API server for `kubectl get secret probe -o name`, which writes down how it was asked. */
export async function recordingServer(
	name: string,
	ca: CertificateAuthority,
): Promise<RecordingServer> {
	const { certificate: cert, key } = await ca.server();
	const recorded: Recorded[] = [];
	const sockets = new Set<Socket>();

	function answer(
		request: Http2ServerRequest | IncomingMessage,
		response: Http2ServerResponse | ServerResponse,
		socket: TLSSocket | undefined,
	): void {
		const path = (request.url ?? "").split("?")[0] ?? "";
		if (path.endsWith("/secrets/probe"))
			recorded.push(record(name, path, request.headers, socket));
		response.setHeader("content-type", "application/json");
		response.end(JSON.stringify(bodyFor(path)));
	}

	const secure = createSecureServer(
		{
			cert,
			key,
			ca: ca.certificate,
			requestCert: true,
			rejectUnauthorized: false,
			allowHTTP1: true,
		},
		(request, response) =>
			// A session's socket stands in for the one below, with the same methods.
			answer(
				request,
				response,
				(request.stream?.session?.socket ?? request.socket) as TLSSocket,
			),
	);
	const plain = createServer((request, response) =>
		answer(request, response, undefined),
	);
	const ports: number[] = [];
	for (const server of [secure, plain]) {
		server.on("connection", (socket: Socket) => {
			sockets.add(socket);
			socket.once("close", () => sockets.delete(socket));
		});
		await new Promise<void>((resolve) =>
			server.listen(0, "127.0.0.1", resolve),
		);
		ports.push((server.address() as AddressInfo).port);
	}
	secure.on("sessionError", () => {});
	return {
		url: `https://127.0.0.1:${ports[0]}`,
		plainUrl: `http://127.0.0.1:${ports[1]}`,
		recorded,
		async [Symbol.asyncDispose]() {
			for (const server of [secure, plain]) server.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}

function record(
	server: string,
	path: string,
	headers: NodeJS.Dict<string | string[]>,
	socket: TLSSocket | undefined,
): Recorded {
	const { subject } = socket?.getPeerCertificate() ?? {};
	return {
		server,
		path,
		authorization: headers.authorization?.toString(),
		impersonation: Object.keys(headers)
			.filter((header) => header.startsWith("impersonate-"))
			.sort()
			.map((header) => `${header}: ${[headers[header]].flat().join(", ")}`)
			.join("; "),
		acceptsGzip: /gzip/.test(String(headers["accept-encoding"] ?? "")),
		serverName: (socket && Reflect.get(socket, "servername")) || "",
		certificate: String(subject?.CN ?? ""),
	};
}

/** Discovery of one resource, and the Secret. */
function bodyFor(path: string): object {
	if (path.endsWith("/api")) return { kind: "APIVersions", versions: ["v1"] };
	if (path.endsWith("/apis"))
		return { kind: "APIGroupList", apiVersion: "v1", groups: [] };
	if (path.endsWith("/api/v1"))
		return {
			kind: "APIResourceList",
			groupVersion: "v1",
			resources: [
				{
					name: "secrets",
					singularName: "secret",
					namespaced: true,
					kind: "Secret",
					verbs: ["get", "list"],
				},
			],
		};
	if (path.endsWith("/version"))
		return { major: "1", minor: "32", gitVersion: "v1.32.0" };
	return {
		kind: "Secret",
		apiVersion: "v1",
		metadata: {
			name: "probe",
			namespace: /\/namespaces\/([^/]+)\//.exec(path)?.[1] ?? "",
		},
	};
}
