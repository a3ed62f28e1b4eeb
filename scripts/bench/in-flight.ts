import { StatusError } from "../../src/adapters/cluster/api/errors.ts";
import {
	isTooMuch,
	RetryPolicy,
} from "../../src/adapters/cluster/api/retry.ts";
import { InFlight } from "../../src/adapters/cluster/http/in-flight.ts";
import {
	type PlayedClock,
	playedClock,
} from "../../test/support/played-clock.ts";
import type { Bench, Row } from "../measuring.ts";

/** A server as API Priority and Fairness makes it: so many at once, so many that wait, and 429 for the rest. */
interface Played {
	/** Milliseconds of work for a request. */
	readonly work: number;
	/** Milliseconds there and back. */
	readonly away: number;
	readonly seats: number;
	readonly queue: number;
}

const SERVERS: Readonly<Record<string, Played>> = {
	"a server with room": { work: 5, away: 1, seats: 600, queue: 600 },
	"a server with room, 20 ms away": {
		work: 5,
		away: 20,
		seats: 600,
		queue: 600,
	},
	"a busy server": { work: 20, away: 1, seats: 8, queue: 8 },
	"a slow server that queues": { work: 20, away: 1, seats: 8, queue: 600 },
};

const REQUESTS = 2_000;
/** Seconds that a server asks whoever it refuses to wait, as kube-apiserver does. */
const RETRY_AFTER = 1;

/** What is compared. */
const BOUNDS: Readonly<Record<string, () => InFlight>> = {
	"8 at a time": () => new InFlight(8, () => false),
	"32 at first, up to 64, never fewer": () =>
		new InFlight(undefined, () => false),
	"halved by a 429": () => new InFlight(undefined, isTooMuch),
};

/**
 * How long 2,000 requests take, and how many are refused, on servers that are played: their clock is
 * none of this machine's, so that the figures are the same everywhere.
 */
export const bench: Bench = {
	name: "in-flight",
	async run(): Promise<Row[]> {
		const rows: Row[] = [];
		for (const [name, server] of Object.entries(SERVERS))
			for (const [bound, make] of Object.entries(BOUNDS)) {
				const { ms, refused } = await play(server, make);
				const work = `${name}: ${bound}`;
				rows.push({ work, unit: "ms", samples: [ms] });
				rows.push({
					work: `${work}, refused`,
					unit: "count",
					samples: [refused],
				});
			}
		return rows;
	},
};

async function play(
	server: Played,
	make: () => InFlight,
): Promise<{ ms: number; refused: number }> {
	const clock = playedClock();
	const policy = new RetryPolicy({
		inFlight: make(),
		clock,
		interrupt: new AbortController().signal,
		server: new URL("https://played.example"),
		hint: "",
		random: () => 0.5,
	});
	const ask = serverOn(clock, server);
	let [left, refused] = [REQUESTS, 0];
	for (let at = 0; at < REQUESTS; at++)
		void policy
			.run(async () => {
				if (await ask()) return;
				refused++;
				throw new StatusError(429, "", "", RETRY_AFTER * 1000, "");
			})
			.finally(() => left--);
	while (left > 0) {
		// All that follows from the last event happens before the next one.
		await new Promise((resolve) => setImmediate(resolve));
		const next = Math.min(...clock.waiting());
		if (Number.isFinite(next)) clock.set(next);
	}
	return { ms: clock.elapsed(), refused };
}

/** Sends one request; tells whether it was carried out, or refused. */
function serverOn(
	clock: PlayedClock,
	{ work, away, seats, queue }: Played,
): () => Promise<boolean> {
	const waiting: (() => void)[] = [];
	let running = 0;
	return async () => {
		await clock.delay(away / 2);
		if (running >= seats && waiting.length >= queue) {
			await clock.delay(away / 2);
			return false;
		}
		if (running < seats) running++;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		await clock.delay(work);
		const next = waiting.shift();
		if (next) next();
		else running--;
		await clock.delay(away / 2);
		return true;
	};
}
