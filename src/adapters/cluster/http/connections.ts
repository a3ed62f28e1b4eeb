import { setTimeout as sleep } from "node:timers/promises";
import { AbortedError } from "../../../errors.ts";
import type { Dial } from "./dial.ts";
import {
	type Answer,
	type Request,
	type Transport,
	TransportError,
	timedOut,
} from "./exchange.ts";
import { Http1 } from "./http1.ts";
import { Http2 } from "./http2.ts";

/** Milliseconds for writes that are under way when the interrupt comes: with them the program ends within a second. */
const GRACE = 500;
/** Milliseconds more for what leaves something half done. */
const LONG_GRACE = 10_000;

/**
 * The connections to one server: one with HTTP/2, dialled when first needed and again when it is lost, and
 * another for every so many watches; or a few with HTTP/1.1, where the server or what stands before it
 * speaks nothing better.
 */
export class Connections {
	#current: Promise<Transport> | undefined;
	readonly #opened = new Set<Transport>();
	/** Those of them on which more can be sent. */
	readonly #usable = new Set<Transport>();
	readonly #finishing = new AbortController();
	readonly #unstoppable = new Set<Promise<unknown>>();
	#ended: { reason: unknown } | undefined;

	constructor(
		readonly authority: URL,
		readonly dial: Dial,
	) {}

	/** Sends one request once. Rejects with TransportError, or the reason that `end` or `finish` was given. */
	send(request: Request): Promise<Answer> {
		const { seenThroughUntil: over } = request;
		if (over) {
			this.#unstoppable.add(over);
			over.finally(() => this.#unstoppable.delete(over));
			return this.#sendOnce(request);
		}
		const finishing = this.#finishing.signal;
		const signal = request.signal
			? AbortSignal.any([finishing, request.signal])
			: finishing;
		return this.#sendOnce({ ...request, signal });
	}

	async #sendOnce(request: Request): Promise<Answer> {
		this.#throwIfEnded(request.signal);
		this.#current ??= this.#open();
		const current = this.#current;
		try {
			const { timeout, endless } = request;
			const link = await (timeout ? inTime(current, timeout) : current);
			const roomy =
				endless && link.isFull
					? [...this.#usable].find(({ isFull }) => !isFull)
					: link;
			if (roomy !== undefined) return await roomy.send(request);
			// Of those that found it full together, one has another made.
			if (this.#current === current) this.#current = undefined;
			return await this.#sendOnce(request);
		} catch (error) {
			this.#throwIfEnded(request.signal);
			if (error instanceof TransportError || error instanceof AbortedError)
				throw error;
			throw new TransportError(error, false);
		}
	}

	/** The next request dials anew (other certificates); what is in flight is left to end. */
	renew(): void {
		this.#current = undefined;
		this.#usable.clear();
		for (const link of this.#opened) link.close();
	}

	/**
	 * Nothing more is begun, and reads fail at once. Writes that have begun have a moment to be
	 * answered, so that it is known what was done; those that must not be left half done have longer.
	 */
	finish(reason: unknown): void {
		this.#finishing.abort(reason);
		const end = async () => {
			await Promise.race([
				Promise.allSettled(this.#unstoppable),
				sleep(LONG_GRACE, undefined, { ref: false }),
			]);
			this.end(reason);
		};
		setTimeout(end, GRACE).unref();
	}

	/** Everything in flight fails, and what is sent later fails with `reason`. */
	end(reason: unknown): void {
		this.#ended = { reason };
		this.#current = undefined;
		for (const link of this.#opened) link.destroy();
		this.#opened.clear();
	}

	#throwIfEnded(signal: AbortSignal | undefined): void {
		if (this.#ended) throw this.#ended.reason;
		signal?.throwIfAborted();
	}

	#open(): Promise<Transport> {
		const opening = this.dial(["h2", "http/1.1"]).then((dialled) => {
			const link =
				dialled.protocol === "h2"
					? new Http2(this.authority, dialled)
					: new Http1(this.authority, dialled, this.dial);
			if (this.#ended) link.destroy();
			else {
				this.#opened.add(link);
				this.#usable.add(link);
			}
			link.onLost((ended) => {
				forget();
				this.#usable.delete(link);
				if (ended) this.#opened.delete(link);
			});
			return link;
		});
		const forget = () => {
			if (this.#current === opening) this.#current = undefined;
		};
		opening.catch(forget);
		return opening;
	}
}

/** Whoever waits for the connection has its own limit; the connection goes on being made for others. */
async function inTime<T>(opening: Promise<T>, limit: number): Promise<T> {
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
