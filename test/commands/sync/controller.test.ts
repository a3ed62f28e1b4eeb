import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { disk } from "../../../src/adapters/files.ts";
import {
	type ControllerOptions,
	runController,
} from "../../../src/commands/sync/controller.ts";
import {
	AbortedError,
	ApiError,
	ConnectionError,
} from "../../../src/errors.ts";
import { failureLines } from "../../../src/report/changes.ts";
import { failureLine } from "../../../src/report/failure.ts";
import { logWords } from "../../../src/report/log-words.ts";
import type { Cluster } from "../../../src/world.ts";
import type { Intervention } from "../../support/api-server/index.ts";
import {
	account,
	attachedAccount,
	type Content,
	copyOf,
	NAME,
	secret,
	source,
} from "../../support/build.ts";
import { pasted } from "../../support/command-context.ts";
import { connected } from "../../support/connecting.ts";
import { type PlayedClock, playedClock } from "../../support/played-clock.ts";
import { syncRules } from "../../support/sync-rules.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const CONTENT = { "r.example.com": { auth: "dTpw" } };

const copy = (bed: TestBed, namespace: string, content: Content = CONTENT) =>
	secret(bed, namespace, content, { metadata: copyOf(undefined, NAME) });
const drift = (bed: TestBed, namespace: string) => copy(bed, namespace, {});
const pullSecrets = (bed: TestBed, namespace: string) =>
	bed.server.store.get("ServiceAccount", namespace, "default")
		?.imagePullSecrets;
const newNamespace = (bed: TestBed, name: string) =>
	bed.server.store.seed({ kind: "Namespace", metadata: { name } });

/** A source, and these namespaces. */
async function bedWith(...namespaces: string[]): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["nginx-mesh", ...namespaces] });
	source(bed, CONTENT, [], {
		annotations: {
			"kubectl-meshreg/targets": '[{"all":true,"attach":["*"]}]',
		},
	});
	return bed;
}

/** Answers, from now on, what `where` is about. */
function refuse(
	bed: TestBed,
	where: (request: { method: string; path: string }) => boolean,
	answer: Intervention["answer"] = { status: 403, message: "quota" },
): () => void {
	return bed.server.onRequest((request) =>
		where(request) && answer ? { answer } : undefined,
	);
}

/** Lets creations that `where` is about wait until they are released. */
function hold(bed: TestBed, where: (path: string) => boolean) {
	const arrived = Promise.withResolvers<void>();
	const released = Promise.withResolvers<void>();
	bed.server.onRequest(async ({ method, path }) => {
		if (method !== "POST" || !where(path)) return undefined;
		arrived.resolve();
		await released.promise;
		return undefined;
	});
	return { arrived: arrived.promise, release: () => released.resolve() };
}

const isWrite = ({ method }: { method: string }) => method !== "GET";

/** A watch that tells nothing until it is ended. */
async function* untold(signal: AbortSignal | undefined): AsyncIterable<never> {
	await new Promise((resolve) => signal?.addEventListener("abort", resolve));
}

/** The watch of namespaces tells nothing, and their list nothing of what came later. */
const untoldNamespaces = (cluster: Cluster): Cluster => ({
	...cluster,
	watch: (kind, query, signal) =>
		kind === "Namespace" ? untold(signal) : cluster.watch(kind, query, signal),
});

/** runController at work. */
interface Kept extends AsyncDisposable {
	clock: PlayedClock;
	/** What it told so far, in order. */
	log: string[];
	/** Until it has told this, after what was waited for before; fails when it ends first. */
	says(line: string): Promise<void>;
	/** Until something holds that only time, an event or a request can bring about. */
	until(holds: () => boolean): Promise<void>;
	/** Interrupts it. */
	interrupt(): void;
	/** What it threw. */
	ended: Promise<unknown>;
}

async function kept(
	bed: TestBed,
	how: Partial<ControllerOptions> & {
		wrap?: (cluster: Cluster) => Cluster;
	} = {},
	rules: Partial<ControllerOptions["rules"]> = {},
): Promise<Kept> {
	const kubeconfig = `${bed.folder}/kept.kubeconfig`;
	await bed.server.writeKubeconfig(kubeconfig);
	const { cluster } = await connected({ kubeconfig });
	let look = () => {};
	const clock = playedClock(() => look());
	bed.server.onRequest(() => void look());
	const interrupt = new AbortController();
	const log: string[] = [];
	const say = (line: string) => {
		log.push(line);
		look();
	};
	let read = 0;
	let over = false;
	const { wrap = (same: Cluster) => same, ...more } = how;
	const ended = runController({
		rules: syncRules({
			selects: (name) => !/^(kube-.*|default)$/.test(name),
			...rules,
		}),
		watched: {
			by: "list",
			query: {},
		},
		attach: [],
		cluster: wrap(cluster),
		world: {
			clock,
			interrupt: interrupt.signal,
			env: {},
			files: disk,
			emit: (event) =>
				say(
					event.type === "note"
						? `${event.level} ${event.note.cause}`
						: event.type,
				),
		},
		interrupt: interrupt.signal,
		onResult: (result) =>
			say(
				[
					result.kind,
					result.namespace,
					result.action,
					failureLines([result], pasted()).trimEnd(),
				]
					.join(" ")
					.trimEnd(),
			),
		onNote: (note) =>
			say(
				`note ${note.level === "info" ? "" : `${note.level}: `}${logWords(note).message}`,
			),
		onTrouble: (error) => say(`note ${failureLine(error)} (will retry)`),
		onReady: () => say("ready"),
		...more,
	})
		.catch((error: unknown) => error)
		.finally(() => {
			over = true;
			look();
		});
	const until = (holds: () => boolean) =>
		new Promise<void>((resolve, reject) => {
			look = () => {
				if (holds()) resolve();
				else if (over) reject(new Error(`it ended; it said ${log.join("\n")}`));
			};
			look();
		});
	return {
		clock,
		log,
		until,
		async says(line) {
			await until(() => log.indexOf(line, read) >= 0);
			read = log.indexOf(line, read) + 1;
		},
		interrupt: () => interrupt.abort(new AbortedError("SIGTERM")),
		ended,
		async [Symbol.asyncDispose]() {
			interrupt.abort(new AbortedError("SIGTERM"));
			await ended;
			await cluster.close();
		},
	};
}

/** A server that is away for twenty tries. */
async function triesTwentyTimes({ clock, until }: Kept): Promise<void> {
	for (let tries = 0; tries < 20; tries++) {
		const then = clock.now() + 2000;
		await until(() => clock.waiting().includes(then));
		clock.set(then);
	}
	await until(() => clock.waiting().includes(clock.now() + 2000));
}

/** One whose attaching was refused, is not any more, and is still to be done, at 1000. */
async function attachingLater(bed: TestBed): Promise<Kept> {
	account(bed, "app");
	const heal = refuse(bed, ({ method }) => method === "PATCH");
	const keeping = await kept(bed, {
		attach: ["default"],
	});
	const { clock } = keeping;
	await keeping.says(
		'ServiceAccount app failed Error from server (403): quota (namespace "app")',
	);
	await keeping.until(() => clock.waiting().includes(1000));
	heal();
	return keeping;
}

describe("at first", () => {
	test("namespaces are brought in sync in order, and once", async () => {
		await using bed = await bedWith("app", "shop", "zoo");
		// Nothing is told of what is written.
		bed.server.onRequest(({ query }) =>
			query.get("watch") === "true" ? new Promise(() => {}) : undefined,
		);
		await using keeping = await kept(bed, {
			watched: { by: "names", names: ["zoo", "app", "shop"] },
		});
		await keeping.says("ready");
		keeping.interrupt();
		await keeping.ended;
		assert.deepEqual(keeping.log, [
			"Secret app created",
			"Secret shop created",
			"Secret zoo created",
			"ready",
		]);
		const writes = bed.server.requests.filter(isWrite);
		assert.equal(writes.length, 3);
	});

	test("what attach added goes with a leftover, before it is ready", async () => {
		await using bed = await bedWith("app");
		copy(bed, "default");
		attachedAccount(bed, "default");
		await using keeping = await kept(bed, {}, { prune: true });
		await keeping.says("ready");
		assert.deepEqual(keeping.log, [
			"Secret app created",
			"Secret default deleted",
			"ServiceAccount default configured",
			"ready",
		]);
		assert.equal(pullSecrets(bed, "default"), undefined);
	});

	test("accounts that may not be listed keep what attach added, which is told once and not tried again", async () => {
		await using bed = await bedWith("app");
		copy(bed, "default");
		attachedAccount(bed, "default");
		const isOfAccounts = ({ path }: { path: string }) =>
			path.includes("/serviceaccounts");
		refuse(bed, isOfAccounts);
		await using keeping = await kept(bed, {}, { prune: true });
		await keeping.says("ready");
		const asked = () => bed.server.requests.filter(isOfAccounts).length;
		const before = asked();
		newNamespace(bed, "shop");
		await keeping.says("Secret shop created");
		keeping.clock.set(2000);
		newNamespace(bed, "zoo");
		await keeping.says("Secret zoo created");
		assert.deepEqual(keeping.log, [
			"Secret app created",
			"Secret default deleted",
			"warning accounts-kept",
			"ready",
			"Secret shop created",
			"Secret zoo created",
		]);
		assert.equal(asked(), before);
		assert.deepEqual(pullSecrets(bed, "default"), [{ name: NAME }]);
	});

	for (const [what, when] of [
		["accounts that cannot be changed", "first"],
		["accounts that cannot be listed", "first"],
		["accounts that cannot be changed", "later"],
		["accounts that cannot be listed", "later"],
	] as const)
		test(`${what} are tried again, so that nothing is left of a leftover that goes ${when === "first" ? "at first" : when}`, async () => {
			await using bed = await bedWith("app");
			attachedAccount(bed, "default");
			if (when === "first") copy(bed, "default");
			const heal = refuse(
				bed,
				({ method, path }) =>
					path.includes("/serviceaccounts") &&
					method === (what.endsWith("listed") ? "GET" : "PATCH"),
				{ status: 422, message: "no" },
			);
			await using keeping = await kept(bed, {}, { prune: true });
			await keeping.says("ready");
			const { clock, log } = keeping;
			if (when === "later") copy(bed, "default");
			await keeping.until(() => log.includes("Secret default deleted"));
			// That it went is told by a watch, too, and is a reason to try again at once.
			const later = () => clock.waiting().filter((at) => at <= 2000);
			await keeping.until(() => later().length > 0);
			assert.deepEqual(pullSecrets(bed, "default"), [{ name: NAME }]);
			heal();
			clock.set(2000);
			await keeping.until(() =>
				log.includes("ServiceAccount default configured"),
			);
			assert.equal(pullSecrets(bed, "default"), undefined);
		});

	for (const [name, status, watched, begins] of [
		[
			"one of several named namespaces that cannot be read does not keep it from the others",
			403,
			{ by: "names", names: ["app", "shop"] },
			true,
		],
		[
			"nobody being logged in ends it",
			401,
			{ by: "names", names: ["app", "shop"] },
			false,
		],
		["a list that is refused ends it", 403, undefined, false],
	] as const)
		test(name, async () => {
			await using bed = await bedWith("app", "shop");
			refuse(
				bed,
				({ method, path }) =>
					method === "GET" && /^.api.v1(.namespaces.shop)?.secrets$/.test(path),
				{ status, reason: "No", message: "no" },
			);
			await using keeping = await kept(bed, watched && { watched });
			if (begins) {
				await keeping.says("note Error from server (No): no (will retry)");
				await keeping.says("Secret app created");
			} else {
				const error = await keeping.ended;
				assert.equal(error instanceof Error && error.name, "ApiError");
				assert.deepEqual(keeping.log, []);
			}
		});

	test("a list that is refused ends it once the others have ended, of which it then tells nothing", async () => {
		await using bed = await bedWith("app");
		const refused = Promise.withResolvers<void>();
		const order: string[] = [];
		const keeping = await kept(bed, {
			attach: ["*"],
			wrap: (cluster) => ({
				...cluster,
				async *picked(kind, query, pick) {
					if (kind === "Secret") {
						refused.resolve();
						throw new ApiError(403, "Forbidden", "no");
					}
					await refused.promise;
					yield* cluster.picked(kind, query, pick);
					order.push(kind);
				},
			}),
		});
		await keeping.ended;
		assert.deepEqual(order.sort(), ["Namespace", "ServiceAccount"]);
		await keeping[Symbol.asyncDispose]();
		assert.deepEqual(keeping.log, []);
	});

	test("nobody being logged in when it comes to writing ends it", async () => {
		await using bed = await bedWith("app");
		refuse(bed, isWrite, { status: 401, message: "no" });
		await using keeping = await kept(bed);
		assert.equal(
			String(await keeping.ended),
			"ApiError: You must be logged in to the server (Unauthorized)",
		);
	});
});

describe("no server, for however long", () => {
	const GONE = "note Unable to connect to the server: EOF (will retry)";
	const [APP, SHOP] = ["Secret app created", "Secret shop created"];
	const DELETED = "Secret default deleted";
	for (const [when, part, told] of [
		["while it lists", "picked", [GONE, APP, DELETED, SHOP]],
		["while it looks at named namespaces", "read", [GONE, APP, DELETED, SHOP]],
		["before it writes", "create", [DELETED, GONE, APP, SHOP]],
		["when some is written", "remove", [APP, SHOP, GONE, DELETED]],
	] as const)
		test(`${when} for the first time: it waits, says so once, and is then ready`, async () => {
			await using bed = await bedWith("app", "shop");
			copy(bed, "default");
			let away = true;
			const throwing = <C extends keyof Cluster>(cluster: Cluster, name: C) =>
				new Proxy(cluster[name] as () => unknown, {
					apply: (call, self, given) => {
						if (away)
							throw new ConnectionError("Unable to connect to the server: EOF");
						return Reflect.apply(call, self, given);
					},
				});
			await using keeping = await kept(
				bed,
				{
					watched: { by: "names", names: ["app", "default", "shop"] },
					wrap: (cluster) => ({
						...cluster,
						[part]: throwing(cluster, part),
					}),
				},
				{ prune: true },
			);
			const { clock } = keeping;
			await triesTwentyTimes(keeping);
			assert.ok(!keeping.log.includes("ready"));
			away = false;
			clock.set(clock.now() + 2000);
			await keeping.says("ready");
			assert.deepEqual(keeping.log, [...told, "ready"]);
		});

	test("an interrupt ends the wait", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(bed, {
			wrap: (cluster) => ({
				...cluster,
				picked() {
					throw new ConnectionError("EOF");
				},
			}),
		});
		await keeping.says("note EOF (will retry)");
		keeping.interrupt();
		assert.match(String(await keeping.ended), /^AbortedError/);
	});
});

describe("what failed", () => {
	for (const [by, waits] of [
		["names", [1, 2, 4, 8, 16, 30, 30]],
		["list", [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]],
	] as const)
		test(`is tried again after ${waits.join(", ")} s, told once`, async () => {
			await using bed = await bedWith("app");
			const heal = refuse(bed, isWrite);
			await using keeping = await kept(bed, {
				...(by === "names" && { watched: { by, names: ["app"] } }),
			});
			const { clock } = keeping;
			await keeping.says("ready");
			for (const seconds of waits) {
				await keeping.until(() =>
					clock.waiting().includes(clock.now() + seconds * 1000),
				);
				clock.set(clock.now() + seconds * 1000);
			}
			await keeping.until(() => clock.waiting().length > 0);
			heal();
			clock.set(clock.now() + 1_000_000);
			await keeping.says("Secret app created");
			const failed =
				'Secret app failed Error from server (403): quota (namespace "app")';
			assert.deepEqual(keeping.log, [failed, "ready", "Secret app created"]);

			// It is news again, and the waits begin anew.
			refuse(bed, isWrite);
			drift(bed, "app");
			await keeping.says(failed);
			await keeping.until(() => clock.waiting().includes(clock.now() + 1000));
		});

	test("without a server is one failure, however often: what is refused then is soon tried again", async () => {
		await using bed = await bedWith("app");
		let away = false;
		await using keeping = await kept(bed, {
			wrap: (cluster) => ({
				...cluster,
				patch: async (...given) => {
					if (away) throw new ConnectionError("EOF");
					return cluster.patch(...given);
				},
			}),
		});
		const { clock } = keeping;
		await keeping.says("ready");
		away = true;
		drift(bed, "app");
		await triesTwentyTimes(keeping);
		away = false;
		refuse(bed, isWrite);
		clock.set(clock.now() + 2000);
		await keeping.says(
			'Secret app failed Error from server (403): quota (namespace "app")',
		);
		await keeping.until(() => clock.waiting().includes(clock.now() + 2000));
	});

	test("is forgotten with its namespace, of which there may be ever others", async () => {
		await using bed = await bedWith("app");
		refuse(bed, isWrite);
		await using keeping = await kept(bed);
		const { clock } = keeping;
		const tries = () =>
			bed.server.requests.filter(
				({ method, path }) => method === "POST" && path.includes("/app/"),
			).length;
		for (const time of [1000, 3000]) {
			await keeping.until(() => clock.waiting().includes(time));
			clock.set(time);
		}
		await keeping.until(() => clock.waiting().includes(7000));
		bed.server.store.delete("Namespace", "", "app");
		newNamespace(bed, "zoo");
		await keeping.says(
			'Secret zoo failed Error from server (403): quota (namespace "zoo")',
		);
		assert.equal(tries(), 3);
		newNamespace(bed, "app");
		await keeping.until(() => tries() === 4);
		await keeping.until(() => clock.waiting().includes(4000));
		clock.set(4000);
		await keeping.until(() => tries() === 5);
	});

	for (const [what, error] of [
		["no connection", new ConnectionError("no route to host")],
		["a proxy's 503", new ApiError(503, "", "no server")],
	] as const)
		for (const [kind, app] of [
			["Secret", "Secret app"],
			["ServiceAccount", "ServiceAccount app"],
			["MutatingAdmissionPolicyBinding", "MutatingAdmissionPolicyBinding "],
		] as const)
			test(`because there was no server (${what}) is done two seconds after it is back, however long it was gone: ${kind}`, async () => {
				await using bed = await bedWith("app");
				account(bed, "app");
				let away = false;
				const unlessAway = <Given extends [string, ...unknown[]], Result>(
					call: (...given: Given) => Promise<Result>,
				) =>
					(async (...given: Given) => {
						if (away && given[0] === kind) throw error;
						return call(...given);
					}) as typeof call;
				await using keeping = await kept(bed, {
					attach: ["*"],
					wrap: (cluster) => ({
						...cluster,
						patch: unlessAway(cluster.patch),
						create: unlessAway(cluster.create),
					}),
				});
				const { clock } = keeping;
				await keeping.says("ServiceAccount app configured");
				away = true;
				if (kind === "Secret") drift(bed, "app");
				else if (kind === "ServiceAccount") account(bed, "app");
				else
					source(bed, CONTENT, [], {
						annotations: {
							"kubectl-meshreg/targets": '[{"all":true,"attach":["*"]}]',
							"kubectl-meshreg/attached-by-policy": "true",
						},
					});
				await triesTwentyTimes(keeping);
				away = false;
				clock.set(clock.now() + 2000);
				await keeping.says(
					`${app} ${kind.endsWith("Binding") ? "created" : "configured"}`,
				);
			});

	test("is told of each object for itself", async () => {
		await using bed = await bedWith("app", "shop");
		refuse(bed, isWrite);
		await using keeping = await kept(bed);
		await keeping.says("ready");
		assert.deepEqual(keeping.log, [
			'Secret app failed Error from server (403): quota (namespace "app")',
			'Secret shop failed Error from server (403): quota (namespace "shop")',
			"ready",
		]);
	});

	test("a service account's is tried again as well", async () => {
		await using bed = await bedWith("app");
		await using keeping = await attachingLater(bed);
		const { clock } = keeping;
		clock.set(1000);
		await keeping.says("ServiceAccount app configured");
	});

	test("a namespace that cannot be looked at is a failure of its copy, once, and is tried again", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(bed);
		const { clock } = keeping;
		await keeping.says("ready");
		const heal = bed.server.onRequest(({ path, query }) =>
			path === "/api/v1/namespaces" && query.has("fieldSelector")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		bed.server.store.delete("Secret", "app", NAME);
		await keeping.says(
			'Secret app failed Error from server (Forbidden): no (namespace "app")',
		);
		await keeping.until(() => clock.waiting().includes(1000));
		clock.set(1000);
		await keeping.until(() => clock.waiting().includes(3000));
		heal();
		clock.set(3000);
		await keeping.says("Secret app created");
		assert.equal(keeping.log.filter((line) => / no /.test(line)).length, 1);
	});

	test("so it is in the first pass, which counts it", async () => {
		await using bed = await bedWith("app");
		refuse(bed, ({ path }) => path === "/api/v1/namespaces/app", {
			status: 400,
			message: "no",
		});
		const first: unknown[] = [];
		await using keeping = await kept(bed, {
			watched: { by: "names", names: ["app"] },
			onReady: (results) =>
				first.push(
					...results.map(({ namespace, action }) => [namespace, action]),
				),
		});
		await keeping.says(
			'Secret app failed Error from server (400): no (namespace "app")',
		);
		await keeping.until(() => first.length > 0);
		assert.deepEqual(first, [["app", "failed"]]);
	});

	test("what befalls everything is told once until something succeeds, and is tried again", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(bed);
		const { clock } = keeping;
		await keeping.says("ready");
		const trouble =
			"note error: You must be logged in to the server (Unauthorized) (will retry)";
		for (let time = 0; time < 2; time++) {
			const heal = refuse(bed, isWrite, { status: 401, message: "no" });
			drift(bed, "app");
			await keeping.says(trouble);
			for (const seconds of [1, 2]) {
				const then = clock.now() + seconds * 1000;
				await keeping.until(() => clock.waiting().includes(then));
				clock.set(then);
			}
			await keeping.until(() => clock.waiting().includes(clock.now() + 4000));
			heal();
			clock.set(clock.now() + 4000);
			await keeping.says("Secret app configured");
		}
		assert.equal(keeping.log.filter((line) => line === trouble).length, 2);
	});
});

describe("namespaces do not hold up each other", () => {
	test("while a write in one is unanswered, others go on", async () => {
		await using bed = await bedWith();
		await using keeping = await kept(bed);
		await keeping.says("ready");
		const held = hold(bed, (path) => path.includes("/slow/"));
		newNamespace(bed, "slow");
		newNamespace(bed, "quick");
		await keeping.says("Secret quick created");
		held.release();
		await keeping.says("Secret slow created");
	});

	test("what is being written when it ends is finished, and told", async () => {
		await using bed = await bedWith();
		await using keeping = await kept(bed);
		await keeping.says("ready");
		const held = hold(bed, () => true);
		newNamespace(bed, "new");
		await held.arrived;
		keeping.interrupt();
		held.release();
		assert.equal(
			String(await keeping.ended),
			"AbortedError: interrupted by SIGTERM",
		);
		assert.deepEqual(keeping.log, ["ready", "Secret new created"]);
	});
});

test("what changed while our write was under way is put right", async () => {
	await using bed = await bedWith("app");
	let told = () => {};
	const wrap = (cluster: Cluster): Cluster => ({
		...cluster,
		async create(kind, object, options) {
			const made = await cluster.create(kind, object, options);
			const seen = new Promise<void>((resolve) => {
				told = resolve;
			});
			drift(bed, "app");
			await seen;
			return made;
		},
		async *watch(kind, query, signal) {
			for await (const event of cluster.watch(kind, query, signal)) {
				yield event;
				if (event.type === "MODIFIED") told();
			}
		},
	});
	await using keeping = await kept(bed, { wrap });
	await keeping.says("Secret app configured");
	assert.deepEqual(keeping.log, [
		"Secret app created",
		"ready",
		"Secret app configured",
	]);
});

test("a copy that went before the answer to its creation came is made again", async () => {
	await using bed = await bedWith("app");
	let gone = () => {};
	let isFirst = true;
	const wrap = (cluster: Cluster): Cluster => ({
		...cluster,
		async create(kind, object, options) {
			const made = await cluster.create(kind, object, options);
			if (kind !== "Secret" || !isFirst) return made;
			isFirst = false;
			const told = new Promise<void>((resolve) => {
				gone = resolve;
			});
			bed.server.store.delete("Secret", "app", NAME);
			await told;
			return made;
		},
		async *watch(kind, query, signal) {
			for await (const event of cluster.watch(kind, query, signal)) {
				yield event;
				if (event.type === "DELETED") gone();
			}
		},
	});
	await using keeping = await kept(bed, { wrap });
	await keeping.says("Secret app created");
	await keeping.says("Secret app created");
	assert.deepEqual(bed.content("app"), { auths: CONTENT });
});

test("an interrupt that a request tells of ends it, and is no trouble", async () => {
	await using bed = await bedWith();
	const wrap = (cluster: Cluster): Cluster => ({
		...cluster,
		create: () => Promise.reject(new AbortedError("SIGHUP")),
	});
	await using keeping = await kept(bed, { wrap });
	await keeping.says("ready");
	newNamespace(bed, "new");
	assert.equal(
		String(await keeping.ended),
		"AbortedError: interrupted by SIGHUP",
	);
	assert.deepEqual(keeping.log, ["ready"]);
});

test("a named namespace of which nothing is to be learnt yet stands in nobody's way, and is looked at again", async () => {
	await using bed = await testBed({
		namespaces: ["nginx-mesh", "app", "shop"],
	});
	const uid = (name: string) =>
		bed.server.store.get("Namespace", "", name)?.metadata.uid;
	source(bed, CONTENT, [], {
		annotations: {
			"kubectl-meshreg/targets": JSON.stringify([
				{ namespaces: { app: uid("app"), shop: uid("shop") } },
			]),
		},
	});
	drift(bed, "app");
	let isBroken = true;
	await using keeping = await kept(bed, {
		watched: { by: "names", names: ["app", "shop"] },
		wrap: (cluster) => ({
			...cluster,
			read: async (kind, ref, ...more) => {
				if (isBroken && kind === "Namespace" && ref.name === "app")
					throw new ApiError(500, "InternalError", "etcd");
				return cluster.read(kind, ref, ...more);
			},
		}),
	});
	const failed =
		'Secret app failed Error from server (InternalError): etcd (namespace "app")';
	await keeping.says(failed);
	await keeping.says("Secret shop created");
	await keeping.says("ready");
	const { clock } = keeping;
	await keeping.until(() => clock.waiting().includes(1000));
	isBroken = false;
	clock.set(1000);
	await keeping.says("Secret app configured");
	assert.deepEqual(keeping.log, [
		failed,
		"Secret shop created",
		"ready",
		"Secret app configured",
	]);
});

test("no account is told to pull with what is not our key", async () => {
	await using bed = await bedWith("app", "shop");
	secret(bed, "app", "{}");
	account(bed, "app");
	account(bed, "shop");
	await using keeping = await kept(bed, {
		attach: ["default"],
	});
	await keeping.says("ServiceAccount shop configured");
	await keeping.until(() => keeping.clock.waiting().includes(1000));
	keeping.clock.set(1000);
	newNamespace(bed, "new");
	await keeping.says("Secret new created");
	keeping.interrupt();
	await keeping.ended;
	assert.equal(pullSecrets(bed, "app"), undefined);
	assert.deepEqual(pullSecrets(bed, "shop"), [{ name: NAME }]);
});

describe("somebody who undoes what we write", () => {
	/** Undone and written five times; from then on we wait. */
	async function quarrel(bed: TestBed, keeping: Kept): Promise<void> {
		await keeping.says("ready");
		for (let time = 0; time < 5; time++) {
			drift(bed, "app");
			await keeping.says("Secret app configured");
		}
	}

	test("is waited for, and then put right", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(bed);
		await quarrel(bed, keeping);
		const { clock } = keeping;
		const writes = bed.server.requests.filter(isWrite).length;
		drift(bed, "app");
		await keeping.until(() => clock.waiting().includes(1000));
		assert.equal(bed.server.requests.filter(isWrite).length, writes);
		clock.set(1000);
		await keeping.says("Secret app configured");
	});

	for (const [name, undo, words] of [
		[
			"by its field manager",
			(bed: TestBed) =>
				secret(
					bed,
					"app",
					{},
					{
						metadata: {
							...copyOf(undefined, NAME),
							managedFields: [
								["kubectl-meshreg", "2026-01-01T00:00:01Z"],
								["argo\u202e-controller", "2026-01-01T00:00:01Z"],
								["old", "2026-01-01T00:00:00Z"],
							].map(([manager, time]) => ({
								manager,
								time,
								operation: "Update",
								apiVersion: "v1",
								fieldsType: "FieldsV1",
								fieldsV1: {},
							})),
						},
					},
				),
			'"argo -controller" keeps changing',
		],
		[
			"without a name where the object has none",
			(bed: TestBed) => drift(bed, "app"),
			"something keeps changing",
		],
		[
			"who deletes it",
			(bed: TestBed) => bed.server.store.delete("Secret", "app", NAME),
			"something keeps deleting",
		],
	] as const)
		test(`is told once, ${name}`, async () => {
			await using bed = await bedWith("app");
			await using keeping = await kept(bed);
			await quarrel(bed, keeping);
			const { clock, log } = keeping;
			undo(bed);
			await keeping.says(
				`note warning: ${words} secret "${NAME}" in namespace "app" (will retry, at most once a minute)`,
			);
			for (const wait of [1000, 3000]) {
				await keeping.until(() => clock.waiting().includes(wait));
				clock.set(wait);
				await keeping.says(
					`Secret app ${name === "who deletes it" ? "created" : "configured"}`,
				);
				undo(bed);
			}
			await keeping.until(() => clock.waiting().includes(7000));
			assert.equal(log.filter((line) => line.includes(" keeps ")).length, 1);
		});

	test("to an account is told once, too", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(bed, { attach: ["default"] });
		await keeping.says("ready");
		const { clock, log } = keeping;
		for (let time = 0; time < 5; time++) {
			account(bed, "app");
			await keeping.says("ServiceAccount app configured");
		}
		for (const wait of [1000, 3000]) {
			account(bed, "app");
			await keeping.until(() => clock.waiting().includes(wait));
			clock.set(wait);
			await keeping.says("ServiceAccount app configured");
		}
		assert.deepEqual(
			log.filter((line) => line.includes(" keeps ")),
			[
				'note warning: something keeps changing serviceaccount "default" in namespace "app" (will retry, at most once a minute)',
			],
		);
	});

	test("as a controller that owns the copy by now is left to it, and told", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(bed);
		await keeping.says("ready");
		secret(
			bed,
			"app",
			{},
			{
				metadata: {
					...copyOf(undefined, NAME),
					ownerReferences: [
						{
							apiVersion: "external-secrets.io/v1",
							kind: "ExternalSecret",
							name: "registry",
							uid: "1",
							controller: true,
						},
					],
				},
			},
		);
		await keeping.says(
			`Secret app failed error: secret "${NAME}" in namespace "app" is managed by ExternalSecret; left unchanged`,
		);
	});

	test("is none where the source changes as often", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(bed);
		await keeping.says("ready");
		for (let time = 0; time < 6; time++) {
			if (time > 0) await keeping.says("Secret app configured");
			source(bed, { "r.example.com": { auth: btoa(`u:${time}`) } }, [], {
				annotations: {
					"kubectl-meshreg/targets": '[{"all":true,"attach":["*"]}]',
				},
			});
		}
		await keeping.until(() => keeping.clock.waiting().includes(1000));
		keeping.clock.set(1000);
		await keeping.says("Secret app configured");
		assert.deepEqual(
			keeping.log.filter((line) => line.includes(" keeps ")),
			[],
		);
	});

	test("in one namespace holds up no other", async () => {
		await using bed = await bedWith("app", "shop");
		await using keeping = await kept(bed);
		await quarrel(bed, keeping);
		drift(bed, "app");
		await keeping.until(() => keeping.clock.waiting().includes(1000));
		drift(bed, "shop");
		await keeping.says("Secret shop configured");
		assert.deepEqual(bed.server.store.get("Secret", "app", NAME)?.data, {
			".dockerconfigjson": btoa('{"auths":{}}'),
		});
	});

	test("as a webhook does, with content of its own: that is told once, and waited for", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(bed);
		await keeping.says("ready");
		let writes = 0;
		bed.server.onRequest(({ method, path }) => {
			if (method !== "PATCH" || !path.includes("/app/")) return undefined;
			writes++;
			drift(bed, "app");
			const stored = bed.server.store.get("Secret", "app", NAME);
			return { answer: { status: 200, body: JSON.stringify(stored) } };
		});
		drift(bed, "app");
		const { clock } = keeping;
		await keeping.until(() => writes === 5 && clock.waiting().includes(1000));
		assert.deepEqual(
			keeping.log.filter((line) => line.includes("failed")),
			[
				`Secret app failed error: secret "${NAME}" in namespace "app" has other content than was written: the API server accepted the change, and an admission webhook or policy undid it`,
			],
		);
		assert.equal(writes, 5);
	});

	/** Counts how often, from now on, the namespace app is asked for itself. */
	function asking(bed: TestBed): { times: number } {
		const asked = { times: 0 };
		bed.server.onRequest(({ path, query }) => {
			const isOne = path === "/api/v1/namespaces" && query.has("fieldSelector");
			if (isOne || path === "/api/v1/namespaces/app") asked.times++;
			return undefined;
		});
		return asked;
	}

	test("by deleting it has us ask for the namespace no more often than we write", async () => {
		await using bed = await bedWith("app");
		const asked = asking(bed);
		await using keeping = await kept(bed);
		await quarrel(bed, keeping);
		bed.server.store.delete("Secret", "app", NAME);
		const { clock } = keeping;
		await keeping.until(() => clock.waiting().includes(1000));
		assert.equal(asked.times, 5);
		clock.set(1000);
		await keeping.says("Secret app created");
		assert.equal(asked.times, 6);
	});

	test("or who changes what is in our way has us ask for a named namespace five times, and then once a second", async () => {
		await using bed = await bedWith("app");
		secret(bed, "app", "{}");
		const asked = asking(bed);
		await using keeping = await kept(bed, {
			watched: { by: "names", names: ["app"] },
		});
		const { clock } = keeping;
		await keeping.says("ready");
		// What stood in the way at first is looked at again for itself.
		await keeping.until(() => clock.waiting().includes(1000));
		clock.set(1000);
		// That at first counts for nothing.
		while (asked.times < 6) {
			const before = asked.times;
			secret(bed, "app", `{"a":${before}}`);
			await keeping.until(() => asked.times > before);
		}
		secret(bed, "app", "[]");
		await keeping.until(
			() => asked.times > 6 || clock.waiting().includes(2000),
		);
		assert.equal(asked.times, 6);
		clock.set(2000);
		await keeping.until(() => asked.times === 7);
	});

	test("and then puts something in our way: that is told at once", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(bed);
		await quarrel(bed, keeping);
		secret(bed, "app", "{}");
		await keeping.until(() => keeping.log.at(-1)?.includes("--force") === true);
	});

	test("is none who only touches what is right", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(bed);
		await keeping.says("ready");
		drift(bed, "app");
		await keeping.says("Secret app configured");
		for (let time = 0; time < 10; time++) {
			copy(bed, "app");
			newNamespace(bed, `new-${time}`);
			await keeping.says(`Secret new-${time} created`);
		}
		drift(bed, "app");
		await keeping.says("Secret app configured");
	});
});

describe("service accounts", () => {
	for (const [name, watched] of [
		["named namespaces", { by: "names", names: ["app", "shop"] }],
		["a list of namespaces", undefined],
	] as const)
		test(`several names in ${name}`, async () => {
			await using bed = await bedWith("app", "shop");
			for (const namespace of ["app", "shop"])
				for (const name of ["default", "worker", "other"])
					account(bed, `${namespace}/${name}`);
			await using keeping = await kept(bed, {
				...(watched && { watched }),
				attach: ["default", "worker"],
			});
			const attached = () =>
				bed.server.store
					.all("ServiceAccount")
					.filter(({ imagePullSecrets }) => imagePullSecrets !== undefined)
					.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
			const said = (line: string) =>
				keeping.log.filter((each) => each === line).length;
			await keeping.until(
				() =>
					said("ServiceAccount app configured") === 2 &&
					said("ServiceAccount shop configured") === 2,
			);
			assert.deepEqual(attached().sort(), [
				"app/default",
				"app/worker",
				"shop/default",
				"shop/worker",
			]);
		});

	test("attached once the key is written, before it is told of", async () => {
		await using bed = await bedWith();
		bed.server.onRequest(({ path, query }) =>
			path.endsWith("/secrets") && query.get("watch") === "true"
				? new Promise(() => {})
				: undefined,
		);
		await using keeping = await kept(bed, {
			attach: ["default"],
		});
		await keeping.says("ready");
		account(bed, "new");
		newNamespace(bed, "new");
		await keeping.says("ServiceAccount new configured");
		assert.deepEqual(keeping.log, [
			"ready",
			"Secret new created",
			"ServiceAccount new configured",
		]);
		assert.equal(bed.server.requests.filter(isWrite).length, 2);
	});

	test("somebody who undoes the attachment of one is waited for, and others are not", async () => {
		await using bed = await bedWith("app");
		account(bed, "app");
		await using keeping = await kept(bed, { attach: ["*"] });
		await keeping.says("ServiceAccount app configured");
		for (let time = 1; time < 5; time++) {
			account(bed, "app");
			await keeping.says("ServiceAccount app configured");
		}
		const { clock } = keeping;
		const writes = bed.server.requests.filter(isWrite).length;
		account(bed, "app");
		await keeping.until(() => clock.waiting().includes(1000));
		assert.equal(bed.server.requests.filter(isWrite).length, writes);
		account(bed, "app/new");
		await keeping.says("ServiceAccount app configured");
		assert.equal(pullSecrets(bed, "app"), undefined);
		clock.set(1000);
		await keeping.says("ServiceAccount app configured");
		assert.deepEqual(pullSecrets(bed, "app"), [{ name: NAME }]);
	});

	test("those with much on them, which are read, are so one after the other, whoever has them", async () => {
		await using bed = await bedWith("app", "shop");
		const many = Array.from({ length: 400 }, (_, at) => `secret-${at}`);
		const names = ["app", "shop"].flatMap((namespace) =>
			["a", "b", "c"].map((name) => `${namespace}/${name}`),
		);
		for (const name of names) account(bed, name, many);
		let reading = 0;
		let most = 0;
		await using keeping = await kept(bed, {
			attach: ["*"],
			wrap: (cluster) => ({
				...cluster,
				async read(kind, ref) {
					most = Math.max(most, ++reading);
					return cluster.read(kind, ref).finally(() => reading--);
				},
			}),
		});
		const done = () =>
			keeping.log.filter((line) => /^ServiceAccount .* configured$/.test(line));
		await keeping.until(() => done().length === names.length);
		assert.equal(most, 1);
	});

	test("one with much on it is attached, and loses nothing", async () => {
		await using bed = await bedWith("app");
		const much = "x".repeat(100_000);
		account(bed, "app", ["other"], {
			metadata: {
				namespace: "app",
				name: "default",
				labels: { "kubectl-meshreg/attached": "true", more: "label" },
				annotations: { "kubectl-meshreg/attached-keys": much, much },
			},
		});
		await using keeping = await kept(bed, { attach: ["*"] });
		await keeping.says("ServiceAccount app configured");
		assert.deepEqual(pullSecrets(bed, "app"), [
			{ name: "other" },
			{ name: NAME },
		]);
		const { metadata } =
			bed.server.store.get("ServiceAccount", "app", "default") ?? {};
		assert.equal(metadata?.annotations?.much, much);
		assert.equal(metadata?.labels?.more, "label");
	});

	test("that the record does not name stay as they are", async () => {
		await using bed = await bedWith("app");
		source(bed, CONTENT, [], {
			annotations: {
				"kubectl-meshreg/targets": '[{"all":true,"attach":["worker"]}]',
			},
		});
		for (const name of ["default", "worker", "zoo"])
			account(bed, `app/${name}`);
		await using keeping = await kept(bed, { attach: ["*"] });
		await keeping.says("ServiceAccount app configured");
		account(bed, "app/worker");
		await keeping.says("ServiceAccount app configured");
		assert.deepEqual(
			bed.server.store
				.all("ServiceAccount")
				.filter(({ imagePullSecrets }) => imagePullSecrets !== undefined)
				.map(({ metadata }) => metadata.name),
			["worker"],
		);
	});

	test("that may not be listed keep no copy from being written", async () => {
		await using bed = await bedWith("app");
		refuse(bed, ({ path }) => path === "/api/v1/serviceaccounts", {
			status: 403,
			reason: "Forbidden",
			message: "no",
		});
		await using keeping = await kept(bed, { attach: ["*"] });
		await keeping.says("ready");
		assert.deepEqual(keeping.log, [
			"note Error from server (Forbidden): no (will retry)",
			"Secret app created",
			"ready",
		]);
	});

	test("in a namespace that is being deleted stay as they are", async () => {
		await using bed = await bedWith("app", "shop");
		await using keeping = await kept(bed, { attach: ["*"] });
		await keeping.says("ready");
		bed.server.store.seed({
			kind: "Namespace",
			metadata: { name: "app", deletionTimestamp: "2026-11-21T00:00:00Z" },
		});
		newNamespace(bed, "new");
		await keeping.says("Secret new created");
		account(bed, "app");
		account(bed, "shop");
		await keeping.says("ServiceAccount shop configured");
		account(bed, "shop");
		await keeping.says("ServiceAccount shop configured");
		assert.equal(pullSecrets(bed, "app"), undefined);
	});

	test("one that goes while it is written is no failure", async () => {
		await using bed = await bedWith("app", "shop");
		account(bed, "app");
		account(bed, "shop");
		bed.server.onRequest(({ method, path }) => {
			if (method === "PATCH" && path.includes("/app/serviceaccounts/"))
				bed.server.store.delete("ServiceAccount", "app", "default");
			return undefined;
		});
		await using keeping = await kept(bed, { attach: ["*"] });
		await keeping.says("ServiceAccount shop configured");
		drift(bed, "app");
		await keeping.says("Secret app configured");
		// Seen to once more: so the first time, its accounts included, is over.
		drift(bed, "app");
		await keeping.says("Secret app configured");
		assert.deepEqual(
			keeping.log.filter((line) => line.startsWith("ServiceAccount app")),
			[],
		);
	});

	test("one that is gone is not missed", async () => {
		await using bed = await bedWith("app");
		await using keeping = await attachingLater(bed);
		const { clock } = keeping;
		bed.server.store.delete("ServiceAccount", "app", "default");
		newNamespace(bed, "new");
		await keeping.says("Secret new created");
		clock.set(1000);
		drift(bed, "app");
		await keeping.says("Secret app configured");
		// Seen to once more: so the first time, its accounts included, is over.
		drift(bed, "app");
		await keeping.says("Secret app configured");
		keeping.interrupt();
		await keeping.ended;
		assert.deepEqual(
			keeping.log.filter((line) => line.startsWith("ServiceAccount app")),
			[
				'ServiceAccount app failed Error from server (403): quota (namespace "app")',
			],
		);
	});
});

test("lists of namespaces bring metadata only, and the source is watched once", async () => {
	await using bed = await bedWith("app");
	{
		await using keeping = await kept(bed);
		await keeping.says("ready");
	}
	const accepts = bed.server.requests.flatMap(({ path, accept }) =>
		path === "/api/v1/namespaces" ? [accept] : [],
	);
	assert.ok(accepts.length > 0);
	for (const accept of accepts)
		assert.match(accept, /as=PartialObjectMetadata/);
	bed.server.requests.length = 0;
	await using keeping = await kept(bed, {
		watched: { by: "names", names: ["nginx-mesh", "app"] },
	});
	await keeping.says("ready");
	const lists = bed.server.requests.filter(({ query }) => !query.watch);
	assert.deepEqual(lists.map(({ path }) => path).sort(), [
		// Whether it is still the Namespace that was recorded.
		"/api/v1/namespaces/app",
		"/api/v1/namespaces/app/secrets",
		"/api/v1/namespaces/nginx-mesh",
		"/api/v1/namespaces/nginx-mesh/secrets",
	]);
});

describe("admission policies that the source notes", () => {
	const POLICY = `kubectl-meshreg.names.nginx-mesh.${NAME}`;
	const KIND = "MutatingAdmissionPolicy";
	const BINDING = "MutatingAdmissionPolicyBinding";
	const noted = (bed: TestBed, namespaces: object, byPolicy: string) =>
		source(bed, CONTENT, [], {
			annotations: {
				"kubectl-meshreg/targets": JSON.stringify([{ namespaces }]),
				"kubectl-meshreg/attached-by-policy": byPolicy,
			},
		});
	const named = (bed: TestBed) =>
		bed.server.store.get(BINDING, "", POLICY)?.spec as
			| { matchResources: object }
			| undefined;

	test("are made, follow the record, and are made again", async () => {
		await using bed = await bedWith("app", "shop");
		noted(bed, { app: "" }, "true");
		await using keeping = await kept(bed);
		const { clock } = keeping;
		await keeping.says(`${KIND}  created`);
		await keeping.says(`${BINDING}  created`);
		const before = JSON.stringify(named(bed));
		assert.match(before, /"values":\["app"\]/);
		noted(bed, { app: "", shop: "" }, "true");
		await keeping.says(`${BINDING}  configured`);
		assert.match(JSON.stringify(named(bed)), /"values":\["app","shop"\]/);
		await keeping.until(() => clock.waiting().includes(300_000));
		bed.server.store.delete(KIND, "", POLICY);
		clock.set(300_000);
		await keeping.says(`${KIND}  created`);
	});

	test("of a source that notes none are not asked for", async () => {
		await using bed = await bedWith("app", "shop");
		noted(bed, { app: "" }, "");
		await using keeping = await kept(bed);
		await keeping.says("Secret app created");
		noted(bed, { app: "", shop: "" }, "");
		await keeping.says("Secret shop created");
		const asked = () =>
			bed.server.requests.filter(({ path }) => path.includes("polic"));
		assert.deepEqual(asked(), []);
		noted(bed, { app: "", shop: "" }, "true");
		await keeping.says(`${BINDING}  created`);
	});

	test("that may not be written are told once, and tried again", async () => {
		await using bed = await bedWith("app");
		const heal = refuse(
			bed,
			({ method, path }) => method === "POST" && path.includes("mutatingadm"),
			{ status: 403, reason: "Forbidden", message: "no" },
		);
		noted(bed, { app: "" }, "true");
		await using keeping = await kept(bed);
		const { clock } = keeping;
		await keeping.until(() => clock.waiting().includes(1000));
		clock.set(1000);
		await keeping.until(() => clock.waiting().includes(3000));
		heal();
		clock.set(3000);
		await keeping.says(`${BINDING}  created`);
		assert.deepEqual(
			keeping.log.filter((line) => line.includes("failed")),
			[`${KIND}  failed Error from server (Forbidden): no`],
		);
	});
});

test("what attach added goes with a leftover, though the server is away once that is deleted", async () => {
	await using bed = await bedWith("app");
	let away = false;
	await using keeping = await kept(
		bed,
		{
			wrap: (cluster) => ({
				...cluster,
				async *picked(kind, query, pick) {
					if (away && kind === "ServiceAccount")
						throw new ConnectionError("EOF");
					yield* cluster.picked(kind, query, pick);
				},
			}),
		},
		{ prune: true },
	);
	await keeping.says("ready");
	away = true;
	attachedAccount(bed, "default");
	copy(bed, "default");
	await triesTwentyTimes(keeping);
	away = false;
	keeping.clock.set(keeping.clock.now() + 2000);
	await keeping.says("ServiceAccount default configured");
	assert.equal(pullSecrets(bed, "default"), undefined);
});

describe("with prune, a copy in a namespace of which the watch is yet to tell", () => {
	test("is no leftover", async () => {
		await using bed = await bedWith("app");
		await using keeping = await kept(
			bed,
			{ wrap: untoldNamespaces },
			{ prune: true },
		);
		await keeping.says("ready");
		newNamespace(bed, "new");
		copy(bed, "new");
		drift(bed, "app");
		await keeping.says("Secret app configured");
		await keeping.until(() =>
			bed.server.requests.some(({ query }) =>
				query.fieldSelector?.includes("metadata.name=new"),
			),
		);
		assert.notEqual(bed.server.store.get("Secret", "new", NAME), undefined);
	});

	test("is none either when everything is looked at for the first time", async () => {
		await using bed = await bedWith("app");
		const off = bed.server.onRequest(({ path, query }) => {
			if (path !== "/api/v1/secrets" || query.has("watch")) return undefined;
			off();
			newNamespace(bed, "new");
			copy(bed, "new");
			return undefined;
		});
		// The namespaces are listed before the Secrets.
		await using keeping = await kept(
			bed,
			{
				wrap: (cluster) => {
					const listed = Promise.withResolvers<void>();
					return {
						...untoldNamespaces(cluster),
						async *picked(kind, query, pick) {
							if (kind === "Secret") await listed.promise;
							yield* cluster.picked(kind, query, pick);
							if (kind === "Namespace") listed.resolve();
						},
					};
				},
			},
			{ prune: true },
		);
		await keeping.says("ready");
		assert.notEqual(bed.server.store.get("Secret", "new", NAME), undefined);
		assert.ok(!keeping.log.some((line) => line.includes("deleted")));
	});
});

test("what ends it while it waits for a list is no trouble", async () => {
	await using bed = await bedWith("app");
	const others = new AbortController();
	await using keeping = await kept(bed, {
		watched: { by: "names", names: ["app"] },
		interrupt: others.signal,
		wrap: (cluster) => ({
			...cluster,
			async *picked(kind, query, pick) {
				if (query.namespace === "app")
					throw new ApiError(503, "ServiceUnavailable", "away");
				yield* cluster.picked(kind, query, pick);
			},
		}),
	});
	await keeping.until(() => keeping.clock.waiting().includes(2000));
	others.abort(others);
	assert.equal(await keeping.ended, others);
	assert.deepEqual(
		keeping.log.filter((line) => line.includes("bug")),
		[],
	);
});

test("what ends it while it lists ends it", async () => {
	await using bed = await bedWith("app");
	const others = new AbortController();
	await using keeping = await kept(bed, {
		interrupt: others.signal,
		companion: {
			learn: () => others.abort(others),
			run: async (signal) => {
				signal.throwIfAborted();
				return assert.fail("it went on");
			},
		},
	});
	assert.equal(await keeping.ended, others);
});

test("with prune, what cannot be looked at is left alone and tried again, and stands in nobody's way", async () => {
	await using bed = await bedWith("app");
	source(bed, CONTENT, [], {
		annotations: { "kubectl-meshreg/targets": '[{"namespaces":{"app":""}}]' },
	});
	newNamespace(bed, "old");
	copy(bed, "old");
	const heal = bed.server.onRequest(({ path, query }) =>
		path === "/api/v1/namespaces" && query.has("fieldSelector")
			? { answer: { status: 422, message: "no" } }
			: undefined,
	);
	await using keeping = await kept(bed, {}, { prune: true });
	await keeping.says("Secret app created");
	await keeping.says("ready");
	const { clock } = keeping;
	await keeping.until(() => clock.waiting().includes(1000));
	heal();
	clock.set(1000);
	await keeping.says("Secret old deleted");
});

describe("a namespace that is named", () => {
	for (const [what, state] of [
		["being deleted", { deletionTimestamp: "2026-11-21T00:00:00Z" }],
		["left out", { annotations: { "kubectl-meshreg/skip": "true" } }],
	] as const)
		test(`is looked at again while it is ${what}, for no watch tells that this is over`, async () => {
			await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
			source(bed, CONTENT, [], {
				annotations: {
					"kubectl-meshreg/targets": '[{"namespaces":{"app":""}}]',
				},
			});
			await using keeping = await kept(bed, {
				watched: { by: "names", names: ["app"] },
			});
			const { clock } = keeping;
			await keeping.says("ready");
			bed.server.store.seed({
				kind: "Namespace",
				metadata: { name: "app", ...state },
			});
			bed.server.store.delete("Secret", "app", NAME);
			await keeping.until(() => clock.waiting().includes(1000));
			newNamespace(bed, "app");
			clock.set(1000);
			await keeping.says("Secret app created");
			assert.deepEqual(keeping.log, [
				"Secret app created",
				"ready",
				"Secret app created",
			]);
		});
});

describe("a recorded namespace that is deleted and created again", () => {
	test("gets nothing while a copy is being written there, although no watch has told of it", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
		const { store } = bed.server;
		const uid = store.get("Namespace", "", "app")?.metadata.uid;
		source(bed, CONTENT, [], {
			annotations: {
				"kubectl-meshreg/targets": JSON.stringify([
					{ namespaces: { app: uid } },
				]),
			},
		});
		await using keeping = await kept(bed, {
			wrap: (cluster) => ({
				...cluster,
				watch: (kind, query, signal) =>
					kind === "Namespace"
						? untold(signal)
						: cluster.watch(kind, query, signal),
			}),
		});
		await keeping.says("ready");
		bed.server.onRequest(({ method, path }) => {
			const isOurs = method === "PATCH" && path.includes("/app/secrets/");
			if (!isOurs || store.get("Namespace", "", "app")?.metadata.uid !== uid)
				return undefined;
			store.delete("Namespace", "", "app");
			newNamespace(bed, "app");
			drift(bed, "app");
			return undefined;
		});
		drift(bed, "app");
		await keeping.says(
			"Secret app failed error: app was deleted and created again; confirm with: kubectl meshreg sync -n app",
		);
		assert.deepEqual(store.get("Secret", "app", NAME)?.data, {
			".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64"),
		});
	});

	/** The source, sent to app as it is now. */
	const sentToApp = (bed: TestBed, content: Content = CONTENT) =>
		source(bed, content, [], {
			annotations: {
				"kubectl-meshreg/targets": JSON.stringify([
					{
						namespaces: {
							app: bed.server.store.get("Namespace", "", "app")?.metadata.uid,
						},
					},
				]),
			},
		});
	/** app goes, and is somebody else's. */
	const madeAgain = (bed: TestBed) => {
		bed.server.store.delete("Namespace", "", "app");
		newNamespace(bed, "app");
	};
	const MADE_AGAIN =
		"Secret app failed error: app was deleted and created again; confirm with: kubectl meshreg sync -n app";

	test("gets no copy in the place of the one that went with it, although no watch has told of it", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
		sentToApp(bed);
		await using keeping = await kept(bed, { wrap: untoldNamespaces });
		await keeping.says("ready");
		madeAgain(bed);
		bed.server.store.delete("Secret", "app", NAME);
		await keeping.says(MADE_AGAIN);
		assert.equal(bed.server.store.get("Secret", "app", NAME), undefined);
	});

	test("gets no copy where none could be written before, although no watch has told of it", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
		sentToApp(bed);
		const heal = refuse(bed, isWrite);
		await using keeping = await kept(bed, { wrap: untoldNamespaces });
		await keeping.says("ready");
		await keeping.until(() => keeping.clock.waiting().includes(1000));
		madeAgain(bed);
		heal();
		keeping.clock.set(1000);
		await keeping.says(MADE_AGAIN);
		assert.equal(bed.server.store.get("Secret", "app", NAME), undefined);
	});

	for (const [when, isReady] of [
		["at first", false],
		["later", true],
	] as const)
		test(`gets no copy once a server that was away ${when} is back, although no watch has told of it`, async () => {
			await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
			sentToApp(bed);
			let away = !isReady;
			await using keeping = await kept(bed, {
				wrap: (cluster) => ({
					...untoldNamespaces(cluster),
					create: async (...request) => {
						if (away) throw new ConnectionError("EOF");
						return cluster.create(...request);
					},
				}),
			});
			if (isReady) {
				await keeping.says("ready");
				away = true;
				bed.server.store.delete("Secret", "app", NAME);
			}
			await keeping.says("note EOF (will retry)");
			await keeping.until(() => keeping.clock.waiting().includes(2000));
			madeAgain(bed);
			away = false;
			keeping.clock.set(2000);
			await keeping.says(MADE_AGAIN);
			assert.equal(bed.server.store.get("Secret", "app", NAME), undefined);
		});

	for (const [how, more] of [
		["in a list", { wrap: untoldNamespaces }],
		["by name", { watched: { by: "names", names: ["app"] } }],
	] as const)
		test(`has what it says is a copy left as it is: watched ${how}`, async () => {
			await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
			sentToApp(bed);
			await using keeping = await kept(bed, more);
			await keeping.says("ready");
			// What happens meanwhile nobody tells: the Secrets are listed again.
			bed.server.endWatches();
			madeAgain(bed);
			bed.server.store.delete("Secret", "app", NAME);
			drift(bed, "app");
			bed.server.store.compact();
			const { clock } = keeping;
			const isTold = () => keeping.log.includes(MADE_AGAIN);
			while (!isTold()) {
				await keeping.until(() => clock.waiting().length > 0 || isTold());
				clock.set(Math.min(...clock.waiting(), clock.now() + 1000));
			}
			assert.deepEqual(bed.server.store.get("Secret", "app", NAME)?.data, {
				".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64"),
			});
		});

	for (const [how, watched] of [
		["in a list", { by: "list", query: {} }],
		["by name", { by: "names", names: ["nginx-mesh", "app", "shop"] }],
	] as const)
		test(`gets nothing, which is told once: watched ${how}`, async () => {
			await using bed = await testBed({
				namespaces: ["nginx-mesh", "app", "shop"],
			});
			const uid = bed.server.store.get("Namespace", "", "app")?.metadata.uid;
			source(bed, CONTENT, [], {
				annotations: {
					"kubectl-meshreg/targets": JSON.stringify([
						{ namespaces: { app: uid, shop: "" } },
					]),
				},
			});
			await using keeping = await kept(bed, { watched });
			await keeping.says("ready");
			bed.server.store.delete("Secret", "app", NAME);
			await keeping.says("Secret app created");
			bed.server.store.delete("Namespace", "", "app");
			newNamespace(bed, "app");
			bed.server.store.delete("Secret", "app", NAME);
			const again =
				"Secret app failed error: app was deleted and created again; confirm with: kubectl meshreg sync -n app";
			await keeping.says(again);
			// An event of that namespace is no news of it.
			bed.server.store.seed({
				kind: "Namespace",
				metadata: {
					...bed.server.store.get("Namespace", "", "app")?.metadata,
					name: "app",
					labels: { team: "b" },
				},
			});
			keeping.clock.set(60_000);
			drift(bed, "shop");
			await keeping.says("Secret shop configured");
			assert.equal(bed.server.store.get("Secret", "app", NAME), undefined);
			assert.equal(keeping.log.filter((line) => line === again).length, 1);
		});
});
