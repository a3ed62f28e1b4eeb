import { FailureError } from "../../../core/output/failure.ts";
import { OperationError } from "../../../errors.ts";
import { codeOf } from "../../error-code.ts";
import { proxyFor } from "../../proxy.ts";
import type { ConnectContext } from "../kubeconfig/context.ts";
import type { ClusterEntry } from "../kubeconfig/document.ts";
import { Connections } from "./connections.ts";
import { dialler, serverIdentity } from "./dial.ts";
import { TransportError, text } from "./exchange.ts";

/** Keys and tokens are some kilobytes. */
const ANSWER_LIMIT = 1 << 20;

interface FetchOptions {
	readonly method: string;
	readonly headers: Record<string, string>;
	readonly body?: unknown;
}

/**
 * `fetch` as far as an identity provider needs it, over the same connections as everything else: with a
 * CA of its own, through the environment's proxies, ended by an interrupt.
 */
export function fetchWith(
	identity: ClusterEntry,
	{ env, files, interrupt }: ConnectContext,
): (url: string, options: FetchOptions) => Promise<Response> {
	return async (url, { method, headers, body }) => {
		const server = new URL(url);
		const proxy = proxyFor(server, undefined, env);
		const connections = new Connections(
			server,
			dialler(server, () => serverIdentity(identity, files), interrupt, proxy),
		);
		try {
			const answer = await connections.send({
				method,
				path: server.pathname + server.search,
				headers,
				...(body !== undefined && { body: String(body) }),
				timeout: 30_000,
			});
			const said = await text(answer, {
				most: ANSWER_LIMIT,
				exceeded: () =>
					new FailureError({
						cause: "issuer-answer-too-large",
						issuer: server.origin,
					}),
			});
			return new Response(said, {
				status: answer.status,
				headers: { "content-type": answer.header("content-type") },
			});
		} catch (error) {
			if (!(error instanceof TransportError)) throw error;
			const { cause } = error;
			const words =
				codeOf(cause) ?? (cause instanceof Error ? cause.message : "no answer");
			throw new FailureError({
				cause: "issuer-unreachable",
				issuer: server.origin,
				error: cause instanceof OperationError ? cause : words,
			});
		} finally {
			connections.end(new Error("done"));
		}
	};
}
