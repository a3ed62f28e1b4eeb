import { growingPause } from "../pauses.ts";
import { Places } from "../places.ts";
import { passingFault, type RegistryRequest, type Send } from "./answer.ts";
import type { Fault, FaultKind } from "./fault.ts";
import { type Asked, exchange } from "./login.ts";

/** What time a wait goes by. `delay` throws the interrupt's reason. */
interface Waiting {
	/** Milliseconds since 1970. */
	now(): number;
	/** Milliseconds since whenever, which nobody sets back. */
	elapsed(): number;
	delay(ms: number): Promise<void>;
	/** Whether it has gone by for this host, and others with it. */
	isOver(): boolean;
}

/** So many requests are under way at a host: more is what its limits are against. */
const AT_ONCE = 4;
/** A host that failed so often in a row is not asked again. */
const MOST_FAILURES = 3;
/** Milliseconds before a second try; doubled for each further one. */
const PAUSES = { first: 1000, longest: Infinity };
/** A host that wants to be left alone for longer is: in milliseconds. */
const LONGEST_PAUSE = 30_000;
/** So long one is paused for in all, or it could keep whoever asks it many things for a day. */
const PAUSED_IN_ALL = 300_000;

/** What the next request may not meet. */
const PASSING: ReadonlySet<FaultKind> = new Set([
	"overloaded",
	"network",
	"refused",
]);
/** What every request to this host would meet; one that let its time pass would do so again. */
const LASTING: ReadonlySet<FaultKind> = new Set([
	"dns",
	"timeout",
	"tls",
	"plain-http",
	"proxy",
	"private",
]);

/**
 * One host that is asked many things: a few at once, after a pause where it says that there are too
 * many, and no more once it has failed three times in a row. What fails in passing is asked again.
 */
export class HostLimits {
	readonly #places = new Places(() => AT_ONCE);
	#failures = 0;
	/** When the last failure was counted, and when the next request may begin. */
	#failedAt = Number.NEGATIVE_INFINITY;
	#notBefore = Number.NEGATIVE_INFINITY;
	#paused = 0;
	#givenUp: Fault | undefined;

	/** `host`: with its port, for messages. */
	constructor(
		readonly host: string,
		readonly send: Send,
		readonly time: Waiting,
	) {}

	/** Throws nothing but the interrupt's AbortedError. */
	async ask(request: RegistryRequest): Promise<Asked> {
		return this.#places.take(async () => {
			for (;;) {
				if (this.#givenUp) return { fault: this.#givenUp };
				await this.#pause();
				if (this.#givenUp) return { fault: this.#givenUp };
				if (this.time.isOver())
					return { fault: { host: this.host, kind: "unasked" } };
				const began = this.time.elapsed();
				const asked = await exchange(this.send, request);
				const fault =
					"fault" in asked
						? asked.fault
						: passingFault(asked.answer, this.host);
				if (fault === undefined) {
					this.#failures = 0;
					return asked;
				}
				if (!this.#mayGoAgain(fault, asked, began))
					return { fault: this.#givenUp ?? fault };
			}
		});
	}

	/** Counts a failure, and says whether the request may be sent again. */
	#mayGoAgain(fault: Fault, asked: Asked, began: number): boolean {
		const now = this.time.elapsed();
		// What was under way together failed together.
		if (began >= this.#failedAt) this.#failures++;
		this.#failedAt = now;
		if (LASTING.has(fault.kind) || this.#failures >= MOST_FAILURES)
			this.#givenUp = fault;
		if (this.#givenUp || !PASSING.has(fault.kind)) return false;
		const wanted =
			("answer" in asked
				? retryAfter(asked.answer.header("retry-after"), this.time.now())
				: undefined) ?? growingPause(this.#failures, PAUSES);
		if (wanted > LONGEST_PAUSE) {
			this.#givenUp = { ...fault, wait: wanted };
			return false;
		}
		const next = Math.max(this.#notBefore, now + wanted);
		this.#paused += next - Math.max(this.#notBefore, now);
		this.#notBefore = next;
		if (this.#paused <= PAUSED_IN_ALL) return true;
		this.#givenUp = fault;
		return false;
	}

	async #pause(): Promise<void> {
		for (;;) {
			const left = this.#notBefore - this.time.elapsed();
			if (left <= 0) return;
			await this.time.delay(left);
		}
	}
}

/** `Retry-After` in milliseconds from now: seconds, or a date (RFC 9110, 10.2.3); undefined where it says neither. */
export function retryAfter(header: string, now: number): number | undefined {
	const text = header.trim();
	if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
	if (!/^[A-Za-z]{3}/.test(text)) return undefined;
	const date = Date.parse(text);
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
