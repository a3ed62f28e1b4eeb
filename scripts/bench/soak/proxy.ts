/**
 * The fault proxy in a process of its own: its memory and time are not the program's.
 * `node proxy.ts KUBECONFIG FOLDER`, with a channel: it says where its kubeconfig is, and answers
 * every message with its counts; `wild` begins the faults, `calm` ends them.
 */
import {
	type Fault,
	type Passing,
	startFaultProxy,
} from "../../../test/support/fault-proxy/index.ts";

/** What the proxy has done so far. */
export interface Counts {
	cuts: number;
	/** By status. */
	refused: Record<string, number>;
	/** Lists of everything of a kind that were begun, and those among them that a 410 made necessary. */
	lists: number;
	necessary: number;
}

export type Said = { kubeconfig: string } | Counts;

/** Milliseconds between two cuts of all connections. */
const CUT_EVERY = 5_000;
/** A list that is cut has to be asked for again: it is let through. */
const LIST_TAKES = 1_000;

const [kubeconfig = "", folder = ""] = process.argv.slice(2);
const proxy = await startFaultProxy(kubeconfig, folder);
const counts: Counts = { cuts: 0, refused: {}, lists: 0, necessary: 0 };
let calm = true;
let listedAt = 0;
/** Kinds of which there has been a list: the first is necessary, too. */
const listed = new Set<string>();
let turn = 0;

proxy.choose = (request) => {
	const fault = calm ? undefined : faultFor(request);
	if (isList(request)) {
		listedAt = performance.now();
		// A page that is refused is asked for again; only the first one of a list counts.
		if (fault === undefined && !request.path.includes("continue=")) {
			counts.lists++;
			const kind = kindOf(request);
			if (!listed.has(kind)) counts.necessary++;
			listed.add(kind);
		}
	}
	if (fault?.kind === "expired") counts.necessary++;
	const status =
		fault?.kind === "expired"
			? 410
			: fault?.kind === "status"
				? fault.status
				: fault?.kind;
	if (status !== undefined)
		counts.refused[status] = (counts.refused[status] ?? 0) + 1;
	return fault;
};

setInterval(() => {
	if (calm || performance.now() - listedAt < LIST_TAKES) return;
	counts.cuts++;
	proxy.cut();
}, CUT_EVERY);

/** By turns, so that a run is like another. */
function faultFor(request: Passing): Fault | undefined {
	turn++;
	if (isWatch(request.path))
		return turn % 4 === 0
			? { kind: "expired" }
			: turn % 4 === 1
				? { kind: "status", status: 500 }
				: undefined;
	if (turn % 100 === 0) return { kind: "status", status: 500 };
	if (turn % 100 === 33) return { kind: "status", status: 429, retryAfter: 1 };
	if (turn % 500 === 66 && !isList(request))
		return { kind: "stream reset", when: "after" };
	return undefined;
}

/** Of all namespaces, or of the Secrets in all of them; one namespace is looked at by a list of one. */
function isList({ path }: Passing): boolean {
	return (
		/^\/api\/v1\/(namespaces\?(?!.*\bfieldSelector=)|secrets\?)/.test(path) &&
		!isWatch(path)
	);
}

function isWatch(path: string): boolean {
	return path.includes("watch=");
}

function kindOf({ path }: Passing): string {
	return path.split("?")[0] ?? path;
}

const say = (said: Said) => process.send?.(said);
process.on("message", (word) => {
	calm = word === "calm" || (calm && word !== "wild");
	say(counts);
});
process.once("disconnect", () => process.exit());
say({ kubeconfig: proxy.kubeconfig });
