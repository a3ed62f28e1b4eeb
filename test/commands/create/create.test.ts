import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { disk } from "../../../src/adapters/files.ts";
import * as build from "../../support/build.ts";
import { NAME } from "../../support/build.ts";
import { testBed } from "../../support/test-bed.ts";
import { createBed, NOW, PIPED } from "./bed.ts";

describe("create", () => {
	const { bed, fresh, secret } = createBed();

	test("writes the Secret of the guide to the letter", async () => {
		fresh();
		const outcome = await bed.run(["create", ...PIPED], {
			stdin: "s3cret\n",
			now: NOW,
		});
		assert.deepEqual(outcome, {
			status: 0,
			out: "secret/nginx-mesh-registry-key created in nginx-mesh namespace\n",
			err: "",
			asked: [],
		});
		assert.equal(secret()?.type, "kubernetes.io/dockerconfigjson");
		assert.deepEqual(secret()?.metadata.labels, {
			usage: "nginx-mesh-registry-key",
			"app.kubernetes.io/managed-by": "kubectl-meshreg",
		});
		assert.deepEqual(secret()?.metadata.annotations, {
			"kubectl-meshreg/registry-servers":
				'{"registry.example.com":"registry.example.com"}',
			"kubectl-meshreg/issued-at":
				'{"registry.example.com":"2026-11-21T08:00:00Z"}',
			// It has been sent nowhere yet, and says so.
			"kubectl-meshreg/targets": "[]",
		});
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: {
				"registry.example.com": {
					username: "bob",
					password: "s3cret",
					auth: btoa("bob:s3cret"),
				},
			},
		});
	});

	test("the same again is unchanged and writes nothing", async () => {
		fresh();
		await bed.run(["create", ...PIPED], { stdin: "s3cret" });
		const version = secret()?.metadata.resourceVersion;
		const again = await bed.run(["create", ...PIPED], { stdin: "s3cret" });
		assert.equal(
			again.out,
			"secret/nginx-mesh-registry-key unchanged in nginx-mesh namespace\n",
		);
		assert.equal(secret()?.metadata.resourceVersion, version);
	});

	describe("the server becomes the key that a kubelet matches", () => {
		const LOWER =
			"Warning: the registry is written in lower case, as registry.example.com: kubelets compare letter case, so images must be too\n";
		const SERVERS: [given: string, key: string, err: string][] = [
			["https://registry.example.com", "registry.example.com", ""],
			["http://registry.example.com:5000/", "registry.example.com:5000", ""],
			["registry.example.com/team/images", "registry.example.com", ""],
			["Registry.Example.COM", "registry.example.com", LOWER],
			["localhost", "localhost", ""],
			["[::1]:5000", "[::1]:5000", ""],
			...[
				"docker.io",
				"index.docker.io",
				"registry-1.docker.io",
				"hub.docker.com",
				"https://index.docker.io/v1/",
				"Docker.io",
				"docker.io:443",
			].map((hub): [string, string, string] => [
				hub,
				"https://index.docker.io/v1/",
				"",
			]),
			[
				"your-registry",
				"your-registry",
				"Warning: your-registry has neither a dot nor a port: a kubelet reads the image your-registry/NAME as docker.io/your-registry/NAME, so this key never matches; use the full host name or add the port\n",
			],
		];
		for (const [given, key, err] of SERVERS)
			test(given, async () => {
				fresh();
				const outcome = await bed.run(
					[
						"create",
						"--registry-server",
						given,
						"--registry-username",
						"bob",
						"--registry-password-stdin",
					],
					{ stdin: "p" },
				);
				assert.deepEqual([outcome.status, outcome.err], [0, err]);
				assert.deepEqual(
					Object.keys((bed.content("nginx-mesh") as { auths: object }).auths),
					[key],
				);
			});
	});

	test("a missing namespace is named, and created where asked for", async () => {
		const missing = await bed.run(["create", ...PIPED, "-n", "fresh"], {
			stdin: "p",
		});
		assert.equal(
			missing.err,
			'Error from server (NotFound): namespaces "fresh" not found; create it as well with --create-namespace\n',
		);
		for (const [mode, suffix] of [
			["client", " (dry run)"],
			["server", " (server dry run)"],
		] as const) {
			const dry = await bed.run(
				[
					...["create", ...PIPED, "-n", "fresh", "--create-namespace"],
					`--dry-run=${mode}`,
				],
				{ stdin: "p" },
			);
			assert.equal(
				dry.out,
				`namespace/fresh created${suffix}\nsecret/nginx-mesh-registry-key created in fresh namespace${suffix}\n`,
			);
			assert.equal(bed.server.store.get("Namespace", "", "fresh"), undefined);
		}
		const printed = await bed.run(
			[
				...["create", ...PIPED, "-n", "fresh", "--create-namespace"],
				...["--dry-run=client", "-o", "json"],
			],
			{ stdin: "p" },
		);
		assert.deepEqual(
			JSON.parse(printed.out).items.map(
				(object: { kind: string; metadata: { name: string } }) =>
					`${object.kind}/${object.metadata.name}`,
			),
			["Namespace/fresh", "Secret/nginx-mesh-registry-key"],
		);
		const made = await bed.run(
			["create", ...PIPED, "-n", "fresh", "--create-namespace"],
			{ stdin: "p" },
		);
		assert.equal(
			made.out,
			"namespace/fresh created\nsecret/nginx-mesh-registry-key created in fresh namespace\n",
		);
	});

	test("who may not look at a namespace creates it all the same, or leaves it as it is", async () => {
		const create = async (may: boolean) => {
			using refusals = new DisposableStack();
			refusals.defer(
				bed.server.onRequest(({ method, path }) =>
					path === "/api/v1/namespaces/hidden" ||
					(!may && method === "POST" && path === "/api/v1/namespaces")
						? { answer: { status: 403, reason: "Forbidden", message: "no" } }
						: undefined,
				),
			);
			return await bed.run(
				["create", ...PIPED, "-n", "hidden", "--create-namespace"],
				{ stdin: "p" },
			);
		};
		assert.equal(
			(await create(false)).err,
			'Error from server (Forbidden): no (namespace "hidden")\n',
		);
		assert.equal(
			(await create(true)).out,
			"namespace/hidden created\nsecret/nginx-mesh-registry-key created in hidden namespace\n",
		);
		for (const may of [true, false]) {
			bed.server.store.delete("Secret", "hidden", "nginx-mesh-registry-key");
			assert.equal(
				(await create(may)).out,
				"secret/nginx-mesh-registry-key created in hidden namespace\n",
			);
		}
	});

	for (const [answer, refused, unseen = refused] of [
		[
			{ status: 403, reason: "Forbidden", message: "not for you" },
			"Error from server (Forbidden): not for you\n",
			'Error from server (Forbidden): not for you (namespace "unseen")\n',
		],
		[
			{ status: 422, reason: "Invalid", message: "not on Fridays" },
			"The request is invalid: not on Fridays\n",
		],
	] as const)
		test(`a namespace that may not be made is refused, unless it is there: ${answer.reason}`, async () => {
			fresh();
			using refusals = new DisposableStack();
			const hidden = { status: 403, reason: "Forbidden", message: "no" };
			refusals.defer(
				bed.server.onRequest(({ method, path }) =>
					method === "POST" && path === "/api/v1/namespaces"
						? { answer }
						: path === "/api/v1/namespaces/unseen"
							? { answer: hidden }
							: undefined,
				),
			);
			const create = (namespace: string, dryRun = "none") =>
				bed.run(
					[
						...["create", ...PIPED, "-n", namespace, "--create-namespace"],
						`--dry-run=${dryRun}`,
					],
					{ stdin: "p" },
				);
			const { status, out, err } = await create("never");
			assert.deepEqual([status, out, err], [1, "", refused]);
			assert.equal((await create("unseen")).err, unseen);
			for (const [mode, suffix] of [
				["client", " (dry run)"],
				["none", ""],
			] as const)
				assert.deepEqual(await create("nginx-mesh", mode), {
					status: 0,
					out: `secret/nginx-mesh-registry-key created in nginx-mesh namespace${suffix}\n`,
					err: "",
					asked: [],
				});
		});

	test("dry runs write nothing, and print the object where asked", async () => {
		fresh();
		for (const [mode, suffix] of [
			["client", " (dry run)"],
			["server", " (server dry run)"],
		] as const) {
			const outcome = await bed.run(["create", ...PIPED, `--dry-run=${mode}`], {
				stdin: "p",
			});
			assert.equal(
				outcome.out,
				`secret/nginx-mesh-registry-key created in nginx-mesh namespace${suffix}\n`,
			);
		}
		const bare = await bed.run(["create", ...PIPED, "--dry-run"], {
			stdin: "p",
		});
		assert.equal(
			bare.err,
			"Warning: --dry-run is deprecated and can be replaced with --dry-run=client\n",
		);
		const object = await bed.run(
			["create", ...PIPED, "--dry-run=client", "-o", "yaml"],
			{
				stdin: "p",
				now: NOW,
				kubeconfig: "/nonexistent",
			},
		);
		assert.equal(
			object.out,
			`apiVersion: v1
data:
  .dockerconfigjson: ${Buffer.from('{"auths":{"registry.example.com":{"username":"bob","password":"p","auth":"Ym9iOnA="}}}').toString("base64")}
kind: Secret
metadata:
  annotations:
    kubectl-meshreg/registry-servers: '{"registry.example.com":"registry.example.com"}'
    kubectl-meshreg/targets: "[]"
  labels:
    app.kubernetes.io/managed-by: kubectl-meshreg
    usage: nginx-mesh-registry-key
  name: nginx-mesh-registry-key
  namespace: nginx-mesh
type: kubernetes.io/dockerconfigjson
`,
		);
		assert.equal(secret(), undefined);
	});

	test("a dry run on the server shows the object that it would take, or why it would not", async () => {
		fresh();
		const flags = [...PIPED, "--dry-run=server", "-o", "json"];
		const taken = await bed.run(["create", ...flags], { stdin: "p" });
		assert.deepEqual([taken.status, JSON.parse(taken.out).kind], [0, "Secret"]);
		const off = bed.server.onRequest(({ method }) =>
			method === "POST"
				? {
						answer: {
							status: 403,
							reason: "Forbidden",
							message: "admission says no",
						},
					}
				: undefined,
		);
		const refused = await bed.run(["create", ...flags], { stdin: "p" });
		off();
		assert.deepEqual(
			[refused.status, JSON.parse(refused.out).items[0].action, refused.err],
			[
				1,
				"failed",
				'Error from server (Forbidden): admission says no (namespace "nginx-mesh")\n',
			],
		);
		assert.equal(secret(), undefined);
	});

	test("-o json says what was done", async () => {
		fresh();
		const outcome = await bed.run(["create", ...PIPED, "-o", "json"], {
			stdin: "p",
		});
		assert.deepEqual(JSON.parse(outcome.out), {
			items: [
				{
					context: "embedded",
					namespace: "nginx-mesh",
					kind: "Secret",
					name: "nginx-mesh-registry-key",
					action: "created",
					cause: "",
					message: "",
				},
			],
		});
	});

	test("kubectl create secret docker-registry's line works with its head replaced", async () => {
		fresh();
		const outcome = await bed.run([
			"create",
			"mykey",
			"--docker-username=bob",
			"--docker-password=p",
			"--docker-email=bob@example.com",
		]);
		assert.equal(outcome.out, "secret/mykey created in nginx-mesh namespace\n");
		assert.equal(
			outcome.err,
			`Warning: --docker-password can be seen in the process list and in the shell's history; use --registry-password-stdin
`,
		);
		assert.deepEqual(bed.content("nginx-mesh", "mykey"), {
			auths: {
				"https://index.docker.io/v1/": {
					username: "bob",
					password: "p",
					auth: "Ym9iOnA=",
				},
			},
		});
	});

	test("--docker-email beside another credential does not make Docker Hub its registry", async () => {
		fresh();
		build.secret(bed, "other/theirs", {
			"s.example": { username: "u", password: "p" },
		});
		const { status, out } = await bed.run(
			"create mine --from-secret=other/theirs --docker-email=e@x".split(" "),
		);
		assert.deepEqual(
			[status, out],
			[0, "secret/mine created in nginx-mesh namespace\n"],
		);
	});

	test("F19: a file in the place of NAME, beside a flag that takes its value after =", async () => {
		const outcome = await bed.run(
			[
				"create",
				"config.json",
				"--from-docker-config",
				"--registry-server=r.io",
			],
			{ files: { ...disk, exists: async (file) => file === "config.json" } },
		);
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[
				2,
				"",
				'error: --from-docker-config takes its value after "=": --from-docker-config=config.json\n',
			],
		);
	});

	test("a NAME beside a flag whose value is no file may be one in the current directory", async () => {
		fresh();
		const { status, out } = await bed.run(
			["apply", "team-a", ...PIPED, "-n", "other", "--attach"],
			{ stdin: "p", files: { ...disk, exists: async () => true } },
		);
		assert.match(out, /^secret\/team-a created in nginx-mesh namespace\n/);
		assert.notEqual(status, 2);
	});

	test("defaults come from the environment", async () => {
		const outcome = await bed.run(["create", ...PIPED], {
			stdin: "p",
			env: {
				MESHREG_NAMESPACE: "other",
				MESHREG_NAME: "second",
			},
		});
		assert.equal(outcome.out, "secret/second created in other namespace\n");
		assert.equal(
			bed.server.store.get("Secret", "other", "second")?.metadata.labels?.usage,
			"second",
		);
	});
});

test("--label is given when a source is made: for one that has another it is refused, not left out", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	const line = (argv: readonly string[]) =>
		bed.run([...argv, ...PIPED], { stdin: "p" });
	await line(["create", "--label=own=x"]);
	const before = bed.server.store.get("Secret", "nginx-mesh", NAME);
	for (const argv of [
		["create", "--label=own=y"],
		["create", "--label=own=y", "--replace"],
		["create", `--label=usage=${NAME}`, "--force"],
		["apply", "--label=own=y"],
	]) {
		const { status, err } = await line(argv);
		assert.equal(
			err,
			`error: secret "${NAME}" in namespace "nginx-mesh" was created with the label own=x, which stays: leave out --label\n`,
		);
		assert.equal(status, 1);
	}
	for (const verb of ["create", "apply"])
		assert.equal((await line([verb, "--label=own=x"])).status, 0);
	assert.deepEqual(bed.server.store.get("Secret", "nginx-mesh", NAME), before);
});

test("--label is kept on the source, and given to its copies", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
	const name = "a".repeat(64);
	const input = { stdin: "p" };
	const long = await bed.run(["create", name, ...PIPED], input);
	assert.deepEqual(
		[long.status, long.err],
		[
			2,
			"error: NAME: 64 characters are too many for the label usage=NAME (at most 63); choose a shorter name, or another label with --label KEY=VALUE\n",
		],
	);
	assert.deepEqual(bed.server.requests, []);
	for (const password of ["p", "q"])
		await bed.run(
			[
				"create",
				name,
				...PIPED,
				...(password === "p" ? ["--label", "own=x"] : ["--replace"]),
			],
			{ stdin: password },
		);
	await bed.run(["sync", name, "-n", "app"]);
	for (const namespace of ["nginx-mesh", "app"])
		assert.deepEqual(
			bed.server.store.get("Secret", namespace, name)?.metadata.labels,
			{ own: "x", "app.kubernetes.io/managed-by": "kubectl-meshreg" },
		);
	assert.match((await bed.run(["list"])).out, /InSync/);
});

test("who has rights in one namespace is told to name it, and what comes next there", async () => {
	await using bed = await testBed({
		namespaces: ["app", "nginx-mesh"],
		users: { dev: {} },
		allow: [
			{
				user: "dev",
				verbs: ["get", "list", "create", "patch"],
				resources: ["secrets", "serviceaccounts", "pods"],
				namespaces: ["app"],
			},
		],
	});
	build.account(bed, "app", []);
	const run = (argv: string[], answers: [string, string | boolean][] = []) =>
		bed.run(argv, { user: "dev", answers });
	const line = ["create", ...PIPED.slice(0, -1), "--no-verify"];
	assert.equal(
		(await run(["create"])).err,
		'Error from server (Forbidden): secrets "nginx-mesh-registry-key" is forbidden: User "dev" cannot get resource "secrets" in API group "" in the namespace "nginx-mesh"; use -n NAMESPACE where you have the rights\n',
	);
	const made = await run(
		[...line, "-n", "app"],
		[
			["Password", "p"],
			["Create", true],
		],
	);
	assert.deepEqual(
		[made.status, made.err],
		[0, "Next: kubectl meshreg attach -n app\n"],
	);
	assert.equal(
		(await run(["attach", "-n", "app"])).out,
		"serviceaccount/default configured in app namespace\n",
	);
});
