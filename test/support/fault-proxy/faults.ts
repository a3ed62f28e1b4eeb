/** What can befall one request. */
export type Fault =
	/** Nothing for so long, then as usual. */
	| { kind: "delay"; milliseconds: number }
	/** Nothing until this is over, then as usual. */
	| { kind: "held"; until: Promise<unknown> }
	/** Answered by the proxy, not before `after`: the server never hears of it. */
	| {
			kind: "status";
			status: number;
			retryAfter?: number;
			after?: Promise<void>;
	  }
	/** The connection is cut, before the server hears of it or after it has answered. */
	| { kind: "reset"; when: "before" | "after" }
	/** Only this request's stream is reset; over HTTP/1.1 the connection. */
	| { kind: "stream reset"; when: "before" | "after" }
	/** The first half of the answer's body, as if it were all. */
	| { kind: "truncated" }
	/** The first half of the answer's body, then the connection is cut. */
	| { kind: "cut off" }
	/** The answer's body in twenty pieces, one each so often. */
	| { kind: "slow"; milliseconds: number }
	/** 410 to a list that goes on, as when the server has forgotten the list's version. */
	| { kind: "expired" };

/** What a fault is chosen by. */
export interface Passing {
	method: string;
	/** With the query. */
	path: string;
}

/** Chooses what befalls a request; undefined lets it pass. */
export type Choose = (request: Passing) => Fault | undefined;

/** Hits this share of the requests, by chance that is the same in every run. */
export function share(part: number, fault: Fault): Choose {
	const chance = chances(1);
	return () => (chance() < part ? fault : undefined);
}

/** Numbers in [0, 1), the same for the same seed: a linear congruential generator with Knuth's numbers. */
export function chances(seed: number): () => number {
	let state = BigInt(seed);
	return () => {
		state = BigInt.asUintN(
			64,
			state * 6364136223846793005n + 1442695040888963407n,
		);
		return Number(state >> 33n) / 2 ** 31;
	};
}
