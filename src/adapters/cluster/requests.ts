import type { Clock, Output } from "../../world.ts";
import type { Connections } from "./connections.ts";
import type { Credentials } from "./credentials.ts";
import { type Refusal, refusal } from "./errors.ts";
import { type Answer, type Request, text } from "./exchange.ts";

export interface Call {
	method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	/** Path and query below the server's own path: `/api/v1/…`. */
	path: string;
	accept?: string;
	contentType?: string;
	body?: string;
	/** A watch has no end: no `--request-timeout` for its body. */
	endless?: boolean;
}

export interface RequestOptions {
	server: URL;
	connections: Connections;
	credentials: Credentials;
	/** Sent with every request: impersonation, user agent. */
	headers: Readonly<Record<string, string | string[]>>;
	/** Milliseconds; 0: no limit. */
	timeout: number;
	compressed: boolean;
	/** From 6 on every request is a line on `err`. */
	verbosity: number;
	err: Output;
	clock: Clock;
}

/** Single requests: who asks, what is said about it on stderr, and which answers are errors. */
export class Requests {
	private readonly warned = new Set<string>();

	constructor(private readonly options: RequestOptions) {}

	/** Sends once, twice where the credential had run out. Throws ApiError or BrokenConnection. */
	async send(call: Call): Promise<Answer> {
		const answer = await this.once(call);
		if (answer.status < 400) return answer;
		const refused = await this.refusal(answer);
		if (refused.status !== 401) throw refused;
		if (!(await this.options.credentials.renew())) throw refused;
		// A newer certificate needs a new connection.
		this.options.connections.renew();
		const second = await this.once(call);
		if (second.status < 400) return second;
		throw await this.refusal(second);
	}

	private async refusal(answer: Answer): Promise<Refusal> {
		const body = await text(answer);
		return refusal(answer.status, body, answer.header("retry-after"));
	}

	private async once(call: Call): Promise<Answer> {
		const { connections, clock } = this.options;
		const request = await this.request(call);
		const began = clock.now();
		try {
			const answer = await connections.send(request);
			this.narrate(call, String(answer.status), began);
			this.warn(answer.header("warning"));
			return answer;
		} catch (error) {
			this.narrate(call, "no answer", began);
			throw error;
		}
	}

	private async request(call: Call): Promise<Request> {
		const { server, credentials, headers, compressed, timeout } = this.options;
		return {
			method: call.method,
			path: server.pathname.replace(/\/$/, "") + call.path,
			headers: {
				accept: call.accept ?? "application/json",
				...(compressed && { "accept-encoding": "gzip" }),
				...(call.body !== undefined && {
					"content-type": call.contentType ?? "application/json",
				}),
				...headers,
				...(await credentials.headers()),
			},
			body: call.body,
			...(timeout > 0 && !call.endless && { timeout }),
		};
	}

	/** Method, URL, status and time: never a header or a body. */
	private narrate(call: Call, outcome: string, began: number): void {
		const { server, verbosity, err, clock } = this.options;
		if (verbosity < 6) return;
		const url = server.href.replace(/\/$/, "") + call.path;
		err.write(
			`${call.method} ${url} ${outcome} in ${clock.now() - began} milliseconds\n`,
		);
	}

	/** `299 - "text"`, several separated by commas; each is shown once a run, as by kubectl. */
	private warn(header: string): void {
		for (const [, quoted = ""] of header.matchAll(
			/\b299 \S+ "((?:[^"\\]|\\.)*)"/g,
		)) {
			const warning = quoted.replace(/\\(.)/g, "$1").replace(/\p{Cc}/gu, "");
			if (this.warned.has(warning)) continue;
			this.warned.add(warning);
			this.options.err.write(`Warning: ${warning}\n`);
		}
	}
}
