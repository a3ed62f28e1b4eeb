import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Outcome } from "../../support/command-line.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const NAMESPACES = ["app", "nginx-mesh", "shop"];

/** A bed with a source, and the password in it. */
async function withSource(
	options: Parameters<typeof testBed>[0] = {},
	password = "p",
): Promise<TestBed> {
	const bed = await testBed({ namespaces: NAMESPACES, ...options });
	await create(bed, password);
	return bed;
}

async function create(
	bed: TestBed,
	password: string,
	...more: string[]
): Promise<void> {
	const outcome = await bed.run(
		[
			"create",
			"--registry-server",
			"r.example.com",
			"--registry-username",
			"u",
			"--registry-password-stdin",
			...more,
		],
		{ stdin: password },
	);
	assert.equal(outcome.status, 0, outcome.err);
}

const shown = ({ status, out, err }: Outcome) => ({ status, out, err });

/** A Secret of our name that this program did not make. */
function seed(
	bed: TestBed,
	namespace: string,
	fields: object = {},
	metadata: object = {},
): void {
	bed.server.store.seed({
		kind: "Secret",
		metadata: { namespace, name: NAME, ...metadata },
		type: "kubernetes.io/dockerconfigjson",
		data: {
			".dockerconfigjson": btoa(
				'{"auths":{"other.example.com":{"auth":"YTpi"}}}',
			),
		},
		...fields,
	});
}

const OWNED = { labels: { usage: NAME } };

test("C9: a NAME that is a namespace was meant for -n", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
	const { status, err } = await bed.run(["sync", "app"]);
	assert.equal(status, 2);
	assert.equal(err, 'error: "app" is a namespace; did you mean -n app?\n');
});

describe("sync", () => {
	test("copies to named namespaces, in their order, and counts", async () => {
		await using bed = await withSource();
		assert.deepEqual(shown(await bed.run(["sync", "-n", "shop,app"])), {
			status: 0,
			out: `secret/${NAME} created in app namespace\nsecret/${NAME} created in shop namespace\n`,
			err: "2 namespaces: 2 created, 0 configured, 0 unchanged, 0 failed\n",
		});
		const source = bed.server.store.get("Secret", "nginx-mesh", NAME);
		const copy = bed.server.store.get("Secret", "app", NAME);
		assert.deepEqual(copy?.data, source?.data);
		assert.deepEqual(copy?.metadata.labels, {
			usage: NAME,
			"app.kubernetes.io/managed-by": "kubectl-meshreg",
		});
		assert.deepEqual(copy?.metadata.annotations, {
			"kubectl-meshreg/source": `nginx-mesh/${NAME}`,
			"kubectl-meshreg/source-uid": source?.metadata.uid,
		});
	});

	test("a second run plans nothing and writes nothing", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-A"]);
		const before = bed.server.requests.length;
		assert.deepEqual(shown(await bed.run(["sync", "-A"])), {
			status: 0,
			out: ["app", "default", "shop"]
				.map((ns) => `secret/${NAME} unchanged in ${ns} namespace\n`)
				.join(""),
			err: "3 namespaces: 0 created, 0 configured, 3 unchanged, 0 failed\n",
		});
		assert.deepEqual(
			new Set(bed.server.requests.slice(before).map(({ method }) => method)),
			new Set(["GET"]),
		);
		assert.deepEqual(shown(await bed.run(["sync", "-A", "-q"])), {
			status: 0,
			out: "",
			err: "",
		});
	});

	test("a changed source and an edited copy are put right", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-n", "app,shop"]);
		await create(bed, "rotated", "--replace");
		const outcome = await bed.run(["sync", "-n", "app,shop"]);
		assert.equal(
			outcome.out,
			`secret/${NAME} configured in app namespace\nsecret/${NAME} configured in shop namespace\n`,
		);
		assert.deepEqual(
			[bed.password("app"), bed.password("shop")],
			["rotated", "rotated"],
		);
	});

	test("a source edited by hand is what copies become, whatever the order of its keys", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-n", "app"]);
		const reordered = `{ "auths": {"r.example.com": {"auth":"dTpw","password":"p","username":"u"}} }`;
		const source = bed.server.store.get("Secret", "nginx-mesh", NAME);
		assert.ok(source);
		bed.server.store.delete("Secret", "nginx-mesh", NAME);
		bed.server.store.seed({
			...source,
			kind: "Secret",
			data: { ".dockerconfigjson": btoa(reordered) },
		});
		assert.equal(
			(await bed.run(["sync", "-n", "app"])).out,
			`secret/${NAME} unchanged in app namespace\n`,
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
				answers: [["Which namespaces get a copy?", []]],
			});
			assert.equal(none.err, "No namespace selected; nothing to do\n");
			const own = await bed.run(["sync", "-n", "nginx-mesh"]);
			assert.deepEqual(shown(own), {
				status: 0,
				out: "",
				err: "Warning: nginx-mesh holds the source itself, and needs no copy\n",
			});
		});

		test("none matched: a warning, and done", async () => {
			await using bed = await labelled();
			assert.deepEqual(shown(await bed.run(["sync", "-l", "team=none"])), {
				status: 0,
				out: "",
				err: "Warning: no namespace matched: nothing to do\n",
			});
		});

		test("at a terminal, none named: picked from a list", async () => {
			await using bed = await labelled();
			const outcome = await bed.run(["sync"], {
				answers: [["Which namespaces get a copy?", ["app", "team-y"]]],
			});
			assert.equal(
				outcome.out,
				`secret/${NAME} created in app namespace\nsecret/${NAME} created in team-y namespace\n`,
			);
		});
	});

	test("named namespaces: nothing cluster-wide is read, and a Role in them is enough", async () => {
		await using bed = await withSource({
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
		});
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

	describe("a namespace that cannot be served is reported, and the others go on", () => {
		const CASES: [
			name: string,
			prepare: (bed: TestBed) => void,
			line: string,
		][] = [
			[
				"missing",
				(bed) => bed.server.store.delete("Namespace", "", "app"),
				'Error from server (NotFound): namespaces "app" not found\n',
			],
			[
				"being deleted",
				(bed) => {
					bed.server.store.delete("Namespace", "", "app");
					bed.server.store.seed({
						kind: "Namespace",
						metadata: {
							name: "app",
							deletionTimestamp: "2026-11-21T00:00:00Z",
							finalizers: ["x/y"],
						},
						status: { phase: "Terminating" },
					});
				},
				`error: namespace "app" is being deleted; nothing was written there\n`,
			],
			[
				"unmanaged",
				(bed) => seed(bed, "app"),
				`error: secret "${NAME}" in namespace "app" exists but is not managed by meshreg; use --force to overwrite it\n`,
			],
			[
				"unmanaged, of another type",
				(bed) =>
					seed(bed, "app", { type: "Opaque", data: { a: "Yg==" } }, OWNED),
				`error: secret "${NAME}" in namespace "app" exists but is not managed by meshreg (type Opaque); use --force to overwrite it\n`,
			],
			[
				"labelled by a mesh or a person, and different",
				(bed) => seed(bed, "app", {}, OWNED),
				`error: secret "${NAME}" in namespace "app" exists but is not managed by meshreg; use --force to overwrite it\n`,
			],
			[
				"a copy of another source",
				(bed) =>
					seed(
						bed,
						"app",
						{},
						{
							...OWNED,
							annotations: { "kubectl-meshreg/source": "other/key" },
						},
					),
				`error: secret "${NAME}" in namespace "app" is a copy of other/key; use --force to take it over, or sync that source\n`,
			],
			[
				"immutable and different",
				(bed) =>
					seed(
						bed,
						"app",
						{ immutable: true },
						{
							...OWNED,
							annotations: { "kubectl-meshreg/source": `nginx-mesh/${NAME}` },
						},
					),
				`error: secret "${NAME}" in namespace "app" cannot be updated (immutable, or of another type); delete and recreate it with --force --yes\n`,
			],
			[
				"forbidden",
				(bed) => {
					bed.server.onRequest(({ path }) =>
						path.startsWith("/api/v1/namespaces/app/secrets")
							? {
									answer: {
										status: 403,
										reason: "Forbidden",
										message:
											'secrets is forbidden: User "x" cannot do this in the namespace "app"',
									},
								}
							: undefined,
					);
				},
				'Error from server (Forbidden): secrets is forbidden: User "x" cannot do this in the namespace "app"\n',
			],
		];
		for (const [name, prepare, line] of CASES)
			test(name, async () => {
				await using bed = await withSource({
					namespaces: [...NAMESPACES, "zoo"],
				});
				prepare(bed);
				assert.deepEqual(shown(await bed.run(["sync", "-n", "app,shop,zoo"])), {
					status: 1,
					out: `secret/${NAME} created in shop namespace\nsecret/${NAME} created in zoo namespace\n`,
					err: `${line}3 namespaces: 2 created, 0 configured, 0 unchanged, 1 failed\n`,
				});
			});
	});

	test("C2: --adopt takes over what is equal, and leaves what differs", async () => {
		await using bed = await withSource();
		const data = bed.server.store.get("Secret", "nginx-mesh", NAME)?.data ?? {};
		const applied = "kubectl.kubernetes.io/last-applied-configuration";
		const annotations = { theirs: "stays", [applied]: "{}" };
		seed(bed, "app", { data }, { ...OWNED, annotations });
		seed(bed, "shop");
		assert.equal(
			(await bed.run(["sync", "-n", "app"])).err.split("\n")[0],
			`error: secret "${NAME}" in namespace "app" has the same content, but is not managed by meshreg; use --adopt to take it over`,
		);
		assert.deepEqual(
			shown(await bed.run(["sync", "-n", "app,shop", "--adopt"])),
			{
				status: 1,
				out: `secret/${NAME} configured in app namespace\n`,
				err: `error: secret "${NAME}" in namespace "shop" exists but is not managed by meshreg; use --force to overwrite it\n2 namespaces: 0 created, 1 configured, 0 unchanged, 1 failed\n`,
			},
		);
		assert.deepEqual(
			Object.keys(
				bed.server.store.get("Secret", "app", NAME)?.metadata.annotations ?? {},
			).sort(),
			["kubectl-meshreg/source", "kubectl-meshreg/source-uid", "theirs"],
		);
	});

	test("--force takes over, and deletes and recreates only with --yes", async () => {
		await using bed = await withSource();
		seed(bed, "app");
		seed(bed, "shop", { type: "Opaque", data: { a: "Yg==" } });
		const first = await bed.run(["sync", "-n", "app,shop", "--force"]);
		assert.deepEqual(
			[first.status, first.out],
			[1, `secret/${NAME} configured in app namespace\n`],
		);
		assert.deepEqual(bed.server.store.get("Secret", "shop", NAME)?.data, {
			a: "Yg==",
		});
		const second = await bed.run(["sync", "-n", "shop", "--force"], {
			answers: [["Do you want to continue?", true]],
		});
		assert.deepEqual([second.status, bed.password("shop")], [0, "p"]);
	});

	for (const agreed of [true, false])
		test(`C1: --force asks once, about all that it takes over; ${agreed ? "yes is all" : "no is nothing"}`, async () => {
			await using bed = await withSource();
			seed(bed, "app");
			seed(bed, "shop", { type: "Opaque", data: { a: "Yg==" } });
			const { status, out, err, asked } = await bed.run(
				["sync", "-n", "app,shop", "--force"],
				{ answers: [["Do you want to continue?", agreed]] },
			);
			assert.ok(
				err.startsWith(
					`You are about to delete and recreate, or overwrite the following 2 resource(s) in context embedded:
secret/${NAME} in shop namespace: delete and recreate
secret/${NAME} in app namespace: overwrite
`,
				),
				err,
			);
			assert.equal(asked.length, 1);
			assert.equal(status, 0);
			assert.equal(out === "", !agreed);
			assert.equal(bed.password("shop"), agreed ? "p" : undefined);
			assert.equal(bed.password("app"), agreed ? "p" : undefined);
		});

	test("a terminating namespace is skipped with a note where it was not named", async () => {
		await using bed = await withSource();
		bed.server.store.delete("Namespace", "", "app");
		bed.server.store.seed({
			kind: "Namespace",
			metadata: { name: "app", deletionTimestamp: "2026-11-21T00:00:00Z" },
		});
		const outcome = await bed.run(["sync", "-A"]);
		assert.equal(
			outcome.err,
			'Warning: namespace "app" is being deleted; nothing was written there\n3 namespaces: 2 created, 0 configured, 0 unchanged, 1 skipped, 0 failed\n',
		);
		assert.equal(outcome.status, 0);
	});

	describe("--prune", () => {
		const copied = async () => {
			const bed = await withSource();
			await bed.run(["sync", "-A"]);
			seed(bed, "kube-public", {}, OWNED);
			return bed;
		};
		test("deletes this source's copies elsewhere, and nothing else", async () => {
			await using bed = await copied();
			const outcome = await bed.run(["sync", "-n", "app", "--prune", "--yes"]);
			assert.equal(
				outcome.out,
				`secret/${NAME} unchanged in app namespace\nsecret "${NAME}" deleted from default namespace\nsecret "${NAME}" deleted from shop namespace\n`,
			);
			assert.ok(bed.server.store.get("Secret", "kube-public", NAME));
			assert.ok(bed.server.store.get("Secret", "nginx-mesh", NAME));
		});
		test("asks first, and no means no", async () => {
			await using bed = await copied();
			const outcome = await bed.run(["sync", "-n", "app", "--prune"], {
				answers: [["Do you want to continue?", false]],
			});
			assert.equal(
				outcome.err,
				`You are about to delete the following 2 resource(s) in context embedded:\nsecret/${NAME} in default namespace\nsecret/${NAME} in shop namespace\nCancelled; nothing was changed\n`,
			);
			assert.ok(bed.server.store.get("Secret", "shop", NAME));
		});
		test("where nothing matched, nothing is deleted", async () => {
			await using bed = await copied();
			assert.deepEqual(
				shown(await bed.run(["sync", "-l", "typo=x", "--prune", "--yes"])),
				{
					status: 0,
					out: "",
					err: "Warning: no namespace matched: nothing to do\n",
				},
			);
			assert.ok(bed.server.store.get("Secret", "shop", NAME));
		});
		test("without a terminal it needs --yes", async () => {
			await using bed = await copied();
			assert.deepEqual(shown(await bed.run(["sync", "-n", "app", "--prune"])), {
				status: 2,
				out: "",
				err: "error: --prune needs --yes: there is no terminal to ask at\n",
			});
		});
	});

	describe("which source", () => {
		const none = (namespace: string) =>
			`error: no source named "${NAME}" in namespace "${namespace}"`;

		test("none", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			assert.deepEqual(shown(await bed.run(["sync", "-A"])), {
				status: 1,
				out: "",
				err: `${none("nginx-mesh")}; create it with 'kubectl meshreg create'\n`,
			});
		});

		test("what calls itself one elsewhere is named, never taken, and nothing to paste", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			await create(bed, "one", "-n", "shop");
			seed(bed, "default", {}, OWNED);
			assert.deepEqual(shown(await bed.run(["sync", "-n", "app"])), {
				status: 1,
				out: "",
				err: `${none("nginx-mesh")}. Secrets elsewhere that call themselves a source (check who made them): default/${NAME}, shop/${NAME}; --from NAMESPACE takes one\n`,
			});
			assert.equal(bed.password("app"), undefined);
			await bed.run(["sync", "-n", "app", "--from", "shop"]);
			assert.equal(bed.password("app"), "one");
		});

		test("who may not look elsewhere is not told to create one", async () => {
			await using bed = await testBed({
				namespaces: NAMESPACES,
				users: { sam: {} },
				allow: [
					{
						user: "sam",
						verbs: ["get"],
						resources: ["secrets"],
						namespaces: ["nginx-mesh"],
					},
				],
			});
			assert.equal(
				(await bed.run(["sync", "-n", "app"], { user: "sam" })).err,
				`${none("nginx-mesh")}, and Secrets elsewhere cannot be listed; name another place with --from NAMESPACE\n`,
			);
		});

		test("MESHREG_NAMESPACE, then --from, say where", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			await create(bed, "one", "-n", "shop");
			await create(bed, "two", "-n", "default");
			const env = { MESHREG_NAMESPACE: "shop" };
			await bed.run(["sync", "-n", "app"], { env });
			assert.equal(bed.password("app"), "one");
			await bed.run(["sync", "-n", "nginx-mesh", "--from", "default"], { env });
			assert.equal(bed.password("nginx-mesh"), "two");
		});

		test("the one of the usual name, else the only one there, else it is asked", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			const content = (name: string, namespace = "app") =>
				bed.server.store.get("Secret", namespace, name) !== undefined;
			await bed.run(
				[
					"create",
					"team-a",
					"--registry-server=r.io",
					"--registry-username=u",
				].concat("--registry-password-stdin"),
				{ stdin: "p" },
			);
			await bed.run(["sync", "-n", "app"]);
			assert.ok(content("team-a"));
			await bed.run(
				[
					"create",
					"team-b",
					"--registry-server=r.io",
					"--registry-username=u",
				].concat("--registry-password-stdin"),
				{ stdin: "p" },
			);
			assert.equal(
				(await bed.run(["sync", "-n", "shop"])).err,
				'error: 2 sources in namespace "nginx-mesh": team-a, team-b; choose one by NAME\n',
			);
			await bed.run(["sync", "-n", "shop"], {
				answers: [["Which pull secret of nginx-mesh?", "team-b"]],
			});
			assert.ok(content("team-b", "shop"));
			await bed.run(["sync", "-n", "default"], {
				env: { MESHREG_NAME: "team-b" },
			});
			assert.ok(content("team-b", "default"));
			await create(bed, "p");
			await bed.run(["sync", "-n", "shop"]);
			assert.ok(content(NAME, "shop"));
		});

		test("--from what is none", async () => {
			await using bed = await withSource();
			await bed.run(["sync", "-n", "app"]);
			seed(bed, "shop");
			seed(bed, "default", { type: "Opaque" });
			for (const [from, problem] of [
				[
					"nope",
					`no source named "${NAME}" in namespace "nope". Secrets elsewhere that call themselves a source (check who made them): nginx-mesh/${NAME}; --from NAMESPACE takes one`,
				],
				[
					"app",
					`secret "${NAME}" in namespace "app" is a copy of nginx-mesh/${NAME}, not a source`,
				],
				[
					"shop",
					`secret "${NAME}" in namespace "shop" is no source: it is not managed by meshreg; if copies are to be made of it, run 'kubectl label secret ${NAME} -n shop app.kubernetes.io/managed-by=kubectl-meshreg'`,
				],
				[
					"default",
					`secret "${NAME}" in namespace "default" is no source: it is of type Opaque, not kubernetes.io/dockerconfigjson`,
				],
			] as const)
				assert.equal(
					(await bed.run(["sync", "-n", "default", "--from", from])).err,
					`error: ${problem}\n`,
				);
		});
	});

	test("dry runs write nothing and say what would be", async () => {
		await using bed = await withSource();
		for (const [mode, suffix] of [
			["client", " (dry run)"],
			["server", " (server dry run)"],
		] as const) {
			const outcome = await bed.run([
				"sync",
				"-n",
				"app,nope",
				`--dry-run=${mode}`,
			]);
			assert.deepEqual(shown(outcome), {
				status: 1,
				out: `secret/${NAME} created in app namespace${suffix}\n`,
				err: `Error from server (NotFound): namespaces "nope" not found\n2 namespaces: 1 created, 0 configured, 0 unchanged, 1 failed${suffix}\n`,
			});
		}
		assert.equal(bed.server.store.get("Secret", "app", NAME), undefined);
	});

	test("-o json holds failures too; -o name only names", async () => {
		await using bed = await withSource();
		const outcome = await bed.run([
			"sync",
			"-n",
			"app,nope",
			"-o",
			"json",
			"-q",
		]);
		assert.deepEqual(
			JSON.parse(outcome.out).items.map((item: Record<string, string>) => [
				item.namespace,
				item.action,
				item.cause,
				item.message,
			]),
			[
				["app", "created", "", ""],
				["nope", "failed", "namespace-missing", 'namespaces "nope" not found'],
			],
		);
		assert.equal(
			(await bed.run(["sync", "-n", "app", "-o", "name"])).out,
			`secret/${NAME}\n`,
		);
	});

	test("further labels for copies are added to old ones, too", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-n", "app"]);
		const outcome = await bed.run([
			"sync",
			"-n",
			"app",
			"--copy-label",
			"team=x",
		]);
		assert.equal(outcome.out, `secret/${NAME} configured in app namespace\n`);
		assert.equal(
			bed.server.store.get("Secret", "app", NAME)?.metadata.labels?.team,
			"x",
		);
	});

	test("a Secret that changes under our hands is planned again", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-n", "app"]);
		await create(bed, "rotated", "--replace");
		let once = false;
		bed.server.onRequest(({ method }) => {
			if (method !== "PATCH" || once) return undefined;
			once = true;
			const copy = bed.server.store.get("Secret", "app", NAME);
			assert.ok(copy);
			bed.server.store.delete("Secret", "app", NAME);
			return undefined;
		});
		const outcome = await bed.run(["sync", "-n", "app"]);
		assert.deepEqual(
			[outcome.status, bed.password("app")],
			[0, "rotated"],
			outcome.err,
		);
	});

	test("a thousand namespaces are served over a handful of connections", async () => {
		const many = Array.from(
			{ length: 1000 },
			(_, number) => `n-${String(number).padStart(4, "0")}`,
		);
		await using bed = await withSource({
			namespaces: [...NAMESPACES, ...many],
		});
		const before = bed.server.connections;
		const outcome = await bed.run(["sync", "-A", "-q"]);
		assert.deepEqual([outcome.status, outcome.err], [0, ""]);
		assert.equal(bed.server.store.all("Secret").length, 1004);
		const handshakes = bed.server.connections - before;
		assert.ok(handshakes <= 4, `${handshakes} TLS handshakes`);
	});
});
