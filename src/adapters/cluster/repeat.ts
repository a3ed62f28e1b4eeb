import { ApiError } from "../../errors.ts";
import type { Clock } from "../../world.ts";
import { codeOf, connectionError, Refusal } from "./errors.ts";
import { BrokenConnection } from "./exchange.ts";
import type { InFlight } from "./in-flight.ts";

/** Milliseconds that a server may be gone before we give up. */
const PATIENCE = 30_000;
/** A server that says 429 is there; it is given longer. */
const PATIENCE_WHEN_BUSY = 120_000;
/** A 500 may well be for ever (an admission webhook that fails): not worth all of the patience. */
const TRIES_ON_500 = 6;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 3_000;
/** After giving up: how long everything else fails at once instead of trying for itself. */
const BREAKER = 1_000;

export interface RepeatOptions {
	inFlight: InFlight;
	clock: Clock;
	interrupt: AbortSignal;
	/** Words for no answer at all. */
	server: URL;
	/** What else to say when it cannot be reached; may be "". */
	hint: string;
	/** In [0, 1): spreads the pauses. */
	random?: () => number;
}

/** Repeats what failed in passing, with growing pauses, for a bounded time. */
export class Repeat {
	/** Something has answered before: a refused connection may be a restart. */
	private reached = false;
	/** Since when no request has had an answer from behind whatever stands before the server. */
	private goneSince: number | undefined;
	private gaveUp: { at: number; error: unknown } | undefined;

	constructor(private readonly options: RepeatOptions) {}

	/**
	 * `attempt(unsure)`: one try; `unsure` when an earlier one may have been carried out although no
	 * answer says so. It must be safe to repeat. Throws what the last try threw, or ConnectionError.
	 */
	async run<T>(attempt: (unsure: boolean) => Promise<T>): Promise<T> {
		const { inFlight, clock, interrupt } = this.options;
		let unsure = false;
		let began: number | undefined;
		for (let tries = 1; ; tries++) {
			interrupt.throwIfAborted();
			this.failFast();
			try {
				const result = await inFlight.run(() => attempt(unsure));
				this.answered();
				return result;
			} catch (error) {
				if (interrupt.aborted) throw interrupt.reason;
				began ??= clock.now();
				const pause = this.pause(error, tries, began);
				if (pause === undefined) throw this.final(error);
				unsure ||= mayHaveBeenCarriedOut(error);
				await clock.delay(pause, interrupt);
			}
		}
	}

	private answered(): void {
		this.reached = true;
		this.goneSince = undefined;
		this.gaveUp = undefined;
	}

	/** Milliseconds until the next try; undefined: there is none. */
	private pause(
		error: unknown,
		tries: number,
		began: number,
	): number | undefined {
		const { clock, inFlight, random = Math.random } = this.options;
		const backoff =
			Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1)) *
			(0.5 + random() / 2);
		const now = clock.now();
		const within = (pause: number, since: number, limit: number) =>
			now + pause - since > limit ? undefined : pause;
		if (error instanceof Refusal) {
			const { status, retryAfter } = error;
			if (status === 429 || status === 503) inFlight.overloaded();
			if (![502, 503, 504].includes(status)) this.answered();
			const pause = Math.max(backoff, retryAfter);
			if (status === 429) return within(pause, began, PATIENCE_WHEN_BUSY);
			if (status === 500)
				return tries < TRIES_ON_500
					? within(pause, began, PATIENCE)
					: undefined;
			if (![502, 503, 504].includes(status)) return undefined;
			this.goneSince ??= now;
			return within(pause, this.goneSince, PATIENCE);
		}
		if (!(error instanceof BrokenConnection) || isForGood(error))
			return undefined;
		if (error.sent) this.reached = true;
		if (!this.reached) return undefined;
		this.goneSince ??= now;
		return within(backoff, this.goneSince, PATIENCE);
	}

	private final(error: unknown): unknown {
		const { server, hint, clock } = this.options;
		const failure =
			error instanceof BrokenConnection
				? connectionError(error.cause, server, hint)
				: error;
		if (this.goneSince !== undefined || !this.reached)
			this.gaveUp = { at: clock.now(), error: failure };
		return failure;
	}

	private failFast(): void {
		if (this.gaveUp && this.options.clock.now() - this.gaveUp.at < BREAKER)
			throw this.gaveUp.error;
	}
}

/** A certificate that is wrong stays wrong, so does what speaks no HTTP; a request that took too long had its time. */
function isForGood(error: BrokenConnection): boolean {
	const code = codeOf(error.cause) ?? "";
	return (
		/^(CERT_|ERR_TLS_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_SSL_|HPE_)/.test(
			code,
		) ||
		code === "MESHREG_TIMEOUT" ||
		// Reading a certificate or running a plugin failed: nothing to do with the network.
		(error.cause instanceof Error && error.cause.name === "OperationError")
	);
}

/** A server that refused with 429 has not begun; anything else may have happened before the failure. */
function mayHaveBeenCarriedOut(error: unknown): boolean {
	if (error instanceof ApiError) return error.status !== 429;
	return error instanceof BrokenConnection && error.sent;
}
