import {
	type EventReason,
	type EventTopic,
	eventOf,
} from "../../core/in-cluster/event.ts";
import type { Cluster, World } from "../../world.ts";

/** So many at once, and then one so often, in milliseconds: a cluster in trouble is not helped by more. */
const BURST = 25;
const REFILL = 30_000;

/** Writes Events, one after the other, as a courtesy: whatever becomes of them, the work goes on. */
export class EventWriter {
	#left = BURST;
	#refilled: number;
	#last: Promise<unknown> = Promise.resolve();
	#written = 0;

	constructor(
		readonly cluster: Pick<Cluster, "create">,
		readonly clock: World["clock"],
	) {
		this.#refilled = clock.elapsed();
	}

	/** Writes one; where the user may not, or there have been too many, nothing is. */
	tell(topic: EventTopic, reason: EventReason, message: string): void {
		const now = this.clock.elapsed();
		const refills = Math.floor((now - this.#refilled) / REFILL);
		this.#refilled += refills * REFILL;
		this.#left = Math.min(BURST, this.#left + refills);
		if (this.#left === 0) return;
		this.#left--;
		const id = this.#written++;
		const event = eventOf(topic, reason, message, {
			id,
			now: this.clock.now(),
		});
		this.#last = this.#last.then(() =>
			this.cluster.create("Event", event).catch(() => {}),
		);
	}

	/** Until all of them have been answered. */
	async done(): Promise<void> {
		await this.#last;
	}
}
