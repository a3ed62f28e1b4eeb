import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	account,
	copyOf,
	goingNamespace,
	labelsOf,
	secret,
} from "../../support/build.ts";
import type { Answer } from "../../support/command-line.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const TARGETS = "kubectl-meshreg/targets";
const login = (host = "registry.example.com") => [
	`--registry-server=${host}`,
	"--registry-username=mesh",
	"--registry-password-stdin",
];

/** The same, but that the password is asked for. */
const TYPED = login().slice(0, -1);

const bedWith = (...namespaces: string[]) =>
	testBed({ namespaces: ["nginx-mesh", ...namespaces] });

/** Runs apply with a password, and shows what came of it. */
async function applied(
	bed: TestBed,
	password: string,
	...argv: readonly string[]
): Promise<[number, string, string]> {
	const { status, out, err } = await bed.run(["apply", ...argv], {
		stdin: password,
	});
	return [status, out, err];
}

const summary = (created: number, configured: number, unchanged: number) =>
	`${created + configured + unchanged} namespaces: ${created} created, ${configured} configured, ${unchanged} unchanged, 0 failed\n`;

describe("apply", () => {
	test("takes kubectl's flags; -n is where copies go, as without them", async () => {
		await using bed = await bedWith("app");
		assert.deepEqual(
			await applied(
				bed,
				"",
				...["--docker-server=r.example", "--docker-username=u"],
				...["--docker-password=p", "-n=app"],
			),
			[
				0,
				`secret/${NAME} created in nginx-mesh namespace
secret/${NAME} created in app namespace
`,
				`Warning: --docker-password can be seen in the process list and in the shell's history; use --registry-password-stdin
${summary(2, 0, 0)}`,
			],
		);
		assert.equal(bed.password("nginx-mesh"), "p");
	});

	test("B5: first run, second run, changed password, new namespace: the same line", async () => {
		await using bed = await bedWith("app", "shop");
		const line = [...login(), "-A", "--exclude=default"];
		assert.deepEqual(await applied(bed, "one", ...line), [
			0,
			`secret/${NAME} created in nginx-mesh namespace
secret/${NAME} created in app namespace
secret/${NAME} created in shop namespace
`,
			summary(3, 0, 0),
		]);
		const writes = () =>
			bed.server.requests.filter(({ method }) => method !== "GET").length;
		const before = writes();
		assert.equal(before, 4, "each is written once, and the record");
		assert.deepEqual(await applied(bed, "one", ...line, "-q"), [0, "", ""]);
		assert.equal(writes(), before, "nothing is written where nothing differs");
		bed.server.store.seed({
			apiVersion: "v1",
			kind: "Namespace",
			metadata: { name: "new" },
		});
		assert.deepEqual(await applied(bed, "two", ...line), [
			0,
			`secret/${NAME} configured in nginx-mesh namespace
secret/${NAME} configured in app namespace
secret/${NAME} created in new namespace
secret/${NAME} configured in shop namespace
`,
			summary(1, 3, 0),
		]);
		for (const namespace of ["nginx-mesh", "app", "new", "shop"])
			assert.equal(bed.password(namespace), "two");
	});

	test("B6: without a selection it goes where the record says", async () => {
		await using bed = await bedWith("app", "shop");
		await applied(bed, "one", ...login(), "-n", "app");
		const [status, out] = await applied(bed, "two", ...login());
		assert.equal(status, 0);
		assert.match(out, /configured in app namespace/);
		assert.equal(bed.password("shop"), undefined);
	});

	test("a selection joins what is recorded", async () => {
		await using bed = await bedWith("app", "shop");
		await applied(bed, "one", ...login(), "-n", "app");
		await applied(bed, "two", ...login(), "-n", "shop");
		assert.equal(bed.password("app"), "two");
		assert.equal(bed.password("shop"), "two");
	});

	test("A7: at a terminal what comes next is said once: copies, then accounts, then nothing", async () => {
		await using bed = await bedWith("app", "shop");
		account(bed, "shop");
		const next = async (...argv: string[]) => {
			const agree: readonly Answer[] = argv.includes("--dry-run=client")
				? []
				: [["Put the credential", true]];
			const { err } = await bed.run(
				["apply", ...TYPED, "--no-verify", ...argv],
				{ answers: [["Password:", "one"], ...agree] },
			);
			return err.split("\n").filter((line) => line.startsWith("Next"));
		};
		assert.deepEqual(await next(), ["Next: kubectl meshreg sync --attach"]);
		assert.deepEqual(await next("-n", "app"), [
			"Next: kubectl meshreg sync -n app --attach",
		]);
		assert.deepEqual(await next("-n", "app"), []);
		assert.deepEqual(await next("-n", "shop", "--attach"), []);
		assert.deepEqual(await next("-A", "--dry-run=client"), []);
	});

	test("attaching is not what comes next where pods have it already: by their default account, or by a policy", async () => {
		await using bed = await bedWith("app", "pay", "shop");
		await applied(bed, "one", ...login());
		for (const namespace of ["app", "shop"]) {
			account(bed, namespace);
			await bed.run(["attach", "-n", namespace]);
		}
		const next = async (verb: string, ...argv: string[]) => {
			const typed = verb === "apply" ? [...TYPED, "--no-verify"] : [];
			const { err } = await bed.run([verb, ...typed, ...argv], {
				answers: verb === "apply" ? [["Password:", "one"]] : [],
			});
			for (const namespace of ["app", "pay", "shop"])
				bed.server.store.delete("Secret", namespace, NAME);
			return err.split("\n").filter((line) => line.startsWith("Next"));
		};
		for (const verb of ["apply", "sync"])
			assert.deepEqual(await next(verb, "-n", "app,shop"), []);
		// Of what is recorded, those that lack it.
		assert.deepEqual(await next("sync", "-n", "app,pay"), [
			"Next: kubectl meshreg sync -n app,pay --attach",
		]);
		assert.deepEqual(await next("sync", "-n", "missing,pay"), [
			"Next: kubectl meshreg sync -n pay --attach",
		]);
		assert.deepEqual(await next("sync"), [
			"Next: kubectl meshreg sync -n pay --attach",
		]);
		await bed.run(["attach", "--by-policy"]);
		assert.deepEqual(await next("sync"), []);
	});

	test("another registry is added, and its others stay", async () => {
		await using bed = await bedWith("app");
		await applied(bed, "one", ...login("a.example"), "-n", "app");
		await applied(bed, "two", ...login("b.example"));
		const { auths } = bed.content("app") as {
			auths: Record<string, { password: string }>;
		};
		assert.deepEqual(
			Object.entries(auths).map(([key, { password }]) => [key, password]),
			[
				["a.example", "one"],
				["b.example", "two"],
			],
		);
	});

	test("two at once with different registries: both entries are there", async () => {
		await using bed = await bedWith("app");
		await applied(bed, "zero", ...login("z.example"), "-n", "app");
		const both = await Promise.all([
			applied(bed, "one", ...login("a.example")),
			applied(bed, "two", ...login("b.example")),
		]);
		assert.deepEqual(
			both.map(([status]) => status),
			[0, 0],
		);
		for (const namespace of ["nginx-mesh", "app"]) {
			const { auths } = bed.content(namespace) as { auths: object };
			assert.deepEqual(Object.keys(auths).sort(), [
				"a.example",
				"b.example",
				"z.example",
			]);
		}
	});

	test("two at once with the same one: one wins, whole, everywhere", async () => {
		await using bed = await bedWith("app", "shop");
		await applied(bed, "zero", ...login(), "-n", "app,shop");
		const both = await Promise.all(
			["one", "two"].map((password) => applied(bed, password, ...login())),
		);
		assert.deepEqual(
			both.map(([status]) => status),
			[0, 0],
		);
		const [winner, ...others] = ["nginx-mesh", "app", "shop"].map((namespace) =>
			bed.content(namespace),
		);
		for (const other of others) assert.deepEqual(other, winner);
		const { auths } = winner as {
			auths: Record<string, { password: string; auth: string }>;
		};
		const { password, auth } = auths["registry.example.com"] ?? {};
		assert.ok(password === "one" || password === "two");
		assert.equal(auth, btoa(`mesh:${password}`));
	});

	for (const [what, argv] of [
		["a namespace that is going", ["-n", "app,going"]],
		["everywhere, with one that is going", ["-A", "--exclude=default"]],
	] as const)
		test(`${what} gets nothing, and the others are done`, async () => {
			await using bed = await bedWith("app");
			goingNamespace(bed, "going");
			const [status, out, err] = await applied(bed, "one", ...login(), ...argv);
			// Whoever names it wants it there.
			assert.equal(status, argv[0] === "-n" ? 1 : 0, err);
			assert.match(out, /created in app namespace/);
			assert.match(err, /going/);
			assert.equal(bed.content("going"), undefined);
			const [again] = await applied(bed, "two", ...login());
			assert.equal(again, 0);
			assert.equal(bed.password("app"), "two");
		});

	test("where the source's own namespace is going: nothing is written", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		goingNamespace(bed, "nginx-mesh");
		const [status, , err] = await applied(bed, "one", ...login(), "-n", "app");
		assert.deepEqual(
			[status, err],
			[
				1,
				'error: namespace "nginx-mesh" is being deleted; nothing was written there\n',
			],
		);
		assert.equal(bed.content("app"), undefined);
	});

	test("more names than the record holds: refused before a copy is written", async () => {
		await using bed = await bedWith("app", "shop");
		await applied(bed, "one", ...login(), "-n", "app");
		const source = bed.server.store.get("Secret", "nginx-mesh", NAME);
		assert.ok(source);
		// As many as there is room for: one more is too many.
		const namespaces = Object.fromEntries(
			Array.from({ length: Math.floor((204_800 - 20) / 69) }, (_, index) => [
				`n${String(index).padStart(62, "0")}`,
				"",
			]),
		);
		const record = JSON.stringify([{ namespaces }]);
		assert.ok(204_800 - record.length < 69);
		bed.server.store.seed({
			...source,
			kind: "Secret",
			metadata: {
				...source.metadata,
				annotations: {
					...source.metadata.annotations,
					"kubectl-meshreg/targets": record,
				},
			},
		});
		for (const argv of [
			["sync", "-n", "app,shop"],
			["apply", ...login(), "-n", "app,shop"],
		]) {
			const before = bed.server.store.get("Secret", "app", NAME);
			const { status, err } = await bed.run(argv, { stdin: "one" });
			assert.equal(status, 1);
			assert.match(err, /^error: .*(?:200|204800|KiB)/m);
			assert.deepEqual(bed.server.store.get("Secret", "app", NAME), before);
		}
	});

	describe("what cannot be recorded is refused before the source is written", () => {
		const RULED = '[{"namespaces":{"shop":""}}]';
		const kept = (record: string) => ({
			managedFields: [
				{
					manager: "argocd-controller",
					operation: "Apply",
					apiVersion: "v1",
					fieldsType: "FieldsV1",
					fieldsV1: {
						"f:metadata": { "f:annotations": { [`f:${TARGETS}`]: {} } },
					},
				},
			],
			annotations: { [TARGETS]: record },
		});
		for (const [title, metadata, selection, error] of [
			[
				"a record that cannot be read",
				{ annotations: { [TARGETS]: "{" } },
				[],
				`error: the record of secret "${NAME}" in namespace "nginx-mesh" (annotation ${TARGETS}) cannot be read, so nothing is written: it is not JSON\n`,
			],
			[
				"the same, with a selection",
				{ annotations: { [TARGETS]: "[{}]" } },
				["-n", "app"],
				`error: the record of secret "${NAME}" in namespace "nginx-mesh" (annotation ${TARGETS}) cannot be read, so nothing is written: entry 1: it has none of the fields namespaces, selector, all, injected\n`,
			],
			[
				"a record that another keeps",
				kept(RULED),
				["-n", "app"],
				`error: the record of ${NAME} is kept by argocd-controller: add app there, or use sync --once\n`,
			],
			[
				"a record that would be too large",
				{
					annotations: {
						[TARGETS]: JSON.stringify([
							{
								selector: "team=a",
								exclude: [
									...Array.from({ length: 1008 }, (_, index) =>
										String(index).padStart(200, "0"),
									),
									"z".repeat(100),
								],
							},
						]),
					},
				},
				["-n", "app"],
				/^error: the record of secret .* would be \d+ KiB, more than 200 KiB; label/,
			],
		] as const)
			test(title, async () => {
				await using bed = await bedWith("app", "shop");
				secret(
					bed,
					"nginx-mesh",
					{ "registry.example.com": { username: "mesh", password: "one" } },
					{ metadata: { labels: labelsOf(), ...metadata } },
				);
				const [status, out, err] = await applied(
					bed,
					"two",
					...login(),
					...selection,
				);
				assert.deepEqual([status, out], [1, ""]);
				if (typeof error === "string") assert.equal(err, error);
				else assert.match(err, error);
				assert.equal(bed.password("nginx-mesh"), "one");
				assert.equal(bed.password("app"), undefined);
				// Nor is anybody asked about what could not be done all the same.
				secret(bed, "app", {}, { metadata: { labels: {} } });
				const sync = await bed.run(["sync", ...selection, "--force"], {
					answers: [],
				});
				assert.equal(sync.status, 1);
				assert.doesNotMatch(sync.err, /You are about to/);
			});

		test("but a name that the record of another holds already is served, with no word to it", async () => {
			await using bed = await bedWith("shop");
			secret(
				bed,
				"nginx-mesh",
				{ "registry.example.com": { username: "mesh", password: "one" } },
				{ metadata: { labels: labelsOf(), ...kept(RULED) } },
			);
			for (const line of [
				["apply", ...login(), "-n", "shop"],
				["sync", "-n", "shop"],
			]) {
				const { status } = await bed.run(line, { stdin: "two" });
				assert.equal(status, 0);
			}
			assert.equal(bed.password("shop"), "two");
			assert.equal(
				bed.server.store.get("Secret", "nginx-mesh", NAME)?.metadata
					.annotations?.[TARGETS],
				RULED,
			);
		});
	});

	test("no to what would be overwritten is nothing: the source stays as it was", async () => {
		await using bed = await bedWith("app", "shop");
		await applied(bed, "one", ...login(), "-n", "app");
		secret(bed, "shop", {}, { metadata: { labels: {} } });
		const { status, out, err } = await bed.run(
			["apply", ...TYPED, "--no-verify", "-n", "shop", "--force"],
			{
				answers: [
					["Password", "two"],
					["Do you want to continue?", false],
				],
			},
		);
		assert.deepEqual(
			[status, out, err],
			[
				0,
				"",
				`You are about to overwrite the following 1 resource(s) in context embedded:
secret/${NAME} in shop namespace
and put the credential for registry.example.com in secret/${NAME} in nginx-mesh namespace and its 2 copies
Cancelled; nothing was changed
`,
			],
		);
		assert.equal(bed.password("nginx-mesh"), "one");
		assert.equal(bed.password("app"), "one");
		// It told of the credential, too: nothing else is asked.
		const yes = await bed.run(
			["apply", ...TYPED, "--no-verify", "-n", "shop", "--force"],
			{
				answers: [
					["Password", "two"],
					["Do you want to continue?", true],
				],
			},
		);
		assert.equal(yes.status, 0, yes.err);
		assert.deepEqual(
			["nginx-mesh", "app", "shop"].map((place) => bed.password(place)),
			["two", "two", "two"],
		);
	});

	for (const [where, agreed] of [
		["-n=shop", "two"],
		["-A", undefined],
		["-l=kubernetes.io/metadata.name=shop", undefined],
	] as const)
		test(`--force writes over a source where ${where} gives it a copy: ${agreed !== undefined}`, async () => {
			await using bed = await bedWith("shop");
			secret(bed, "shop", {}, { metadata: { labels: labelsOf() } });
			const line = [...login(), where, "--force", "--yes"];
			await applied(bed, "two", ...line);
			assert.equal(bed.password("shop"), agreed);
			assert.equal(bed.password("nginx-mesh"), "two");
		});

	test("--force writes over a source in a namespace that -n names, and in no other that is recorded", async () => {
		await using bed = await bedWith("app", "shop");
		await applied(bed, "one", ...login(), "-n", "app");
		for (const at of ["app", "shop"])
			secret(bed, at, {}, { metadata: { labels: labelsOf() } });
		const line = [...login(), "-n", "shop", "--force", "--yes"];
		const [status] = await applied(bed, "two", ...line);
		assert.equal(status, 1);
		assert.equal(bed.password("shop"), "two");
		assert.equal(bed.password("app"), undefined);
	});

	test("of a namespace that -n names it is told why that gets nothing, and not what the record says of it besides", async () => {
		await using bed = await bedWith("shop");
		const line = [...login(), "-n", "shop", "-o", "json"];
		await applied(bed, "one", ...line);
		bed.server.store.delete("Namespace", "", "shop");
		const annotations = { "kubectl-meshreg/skip": "true" };
		const metadata = { name: "shop", annotations };
		bed.server.store.seed({ kind: "Namespace", metadata });
		const [, out] = await applied(bed, "two", ...line);
		const { items } = JSON.parse(out) as { items: Record<string, string>[] };
		assert.deepEqual(
			items.map(({ cause }) => cause),
			["", "namespace-skipped"],
		);
	});

	describe("what was typed is written where a person agrees that it goes", () => {
		const put = (rest: string) =>
			`Put the credential for registry.example.com\n  in secret/${NAME} in nginx-mesh namespace (context embedded)${rest}?`;
		/** Runs apply, which asks for the password and then `question`. */
		const typed = async (
			bed: TestBed,
			question: string,
			answer: boolean | "",
			...argv: readonly string[]
		) => {
			const { status, err, asked } = await bed.run(
				["apply", ...TYPED, "--no-verify", ...argv],
				{
					answers: [
						["Password", "two"],
						[question, answer],
					],
				},
			);
			assert.equal(status, 0, err);
			assert.equal(asked.length, 2);
			return err;
		};

		test("a new source: no is nothing", async () => {
			await using bed = await bedWith("app");
			assert.equal(
				await typed(bed, put(" and its copy"), false, "-n", "app"),
				"Cancelled; nothing was changed\n",
			);
			assert.deepEqual(
				[bed.content("nginx-mesh"), bed.content("app")],
				[undefined, undefined],
			);
		});

		test("a namespace that is made for it is part of the question", async () => {
			await using bed = await bedWith();
			const made = ["--create-namespace", "--from", "new"];
			const question = `Namespace new does not exist. Create it, and put the credential for registry.example.com\n  in secret/${NAME} in new namespace (context embedded)?`;
			await typed(bed, question, false, ...made);
			assert.equal(bed.server.store.get("Namespace", "", "new"), undefined);
			await typed(bed, question, true, ...made);
			const again = question.replace(/^.* and p/, "P");
			await typed(bed, again, false, ...made);
		});

		test("one that is there, or that no flag says to make, is not", async () => {
			await using bed = await bedWith();
			await typed(bed, put(""), false, "--create-namespace");
			const missing = put("").replace("in nginx-mesh", "in new");
			await typed(bed, missing, false, "--from", "new");
		});

		test("Enter alone is yes", async () => {
			await using bed = await bedWith();
			await typed(bed, put(""), "");
			assert.equal(bed.password("nginx-mesh"), "two");
		});

		test("with copies: yes is all of it", async () => {
			await using bed = await bedWith("app", "shop");
			await applied(bed, "one", ...login(), "-n", "app");
			await typed(bed, put(" and its 2 copies"), true, "-n", "shop");
			assert.deepEqual(
				["nginx-mesh", "app", "shop"].map((name) => bed.password(name)),
				["two", "two", "two"],
			);
		});

		test("a source without a record: no is nothing", async () => {
			await using bed = await bedWith();
			secret(bed, "nginx-mesh", {}, { metadata: { labels: labelsOf() } });
			assert.equal(
				await typed(bed, put(""), false),
				"Cancelled; nothing was changed\n",
			);
			assert.deepEqual(bed.content("nginx-mesh"), { auths: {} });
		});
	});

	test("a copy is no source", async () => {
		await using bed = await bedWith("app");
		await applied(bed, "one", ...login(), "-n", "app");
		const [status, out, err] = await applied(
			bed,
			"two",
			...login(),
			"--from=app",
		);
		assert.equal(status, 1);
		assert.equal(out, "");
		assert.match(err, /copy/);
		assert.equal(bed.password("nginx-mesh"), "one");
	});

	test("a credential that is rejected writes nothing", async () => {
		await using bed = await bedWith("app");
		const { status, out, err } = await bed.run(
			["apply", ...login(), "-n", "app", "--verify"],
			{
				stdin: "one",
				verification: { outcome: "rejected", status: 401, words: "no" },
			},
		);
		assert.deepEqual([status, out], [1, ""]);
		assert.match(err, /nothing was written/);
		assert.equal(bed.content("nginx-mesh"), undefined);
	});

	describe("a source without a record is written alone, and what says it is a copy is told", () => {
		const OLD = {
			"registry.example.com": { username: "mesh", password: "one" },
		};
		const OTHER = {
			"registry.example.com": { username: "mesh", password: "?" },
		};
		const USUAL = `nginx-mesh/${NAME}`;
		const ROWS: [
			what: string,
			at: string,
			copies: Record<string, typeof OLD>,
			mayList: boolean,
			told: string,
		][] = [
			["nothing does", USUAL, {}, true, ""],
			[
				"one holds what it had, another does not",
				USUAL,
				{ app: OLD, shop: OTHER },
				true,
				`Warning: secret "${NAME}" in app holds the credential that the source had; that does not entitle it to the next one; if they are yours, record them with 'kubectl meshreg sync -n app'
Warning: secret "${NAME}" in shop says that it is a copy but has other content; check who made it
`,
			],
			[
				"under another name, elsewhere",
				"team/key",
				{ app: OLD },
				true,
				`Warning: secret "key" in app holds the credential that the source had; that does not entitle it to the next one; if they are yours, record them with 'kubectl meshreg sync key -n app --from team/key'
`,
			],
			[
				"who may not look for them",
				USUAL,
				{ app: OLD },
				false,
				"Warning: cannot look for Secrets that say they are copies (needs list on secrets in all namespaces)\n",
			],
		];
		for (const [what, at, copies, mayList, told] of ROWS)
			test(what, async () => {
				await using bed = await bedWith("team", "app", "shop");
				const [namespace = "", name = NAME] = at.split("/");
				secret(bed, at, OLD, { metadata: { labels: labelsOf(name) } });
				for (const [where, content] of Object.entries(copies))
					secret(bed, `${where}/${name}`, content, { metadata: copyOf(at) });
				bed.server.onRequest(({ path }) =>
					mayList || path !== "/api/v1/secrets"
						? undefined
						: { answer: { status: 403, reason: "Forbidden", message: "no" } },
				);
				const sync = [
					...["kubectl meshreg sync", ...(name === NAME ? [] : [name])],
					...(namespace === "nginx-mesh" ? [] : ["--from", namespace]),
				].join(" ");
				const [status, out, err] = await applied(
					bed,
					"two",
					...(name === NAME ? [] : [name, `--from=${namespace}`]),
					...login(),
				);
				assert.deepEqual(
					[status, out, err],
					[
						1,
						`secret/${name} configured in ${namespace} namespace\n`,
						`${told}error: secret "${name}" in namespace "${namespace}" has no record of where it was sent; record it with -n, -l or -A of '${sync}'\n`,
					],
				);
				for (const [where, content] of Object.entries(copies))
					assert.deepEqual(bed.content(where, name), { auths: content });
			});
	});

	test("one namespace that fails is one line and exit 1; the others are done", async () => {
		await using bed = await bedWith("app");
		const [status, out, err] = await applied(
			bed,
			"one",
			...login(),
			"-n",
			"app,gone",
		);
		assert.equal(status, 1);
		assert.match(out, /created in app namespace/);
		assert.match(err, /gone/);
	});

	test("one that is named and recorded as well is told once", async () => {
		await using bed = await bedWith("app");
		await applied(bed, "one", ...login(), "-n", "app");
		const { metadata } = bed.server.store.get("Namespace", "", "app") ?? {};
		goingNamespace(bed, "app", metadata);
		assert.deepEqual(await applied(bed, "one", ...login(), "-n", "app"), [
			1,
			`secret/${NAME} unchanged in nginx-mesh namespace\n`,
			`error: namespace "app" is being deleted; nothing was written there\n2 namespaces: 0 created, 0 configured, 1 unchanged, 1 failed\n`,
		]);
	});

	test("a server-side dry run of a source that is to be made, and of one that is there, tells of the copies as a run would", async () => {
		await using bed = await bedWith("app", "shop");
		const told = async (password: string, ...argv: readonly string[]) => {
			const line = [...login(), ...argv];
			const dry = await applied(bed, password, ...line, "--dry-run=server");
			const wet = await applied(bed, password, ...line);
			assert.deepEqual(
				dry.map((part) => String(part).replaceAll(" (server dry run)", "")),
				wet.map(String),
			);
			return wet[1];
		};
		assert.match(await told("one", "-n", "app"), /created in app namespace/);
		assert.match(
			await told("two", "-n", "shop"),
			/configured in app namespace\n.*created in shop namespace/,
		);
	});

	test("--attach, and a client-side dry run that writes nothing", async () => {
		await using bed = await testBed({
			namespaces: ["nginx-mesh", "app"],
			defaultServiceAccounts: true,
		});
		const line = [...login(), "-n", "app", "--attach"];
		const dry = await applied(bed, "one", ...line, "--dry-run=client");
		assert.equal(dry[0], 0, dry[2]);
		assert.equal(bed.content("nginx-mesh"), undefined);
		const [status, out, err] = await applied(bed, "one", ...line);
		assert.equal(status, 0, err);
		assert.match(out, /serviceaccount\/default configured in app namespace/);
	});
});
