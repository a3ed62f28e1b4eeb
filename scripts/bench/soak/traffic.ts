import { setTimeout as sleep } from "node:timers/promises";
import { names, type Stage } from "../watch/stage.ts";

/** Milliseconds between two changes of the source. */
const ROTATE_EVERY = 30_000;
/** Milliseconds between two looks at how fast events come. */
const TICK = 50;
/** Requests in flight at most. */
const MOST = 32;
const LABEL = "meshreg-soak";
/** Selects the namespaces that are not switched off. */
export const SELECTOR = `${LABEL}!=off`;

/** Changes a cluster so that there are so many watch events in so much time, each namespace in its turn. */
export class Traffic {
	/** Watch events of namespaces. */
	#namespaceEvents = 0;
	readonly #off = new Set<string>();
	readonly #names: string[];
	#turn = 0;
	#inFlight = 0;
	#failure: { error: unknown } | undefined;
	/** By what was done. */
	readonly done: Record<string, number> = {};

	private constructor(
		readonly stage: Stage,
		count: number,
	) {
		this.#names = names(0, count);
	}

	/** Makes the namespaces. */
	static async set(stage: Stage, count: number): Promise<Traffic> {
		const traffic = new Traffic(stage, count);
		await stage.namespaces(traffic.#names);
		await stage.client.follow(
			"/api/v1/namespaces",
			() => traffic.#namespaceEvents++,
			(why) => {
				traffic.#failure ??= { error: new Error(why) };
			},
		);
		return traffic;
	}

	/** Watch events so far, of namespaces and of Secrets of the name. */
	get events(): number {
		return this.#namespaceEvents + this.stage.events;
	}

	/** The namespaces that are to have a copy now. */
	get selected(): string[] {
		return this.#names.filter((name) => !this.#off.has(name));
	}

	/** Goes on for so long, and until there have been so many events more. Throws what a request throws. */
	async run(milliseconds: number, events: number): Promise<void> {
		const [began, before] = [performance.now(), this.events];
		let rotations = 0;
		for (;;) {
			if (this.#failure) throw this.#failure.error;
			const elapsed = performance.now() - began;
			const seen = this.events - before;
			if (elapsed >= milliseconds && seen >= events) break;
			if (elapsed >= (rotations + 1) * ROTATE_EVERY) {
				await this.stage.rotate(`${++rotations}`);
				this.#count("source changed");
			}
			const due = events * Math.min(1, elapsed / milliseconds) - seen;
			// Every one is answered by a write, which is an event as well. Not much faster than on
			// time: a program that lags behind would be taken for one that quarrels.
			const most = (1.2 * events * TICK) / milliseconds;
			for (let left = Math.min(due, most) / 2; left > 0; left--)
				if (this.#inFlight < MOST) void this.#act();
			await sleep(TICK);
		}
		while (this.#inFlight > 0) await sleep(TICK);
	}

	async #act(): Promise<void> {
		const turn = this.#turn++;
		const round = Math.floor(turn / this.#names.length);
		const name = this.#names[turn % this.#names.length] ?? "";
		this.#inFlight++;
		try {
			await this.#change(name, (turn + round) % 20, turn);
		} catch (error) {
			this.#failure ??= { error };
		} finally {
			this.#inFlight--;
		}
	}

	async #change(name: string, kind: number, turn: number): Promise<void> {
		const { stage } = this;
		if (turn % 200 === 199) {
			const fresh = `fresh-${turn}`;
			this.#names.push(fresh);
			this.#count("namespace created");
			return stage.namespaces([fresh]);
		}
		if (this.#off.delete(name)) {
			this.#count("label changed");
			await stage.label(name, LABEL, null);
		} else if (!stage.copies.has(name)) this.#count("not there yet");
		else if (kind < 12) {
			this.#count("copy edited");
			await stage.edit(name).catch(isGone);
		} else if (kind < 16) {
			this.#count("copy deleted");
			await stage.remove(name).catch(isGone);
		} else {
			this.#off.add(name);
			this.#count("label changed");
			await stage.label(name, LABEL, "off");
		}
	}

	#count(what: string): void {
		this.done[what] = (this.done[what] ?? 0) + 1;
	}
}

/** The program may have pruned it just before. */
function isGone(error: Error): void {
	if (!error.message.includes('"code":404')) throw error;
}
