import { certificateFault } from "../../../core/certificate-fault.ts";
import { growingPause, spread } from "../../../core/pauses.ts";
import {
	ApiError,
	ConnectionError,
	GONE,
	OperationError,
} from "../../../errors.ts";
import type { Clock } from "../../../world.ts";
import { codeOf } from "../../error-code.ts";
import { TransportError } from "../http/exchange.ts";
import type { InFlight } from "../http/in-flight.ts";
import { connectionError, OversizedAnswer, StatusError } from "./errors.ts";

/** Milliseconds that a server may be gone before we give up. */
const PATIENCE = 30_000;
/** A server that says 429, or answers others meanwhile, is there: it is given longer. */
const PATIENCE_WHILE_ANSWERING = 120_000;
/** An answer that always ends early is no accident. */
const TRIES_ON_BROKEN_OFF = 6;
/** A 500 may well be for ever (an admission webhook that fails): not worth all of the patience. */
const TRIES_ON_500 = 6;
const PAUSES = { first: 100, longest: 3_000 };
const LONGEST_WHILE_GONE = 10_000;
/** After giving up: how long everything else fails at once instead of trying for itself. */
const BREAKER = 1_000;

interface RepeatOptions {
	/** How many at once: made with `isTooMuch`. */
	readonly inFlight: Pick<InFlight, "run">;
	readonly clock: Clock;
	readonly interrupt: AbortSignal;
	/** Words for no answer at all. */
	readonly server: URL;
	/** What else to say when it cannot be reached; may be "". */
	readonly hint: string;
	/** In [0, 1): spreads the pauses. */
	readonly random?: () => number;
}

/** How one request is repeated. */
interface RunOptions {
	readonly interrupt?: AbortSignal | undefined;
	readonly writes?: boolean;
}

/** What one request has been through. */
class Tried {
	failures = 0;
	/** Failures since anything was answered: one lost connection fails everything that was on it. */
	inARow = 0;
	/** The clock at the first failure. */
	began = 0;
	/** `#answers` at the last failure. */
	answers = -1;
}

/** Repeats what failed in passing, with growing pauses, for a bounded time. */
export class RetryPolicy {
	/** Requests that the server has answered. */
	#answers = 0;
	/** Something was there once: that it refuses now may be a restart. */
	#reached = false;
	/** Since when no request has had an answer from behind whatever stands before the server. */
	#goneSince: number | undefined;
	#gaveUp: { at: number; error: unknown } | undefined;

	constructor(readonly options: RepeatOptions) {}

	/**
	 * `attempt(mayHaveApplied)`: one try; `mayHaveApplied` when an earlier one may have been carried out although no
	 * answer says so. It must be safe to repeat. Throws what the last try threw, or ConnectionError.
	 * `interrupt` ends it with its reason; another than usual where something must not be left half done.
	 * `writes`: a ConnectionError then says whether the write may have been carried out.
	 */
	async run<T>(
		attempt: (mayHaveApplied: boolean) => Promise<T>,
		{ interrupt = this.options.interrupt, writes = false }: RunOptions = {},
	): Promise<T> {
		const { inFlight, clock } = this.options;
		let mayHaveApplied = false;
		const tried = new Tried();
		for (;;) {
			interrupt.throwIfAborted();
			const known = this.#givenUp();
			if (known !== undefined)
				throw writes && mayHaveApplied ? unanswered(known) : known;
			try {
				const result = await inFlight.run(() => attempt(mayHaveApplied));
				this.#answered();
				return result;
			} catch (error) {
				if (interrupt.aborted) throw interrupt.reason;
				this.#failed(tried);
				const pause = this.#pause(error, tried);
				mayHaveApplied ||= mayHaveBeenCarriedOut(error);
				if (pause === undefined) {
					const final = this.#final(error);
					throw writes && mayHaveApplied ? unanswered(final) : final;
				}
				await clock.delay(pause, interrupt);
			}
		}
	}

	#answered(): void {
		this.#answers++;
		this.#reached = true;
		this.#goneSince = undefined;
		this.#gaveUp = undefined;
	}

	#failed(tried: Tried): void {
		if (tried.failures++ === 0) tried.began = this.options.clock.elapsed();
		tried.inARow = this.#answers === tried.answers ? tried.inARow + 1 : 1;
		tried.answers = this.#answers;
	}

	/** Milliseconds until the next try; undefined: there is none. */
	#pause(error: unknown, tried: Tried): number | undefined {
		if (error instanceof StatusError)
			return this.#pauseAfterRefusal(error, tried);
		// It has answered: what else is asked for may well be smaller.
		if (error instanceof OversizedAnswer) this.#answered();
		if (!(error instanceof TransportError) || isForGood(error))
			return undefined;
		// A stream that was refused, as by a server that shuts down, is an answer of sorts.
		if (error.sent || codeOf(error.cause) === "ERR_HTTP2_STREAM_ERROR")
			this.#reached = true;
		if (!this.#reached) return undefined;
		if (
			codeOf(error.cause) === "MESHREG_BROKEN_OFF" &&
			// Where others are answered, it was the connection that broke, with all that was on it.
			tried.inARow >= TRIES_ON_BROKEN_OFF
		)
			return undefined;
		return this.#whileGone(this.#backoff(tried.inARow), tried);
	}

	#pauseAfterRefusal(
		{ status, retryAfter }: StatusError,
		tried: Tried,
	): number | undefined {
		const pause = Math.max(this.#backoff(tried.failures), retryAfter);
		// Within the patience there is to be more than one try.
		if (GONE.includes(status))
			return this.#whileGone(Math.min(pause, LONGEST_WHILE_GONE), tried);
		this.#answered();
		if (status === 429)
			return this.#within(pause, tried.began, PATIENCE_WHILE_ANSWERING);
		if (status !== 500 || tried.failures >= TRIES_ON_500) return undefined;
		return this.#within(pause, tried.began, PATIENCE);
	}

	#whileGone(pause: number, tried: Tried): number | undefined {
		this.#goneSince ??= this.options.clock.elapsed();
		return (
			this.#within(pause, this.#goneSince, PATIENCE) &&
			this.#within(pause, tried.began, PATIENCE_WHILE_ANSWERING)
		);
	}

	#within(pause: number, since: number, patience: number): number | undefined {
		return this.options.clock.elapsed() + pause - since > patience
			? undefined
			: pause;
	}

	#backoff(failures: number): number {
		return spread(growingPause(failures, PAUSES), this.options.random?.());
	}

	#final(error: unknown): unknown {
		const { server, hint, clock } = this.options;
		const failure =
			error instanceof TransportError
				? connectionError(error.cause, server, hint)
				: error;
		if (this.#goneSince !== undefined || !this.#reached)
			this.#gaveUp = { at: clock.elapsed(), error: failure };
		return failure;
	}

	/** What a request would end with by now without being tried. */
	#givenUp(): unknown {
		return this.#gaveUp &&
			this.options.clock.elapsed() - this.#gaveUp.at < BREAKER
			? this.#gaveUp.error
			: undefined;
	}
}

/** Whether fewer requests at once may fare better than those that failed with this. */
export function isTooMuch(error: unknown): boolean {
	if (error instanceof StatusError)
		return error.status === 429 || error.status === 503;
	// With fewer at once the next connection takes less away.
	return error instanceof TransportError && error.sent && !isForGood(error);
}

/** A certificate that is wrong stays wrong, so does what speaks no HTTP or comes to no answer; a request that took too long had its time. */
function isForGood(error: TransportError): boolean {
	const code = codeOf(error.cause) ?? "";
	return (
		certificateFault(code) !== undefined ||
		/^(CERT_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|HPE_)/.test(code) ||
		code === "MESHREG_TIMEOUT" ||
		code === "MESHREG_NO_ANSWER" ||
		// Reading a certificate or running a plugin failed: nothing to do with the network.
		error.cause instanceof OperationError
	);
}

function unanswered(error: unknown): unknown {
	return error instanceof ConnectionError
		? new ConnectionError(error.message, error.because, error.progress, true)
		: error;
}

/** A server that refused with 429 has not begun; anything else may have happened before the failure. */
function mayHaveBeenCarriedOut(error: unknown): boolean {
	if (error instanceof ApiError) return error.status !== 429;
	return error instanceof TransportError && error.sent;
}
