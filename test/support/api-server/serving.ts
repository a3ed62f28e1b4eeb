import type { OutgoingHttpHeaders } from "node:http2";
import type { AccessRule } from "./access.ts";
import { type Answer, answerJson } from "./answer.ts";
import { compressed } from "./compression.ts";
import { answerError, handle } from "./handler.ts";
import type { Hook, Intervention, LoggedRequest } from "./hooks.ts";
import { authenticate, impersonate } from "./identity.ts";
import { type ApiRequest, parseTarget, type User } from "./request.ts";
import { StatusError } from "./statuses.ts";
import type { Store } from "./store.ts";
import {
	type HttpRequest,
	type HttpResponse,
	readBody,
	Transport,
	type TransportOptions,
} from "./transport.ts";
import type { EventStream, Watch } from "./watching.ts";

/** What requests are answered from. */
export interface Served {
	store: Store;
	tokens: ReadonlyMap<string, User>;
	rules: readonly AccessRule[];
}

/** HTTP in, HTTP out: identity, hooks, the answer or the stream, and the log. */
export class Serving {
	readonly requests: LoggedRequest[] = [];
	readonly #hooks = new Set<Hook>();
	readonly #watches = new Set<Watch>();

	#listening: Transport | undefined;

	private constructor(readonly served: Served) {}

	static async start(options: TransportOptions, served: Served) {
		const serving = new Serving(served);
		serving.#listening = await Transport.listen(
			options,
			(request, response) => {
				void serving.#serve(request, response);
			},
		);
		return serving;
	}

	get #transport(): Transport {
		if (this.#listening === undefined) throw new Error("not listening");
		return this.#listening;
	}
	get port() {
		return this.#transport.port;
	}
	get handshakes() {
		return this.#transport.handshakes;
	}
	get watches() {
		return this.#watches.size;
	}

	addHook(hook: Hook): () => void {
		this.#hooks.add(hook);
		return () => this.#hooks.delete(hook);
	}

	sendBookmarks(): void {
		for (const watch of this.#watches) watch.bookmark();
	}

	endWatches(): void {
		for (const watch of [...this.#watches]) watch.end();
	}

	async stop(): Promise<void> {
		this.endWatches();
		await this.#transport.close();
	}

	async #serve(http: HttpRequest, response: HttpResponse): Promise<void> {
		const url = new URL(http.url ?? "/", "https://127.0.0.1");
		const logged: LoggedRequest = {
			method: http.method ?? "GET",
			path: url.pathname,
			query: Object.fromEntries(url.searchParams),
			user: "",
			status: 0,
			accept: String(http.headers.accept ?? ""),
			contentType: String(http.headers["content-type"] ?? ""),
			userAgent: String(http.headers["user-agent"] ?? ""),
			httpVersion: http.httpVersion === "2.0" ? "2.0" : "1.1",
		};
		let intervention: Intervention | undefined;
		let answer: Answer;
		try {
			const request = await this.#understand(http, url, logged);
			for (const hook of this.#hooks) {
				intervention = await hook(request);
				if (intervention !== undefined) break;
			}
			if (intervention?.cut === "before") return this.#cut(http, logged);
			const result =
				intervention?.answer === undefined
					? handle(this.served.store, this.served.rules, request)
					: injected(intervention.answer);
			if ("start" in result) {
				logged.status = 200;
				this.requests.push(logged);
				this.#stream(response, intervention, (stream) => result.start(stream));
				return;
			}
			answer = result;
		} catch (error) {
			answer = answerError(error);
		}
		if (intervention?.cut === "after") return this.#cut(http, logged);
		logged.status = answer.status;
		this.requests.push(logged);
		const { body, headers } = await compressed(
			Buffer.from(answer.body),
			http.headers["accept-encoding"],
		);
		if (response.destroyed || response.writableEnded) return;
		response.writeHead(answer.status, {
			"content-type": answer.contentType ?? "application/json",
			"content-length": body.length,
			...headers,
			...headersOf(intervention),
		});
		response.end(body);
	}

	/** Who asks, and for what. Throws a StatusError. */
	async #understand(
		http: HttpRequest,
		url: URL,
		logged: LoggedRequest,
	): Promise<ApiRequest> {
		const bytes = await readBody(http);
		const sender = authenticate(
			this.#transport.certificateOf(http),
			http.headers,
			this.served.tokens,
		);
		logged.user = sender.name;
		const user = impersonate(this.served.rules, sender, http.headers);
		logged.user = user.name;
		return {
			method: http.method ?? "GET",
			path: url.pathname,
			query: url.searchParams,
			headers: http.headers,
			user,
			target: parseTarget(logged.method, url.pathname, url.searchParams),
			body: bytes.toString(),
		};
	}

	#cut(http: HttpRequest, logged: LoggedRequest): void {
		this.requests.push(logged);
		this.#transport.cut(http);
	}

	#stream(
		response: HttpResponse,
		intervention: Intervention | undefined,
		start: (stream: EventStream) => Watch,
	): void {
		response.writeHead(200, {
			"content-type": "application/json",
			...headersOf(intervention),
		});
		// Events may be a long time in coming: the client is to know that the watch stands.
		response.flushHeaders?.();
		let closed = false;
		const onClosed: (() => void)[] = [];
		response.once("close", () => {
			closed = true;
			for (const callback of onClosed) callback();
		});
		const running = start({
			write: (line) => {
				if (!closed) response.write(line);
			},
			end: () => response.end(),
			onClose: (callback) => onClosed.push(callback),
		});
		this.#watches.add(running);
		onClosed.push(() => this.#watches.delete(running));
	}
}

function injected({
	status,
	reason = "",
	message = "injected by the test",
	body,
}: NonNullable<Intervention["answer"]>): Answer {
	return body === undefined
		? answerJson(status, new StatusError(status, reason, message).toStatus())
		: { status, body };
}

function headersOf(
	intervention: Intervention | undefined,
): OutgoingHttpHeaders {
	const { warnings = [], answer } = intervention ?? {};
	return {
		...answer?.headers,
		...(warnings.length === 0
			? {}
			: {
					warning: warnings
						.map((text) => `299 - "${text.replaceAll(/["\\]/g, "\\$&")}"`)
						.join(", "),
				}),
	};
}
