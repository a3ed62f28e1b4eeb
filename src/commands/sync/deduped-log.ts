import type { LogNote } from "../../core/in-cluster/log.ts";
import { errorIn } from "../../core/output/failure.ts";
import type { ChangeResult } from "../../core/output/result.ts";
import { growingPause } from "../../core/pauses.ts";
import { failureLine } from "../../report/failure.ts";
import type { Clock } from "../../world.ts";

/** Where what happens over a long time is told. */
export interface Listener {
	readonly onResult: (result: ChangeResult) => void;
	/** What is not about one object. */
	readonly onNote: (note: LogNote) => void;
	/** What failed, as a whole, and is tried again. */
	readonly onTrouble: (error: unknown) => void;
}

/** What goes on changing is told less and less often: after a pause in milliseconds, which doubles. */
const PAUSES = { first: 5_000, longest: 3_600_000 };

/** More than fail at once: the oldest is forgotten, and told again if it goes on. */
const MOST_FAILURES = 20_000;

/** Tells what happens, and what goes on happening only once. */
export class DedupedLog {
	/** The last failure that was told, by object, and of each kind when. */
	readonly #failures = new Map<string, { said: string; told: Told }>();
	/** Those that nothing has ended yet. */
	readonly #troubles = new Set<string>();
	readonly #told: Told;

	constructor(
		readonly listener: Listener,
		readonly clock: Pick<Clock, "elapsed">,
	) {
		this.#told = new Told(clock);
	}

	/**
	 * What was done; a failure once, until something else happens to that object. Whoever may write in a
	 * namespace makes one failure after the other as often as they like: of each kind it is told in other
	 * words after a pause.
	 */
	tell(result: ChangeResult): void {
		// An error's own fields say less than its text.
		const said = JSON.stringify([result.why, String(errorIn(result.why))]);
		const id = `${result.kind} ${result.namespace}/${result.name}`;
		if (result.action !== "failed") this.#failures.delete(id);
		else {
			const before = this.#failures.get(id);
			const told = before?.told ?? new Told(this.clock);
			if (before?.said === said || !told.isDue(result.why?.cause ?? "")) return;
			// What is gone for good is told of by nobody: a tenant's accounts, of ever new names.
			const [oldest = ""] = this.#failures.keys();
			if (this.#failures.size >= MOST_FAILURES) this.#failures.delete(oldest);
			this.#failures.set(id, { said, told });
		}
		if (result.action !== "unchanged" || result.why !== undefined)
			this.listener.onResult(result);
	}

	/** A trouble that is not one object's, once until something succeeds. */
	note(error: unknown): void {
		const line = failureLine(error);
		// Of several that go on at once, each: what succeeds says nothing of the others.
		if (this.#troubles.has(line) || !this.#told.isDue(line)) return;
		this.#troubles.add(line);
		this.listener.onTrouble(error);
	}

	succeeded(): void {
		this.#troubles.clear();
	}
}

/** More are forgotten: words may hold a number that is another each time. */
const MOST_TOLD = 1000;

/** What did not come up for so long, in milliseconds, is another story: whatever goes on is tried again sooner. */
const OVER = 600_000;

/** What was told, how often, and when it came up last. */
class Told {
	readonly #known = new Map<
		string,
		{ times: number; at: number; seen: number }
	>();

	constructor(readonly clock: Pick<Clock, "elapsed">) {}

	/** Whether it is to be told now, as it then is. */
	isDue(what: string): boolean {
		const now = this.clock.elapsed();
		const before = this.#known.get(what);
		const goesOn = before !== undefined && now < before.seen + OVER;
		if (goesOn) {
			before.seen = now;
			if (now < before.at + growingPause(before.times, PAUSES)) return false;
		}
		if (this.#known.size >= MOST_TOLD) this.#known.clear();
		const times = goesOn ? before.times + 1 : 1;
		this.#known.set(what, { times, at: now, seen: now });
		return true;
	}
}
