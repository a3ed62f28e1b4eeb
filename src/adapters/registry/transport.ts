import { isIP, Socket } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import type { buildConnector, Dispatcher, ProxyAgent } from "undici";
import type { Places } from "../../core/places.ts";
import type { Send } from "../../core/registry/answer.ts";
import type { TransportFailure } from "../../core/registry/fault.ts";
import { unlessAborted } from "../../errors.ts";
import type { Outside } from "../../world.ts";
import { through } from "../cluster/http/tunnel.ts";
import { certificateNames, codeOf } from "../error-code.ts";
import { unbracketed } from "../host-name.ts";
import { beginningOf } from "../pieces.ts";
import { proxyFor } from "../proxy.ts";
import { authoritiesWith, type Trust } from "../trust.ts";
import { RealmGuard, type Resolve } from "./realm-guard.ts";

/** A registry's or token server's answer is read so far; the rest would not be shown. */
const ANSWER_LIMIT = 1 << 20;

/** How one conversation with a registry is carried. */
interface TransportOptions extends Pick<Outside, "env" | "interrupt"> {
	/** The host name of the registry itself, as in a URL. */
	readonly registryHost: string;
	/** It may be at a private address. */
	readonly inside: boolean;
	/** Certificates are not checked. */
	readonly insecure: boolean;
	readonly trust: SecureContext;
	/** Milliseconds for the whole conversation, or for each request. */
	readonly limit: number;
	readonly limited: "conversation" | "request";
	readonly resolve: Resolve;
	/** For names that are looked up: one has a thread of the process until the system gives it up, whoever still waits. */
	readonly lookups: Places;
}

/**
 * A way to send requests, on connections of its own until `close`. No redirect is
 * followed. `send` throws the interrupt's reason, and OperationError for a proxy
 * setting that is none; everything else is a failure that it returns.
 */
export async function openTransport(
	carriage: TransportOptions,
): Promise<{ send: Send; close(): Promise<void> }> {
	const undici = await import("./lazy-undici.ts");
	const { interrupt, limit, env } = carriage;
	const whole =
		carriage.limited === "conversation"
			? AbortSignal.timeout(limit)
			: undefined;
	const closed = new AbortController();
	const over = AbortSignal.any([
		interrupt,
		closed.signal,
		...(whole ? [whole] : []),
	]);
	const tls: Trust = {
		rejectUnauthorized: !carriage.insecure,
		secureContext: carriage.trust,
	};
	const guard = new RealmGuard(
		carriage.registryHost,
		(host) =>
			carriage.lookups.take(async () => {
				over.throwIfAborted();
				return carriage.resolve(host);
			}),
		carriage.inside,
	);
	const direct = new undici.Agent({
		connect: untilOver(
			undici.buildConnector({ ...tls, timeout: limit, lookup: guard.lookup }),
			over,
		),
	});
	const routes = new Routes(undici, direct, env, {
		requestTls: tls,
		// `insecure` is about the registry: a proxy that was configured is who it says it is.
		proxyTls: { ...tls, rejectUnauthorized: true },
	});

	return {
		async send({ method, url, headers }) {
			const dispatcher = routes.to(url);
			const deadline = whole ?? AbortSignal.timeout(limit);
			const signal = AbortSignal.any([interrupt, deadline]);
			try {
				interrupt.throwIfAborted();
				// Without one, names are looked up by the guard itself.
				if (dispatcher !== direct)
					await unlessAborted(guard.check(url.hostname), signal);
				const request = undici.request(url, {
					method,
					headers: { "user-agent": "kubectl-meshreg", ...headers },
					dispatcher,
					signal,
				});
				// undici heeds a request's signal only once it is connected.
				const answer = await unlessAborted(request, signal);
				const body = await beginningOf(answer.body, ANSWER_LIMIT);
				return {
					status: answer.statusCode,
					header: (name) => [answer.headers[name] ?? []].flat().join(", "),
					body: body.toString("utf8"),
				};
			} catch (error) {
				if (interrupt.aborted) throw interrupt.reason;
				return {
					failure: deadline.aborted
						? { code: "TIMEOUT", waited: limit }
						: failureOf(error, dispatcher !== direct),
				};
			}
		},
		async close() {
			closed.abort();
			await routes.destroy();
		},
	};
}

/** By which way an address is reached: directly, or through the environment's proxy for it. */
export class Routes {
	readonly #proxies = new Map<string, Dispatcher>();
	readonly #ended = new AbortController();

	constructor(
		readonly undici: Pick<
			typeof import("./lazy-undici.ts"),
			"Agent" | "ProxyAgent" | "buildConnector"
		>,
		readonly direct: Dispatcher,
		readonly env: TransportOptions["env"],
		readonly how: Pick<
			ProxyAgent.Options,
			"requestTls" | "proxyTls" | "proxyTunnel"
		>,
	) {}

	/** Throws FailureError for a proxy setting that is none. */
	to(url: URL): Dispatcher {
		const proxy = proxyFor(url, undefined, this.env);
		if (!proxy) return this.direct;
		return this.#proxies.getOrInsertComputed(proxy.href, () =>
			proxy.protocol.startsWith("socks5")
				? this.#throughSocks(proxy)
				: new this.undici.ProxyAgent({
						...this.how,
						uri: proxy.href,
						clientFactory: (_, { connect }: { connect: Connect }) =>
							new this.undici.Agent({ connect: withoutAddress(connect) }),
					}),
		);
	}

	/** undici's own way through one reaches no https at an address. */
	#throughSocks(proxy: URL): Dispatcher {
		const secure = this.undici.buildConnector(this.how.requestTls ?? {});
		return new this.undici.Agent({
			connect: (options, done) => {
				const { hostname, protocol } = options;
				const port = Number(options.port) || (protocol === "https:" ? 443 : 80);
				through(proxy, unbracketed(hostname), port, this.#ended.signal).then(
					(httpSocket) =>
						protocol === "https:"
							? secure({ ...options, httpSocket }, done)
							: done(null, httpSocket),
					(error: Error) => done(error, null),
				);
			},
		});
	}

	/** Ends all connections. */
	async destroy(): Promise<void> {
		this.#ended.abort();
		const all = [this.direct, ...this.#proxies.values()];
		await Promise.all(all.map((each) => each.destroy()));
	}
}

type Connect = buildConnector.connector;

/** undici gives the name of a proxy to TLS also where it is an address, which is none (RFC 6066), and which Node refuses. */
function withoutAddress(connect: Connect): Connect {
	return ({ servername = "", ...options }, done) =>
		connect(
			isIP(unbracketed(servername)) ? options : { ...options, servername },
			done,
		);
}

/** An attempt to connect that nobody waits for any longer would hold the process. */
function untilOver(connect: Connect, over: AbortSignal): Connect {
	return (options, done) => {
		const socket: unknown = connect(options, done);
		if (!(socket instanceof Socket)) return;
		const cut = (): void =>
			void socket.destroy(new Error("given up while connecting"));
		over.addEventListener("abort", cut, { once: true });
		socket.once("close", () => over.removeEventListener("abort", cut));
	};
}

/**
 * Trust in the machine's authorities, as docker has it (Node's list where the machine has none), and in
 * those of `ca` (PEM). Takes some 50 ms: make one and keep it. Throws OperationError for what holds no
 * certificate.
 */
export function trustIn(ca?: string): SecureContext {
	return createSecureContext({ ca: authoritiesWith(ca) });
}

/** The code by which Node, OpenSSL or undici names the failure, wherever in the chain it stands. */
export function failureOf(error: unknown, proxied: boolean): TransportFailure {
	const chain: Error[] = [];
	for (
		let each: unknown = error;
		each instanceof Error && chain.length < 5;
		each =
			each instanceof AggregateError ? (each.errors[0] ?? null) : each.cause
	)
		chain.push(each);
	const codes = chain.flatMap(
		(each) => codeOf(each) ?? (each.name === "HTTPParserError" ? NO_HTTP : []),
	);
	const telling = codes.find((code) => !code.startsWith("UND_")) ?? codes[0];
	const code = telling ?? "";
	const names = chain.map(certificateNames).find((text) => text);
	// With a proxy in between, failures to connect or look up are those of reaching the proxy, or its own.
	if (proxied && (code === "" || /^(E[A-Z]+|EAI_\w+|UND_ERR_\w+)$/.test(code)))
		return { code: "PROXY" };
	return { code, ...(names !== undefined && { names }) };
}

/** For undici's errors of that kind that bear no code. */
const NO_HTTP = "HPE_INVALID";
