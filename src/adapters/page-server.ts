import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { FailureError } from "../core/output/failure.ts";
import { ownValue } from "../core/own-value.ts";
import type { ListenAddress, PageServer, WebPage } from "../world.ts";
import { codeOf } from "./error-code.ts";

/** More than a kubelet and Prometheus need. With one more, the oldest is closed. */
const CONNECTIONS = 64;
const REQUEST_LIMIT_MS = 10_000;

/** Answers GETs of these paths, and nothing else, until it is closed. Throws FailureError where it cannot listen. */
export async function servePages(
	at: ListenAddress,
	pages: Readonly<Record<string, () => Promise<WebPage>>>,
): Promise<PageServer> {
	const server = createServer(
		{ requestTimeout: REQUEST_LIMIT_MS, headersTimeout: REQUEST_LIMIT_MS },
		async (request, response) => {
			request.resume();
			const [path = ""] = (request.url ?? "").split("?", 1);
			const page = ownValue(pages, path);
			const answer: WebPage =
				page === undefined
					? { status: 404, text: "not found\n" }
					: request.method !== "GET" && request.method !== "HEAD"
						? { status: 405, text: "only GET\n" }
						: await page().catch(() => ({
								status: 500,
								text: "internal error: no answer could be made\n",
							}));
			response.writeHead(answer.status, {
				"content-type": answer.type ?? "text/plain; charset=utf-8",
				"x-content-type-options": "nosniff",
			});
			response.end(request.method === "HEAD" ? undefined : answer.text);
		},
	);
	const open = new Set<Socket>();
	server.on("connection", (socket) => {
		open.add(socket);
		socket.once("close", () => open.delete(socket));
		if (open.size <= CONNECTIONS) return;
		// Not the newest: any pod may hold connections open, and a kubelet that gets no answer restarts us.
		const [oldest] = open;
		if (oldest === undefined) return;
		open.delete(oldest);
		oldest.destroy();
	});
	server.listen(at.port, at.host === "" ? undefined : at.host);
	try {
		await once(server, "listening");
	} catch (error) {
		throw new FailureError({
			cause: "listen-failed",
			host: at.host,
			port: at.port,
			code: codeOf(error) ?? "no reason given",
		});
	}
	const address = server.address();
	return {
		port:
			typeof address === "object" && address !== null ? address.port : at.port,
		async close() {
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}
