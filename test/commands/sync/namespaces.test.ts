import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	account,
	copyOf,
	edit,
	pod,
	secret,
	source,
} from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";
import { NAME, shown, withSource } from "./bed.ts";

describe("sync: which namespaces", () => {
	test("who may not list namespaces, and named none, is told of -n", async () => {
		await using bed = await withSource({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["get", "list"],
					resources: ["secrets"],
					namespaces: ["nginx-mesh"],
				},
			],
		});
		const { status, err } = await bed.run(["sync"], {
			user: "sam",
			answers: [],
		});
		assert.deepEqual(
			[status, err],
			[
				1,
				'Error from server (Forbidden): namespaces is forbidden: User "sam" cannot list resource "namespaces" in API group "" at the cluster scope; use -n NAMESPACE where you have the rights\n',
			],
		);
	});

	describe("which namespaces", () => {
		const labelled = async () => {
			const bed = await withSource();
			const add = (name: string, labels: Record<string, string>) =>
				bed.server.store.seed({
					kind: "Namespace",
					metadata: { name, labels },
				});
			add("team-x", {
				team: "x",
				"injector.nsm.nginx.com/auto-inject": "enabled",
			});
			add("team-y", { team: "y" });
			return bed;
		};
		const CASES: [args: string[], namespaces: string[]][] = [
			[["-A"], ["app", "default", "shop", "team-x", "team-y"]],
			[
				["-A", "--exclude", "team-*"],
				["app", "default", "shop"],
			],
			[
				["-A", "--exclude", "team-?,app"],
				["default", "shop"],
			],
			[["-l", "team=x"], ["team-x"]],
			[
				["-l", "team in (x,y)"],
				["team-x", "team-y"],
			],
			[["-l", "team,team!=x"], ["team-y"]],
			[["--injected"], ["team-x"]],
			[
				["-n", "app", "-n", "shop"],
				["app", "shop"],
			],
			[["-napp"], ["app"]],
			[["-n=app"], ["app"]],
			[["--namespace=app,shop", "--exclude=sh*"], ["app"]],
			[["-n", "kube-system"], ["kube-system"]],
		];
		for (const [args, namespaces] of CASES)
			test(args.join(" "), async () => {
				await using bed = await labelled();
				const outcome = await bed.run(["sync", ...args]);
				assert.equal(
					outcome.out,
					namespaces
						.map((ns) => `secret/${NAME} created in ${ns} namespace\n`)
						.join(""),
					outcome.err,
				);
			});

		test("none marked, or the source's own: a warning, and done", async () => {
			await using bed = await labelled();
			const none = await bed.run(["sync"], {
				answers: [["Which namespaces get a copy (context embedded)?", []]],
			});
			assert.equal(none.err, "No namespace selected; nothing to do\n");
			for (const where of [
				["-n", "nginx-mesh"],
				["-l", "kubernetes.io/metadata.name=nginx-mesh"],
			])
				assert.deepEqual(shown(await bed.run(["sync", ...where])), {
					status: 0,
					out: "",
					err: "Warning: skipping namespace nginx-mesh: it contains the source\n",
				});
			await bed.run(["sync", "-n", "app,nginx-mesh"]);
			const { annotations } = bed.server.store.get("Secret", "nginx-mesh", NAME)
				?.metadata ?? { annotations: undefined };
			assert.match(
				annotations?.["kubectl-meshreg/targets"] ?? "",
				/^\[{"namespaces":{"app":"[^"]+"}}\]$/,
			);
		});

		test("of what another label means it is not said that it is not recorded", async () => {
			await using bed = await labelled();
			await bed.run(["sync", "-l", "team=x"]);
			const { status, err } = await bed.run(["sync", "-l", "team=y", "-q"]);
			assert.deepEqual([status, err], [0, ""]);
		});

		test("none matched: a warning, and done", async () => {
			await using bed = await labelled();
			assert.deepEqual(shown(await bed.run(["sync", "-l", "team=none"])), {
				status: 0,
				out: "",
				err: "Warning: no namespace matched: nothing was written or recorded\n",
			});
		});

		test("a recorded rule that is narrowed until it matches none is recorded so: nothing goes there any more", async () => {
			const record = ({ server }: TestBed) =>
				server.store.get("Secret", "nginx-mesh", NAME)?.metadata.annotations?.[
					"kubectl-meshreg/targets"
				];
			const narrowed =
				"Warning: no namespace matched: this selection, as it is recorded now, covers none\n";
			for (const [by, exclude] of [
				["-l=team", "team-*"],
				["-A", "*"],
			] as const) {
				await using bed = await labelled();
				await bed.run(["sync", by]);
				const before = record(bed);
				for (const once of ["--once", "--prune", "--dry-run=client"])
					await bed.run(["sync", by, `--exclude=${exclude}`, once, "--yes"]);
				assert.equal(record(bed), before);
				const done = await bed.run(["sync", by, `--exclude=${exclude}`, "-q"]);
				assert.equal(done.status, 0);
				assert.ok(done.err.startsWith(narrowed), done.err);
				const { out, err } = await bed.run(["sync"]);
				assert.equal(out, "");
				assert.match(err, /Warning: no namespace matches what is recorded on /);
			}
		});

		test("nothing that is recorded matches: a warning, of apply as well", async () => {
			await using bed = await labelled();
			const warned = `Warning: no namespace matches what is recorded on nginx-mesh/${NAME}: no copy was made\n`;
			const applied = await bed.run(
				[
					"apply",
					"--registry-server=r.io",
					"--registry-username=u",
					"--registry-password-stdin",
					"-l",
					"team=none",
				],
				{ stdin: "p" },
			);
			assert.equal(applied.status, 0);
			assert.match(
				applied.err,
				/^Warning: no namespace matched: this selection, as it is recorded now, covers none\n/,
			);
			assert.deepEqual(shown(await bed.run(["sync", "-q"])), {
				status: 0,
				out: "",
				err: warned,
			});
		});

		for (const [what, record, status] of [
			["it says so on purpose", "[]", 0],
			[
				"accounts beside the source are meant",
				'[{"namespaces":{"nginx-mesh":""},"attach":["default"]}]',
				0,
			],
			[
				"as many are missing as are served",
				'[{"namespaces":{"app":"","gone":""}}]',
				1,
			],
		] as const)
			test(`it is not said that nothing recorded matches where ${what}`, async () => {
				await using bed = await labelled();
				account(bed, "nginx-mesh");
				source(bed, {}, [], {
					annotations: { "kubectl-meshreg/targets": record },
				});
				const done = await bed.run(
					[
						...["apply", "--registry-server=r.io", "--registry-username=u"],
						"--registry-password-stdin",
					],
					{ stdin: "p" },
				);
				assert.equal(done.status, status, done.err);
				assert.doesNotMatch(done.err, /no namespace matches/);
			});

		test("B7: at a terminal, accounts in which none is named: what is recorded is marked", async () => {
			await using bed = await labelled();
			account(bed, "app");
			await bed.run(["sync", "-n", "app"]);
			const outcome = await bed.run(["sync", "--attach"], {
				answers: [["Which namespaces get a copy (context embedded)?", true]],
			});
			assert.equal(
				outcome.out,
				`secret/${NAME} unchanged in app namespace\nserviceaccount/default configured in app namespace\n`,
			);
			assert.equal(outcome.status, 0, outcome.err);
		});

		test("at a terminal, what was made again since it was recorded is not marked, and the list says so", async () => {
			await using bed = await labelled();
			const targets = '[{"namespaces":{"app":"the-uid-before"}}]';
			edit(bed, "Secret", "nginx-mesh", {
				annotations: { "kubectl-meshreg/targets": targets },
			});
			const notes: unknown[] = [];
			await bed.run(["sync", "--attach"], {
				answers: [
					[
						"Which namespaces get a copy (context embedded)?",
						(choices) => {
							for (const { label, note, marked } of choices)
								if (label === "app") notes.push(note, marked);
							return true;
						},
					],
				],
			});
			assert.deepEqual(notes, [
				"deleted and created again since it was recorded",
				false,
			]);
			assert.equal(bed.content("app"), undefined);
		});

		test("an empty record, and nobody to ask", async () => {
			await using bed = await withSource({ namespaces: ["nginx-mesh"] });
			source(bed, { "r.example.com": { auth: "dTpw" } });
			assert.deepEqual(shown(await bed.run(["sync"])), {
				status: 0,
				out: "",
				err: `Warning: no namespace is recorded on nginx-mesh/${NAME}: say which with -n NAMESPACE, -A, -l SELECTOR, --injected or --needed\n`,
			});
		});

		test("at a terminal, where there is none to pick nothing is asked", async () => {
			await using bed = await withSource({ namespaces: ["nginx-mesh"] });
			bed.server.store.delete("Namespace", "", "default");
			assert.deepEqual(await bed.run(["sync"], { answers: [] }), {
				status: 0,
				out: "",
				err: "No namespace selected; nothing to do\n",
				asked: [],
			});
		});

		test("at a terminal, none named: picked from a list", async () => {
			await using bed = await labelled();
			const outcome = await bed.run(["sync"], {
				answers: [
					[
						"Which namespaces get a copy (context embedded)?",
						() => {
							// One that is not picked may be another by then.
							const { store } = bed.server;
							store.delete("Namespace", "", "default");
							store.seed({ kind: "Namespace", metadata: { name: "default" } });
							return ["app", "team-y"];
						},
					],
				],
			});
			assert.equal(
				outcome.out,
				`secret/${NAME} created in app namespace\nsecret/${NAME} created in team-y namespace\n`,
			);
		});
	});

	for (const [who, resources, states] of [
		[
			"who may list all",
			["namespaces", "secrets", "pods"],
			[
				"in sync",
				"no copy, 1 pod needs it",
				"no copy, 2 pods need it",
				"no copy",
			],
		],
		[
			"who may not list Secrets is not told that there is no copy",
			["namespaces", "pods"],
			[
				"copy unknown (needs list on secrets in all namespaces)",
				"copy unknown (needs list on secrets in all namespaces), 1 pod needs it",
				"copy unknown (needs list on secrets in all namespaces), 2 pods need it",
				"copy unknown (needs list on secrets in all namespaces)",
			],
		],
	] as const)
		test(`the list at a terminal: ${who}`, async () => {
			await using bed = await withSource({
				namespaces: ["app", "nginx-mesh", "pay", "shop", "zoo"],
				users: { sam: {} },
				allow: [
					{ user: "sam", verbs: ["list"], resources: [...resources] },
					{
						user: "sam",
						verbs: ["get", "patch", "create"],
						resources: ["secrets", "namespaces"],
					},
				],
			});
			await bed.run(["sync", "-n", "app", "--once"]);
			for (const [namespace, name] of [
				["pay", "web"],
				["shop", "web"],
				["shop", "till"],
			] as const)
				bed.server.store.seed({
					kind: "Pod",
					metadata: { namespace, name },
					spec: { containers: [{ name: "c", image: "r.example.com/web:1" }] },
				});
			let notes: unknown[] = [];
			const { status, out, err } = await bed.run(["sync"], {
				user: "sam",
				answers: [
					[
						"Which namespaces get a copy (context embedded)?",
						(choices) => {
							notes = choices
								.filter(({ label }) => label !== "default")
								.map(({ note }) => note);
							return ["app"];
						},
					],
				],
			});
			assert.deepEqual(notes, states);
			assert.equal(status, 0, err);
			assert.equal(out, `secret/${NAME} unchanged in app namespace\n`);
		});

	/** Who may do in Secrets what copying takes, and nothing else. */
	const ROLE: Parameters<typeof withSource>[0] = {
		users: { sam: {} },
		allow: [
			{
				user: "sam",
				verbs: ["get", "patch"],
				resources: ["secrets"],
				namespaces: ["nginx-mesh"],
			},
			{
				user: "sam",
				verbs: ["get", "create", "patch"],
				resources: ["secrets"],
				namespaces: ["app", "shop"],
			},
		],
	};

	test("apply, too, says which names are trusted", async () => {
		await using bed = await withSource(ROLE);
		const { err } = await bed.run(
			"apply -n app,shop --registry-server=r.io --registry-username=u --registry-password-stdin --no-verify".split(
				" ",
			),
			{ user: "sam", stdin: "p" },
		);
		assert.match(err, /^Warning: recorded by name alone.*: app, shop \(/m);
	});

	test("a recorded name whose Namespace may not be read gets its copy where -n names it, in apply as in sync", async () => {
		await using bed = await withSource(ROLE);
		await bed.run(["sync", "-n", "app"]);
		const apply =
			"apply --registry-server=r.io --registry-username=u --registry-password-stdin".split(
				" ",
			);
		const sam = { user: "sam", stdin: "p" };
		const bare = await bed.run(apply, sam);
		assert.equal(bare.status, 1, bare.out);
		assert.match(bare.err, /cannot tell whether app is the namespace/);
		const named = await bed.run([...apply, "-n", "app"], sam);
		assert.deepEqual(named, {
			asked: [],
			status: 0,
			out: `secret/${NAME} unchanged in nginx-mesh namespace\nsecret/${NAME} configured in app namespace\n`,
			err: "2 namespaces: 0 created, 1 configured, 1 unchanged, 0 failed\n",
		});
		// Its uid stays on record: of the two names, one is trusted by its name.
		const { err } = await bed.run(["sync", "-n", "app,shop"], sam);
		assert.match(err, /^Warning: recorded by name alone.*: shop \(/m);
	});

	test("named namespaces: nothing cluster-wide is read, and a Role in them is enough", async () => {
		await using bed = await withSource(ROLE);
		const outcome = await bed.run(["sync", "-n", "app,shop"], { user: "sam" });
		assert.deepEqual(
			[outcome.status, outcome.err],
			[
				0,
				"Warning: recorded by name alone, so whoever creates a namespace of that name is trusted: app, shop (needs get on namespaces)\n2 namespaces: 2 created, 0 configured, 0 unchanged, 0 failed\n",
			],
		);
		assert.equal(
			bed.server.store.get("Secret", "nginx-mesh", NAME)?.metadata
				.annotations?.["kubectl-meshreg/targets"],
			'[{"namespaces":{"app":"","shop":""}}]',
		);
		const paths = bed.server.requests
			.filter(({ user }) => user === "sam")
			.map(({ path }) => path);
		assert.deepEqual(
			paths.filter((path) => !path.startsWith("/api/v1/namespaces/")),
			[],
		);
	});
});

describe("sync: a namespace that is deleted and created again while copies are written", () => {
	const ENTRY = { "r.example": { username: "u", password: "new" } };
	const OLD = { "r.example": { username: "u", password: "old" } };
	const MADE_AGAIN = /app was deleted and created again; confirm with/;
	/** Before the first write there the namespace becomes another's, with this in it. */
	const recreating = async (planted: boolean, labels = {}) => {
		const bed = await testBed({ namespaces: ["nginx-mesh"] });
		const { store } = bed.server;
		const add = (uid: string) =>
			store.seed({
				kind: "Namespace",
				metadata: { name: "app", uid, labels: uid === "first" ? labels : {} },
			});
		add("first");
		const app = { app: "first" };
		source(bed, ENTRY, [], {
			annotations: {
				"kubectl-meshreg/targets": JSON.stringify([{ namespaces: app }]),
			},
		});
		let done = false;
		bed.server.onRequest(({ method, path }) => {
			if (done || method === "GET" || !path.includes("/app/secrets"))
				return undefined;
			done = true;
			store.delete("Secret", "app", NAME);
			store.delete("Namespace", "", "app");
			add("second");
			if (planted) secret(bed, "app", {}, { metadata: copyOf() });
			return undefined;
		});
		return bed;
	};
	const inApp = ({ server }: TestBed) => {
		const { data } = { data: {}, ...server.store.get("Secret", "app", NAME) };
		return Object.values(data).map((text) => atob(String(text)));
	};

	for (const args of [[], ["-n", "app"], ["-n", "app", "--once"]])
		describe(["sync", ...args].join(" "), () => {
			test("an update finds nothing any more, and nothing is created", async () => {
				await using bed = await recreating(false);
				secret(bed, "app", OLD, { metadata: copyOf() });
				const outcome = await bed.run(["sync", ...args]);
				assert.equal(outcome.status, 1);
				assert.match(outcome.err, MADE_AGAIN);
				assert.deepEqual(inApp(bed), []);
			});

			test("a creation finds what calls itself a copy, which is given nothing", async () => {
				await using bed = await recreating(true);
				const outcome = await bed.run(["sync", ...args]);
				assert.equal(outcome.status, 1);
				assert.match(outcome.err, MADE_AGAIN);
				assert.deepEqual(inApp(bed), ['{"auths":{}}']);
			});
		});

	test("without the label that it was selected by", async () => {
		await using bed = await recreating(false, { team: "a" });
		secret(bed, "app", OLD, { metadata: copyOf() });
		const outcome = await bed.run(["sync", "-l", "team=a", "--once"]);
		assert.equal(outcome.status, 1, outcome.err);
		assert.deepEqual(inApp(bed), []);
	});
});

describe("sync --attach: which accounts", () => {
	/** `NAMESPACE/NAME` of the accounts that pull with the source. */
	const attached = (bed: TestBed): string[] =>
		bed.server.store
			.all("ServiceAccount")
			.filter(({ imagePullSecrets = [] }) =>
				(imagePullSecrets as { name: string }[]).some(
					({ name }) => name === NAME,
				),
			)
			.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
			.sort();
	const withAccounts = async () => {
		const bed = await withSource();
		for (const place of ["app", "app/builder", "shop", "shop/builder"])
			account(bed, place, []);
		return bed;
	};

	test("none where there is no copy", async () => {
		await using bed = await withAccounts();
		secret(bed, "shop", { "other.example.com": { auth: "YTpi" } });
		const { status } = await bed.run([
			...["sync", "-n", "app,shop", "--attach"],
		]);
		assert.equal(status, 1);
		assert.deepEqual(attached(bed), ["app/default"]);
	});

	test("of several sources, none of the one that has no copy there", async () => {
		await using bed = await withAccounts();
		source(bed, { "r.io": { auth: "YTpi" } }, [], {
			at: "nginx-mesh/a-key",
		});
		secret(bed, "shop", { "other.example.com": { auth: "YTpi" } });
		const { status } = await bed.run(
			"sync --all-sources -n app,shop --attach".split(" "),
		);
		assert.equal(status, 1);
		assert.ok(bed.server.store.get("Secret", "shop", "a-key"));
		assert.deepEqual(attached(bed), ["app/default"]);
	});

	test("beside the source, and all of them where all are meant; older pods are told of", async () => {
		await using bed = await withAccounts();
		for (const name of ["default", "builder"])
			account(bed, `nginx-mesh/${name}`, []);
		pod(bed, "app/web", { pullSecrets: [] });
		const { status, err } = await bed.run(
			"sync -n app,nginx-mesh --attach=*".split(" "),
		);
		assert.equal(status, 0, err);
		assert.match(
			err,
			/^Warning: 1 pod in app was created before this change \(pod\/web\); /m,
		);
		assert.deepEqual(attached(bed), [
			"app/builder",
			"app/default",
			"nginx-mesh/builder",
			"nginx-mesh/default",
		]);
	});

	test("in named namespaces they are not listed; elsewhere one list does for all", async () => {
		await using bed = await withAccounts();
		const asked = async (...argv: string[]) => {
			const before = bed.server.requests.length;
			const { status, err } = await bed.run(["sync", ...argv, "--attach"]);
			assert.equal(status, 0, err);
			return bed.server.requests
				.slice(before)
				.filter(({ path }) => path.includes("/serviceaccounts"))
				.filter(({ method }) => method === "GET")
				.map(({ path }) => path)
				.sort();
		};
		const one = (namespace: string) =>
			`/api/v1/namespaces/${namespace}/serviceaccounts/default`;
		assert.deepEqual(await asked("-n", "app,shop"), [one("app"), one("shop")]);
		assert.deepEqual(await asked("-A", "--exclude=default,nginx-mesh"), [
			"/api/v1/serviceaccounts",
		]);
	});

	test("a default account that is not there yet is waited for", async () => {
		await using bed = await withSource();
		const off = bed.server.onRequest(({ path }) => {
			// The namespace is looked at once the account was missed.
			if (path !== "/api/v1/namespaces/app") return undefined;
			if (bed.server.store.get("Secret", "app", NAME) === undefined)
				return undefined;
			off();
			account(bed, "app", []);
			return undefined;
		});
		const { status, err } = await bed.run(["sync", "-n", "app", "--attach"]);
		assert.equal(status, 0, err);
		assert.deepEqual(attached(bed), ["app/default"]);
	});

	test("in each namespace those that are recorded there", async () => {
		await using bed = await withAccounts();
		await bed.run(["sync", "-n", "app", "--attach=builder"]);
		await bed.run(["sync", "-n", "shop", "--attach"]);
		for (const place of ["app/builder", "shop"]) account(bed, place, []);
		assert.deepEqual(attached(bed), []);
		const { status, err } = await bed.run(["sync"]);
		assert.equal(status, 0, err);
		assert.deepEqual(attached(bed), ["app/builder", "shop/default"]);
	});
});
