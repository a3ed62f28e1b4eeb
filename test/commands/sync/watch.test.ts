import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "../../../src/adapters/clock.ts";
import { edit, NAME, secret } from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";
import { started, watching } from "../../support/watching.ts";

const CREATE = [
	"create",
	"--registry-server=registry.example.com",
	"--registry-username=mesh",
	"--registry-password-stdin",
];
const SECRETS = "/api/v1/secrets";
const NAMESPACES = "/api/v1/namespaces";

/** A cluster with a source and these namespaces. */
async function bedWith(
	namespaces: readonly string[],
	options: Parameters<typeof testBed>[0] = {},
): Promise<TestBed> {
	const bed = await testBed({
		...options,
		namespaces: ["nginx-mesh", ...namespaces],
	});
	await create(bed, "one");
	return bed;
}

async function create(bed: TestBed, password: string): Promise<void> {
	const { status, err } = await bed.run([...CREATE, "--replace"], {
		stdin: password,
	});
	assert.equal(status, 0, err);
}

const setNamespace = (bed: TestBed, name: string, labels = {}) =>
	bed.server.store.seed({ kind: "Namespace", metadata: { name, labels } });

/** Somebody changes what the copy in a namespace says. */
function drift(bed: TestBed, namespace: string): void {
	edit(bed, "Secret", namespace, {
		data: { ".dockerconfigjson": btoa('{"auths":{}}') },
	});
}

/** Somebody else's Secret of that name. */
function foreign(bed: TestBed, namespace: string, labels = {}): void {
	secret(bed, namespace, {}, { metadata: { labels }, type: "Opaque" });
}

const line = (action: string, namespace: string) =>
	action === "deleted"
		? `secret "${NAME}" deleted from ${namespace} namespace\n`
		: `secret/${NAME} ${action} in ${namespace} namespace\n`;

/** Lists and watches of a path so far; a look at one namespace is neither. */
function reads(bed: TestBed, path: string) {
	const gets = bed.server.requests.filter(
		({ method, query, ...request }) =>
			method === "GET" &&
			request.path === path &&
			!(path === NAMESPACES && query.fieldSelector),
	);
	const watches = gets.filter(({ query }) => query.watch === "true");
	return { lists: gets.length - watches.length, watches: watches.length };
}

describe("sync --watch", () => {
	test("brings namespaces in sync, and those that appear", async () => {
		await using bed = await bedWith(["app", "shop"]);
		await using watch = await watching(bed, ["-A", "--exclude", "dev-*"]);
		assert.equal(bed.password("app"), "one");
		setNamespace(bed, "dev-one");
		setNamespace(bed, "new");
		await watch.says(line("created", "new"));
		assert.equal(bed.password("new"), "one");
		assert.equal(bed.password("dev-one"), undefined);
		const { status, out, err } = await watch.stop();
		assert.equal(status, 143);
		assert.equal(
			out,
			["app", "default", "shop", "new"]
				.map((namespace) => line("created", namespace))
				.join(""),
		);
		assert.equal(
			err,
			"3 namespaces: 3 created, 0 configured, 0 unchanged, 0 failed\nWatching for changes.\nstopped: 4 created, 0 configured, 0 deleted, 0 failed\n",
		);
	});

	test("takes one list and one watch a kind", async () => {
		await using bed = await bedWith(["app"]);
		bed.server.requests.length = 0;
		await using watch = await watching(bed, ["-A"]);
		for (const name of ["one", "two", "three"]) {
			setNamespace(bed, name);
			await watch.says(line("created", name));
		}
		drift(bed, "two");
		await watch.says(line("configured", "two"));
		await watch.stop();
		assert.deepEqual(reads(bed, NAMESPACES), { lists: 1, watches: 1 });
		assert.deepEqual(reads(bed, SECRETS), { lists: 1, watches: 1 });
		const writes = bed.server.requests.filter(({ method }) => method !== "GET");
		// The record, two in the beginning, three for the new namespaces, one for the drift: none twice.
		assert.equal(writes.length, 7);
		assert.equal(bed.server.connections <= 3, true);
	});

	test("undoes edits and deletions", async () => {
		await using bed = await bedWith(["app"]);
		await using watch = await watching(bed, ["-A"]);
		drift(bed, "app");
		await watch.says(line("configured", "app"));
		assert.equal(bed.password("app"), "one");
		bed.server.store.delete("Secret", "app", NAME);
		await watch.says(line("created", "app"));
		assert.equal(bed.password("app"), "one");
		await watch.stop();
	});

	test("follows the source; one that vanishes deletes nothing", async () => {
		await using bed = await bedWith(["app", "shop"]);
		await using watch = await watching(bed, ["-A", "--prune", "--yes"]);
		await create(bed, "two");
		await watch.says(
			...["app", "default", "shop"].map((name) => line("configured", name)),
		);
		assert.equal(bed.password("shop"), "two");

		bed.server.store.delete("Secret", "nginx-mesh", NAME);
		await watch.says(
			`Warning: source nginx-mesh/${NAME} was deleted; copies are left unchanged\n`,
		);
		setNamespace(bed, "new");
		drift(bed, "app");
		await create(bed, "three");
		await watch.says(`the source nginx-mesh/${NAME} is back\n`);
		// A new source is sent nowhere until somebody says where.
		bed.server.store.seed({
			...bed.server.store.get("Secret", "nginx-mesh", NAME),
			kind: "Secret",
			metadata: {
				...bed.server.store.get("Secret", "nginx-mesh", NAME)?.metadata,
				name: NAME,
				namespace: "nginx-mesh",
				annotations: { "kubectl-meshreg/targets": '[{"all":true}]' },
			},
		});
		await watch.says(line("created", "new"));
		const { out } = await watch.stop();
		for (const namespace of ["app", "default", "shop", "new"])
			assert.equal(bed.password(namespace), "three", namespace);
		assert.doesNotMatch(out, /deleted/);
	});

	test("copies that were right when it began follow the source", async () => {
		await using bed = await bedWith(["app", "shop"]);
		await bed.run(["sync", "-n=app,shop"]);
		await using watch = await watching(bed, []);
		await create(bed, "two");
		await watch.says(line("configured", "app"), line("configured", "shop"));
		await watch.stop();
		assert.equal(bed.password("app"), "two");
	});

	test("a copy of which a webhook undoes a write follows the source", async () => {
		await using bed = await bedWith(["app"]);
		await bed.run(["sync", "-n=app"]);
		await using watch = await watching(bed, []);
		// What it stores is what it stored: no event will tell of it.
		const undone = Promise.withResolvers<void>();
		const stop = bed.server.onRequest(({ method, path }) => {
			if (method !== "PATCH" || !path.includes("/app/")) return undefined;
			undone.resolve();
			const copy = bed.server.store.get("Secret", "app", NAME);
			return { answer: { status: 200, body: JSON.stringify(copy) } };
		});
		await create(bed, "two");
		await undone.promise;
		stop();
		await create(bed, "three");
		await watch.says(line("configured", "app"));
		await watch.stop();
		assert.equal(bed.password("app"), "three");
	});

	test("started again, it gives nothing that was taken back since", async () => {
		await using bed = await bedWith(["app"]);
		setNamespace(bed, "dev", { team: "a" });
		setNamespace(bed, "shop", { team: "a" });
		await bed.run(["sync", "-n=app"]);
		await bed.run(["sync", "-l=team=a"]);
		// Somebody else's by now, and one that is not to have it any more.
		bed.server.store.delete("Secret", "app", NAME);
		bed.server.store.delete("Namespace", "", "app");
		setNamespace(bed, "app");
		await bed.run(["sync", "--forget=shop"]);
		bed.server.store.delete("Secret", "shop", NAME);
		{
			await using watch = await watching(bed, ["-n=app"]);
			const { err } = await watch.stop();
			assert.match(
				err,
				/error: app was deleted and created again; confirm with: kubectl meshreg sync -n app\n/,
			);
		}
		await using watch = await watching(bed, ["-l=team=a"]);
		await watch.stop();
		assert.equal(bed.password("app"), undefined);
		assert.equal(bed.password("shop"), undefined);
		assert.equal(bed.password("dev"), "one");
	});

	test("of more namespaces by name than a connection has streams, each is served, and followed", async () => {
		const names = Array.from({ length: 120 }, (_, index) => `n${index}`);
		await using bed = await bedWith(names);
		await using watch = await watching(bed, [`-n=${names.join(",")}`]);
		bed.server.store.delete("Secret", "n119", NAME);
		await watch.says(line("created", "n119"));
		const { connections } = bed.server;
		// All of them come again, and have room on what there is.
		bed.server.endWatches();
		for (const name of names) bed.server.store.delete("Secret", name, NAME);
		await watch.says(...names.map((name) => line("created", name)));
		assert.equal(bed.server.connections, connections);
		await watch.stop();
	});

	test("follows labels: a namespace comes, and goes, with --prune", async () => {
		await using bed = await bedWith([]);
		setNamespace(bed, "app", { team: "a" });
		setNamespace(bed, "shop");
		await using watch = await watching(bed, [
			"-l",
			"team=a",
			"--prune",
			"--yes",
		]);
		assert.equal(bed.password("shop"), undefined);
		setNamespace(bed, "shop", { team: "a" });
		await watch.says(line("created", "shop"));
		setNamespace(bed, "app", { team: "b" });
		await watch.says(line("deleted", "app"));
		assert.equal(bed.password("app"), undefined);
		await watch.stop();
	});

	test("without --prune a namespace that goes keeps its copy", async () => {
		await using bed = await bedWith([]);
		setNamespace(bed, "app", { team: "a" });
		await using watch = await watching(bed, ["-l", "team=a"]);
		setNamespace(bed, "app");
		setNamespace(bed, "new", { team: "a" });
		await watch.says(line("created", "new"));
		await watch.stop();
		assert.equal(bed.password("app"), "one");
	});

	test("--prune deletes nothing while nothing has matched", async () => {
		await using bed = await bedWith(["app"]);
		await bed.run(["sync", "-n", "app"]);
		await using watch = await watching(bed, ["-l", "taem=a", "--prune", "-y"]);
		assert.equal(bed.password("app"), "one");
		setNamespace(bed, "new", { taem: "a" });
		await watch.says(line("created", "new"), line("deleted", "app"));
		await watch.stop();
	});

	test("--attach follows service accounts, and prune takes back", async () => {
		await using bed = await bedWith(["app"]);
		const account = (namespace: string, more = {}) =>
			bed.server.store.seed({
				kind: "ServiceAccount",
				metadata: { name: "default", namespace },
				...more,
			});
		const attached = (namespace: string) =>
			bed.server.store.get("ServiceAccount", namespace, "default")
				?.imagePullSecrets;
		const said = (namespace: string) =>
			`serviceaccount/default configured in ${namespace} namespace\n`;
		setNamespace(bed, "app", { team: "a" });
		account("app", { imagePullSecrets: [{ name: "other" }] });
		await using watch = await watching(bed, [
			...["-l", "team=a", "--attach", "--prune", "--yes"],
		]);
		await watch.says(said("app"));
		assert.deepEqual(attached("app"), [{ name: "other" }, { name: NAME }]);
		account("app");
		await watch.says(said("app"));
		setNamespace(bed, "new", { team: "a" });
		await watch.says(line("created", "new"));
		account("elsewhere");
		account("new");
		await watch.says(said("new"));
		assert.deepEqual(attached("new"), [{ name: NAME }]);
		assert.equal(attached("elsewhere"), undefined);
		setNamespace(bed, "new", { team: "b" });
		await watch.says(line("deleted", "new"), said("new"));
		assert.equal(attached("new"), undefined);
		const { out } = await watch.stop();
		assert.equal(out.match(/serviceaccount/g)?.length, 4);
	});

	test("leaves namespaces that are being deleted alone", async () => {
		await using bed = await bedWith([]);
		await using watch = await watching(bed, ["-A"]);
		bed.server.store.seed({
			kind: "Namespace",
			metadata: {
				name: "going",
				deletionTimestamp: "2026-01-01T00:00:00Z",
				finalizers: ["kubernetes"],
			},
		});
		setNamespace(bed, "new");
		await watch.says(line("created", "new"));
		const { err } = await watch.stop();
		assert.equal(bed.content("going"), undefined);
		assert.doesNotMatch(err, /going/);
	});

	test("says once what stands in the way, and goes on when it is gone", async () => {
		await using bed = await bedWith(["app"]);
		foreign(bed, "app");
		await using watch = await watching(bed, ["-A"]);
		foreign(bed, "app", { touched: "yes" });
		setNamespace(bed, "new");
		await watch.says(line("created", "new"));
		bed.server.store.delete("Secret", "app", NAME);
		await watch.says(line("created", "app"));
		const { err } = await watch.stop();
		assert.equal(err.match(/is not managed by meshreg/g)?.length, 1);
	});

	test("says of a trouble that it is tried again", async () => {
		await using bed = await bedWith([]);
		await using watch = await watching(bed, ["-A"]);
		bed.server.onRequest(({ query }) =>
			query.get("watch") === "true"
				? { answer: { status: 403, reason: "Forbidden", message: "not now" } }
				: undefined,
		);
		await bed.server.endWatches();
		await watch.says("Error from server (Forbidden): not now (will retry)\n");
	});

	test("tries again what the server refused", async () => {
		await using bed = await bedWith([]);
		await using watch = await watching(bed, ["-A"]);
		let refusals = 0;
		bed.server.onRequest(({ method, path }) =>
			method === "POST" && path.includes("/new/") && refusals++ < 2
				? {
						answer: {
							status: 403,
							reason: "Forbidden",
							message: "exceeded quota",
						},
					}
				: undefined,
		);
		setNamespace(bed, "new");
		await watch.says(
			'Error from server (Forbidden): exceeded quota (namespace "new")\n',
		);
		await watch.says(line("created", "new"));
		const { err } = await watch.stop();
		assert.equal(err.match(/exceeded quota/g)?.length, 1);
	});

	for (const [name, disturb] of [
		["the server ends it", (bed: TestBed) => bed.server.endWatches()],
		[
			"the server ends it and answers 500, 429 and nothing to the next",
			(bed: TestBed) => {
				const answers = [
					{ answer: { status: 500, message: "etcdserver: leader changed" } },
					{ answer: { status: 429, message: "slow down" } },
					{ cut: "before" },
				] as const;
				let next = 0;
				bed.server.onRequest(({ query }) =>
					query.get("watch") === "true" ? answers[next++] : undefined,
				);
				bed.server.endWatches();
			},
		],
	] as const)
		test(`a watch goes on where it was when ${name}`, async () => {
			await using bed = await bedWith(["app"]);
			bed.server.requests.length = 0;
			await using watch = await watching(bed, ["-A"]);
			disturb(bed);
			setNamespace(bed, "new");
			await watch.says(line("created", "new"));
			drift(bed, "app");
			await watch.says(line("configured", "app"));
			await watch.stop();
			assert.equal(reads(bed, NAMESPACES).lists, 1);
			assert.equal(reads(bed, SECRETS).lists, 1);
		});

	test("lists again only where the server has forgotten (410)", async () => {
		await using bed = await bedWith(["app", "shop", "old"]);
		await using watch = await watching(bed, ["-A", "--prune", "--yes"]);
		bed.server.requests.length = 0;
		// While nobody watches, a namespace comes, one goes, a copy drifts, and one goes.
		bed.server.endWatches();
		setNamespace(bed, "new");
		bed.server.store.delete("Secret", "old", NAME);
		bed.server.store.delete("Namespace", "", "old");
		drift(bed, "app");
		bed.server.store.delete("Secret", "shop", NAME);
		bed.server.store.compact();
		await watch.says(
			line("configured", "app"),
			line("created", "new"),
			line("created", "shop"),
		);
		assert.equal(reads(bed, SECRETS).lists, 1);
		assert.equal(reads(bed, NAMESPACES).lists, 1);
	});

	test("bookmarks keep a quiet watch from being forgotten", async () => {
		await using bed = await bedWith(["app"]);
		await using watch = await watching(bed, ["-A"]);
		bed.server.requests.length = 0;
		// Things that we do not watch move the server's version on.
		for (let n = 0; n < 10; n++)
			bed.server.store.seed({
				kind: "Secret",
				metadata: { name: `other-${n}`, namespace: "app" },
			});
		bed.server.sendBookmarks();
		setNamespace(bed, "new");
		await watch.says(line("created", "new"));
		bed.server.store.compact();
		bed.server.sendBookmarks();
		setNamespace(bed, "newer");
		await watch.says(line("created", "newer"));
		bed.server.endWatches();
		setNamespace(bed, "newest");
		await watch.says(line("created", "newest"));
		await watch.stop();
		assert.equal(reads(bed, SECRETS).lists, 0);
		assert.equal(reads(bed, NAMESPACES).lists, 0);
	});

	test("-o json: what an API server warns of is an object as well, each once", async () => {
		await using bed = await bedWith(["app", "shop"]);
		bed.server.onRequest(({ method }) =>
			method === "POST" ? { warnings: ['no more of "this"'] } : undefined,
		);
		await using watch = await watching(bed, ["-A", "-o", "json"]);
		const { err } = await watch.stop();
		const notes = err
			.trimEnd()
			.split("\n")
			.map((text) => JSON.parse(text));
		assert.deepEqual(
			notes.map(({ level, event }) => `${level} ${event}`),
			[
				"warning server-warning",
				"info synced",
				"info watching",
				"info stopped",
			],
		);
		assert.equal(notes[0]?.message, `"no more of 'this'"`);
	});

	test("-o json is an object a line, with the time", async () => {
		await using bed = await bedWith(["app"]);
		foreign(bed, "app");
		await using watch = await watching(bed, ["-A", "-o", "json"], {
			now: Date.UTC(2026, 0, 2, 3, 4, 5),
		});
		setNamespace(bed, "new");
		await watch.says('"new"');
		const { out, err } = await watch.stop();
		assert.deepEqual(
			err
				.trimEnd()
				.split("\n")
				.map((text) => JSON.parse(text)),
			[
				{
					time: "2026-01-02T03:04:05.000Z",
					level: "info",
					event: "synced",
					message:
						"2 namespaces: 1 created, 0 configured, 0 unchanged, 1 failed",
				},
				{
					time: "2026-01-02T03:04:05.000Z",
					level: "info",
					event: "watching",
					message: "Watching for changes.",
				},
				{
					time: "2026-01-02T03:04:05.000Z",
					level: "info",
					event: "stopped",
					message: "stopped: 2 created, 0 configured, 0 deleted, 1 failed",
				},
			],
		);
		const items = out
			.trimEnd()
			.split("\n")
			.map((text) => JSON.parse(text));
		assert.deepEqual(items.at(-1), {
			time: "2026-01-02T03:04:05.000Z",
			level: "info",
			event: "change",
			context: "embedded",
			namespace: "new",
			kind: "Secret",
			name: NAME,
			action: "created",
			cause: "",
			message: "",
		});
		assert.deepEqual(
			items.map(({ namespace, action }) => [namespace, action]),
			[
				["app", "failed"],
				["default", "created"],
				["new", "created"],
			],
		);
	});

	test("-o name only names, -q says no more than what is done", async () => {
		await using bed = await bedWith(["app"]);
		await using watch = await started(
			bed,
			["sync", "--watch", "-A", "-o", "name", "-q"],
			[`secret/${NAME}\nsecret/${NAME}\n`],
		);
		setNamespace(bed, "new");
		await watch.says(`secret/${NAME}\n`);
		const { out, err } = await watch.stop();
		assert.equal(out, `secret/${NAME}\n`.repeat(3));
		assert.equal(err, "");
	});

	test("--exclude leaves out namespaces that are named, too", async () => {
		await using bed = await bedWith(["app", "dev-app"]);
		await using watch = await watching(bed, [
			...["-n", "app,dev-app", "--exclude", "dev-*"],
		]);
		const { out } = await watch.stop();
		assert.equal(out, line("created", "app"));
		assert.equal(bed.password("dev-app"), undefined);
	});

	for (const [name, said, skipped, failed] of [
		[
			"never",
			'Warning: namespace "never" is annotated kubectl-meshreg/skip=true; nothing was written there\n',
			", 1 skipped",
			0,
		],
		[
			"going",
			'error: namespace "going" is being deleted; nothing was written there\n',
			"",
			1,
		],
		[
			"nope",
			'Error from server (NotFound): namespaces "nope" not found\n',
			"",
			1,
		],
	] as const)
		test(`what is named and gets nothing is told, once: ${name}`, async () => {
			await using bed = await bedWith(["app"]);
			const { store } = bed.server;
			store.seed({
				kind: "Namespace",
				metadata: {
					name: "never",
					annotations: { "kubectl-meshreg/skip": "true" },
				},
			});
			store.seed({
				kind: "Namespace",
				metadata: { name: "going", deletionTimestamp: "2026-01-01T00:00:00Z" },
			});
			await using watch = await watching(bed, ["-n", `app,${name}`]);
			const { out, err } = await watch.stop();
			assert.equal(out, line("created", "app"));
			assert.equal(
				err,
				`${said}2 namespaces: 1 created, 0 configured, 0 unchanged${skipped}, ${failed} failed\nWatching for changes.\nstopped: 1 created, 0 configured, 0 deleted, ${failed} failed\n`,
			);
		});

	test("ends well when nobody reads any more what it says", async () => {
		await using bed = await bedWith(["app"]);
		const gone = new AbortController();
		const { status, out, err } = await bed.run(["sync", "--watch", "-A"], {
			gone: gone.signal,
			onWrite(_, text) {
				if (text.includes("Watching")) gone.abort();
			},
		});
		assert.deepEqual(
			[status, out, err],
			[
				0,
				line("created", "app") + line("created", "default"),
				"2 namespaces: 2 created, 0 configured, 0 unchanged, 0 failed\nWatching for changes.\n",
			],
		);
	});

	for (const [flags, replaced] of [
		[["--force"], false],
		[["--yes"], false],
		[["--force", "--yes"], true],
	] as const)
		test(`${flags.join(" ")}: what cannot be updated is ${replaced ? "recreated" : "left alone"}`, async () => {
			await using bed = await bedWith(["app"]);
			foreign(bed, "app");
			await using watch = await watching(bed, ["-n", "app", ...flags]);
			const { out } = await watch.stop();
			assert.equal(out, replaced ? line("configured", "app") : "");
			assert.equal(bed.password("app"), replaced ? "one" : undefined);
		});

	test("-n needs a Role in those namespaces alone", async () => {
		const secrets = {
			verbs: ["get", "list", "watch", "create", "patch"],
			resources: ["secrets"],
		};
		await using bed = await bedWith(["app"], {
			users: { dev: {} },
			allow: ["nginx-mesh", "app", "late"].map((namespace) => ({
				user: "dev",
				namespaces: [namespace],
				...secrets,
			})),
		});
		await using watch = await watching(bed, ["-n", "app,late"], {
			user: "dev",
		});
		drift(bed, "app");
		await watch.says(line("configured", "app"));
		setNamespace(bed, "late");
		await watch.says(line("created", "late"));
		const { err } = await watch.stop();
		assert.equal(err.match(/namespaces "late" not found/g)?.length, 1);
		for (const { path, user } of bed.server.requests)
			if (user === "dev")
				assert.match(path, /namespaces\/\w[\w-]*(?:\/(?:secrets|events)|$)/);
	});

	test("two at once do no harm", async () => {
		await using bed = await bedWith(["app"]);
		await using one = await watching(bed, ["-A"]);
		await using two = await watching(bed, ["-A"]);
		for (let n = 0; n < 20; n++) setNamespace(bed, `new-${n}`);
		for (let n = 0; n < 20; n++)
			await until(() => bed.password(`new-${n}`) === "one", bed);
		drift(bed, "app");
		await until(() => bed.password("app") === "one", bed);
		setNamespace(bed, "new-last");
		const made = line("created", "new-last");
		await Promise.any([one.says(made), two.says(made)]);
		const outcomes = [await one.stop(), await two.stop()];
		for (const { err } of outcomes) assert.doesNotMatch(err, /[1-9] failed/);
		const created = outcomes.flatMap(({ out }) => out.match(/new-\w+/g) ?? []);
		assert.equal(created.length, new Set(created).size, "made twice");
	});

	test("two that disagree do not fight for ever at full speed", async () => {
		await using bed = await bedWith(["app"]);
		// Their clock stands still: what they put off is never due.
		const labelled = (label: string) =>
			watching(bed, ["-n", "app", "--copy-label", `by=${label}`], {
				clock: { ...systemClock, elapsed: () => 0 },
			});
		await using one = await labelled("one");
		bed.server.requests.length = 0;
		await using two = await labelled("two");
		const patches = () =>
			bed.server.requests.filter(({ method }) => method === "PATCH").length;
		// The second one's start, and then five each.
		await until(() => patches() >= 10, bed);
		for (let n = 0; n < 5; n++) await bed.run(["list"]);
		assert.equal(patches(), 11);
		await one.stop();
		await two.stop();
	});

	test("ends with what ended it", async () => {
		await using bed = await bedWith(["app"]);
		for (const [signal, status] of [
			["SIGINT", 130],
			["SIGHUP", 129],
		] as const) {
			await using watch = await watching(bed, ["-A"]);
			assert.equal((await watch.stop(signal)).status, status);
		}
	});
});

/** Waits until something holds, looking whenever the server's objects change. */
function until(holds: () => boolean, bed: TestBed): Promise<void> {
	return new Promise((resolve) => {
		const off = bed.server.store.subscribe(look);
		look();
		function look(): void {
			if (!holds()) return;
			queueMicrotask(() => off());
			resolve();
		}
	});
}
