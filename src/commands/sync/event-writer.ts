import {
	type EventReason,
	type EventTopic,
	eventOf,
} from "../../core/in-cluster/event.ts";
import type { Cluster, World } from "../../world.ts";

/**
 * So many at once in a namespace, and then one so often, in milliseconds. Each has its own: who may write in one
 * would otherwise, by one failure after the other, keep it from being told that a credential ends.
 */
const BURST = 25;
const REFILL = 30_000;
/** Of so many namespaces that is known: of those that come and go, the one that had one longest ago is forgotten. */
const MOST = 1000;
/**
 * So many of these wait for their turn: a cluster in trouble is not helped by more. What is told of the source's
 * credentials is told of one object, and not again: it waits behind them.
 */
const WAITING = 100;
const OF_MANY: ReadonlySet<EventReason> = new Set([
	"CopyFailed",
	"AttachFailed",
]);

/** Writes Events, one after the other, as a courtesy: whatever becomes of them, the work goes on. */
export class EventWriter {
	/** By namespace, how many it may have, and when that was counted. */
	readonly #left = new Map<string, { left: number; at: number }>();
	#waiting = 0;
	#last: Promise<unknown> = Promise.resolve();
	#written = 0;

	constructor(
		readonly cluster: Pick<Cluster, "create">,
		readonly clock: World["clock"],
	) {}

	/** Writes one; where the user may not, or there have been too many, nothing is. */
	tell(topic: EventTopic, reason: EventReason, message: string): void {
		const isOneTooMany = OF_MANY.has(reason) && this.#waiting >= WAITING;
		if (isOneTooMany || !this.#isAllowed(topic.namespace)) return;
		const id = this.#written++;
		const event = eventOf(topic, reason, message, {
			id,
			now: this.clock.now(),
		});
		this.#waiting++;
		this.#last = this.#last
			.then(() => this.cluster.create("Event", event))
			.catch(() => {})
			.finally(() => this.#waiting--);
	}

	/** Takes one of those that a namespace may have. */
	#isAllowed(namespace: string): boolean {
		const now = this.clock.elapsed();
		const { left, at } = this.#left.get(namespace) ?? { left: BURST, at: now };
		const refills = Math.floor((now - at) / REFILL);
		const allowed = Math.min(BURST, left + refills);
		this.#left.delete(namespace);
		const [oldest = ""] = this.#left.keys();
		if (this.#left.size >= MOST) this.#left.delete(oldest);
		this.#left.set(namespace, {
			left: Math.max(0, allowed - 1),
			at: at + refills * REFILL,
		});
		return allowed > 0;
	}

	/** Until all of them have been answered. */
	async done(): Promise<void> {
		await this.#last;
	}
}
