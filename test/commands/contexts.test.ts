import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { AbortedError } from "../../src/errors.ts";
import { account, secret } from "../support/build.ts";
import { meshreg, type Surroundings } from "../support/command-line.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";
import { started } from "../support/watching.ts";

const NAME = "nginx-mesh-registry-key";
const CREDENTIAL = [
	"--registry-server=registry.example.com",
	"--registry-username=mesh",
	"--registry-password-stdin",
];
/** The same, but that the password is asked for. */
const TYPED = CREDENTIAL.slice(0, -1);

/** Two clusters, prod-eu and prod-us, and prod-gone that answers nothing, in one kubeconfig. */
async function clusters(): Promise<{
	eu: TestBed;
	us: TestBed;
	run: (
		argv: readonly string[],
		given?: Surroundings,
	) => ReturnType<typeof meshreg>;
	[Symbol.asyncDispose](): Promise<void>;
}> {
	const stillAt = STILL;
	const eu = await testBed({ namespaces: ["nginx-mesh", "app"], stillAt });
	const us = await testBed({
		namespaces: ["nginx-mesh", "app", "shop"],
		stillAt,
	});
	const paths = await Promise.all(
		(
			[
				["prod-eu", eu, {}],
				["prod-us", us, {}],
				["prod-gone", us, { server: "https://127.0.0.1:1" }],
			] as const
		).map(async ([context, bed, options]) => {
			const path = join(eu.folder, `${context}.kubeconfig`);
			// Users of the same name would be one user: each signs with its own authority's certificate.
			const yaml = bed.server
				.kubeconfig({ context, ...options })
				.replaceAll(/\badmin\b/g, `admin-of-${context}`);
			await writeFile(path, yaml);
			return path;
		}),
	);
	return {
		eu,
		us,
		run: (argv, given) =>
			meshreg(argv, { kubeconfig: paths.join(delimiter), ...given }),
		async [Symbol.asyncDispose]() {
			await eu[Symbol.asyncDispose]();
			await us[Symbol.asyncDispose]();
		},
	};
}

/** The registries of a cluster's source. */
function registriesOf(bed: TestBed): string[] {
	const { auths } = bed.content("nginx-mesh") as { auths: object };
	return Object.keys(auths);
}

/** The servers' clocks stand at this time, in milliseconds since 1970. */
const STILL = Date.UTC(2026, 0, 1);

/** A source whose credential is good for twelve hours in prod-eu, for two in prod-us. */
async function createEnding({
	run,
}: Awaited<ReturnType<typeof clusters>>): Promise<void> {
	for (const [context, life] of [
		["prod-eu", "12h"],
		["prod-us", "2h"],
	])
		await run(
			["create", ...CREDENTIAL, `--contexts=${context}`].concat(
				`--expires-in=${life}`,
			),
			{ stdin: "one", now: STILL },
		);
}
const REFUSED =
	"The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?";
const sorted = (text: string) => text.split("\n").filter(Boolean).sort();

describe("--contexts", () => {
	for (const [line, item] of [
		[["list"], { status: "Failed", message: REFUSED }],
		[["check"], { cause: "cluster-failed", message: REFUSED }],
		[["sync"], { cause: "unreachable", message: REFUSED }],
		[["prune", "--yes"], { cause: "unreachable", message: REFUSED }],
		[
			["rotate", "--registry-password-stdin"],
			{ cause: "unreachable", message: REFUSED },
		],
		// Objects are printed to be applied.
		[["sync", "--dry-run=client"], undefined],
		[["prune", "--dry-run=client"], { action: "failed", cause: "unreachable" }],
	] as const)
		for (const flag of ["--contexts", "--context"])
			test(`${line.join(" ")} -o json ${flag}: where none answers, that is the result`, async () => {
				await using all = await clusters();
				const { status, out } = await all.run([
					...[...line, "-o", "json", flag, "prod-gone"],
				]);
				assert.equal(status, 1);
				if (item === undefined) assert.equal(out, "");
				else
					assert.partialDeepStrictEqual(JSON.parse(out).items, [
						{ context: "prod-gone", ...item },
					]);
			});

	test("create asks standard input once, and writes everywhere", async () => {
		await using all = await clusters();
		const { status, out, err } = await all.run(
			["create", ...CREDENTIAL, "--contexts", "prod-eu,prod-us"],
			{ stdin: "one" },
		);
		assert.equal(status, 0, err);
		assert.equal(
			out,
			`==> prod-eu <==
secret/${NAME} created in nginx-mesh namespace

==> prod-us <==
secret/${NAME} created in nginx-mesh namespace
`,
		);
		assert.equal(all.eu.password("nginx-mesh"), "one");
		assert.equal(all.us.password("nginx-mesh"), "one");
	});

	test("create asks a person once for the credential, and about each cluster", async () => {
		await using all = await clusters();
		const { status, asked } = await all.run(
			["create", "--contexts=prod-eu,prod-us", "--no-verify"],
			{
				answers: [
					["Registry server", "registry.example.com"],
					["How do you authenticate?", "Username and password or token"],
					["Username:", "mesh"],
					["Password:", "one"],
					["Create ", true],
					["Create ", false],
				],
			},
		);
		assert.equal(status, 0);
		assert.deepEqual(
			asked.slice(4),
			["prod-eu", "prod-us"].map(
				(context) =>
					`Create secret/${NAME} in nginx-mesh namespace\n  for registry.example.com as mesh (context ${context})?`,
			),
		);
		const written = [all.eu, all.us].map((bed) => bed.password("nginx-mesh"));
		assert.deepEqual(written, ["one", undefined]);
	});

	for (const [who, answers] of [
		["a script", undefined],
		["a person", []],
	] as const)
		test(`create by ${who}: what is in the place of one cluster's source keeps it from no other`, async () => {
			await using all = await clusters();
			secret(all.eu, "nginx-mesh", {}, { type: "Opaque" });
			await all.run(["create", ...CREDENTIAL, "--contexts=prod-us"], {
				stdin: "one",
			});
			const stored = join(all.eu.folder, "docker.json");
			const auth = Buffer.from("mesh:two").toString("base64");
			await writeFile(stored, JSON.stringify({ auths: { "x.io": { auth } } }));
			const { status, out, err } = await all.run(
				[
					...["create", "--add", `--from-docker-config=${stored}`],
					"--registry-server=x.io",
					...["--no-verify", "--contexts=prod-eu,prod-us"],
				],
				answers && { answers },
			);
			assert.equal(status, 1);
			assert.match(out + err, /is not managed by meshreg/);
			assert.match(err, /1 of 2 contexts failed: prod-eu/);
			assert.deepEqual(registriesOf(all.us), ["registry.example.com", "x.io"]);
		});

	const typed = [
		["Username:", "mesh"],
		["Password:", "two"],
		["Replace ", true],
	] as const;
	for (const [verb, answers, contexts, failed] of [
		["rotate", undefined, "prod-gone,prod-eu,prod-us", "2 of 3"],
		["rotate", typed, "prod-gone,prod-eu,prod-us", "2 of 3"],
		[
			"create",
			[
				[`nginx-mesh/${NAME} exists (context prod-us)`, "Replace a credential"],
				...typed,
			] as const,
			"prod-gone,prod-us",
			"1 of 2",
		],
	] as const)
		test(`${verb} by ${answers ? "a person" : "a script"}: the first cluster, which is down, or has no source, holds up none`, async () => {
			await using all = await clusters();
			await all.run(["create", ...CREDENTIAL, "--contexts=prod-us"], {
				stdin: "one",
			});
			const { status, out, err } = await all.run(
				[verb, "--no-verify", `--contexts=${contexts}`].concat(
					answers ? [] : "--registry-password-stdin",
				),
				answers ? { answers } : { stdin: "two" },
			);
			assert.equal(status, 1, err);
			assert.match(
				err,
				new RegExp(`error: ${failed} contexts failed: prod-gone`),
			);
			assert.equal(all.us.password("nginx-mesh"), "two", out + err);
		});

	test("create: a person is asked about no source where there is none, and the others are done", async () => {
		await using all = await clusters();
		secret(all.eu, "nginx-mesh", {}, { type: "Opaque" });
		const stored = join(all.eu.folder, "docker.json");
		const auth = Buffer.from("mesh:two").toString("base64");
		await writeFile(stored, JSON.stringify({ auths: { "x.io": { auth } } }));
		const { status } = await all.run(
			[
				...["create", `--from-docker-config=${stored}`, "--no-verify"],
				"--registry-server=x.io",
				"--contexts=prod-eu,prod-us",
			],
			{ answers: [] },
		);
		assert.equal(status, 1);
		assert.deepEqual(registriesOf(all.us), ["x.io"]);
	});

	for (const [chosen, question] of [
		[
			"Start over, without its registries",
			`secret/${NAME} in nginx-mesh namespace exists with other registries (context prod-us).\n  Replace it and remove other.example.com?`,
		],
		[
			"Replace a credential",
			`Replace the credential for registry.example.com as mesh\n  in secret/${NAME} in nginx-mesh namespace (context prod-us)?`,
		],
	] as const)
		test(`create: "${chosen}" was said of one cluster's source, and is asked about the other's`, async () => {
			await using all = await clusters();
			await all.run(["create", ...CREDENTIAL, "--contexts=prod-*s,prod-eu"], {
				stdin: "one",
			});
			await all.run(
				["create", "--add", "--contexts=prod-us"].concat(
					"--registry-server=other.example.com",
					CREDENTIAL.slice(1),
				),
				{ stdin: "other" },
			);
			const stored = join(all.eu.folder, "docker.json");
			const auth = Buffer.from("mesh:two").toString("base64");
			await writeFile(
				stored,
				JSON.stringify({ auths: { "registry.example.com": { auth } } }),
			);
			const { status, asked } = await all.run(
				[
					"create",
					...[`--from-docker-config=${stored}`, "--no-verify"],
					...CREDENTIAL.slice(0, 1),
					"--contexts=prod-eu,prod-us",
				],
				{
					answers: [
						[`nginx-mesh/${NAME} exists (context prod-eu)`, chosen],
						["", false],
					],
				},
			);
			assert.equal(status, 0);
			assert.equal(asked[1], question);
			const written = [all.eu, all.us].map((bed) => bed.password("nginx-mesh"));
			assert.deepEqual(written, ["two", "one"]);
		});

	test("what comes next is said once for all of them, behind the last", async () => {
		await using all = await clusters();
		const run = async (verb: string, ...argv: string[]) => {
			const { err } = await all.run(
				[verb, ...argv, "--no-verify", "--contexts=prod-*s,prod-eu"],
				{
					answers: [
						["Password:", "one"],
						["Put the credential", true],
						["Put the credential", true],
					],
				},
			);
			return err.split("\n").filter((line) => line.includes("Next"));
		};
		assert.deepEqual(await run("apply", ...TYPED), [
			"Next: kubectl meshreg sync --attach --contexts 'prod-*s,prod-eu'",
		]);
		await all.eu.run(["sync", "-n", "app"]);
		assert.deepEqual(await run("apply", ...TYPED, "-n", "app"), [
			"Next: kubectl meshreg sync -n app --attach --contexts prod-us",
		]);
	});

	for (const [argv, object] of [
		[["-o", "json", "--dry-run=client"], "Secret"],
		[["-o", "json"], undefined],
	] as const)
		test(`create ${argv.join(" ")} prints one document`, async () => {
			await using all = await clusters();
			const { status, out } = await all.run(
				["create", ...CREDENTIAL, "--contexts=prod-e*,prod-us", ...argv],
				{ stdin: "one" },
			);
			assert.equal(status, 0);
			const document = JSON.parse(out);
			assert.equal(document.kind, object);
			if (object === undefined)
				assert.deepEqual(
					document.items.map(({ context, action }: Record<string, string>) => [
						context,
						action,
					]),
					[
						["prod-eu", "created"],
						["prod-us", "created"],
					],
				);
		});

	test("one that fails does not hold up the others", async () => {
		await using all = await clusters();
		await all.run(["create", ...CREDENTIAL, "--contexts=prod-eu,prod-us"], {
			stdin: "one",
		});
		const { status, out, err } = await all.run([
			"sync",
			"-A",
			"--contexts=prod-*",
		]);
		assert.equal(status, 1);
		assert.equal(
			out,
			`==> prod-eu <==
secret/${NAME} created in app namespace
secret/${NAME} created in default namespace

==> prod-us <==
secret/${NAME} created in app namespace
secret/${NAME} created in default namespace
secret/${NAME} created in shop namespace
`,
		);
		assert.equal(
			err,
			`==> prod-eu <==
2 namespaces: 2 created, 0 configured, 0 unchanged, 0 failed

==> prod-gone <==
${REFUSED}

==> prod-us <==
3 namespaces: 3 created, 0 configured, 0 unchanged, 0 failed
error: 1 of 3 contexts failed: prod-gone
`,
		);

		const list = await all.run(["list", "--contexts=prod-*"], { now: STILL });
		assert.equal(list.status, 1);
		assert.equal(
			list.out,
			`==> prod-eu <==
NAMESPACE    NAME                      REGISTRIES             STATUS   AGE
app          ${NAME}   registry.example.com   InSync   0s
default      ${NAME}   registry.example.com   InSync   0s
nginx-mesh   ${NAME}   registry.example.com   Source   0s

==> prod-us <==
NAMESPACE    NAME                      REGISTRIES             STATUS   AGE
app          ${NAME}   registry.example.com   InSync   0s
default      ${NAME}   registry.example.com   InSync   0s
nginx-mesh   ${NAME}   registry.example.com   Source   0s
shop         ${NAME}   registry.example.com   InSync   0s
`,
		);
		assert.equal(
			list.err,
			`==> prod-gone <==\n${REFUSED}\nerror: 1 of 3 contexts failed: prod-gone\n`,
		);
	});

	test("json and yaml are one document; names are names", async () => {
		await using all = await clusters();
		await all.run(["create", ...CREDENTIAL, "--contexts=prod-eu,prod-us"], {
			stdin: "one",
		});
		const sync = ["sync", "-n", "app", "--contexts=prod-eu,prod-us"];
		const names = await all.run([...sync, "--dry-run=client", "-o", "name"]);
		assert.equal(names.out, `secret/${NAME}\nsecret/${NAME}\n`);
		const { out } = await all.run([...sync, "-o", "yaml"]);
		assert.equal(
			out,
			["prod-eu", "prod-us"]
				.map(
					(context) =>
						`- action: created\n  cause: ""\n  context: ${context}\n  kind: Secret\n  message: ""\n  name: ${NAME}\n  namespace: app\n`,
				)
				.join("")
				.replace(/^/, "items:\n"),
		);
		const list = await all.run([
			...["list", "-n", "app", "--contexts=prod-eu,prod-us", "-o", "json"],
		]);
		assert.deepEqual(
			JSON.parse(list.out).items.map(
				({ context, namespace }: Record<string, string>) => [
					context,
					namespace,
				],
			),
			[
				["prod-eu", "app"],
				["prod-us", "app"],
			],
		);
		const check = await all.run([
			"check",
			"--contexts=prod-eu,prod-us",
			"-o",
			"json",
		]);
		const { items } = JSON.parse(check.out);
		assert.deepEqual(
			[...new Set(items.map(({ context }: Record<string, string>) => context))],
			["prod-eu", "prod-us"],
		);
	});

	for (const format of ["json", "yaml"] as const)
		test(`-o ${format}: what is said of each cluster stands under its heading`, async () => {
			await using all = await clusters();
			await all.run(["create", ...CREDENTIAL, "--contexts=prod-eu"], {
				stdin: "one",
			});
			const sync = ["sync", "-n", "app,nope", "--contexts=prod-eu,prod-gone"];
			const { out, err } = await all.run([...sync, "-o", format]);
			assert.equal(
				err,
				`==> prod-eu <==
Error from server (NotFound): namespaces "nope" not found
2 namespaces: 1 created, 0 configured, 0 unchanged, 1 failed

==> prod-gone <==
${REFUSED}
error: 2 of 2 contexts failed: prod-eu, prod-gone
`,
			);
			assert.deepEqual(
				parse(out).items.map(
					({ context, namespace, action }: Record<string, string>) =>
						`${context} ${namespace} ${action}`,
				),
				["prod-eu app created", "prod-eu nope failed", "prod-gone  failed"],
			);
		});

	test("rotate and attach", async () => {
		await using all = await clusters();
		const contexts = "--contexts=prod-eu,prod-us";
		await all.run(["create", ...CREDENTIAL, contexts], { stdin: "one" });
		const rotate = await all.run(
			["rotate", ...CREDENTIAL, "--no-verify", contexts],
			{
				stdin: "two",
			},
		);
		assert.equal(rotate.status, 0, rotate.err);
		assert.equal(all.eu.password("nginx-mesh"), "two");
		assert.equal(all.us.password("nginx-mesh"), "two");
		for (const bed of [all.eu, all.us]) account(bed, "app");
		const attach = await all.run(["attach", "-n", "app", contexts]);
		assert.equal(attach.status, 0, attach.err);
		assert.equal(
			attach.out,
			`==> prod-eu <==
serviceaccount/default configured in app namespace

==> prod-us <==
serviceaccount/default configured in app namespace
`,
		);
	});

	test("rotate: one cluster's user takes the place of no other's", async () => {
		await using all = await clusters();
		for (const [context, user] of [
			["prod-eu", "mesh"],
			["prod-us", "other"],
		])
			await all.run(
				[
					...["create", "--registry-server=registry.example.com"],
					...[`--registry-username=${user}`, "--registry-password-stdin"],
					`--contexts=${context}`,
				],
				{ stdin: "one" },
			);
		const argv = ["rotate", "--registry-password-stdin", "--no-verify"];
		const { status, err } = await all.run(
			[...argv, "--contexts=prod-eu,prod-us"],
			{ stdin: "two" },
		);
		assert.equal(status, 1);
		assert.match(
			err,
			/^error: secret "nginx-mesh-registry-key" in namespace "nginx-mesh" has registry\.example\.com as other, not as mesh; name the user with --registry-username$/m,
		);
		assert.equal(all.eu.password("nginx-mesh"), "two");
		assert.equal(all.us.password("nginx-mesh"), "one");
	});

	test("rotate --if-expiring: another cluster's credential is asked for in its section, after those before it", async () => {
		await using all = await clusters();
		await createEnding(all);
		const order: string[] = [];
		const { status, err } = await all.run(
			["rotate", ...TYPED, "--no-verify", "--if-expiring=3h"].concat(
				"--contexts=prod-eu,prod-us",
			),
			{
				now: STILL,
				onWrite: (_, text) => order.push(text),
				answers: [
					[
						"Password:",
						() => {
							order.push("asked");
							return "two";
						},
					],
					["Replace the credential", true],
				],
			},
		);
		assert.equal(status, 0, err);
		assert.equal(
			order.slice(0, order.indexOf("asked")).join(""),
			"==> prod-eu <==\nthe credential for registry.example.com is valid for 12h: nothing to do\n\n==> prod-us <==\n",
		);
		assert.equal(all.us.password("nginx-mesh"), "two");
	});

	for (const [first, second] of [
		["prod-eu", "prod-us"],
		["prod-us", "prod-eu"],
	])
		test(`rotate --if-expiring: what ends soon is rotated where it does, of ${first},${second}`, async () => {
			await using all = await clusters();
			await createEnding(all);
			const { status, out, err } = await all.run(
				["rotate", ...CREDENTIAL, "--no-verify", "--if-expiring=3h"].concat(
					`--contexts=${first},${second}`,
				),
				{ stdin: "two", now: STILL },
			);
			assert.equal(status, 0, err);
			assert.match(
				out,
				/==> prod-us <==\nsecret\/\S+ configured in nginx-mesh/,
			);
			assert.match(
				err,
				/==> prod-eu <==\nthe credential for registry\.example\.com is valid for 12h: nothing to do\n/,
			);
			assert.equal(all.eu.password("nginx-mesh"), "one");
			assert.equal(all.us.password("nginx-mesh"), "two");
		});

	test("what check --fix runs is told in its section, and beside a document on stderr", async () => {
		await using all = await clusters();
		const contexts = "--contexts=prod-eu,prod-us";
		await all.run(["create", ...CREDENTIAL, contexts], { stdin: "one" });
		await all.run(["sync", "-n=app", contexts]);
		const fixed = (...more: string[]) => {
			for (const { server } of [all.eu, all.us])
				server.store.delete("Secret", "app", NAME);
			return all.run(["check", "--fix", "--yes", "-q", contexts, ...more]);
		};
		const made = `secret/${NAME} created in app namespace\n`;
		const told = `==> prod-eu <==\n${made}\n==> prod-us <==\n${made}`;
		assert.equal((await fixed()).out, told);
		const { status, out, err } = await fixed("-o=json");
		assert.equal(status, 0, err);
		assert.equal(JSON.parse(out).items.length, 10);
		assert.equal(err.replaceAll(/^\d+ namespaces?: .*\n/gm, ""), told);
	});

	test("prune asks about each cluster", async () => {
		await using all = await clusters();
		const contexts = "--contexts=prod-eu,prod-us";
		await all.run(["create", ...CREDENTIAL, contexts], { stdin: "one" });
		const { status, out, err } = await all.run(["prune", contexts], {
			answers: [
				["Do you want to continue?", false],
				["Do you want to continue?", true],
			],
		});
		assert.equal(status, 0);
		assert.equal(
			out,
			`==> prod-us <==\nsecret "${NAME}" deleted from nginx-mesh namespace\n`,
		);
		const question = (context: string) =>
			`==> ${context} <==\nYou are about to delete the following 1 resource(s) in context ${context}:\nsecret/${NAME} in nginx-mesh namespace (a source: the credential is stored nowhere else)\n`;
		assert.equal(
			err,
			`${question("prod-eu")}Cancelled; nothing was changed\n\n${question("prod-us")}`,
		);
	});

	test("sync --watch: a line an event, with its context", async () => {
		await using all = await clusters();
		const contexts = "--contexts=prod-eu,prod-us";
		await all.run(["create", ...CREDENTIAL, contexts], { stdin: "one" });
		const labelled = (name: string) => {
			for (const { server } of [all.eu, all.us])
				server.store.seed({
					kind: "Namespace",
					metadata: { name, labels: { served: "yes" } },
				});
		};
		labelled("app");
		const interrupt = new AbortController();
		let ready = 0;
		let events = 0;
		const { status, out } = await all.run(
			["sync", "-l", "served=yes", "--watch", "-o", "json", contexts],
			{
				interrupt: interrupt.signal,
				onWrite(name, text) {
					if (text.includes("Watching for changes.") && ++ready === 2)
						labelled("new");
					if (name === "out" && text.includes('"created"') && ++events === 4)
						interrupt.abort(new AbortedError("SIGTERM"));
				},
			},
		);
		assert.equal(status, 143);
		const created = out
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line))
			.filter(({ action }) => action === "created")
			.map(({ context, namespace }) => `${context} ${namespace}`);
		assert.deepEqual(created.sort(), [
			"prod-eu app",
			"prod-eu new",
			"prod-us app",
			"prod-us new",
		]);
	});

	test("two contexts of one cluster and user are one", async () => {
		await using all = await clusters();
		const path = join(all.eu.folder, "twin.kubeconfig");
		const config = parse(all.eu.server.kubeconfig({ context: "prod-eu" }));
		const [{ context }] = config.contexts;
		config.contexts.push({ name: "twin", context });
		await writeFile(path, JSON.stringify(config));
		const { status, out, err } = await meshreg(
			["create", ...CREDENTIAL, "--contexts=prod-eu,twin"],
			{ kubeconfig: path, stdin: "one" },
		);
		assert.equal(status, 0, err);
		assert.equal(
			out,
			`==> prod-eu <==\nsecret/${NAME} created in nginx-mesh namespace\n`,
		);
		assert.equal(err, "twin is the cluster and user of prod-eu: done once\n");
	});

	test("what is reached by another proxy or name is another cluster", async () => {
		await using all = await clusters();
		const path = join(all.eu.folder, "ways.kubeconfig");
		const config = parse(all.eu.server.kubeconfig({ context: "prod-eu" }));
		const [{ cluster }] = config.clusters;
		const [{ context }] = config.contexts;
		for (const [name, way] of [
			["named", { "tls-server-name": "localhost" }],
			["proxied", { "proxy-url": "socks5://127.0.0.1:1" }],
		] as const) {
			config.clusters.push({ name, cluster: { ...cluster, ...way } });
			config.contexts.push({ name, context: { ...context, cluster: name } });
		}
		await writeFile(path, JSON.stringify(config));
		const { out, err } = await meshreg(
			["list", "-o", "json", "--contexts=prod-eu,named,proxied"],
			{ kubeconfig: path },
		);
		assert.deepEqual(
			JSON.parse(out).items.map((item: Record<string, string>) => item.context),
			["proxied"],
		);
		assert.match(err, /1 of 3 contexts failed: proxied\n$/);
	});

	test("one cluster as two users is done as each of them", async () => {
		await using all = await clusters();
		const path = join(all.eu.folder, "mates.kubeconfig");
		const config = parse(all.eu.server.kubeconfig({ context: "prod-eu" }));
		const [{ context }] = config.contexts;
		const [{ user }] = config.users;
		config.users.push({ name: "mate", user: { ...user, as: "mate" } });
		config.contexts.push({
			name: "mate",
			context: { ...context, user: "mate" },
		});
		await writeFile(path, JSON.stringify(config));
		all.eu.server.requests.length = 0;
		await meshreg(["list", "--contexts=prod-eu,mate"], { kubeconfig: path });
		const askers = all.eu.server.requests.map((request) => request.user);
		assert.equal(new Set(askers).size, 2);
	});

	test("list -o json says which contexts could not be listed", async () => {
		await using all = await clusters();
		const { status, out } = await all.run([
			...["list", "-o", "json", "--contexts=prod-gone,prod-eu"],
		]);
		assert.equal(status, 1);
		assert.deepEqual(
			JSON.parse(out).items.map((item: Record<string, string>) => [
				item.context,
				item.status,
				item.message,
			]),
			[["prod-gone", "Failed", REFUSED]],
		);
		const nowhere = await all.run(["list", "--contexts=prod-gone"]);
		assert.equal(
			nowhere.err,
			`==> prod-gone <==\n${REFUSED}\nerror: 1 of 1 contexts failed: prod-gone\n`,
		);
	});

	test("sync --watch says at once where it does not watch, and stays in the others", async () => {
		await using all = await clusters();
		await all.run(["create", ...CREDENTIAL, "--contexts=prod-eu"], {
			stdin: "one",
		});
		const interrupt = new AbortController();
		let printed = "";
		const { status, err } = await all.run(
			["sync", "-n", "app", "--watch", "--contexts=prod-gone,prod-eu"],
			{
				interrupt: interrupt.signal,
				onWrite(_, text) {
					printed += text;
					if (printed.includes(REFUSED) && printed.includes("Watching"))
						interrupt.abort(new AbortedError("SIGTERM"));
				},
			},
		);
		assert.equal(status, 143);
		assert.deepEqual(sorted(err), [
			"1 namespace: 1 created, 0 configured, 0 unchanged, 0 failed",
			"==> prod-eu <==",
			"==> prod-gone <==",
			REFUSED,
			"Watching for changes.",
			"error: 1 of 2 contexts failed: prod-gone",
			"interrupted in 1 of 2 contexts: prod-eu",
			"stopped: 1 created, 0 configured, 0 deleted, 0 failed",
		]);
	});

	test("the lines of -v and the server's warnings say their context", async () => {
		await using all = await clusters();
		const { err } = await all.run(["list", "--contexts=prod-eu", "-v=6"]);
		assert.match(err, /^==> prod-eu <==\nGET https/);
	});

	test("list -w: a failure is told at once, the others go on", async () => {
		await using all = await clusters();
		await all.run(["create", ...CREDENTIAL, "--contexts=prod-eu,prod-us"], {
			stdin: "one",
		});
		await using list = await started(
			{ run: all.run },
			["list", "-w", "--contexts=prod-*"],
			[
				`==> prod-gone <==\n${REFUSED}\n`,
				"==> prod-eu <==\nNAMESPACE",
				"==> prod-us <==\nNAMESPACE",
			],
		);
		all.us.server.store.delete("Secret", "nginx-mesh", NAME);
		await list.says("Deleted");
		const { status, out } = await list.stop();
		assert.equal(status, 143);
		assert.match(
			out,
			/==> prod-us <==\nNAMESPACE {4}NAME .*\n.*Source.*\n(?:\n==> prod-eu <==\n.*\n.*Source.*\n\n==> prod-us <==\n)?nginx-mesh .* Deleted +\S+\n$/,
		);
	});

	for (const [argv, status, message] of [
		[
			["--contexts="],
			2,
			"--contexts: a context is empty; is a variable unset?",
		],
		[
			["--contexts=prod-eu,,prod-us"],
			2,
			"--contexts: a context is empty; is a variable unset?",
		],
		[
			["--contexts=prod-eu", "--context=prod-us"],
			2,
			"--contexts and --context cannot be used together",
		],
		[
			["--contexts=prod-eu", "--server=x"],
			2,
			"--contexts and --server cannot be used together",
		],
		[
			["--contexts=prod-eu,prod"],
			1,
			'context "prod" does not exist; contexts: prod-eu, prod-gone, prod-us',
		],
		[
			["--contexts=dev-*"],
			1,
			'--contexts: no context matches "dev-*"; contexts: prod-eu, prod-gone, prod-us',
		],
	] as const)
		test(`refused: list ${argv.join(" ")}`, async () => {
			await using all = await clusters();
			for (const command of [["list"], ["sync", "-A"]]) {
				const outcome = await all.run([...command, ...argv]);
				assert.equal(outcome.err.split("\n")[0], `error: ${message}`);
				assert.equal(outcome.status, status);
				assert.equal(outcome.out, "");
			}
		});

	test("what is wrong with the command line is said once", async () => {
		await using all = await clusters();
		const outcome = await all.run(["prune", "--contexts=prod-eu,prod-us"]);
		assert.equal(outcome.status, 2);
		assert.doesNotMatch(outcome.err, /prod-/);
	});

	test("a command that is printed to be pasted stays in the cluster that it is about", async () => {
		await using all = await clusters();
		account(all.us, "app");
		const mend =
			"kubectl meshreg create --registry-server r.io --context prod-us && kubectl meshreg sync -n app --attach --context prod-us";
		const explain = await all.run([
			"explain",
			"r.io/web:1",
			"-n",
			"app",
			"--context",
			"prod-us",
		]);
		assert.equal(explain.out.split("\n").at(-2), `  ${mend}`);
		for (const flag of ["--context", "--contexts"]) {
			const sync = await all.run(["sync", "-n", "app", flag, "prod-us"]);
			assert.match(
				sync.err,
				/^(==> prod-us <==\n)?error: no source named .* create it with 'kubectl meshreg create --context prod-us'/,
			);
		}
		// What is asked is asked of the clusters one by one, before the work.
		const rotate = ["rotate", ...CREDENTIAL, "--contexts=prod-eu,prod-us"];
		const { out, err } = await all.run([...rotate, "-o", "json"]);
		for (const [at, context] of ["prod-eu", "prod-us"].entries()) {
			const command = `kubectl meshreg create --context ${context}'`;
			assert.ok(err.includes(command), err);
			assert.ok(JSON.parse(out).items[at].message.endsWith(command), out);
		}
		const check = await all.run(["check", "-q", "--contexts", "prod-us"]);
		assert.ok(
			check.out.includes("    Fix: kubectl meshreg create --context prod-us\n"),
			check.out,
		);
	});
});
