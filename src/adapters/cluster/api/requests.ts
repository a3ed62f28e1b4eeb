import type { Clock, Output } from "../../../world.ts";
import type { Credential, Credentials } from "../auth/credentials.ts";
import type { Connections } from "../http/connections.ts";
import {
	type Answer,
	type Request,
	TransportError,
	text,
} from "../http/exchange.ts";
import { refusal, type StatusError } from "./errors.ts";
import type { Redact } from "./redact.ts";

export interface Call {
	method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	/** Path and query below the server's own path: `/api/v1/…`. */
	path: string;
	accept?: string;
	contentType?: string;
	body?: string;
	/** A watch has no end: no `--request-timeout` for its body. */
	endless?: boolean;
	/** Ends it, whether it has been answered or not. */
	signal?: AbortSignal | undefined;
	/** Carried out although the interrupt has come. */
	evenWhenInterrupted?: boolean;
	/** What of the server's words about it may be shown; absent: all of them. */
	redact?: Redact;
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
	/** Fetched after a 401, and not accepted yet. */
	private unproven: Credential | undefined;
	/** The certificate of the open connections. */
	private shown: Credential["tls"] | undefined;

	constructor(private readonly options: RequestOptions) {}

	/** Sends once, twice where the credential had run out. Throws ApiError or TransportError. */
	async send(call: Call): Promise<Answer> {
		const { credentials } = this.options;
		const credential = await this.credential();
		const answer = await this.once(call, credential);
		if (answer.status < 400) return answer;
		const refused = await this.refusal(answer, call);
		// A new one that is refused at once says that the next would be, too.
		if (refused.status !== 401 || credential === this.unproven) throw refused;
		if (!(await credentials.renew(credential))) throw refused;
		const next = await this.credential();
		this.unproven = next;
		const second = await this.once(call, next);
		if (second.status < 400) return second;
		throw await this.refusal(second, call);
	}

	/** Without a credential nothing is sent, just as without a network. */
	private async credential(): Promise<Credential> {
		try {
			return await this.options.credentials.current();
		} catch (error) {
			throw new TransportError(error, false);
		}
	}

	private async refusal(answer: Answer, call: Call): Promise<StatusError> {
		const body = await text(answer);
		const retryAfter = answer.header("retry-after");
		return refusal(answer.status, body, retryAfter, call.redact);
	}

	private async once(call: Call, credential: Credential): Promise<Answer> {
		const { connections, clock } = this.options;
		const { cert } = credential.tls;
		if (this.shown && this.shown.cert !== cert) connections.renew();
		this.shown = credential.tls;
		const began = clock.now();
		try {
			const answer = await connections.send(this.request(call, credential));
			if (answer.status !== 401 && credential === this.unproven)
				this.unproven = undefined;
			this.narrate(call, String(answer.status), began);
			this.warn(answer.header("warning"), call.redact);
			return answer;
		} catch (error) {
			this.narrate(call, "no answer", began);
			throw error;
		}
	}

	private request(call: Call, credential: Credential): Request {
		const { server, headers, compressed, timeout } = this.options;
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
				...credential.headers,
			},
			body: call.body,
			endless: call.endless,
			evenWhenInterrupted: call.evenWhenInterrupted,
			signal: call.signal,
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
	private warn(header: string, redact: Redact = (words) => words): void {
		for (const [, quoted = ""] of header.matchAll(
			/\b299 \S+ "((?:[^"\\]|\\.)*)"/g,
		)) {
			const said = quoted.replace(/\\(.)/g, "$1");
			const warning = redact(said).replace(/\p{Cc}/gu, "");
			if (this.warned.has(warning)) continue;
			this.warned.add(warning);
			this.options.err.write(`Warning: ${warning}\n`);
		}
	}
}
