import { Agent } from "node:http";
import type { ClientHttp2Session } from "node:http2";
import type { Dial } from "./dial.ts";
import {
	type Answer,
	BrokenConnection,
	type Request,
	timedOut,
} from "./exchange.ts";
import { openAgent, sendOverHttp1 } from "./http1.ts";
import { openSession, sendOverHttp2 } from "./http2.ts";

type Open = ClientHttp2Session | Agent;

/**
 * The connections to one server: one with HTTP/2, dialled when first needed and again when it is lost;
 * or a few with HTTP/1.1, where the server or what stands before it speaks nothing better.
 */
export class Connections {
	private current: Promise<Open> | undefined;
	private readonly opened = new Set<Open>();
	private ended: { reason: unknown } | undefined;

	constructor(
		private readonly authority: URL,
		private readonly dial: Dial,
	) {}

	/** Sends one request once. Rejects with BrokenConnection, or the reason that `end` was given. */
	async send(request: Request): Promise<Answer> {
		this.throwIfEnded();
		let sent = false;
		try {
			const open = await inTime(this.connected(), request.timeout);
			sent = !(open instanceof Agent) && !open.closed && !open.destroyed;
			return await (open instanceof Agent
				? sendOverHttp1(open, this.authority, request)
				: sendOverHttp2(open, request));
		} catch (error) {
			this.throwIfEnded();
			if (error instanceof BrokenConnection) throw error;
			throw new BrokenConnection(error, sent);
		}
	}

	/** The next request dials anew (other certificates); what is in flight is left to end. */
	renew(): void {
		this.current = undefined;
		for (const open of this.opened) if (!(open instanceof Agent)) open.close();
	}

	/** Everything in flight fails, and what is sent later fails with `reason`. */
	end(reason: unknown): void {
		this.ended = { reason };
		this.current = undefined;
		for (const open of this.opened) open.destroy();
		this.opened.clear();
	}

	private throwIfEnded(): void {
		if (this.ended) throw this.ended.reason;
	}

	private connected(): Promise<Open> {
		this.current ??= this.open();
		return this.current;
	}

	private open(): Promise<Open> {
		const opening = this.dial(["h2", "http/1.1"]).then((dialled) => {
			const open =
				dialled.protocol === "h2"
					? openSession(this.authority, dialled)
					: openAgent(dialled, this.dial);
			if (this.ended) open.destroy();
			else this.opened.add(open);
			if (open instanceof Agent) return open;
			open.once("goaway", forget);
			open.once("close", () => {
				this.opened.delete(open);
				forget();
			});
			return open;
		});
		const forget = () => {
			if (this.current === opening) this.current = undefined;
		};
		opening.catch(forget);
		return opening;
	}
}

/** Whoever waits for the connection has its own limit; the connection goes on being made for others. */
async function inTime<T>(
	opening: Promise<T>,
	limit: number | undefined,
): Promise<T> {
	if (!limit) return opening;
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(timedOut()), limit);
	});
	try {
		return await Promise.race([opening, late]);
	} finally {
		clearTimeout(timer);
	}
}
