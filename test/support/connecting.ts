import { systemClock } from "../../src/adapters/clock.ts";
import { connect } from "../../src/adapters/cluster/index.ts";
import { disk } from "../../src/adapters/files.ts";
import type {
	Clock,
	Cluster,
	ConnectionFlags,
	Files,
} from "../../src/world.ts";

/** What a test sets of the world that a connection sees. */
export interface Given {
	env?: Readonly<Record<string, string>>;
	files?: Files;
	clock?: Clock;
	interrupt?: AbortSignal;
	interactive?: boolean;
}

/** A connection on the real disk and clock, with nothing from this process's environment but the PATH. */
export async function connected(
	flags: ConnectionFlags,
	{
		env = {},
		files = disk,
		clock = systemClock,
		interrupt = new AbortController().signal,
		interactive = false,
	}: Given = {},
): Promise<{ cluster: Cluster; stderr: () => string }> {
	let said = "";
	const cluster = await connect(flags, {
		env: { PATH: process.env.PATH, ...env },
		files,
		clock,
		interrupt,
		interactive,
		err: {
			write: (text) => {
				said += text;
			},
			isTerminal: false,
			columns: 80,
		},
	});
	return { cluster, stderr: () => said };
}

/** A clock whose delays pass at once; several at the same time pass together, as on any clock. */
export function hastyClock(): Clock & {
	slept: number[];
	/** Sets the wall clock back by so many milliseconds; what has elapsed stays. */
	setBack(ms: number): void;
} {
	let now = Date.now();
	let back = 0;
	const slept: number[] = [];
	return {
		slept,
		setBack(ms) {
			back += ms;
		},
		now: () => now - back,
		elapsed: () => now,
		async delay(ms, signal) {
			signal?.throwIfAborted();
			slept.push(ms);
			const end = now + ms;
			// Lets what was sent meanwhile be answered.
			await new Promise((resolve) => setImmediate(resolve));
			now = Math.max(now, end);
		},
	};
}
