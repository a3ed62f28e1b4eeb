/** `sync --watch` as it runs by itself: asked by a kubelet and Prometheus, read by machines, with nobody to help it. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { systemClock } from "../../../src/adapters/clock.ts";
import { servePages } from "../../../src/adapters/page-server.ts";
import { ConnectionError } from "../../../src/errors.ts";
import {
	account,
	copyOf,
	edit,
	NAME,
	secret,
	source,
} from "../../support/build.ts";
import { pluginAnswer, writeProgram } from "../../support/kubelet-plugin.ts";
import { startRelay } from "../../support/relay.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";
import { started, watching } from "../../support/watching.ts";

/** A cluster with a source and these namespaces. */
async function bedWith(namespaces: readonly string[]): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["nginx-mesh", ...namespaces] });
	const { status, err } = await bed.run(
		[
			"create",
			"--registry-server=registry.example.com",
			"--registry-username=mesh",
			"--registry-password-stdin",
			"--expires-in=90d",
		],
		{ stdin: "one" },
	);
	assert.equal(status, 0, err);
	return bed;
}

/** An address for --health-address or --metrics-address, and what it became once it is listened at. */
function anyPort() {
	const at = { port: 0 };
	return {
		address: "127.0.0.1:0",
		onListen: (port: number) => {
			at.port = port;
		},
		get: (path: string) => fetch(`http://127.0.0.1:${at.port}/${path}`),
	};
}

describe("sync --watch by itself", () => {
	test("Prometheus is told how it stands", async () => {
		await using bed = await bedWith(["app", "shop"]);
		secret(bed, "shop", {}, { type: "Opaque" });
		const { address, onListen, get } = anyPort();
		await using watch = await watching(
			bed,
			["-n=app,shop", `--metrics-address=${address}`],
			{ onListen },
		);
		const answer = await get("metrics");
		assert.equal(
			answer.headers.get("content-type"),
			"text/plain; version=0.0.4; charset=utf-8",
		);
		const text = await answer.text();
		for (const line of [
			/^meshreg_build_info\{version="[^"]+"\} 1$/m,
			/^meshreg_copies\{state="in_sync"\} 1$/m,
			/^meshreg_copies\{state="blocked"\} 1$/m,
			/^meshreg_writes_total\{action="created",result="done"\} 1$/m,
			/^meshreg_writes_total\{action="write",result="failed"\} 1$/m,
			/^meshreg_watch_last_heard_seconds\{kind="secrets"\} \d/m,
			/^meshreg_credential_expiry_timestamp_seconds\{source="nginx-mesh\/nginx-mesh-registry-key",registry="registry.example.com"\} \d+/m,
		])
			assert.match(text, line);
		await watch.stop();
		await assert.rejects(get("metrics"), { message: "fetch failed" });
	});

	for (const [argv, kinds] of [
		[["-n=app"], ["secrets"]],
		[
			["-A", "--attach"],
			["namespaces", "secrets", "service accounts"],
		],
	] as const)
		test(`Prometheus is told of what was heard last: ${argv.join(" ")}`, async () => {
			await using bed = await bedWith(["app"]);
			const { address, onListen, get } = anyPort();
			await using _ = await watching(
				bed,
				[...argv, `--metrics-address=${address}`],
				{ onListen },
			);
			const text = await (await get("metrics")).text();
			const heard = text.matchAll(/_last_heard_seconds\{kind="([^"]+)"\} \d/g);
			assert.deepEqual(
				[...heard].map(([, kind]) => kind),
				kinds,
			);
		});

	test("no server when the record is written: it waits, and says so once", async () => {
		await using bed = await bedWith(["app"]);
		let left = 3;
		await using watch = await watching(bed, ["-n=app"], {
			clock: {
				...systemClock,
				delay: (ms, signal) =>
					ms === 2000 ? Promise.resolve() : systemClock.delay(ms, signal),
			},
			wrap: (cluster) => ({
				...cluster,
				patch: async (...request) => {
					if (left-- > 0) throw new ConnectionError("no route to host");
					return cluster.patch(...request);
				},
			}),
		});
		const { out, err } = await watch.stop();
		assert.equal(out, `secret/${NAME} created in app namespace\n`);
		assert.equal(err.match(/no route to host \(will retry\)\n/g)?.length, 1);
	});

	test("who may not see a source come is told so while it waits", async () => {
		await using bed = await testBed({
			namespaces: ["nginx-mesh", "app"],
			users: { sam: {} },
			allow: [{ user: "sam", verbs: ["get"], resources: ["*"] }],
		});
		await using watch = await started(
			bed,
			["sync", "--watch", "-n=app"],
			["waiting for the source"],
			{ user: "sam" },
		);
		await watch.says(
			'User "sam" cannot list resource "secrets"',
			"(will retry)",
		);
	});

	test("a source that comes while it is watched for is served; a Secret of its name that is none is not it", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
		// Once the list is over: else that would tell of it.
		const watched = Promise.withResolvers<void>();
		bed.server.onRequest(({ path, query }) => {
			if (query.get("watch") && path.endsWith("/nginx-mesh/secrets"))
				watched.resolve();
			return undefined;
		});
		await using watch = await started(
			bed,
			["sync", "--watch", "-n=app"],
			["waiting for the source"],
		);
		await watched.promise;
		secret(bed, "nginx-mesh", {});
		for (let n = 0; n < 5; n++) await bed.run(["list"]);
		source(bed, { "r.example.com": { auth: "dTpw" } });
		await watch.says(`secret/${NAME} created in app namespace`);
		const { err } = await watch.stop();
		assert.equal(err.match(/waiting for the source/g)?.length, 1);
	});

	test("a source that comes and goes before it is read is waited for", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
		await using watch = await started(
			bed,
			["sync", "--watch", "-n=app"],
			["waiting for the source"],
		);
		const off = bed.server.onRequest(({ method, path }) => {
			if (method !== "GET" || !path.endsWith(`/secrets/${NAME}`))
				return undefined;
			off();
			bed.server.store.delete("Secret", "nginx-mesh", NAME);
			return undefined;
		});
		const comes = () => source(bed, { "r.example.com": { auth: "dTpw" } });
		comes();
		await watch.says("waiting for the source");
		comes();
		await watch.says(`secret/${NAME} created in app namespace`);
		await watch.stop();
	});

	test("an Event tells what failed where it failed, once", async () => {
		await using bed = await bedWith(["app", "shop"]);
		secret(bed, "shop", {}, { type: "Opaque" });
		await using watch = await watching(bed, ["-n=app,shop"]);
		await watch.stop();
		const events = bed.server.store.all("Event");
		assert.equal(events.length, 1);
		const [event] = events;
		assert.deepEqual(
			[
				event?.metadata.namespace,
				event?.reason,
				event?.type,
				event?.involvedObject,
			],
			[
				"shop",
				"CopyFailed",
				"Warning",
				{
					apiVersion: "v1",
					kind: "Secret",
					namespace: "shop",
					name: NAME,
					uid: bed.server.store.get("Secret", "shop", NAME)?.metadata.uid,
				},
			],
		);
		assert.equal(
			event?.message,
			`error: secret "${NAME}" in namespace "shop" exists but is not managed by meshreg (type Opaque); use sync --force to overwrite it`,
		);
	});

	test("an Event tells that somebody undoes what is written, on what they undo", async () => {
		await using bed = await bedWith(["app"]);
		await using watch = await watching(bed, ["-n=app"]);
		const told = Promise.withResolvers<void>();
		bed.server.onRequest(({ method, path }) => {
			if (method === "POST" && path.endsWith("/events")) told.resolve();
			return undefined;
		});
		for (let time = 0; time < 5; time++) {
			secret(bed, "app", {}, { metadata: copyOf(undefined, NAME) });
			await watch.says(`secret/${NAME} configured in app namespace`);
		}
		secret(bed, "app", {}, { metadata: copyOf(undefined, NAME) });
		await told.promise;
		const { err } = await watch.stop();
		const message = `something keeps changing secret "${NAME}" in namespace "app" (will retry, at most once a minute)`;
		assert.ok(err.includes(`Warning: ${message}\n`), err);
		const { uid } = bed.server.store.get("Secret", "app", NAME)?.metadata ?? {};
		assert.deepEqual(
			bed.server.store
				.all("Event")
				.map((event) => [
					event.metadata.namespace,
					event.reason,
					event.involvedObject,
					event.message,
				]),
			[
				[
					"app",
					"CopyFailed",
					{
						apiVersion: "v1",
						kind: "Secret",
						namespace: "app",
						name: NAME,
						uid,
					},
					message,
				],
			],
		);
	});

	test("an Event about an account names its uid, by which kubectl describe finds it", async () => {
		await using bed = await bedWith(["app"]);
		account(bed, "app/builder");
		const told = Promise.withResolvers<void>();
		bed.server.onRequest(({ method, path }) => {
			if (method === "POST" && path.endsWith("/events")) told.resolve();
			return method === "PATCH" && path.includes("/serviceaccounts/")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined;
		});
		await using watch = await watching(bed, ["-n=app", "--attach=builder"]);
		await told.promise;
		await watch.stop();
		const { uid } =
			bed.server.store.get("ServiceAccount", "app", "builder")?.metadata ?? {};
		assert.ok(uid);
		assert.deepEqual(
			bed.server.store
				.all("Event")
				.map(({ reason, involvedObject }) => [reason, involvedObject]),
			[
				[
					"AttachFailed",
					{
						apiVersion: "v1",
						kind: "ServiceAccount",
						namespace: "app",
						name: "builder",
						uid,
					},
				],
			],
		);
	});

	test("an Event about policies, which are in no namespace, stands on their source", async () => {
		await using bed = await bedWith(["app"]);
		edit(bed, "Secret", "nginx-mesh", {
			annotations: { "kubectl-meshreg/attached-by-policy": "true" },
		});
		const told = Promise.withResolvers<void>();
		bed.server.onRequest(({ method, path }) => {
			if (method === "POST" && path.endsWith("/events")) told.resolve();
			return path.includes("/mutatingadmission")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined;
		});
		await using watch = await watching(bed, ["-n=app"]);
		await told.promise;
		await watch.stop();
		assert.deepEqual(
			bed.server.store
				.all("Event")
				.map(({ metadata, reason, involvedObject }) => [
					metadata.namespace,
					reason,
					involvedObject,
				]),
			[
				[
					"nginx-mesh",
					"AttachFailed",
					{
						apiVersion: "v1",
						kind: "Secret",
						namespace: "nginx-mesh",
						name: NAME,
						uid: bed.server.store.get("Secret", "nginx-mesh", NAME)?.metadata
							.uid,
					},
				],
			],
		);
	});

	test("who may not write Events is served all the same", async () => {
		await using bed = await bedWith(["app"]);
		bed.server.onRequest(({ method, path }) =>
			method === "POST" && path.endsWith("/events")
				? { answer: { status: 403, reason: "Forbidden", message: "no events" } }
				: undefined,
		);
		secret(bed, "default", {}, { type: "Opaque" });
		await using watch = await watching(bed, ["-A"]);
		const { out, err } = await watch.stop();
		assert.equal(out, `secret/${NAME} created in app namespace\n`);
		assert.doesNotMatch(err, /no events/);
	});

	test("accounts that the record comes to name are attached", async () => {
		await using bed = await bedWith(["app"]);
		account(bed, "app/builder");
		const record = (attach: string[]) =>
			edit(bed, "Secret", "nginx-mesh", {
				annotations: {
					"kubectl-meshreg/targets": JSON.stringify([
						{ namespaces: { app: "" }, attach },
					]),
				},
			});
		record([]);
		await using watch = await watching(bed, []);
		record(["builder"]);
		await watch.says("serviceaccount/builder configured in app");
		await watch.stop();
	});

	test("what ends it is a line of its log", async () => {
		await using bed = await bedWith(["app"]);
		bed.server.onRequest(({ path }) =>
			path.endsWith("/namespaces")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const argv = ["sync", "-A", "--watch", "-o", "json"];
		const { status, out, err } = await bed.run(argv);
		assert.deepEqual([status, out], [1, ""]);
		const { time, ...line } = JSON.parse(err);
		assert.ok(Date.parse(time) > 0, time);
		assert.deepEqual(line, {
			level: "error",
			event: "failure",
			cause: "forbidden",
			message: "Error from server (Forbidden): no",
		});
	});

	test("a port that is taken ends it at once", async () => {
		await using bed = await bedWith(["app"]);
		const taken = await servePages({ host: "127.0.0.1", port: 0 }, {});
		try {
			bed.server.requests.length = 0;
			for (const flag of ["health", "metrics"]) {
				const { status, out, err } = await bed.run([
					"sync",
					"-n=app",
					"--watch",
					`--${flag}-address=127.0.0.1:${taken.port}`,
				]);
				assert.deepEqual(
					[status, out, err],
					[
						1,
						"",
						`error: cannot listen at 127.0.0.1:${taken.port}: something else listens there; choose another port\n`,
					],
				);
			}
			assert.equal(bed.server.requests.length, 0);
		} finally {
			await taken.close();
		}
	});

	for (const [what, argv, watches] of [
		["it watches", ["-A"], 2],
		["it waits for a source", ["-A", "--from=app"], 1],
	] as const)
		test(`packets dropped while ${what}: /livez fails within three minutes`, async () => {
			await using bed = await bedWith(["app"]);
			const direct = join(bed.folder, "direct");
			await bed.server.writeKubeconfig(direct, { user: "admin" });
			await using relay = await startRelay(direct);
			let ahead = 0;
			const { address, onListen, get } = anyPort();
			await using watch = await started(
				bed,
				["sync", "--watch", ...argv, `--health-address=${address}`],
				[argv.length === 1 ? "Watching for changes.\n" : "waiting for"],
				{
					kubeconfig: relay.kubeconfig,
					clock: { ...systemClock, elapsed: () => ahead },
					onListen,
				},
			);
			const live = async () => (await get("livez")).status;
			assert.equal(await live(), 200);
			// Every list has been answered by then: what came later would be news.
			while (bed.server.watches < watches) await setImmediate();
			relay.drop();
			ahead = 120_000;
			assert.equal(await live(), 200);
			ahead = 160_000;
			assert.equal(await live(), 503);
			await watch.stop();
		});

	test("--refresh renews the source, and every copy follows", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
		const plugin = join(bed.folder, "provider");
		const word = join(bed.folder, "word");
		await writeProgram(
			plugin,
			`printf '${pluginAnswer({ "r.example": { username: "u", password: "%s%s" } }, { cacheDuration: "1h0m0s" })}' "$(cat "${word}")" "$1"`,
		);
		await writeFile(word, "one");
		const asking = [`plugin:${plugin}`, "--credential-arg=x"];
		const { status, err } = await bed.run([
			"create",
			"--registry-server=r.example",
			"--credential-from",
			...asking,
		]);
		assert.equal(status, 0, err);
		await writeFile(word, "two");
		const verification = { outcome: "good" } as const;
		await using watch = await watching(
			bed,
			["-n=app", "-o=json", `--refresh=ecr,${asking[0]}`, `${asking[1]}`],
			{ verification },
		);
		await watch.says('"credential-refreshed"');
		await watch.stop();
		assert.equal(bed.password("nginx-mesh"), "twox");
		// Copies that were right when it began follow as well.
		await writeFile(word, "three");
		await using again = await watching(
			bed,
			[`--refresh=${asking[0]}`, `${asking[1]}`],
			{ verification },
		);
		await again.says(`secret/${NAME} configured in app`);
		await again.stop();
		assert.equal(bed.password("app"), "threex");
	});

	for (const [selected, missing] of [
		["-n=app", "pay, shop, and what other rules of the record mean"],
		["-l=team=a", "pay, shop"],
		["-A", undefined],
		["-A --exclude=pay", undefined],
		["", undefined],
	] as const)
		test(`--refresh with ${selected || "nothing"} selected says which recorded copies it does not keep`, async () => {
			await using bed = await testBed({
				namespaces: ["nginx-mesh", "pay", "shop"],
			});
			bed.server.store.seed({
				kind: "Namespace",
				metadata: { name: "app", labels: { team: "a" } },
			});
			const plugin = join(bed.folder, "provider");
			await writeProgram(
				plugin,
				`printf '%s' '${pluginAnswer({ "r.example": { username: "u", password: "p" } })}'`,
			);
			for (const argv of [
				[
					...["create", "--registry-server=r.example"],
					`--credential-from=plugin:${plugin}`,
				],
				// Which nothing renews.
				[
					...["create", "--add", "--registry-server=other.example"],
					...["--registry-username=u", "--registry-password-stdin"],
				],
				["sync", "-n=app,pay,shop,gone"],
				["sync", "-l=team=a"],
			])
				await bed.run(argv, { stdin: "p" });
			assert.match(JSON.stringify(bed.content("nginx-mesh")), /other\.example/);
			await using watch = await watching(bed, [
				...selected.split(" ").filter((word) => word !== ""),
				...[`--refresh=plugin:${plugin}`, "--no-verify"],
			]);
			const { err } = await watch.stop();
			const warnings = err
				.split("\n")
				.filter((line) => line.includes("not every recorded copy"));
			assert.deepEqual(
				warnings,
				missing === undefined
					? []
					: [
							`Warning: this watch renews the source, but not every recorded copy: ${missing}; after a renewal update them with 'kubectl meshreg sync'`,
						],
			);
			await using other = await watching(bed, [
				...selected.split(" ").filter((word) => word !== ""),
				"--refresh",
			]);
			assert.doesNotMatch((await other.stop()).err, /not every recorded copy/);
		});

	test("-A keeps no system namespace right, also where one is recorded by its name", async () => {
		await using bed = await bedWith(["app", "kube-public"]);
		const { status, err } = await bed.run(["sync", "-n=kube-public"]);
		assert.equal(status, 0, err);
		bed.server.store.delete("Secret", "kube-public", NAME);
		await using watch = await watching(bed, ["-A"]);
		await watch.stop();
		assert.ok(bed.content("app"));
		assert.equal(bed.content("kube-public"), undefined);
	});

	for (const [what, data, message] of [
		["malformed", "{", "copies are left unchanged"],
		[
			"empty",
			'{"auths":{}}',
			"it holds no credentials; copies are left unchanged",
		],
	] as const)
		test(`a source that turns ${what} spoils no copy`, async () => {
			await using bed = await bedWith(["app"]);
			await using watch = await watching(bed, ["-A"]);
			const source = bed.server.store.get("Secret", "nginx-mesh", NAME);
			const set = (text: unknown) =>
				edit(bed, "Secret", "nginx-mesh", { data: text });
			set({ ".dockerconfigjson": btoa(data) });
			await watch.says(message);
			bed.server.store.delete("Secret", "default", NAME);
			set(source?.data);
			await watch.says("is back", `secret/${NAME} created in default`);
			const { out } = await watch.stop();
			assert.doesNotMatch(out, /configured/);
			assert.equal(bed.password("app"), "one");
		});

	for (const [what, now, message] of [
		[
			"no longer parses",
			"{",
			'error: the record of secret "nginx-mesh-registry-key" in namespace "nginx-mesh" (annotation kubectl-meshreg/targets) cannot be read, so nothing is written: it is not JSON\n',
		],
		[
			"somebody takes away",
			undefined,
			`error: secret "nginx-mesh-registry-key" in namespace "nginx-mesh" has no record of where it was sent; record it with -n, -l or -A of 'kubectl meshreg sync'\n`,
		],
	] as const)
		test(`a record that ${what} is told, and stops nothing else`, async () => {
			await using bed = await bedWith(["app"]);
			await using watch = await watching(bed, ["-A"]);
			const record = (text: string | undefined) =>
				edit(bed, "Secret", "nginx-mesh", {
					annotations: { "kubectl-meshreg/targets": text },
				});
			const before = bed.server.store.get("Secret", "nginx-mesh", NAME)
				?.metadata.annotations?.["kubectl-meshreg/targets"];
			record(now);
			await watch.says(message);
			record(before);
			await watch.says("is back");
			bed.server.store.delete("Secret", "app", NAME);
			await watch.says(`secret/${NAME} created in app`);
			await watch.stop();
		});

	test("a clock that is set says nothing of the API server", async () => {
		await using bed = await bedWith(["app"]);
		const { address, onListen, get } = anyPort();
		let set = 0;
		await using watch = await watching(
			bed,
			["-A", `--health-address=${address}`],
			{
				clock: { ...systemClock, now: () => systemClock.now() + set },
				onListen,
			},
		);
		for (set of [86_400_000, -86_400_000]) {
			assert.equal((await get("livez")).status, 200);
			bed.server.store.seed({
				kind: "Namespace",
				metadata: { name: `n${Math.abs(set)}-${set > 0 ? "on" : "back"}` },
			});
			await watch.says(`secret/${NAME} created in n`);
		}
		await watch.stop();
	});
});
