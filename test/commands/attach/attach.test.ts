import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { systemClock } from "../../../src/adapters/clock.ts";
import * as build from "../../support/build.ts";
import { NAME as KEY } from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

describe("attach and detach", () => {
	let bed: TestBed;
	before(async () => {
		bed = await testBed({
			namespaces: ["app", "shop", "nginx-mesh"],
			users: { dev: {}, reader: {}, tenant: {} },
			allow: [
				{
					user: "dev",
					namespaces: ["app"],
					resources: ["serviceaccounts"],
					verbs: ["get", "patch"],
				},
				{
					user: "tenant",
					namespaces: ["app"],
					resources: ["serviceaccounts", "secrets"],
					verbs: ["get", "patch"],
				},
				{
					user: "reader",
					namespaces: ["app"],
					resources: ["serviceaccounts"],
					verbs: ["get"],
				},
			],
		});
	});
	after(() => bed[Symbol.asyncDispose]());

	const account = (namespace: string, name: string, secrets?: string[]) =>
		build.account(bed, `${namespace}/${name}`, secrets);
	const secret = (namespace: string, name = KEY) =>
		build.secret(bed, `${namespace}/${name}`, {});
	const secretsOf = (namespace: string, name = "default") => {
		const list = bed.server.store.get(
			"ServiceAccount",
			namespace,
			name,
		)?.imagePullSecrets;
		return Array.isArray(list)
			? list.map((each) => (each as { name: string }).name)
			: undefined;
	};
	const metadataOf = (namespace: string, name = "default") => {
		const { labels, annotations } =
			bed.server.store.get("ServiceAccount", namespace, name)?.metadata ?? {};
		return { labels, annotations };
	};

	beforeEach(() => {
		for (const kind of ["ServiceAccount", "Pod", "Secret"])
			for (const { metadata } of bed.server.store.all(kind))
				bed.server.store.delete(kind, metadata.namespace ?? "", metadata.name);
		account("app", "default", ["mine"]);
		account("app", "builder");
		account("shop", "default");
	});

	test("adds the key, remembers it, and takes back only that", async () => {
		secret("app");
		assert.deepEqual(await bed.run(["attach", "-n", "app"]), {
			status: 0,
			out: "serviceaccount/default configured in app namespace\n",
			err: "",
			asked: [],
		});
		assert.deepEqual(secretsOf("app"), ["mine", KEY]);
		assert.deepEqual(metadataOf("app"), {
			labels: { "kubectl-meshreg/attached": "true" },
			annotations: { "kubectl-meshreg/attached-keys": KEY },
		});
		const again = await bed.run(["attach", "-n", "app"]);
		assert.equal(
			again.out,
			"serviceaccount/default unchanged in app namespace\n",
		);
		const back = await bed.run(["detach", "-n", "app"]);
		assert.equal(
			back.out,
			"serviceaccount/default configured in app namespace\n",
		);
		assert.deepEqual(secretsOf("app"), ["mine"]);
		assert.deepEqual(metadataOf("app"), {
			labels: undefined,
			annotations: undefined,
		});
	});

	test("the context's namespace, named accounts, another key", async () => {
		account("default", "runner");
		secret("default", "other");
		const { out, err } = await bed.run([
			"attach",
			"runner",
			"runner",
			"--secret",
			"other",
		]);
		assert.equal(
			out,
			"serviceaccount/runner configured in default namespace\n",
		);
		assert.equal(err, "");
		assert.deepEqual(secretsOf("default", "runner"), ["other"]);
	});

	test("a key that is not there is said, with what copies the source", async () => {
		secret("nginx-mesh", "team");
		const { err } = await bed.run(["attach", "--secret=team", "-n=app", "-q"]);
		assert.match(err, /create it with 'kubectl meshreg sync team -n app'\n/);
		// Of the namespace that the command line says the source is in.
		const other = await bed.run([
			"attach",
			"--secret=team2",
			"--from=shop",
			"-n=app",
			"-q",
		]);
		assert.match(
			other.err,
			/create it with 'kubectl meshreg create team2 -n shop && kubectl meshreg sync team2 -n app --from shop\/team2'\n/,
		);
	});

	test("a key that is not there is said, and that there is no source either", async () => {
		secret("shop", "team");
		// A job that runs again changes no account, and is told again.
		for (const run of ["first", "again"]) {
			const { status, err } = await bed.run([
				"attach",
				"--secret=team",
				"-n=app,shop",
				"-q",
			]);
			assert.equal(status, 0, run);
			assert.equal(
				err,
				`Warning: secret "team" does not exist in app yet, and no source of that name in nginx-mesh; create it with 'kubectl meshreg create team && kubectl meshreg sync team -n app'\n`,
				run,
			);
		}
		assert.deepEqual(secretsOf("app"), ["mine", "team"]);
		account("nginx-mesh", "default");
		const own = await bed.run(
			"attach --secret=team -n=nginx-mesh -q".split(" "),
		);
		assert.equal(
			own.err,
			`Warning: secret "team" does not exist in nginx-mesh yet, and no source of that name in nginx-mesh; create it with 'kubectl meshreg create team'\n`,
		);
	});

	test("C7: detach --all takes back everything that attach did, under whatever name", async () => {
		account("app", "builder", ["mine"]);
		for (const name of [KEY, "team", "other"]) {
			secret("app", name);
			await bed.run([
				"attach",
				"--secret",
				name,
				"default",
				"builder",
				"-n=app",
			]);
		}
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: { namespace: "shop", name: "theirs" },
			imagePullSecrets: [{ name: KEY }],
		});
		const { status, out } = await bed.run([
			"detach",
			"--all",
			"--all-serviceaccounts",
			"-A",
		]);
		assert.deepEqual(
			[status, out],
			[
				0,
				"serviceaccount/builder configured in app namespace\nserviceaccount/default configured in app namespace\n",
			],
		);
		assert.deepEqual(secretsOf("app", "builder"), ["mine"]);
		assert.deepEqual(secretsOf("shop", "theirs"), [KEY]);
		assert.deepEqual(metadataOf("app", "builder"), {
			labels: undefined,
			annotations: undefined,
		});
		const again = await bed.run([
			"detach",
			"--all",
			"--all-serviceaccounts",
			"-A",
		]);
		assert.deepEqual(
			[again.status, again.out, again.err],
			[0, "", "No resources found\n"],
		);
		assert.equal(
			(await bed.run(["detach", "--all-serviceaccounts", "-n", "app"])).err,
			"No resources found in app namespace.\n",
		);
	});

	test("an account that one of the namespaces does not have is told of there, and given elsewhere", async () => {
		secret("app");
		const { status, out, err } = await bed.run(["attach", "builder", "-A"]);
		assert.deepEqual(
			[status, out],
			[1, "serviceaccount/builder configured in app namespace\n"],
		);
		assert.match(
			err,
			/^Error from server \(NotFound\): serviceaccounts "builder" not found .*shop/m,
		);
		const detached = await bed.run(["detach", "builder", "-A"]);
		assert.deepEqual(
			[detached.status, detached.out, detached.err],
			[0, "serviceaccount/builder configured in app namespace\n", ""],
		);
	});

	for (const [argv, touched] of [
		[["attach", "-A"], false],
		[["attach", "-l", "system=yes"], false],
		[["detach", "-A"], true],
		[["detach", "-l", "system=yes"], true],
	] as const)
		test(`${argv.join(" ")} ${touched ? "takes back from" : "gives nothing to"} a system namespace that is not named`, async () => {
			bed.server.store.seed({
				kind: "Namespace",
				metadata: { name: "kube-public", labels: { system: "yes" } },
			});
			// One that is not there yet is waited for.
			for (const namespace of ["default", "kube-public", "nginx-mesh"])
				account(namespace, "default");
			if (touched) {
				secret("kube-public");
				await bed.run(["attach", "-n", "kube-public"]);
				assert.deepEqual(secretsOf("kube-public"), [KEY]);
			}
			await bed.run(argv);
			assert.equal(secretsOf("kube-public"), undefined);
			bed.server.store.delete("Namespace", "", "kube-public");
		});

	test("all accounts of all namespaces, each result in order, with a summary", async () => {
		secret("app");
		secret("shop");
		const { out, err } = await bed.run([
			"attach",
			"--all-serviceaccounts",
			"-A",
		]);
		assert.equal(
			out,
			"serviceaccount/builder configured in app namespace\nserviceaccount/default configured in app namespace\nserviceaccount/default configured in shop namespace\n",
		);
		assert.equal(
			err,
			"3 service accounts: 3 configured, 0 unchanged, 0 failed\n",
		);
		bed.server.requests.length = 0;
		const back = await bed.run(["detach", "--all-serviceaccounts", "-A", "-q"]);
		assert.equal(back.out, out);
		assert.deepEqual(
			bed.server.requests
				.filter(
					({ path, query }) =>
						path.includes("serviceaccounts") &&
						query.labelSelector === undefined,
				)
				.map(({ method }) => method),
			["PATCH", "PATCH", "PATCH"],
			"changed accounts are found by their label, and not read again",
		);
	});

	test("by the label of namespaces", async () => {
		bed.server.store.seed({
			kind: "Namespace",
			metadata: { name: "pay", labels: { team: "x" } },
		});
		account("pay", "default");
		const { out } = await bed.run(["attach", "-l", "team=x"]);
		assert.equal(out, "serviceaccount/default configured in pay namespace\n");
		bed.server.store.delete("Namespace", "", "pay");
	});

	test("an entry that somebody else made stays", async () => {
		account("app", "default", [KEY]);
		const outcome = await bed.run(["detach", "-n", "app"]);
		assert.deepEqual(outcome, {
			status: 0,
			out: "serviceaccount/default unchanged in app namespace\n",
			err: 'Warning: serviceaccount "default" in namespace "app" references the pull secret, but attach did not add it; left unchanged\n',
			asked: [],
		});
		assert.deepEqual(secretsOf("app"), [KEY]);
	});

	test("a Role to get and patch accounts in the namespace is all it needs", async () => {
		const { status, out } = await bed.run(["attach", "-n", "app"], {
			user: "dev",
		});
		assert.equal(status, 0);
		assert.equal(out, "serviceaccount/default configured in app namespace\n");
	});

	test("missing and forbidden accounts are reported, the others done", async () => {
		const before = bed.server.requests.length;
		const { status, out, err } = await bed.run(
			["attach", "none", "default", "-n", "app,shop"],
			{ user: "dev" },
		);
		assert.equal(status, 1);
		assert.equal(out, "serviceaccount/default configured in app namespace\n");
		assert.ok(
			err.includes(
				'\nError from server (NotFound): serviceaccounts "none" not found (namespace "app")\n',
			),
			err,
		);
		assert.match(
			err,
			/\nError from server \(Forbidden\): serviceaccounts "none" is forbidden/,
		);
		assert.match(
			err,
			/Error from server \(Forbidden\): serviceaccounts "default" is forbidden.* in the namespace "shop"/,
		);
		assert.match(
			err,
			/Warning: running pods keep their old pull Secrets until they are restarted; not known which ones: Error from server \(Forbidden\)/,
		);
		assert.match(
			err,
			/4 service accounts: 1 configured, 0 unchanged, 3 failed\n$/,
		);
		// Nobody waits for the one that is forbidden, as for one that is yet to come.
		const reads = bed.server.requests
			.slice(before)
			.filter(({ path }) => path.endsWith("/shop/serviceaccounts/default"));
		assert.equal(reads.length, 1);
	});

	test("several names everywhere: a line each, in namespace order", async () => {
		account("shop", "builder");
		const { out } = await bed.run(["attach", "default", "builder", "-A"]);
		assert.deepEqual(out.match(/\S+ configured in \S+/g), [
			"serviceaccount/builder configured in app",
			"serviceaccount/default configured in app",
			"serviceaccount/builder configured in shop",
			"serviceaccount/default configured in shop",
		]);
	});

	test("of all accounts, a namespace that is missing, or may not be looked into, holds up no other", async () => {
		secret("app");
		const off = bed.server.onRequest(({ method, path }) =>
			method === "GET" && path.endsWith("/shop/serviceaccounts")
				? { answer: { status: 403, reason: "Forbidden", message: "not you" } }
				: undefined,
		);
		for (const verb of ["attach", "detach"])
			assert.deepEqual(
				await bed.run([verb, "--all-serviceaccounts", "-n", "app,shop,shpo"]),
				{
					status: 1,
					out: `serviceaccount/builder configured in app namespace
serviceaccount/default configured in app namespace
`,
					err: `Error from server (Forbidden): not you (namespace "shop")
Error from server (NotFound): namespaces "shpo" not found
4 service accounts: 2 configured, 0 unchanged, 2 failed
`,
					asked: [],
				},
				verb,
			);
		off();
	});

	test("who may only read changes nothing", async () => {
		const { status, out, err } = await bed.run(["attach", "-n", "app"], {
			user: "reader",
		});
		assert.deepEqual({ status, out }, { status: 1, out: "" });
		assert.match(
			err,
			/^Error from server \(Forbidden\): serviceaccounts "default" is forbidden: User "reader" cannot patch/,
		);
	});

	for (const [user, warned] of [
		["admin", /^$/],
		// Who may not read the Namespace, which would say that it is there.
		["tenant", /^Warning: running pods keep .*\n$/],
	] as const)
		test(`L12: a default account that comes late is waited for by the ${user}`, async () => {
			secret("app");
			bed.server.store.delete("ServiceAccount", "app", "default");
			let reads = 0;
			const off = bed.server.onRequest((request) => {
				if (request.path.endsWith("/serviceaccounts/default") && ++reads === 3)
					account("app", "default", ["late"]);
				return undefined;
			});
			const { status, out, err } = await bed.run(["attach", "-n", "app"], {
				user,
			});
			off();
			assert.equal(status, 0, err);
			assert.equal(out, "serviceaccount/default configured in app namespace\n");
			assert.match(err, warned);
			assert.deepEqual(secretsOf("app"), ["late", KEY]);
		});

	test("D3: that it is waited for is said, once", async () => {
		for (const namespace of ["shop", "app"]) {
			secret(namespace);
			bed.server.store.delete("ServiceAccount", namespace, "default");
		}
		let reads = 0;
		const off = bed.server.onRequest((request) => {
			if (request.path.endsWith("/serviceaccounts/default") && ++reads === 12)
				for (const namespace of ["shop", "app"]) account(namespace, "default");
			return undefined;
		});
		const { status, err } = await bed.run(["attach", "-n", "shop,app"]);
		off();
		assert.equal(status, 0);
		assert.match(
			err,
			/^waiting for serviceaccount\/default in (?:app|shop), which the cluster creates\n2 service accounts: /,
		);
	});

	test("L8: an account that somebody else changes again and again", async () => {
		secret("shop");
		const off = bed.server.onRequest(({ method, path }) => {
			if (method === "PATCH" && path.endsWith("/serviceaccounts/default"))
				account("shop", "default", [`other-${Math.random()}`]);
			return undefined;
		});
		const { status, out, err } = await bed.run(["attach", "-n", "shop"], {
			clock: { ...systemClock, delay: async () => {} },
		});
		off();
		account("shop", "default");
		assert.deepEqual(
			[status, out, err],
			[
				1,
				"",
				'error: serviceaccount "default" in namespace "shop" was modified concurrently and was not changed; run the command again\n',
			],
		);
	});

	test("nothing is waited for in a namespace that is not there, or going", async () => {
		const missing = await bed.run(["attach", "-n", "nowhere"]);
		assert.equal(
			missing.err,
			'Error from server (NotFound): namespaces "nowhere" not found\n',
		);
		bed.server.store.seed({
			kind: "Namespace",
			metadata: { name: "going", deletionTimestamp: "2026-01-01T00:00:00Z" },
		});
		const going = await bed.run(["attach", "-n", "going"]);
		assert.match(
			going.err,
			/^Error from server \(Forbidden\): namespace "going" is being terminated/,
		);
		bed.server.store.delete("Namespace", "", "going");
	});

	test("dry runs change nothing", async () => {
		const client = await bed.run(["attach", "-n", "app", "--dry-run=client"]);
		assert.equal(
			client.out,
			"serviceaccount/default configured in app namespace (dry run)\n",
		);
		const server = await bed.run([
			"attach",
			"-n",
			"app",
			"--dry-run=server",
			"-o",
			"json",
		]);
		assert.deepEqual(JSON.parse(server.out).items, [
			{
				context: "embedded",
				namespace: "app",
				kind: "ServiceAccount",
				name: "default",
				action: "configured",
				cause: "",
				message: "",
			},
		]);
		assert.deepEqual(secretsOf("app"), ["mine"]);
	});

	test("D12: running pods with their old list are named, with what restarts them", async () => {
		secret("app");
		const pod = (name: string, owner?: object) =>
			bed.server.store.seed({
				kind: "Pod",
				metadata: {
					namespace: "app",
					name,
					labels: { "pod-template-hash": "abc" },
					...(owner && {
						ownerReferences: [
							{ controller: true, apiVersion: "apps/v1", uid: "u", ...owner },
						],
					}),
				},
				spec: { containers: [] },
			});
		pod("bare");
		pod("web-1", { kind: "ReplicaSet", name: "web-abc" });
		pod("web-2", { kind: "ReplicaSet", name: "web-abc" });
		const { status, err } = await bed.run(["attach", "-n", "app"]);
		assert.equal(status, 0);
		assert.equal(
			err,
			"Warning: 1 pod in app was created before this change (pod/bare); delete it and create it again\nWarning: 2 pods in app were created before this change (pod/web-1, pod/web-2); restart them: kubectl rollout restart deployment/web -n app\n",
		);
		assert.equal((await bed.run(["attach", "-n", "app"])).err, "");
	});

	test("running pods are named where they may be read, though elsewhere they may not", async () => {
		for (const namespace of ["app", "shop"]) secret(namespace);
		build.pod(bed, "shop/bare", { pullSecrets: [] });
		const off = bed.server.onRequest(({ path }) =>
			path.endsWith("/app/pods")
				? { answer: { status: 403, reason: "Forbidden", message: "not you" } }
				: undefined,
		);
		const { status, err } = await bed.run(["attach", "-n", "app,shop", "-q"]);
		off();
		assert.equal(status, 0);
		assert.equal(
			err,
			`Warning: running pods keep their old pull Secrets until they are restarted; not known which ones: Error from server (Forbidden): not you
Warning: 1 pod in shop was created before this change (pod/bare); delete it and create it again
`,
		);
	});

	test("where there is no account at all it says so", async () => {
		bed.server.store.delete("ServiceAccount", "shop", "default");
		for (const [verb, said] of [
			["attach", "Warning: no service account matched: nothing to do\n"],
			["detach", "No resources found in shop namespace.\n"],
		] as const) {
			const { status, err } = await bed.run([
				...[verb, "--all-serviceaccounts", "-n", "shop"],
			]);
			assert.deepEqual([status, err], [0, said]);
		}
	});

	test("credentials that end before the pods are read are no want of a right", async () => {
		secret("app");
		const off = bed.server.onRequest(({ path }) =>
			path.endsWith("/pods")
				? { answer: { status: 401, reason: "Unauthorized", message: "no" } }
				: undefined,
		);
		const { status, err } = await bed.run(["attach", "-n", "app"]);
		off();
		assert.equal(status, 1);
		assert.match(err, /^error: You must be logged in to the server/);
	});

	test("credentials that end with the first account: what was done to the second is told", async () => {
		for (const namespace of ["app", "shop"]) secret(namespace);
		const off = bed.server.onRequest(({ method, path }) =>
			method === "PATCH" && path.includes("/app/")
				? { answer: { status: 401, reason: "Unauthorized", message: "no" } }
				: undefined,
		);
		const { status, out } = await bed.run(["attach", "-n", "app,shop"]);
		off();
		assert.deepEqual(
			[status, out],
			[1, "serviceaccount/default configured in shop namespace\n"],
		);
		assert.deepEqual(secretsOf("shop"), [KEY]);
	});

	test("twenty at once lose no entry", async () => {
		const names = Array.from({ length: 20 }, (_, at) => `key-${at}`);
		for (const name of names) secret("app", name);
		const outcomes = await Promise.all(
			names.map((name) => bed.run(["attach", "-n", "app", "--secret", name])),
		);
		assert.deepEqual(
			outcomes.map(({ status, err }) => `${status}${err}`),
			names.map(() => "0"),
		);
		assert.deepEqual(
			secretsOf("app")?.toSorted(),
			["mine", ...names].toSorted(),
		);
		assert.equal(
			metadataOf("app").annotations?.["kubectl-meshreg/attached-keys"]?.split(
				",",
			).length,
			20,
		);
	});

	test("a conflict is a race: it is planned again, and an account that has it is not written", async () => {
		secret("app");
		let refused = 0;
		const off = bed.server.onRequest(({ method }) => {
			if (method !== "PATCH" || ++refused > 1) return undefined;
			account("app", "default", ["meanwhile"]);
			return { answer: { status: 409, reason: "Conflict", message: "late" } };
		});
		const attach = async () => {
			bed.server.requests.length = 0;
			const { status } = await bed.run(["attach", "-n", "app"]);
			const patches = bed.server.requests.filter(
				({ method }) => method === "PATCH",
			);
			return [status, patches.length, secretsOf("app")];
		};
		assert.deepEqual(await attach(), [0, 2, ["meanwhile", KEY]]);
		assert.deepEqual(await attach(), [0, 0, ["meanwhile", KEY]]);
		off();
	});

	test("a default account that never comes is waited for ten seconds, and only where it is to get something", async () => {
		secret("shop");
		bed.server.store.delete("ServiceAccount", "shop", "default");
		let waited = 0;
		const clock = {
			...systemClock,
			elapsed: () => waited,
			delay: async (time: number) => {
				waited += time;
			},
		};
		const missing = /serviceaccounts "default" not found/;
		const gives = await bed.run(["attach", "-n", "shop"], { clock });
		assert.equal(gives.status, 1);
		assert.match(gives.err, missing);
		assert.ok(waited > 10_000 && waited < 12_000, `${waited}`);
		waited = 0;
		for (const argv of [
			["detach", "-n", "shop"],
			["attach", "another", "-n", "shop"],
		]) {
			const { status, err } = await bed.run(argv, { clock });
			assert.equal(status, 1, argv.join(" "));
			assert.match(err, /serviceaccounts "(default|another)" not found/);
		}
		assert.equal(waited, 0);
		account("shop", "default");
	});

	test("who is no longer logged in is told so once, not of each account", async () => {
		secret("app");
		secret("shop");
		const off = bed.server.onRequest(({ method }) =>
			method === "PATCH"
				? { answer: { status: 401, reason: "Unauthorized", message: "no" } }
				: undefined,
		);
		const { status, out, err } = await bed.run(["attach", "-n", "app,shop"]);
		off();
		assert.deepEqual(
			[status, out, err],
			[1, "", "error: You must be logged in to the server (Unauthorized)\n"],
		);
	});

	test("an edit that admission refuses is no race: it fails at once", async () => {
		const off = bed.server.onRequest((request) =>
			request.method === "PATCH"
				? { answer: { status: 422, reason: "Invalid", message: "not today" } }
				: undefined,
		);
		bed.server.requests.length = 0;
		const { status, err } = await bed.run(["attach", "-n", "app"]);
		off();
		assert.equal(status, 1);
		assert.match(err, /not today/);
		const patches = bed.server.requests.filter(
			({ method }) => method === "PATCH",
		);
		assert.equal(patches.length, 1);
	});

	describe("sync and prune", () => {
		beforeEach(async () => {
			const { status } = await bed.run(
				[
					"create",
					"--registry-server",
					"r.io",
					"--registry-username",
					"u",
					"--registry-password-stdin",
				],
				{ stdin: "p" },
			);
			assert.equal(status, 0);
		});

		test("sync --attach lets accounts use what it copied; prune takes it back", async () => {
			const { status, out, err } = await bed.run([
				"sync",
				"-n",
				"app,shop",
				"--attach",
			]);
			assert.deepEqual(
				{ status, out, err },
				{
					status: 0,
					out: `secret/${KEY} created in app namespace\nsecret/${KEY} created in shop namespace\nserviceaccount/default configured in app namespace\nserviceaccount/default configured in shop namespace\n`,
					err: "2 namespaces: 2 created, 0 configured, 0 unchanged, 0 failed; 2 service accounts: 2 configured, 0 unchanged, 0 failed\n",
				},
			);
			assert.deepEqual(secretsOf("app"), ["mine", KEY]);
			const pruned = await bed.run(["prune", "--yes"]);
			assert.equal(
				pruned.out,
				`secret "${KEY}" deleted from app namespace\nsecret "${KEY}" deleted from nginx-mesh namespace\nsecret "${KEY}" deleted from shop namespace\nserviceaccount/default configured in app namespace\nserviceaccount/default configured in shop namespace\n`,
			);
			assert.deepEqual(secretsOf("app"), ["mine"]);
			assert.equal(secretsOf("shop"), undefined);
		});

		test("sync --attach=SA, where the copy could be made", async () => {
			bed.server.store.seed({
				kind: "Secret",
				type: "Opaque",
				metadata: { namespace: "shop", name: KEY },
			});
			account("shop", "builder");
			const { status, out } = await bed.run([
				"sync",
				"-n",
				"app,shop",
				"--attach=builder",
			]);
			assert.equal(status, 1);
			assert.equal(
				out,
				`secret/${KEY} created in app namespace\nserviceaccount/builder configured in app namespace\n`,
			);
			assert.equal(secretsOf("shop", "builder"), undefined);
		});

		test("sync --attach=*, every account that is there", async () => {
			account("shop", "builder");
			const { status, out } = await bed.run([
				"sync",
				"-n",
				"shop",
				"--attach=*",
			]);
			assert.equal(status, 0);
			assert.equal(
				out,
				`secret/${KEY} created in shop namespace\nserviceaccount/builder configured in shop namespace\nserviceaccount/default configured in shop namespace\n`,
			);
		});

		test("sync --prune takes back what it attached elsewhere", async () => {
			await bed.run(["sync", "-n", "app,shop", "--attach"]);
			const { out } = await bed.run([
				"sync",
				"-n",
				"shop",
				"--prune",
				"--yes",
				"-q",
			]);
			assert.equal(
				out,
				`secret "${KEY}" deleted from app namespace\nserviceaccount/default configured in app namespace\n`,
			);
			assert.deepEqual(secretsOf("shop"), [KEY]);
		});

		for (const [refused, said] of [
			[
				"GET /serviceaccounts",
				/^Warning: what attach added to service accounts is not taken back outside app, nginx-mesh: Error from server \(Forbidden\)/,
			],
			[
				"PATCH /namespaces/app/serviceaccounts",
				/^Warning: Error from server \(Forbidden\): serviceaccounts is forbidden/,
			],
		] as const)
			test(`prune is no failure where it may not take back: ${refused}`, async () => {
				await bed.run(["sync", "-n", "app", "--attach"]);
				const off = bed.server.onRequest(({ method, path }) =>
					`${method} ${path.replace("/api/v1", "")}`.startsWith(refused)
						? {
								answer: {
									status: 403,
									reason: "Forbidden",
									message: 'serviceaccounts is forbidden: User "x"',
								},
							}
						: undefined,
				);
				const { status, out, err } = await bed.run(["prune", "--yes"]);
				off();
				assert.equal(status, 0);
				assert.match(err, said);
				assert.match(out, /deleted from app namespace/);
			});

		test("sync --needed goes where pods pull from the source's registries", async () => {
			const pod = (namespace: string, list: string, image: string) =>
				bed.server.store.seed({
					kind: "Pod",
					metadata: { namespace, name: "p" },
					spec: { containers: [], [list]: [{ name: "c", image }] },
				});
			pod("app", "initContainers", "r.io/a/b:1");
			pod("shop", "ephemeralContainers", "docker.io/r.io/b");
			// Whoever may create pods asks for the credential so: that is for a person to answer.
			const unanswered = await bed.run(["sync", "--needed"]);
			assert.deepEqual(
				[unanswered.status, unanswered.out, unanswered.err],
				[
					0,
					"",
					"Warning: found through their pods, and given nothing without --yes: app\nWarning: no namespace matched: nothing was written or recorded\n",
				],
			);
			const { status, out, err } = await bed.run(["sync", "--needed", "--yes"]);
			assert.deepEqual(
				{ status, out, err },
				{
					status: 0,
					out: `secret/${KEY} created in app namespace\n`,
					err: "1 namespace: 1 created, 0 configured, 0 unchanged, 0 failed\n",
				},
			);
		});

		test("M4: sync --needed sees the images of volumes", async () => {
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace: "shop", name: "volumes" },
				spec: {
					containers: [{ name: "c", image: "docker.io/library/app" }],
					volumes: [{ name: "m", image: { reference: "r.io/model:1" } }],
				},
			});
			const { out } = await bed.run([
				"sync",
				"--needed",
				"--yes",
				"--dry-run=client",
			]);
			bed.server.store.delete("Pod", "shop", "volumes");
			assert.match(out, /secret\/\S+ created in shop namespace \(dry run\)\n/);
		});
	});
});

test("an account that is missing is said with its namespace, also where both have one name", async () => {
	await using bed = await testBed();
	const { err } = await bed.run(["detach", "default", "-n", "default"]);
	assert.equal(
		err,
		'Error from server (NotFound): serviceaccounts "default" not found (namespace "default")\n',
	);
});

test("a namespace that is being deleted is left as it is", async () => {
	await using bed = await testBed({ namespaces: ["app", "nginx-mesh"] });
	build.goingNamespace(bed, "going");
	build.source(bed, {}, []);
	for (const namespace of ["app", "going"]) build.account(bed, namespace);
	const { out } = await bed.run(["attach", "--all-serviceaccounts", "-A"]);
	assert.equal(out, "serviceaccount/default configured in app namespace\n");
});

test("of pods of many workloads, the first twenty are told one by one, and of one the first five commands", async () => {
	await using bed = await testBed({
		namespaces: ["app", "jobs", "shop"],
		defaultServiceAccounts: true,
	});
	const pod = (namespace: string, name: string, kind: string, owner: string) =>
		bed.server.store.seed({
			kind: "Pod",
			metadata: {
				namespace,
				name,
				ownerReferences: [
					{ controller: true, apiVersion: "batch/v1", kind, name: owner },
				],
			},
			spec: { containers: [] },
		});
	for (let at = 1; at < 8; at++) pod("app", `m-${at}`, "Job", "migrate");
	for (let at = 10; at < 32; at++) pod("jobs", `w-${at}`, "Job", `w-${at}`);
	build.pod(bed, "shop/bare", { pullSecrets: [] });
	const { err } = await bed.run(["attach", "-q", "-n", "app,jobs,shop"]);
	const lines = err.split("\n").filter((line) => line.includes("before this"));
	assert.equal(lines.length, 21);
	assert.equal(
		lines[0],
		"Warning: 7 pods in app were created before this change (pod/m-1, pod/m-2, pod/m-3, pod/m-4, pod/m-5 and 2 more); restart them: kubectl delete pod m-1 -n app; kubectl delete pod m-2 -n app; kubectl delete pod m-3 -n app; kubectl delete pod m-4 -n app; kubectl delete pod m-5 -n app; and 2 more",
	);
	assert.equal(
		lines.at(-1),
		"Warning: 4 more pods in jobs, shop were created before this change; those that cannot pull are listed by 'kubectl meshreg check'",
	);
});

test("of many namespaces, pods are listed once for all, and a Secret that is missing is not looked for", async () => {
	const names = Array.from({ length: 21 }, (_, at) => `n${at}`);
	await using bed = await testBed({
		namespaces: [...names, "elsewhere"],
		defaultServiceAccounts: true,
	});
	for (const namespace of ["n0", "elsewhere"])
		build.pod(bed, `${namespace}/bare`, { pullSecrets: [] });
	const attached = async (places: readonly string[]) => {
		bed.server.requests.length = 0;
		const { err } = await bed.run(["attach", "-q", "-n", places.join(",")]);
		const lists = bed.server.requests.filter(({ path }) =>
			path.endsWith("/pods"),
		);
		return { lists: lists.map(({ path }) => path), err };
	};
	const old =
		"Warning: 1 pod in n0 was created before this change (pod/bare); delete it and create it again\n";
	assert.deepEqual(await attached(names), {
		lists: ["/api/v1/pods"],
		err: old,
	});
	await bed.run(["detach", "-n", names.join(",")]);
	const few = await attached(names.slice(0, 20));
	assert.equal(few.lists.length, 20);
	assert.match(few.err, /^Warning: secret ".*" does not exist in n0, n1, /);
	assert.ok(few.err.endsWith(old));
});
