import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { AbortedError } from "../../../../src/errors.ts";
import type {
	Cluster,
	ListQuery,
	Page,
	WatchEvent,
} from "../../../../src/world.ts";
import {
	type ApiServer,
	startApiServer,
} from "../../../support/api-server/index.ts";
import { connected, hastyClock } from "../../../support/connecting.ts";

/** Lists in pages and watches, against the embedded API server. */

let server: ApiServer;
let cluster: Cluster;
let kubeconfig: string;
let folder: string;
const names = Array.from({ length: 2_200 }, (_, at) => `n-${at}`);

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	kubeconfig = join(folder, "config");
	server = await startApiServer();
	await server.writeKubeconfig(kubeconfig);
	for (const namespace of names)
		server.store.seed({
			kind: "Secret",
			metadata: { namespace, name: "key", labels: { usage: "test" } },
			type: "Opaque",
			data: { a: "YQ==" },
		});
});
after(async () => {
	await cluster.close();
	await server.stop();
	await rm(folder, { recursive: true });
});
beforeEach(async () => {
	await cluster?.close();
	({ cluster } = await connected({ kubeconfig }, { clock: hastyClock() }));
});

async function listed(
	query: ListQuery,
	between: (pages: number) => void = () => {},
): Promise<{ pages: Page<object>[]; found: string[] }> {
	const pages: Page<object>[] = [];
	const found: string[] = [];
	for await (const page of cluster.pages("Secret", query)) {
		pages.push(page);
		found.push(
			...page.items.map(
				({ metadata }) => `${metadata.namespace}/${metadata.name}`,
			),
		);
		between(pages.length);
	}
	return { pages, found };
}

const all = names.map((name) => `${name}/key`).sort();

describe("lists", () => {
	test("come in a page of 500, and larger ones where they are small, each with the list's version", async () => {
		const { pages, found } = await listed({ labelSelector: "usage=test" });
		assert.deepEqual(
			pages.map(({ items }) => items.length),
			[500, 1_000, 700],
		);
		assert.deepEqual(found, all);
		assert.equal(new Set(pages.map((page) => page.resourceVersion)).size, 1);
		assert.equal(pages[0]?.resourceVersion, String(server.store.version));
	});

	test("of one namespace, by field, of nothing", async () => {
		assert.deepEqual((await listed({ namespace: "n-7" })).found, ["n-7/key"]);
		assert.deepEqual(
			(await listed({ fieldSelector: "metadata.namespace=n-8" })).found,
			["n-8/key"],
		);
		const { pages, found } = await listed({ labelSelector: "usage=none" });
		assert.deepEqual(found, []);
		assert.equal(pages.length, 1);
	});

	test("metadata only", async () => {
		const { pages } = await listed({ namespace: "n-7", metadataOnly: true });
		assert.partialDeepStrictEqual(pages[0]?.items[0], {
			metadata: { name: "key", labels: { usage: "test" } },
		});
		assert.equal("data" in (pages[0]?.items[0] ?? {}), false);
	});

	test("that took too long go on where they were, without repeats", async () => {
		const { pages, found } = await listed({}, (pages) => {
			if (pages === 1) server.store.compact();
		});
		assert.deepEqual(found, all);
		assert.equal(pages.length, 3);
	});

	test("that took too long leave out what has gone, and have what came later", async () => {
		const last = all.at(-1)?.split("/")[0] ?? "";
		const { found } = await listed({}, (pages) => {
			if (pages !== 2) return;
			server.store.delete("Secret", last, "key");
			server.store.seed({
				kind: "Secret",
				metadata: { namespace: "zzz", name: "new" },
			});
			server.store.compact();
		});
		server.store.delete("Secret", "zzz", "new");
		server.store.seed({
			kind: "Secret",
			metadata: { namespace: last, name: "key", labels: { usage: "test" } },
		});
		assert.deepEqual(found, [...all.slice(0, -1), "zzz/new"]);
	});

	test("that took too long, of a server that does not say how to go on, begin again without repeats", async () => {
		let refusals = 1;
		const heal = server.onRequest(({ query }) =>
			query.has("continue") && refusals-- > 0
				? { answer: { status: 410, reason: "Expired", message: "too old" } }
				: undefined,
		);
		const { found } = await listed({});
		heal();
		assert.deepEqual(found, all);
	});

	test("that are refused as too old before they began are not begun again", async () => {
		const from = server.requests.length;
		const heal = server.onRequest(() => ({
			answer: { status: 410, reason: "Expired", message: "too old" },
		}));
		await assert.rejects(listed({}), { status: 410 });
		heal();
		assert.equal(server.requests.length - from, 1);
	});

	test("of which a page is refused end with the refusal, and are not begun again", async () => {
		const from = server.requests.length;
		const heal = server.onRequest(({ query }) =>
			query.has("continue")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		await assert.rejects(listed({}), { status: 403 });
		heal();
		assert.equal(server.requests.length - from, 2);
	});

	test("with a bad selector say what the server says", async () => {
		await assert.rejects(listed({ labelSelector: "==" }), {
			name: "ApiError",
			status: 400,
			message: /^Error from server \(BadRequest\): /,
		});
	});
});

describe("watches", () => {
	/** The first `count` events from now on; `act` happens once the watch runs. */
	async function watched(
		count: number,
		act: () => void,
		signal?: AbortSignal,
	): Promise<WatchEvent<{ metadata: { name?: string } }>[]> {
		const events: WatchEvent<{ metadata: { name?: string } }>[] = [];
		const before = server.watches;
		const watch = cluster.watch(
			"Secret",
			{ namespace: "w", resourceVersion: String(server.store.version) },
			signal,
		);
		const running = (async () => {
			for await (const event of watch) {
				if (event.type === "ACCEPTED") continue;
				events.push(event);
				if (events.length === count) return;
			}
		})();
		while (server.watches === before)
			await new Promise((resolve) => setImmediate(resolve));
		act();
		await running;
		return events;
	}

	const short = (events: Awaited<ReturnType<typeof watched>>) =>
		events.map((event) =>
			!("object" in event)
				? event.type
				: `${event.type} ${event.object.metadata.name}`,
		);

	test("tell what happens, as it happens", async () => {
		const seed = (name: string, data = "YQ==") =>
			server.store.seed({
				kind: "Secret",
				metadata: { namespace: "w", name },
				data: { é: data },
			});
		const events = await watched(5, () => {
			seed("one");
			seed("one", "Yg==".repeat(50_000));
			seed("two");
			server.store.delete("Secret", "w", "one");
			server.sendBookmarks();
		});
		server.store.delete("Secret", "w", "two");
		assert.deepEqual(short(events), [
			"ADDED one",
			"MODIFIED one",
			"ADDED two",
			"DELETED one",
			"BOOKMARK",
		]);
	});

	test("tell that the server took them, before anything happens, and are to end after five minutes", async () => {
		const asked: (string | null)[] = [];
		const heal = server.onRequest(({ query }) => {
			asked.push(query.get("timeoutSeconds"));
			return undefined;
		});
		const watch = cluster.watch("Secret", {
			resourceVersion: String(server.store.version),
		});
		for await (const event of watch) {
			heal();
			assert.deepEqual([event, asked], [{ type: "ACCEPTED" }, ["300"]]);
			return;
		}
		assert.fail("it ended");
	});

	test("end when the server ends them", async () => {
		assert.deepEqual(await watched(9, () => server.endWatches()), []);
	});

	test("end quietly with their own signal", async () => {
		const stop = new AbortController();
		assert.deepEqual(await watched(9, () => stop.abort(), stop.signal), []);
		assert.deepEqual(
			await watched(9, () => {}, AbortSignal.abort()).catch((error) => error),
			[],
		);
	});

	test("give their stream back when the caller has seen enough", async () => {
		const before = server.watches;
		await watched(1, () => server.sendBookmarks());
		while (server.watches !== before)
			await new Promise((resolve) => setImmediate(resolve));
	});

	test("from too long ago are a 410", async () => {
		const old = String(server.store.version - 1);
		server.store.compact();
		const watch = cluster.watch("Secret", { resourceVersion: old });
		await assert.rejects(
			async () => {
				for await (const event of watch) assert.equal(event.type, "ACCEPTED");
			},
			{ name: "ApiError", status: 410, reason: "Expired" },
		);
	});

	test("that end without a word, behind a proxy that goes on answering, are given up soon after their time", async (t) => {
		t.mock.timers.enable({ apis: ["setTimeout"] });
		const ended = watched(1, () => t.mock.timers.tick(299_000)).catch(
			(error: Error) => error.name,
		);
		await cluster.read("Namespace", { name: "default" });
		t.mock.timers.tick(60_000);
		assert.equal(await ended, "ConnectionError");
	});

	test("that the server cuts are a ConnectionError, and are not restarted", async () => {
		const heal = server.onRequest(({ query }) =>
			query.has("watch") ? { cut: "before" } : undefined,
		);
		const watch = cluster.watch("Secret", { resourceVersion: "1" });
		await assert.rejects(
			async () => {
				for await (const event of watch) assert.fail(JSON.stringify(event));
			},
			{
				name: "ConnectionError",
				message: "Unable to connect to the server: connection reset by peer",
			},
		);
		heal();
	});
});

describe("an interrupt", () => {
	for (const http1Only of [false, true])
		test(`ends reads at once, waits a moment for writes, and begins nothing, over HTTP/${http1Only ? "1.1" : "2"}`, async (t) => {
			const slow = await startApiServer({ http1Only });
			t.after(() => slow.stop());
			const path = join(folder, "slow");
			await slow.writeKubeconfig(path);
			let waiting = 0;
			const answered = Promise.withResolvers<undefined>();
			slow.onRequest(({ method }) => {
				if (method !== "POST") return undefined;
				return ++waiting <= 4 ? answered.promise : new Promise(() => {});
			});
			const interrupt = new AbortController();
			const { cluster: ours } = await connected(
				{ kubeconfig: path, requestTimeout: 60_000 },
				{ interrupt: interrupt.signal },
			);
			const outcome = (act: Promise<unknown>) =>
				act.then(
					() => "done",
					(error: Error) => error.name,
				);
			const pending = Array.from({ length: 100 }, (_, at) =>
				outcome(
					ours.create("Secret", {
						metadata: { namespace: "default", name: `s-${at}` },
					}),
				),
			);
			const watch = outcome(
				(async () => {
					for await (const _ of ours.watch("Secret", {
						resourceVersion: String(slow.store.version),
					}));
				})(),
			);
			while (waiting < 8 || slow.watches === 0)
				await new Promise((resolve) => setImmediate(resolve));
			const sent = waiting;
			interrupt.abort(new AbortedError("SIGTERM"));
			assert.equal(await watch, "AbortedError");
			// Only now: what is read was not waited for.
			answered.resolve(undefined);
			const outcomes = Map.groupBy(await Promise.all(pending), (one) => one);
			assert.deepEqual(
				[...outcomes].map(([name, { length }]) => [name, length]).sort(),
				[
					["AbortedError", 96],
					["done", 4],
				],
			);
			assert.equal(
				await outcome(ours.read("Secret", { name: "x" })),
				"AbortedError",
			);
			assert.equal(waiting, sent);
		});

	test("ends a pause between tries", async () => {
		const interrupt = new AbortController();
		const { cluster: ours } = await connected(
			{ kubeconfig },
			{ interrupt: interrupt.signal },
		);
		const heal = server.onRequest(() => {
			// After the answer: while the client waits the ten minutes.
			setImmediate(() => interrupt.abort(new AbortedError("SIGINT")));
			return { answer: { status: 429, headers: { "retry-after": "60" } } };
		});
		await assert.rejects(ours.read("Namespace", { name: "default" }), {
			name: "AbortedError",
		});
		heal();
	});
});

describe("connections", () => {
	for (const [http1Only, most] of [
		[false, 1],
		[true, 8],
	] as const)
		test(`1,000 creates take ${most} over HTTP/${http1Only ? "1.1" : "2"}`, async (t) => {
			const many = await startApiServer({ http1Only });
			t.after(() => many.stop());
			const path = join(folder, "many");
			await many.writeKubeconfig(path);
			const { cluster: ours } = await connected({ kubeconfig: path });
			t.after(() => ours.close());
			await Promise.all(
				Array.from({ length: 1_000 }, (_, at) =>
					ours.create("Namespace", { metadata: { name: `ns-${at}` } }),
				),
			);
			assert.equal(many.store.all("Namespace").length, 1_004);
			assert.equal(many.connections, most);
		});
});
