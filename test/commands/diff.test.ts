import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { goingNamespace, labelsOf } from "../support/build.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const SECRET = "hunter2";

const login = (host: string, user = "mesh-puller") => [
	`--registry-server=${host}`,
	`--registry-username=${user}`,
	"--registry-password-stdin",
];

/** Runs a command line with a password; no output may hold it. */
async function told(
	bed: TestBed,
	...argv: readonly string[]
): Promise<[number, string, string]> {
	const { status, out, err } = await bed.run(argv, { stdin: SECRET });
	for (const text of [out, err]) {
		assert.ok(!text.includes(SECRET));
		assert.ok(!text.includes(btoa(`mesh-puller:${SECRET}`)));
	}
	return [status, out, err];
}

/** Puts other content into a Secret that is there. */
function rewrite(
	bed: TestBed,
	namespace: string,
	text: string,
	more: object = {},
): void {
	const secret = bed.server.store.get("Secret", namespace, NAME);
	assert.ok(secret);
	bed.server.store.seed({
		...secret,
		kind: "Secret",
		data: { ".dockerconfigjson": btoa(text) },
		...more,
	});
}

const auths = (entries: Record<string, string>) =>
	JSON.stringify({
		auths: Object.fromEntries(
			Object.entries(entries).map(([host, pair]) => [
				host,
				{ auth: btoa(pair) },
			]),
		),
	});

const writes = (bed: TestBed) =>
	bed.server.requests.filter(({ method }) => method !== "GET").length;

/** A source with two registries, and a copy in shop. */
async function bedWithCopy(): Promise<TestBed> {
	const bed = await testBed({
		namespaces: ["nginx-mesh", "shop", "app"],
		defaultServiceAccounts: true,
		users: { other: { groups: ["system:masters"] } },
	});
	await told(bed, "apply", ...login("registry.example.com"), "-n", "shop");
	await told(bed, "apply", ...login("ghcr.io", "bot"));
	return bed;
}

describe("--diff", () => {
	test("B11: sync: what is gone, new and other, by registry", async () => {
		await using bed = await bedWithCopy();
		rewrite(bed, "shop", auths({ "x.io": "a:b", "ghcr.io": "bot:other" }));
		const before = writes(bed);
		assert.deepEqual(await told(bed, "sync", "--diff"), [
			1,
			`secret/${NAME} in shop namespace
  - x.io                  a
  + registry.example.com  mesh-puller
  ~ ghcr.io               bot   password differs
`,
			"",
		]);
		assert.equal(writes(bed), before);
	});

	test("nothing would change: nothing is said, and exit 0", async () => {
		await using bed = await bedWithCopy();
		assert.deepEqual(await told(bed, "sync", "--diff"), [0, "", ""]);
		assert.deepEqual(
			await told(bed, "apply", ...login("ghcr.io", "bot"), "--diff"),
			[0, "", ""],
		);
	});

	test("sync with a selection: a new copy, the record and an account", async () => {
		await using bed = await bedWithCopy();
		assert.deepEqual(
			await told(bed, "sync", "-n", "app", "--attach", "--diff"),
			[
				1,
				`secret/${NAME} in nginx-mesh namespace
  + record app (attach default)
secret/${NAME} in app namespace
  + registry.example.com  mesh-puller
  + ghcr.io               bot
serviceaccount/default in app namespace
  + imagePullSecrets ${NAME}
`,
				"",
			],
		);
		assert.equal(bed.content("app"), undefined);
	});

	test("apply: the source, its record, and copies", async () => {
		await using bed = await bedWithCopy();
		assert.deepEqual(
			await told(bed, "apply", ...login("quay.io", "q"), "-A", "--diff"),
			[
				1,
				`secret/${NAME} in nginx-mesh namespace
  + quay.io  q
  ~ annotation kubectl-meshreg/registry-servers
  + record all namespaces
secret/${NAME} in app namespace
  + registry.example.com  mesh-puller
  + ghcr.io               bot
  + quay.io               q
secret/${NAME} in default namespace
  + registry.example.com  mesh-puller
  + ghcr.io               bot
  + quay.io               q
secret/${NAME} in shop namespace
  + quay.io  q
`,
				"",
			],
		);
	});

	test("apply where nothing is there yet", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
		assert.deepEqual(
			await told(bed, "apply", ...login("r.io"), "-n", "app", "--diff"),
			[
				1,
				`secret/${NAME} in nginx-mesh namespace
  + r.io  mesh-puller
  + record app
secret/${NAME} in app namespace
  + r.io  mesh-puller
`,
				"",
			],
		);
		assert.equal(writes(bed), 0);
	});

	test("rotate: the source and its copies, another user named", async () => {
		await using bed = await bedWithCopy();
		assert.deepEqual(
			await told(
				bed,
				"rotate",
				...login("ghcr.io", "other"),
				"--no-verify",
				"--diff",
			),
			[
				1,
				["nginx-mesh", "shop"]
					.map(
						(namespace) => `secret/${NAME} in ${namespace} namespace
  ~ ghcr.io  other   username was bot
`,
					)
					.join(""),
				"",
			],
		);
	});

	test("create --replace: registries that would be lost", async () => {
		await using bed = await bedWithCopy();
		assert.deepEqual(
			await told(bed, "create", "--replace", ...login("r.io"), "--diff"),
			[
				1,
				`secret/${NAME} in nginx-mesh namespace
  - registry.example.com  mesh-puller
  - ghcr.io               bot
  + r.io                  mesh-puller
  ~ annotation kubectl-meshreg/registry-servers
`,
				"",
			],
		);
	});

	test("--prune: a copy that would be deleted, and its place in the record", async () => {
		await using bed = await bedWithCopy();
		await told(bed, "sync", "-n", "app");
		assert.deepEqual(
			await told(bed, "sync", "-n", "app", "--prune", "--yes", "--diff"),
			[
				1,
				`secret/${NAME} in nginx-mesh namespace
  - record shop
secret/${NAME} in shop namespace
  - registry.example.com  mesh-puller
  - ghcr.io               bot
`,
				"",
			],
		);
	});

	test("--prune: of each source that goes, the account loses its entry once", async () => {
		await using bed = await bedWithCopy();
		await told(bed, "create", "two", ...login("quay.io", "q"));
		const all = ["sync", "--all-sources", "-n"];
		await told(bed, ...all, "shop,app", "--attach");
		const [status, out] = await told(
			bed,
			...[...all, "app", "--prune", "--yes", "--diff"],
		);
		assert.equal(status, 1);
		assert.match(
			out,
			new RegExp(
				`^serviceaccount/default in shop namespace\n  - imagePullSecrets ${NAME}\n  - imagePullSecrets two\n`,
				"m",
			),
		);
	});

	test("--forget: the name in the record", async () => {
		await using bed = await bedWithCopy();
		assert.deepEqual(await told(bed, "sync", "--forget=shop", "--diff"), [
			1,
			`secret/${NAME} in nginx-mesh namespace
  - record shop
`,
			"no more copies or updates for shop; existing copies stay (dry run)\n",
		]);
		const { out, err } = await bed.run([
			...["sync", "--forget=shop", "--dry-run=server"],
		]);
		assert.deepEqual(
			[out, err],
			[
				`secret/${NAME} configured in nginx-mesh namespace (server dry run)\n`,
				"no more copies or updates for shop; existing copies stay (server dry run)\n",
			],
		);
	});

	for (const [what, text, shown] of [
		[
			"that is no JSON",
			"{hunter2",
			`  - content that cannot be read (it is not JSON)
  + registry.example.com  mesh-puller
  + ghcr.io               bot
`,
		],
		[
			"without its data",
			"",
			`  + registry.example.com  mesh-puller
  + ghcr.io               bot
`,
		],
		[
			"with an entry that cannot be read",
			'{"auths":{"ghcr.io":{"auth":"hunter2"},"registry.example.com":{"auth":"bWVzaC1wdWxsZXI6aHVudGVyMg=="}}}',
			`  ~ ghcr.io  bot   had no credential that can be read
`,
		],
		[
			"whose headers are none",
			'{"HttpHeaders":3,"auths":{"ghcr.io":{"auth":"Ym90Omh1bnRlcjI="},"registry.example.com":{"auth":"bWVzaC1wdWxsZXI6aHVudGVyMg=="}}}',
			`  - content that cannot be read (json: cannot unmarshal number into Go struct field DockerConfigJSON.HttpHeaders of type map[string]string)
`,
		],
	] as const)
		test(`malformed content: ${what}`, async () => {
			await using bed = await bedWithCopy();
			rewrite(bed, "shop", text);
			const [status, out] = await told(bed, "sync", "--diff");
			assert.deepEqual(
				[status, out],
				[1, `secret/${NAME} in shop namespace\n${shown}`],
			);
		});

	test("labels of ours by their keys, and hostile text as text", async () => {
		await using bed = await bedWithCopy();
		const secret = bed.server.store.get("Secret", "shop", NAME);
		assert.ok(secret);
		rewrite(bed, "shop", auths({ "x.io": "a\u001b[31m:b" }), {
			metadata: {
				...secret.metadata,
				labels: labelsOf("other"),
			},
		});
		const [, out] = await told(bed, "sync", "--diff");
		assert.equal(
			out,
			`secret/${NAME} in shop namespace
  - x.io                  a[31m
  + registry.example.com  mesh-puller
  + ghcr.io               bot
  ~ label usage
`,
		);
	});

	test("what would be refused is one line, and exit 1", async () => {
		await using bed = await bedWithCopy();
		bed.server.store.seed({
			kind: "Secret",
			metadata: { namespace: "app", name: NAME },
			type: "Opaque",
		});
		const [status, out, err] = await told(bed, "sync", "-n", "app", "--diff");
		assert.equal(status, 1);
		assert.equal(
			out,
			`secret/${NAME} in nginx-mesh namespace\n  + record app\n`,
		);
		assert.match(err, /not managed by meshreg/);
	});

	test("in several contexts: a heading each, and which would change", async () => {
		await using bed = await bedWithCopy();
		const files = await Promise.all(
			["prod-eu", "prod-us"].map(async (context) => {
				const file = join(bed.folder, `${context}.kubeconfig`);
				const user = context === "prod-eu" ? "admin" : "other";
				await bed.server.writeKubeconfig(file, { context, user });
				return file;
			}),
		);
		rewrite(bed, "shop", auths({ "ghcr.io": "bot:hunter2" }));
		const { status, out, err } = await bed.run(
			["sync", "--diff", "--contexts=prod-*"],
			{ kubeconfig: files.join(delimiter) },
		);
		const shown = `secret/${NAME} in shop namespace
  + registry.example.com  mesh-puller
`;
		assert.deepEqual(
			[status, out, err],
			[
				1,
				`==> prod-eu <==\n${shown}\n==> prod-us <==\n${shown}`,
				"2 of 2 contexts would change: prod-eu, prod-us\n",
			],
		);
	});

	test("beside -o or --dry-run it is a usage error", async () => {
		await using bed = await testBed();
		for (const flag of ["-ojson", "--dry-run=client"])
			assert.equal((await told(bed, "sync", "-A", "--diff", flag))[0], 2);
	});

	for (const [where, err] of [
		[
			["create", "-n", "none"],
			'Error from server (NotFound): namespaces "none" not found; create it as well with --create-namespace\n',
		],
		[
			["create", "-n", "going"],
			'error: namespace "going" is being deleted; nothing was written there\n',
		],
		[
			["create", "-n", "going", "--create-namespace"],
			'error: namespace "going" is being deleted; nothing was written there\n',
		],
		[
			["apply", "--from", "going", "-n", "shop"],
			'error: namespace "going" is being deleted; nothing was written there\n',
		],
	] as const)
		test(`${where.join(" ")}: nothing would be made where nothing can be`, async () => {
			await using bed = await testBed({ namespaces: ["shop"] });
			goingNamespace(bed, "going");
			const argv = [...where, ...login("ghcr.io")];
			assert.deepEqual(await told(bed, ...argv, "--diff"), [1, "", err]);
			// As it is without.
			assert.deepEqual(await told(bed, ...argv), [1, "", err]);
		});
});
