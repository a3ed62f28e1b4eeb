import assert from "node:assert/strict";
import { test } from "node:test";
import { Following } from "../../src/actions/follow.ts";
import type { Namespace } from "../../src/core/objects.ts";
import { ApiError, ConnectionError } from "../../src/errors.ts";
import type { Clock, Cluster, Page, WatchEvent } from "../../src/world.ts";

const namespace = (name: string, resourceVersion: string): Namespace => ({
	metadata: { name, resourceVersion },
});
const added = (name: string, version: string): WatchEvent<Namespace> => ({
	type: "ADDED",
	object: namespace(name, version),
});

/**
 * Follows a server that answers lists and watches from these scripts, until they are
 * played. Returns what was asked, told and waited for, in order.
 */
async function follow(
	lists: readonly (Page<Namespace> | Error)[],
	watches: readonly (WatchEvent<Namespace> | Error)[][],
) {
	const log: string[] = [];
	const over = new AbortController();
	const [list, watch] = [[...lists], [...watches]];
	const cluster = {
		async *pages() {
			log.push("list");
			const next = list.shift();
			if (next === undefined || next instanceof Error) throw next;
			yield next;
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
				yield event;
			}
		},
	};
	let now = 0;
	const clock: Clock = {
		now: () => now,
		async delay(ms) {
			now += ms;
			log.push(`pause ${1 + Math.floor(Math.log2(ms / 50))}`);
		},
	};
	const following = new Following(
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
	await assert.rejects(following.follow(clock, over.signal), /played/);
	return log;
}

const LIST = { items: [namespace("a", "1")], resourceVersion: "5" };
const gone = new ApiError(410, "Expired", "too old");
const broken = new ConnectionError("connection reset by peer");

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
			"pause 1",
			"watch 9",
			"-b",
			"pause 1",
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
	const log = await follow(
		[LIST],
		[[broken], [broken], ...Array<Error[]>(5).fill([broken])],
	);
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

test("an event says that all is well again", async () => {
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
			"pause 1",
			"trouble connection reset by peer",
			"pause 2",
		],
	);
});
