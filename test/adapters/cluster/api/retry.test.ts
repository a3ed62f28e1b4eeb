import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	after,
	afterEach,
	before,
	beforeEach,
	describe,
	test,
} from "node:test";
import { StatusError } from "../../../../src/adapters/cluster/api/errors.ts";
import {
	isTooMuch,
	RetryPolicy,
} from "../../../../src/adapters/cluster/api/retry.ts";
import { TransportError } from "../../../../src/adapters/cluster/http/exchange.ts";
import { coded, codeOf } from "../../../../src/adapters/error-code.ts";
import type { MergePatch, Secret } from "../../../../src/core/objects.ts";
import { ConnectionError, OperationError } from "../../../../src/errors.ts";
import type { Cluster } from "../../../../src/world.ts";
import {
	type ApiServer,
	type Intervention,
	startApiServer,
} from "../../../support/api-server/index.ts";
import { connected, hastyClock } from "../../../support/connecting.ts";

/**
 * What is repeated, how often, and how it ends: faults in the embedded API
 * server, and a clock on which waiting takes no time.
 */

let server: ApiServer;
let kubeconfig: string;
let folder: string;
let cluster: Cluster;
let clock: ReturnType<typeof hastyClock>;
let hooks: (() => void)[] = [];

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	server = await startApiServer({ namespaces: ["app"] });
	kubeconfig = join(folder, "config");
	await server.writeKubeconfig(kubeconfig);
});
after(async () => {
	await server.stop();
	await rm(folder, { recursive: true });
});
beforeEach(async () => {
	clock = hastyClock();
	({ cluster } = await connected({ kubeconfig }, { clock }));
	server.store.delete("Secret", "app", "key");
	server.store.delete("ServiceAccount", "app", "default");
	server.store.seed({
		kind: "ServiceAccount",
		metadata: { namespace: "app", name: "default" },
		imagePullSecrets: [{ name: "other" }],
	});
});
afterEach(async () => {
	for (const heal of hooks) heal();
	hooks = [];
	await cluster.close();
});

const WRITES = ["POST", "PUT", "PATCH", "DELETE"];
const ref = { namespace: "app", name: "key" };

/** As `secret` has it. */
const same = { ...ref, labels: { usage: "test" } };
const account = { namespace: "app", name: "default" };
const NO_CHANGE: MergePatch = { metadata: { resourceVersion: "1" } };

/** A patch that adds to the list of the account as it is. */
async function attaching(name: string): Promise<MergePatch> {
	const { metadata, imagePullSecrets = [] } = await cluster.read(
		"ServiceAccount",
		account,
	);
	return {
		metadata: { resourceVersion: metadata.resourceVersion ?? "" },
		imagePullSecrets: [...imagePullSecrets, { name }],
	};
}

const secret = (more: object = {}): Secret => ({
	metadata: { ...ref, labels: { usage: "test" }, annotations: {} },
	type: "Opaque",
	data: { a: "YQ==" },
	...more,
});

/** Disturbs the first `times` requests of these methods for our objects; `meanwhile` happens before each. */
function disturb(
	intervention: Intervention,
	{ methods = WRITES, times = 1, meanwhile = () => {} } = {},
): void {
	let left = times;
	hooks.push(
		server.onRequest(({ method, path }) => {
			if (left === 0 || !methods.includes(method)) return undefined;
			if (!path.startsWith("/api/v1/namespaces/app/")) return undefined;
			left--;
			meanwhile();
			return intervention;
		}),
	);
}

const status = (code: number, headers = {}): Intervention => ({
	answer: { status: code, message: `this is ${code}`, headers },
});

/** How many requests of these methods came for our objects since `from`. */
const count = (from: number, ...methods: string[]) =>
	server.requests
		.slice(from)
		.filter(
			({ method, path }) =>
				methods.includes(method) && path.startsWith("/api/v1/namespaces/app/"),
		).length;

const message = (act: Promise<unknown>) =>
	act.then(
		() => "done",
		(error: Error) => error.message,
	);

const FAULTS: readonly (readonly [string, Intervention])[] = [
	["429 with Retry-After", status(429, { "retry-after": "7" })],
	["500", status(500)],
	["502", status(502)],
	["503", status(503, { "retry-after": "2" })],
	["504", status(504)],
	["a reset before it is carried out", { cut: "before" }],
	["a reset after it was carried out", { cut: "after" }],
];

describe("a passing fault", () => {
	for (const [fault, intervention] of FAULTS) {
		test(`${fault}: read`, async () => {
			server.store.seed({ kind: "Secret", ...secret(), metadata: ref });
			disturb(intervention, { methods: ["GET"] });
			assert.equal((await cluster.read("Secret", ref)).type, "Opaque");
		});

		test(`${fault}: list`, async () => {
			disturb(intervention, { methods: ["GET"] });
			const names: string[] = [];
			for await (const page of cluster.pages("ServiceAccount", {
				namespace: "app",
			}))
				names.push(...page.items.map(({ metadata }) => metadata.name ?? ""));
			assert.deepEqual(names, ["default"]);
		});

		test(`${fault}: create`, async () => {
			disturb(intervention);
			const created = await cluster.create("Secret", secret());
			assert.equal(
				created.metadata.uid,
				server.store.get("Secret", "app", "key")?.metadata.uid,
			);
		});

		test(`${fault}: update`, async () => {
			const { metadata } = server.store.seed({
				kind: "Secret",
				...secret(),
				metadata: ref,
			});
			disturb(intervention);
			const updated = await cluster.update(
				"Secret",
				secret({
					metadata: { ...ref, resourceVersion: metadata.resourceVersion },
					data: { b: "Yg==" },
				}),
			);
			const stored = server.store.get("Secret", "app", "key");
			assert.deepEqual(stored?.data, { b: "Yg==" });
			assert.equal(
				updated.metadata.resourceVersion,
				stored?.metadata.resourceVersion,
			);
		});

		test(`${fault}: patch`, async () => {
			const patch = await attaching("key");
			disturb(intervention);
			const patched = await cluster.patch("ServiceAccount", account, patch);
			assert.deepEqual(patched.imagePullSecrets, [
				{ name: "other" },
				{ name: "key" },
			]);
			assert.deepEqual(
				server.store.get("ServiceAccount", "app", "default")?.imagePullSecrets,
				patched.imagePullSecrets,
			);
		});

		test(`${fault}: delete`, async () => {
			const { metadata } = server.store.seed({
				kind: "Secret",
				...secret(),
				metadata: ref,
			});
			disturb(intervention);
			await cluster.remove("Secret", ref, metadata);
			assert.equal(server.store.get("Secret", "app", "key"), undefined);
		});

		test(`${fault}: dry run`, async () => {
			disturb(intervention);
			await cluster.create("Secret", secret(), { dryRun: true });
			assert.equal(server.store.get("Secret", "app", "key"), undefined);
		});

		test(`${fault}: dry run of a deletion`, async () => {
			const { metadata } = server.store.seed({
				kind: "Secret",
				...secret(),
				metadata: ref,
			});
			disturb(intervention);
			await cluster.remove("Secret", ref, metadata, { dryRun: true });
			assert.notEqual(server.store.get("Secret", "app", "key"), undefined);
		});

		test(`${fault}: may I`, async () => {
			let left = 1;
			hooks.push(
				server.onRequest(({ path }) =>
					path.includes("selfsubjectaccessreviews") && left-- > 0
						? intervention
						: undefined,
				),
			);
			assert.equal(await cluster.canI({ verb: "get", resource: "pods" }), true);
		});
	}

	test("Retry-After is waited for", async () => {
		disturb(status(429, { "retry-after": "7" }), { times: 2 });
		await cluster.create("Secret", secret());
		assert.deepEqual(clock.slept, [7_000, 7_000]);
	});

	test("a server that was back in between is given the whole patience again", async () => {
		for (const _ of [1, 2]) {
			disturb(status(503, { "retry-after": "10" }), { times: 2 });
			await cluster.create("Secret", secret());
			server.store.delete("Secret", "app", "key");
		}
		assert.deepEqual(clock.slept, [10_000, 10_000, 10_000, 10_000]);
	});

	test("pauses grow, spread, and have an end", async () => {
		disturb(status(503), { times: 8 });
		await cluster.create("Secret", secret());
		assert.equal(clock.slept.length, 8);
		for (const [at, pause] of clock.slept.entries()) {
			const longest = Math.min(3_000, 100 * 2 ** at);
			assert.ok(
				pause >= longest / 2 && pause <= longest,
				`pause ${at} of ${pause} ms`,
			);
		}
	});
});

describe("after giving up", () => {
	/** A server that is gone until `heal`, given up by one read. */
	async function givenUp(): Promise<{ from: number; heal: () => void }> {
		server.store.seed({ kind: "Secret", ...secret(), metadata: ref });
		await cluster.read("Secret", ref);
		let gone = true;
		hooks.push(
			server.onRequest(({ path }) =>
				gone && path.startsWith("/api/v1/namespaces/app/")
					? status(503)
					: undefined,
			),
		);
		assert.match(await message(cluster.read("Secret", ref)), /this is 503/);
		return {
			from: server.requests.length,
			heal: () => {
				gone = false;
			},
		};
	}

	test("for a second everything fails without being tried, and then is tried again", async () => {
		const { from, heal } = await givenUp();
		heal();
		assert.match(await message(cluster.read("Secret", ref)), /this is 503/);
		assert.equal(count(from, "GET"), 0);
		await clock.delay(1_000);
		assert.equal(await message(cluster.read("Secret", ref)), "done");
	});

	test("a wall clock that is set back meanwhile keeps nothing from being tried", async () => {
		const { heal } = await givenUp();
		heal();
		clock.setBack(3_600_000);
		await clock.delay(1_000);
		assert.equal(await message(cluster.read("Secret", ref)), "done");
	});

	test("nor does one that is set back while it is tried lengthen the patience", async () => {
		server.store.seed({ kind: "Secret", ...secret(), metadata: ref });
		await cluster.read("Secret", ref);
		const before = clock.elapsed();
		let asked = 0;
		disturb(status(503), {
			methods: ["GET"],
			times: Number.POSITIVE_INFINITY,
			meanwhile: () => {
				if (++asked === 2) clock.setBack(60_000);
			},
		});
		assert.match(await message(cluster.read("Secret", ref)), /this is 503/);
		assert.ok(
			clock.elapsed() - before <= 30_000,
			`${clock.elapsed() - before}`,
		);
	});
});

describe("a write whose answer was lost", () => {
	const lost: Intervention = { cut: "after" };

	test("create: what is there is what was sent", async () => {
		const from = server.requests.length;
		disturb(lost);
		await cluster.create("Secret", secret());
		assert.equal(count(from, "POST"), 2);
		assert.equal(count(from, "GET"), 1);
	});

	for (const code of [500, 502, 503, 504])
		test(`create: a ${code} after it was carried out is no failure`, async () => {
			const from = server.requests.length;
			disturb(status(code), {
				meanwhile: () =>
					server.store.seed({ kind: "Secret", ...secret(), metadata: same }),
			});
			await cluster.create("Secret", secret());
			assert.equal(count(from, "POST"), 2);
		});

	test("create: after a 429 it was not carried out, and an equal object is a conflict", async () => {
		disturb(status(429), {
			meanwhile: () =>
				server.store.seed({ kind: "Secret", ...secret(), metadata: same }),
		});
		assert.match(
			await message(cluster.create("Secret", secret())),
			/^Error from server \(AlreadyExists\)/,
		);
	});

	test("of a write that got no answer it is told that it may have been carried out, of what was not sent and of a read not", async () => {
		disturb({ cut: "before" }, { methods: ["GET", "POST"], times: 9999 });
		const mayHaveWritten = (act: Promise<unknown>) =>
			act.then(
				() => "done",
				(error) => error instanceof ConnectionError && error.mayHaveWritten,
			);
		const creating = () => mayHaveWritten(cluster.create("Secret", secret()));
		assert.equal(await creating(), true);
		// By now it is known that there is no server.
		assert.equal(await creating(), false);
		await clock.delay(1_000);
		assert.equal(await mayHaveWritten(cluster.read("Secret", ref)), false);
	});

	for (const [what, act, mayHaveWritten] of [
		["a write", (of: Cluster) => of.create("Secret", secret()), true],
		["a read", (of: Cluster) => of.read("Secret", ref), false],
	] as const)
		test(`so it is told of ${what} that waited while another gave up: ${mayHaveWritten}`, async () => {
			const { promise: givenUp, resolve } = Promise.withResolvers<void>();
			let pauses = 0;
			const delay: typeof clock.delay = async (ms, signal) => {
				if (pauses++ === 0) await givenUp;
				await clock.delay(ms, signal);
			};
			const { cluster: ours } = await connected(
				{ kubeconfig },
				{ clock: { ...clock, delay } },
			);
			await message(ours.read("Secret", ref));
			disturb({ cut: "before" }, { methods: ["GET", "POST"], times: 9999 });
			const waits = act(ours);
			const from = server.requests.length;
			while (pauses === 0) await new Promise((run) => setImmediate(run));
			await message(ours.read("Secret", ref));
			const asked = server.requests.length;
			resolve();
			await assert.rejects(waits, { name: "ConnectionError", mayHaveWritten });
			assert.deepEqual([from < asked, server.requests.length], [true, asked]);
			await ours.close();
		});

	test("create: somebody else's object of that name is still a conflict", async () => {
		disturb(
			{ cut: "before" },
			{
				meanwhile: () =>
					server.store.seed({
						kind: "Secret",
						metadata: ref,
						type: "Opaque",
						data: { a: "Yg==" },
					}),
			},
		);
		assert.equal(
			await message(cluster.create("Secret", secret())),
			'Error from server (AlreadyExists): secrets "key" already exists',
		);
		assert.deepEqual(server.store.get("Secret", "app", "key")?.data, {
			a: "Yg==",
		});
	});

	test("create: without a lost answer, an equal object is a conflict, too", async () => {
		server.store.seed({ kind: "Secret", ...secret(), metadata: same });
		assert.match(
			await message(cluster.create("Secret", secret())),
			/^Error from server \(AlreadyExists\)/,
		);
	});

	test("update: somebody else's change meanwhile is still a conflict", async () => {
		const { metadata } = server.store.seed({
			kind: "Secret",
			...secret(),
			metadata: ref,
		});
		disturb(
			{ cut: "before" },
			{
				meanwhile: () =>
					server.store.seed({
						kind: "Secret",
						metadata: ref,
						type: "Opaque",
						data: { theirs: "" },
					}),
			},
		);
		const update = cluster.update(
			"Secret",
			secret({
				metadata: { ...ref, resourceVersion: metadata.resourceVersion },
			}),
		);
		assert.match(await message(update), /^Error from server \(Conflict\)/);
		assert.deepEqual(server.store.get("Secret", "app", "key")?.data, {
			theirs: "",
		});
	});

	test("patch: what is there is what it makes of it", async () => {
		const from = server.requests.length;
		const { metadata } = server.store.seed({
			kind: "Secret",
			...secret(),
			metadata: { ...same, annotations: { old: "x", theirs: "y" } },
		});
		disturb(lost);
		const patched = await cluster.patch("Secret", ref, {
			metadata: {
				resourceVersion: metadata.resourceVersion ?? "",
				annotations: { old: null },
			},
			data: { b: "Yg==" },
		});
		assert.equal(count(from, "PATCH"), 2);
		assert.deepEqual(
			[patched.metadata.annotations, patched.data],
			[{ theirs: "y" }, { b: "Yg==" }],
		);
	});

	test("patch: somebody else's change meanwhile is still a conflict", async () => {
		const { metadata } = server.store.seed({
			kind: "Secret",
			...secret(),
			metadata: ref,
		});
		const theirs = { kind: "Secret", type: "Opaque", data: { theirs: "" } };
		disturb(
			{ cut: "before" },
			{ meanwhile: () => server.store.seed({ ...theirs, metadata: ref }) },
		);
		const patch = cluster.patch("Secret", ref, {
			metadata: { resourceVersion: metadata.resourceVersion ?? "" },
			data: { a: "YQ==" },
		});
		assert.match(await message(patch), /^Error from server \(Conflict\)/);
		assert.deepEqual(server.store.get("Secret", "app", "key")?.data, {
			theirs: "",
		});
	});

	test("patch: an entry is not added twice", async () => {
		const patch = await attaching("key");
		disturb(lost);
		await cluster.patch("ServiceAccount", account, patch);
		assert.deepEqual(
			server.store.get("ServiceAccount", "app", "default")?.imagePullSecrets,
			[{ name: "other" }, { name: "key" }],
		);
	});

	test("patch: an entry that is gone is not taken away twice", async () => {
		const patch = { ...(await attaching("key")), imagePullSecrets: null };
		disturb(lost);
		await cluster.patch("ServiceAccount", account, patch);
		assert.equal(
			server.store.get("ServiceAccount", "app", "default")?.imagePullSecrets,
			undefined,
		);
	});

	test("delete: a new object of that name stays", async () => {
		const { metadata } = server.store.seed({
			kind: "Secret",
			...secret(),
			metadata: ref,
		});
		let writes = 0;
		hooks.push(
			server.onRequest(({ method }) => {
				if (method !== "DELETE") return undefined;
				if (writes++ === 0) return { cut: "after" };
				server.store.seed({ kind: "Secret", ...secret(), metadata: ref });
				return undefined;
			}),
		);
		await cluster.remove("Secret", ref, metadata);
		assert.notEqual(
			server.store.get("Secret", "app", "key")?.metadata.uid,
			metadata.uid,
		);
	});

	test("delete: without a lost answer, nothing there and something else are told", async () => {
		assert.match(
			await message(cluster.remove("Secret", ref, { uid: "1" })),
			/^Error from server \(NotFound\)/,
		);
		server.store.seed({ kind: "Secret", ...secret(), metadata: same });
		assert.match(
			await message(cluster.remove("Secret", ref, { uid: "1" })),
			/^Error from server \(Conflict\)/,
		);
	});

	test("delete: a change meanwhile is still a conflict", async () => {
		const { metadata } = server.store.seed({
			kind: "Secret",
			...secret(),
			metadata: ref,
		});
		disturb(
			{ cut: "before" },
			{
				meanwhile: () =>
					server.store.seed({
						kind: "Secret",
						...secret(),
						metadata: { ...ref, uid: metadata.uid },
					}),
			},
		);
		assert.match(
			await message(cluster.remove("Secret", ref, metadata)),
			/^Error from server \(Conflict\)/,
		);
	});
});

describe("a write whose answer was lost, and what came after it", () => {
	/** These befall the writes, one after the other; what is done by then happens before. */
	function befall(...all: (() => Intervention | undefined)[]): void {
		const left = [...all];
		hooks.push(
			server.onRequest(({ method }) =>
				WRITES.includes(method) ? left.shift()?.() : undefined,
			),
		);
	}
	const lost = (): Intervention => ({ cut: "after" });
	const unheard = (): Intervention => ({ cut: "before" });
	const busy = () => status(429);
	const WRITING: readonly (readonly [string, () => Promise<unknown>])[] = [
		["create", () => cluster.create("Secret", secret())],
		[
			"delete",
			() => {
				const { metadata } = server.store.seed({
					kind: "Secret",
					...secret(),
					metadata: ref,
				});
				return cluster.remove("Secret", ref, metadata);
			},
		],
	];
	for (const [name, write] of WRITING)
		test(`${name}: a refusal for the time being does not make it forgotten`, async () => {
			befall(lost, busy);
			assert.equal(await message(write()), "done");
		});
	for (const [name, write] of WRITING)
		test(`${name}: a refusal for good is told, whatever became of the first`, async () => {
			befall(lost, () => status(403));
			assert.match(await message(write()), /this is 403/);
		});

	// What a version comes to; 400: of what is no such refusal.
	for (const code of [undefined, 409, 400])
		test(`patch: somebody else makes it true before it is sent again, with ${code ?? "the server's answer"}`, async () => {
			const patch = await attaching("key");
			befall(unheard, () => {
				server.store.seed({
					kind: "ServiceAccount",
					metadata: { namespace: "app", name: "default" },
					imagePullSecrets: [{ name: "other" }, { name: "key" }],
				});
				return code === undefined ? undefined : status(code);
			});
			const patching = cluster.patch("ServiceAccount", account, patch);
			if (code === 400) {
				assert.match(await message(patching), /this is 400/);
				return;
			}
			const patched = await patching;
			assert.deepEqual(patched.imagePullSecrets, [
				{ name: "other" },
				{ name: "key" },
			]);
		});

	test("patch of a Secret: somebody else makes it true before it is sent again", async () => {
		const { metadata } = server.store.seed({
			kind: "Secret",
			...secret(),
			metadata: same,
		});
		befall(unheard, () => {
			server.store.seed({
				kind: "Secret",
				...secret({ data: { b: "Yg==" } }),
				metadata: { ...same, annotations: { theirs: "x" } },
			});
			return undefined;
		});
		const patched = await cluster.patch("Secret", ref, {
			metadata: { resourceVersion: metadata.resourceVersion ?? "" },
			data: { b: "Yg==" },
		});
		assert.deepEqual(patched.metadata.annotations, { theirs: "x" });
	});

	test("delete: what somebody has put in its place and taken away is gone, too", async () => {
		const { metadata } = server.store.seed({
			kind: "Secret",
			...secret(),
			metadata: ref,
		});
		befall(lost, () => {
			server.store.seed({ kind: "Secret", ...secret(), metadata: ref });
			return undefined;
		});
		hooks.push(
			server.onRequest(({ method }) => {
				if (method === "GET") server.store.delete("Secret", "app", "key");
				return undefined;
			}),
		);
		assert.equal(
			await message(cluster.remove("Secret", ref, metadata)),
			"done",
		);
	});

	test("a dry run is not taken for done because something is there, or is not", async () => {
		befall(() => {
			server.store.seed({ kind: "Secret", ...secret(), metadata: same });
			return lost();
		});
		const dryRun = { dryRun: true };
		assert.match(
			await message(cluster.create("Secret", secret(), dryRun)),
			/^Error from server \(AlreadyExists\)/,
		);
		befall(lost, () => status(409));
		assert.match(
			await message(cluster.patch("Secret", ref, NO_CHANGE, dryRun)),
			/this is 409/,
		);
		befall(() => {
			server.store.delete("Secret", "app", "key");
			return unheard();
		});
		assert.match(
			await message(cluster.remove("Secret", ref, {}, dryRun)),
			/^Error from server \(NotFound\)/,
		);
	});
});

describe("what is not repeated", () => {
	for (const code of [400, 401, 403, 404, 405, 409, 413, 415, 422, 501])
		test(`${code}`, async () => {
			const from = server.requests.length;
			disturb(status(code), { times: 99 });
			assert.notEqual(
				await message(cluster.create("Secret", secret())),
				"done",
			);
			assert.equal(count(from, "POST"), 1);
			assert.deepEqual(clock.slept, []);
		});
});

describe("a fault that stays", () => {
	test("500: six tries, then the server's words", async () => {
		const from = server.requests.length;
		disturb(status(500), { times: 99 });
		assert.equal(
			await message(cluster.create("Secret", secret())),
			"Error from server (500): this is 500",
		);
		assert.equal(count(from, "POST"), 6);
	});

	for (const code of [502, 503, 504])
		test(`${code}: at most 30 seconds, for all requests together`, async () => {
			disturb(status(code), { times: 9999 });
			const began = clock.now();
			const messages = await Promise.all(
				Array.from({ length: 200 }, () =>
					message(cluster.create("Secret", secret())),
				),
			);
			assert.deepEqual(
				[...new Set(messages)],
				[`Error from server (${code}): this is ${code}`],
			);
			assert.ok(clock.now() - began <= 31_000, `${clock.now() - began} ms`);
		});

	test("503 that asks for half a minute: there is more than one try", async () => {
		disturb(status(503, { "retry-after": "30" }), { times: 99 });
		assert.match(
			await message(cluster.create("Secret", secret())),
			/this is 503/,
		);
		assert.deepEqual(clock.slept, [10_000, 10_000, 10_000]);
	});

	test("429: two minutes, for the server is there", async () => {
		disturb(status(429, { "retry-after": "10" }), { times: 99 });
		const began = clock.now();
		assert.equal(
			await message(cluster.create("Secret", secret())),
			"Error from server (429): this is 429",
		);
		assert.equal(clock.now() - began, 120_000);
	});

	test("a server that cuts every connection: 30 seconds, one line", async () => {
		disturb({ cut: "before" }, { times: 9999 });
		const began = clock.now();
		const messages = await Promise.all(
			Array.from({ length: 200 }, () =>
				message(cluster.create("Secret", secret())),
			),
		);
		assert.deepEqual(
			[...new Set(messages)],
			["Unable to connect to the server: connection reset by peer"],
		);
		assert.ok(clock.now() - began <= 31_000, `${clock.now() - began} ms`);
	});

	test("after that, others do not wait 30 seconds of their own; later ones may find it back", async () => {
		disturb({ cut: "before" }, { times: 9999 });
		await message(cluster.create("Secret", secret()));
		const began = clock.now();
		const from = server.requests.length;
		await message(cluster.create("Secret", secret()));
		assert.equal(clock.now(), began);
		assert.equal(count(from, "POST"), 0);
		for (const heal of hooks) heal();
		await clock.delay(2_000);
		assert.equal(await message(cluster.create("Secret", secret())), "done");
	});

	test("a server that goes for good, after it had been reached: 30 seconds", async () => {
		const other = await startApiServer();
		const path = join(folder, "other");
		await other.writeKubeconfig(path);
		const { cluster: gone } = await connected({ kubeconfig: path }, { clock });
		await gone.read("Namespace", { name: "default" });
		await other.stop();
		const began = clock.now();
		const messages = await Promise.all(
			Array.from({ length: 200 }, () =>
				message(gone.read("Namespace", { name: "default" })),
			),
		);
		assert.deepEqual(
			[...new Set(messages)],
			[
				`The connection to the server ${new URL(other.url).host} was refused - did you specify the right host or port?`,
			],
		);
		const took = clock.now() - began;
		assert.ok(took > 20_000 && took <= 31_000, `${took} ms`);
	});

	test("a server that was never there: at once", async () => {
		const other = await startApiServer();
		const path = join(folder, "never");
		await other.writeKubeconfig(path);
		await other.stop();
		const { cluster: never } = await connected({ kubeconfig: path }, { clock });
		assert.match(
			await message(never.read("Namespace", { name: "default" })),
			/^The connection to the server .* was refused/,
		);
		assert.deepEqual(clock.slept, []);
		await clock.delay(1_000);
		await assert.rejects(never.create("Secret", secret()), {
			name: "ConnectionError",
			mayHaveWritten: false,
		});
	});
});

describe("a connection that failed", () => {
	for (const [cause, again] of [
		[coded("", "ECONNRESET"), true],
		[new Error("of no code"), true],
		[coded("", "DEPTH_ZERO_SELF_SIGNED_CERT"), false],
		[coded("", "ERR_TLS_CERT_ALTNAME_FORMAT"), false],
		[coded("", "ERR_SSL_WRONG_VERSION_NUMBER"), false],
		[coded("", "ERR_OSSL_X509_KEY_VALUES_MISMATCH"), false],
		[coded("", "HPE_INVALID_CONSTANT"), false],
		[coded("", "MESHREG_TIMEOUT"), false],
		[coded("", "MESHREG_NO_ANSWER"), false],
		[new OperationError("a plugin failed"), false],
	] as const)
		test(`with ${codeOf(cause) ?? cause} is tried ${again ? "again, with fewer requests at once" : "no more"}`, async () => {
			const policy = new RetryPolicy({
				inFlight: { run: (work) => work() },
				clock,
				interrupt: new AbortController().signal,
				server: new URL(server.url),
				hint: "",
			});
			let tries = 0;
			const failed = new TransportError(cause, true);
			const trying = policy.run(() => {
				tries++;
				return Promise.reject(failed);
			});
			await assert.rejects(trying, { name: "ConnectionError" });
			assert.deepEqual([tries > 1, isTooMuch(failed)], [again, again]);
		});

	test("before anything was sent says nothing of how many are too many", () =>
		assert.equal(
			isTooMuch(new TransportError(coded("", "ECONNRESET"), false)),
			false,
		));

	for (const [code, tooMuch] of [
		[429, true],
		[503, true],
		[500, false],
		[502, false],
		[403, false],
	] as const)
		test(`and ${code} ${tooMuch ? "asks for fewer requests at once" : "does not"}`, () =>
			assert.equal(isTooMuch(new StatusError(code, "", "", 0, "")), tooMuch));
});
