import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Reflector } from "../../../src/actions/watch/reflector.ts";
import type { Namespace } from "../../../src/core/objects.ts";
import {
	AbortedError,
	ApiError,
	ConnectionError,
} from "../../../src/errors.ts";
import type { Clock, Cluster, Page, WatchEvent } from "../../../src/world.ts";

// Of each pause the shortest that it may be.
mock.method(Math, "random", () => 0);

const namespace = (name: string, resourceVersion: string): Namespace => ({
	metadata: { name, resourceVersion },
});
const added = (name: string, version: string): WatchEvent<Namespace> => ({
	type: "ADDED",
	object: namespace(name, version),
});

/**
 * Follows a server that answers lists (of pages) and watches from these scripts, until they
 * are played; a number in a watch: so many milliseconds in which nothing happens. Returns what
 * was asked, told and waited for, in order.
 */
async function follow(
	lists: readonly (Page<Namespace> | Page<Namespace>[] | Error)[],
	watches: readonly (WatchEvent<Namespace> | Error | number)[][],
	ends = /played/,
) {
	const log: string[] = [];
	let now = 0;
	const over = new AbortController();
	const [list, watch] = [[...lists], [...watches]];
	const cluster = {
		async *picked(_: string, __: object, pick: (of: object) => string) {
			log.push("list");
			const next = list.shift();
			if (next === undefined) over.abort(new Error("played"));
			if (next === undefined || next instanceof Error) throw next;
			for (const page of [next].flat())
				yield { ...page, items: page.items.map(pick) };
		},
		async *watch(_: string, query: { resourceVersion: string }) {
			log.push(`watch ${query.resourceVersion}`);
			const next = watch.shift();
			if (next === undefined) {
				over.abort(new Error("played"));
				return;
			}
			for (const event of next) {
				if (event instanceof Error) throw event;
				if (typeof event === "number") now += event;
				else yield event;
			}
		},
	};
	const clock: Clock = {
		now: () => now,
		elapsed: () => now,
		async delay(ms) {
			now += ms;
			log.push(`pause ${1 + Math.floor(Math.log2(ms / 50))}`);
		},
	};
	const following = new Reflector(
		cluster as unknown as Cluster,
		"Namespace",
		{},
		{
			item: ({ metadata }) => metadata.name,
			all: (names) => log.push(`all ${names.join()}`),
			changed: (name, gone) => log.push(`${gone ? "-" : "+"}${name}`),
			trouble: (error) =>
				log.push(`trouble ${error instanceof Error ? error.message : error}`),
		},
	);
	await following.list();
	await assert.rejects(following.follow(clock, over.signal), ends);
	return log;
}

const LIST = { items: [namespace("a", "1")], resourceVersion: "5" };
const gone = new ApiError(410, "Expired", "too old");
const broken = new ConnectionError("connection reset by peer");
const refused = new ApiError(403, "Forbidden", "not yours");

test("it is silent from the beginning, and whatever comes from the API server is heard: pages, watches that it takes, events, bookmarks, refusals", async () => {
	const stop = new AbortController();
	let heard = 0;
	let watches = 0;
	const following = new Reflector(
		{
			async *picked() {
				yield LIST;
				yield { items: [], resourceVersion: "6" };
			},
			async *watch() {
				if (++watches === 1) throw broken;
				yield { type: "ACCEPTED" };
				yield added("b", "7");
				yield { type: "BOOKMARK", resourceVersion: "9" };
				throw refused;
			},
		} as unknown as Cluster,
		"Namespace",
		{},
		{
			item: () => "",
			all() {},
			changed() {},
			trouble() {},
			heard: () => heard++,
		},
	);
	assert.equal(heard, 1);
	await following.list();
	assert.equal(heard, 3);
	const clock = {
		now: () => 0,
		elapsed: () => 0,
		async delay() {
			if (watches < 2) return;
			stop.abort(new Error("over"));
			throw stop.signal.reason;
		},
	};
	await assert.rejects(following.follow(clock, stop.signal), /over/);
	assert.equal(heard, 7);
});

const bookmark = (resourceVersion: string): WatchEvent<Namespace> => ({
	type: "BOOKMARK",
	resourceVersion,
});
const ACCEPTED = { type: "ACCEPTED" } as const;

// The first of 50 ms, each further one twice as long; the fifth of a second where that is the longest.
for (const [what, one, steps] of [
	["with nothing", [ACCEPTED], [1, 2, 3, 4, 5, 6, 7, 8]],
	["with an event", [added("b", "6")], [1, 2, 3, 4, 5, 5, 5, 5]],
	["with a bookmark", [bookmark("6")], [1, 2, 3, 4, 5, 5, 5, 5]],
	[
		"with an event, broken",
		[added("b", "6"), broken],
		[1, 2, 3, 4, 5, 5, 5, 5],
	],
	["after a good while", [5_001, added("b", "6")], [1, 1, 1, 1, 1, 1, 1, 1]],
] as const)
	test(`watches that end one after the other, ${what}, are resumed after pauses that grow, and are no trouble where the server ends them`, async () => {
		const log = await follow([LIST], Array(8).fill(one));
		assert.deepEqual(
			log.filter((line) => line.startsWith("pause")),
			steps.map((step) => `pause ${step}`),
		);
		assert.equal(
			log.some((line) => line.startsWith("trouble")),
			(one as readonly unknown[]).includes(broken),
		);
	});

test("an event or a bookmark without a version leaves it as it was", async () => {
	assert.deepEqual(
		await follow([LIST], [[bookmark("7"), added("b", ""), bookmark("")]]),
		["list", "all a", "watch 5", "+b", "pause 1", "watch 7"],
	);
});

test("a version that the server refuses is listed anew, but not at once", async () => {
	const invalid = new ApiError(500, "InternalError", "invalid syntax");
	const again = { items: [], resourceVersion: "20" };
	assert.deepEqual(
		(
			await follow(
				[LIST, again],
				[[bookmark("evil")], [invalid], [invalid], [5_001]],
			)
		).filter((line) => /^(list|watch)/.test(line)),
		[
			"list",
			"watch 5",
			"watch evil",
			"watch evil",
			"list",
			"watch 20",
			"watch 20",
		],
	);
});

test("a server that is busy, or away, is not asked for lists as well", async () => {
	const busy = new ApiError(429, "TooManyRequests", "");
	const away = new ApiError(503, "", "");
	const log = await follow(
		[LIST],
		[[busy], [busy], [refused], [away], [refused], [broken]],
	);
	assert.equal(log.filter((line) => line === "list").length, 1);
});

test("a watch that ends is resumed after its last event or bookmark", async () => {
	assert.deepEqual(
		await follow(
			[LIST],
			[
				[added("b", "7")],
				[{ type: "BOOKMARK", resourceVersion: "9" }],
				[{ type: "DELETED", object: namespace("b", "11") }],
			],
		),
		[
			"list",
			"all a",
			"watch 5",
			"+b",
			"pause 1",
			"watch 7",
			"pause 2",
			"watch 9",
			"-b",
			"pause 3",
			"watch 11",
		],
	);
});

test("only a forgotten version is listed again", async () => {
	const again = { items: [], resourceVersion: "20" };
	assert.deepEqual(await follow([LIST, again], [[broken], [gone]]), [
		"list",
		"all a",
		"watch 5",
		"pause 1",
		"watch 5",
		"pause 2",
		"list",
		"all ",
		"watch 20",
	]);
});

test("a list that fails is tried again, and told of", async () => {
	assert.deepEqual(await follow([LIST, broken, LIST], [[gone]]), [
		"list",
		"all a",
		"watch 5",
		"pause 1",
		"list",
		"trouble connection reset by peer",
		"pause 2",
		"list",
		"all a",
		"watch 5",
	]);
});

test("failures in a row are told from the second on, and wait longer", async () => {
	const failing = [{ type: "ACCEPTED" as const }, refused];
	const log = await follow(Array(8).fill(LIST), Array(7).fill(failing));
	assert.equal(log.filter((entry) => entry.startsWith("trouble")).length, 6);
	assert.deepEqual(
		log.filter((entry) => /pause/.test(entry)),
		[1, 2, 3, 4, 5, 6, 7].map((step) => `pause ${step}`),
	);
	assert.deepEqual(
		[...new Set(log.filter((entry) => /watch/.test(entry)))],
		["watch 5"],
	);
});

test("an event alone does not say that all is well again", async () => {
	const log = await follow(
		[LIST],
		[[broken], [broken], [added("b", "6"), broken], [broken]],
	);
	assert.deepEqual(
		log.filter((entry) => /pause|trouble/.test(entry)),
		[
			"pause 1",
			"trouble connection reset by peer",
			"pause 2",
			"trouble connection reset by peer",
			"pause 3",
			"trouble connection reset by peer",
			"pause 4",
		],
	);
});

test("a watch that lived long was a good one, though nothing happened", async () => {
	const log = await follow(
		[LIST],
		[[broken], [5_001, broken], [4_900, broken]],
	);
	assert.deepEqual(
		log.filter((entry) => /pause|trouble/.test(entry)),
		["pause 1", "pause 1", "trouble connection reset by peer", "pause 2"],
	);
});

for (const [what, error, longest] of [
	["a server that refuses", refused, "pause 9"],
	["no connection", broken, "pause 5"],
	["a proxy without a server", new ApiError(503, "", ""), "pause 5"],
] as const)
	test(`the longest pause: ${what}`, async () => {
		const log = await follow(Array(20).fill(LIST), Array(20).fill([error]));
		const pauses = log.filter((entry) => /pause/.test(entry));
		assert.equal(pauses.length, 20);
		// 15 to 30 s, 1 to 2 s.
		for (const pause of pauses.slice(10)) assert.equal(pause, longest);
	});

test("an interrupt that the server's adapter tells of ends it", async () => {
	const interrupt = new AbortedError("SIGINT");
	const log = await follow([LIST], [[interrupt]], /interrupted by SIGINT/);
	assert.deepEqual(log, ["list", "all a", "watch 5"]);
});

test("a list whose later pages are of a later version is watched from its first", async () => {
	const later = { items: [namespace("b", "9")], resourceVersion: "9" };
	assert.deepEqual(await follow([[LIST, later]], []), [
		"list",
		"all a,b",
		"watch 5",
	]);
});
