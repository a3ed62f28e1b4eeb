/** Several writers at once: the requests of each are held back until a test lets them go. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type FaultProxy,
	startFaultProxy,
} from "../support/fault-proxy/index.ts";
import { CREDENTIAL, NAME, Stage, TARGETS } from "./stage.ts";

/** A command whose writes of copies wait. */
interface Held {
	/** It has come as far as its first write of a copy. */
	readonly waits: Promise<void>;
	/** Lets it go on, and waits for its end. */
	finish(): Promise<{ status: number; out: string; err: string }>;
}

/** Runs a command through a proxy of its own that holds back what it writes to copies. */
async function held(
	stage: Stage,
	proxies: AsyncDisposableStack,
	argv: readonly string[],
	stdin = "",
): Promise<Held> {
	const proxy = proxies.use(await proxyTo(stage));
	const waits = Promise.withResolvers<void>();
	const freed = Promise.withResolvers<void>();
	proxy.choose = (passing) => {
		if (!isCopyWrite(stage, passing)) return undefined;
		waits.resolve();
		return { kind: "held", until: freed.promise };
	};
	const { kubeconfig } = proxy;
	const outcome = stage.run(argv, { stdin, kubeconfig });
	// One that ends without a write would be waited for in vain.
	outcome.then(
		() => waits.reject(new Error(`${argv[0]} wrote no copy`)),
		waits.reject,
	);
	await waits.promise;
	return {
		waits: waits.promise,
		finish() {
			freed.resolve();
			return outcome;
		},
	};
}

function proxyTo({ cluster }: Stage): Promise<FaultProxy> {
	return startFaultProxy(cluster.kubeconfig, cluster.folder);
}

function isCopyWrite(
	{ mesh }: Stage,
	{ method, path }: { method: string; path: string },
): boolean {
	return (
		/^(POST|PATCH|PUT)$/.test(method) &&
		path.includes("/secrets") &&
		!path.startsWith(`/api/v1/namespaces/${mesh}/`)
	);
}

const ROTATE = ["rotate", ...CREDENTIAL, "--no-verify"];

describe("two rotates and a sync at once", () => {
	for (const order of [
		["sync", "first", "second"],
		["sync", "second", "first"],
		["first", "sync", "second"],
		["first", "second", "sync"],
		["second", "sync", "first"],
		["second", "first", "sync"],
	] as const)
		test(`all copies equal the source where they end in the order ${order.join(", ")}`, async () => {
			await using proxies = new AsyncDisposableStack();
			await using stage = await Stage.open();
			await stage.served("zeroth");
			// So that sync has something to write.
			await stage.ok(["create", ...CREDENTIAL, "--replace", "--yes"], "older");
			const sync = await held(stage, proxies, ["sync"]);
			const first = await held(stage, proxies, ROTATE, "first");
			const second = await held(stage, proxies, ROTATE, "second");
			const runs = { sync, first, second };
			for (const name of order) {
				const { status, err } = await runs[name].finish();
				assert.equal(status, 0, err);
			}
			assert.deepEqual(await stage.passwords(), [
				"second",
				"second",
				"second",
				undefined,
			]);
		});
});

/** Runs a command whose first write of the source waits until another has ended. */
async function runAfter(
	other: readonly string[],
	stage: Stage,
	proxies: AsyncDisposableStack,
	argv: readonly string[],
	stdin: string,
): Promise<void> {
	const proxy = proxies.use(await proxyTo(stage));
	let others = 0;
	proxy.choose = ({ method, path }) =>
		method === "PATCH" &&
		path.startsWith(`/api/v1/namespaces/${stage.mesh}/secrets/`) &&
		others++ === 0
			? { kind: "held", until: stage.ok(other) }
			: undefined;
	const { kubeconfig } = proxy;
	const { status, err } = await stage.run(argv, { kubeconfig, stdin });
	assert.equal(status, 0, err);
	assert.ok(others > 0);
}

test("a source that is sent to one namespace more before it is rotated is up to date there, too", async () => {
	await using proxies = new AsyncDisposableStack();
	await using stage = await Stage.open();
	await stage.served("first");
	const other = ["sync", "-n", stage.evil];
	await runAfter(other, stage, proxies, ROTATE, "second");
	assert.deepEqual(new Set(await stage.passwords()), new Set(["second"]));
});

test("a namespace that is recorded while a rotate writes copies is served by it: whoever recorded it may not come to that", async () => {
	await using proxies = new AsyncDisposableStack();
	await using stage = await Stage.open();
	await stage.served("first");
	const rotate = await held(stage, proxies, ROTATE, "second");
	const other = await held(stage, proxies, ["sync", "-n", stage.evil]);
	assert.equal((await rotate.finish()).status, 0);
	const all = Array.from({ length: 4 }, () => "second");
	assert.deepEqual(await stage.passwords(), all);
	assert.equal((await other.finish()).status, 0);
	assert.deepEqual(await stage.passwords(), all);
});

describe("the source goes back to what the copies still hold, while a sync copies what it was until then", () => {
	const apply = ["apply", ...CREDENTIAL, "--no-verify"];
	for (const [argv, lacking] of [
		[apply, false],
		[ROTATE, false],
		[ROTATE, true],
	] as const)
		test(`${argv[0]}${lacking ? ", where one copy is missing" : ""}: all copies equal the source`, async () => {
			await using proxies = new AsyncDisposableStack();
			await using stage = await Stage.open();
			await stage.served("first");
			await stage.ok(["create", ...CREDENTIAL, "--replace", "--yes"], "second");
			const shop = `/api/v1/namespaces/${stage.shop}/secrets/${NAME}`;
			if (lacking) await stage.cluster.api.request("DELETE", shop);
			await runAfter(["sync"], stage, proxies, argv, "first");
			assert.deepEqual((await stage.passwords()).slice(0, 3), [
				"first",
				"first",
				"first",
			]);
		});
});

describe("a source that is written again while it is copied", () => {
	for (const [times, status] of [
		[3, 0],
		[4, 1],
	] as const)
		test(`${times} times: exit status ${status}`, async () => {
			await using proxies = new AsyncDisposableStack();
			await using stage = await Stage.open();
			await stage.served("zeroth");
			await stage.ok(["create", ...CREDENTIAL, "--replace", "--yes"], "first");
			await stage.plant({ namespace: stage.evil });
			const proxy = proxies.use(await proxyTo(stage));
			let changes = 0;
			proxy.choose = (passing) => {
				// Once a round: with the first of its two copies.
				const isFirst =
					isCopyWrite(stage, passing) && passing.path.includes(stage.app);
				if (!isFirst || changes === times) return undefined;
				changes++;
				const until = stage.ok(
					["create", ...CREDENTIAL, "--replace", "--yes"],
					`password ${changes}`,
				);
				return { kind: "held", until };
			};
			const { kubeconfig } = proxy;
			const outcome = await stage.run(["sync"], { kubeconfig });
			assert.equal(outcome.status, status, outcome.err);
			assert.equal(changes, times);
			// However often each was written.
			assert.equal(outcome.out.match(/ configured in /g)?.length, 2);
			assert.equal(outcome.err.split(stage.evil).length, 2, outcome.err);
			if (status === 1)
				assert.match(
					outcome.err.replace(/\s+/g, " "),
					/error: the source keeps changing: .* run the command again/,
				);
			else
				assert.deepEqual((await stage.passwords()).slice(0, 3), [
					"password 3",
					"password 3",
					"password 3",
				]);
		});
});

test("a source that is written, and is as it was again before a sync ends: no copy keeps what it was in between", async () => {
	await using proxies = new AsyncDisposableStack();
	await using stage = await Stage.open();
	await stage.served("first");
	const replaced = (password: string) =>
		stage.ok(["create", ...CREDENTIAL, "--replace", "--yes"], password);
	await replaced("second");
	const proxy = proxies.use(await proxyTo(stage));
	const again = Promise.withResolvers<void>();
	const writes = new Map<string, number>();
	const inBetween = async () => {
		await replaced("third");
		// So that the copy is planned again, out of the source as it is then.
		await stage.annotate(stage.app, { annotations: { more: "x" } });
	};
	proxy.choose = (passing) => {
		if (!isCopyWrite(stage, passing)) return undefined;
		const { path } = passing;
		const times = (writes.get(path) ?? 0) + 1;
		writes.set(path, times);
		const isApp = path.includes(`/${stage.app}/`);
		if (isApp && times === 2) again.resolve();
		if (times > 1) return undefined;
		return {
			kind: "held",
			until: isApp ? inBetween() : again.promise.then(() => replaced("second")),
		};
	};
	const { kubeconfig } = proxy;
	const { status, err } = await stage.run(["sync"], { kubeconfig });
	assert.equal(status, 0, err);
	assert.deepEqual((await stage.passwords()).slice(0, 3), [
		"second",
		"second",
		"second",
	]);
});

test("a copy that was right until the source was written meanwhile is told as what was done to it", async () => {
	await using proxies = new AsyncDisposableStack();
	await using stage = await Stage.open();
	await stage.served("first");
	const shop = `/api/v1/namespaces/${stage.shop}/secrets/${NAME}`;
	await stage.cluster.api.request("DELETE", shop);
	const sync = await held(stage, proxies, ["sync"]);
	await stage.ok(["create", ...CREDENTIAL, "--replace", "--yes"], "second");
	const { status, out, err } = await sync.finish();
	assert.equal(status, 0, err);
	assert.equal(await stage.password(stage.app), "second");
	assert.match(out, new RegExp(` configured in ${stage.app} namespace`));
});

test("a source that is made again as it was while it is copied: its copies are those of the new one", async () => {
	await using proxies = new AsyncDisposableStack();
	await using stage = await Stage.open();
	await stage.served("first");
	await stage.ok(["create", ...CREDENTIAL, "--replace", "--yes"], "second");
	const sync = await held(stage, proxies, ["sync"]);
	const secrets = `/api/v1/namespaces/${stage.mesh}/secrets`;
	interface Made {
		metadata: Record<string, unknown>;
	}
	const { metadata, ...rest } = (await stage.secret(stage.mesh)) as Made;
	const { uid, resourceVersion, ...kept } = metadata;
	await stage.cluster.api.request("DELETE", `${secrets}/${NAME}`);
	await stage.cluster.api.request("POST", secrets, {
		body: { ...rest, metadata: kept },
	});
	assert.equal((await sync.finish()).status, 0);
	const made = (await stage.secret(stage.mesh)) as Made;
	assert.notEqual(made.metadata.uid, uid);
	for (const namespace of [stage.app, stage.shop])
		assert.equal(
			(await stage.secret(namespace))?.metadata.annotations?.[
				"kubectl-meshreg/source-uid"
			],
			made.metadata.uid,
		);
});

test("what takes the source's place and is none is not copied", async () => {
	await using proxies = new AsyncDisposableStack();
	await using stage = await Stage.open();
	await stage.served("first");
	await stage.ok(["create", ...CREDENTIAL, "--replace", "--yes"], "second");
	const sync = await held(stage, proxies, ["sync", "-n", stage.app]);
	const source = `/api/v1/namespaces/${stage.mesh}/secrets/${NAME}`;
	await stage.cluster.api.request("DELETE", source);
	const auths = { "registry.example.com": { password: "of a copy" } };
	const config = JSON.stringify({ auths });
	await stage.plant({ namespace: stage.mesh, config });
	const { status, err } = await sync.finish();
	assert.equal(status, 0, err);
	assert.equal(await stage.password(stage.app), "second");
});

describe("a source that is sent nowhere any more while it is copied: what was begun is finished, and nothing else written", () => {
	for (const gone of ["the source", "its record"])
		test(`for ${gone} is gone`, async () => {
			await using proxies = new AsyncDisposableStack();
			await using stage = await Stage.open();
			await stage.served("first");
			await stage.ok(["create", ...CREDENTIAL, "--replace", "--yes"], "second");
			const sync = await held(stage, proxies, ["sync"]);
			if (gone === "its record")
				await stage.annotate(stage.mesh, { annotations: { [TARGETS]: null } });
			else
				await stage.cluster.api.request(
					"DELETE",
					`/api/v1/namespaces/${stage.mesh}/secrets/${NAME}`,
				);
			const { status, out, err } = await sync.finish();
			assert.equal(status, 0, err);
			assert.equal(out.match(/ configured in /g)?.length, 2);
			for (const namespace of [stage.app, stage.shop])
				assert.equal(await stage.password(namespace), "second");
		});
});

test("eight syncs that write the record at the same moment are eight namespaces in it", async () => {
	await using proxies = new AsyncDisposableStack();
	await using stage = await Stage.open();
	await stage.ok(["create", ...CREDENTIAL], "first");
	const names: string[] = [];
	for (let at = 0; at < 8; at++)
		names.push(await stage.cluster.namespace(`many-${at}`));
	const proxy = proxies.use(await proxyTo(stage));
	const allWrite = Promise.withResolvers<void>();
	let writing = 0;
	proxy.choose = ({ method, path }) => {
		const isRecord =
			method === "PATCH" &&
			path.startsWith(`/api/v1/namespaces/${stage.mesh}/secrets/${NAME}`);
		if (!isRecord) return undefined;
		writing++;
		if (writing === names.length) allWrite.resolve();
		return { kind: "held", until: allWrite.promise };
	};
	const { kubeconfig } = proxy;
	const outcomes = await Promise.all(
		names.map((name) => stage.run(["sync", "-n", name], { kubeconfig })),
	);
	assert.deepEqual(
		outcomes.map(({ status, err }) => (status === 0 ? 0 : err)),
		names.map(() => 0),
	);
	const source = await stage.secret(stage.mesh);
	const record = JSON.parse(source?.metadata.annotations?.[TARGETS] ?? "[]");
	assert.deepEqual(Object.keys(record[0].namespaces), names.toSorted());
});
