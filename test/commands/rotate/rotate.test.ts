import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { AbortedError } from "../../../src/errors.ts";
import {
	type Content,
	copyOf,
	edit,
	MANAGED,
	NAME,
	secret,
	source,
} from "../../support/build.ts";
import type { Answer } from "../../support/command-line.ts";
import { registry } from "../../support/registry/registry.ts";
import { serve } from "../../support/registry/server.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";
import { SERVICE_ACCOUNT_KEY } from "../create/bed.ts";

const APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const NOW = Date.parse("2026-11-21T08:00:00Z");
const GOOD = { outcome: "good" } as const;
const login = (host: string) => [
	"--registry-server",
	host,
	"--registry-username",
	"u",
	"--registry-password-stdin",
];
const ROTATE = ["rotate", ...login("a.example")];
const GIVEN = { stdin: "new", verification: GOOD, now: NOW };

/** A source with a.example and b.example, and copies in app and shop. */
async function withCopies(
	options: Parameters<typeof testBed>[0] = {},
): Promise<TestBed> {
	const bed = await testBed({
		namespaces: ["app", "nginx-mesh", "other", "shop"],
		...options,
	});
	const runs = [
		await bed.run(["create", ...login("a.example"), "--expires-in", "1d"], {
			stdin: "old",
			now: NOW,
		}),
		await bed.run(["create", "--add", ...login("b.example")], {
			stdin: "b",
			now: NOW,
		}),
		await bed.run(["sync", "-n", "app,shop", "--copy-label", "team=x"]),
	];
	for (const { status, err } of runs) assert.equal(status, 0, err);
	return bed;
}

const secretIn = (bed: TestBed, namespace: string) =>
	bed.server.store.get("Secret", namespace, NAME);
const line = (namespace: string) =>
	`secret/${NAME} configured in ${namespace} namespace\n`;
/** An entry as somebody has left it. */
const old = (user: string) => ({ auth: btoa(`${user}:old`) });
const passwords = (bed: TestBed) =>
	["nginx-mesh", "app", "shop"].map((namespace) => bed.password(namespace));

/** The entries of a namespace's copy, which throws where there is none. */
function auths(
	bed: TestBed,
	namespace: string,
): Record<string, { username?: string } | undefined> {
	const content = bed.content(namespace) as {
		auths: ReturnType<typeof auths>;
	};
	return content.auths;
}

describe("rotate", () => {
	test("the source, then every copy; other registries and labels stay", async () => {
		await using bed = await withCopies();
		const outcome = await bed.run([...ROTATE, "--expires-in", "2d"], GIVEN);
		assert.deepEqual(outcome, {
			status: 0,
			out: line("nginx-mesh") + line("app") + line("shop"),
			err: "the credential for a.example is valid for 2d\na.example accepts the credential\n3 namespaces: 0 created, 3 configured, 0 unchanged, 0 failed\n",
			asked: [],
		});
		for (const namespace of ["nginx-mesh", "app", "shop"])
			assert.deepEqual(bed.content(namespace), {
				auths: {
					"a.example": {
						username: "u",
						password: "new",
						auth: btoa("u:new"),
					},
					"b.example": { username: "u", password: "b", auth: btoa("u:b") },
				},
			});
		assert.equal(secretIn(bed, "app")?.metadata.labels?.team, "x");
		assert.equal(
			secretIn(bed, "nginx-mesh")?.metadata.annotations?.[
				"kubectl-meshreg/expires-in"
			],
			'{"a.example":"2d"}',
		);
		const { out } = await bed.run(["list", "--no-headers"]);
		assert.match(
			out,
			/^app .* InSync .*\nnginx-mesh .* Source .*\nshop .* InSync /,
		);
	});

	test("the old credential does not stay in what kubectl apply wrote beside it, which only other content takes away", async () => {
		await using bed = await withCopies();
		const places = ["nginx-mesh", "app", "shop"];
		for (const namespace of places) {
			const data = secretIn(bed, namespace)?.data ?? {};
			const annotations = { [APPLIED]: JSON.stringify({ data }) };
			edit(bed, "Secret", namespace, { annotations });
		}
		const kept = () =>
			places.filter(
				(namespace) =>
					secretIn(bed, namespace)?.metadata.annotations?.[APPLIED],
			);
		await bed.run(["sync", "-n", "other"]);
		assert.deepEqual(kept(), places);
		const { status, err } = await bed.run(ROTATE, GIVEN);
		assert.equal(status, 0, err);
		assert.deepEqual(kept(), []);
	});

	test("an immutable source that is made again stays what it was: its record, its label, its policies", async () => {
		await using bed = await withCopies();
		const annotations = {
			"kubectl-meshreg/attached-by-policy": "true",
			"kubectl-meshreg/label": "team=mesh",
		};
		edit(bed, "Secret", "nginx-mesh", { annotations, immutable: true });
		const before = secretIn(bed, "nginx-mesh")?.metadata;
		for (const how of ["server", "none"]) {
			const argv = [...ROTATE, `--dry-run=${how}`];
			const refused = await bed.run(argv, GIVEN);
			assert.deepEqual([refused.status, refused.out], [1, ""]);
			assert.match(refused.err, /; delete and recreate it with --yes$/m);
		}
		const { status, err } = await bed.run([...ROTATE, "--yes"], GIVEN);
		assert.equal(status, 0, err);
		assert.deepEqual(passwords(bed), ["new", "new", "new"]);
		const after = secretIn(bed, "nginx-mesh")?.metadata;
		assert.notEqual(after?.uid, before?.uid);
		for (const name of ["attached-by-policy", "label", "targets"]) {
			const key = `kubectl-meshreg/${name}`;
			assert.equal(after?.annotations?.[key], before?.annotations?.[key], key);
		}
		assert.equal(secretIn(bed, "app")?.metadata.labels?.team, "mesh");
	});

	test("an immutable source: the question about it says what is typed where, and no is nothing", async () => {
		await using bed = await withCopies();
		edit(bed, "Secret", "nginx-mesh", { immutable: true });
		const { status, err } = await bed.run(
			["rotate", "--registry-server=a.example", "--registry-username=u"],
			{
				...GIVEN,
				answers: [
					["Password:", "new"],
					["Do you want to continue?", false],
				],
			},
		);
		assert.equal(status, 0);
		assert.equal(
			err.slice(err.indexOf("You are about")),
			`You are about to delete and recreate the following 1 resource(s) in context embedded:
secret/${NAME} in nginx-mesh namespace (a source: the credential is stored nowhere else)
and replace the credential for a.example in secret/${NAME} in nginx-mesh namespace and its copies
Cancelled; nothing was changed
`,
		);
		assert.deepEqual(passwords(bed), ["old", "old", "old"]);
	});

	test("the same again writes nothing", async () => {
		await using bed = await withCopies();
		await bed.run(ROTATE, GIVEN);
		const writes: string[] = [];
		const off = bed.server.onRequest(({ method, path }) => {
			if (method !== "GET") writes.push(`${method} ${path}`);
			return undefined;
		});
		const again = await bed.run([...ROTATE, "-q"], GIVEN);
		off();
		assert.deepEqual([again.status, again.out, again.err], [0, "", ""]);
		assert.deepEqual(writes, []);
	});

	test("without --expires-in nothing is known of the new credential's end", async () => {
		await using bed = await withCopies();
		await bed.run(ROTATE, GIVEN);
		assert.equal(
			secretIn(bed, "nginx-mesh")?.metadata.annotations?.[
				"kubectl-meshreg/expires-in"
			],
			"{}",
		);
	});

	test("the user stays where only the password is given", async () => {
		await using bed = await withCopies();
		const { status, err } = await bed.run(
			["rotate", "--registry-server=a.example", "--registry-password-stdin"],
			GIVEN,
		);
		assert.equal(status, 0, err);
		assert.deepEqual(passwords(bed), ["new", "new", "new"]);
		const { "a.example": entry } = auths(bed, "app");
		assert.equal(entry?.username, "u");
	});

	test("without a terminal a password is asked for, and no user, who is known", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		await bed.run(["create", ...login("a.example")], { stdin: "old" });
		const { status, err } = await bed.run(["rotate"]);
		assert.deepEqual(
			[status, err],
			[
				2,
				"error: --registry-password-stdin or --registry-key is required: there is no terminal to ask at\nSee 'kubectl meshreg rotate --help' for usage.\n",
			],
		);
	});

	test("a user that is a JWT is not kept with a new password", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		const jwt =
			`${btoa('{"alg":"none"}')}.${btoa('{"sub":"x"}')}.c2ln`.replaceAll(
				"=",
				"",
			);
		await bed.run(
			["create", "--registry-server=a.example", "--registry-jwt=-"],
			{ stdin: jwt },
		);
		assert.equal(auths(bed, "nginx-mesh")["a.example"]?.username, jwt);
		const { status, err } = await bed.run(
			["rotate", "--registry-password-stdin"],
			GIVEN,
		);
		assert.deepEqual(
			[status, err],
			[
				2,
				"error: --registry-username is required: there is no terminal to ask at\nSee 'kubectl meshreg rotate --help' for usage.\n",
			],
		);
	});

	test("a rejected credential changes nothing, without a terminal too", async () => {
		await using bed = await withCopies();
		await using server = await serve(
			registry({ by: "basic", accounts: { passwords: { u: "right" } } }),
		);
		const add = await bed.run(["create", "--add", ...login(server.host)], {
			stdin: "old",
		});
		assert.equal(add.status, 0, add.err);
		const before = secretIn(bed, "nginx-mesh")?.metadata.resourceVersion;
		const outcome = await bed.run(["rotate", ...login(server.host)], {
			stdin: "wrong",
		});
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[
				1,
				"",
				`error: ${server.host} rejects the credential: "authentication required"; nothing was written; use --no-verify to skip this check\n`,
			],
		);
		assert.equal(secretIn(bed, "nginx-mesh")?.metadata.resourceVersion, before);
		const forced = await bed.run(
			["rotate", ...login(server.host), "--no-verify"],
			{ stdin: "wrong" },
		);
		assert.equal(forced.status, 0, forced.err);
	});

	test("interrupted after any number of writes, the next run finishes", async () => {
		for (const after of [0, 1, 2]) {
			await using bed = await withCopies();
			const interrupt = new AbortController();
			let writes = 0;
			const off = bed.server.onRequest(({ method }) => {
				if (method === "PATCH" && writes++ === after)
					interrupt.abort(new AbortedError("SIGINT"));
				return undefined;
			});
			const first = await bed.run(ROTATE, {
				...GIVEN,
				interrupt: interrupt.signal,
			});
			off();
			assert.equal(first.status, 130, first.err);
			// Whatever was done was done whole.
			for (const password of passwords(bed))
				assert.ok(["old", "new"].includes(password ?? ""));
			const second = await bed.run(ROTATE, GIVEN);
			assert.equal(second.status, 0, second.err);
			assert.deepEqual(passwords(bed), ["new", "new", "new"]);
		}
	});

	test("a copy that cannot be written is reported, and the others are", async () => {
		await using bed = await withCopies();
		const off = bed.server.onRequest(({ method, path }) =>
			method === "PATCH" && path.includes("/app/")
				? {
						answer: {
							status: 403,
							reason: "Forbidden",
							message: "secrets is forbidden",
						},
					}
				: undefined,
		);
		const outcome = await bed.run(ROTATE, GIVEN);
		off();
		assert.equal(outcome.status, 1);
		assert.equal(outcome.out, line("nginx-mesh") + line("shop"));
		assert.match(
			outcome.err,
			/Error from server \(Forbidden\): .*\n3 namespaces: 0 created, 2 configured, 0 unchanged, 1 failed\n$/,
		);
		assert.deepEqual(passwords(bed), ["new", "old", "new"]);
	});

	test("a source that cannot be written leaves the copies alone", async () => {
		await using bed = await withCopies();
		const off = bed.server.onRequest(({ method, path }) =>
			method === "PATCH" && path.includes("/nginx-mesh/")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const outcome = await bed.run(ROTATE, GIVEN);
		off();
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[
				1,
				"",
				`a.example accepts the credential
Error from server (Forbidden): no (namespace "nginx-mesh")
1 namespace: 0 created, 0 configured, 0 unchanged, 1 failed
`,
			],
		);
		assert.deepEqual(passwords(bed), ["old", "old", "old"]);
	});

	test("who may not read a recorded Namespace cannot tell whether it is still the same", async () => {
		await using bed = await withCopies({
			users: { sam: {} },
			allow: [{ user: "sam", verbs: ["*"], resources: ["secrets"] }],
		});
		const outcome = await bed.run(ROTATE, { ...GIVEN, user: "sam" });
		assert.deepEqual(
			[outcome.status, outcome.err],
			[
				1,
				`a.example accepts the credential
error: cannot tell whether app, shop are the namespaces that were recorded (needs get on namespaces); confirm with: kubectl meshreg sync -n app,shop
3 namespaces: 0 created, 1 configured, 0 unchanged, 2 failed
`,
			],
		);
		assert.deepEqual(passwords(bed), ["new", "old", "old"]);
	});

	test("who may not see what a rule of the record means rotates nothing, which leaves no copy behind", async () => {
		await using bed = await withCopies({
			users: { sam: {} },
			allow: [{ user: "sam", verbs: ["*"], resources: ["secrets"] }],
		});
		const sync = await bed.run(["sync", "-A"]);
		assert.equal(sync.status, 0, sync.err);
		const outcome = await bed.run(ROTATE, { ...GIVEN, user: "sam" });
		assert.deepEqual([outcome.status, outcome.out], [1, ""]);
		assert.match(outcome.err, /User "sam" cannot list resource "namespaces"/);
		assert.deepEqual(passwords(bed), ["old", "old", "old"]);
	});

	/** A source without a record, a copy that holds what it has in app, and one that does not in shop. */
	const withoutRecord = async () => {
		const bed = await testBed({
			namespaces: ["app", "nginx-mesh", "shop"],
		});
		const held = { "a.example": old("u") };
		source(bed, held, []);
		bed.server.store.seed({
			...secretIn(bed, "nginx-mesh"),
			kind: "Secret",
			metadata: { namespace: "nginx-mesh", name: NAME, labels: MANAGED },
		});
		secret(bed, "app", held, { metadata: copyOf(undefined, NAME) });
		secret(bed, "shop", {}, { metadata: copyOf(undefined, NAME) });
		return bed;
	};
	const recording = (record: Answer[1]): [string[], { answers: Answer[] }] => [
		["rotate", "--registry-username=u", "--no-verify"],
		{
			answers: [
				["Password:", "new"],
				["Replace the credential", true],
				[
					"Record app (context embedded), and give them the new credential?",
					record,
				],
			],
		},
	];

	test("of a source without a record, what holds the credential is recorded by a person's yes, and nothing else", async () => {
		await using bed = await withoutRecord();
		const { status, err } = await bed.run(...recording(true));
		assert.equal(status, 0, err);
		assert.deepEqual(
			[bed.password("nginx-mesh"), bed.password("app"), bed.password("shop")],
			["new", "new", undefined],
		);
	});

	for (const how of ["client", "server"])
		test(`a dry run asks no such question, as it gives nothing: ${how}`, async () => {
			await using bed = await withoutRecord();
			const held = bed.content("nginx-mesh");
			const [argv] = recording(true);
			const { status, err } = await bed.run([...argv, `--dry-run=${how}`], {
				answers: [["Password:", "new"]],
			});
			assert.equal(status, 1);
			assert.match(err, /has no record of where it was sent/);
			assert.deepEqual(
				[bed.content("nginx-mesh"), bed.content("app")],
				[held, held],
			);
		});

	test("who is interrupted at that question is asked it again: by then nothing was written", async () => {
		await using bed = await withoutRecord();
		const before = bed.content("nginx-mesh");
		const outcome = await bed.run(
			...recording(() => {
				throw new AbortedError("SIGINT");
			}),
		);
		assert.deepEqual([outcome.status, outcome.out], [130, ""]);
		assert.doesNotMatch(outcome.err, /run the command again/);
		assert.deepEqual(bed.content("nginx-mesh"), before);
		// Enter alone is no.
		const { status, err } = await bed.run(...recording(""));
		assert.equal(status, 1);
		assert.match(err, /has no record of where it was sent/);
		assert.equal(bed.password("nginx-mesh"), "new");
		assert.deepEqual(bed.content("app"), before);
	});

	for (const [where, left] of [
		["nginx-mesh", ["old", "old", "old"]],
		["app", ["new", "old", "new"]],
	] as const)
		test(`a webhook that undoes what is written in ${where}: that is told, and failed`, async () => {
			await using bed = await withCopies();
			bed.server.onRequest(({ method, path }) => {
				if (method !== "PATCH" || !path.includes(`/${where}/`))
					return undefined;
				const body = JSON.stringify(secretIn(bed, where));
				return { answer: { status: 200, body } };
			});
			const { status, err } = await bed.run(ROTATE, GIVEN);
			assert.equal(status, 1);
			assert.match(
				err,
				new RegExp(
					`error: secret "${NAME}" in namespace "${where}" has other content than was written: the API server accepted the change, and an admission webhook or policy undid it\n`,
				),
			);
			assert.deepEqual(passwords(bed), left);
		});

	for (const { what, left, undoes } of [
		{ what: "would undo", left: "nothing deleted", undoes: () => true },
		{
			what: "undoes by its name",
			left: "that one is deleted by then",
			undoes: (query: URLSearchParams) => !query.has("dryRun"),
		},
	])
		test(`a webhook that ${what} what takes an immutable copy's place: that is told, and ${left}`, async () => {
			await using bed = await withCopies();
			const copy = { ...secretIn(bed, "app"), immutable: true };
			bed.server.store.seed({ ...copy, kind: "Secret" });
			const before = secretIn(bed, "app");
			bed.server.onRequest(({ method, path, query }) =>
				method === "POST" &&
				path.endsWith("/namespaces/app/secrets") &&
				undoes(query)
					? { answer: { status: 201, body: JSON.stringify(before) } }
					: undefined,
			);
			await bed.run(ROTATE, GIVEN);
			const { status, err } = await bed.run(["sync", "--force", "--yes"]);
			assert.equal(status, 1);
			assert.match(
				err,
				/in namespace "app" has other content than was written/,
			);
			assert.deepEqual(
				secretIn(bed, "app"),
				left === "nothing deleted" ? before : undefined,
			);
		});

	test("copies of other sources, and Secrets of others, are left alone", async () => {
		await using bed = await withCopies();
		secret(
			bed,
			"other",
			{ "a.example": old("u") },
			{ metadata: { ...copyOf("elsewhere/key"), labels: { usage: NAME } } },
		);
		const before = secretIn(bed, "other");
		const outcome = await bed.run(ROTATE, GIVEN);
		assert.equal(outcome.status, 0, outcome.err);
		assert.deepEqual(secretIn(bed, "other"), before);
	});

	for (const how of ["client", "server"])
		test(`--dry-run=${how} says what would be, and writes nothing`, async () => {
			await using bed = await withCopies();
			const outcome = await bed.run([...ROTATE, `--dry-run=${how}`], GIVEN);
			const mark = how === "client" ? "(dry run)" : "(server dry run)";
			assert.equal(
				outcome.out,
				["nginx-mesh", "app", "shop"]
					.map((namespace) => line(namespace).replace("\n", ` ${mark}\n`))
					.join(""),
			);
			assert.deepEqual(passwords(bed), ["old", "old", "old"]);
		});

	describe("which registry", () => {
		test("one that is not in the source is refused", async () => {
			await using bed = await withCopies();
			const outcome = await bed.run(["rotate", ...login("c.example")], GIVEN);
			assert.deepEqual(
				[outcome.status, outcome.err],
				[
					1,
					`error: c.example is not in secret "${NAME}" in namespace "nginx-mesh", which has a.example, b.example; add it with 'kubectl meshreg create ${NAME} -n nginx-mesh --add --registry-server c.example'\n`,
				],
			);
		});

		test("several, and none named: an error that lists them, or a question", async () => {
			await using bed = await withCopies();
			const unnamed = ["rotate", ...login("x").slice(2)];
			const outcome = await bed.run(unnamed, GIVEN);
			assert.deepEqual(
				[outcome.status, outcome.err],
				[
					2,
					"error: --registry-server is required: the source has a.example, b.example\nSee 'kubectl meshreg rotate --help' for usage.\n",
				],
			);
			const asked = await bed.run(["rotate"], {
				...GIVEN,
				answers: [
					["Which registry's credential do you want to replace?", "a.example"],
					["Username:", "u"],
					["Password:", "new"],
					[
						`Replace the credential for a.example\n  in secret/${NAME} in nginx-mesh namespace (context embedded) and its 2 copies?`,
						true,
					],
				],
			});
			assert.equal(asked.status, 0, asked.err);
			assert.deepEqual(passwords(bed), ["new", "new", "new"]);
		});

		test("Enter keeps the user, but for a token, which is not shown", async () => {
			await using bed = await withCopies();
			const kept = await bed.run(["rotate", "--registry-server=a.example"], {
				...GIVEN,
				answers: [
					["Username:", ""],
					["Password:", "new"],
					["Replace the credential for a.example", true],
				],
			});
			const token = `eyJhbGciOiJIUzI1NiJ9.e30.${"c".repeat(43)}`;
			assert.equal(kept.status, 0, kept.err);
			assert.deepEqual(passwords(bed), ["new", "new", "new"]);
			await bed.run(
				[
					"rotate",
					"--registry-server=a.example",
					`--registry-username=${token}`,
					"--registry-password=x",
				],
				GIVEN,
			);
			// With nothing to keep, an empty answer is wrong, and asked for again.
			const { asked } = await bed.run(
				["rotate", "--registry-server=a.example"],
				{
					...GIVEN,
					answers: [
						[
							"How do you authenticate to a.example?",
							"Username and password or token",
						],
						["Username:", ""],
						["Username:", "u"],
						["Password:", "new"],
						["Replace the credential for a.example", false],
					],
				},
			);
			assert.equal(asked[2], "! the username is empty");
		});

		test("a service account's JSON key is replaced by another key, without a question of how", async () => {
			await using bed = await testBed({ namespaces: ["nginx-mesh"] });
			const made = await bed.run(
				[
					"create",
					"--registry-server=gcr.io",
					"--registry-username=_json_key",
					"--registry-password-stdin",
				],
				{ stdin: "{}" },
			);
			assert.equal(made.status, 0, made.err);
			const path = join(bed.folder, "key.json");
			await writeFile(path, JSON.stringify(SERVICE_ACCOUNT_KEY));
			const rotated = await bed.run(["rotate"], {
				...GIVEN,
				answers: [
					["Path of the JSON key file:", path],
					["Replace the credential for gcr.io", true],
				],
			});
			assert.equal(rotated.status, 0, rotated.err);
			assert.equal(
				bed.password("nginx-mesh"),
				JSON.stringify(SERVICE_ACCOUNT_KEY),
			);
		});

		test("the registry that nobody named is told before anything is typed", async () => {
			await using bed = await testBed({ namespaces: ["nginx-mesh"] });
			source(bed, { "a.example": old("u") });
			let told = "";
			await bed.run(["rotate"], {
				...GIVEN,
				onWrite: (_, text) => {
					told += text;
				},
				answers: [
					[
						"Username:",
						() => {
							told += "asked\n";
							return "u";
						},
					],
					["Password:", "new"],
					["Replace the credential for a.example", false],
				],
			});
			assert.match(
				told,
				/^replacing the credential for a\.example in secret \S+ in namespace \S+\nasked\n/,
			);
		});

		test("no to the question writes nothing", async () => {
			await using bed = await withCopies();
			const outcome = await bed.run(
				["rotate", ...login("a.example").slice(0, 4)],
				{
					...GIVEN,
					answers: [
						["Password:", "new"],
						["Replace the credential for a.example", false],
					],
				},
			);
			assert.deepEqual(
				[outcome.status, outcome.err],
				[
					0,
					"a.example accepts the credential\nCancelled; nothing was changed\n",
				],
			);
			assert.deepEqual(passwords(bed), ["old", "old", "old"]);
		});

		test("the only one need not be named, whatever it is written as", async () => {
			await using bed = await testBed({ namespaces: ["nginx-mesh"] });
			source(bed, { "https://a.example/v1/": { ...old("u"), email: "x" } });
			const outcome = await bed.run(["rotate", ...login("x").slice(2)], GIVEN);
			assert.equal(outcome.status, 0, outcome.err);
			assert.deepEqual(bed.content("nginx-mesh"), {
				auths: {
					"https://a.example/v1/": {
						username: "u",
						password: "new",
						auth: btoa("u:new"),
					},
				},
			});
		});
	});

	/** A source with this content, as somebody wrote it. */
	const seeded = async (content: Content): Promise<TestBed> => {
		const bed = await testBed({ namespaces: ["nginx-mesh"] });
		source(bed, content);
		return bed;
	};
	const renewed = { username: "u", password: "new", auth: btoa("u:new") };
	const rotating = (server: string) => ["rotate", ...login(server)];

	test("F1: a path names the entry with the path, and its host's stays", async () => {
		await using bed = await seeded({
			"reg.example.com": old("host"),
			"reg.example.com/team-a": old("ta"),
			"ghcr.io": old("gh"),
		});
		const outcome = await bed.run(rotating("reg.example.com/team-a"), GIVEN);
		assert.equal(outcome.status, 0, outcome.err);
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: {
				"reg.example.com": old("host"),
				"reg.example.com/team-a": renewed,
				"ghcr.io": old("gh"),
			},
		});
		const other = await bed.run(rotating("reg.example.com/team-b"), GIVEN);
		assert.deepEqual(
			[other.status, other.out, other.err],
			[
				1,
				"",
				`error: reg.example.com/team-b is not in secret "${NAME}" in namespace "nginx-mesh", which has reg.example.com, reg.example.com/team-a, ghcr.io\n`,
			],
		);
		const removed = await bed.run([
			"create",
			"--remove",
			"reg.example.com/team-a",
		]);
		assert.equal(removed.status, 0, removed.err);
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: { "reg.example.com": old("host"), "ghcr.io": old("gh") },
		});
	});

	for (const named of [
		"reg.example.com/team-a",
		"https://reg.example.com/team-a",
	])
		test(`F1: apply and create --add mean the entry that ${named} names`, async () => {
			await using bed = await seeded({
				"reg.example.com": old("host"),
				"reg.example.com/team-a": old("ta"),
				"ghcr.io": old("gh"),
			});
			const adding = await bed.run(["create", "--add", ...login(named)], GIVEN);
			assert.deepEqual(
				[adding.status, adding.err],
				[
					1,
					`error: reg.example.com/team-a is in secret "${NAME}" in namespace "nginx-mesh" already; give it another credential with 'kubectl meshreg rotate ${NAME} -n nginx-mesh --registry-server reg.example.com/team-a'\n`,
				],
			);
			const outcome = await bed.run(["apply", ...login(named)], GIVEN);
			assert.equal(outcome.status, 0, outcome.err);
			assert.deepEqual(bed.content("nginx-mesh"), {
				auths: {
					"reg.example.com": old("host"),
					"reg.example.com/team-a": renewed,
					"ghcr.io": old("gh"),
				},
			});
		});

	test("F1, F18: an entry with a star is named by its star", async () => {
		await using bed = await seeded({
			"*.gcr.io": old("star"),
			"ghcr.io": old("gh"),
			"quay.io": old("q"),
		});
		const outcome = await bed.run(rotating("*.gcr.io"), GIVEN);
		assert.equal(outcome.status, 0, outcome.err);
		assert.match(
			outcome.err,
			/^Warning: could not verify the credential for \*\.gcr\.io: its key stands for several hosts, or for none\n/,
		);
		const removed = await bed.run(["create", "--remove", "*.gcr.io"]);
		assert.equal(removed.status, 0, removed.err);
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: { "ghcr.io": old("gh"), "quay.io": old("q") },
		});
	});

	for (const [keys, err] of [
		[
			["https://hub.docker.com"],
			"Warning: https://hub.docker.com: Docker Hub's images match docker.io alone, not this name\n",
		],
		[["https://hub.docker.com", "docker.io"], ""],
		// What was not written is not told of.
		[["docker.io", "https://r.example:x"], ""],
	] as const)
		test(`what no image matches is said where nothing else has the credential: ${keys}`, async () => {
			await using bed = await testBed({ namespaces: ["nginx-mesh"] });
			source(bed, Object.fromEntries(keys.map((key) => [key, old("u")])), []);
			const outcome = await bed.run(
				["rotate", "-q", "--no-verify", ...login("docker.io")],
				GIVEN,
			);
			assert.deepEqual([outcome.status, outcome.err], [0, err]);
		});

	for (const named of ["docker.io", "index.docker.io", "hub.docker.com"])
		test(`F2: all of Docker Hub's entries get the new credential, named as ${named}`, async () => {
			await using bed = await seeded({
				"docker.io": old("old1"),
				"https://index.docker.io/v1/": old("old2"),
				"ghcr.io": old("gh"),
			});
			const outcome = await bed.run(rotating(named), GIVEN);
			assert.equal(outcome.status, 0, outcome.err);
			assert.deepEqual(bed.content("nginx-mesh"), {
				auths: {
					"docker.io": renewed,
					"https://index.docker.io/v1/": renewed,
					"ghcr.io": old("gh"),
				},
			});
		});

	test("security 5: what stands beside stays byte by byte, however deep it is nested", async () => {
		const deep = `{"auth":"eDp5", "n":1.0,"x":${"[".repeat(9000)}${"]".repeat(9000)}}`;
		await using bed = await seeded(
			`{"auths":{"deep.example":${deep},"a.example":{"auth":"dTpvbGQ="}}}`,
		);
		const outcome = await bed.run(rotating("a.example"), GIVEN);
		assert.equal(outcome.status, 0, outcome.err);
		const data = bed.server.store.get("Secret", "nginx-mesh", NAME)?.data;
		assert.ok(typeof data === "object" && data !== null);
		assert.equal(
			atob(String(Reflect.get(data, ".dockerconfigjson"))),
			`{"auths":{"deep.example":${deep},"a.example":${JSON.stringify(renewed)}}}`,
		);
	});

	test("a whole registry's credential is not replaced by that for a part of it, which has the words for its name", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh", "other"] });
		const named = "--registry-server=quay.io/team";
		const path = join(bed.folder, "docker.json");
		const part = { "quay.io/team": { auth: btoa("u:part") } };
		await writeFile(path, JSON.stringify({ auths: part }));
		secret(bed, "other", part);
		const made = await bed.run(["create", named, ...login("").slice(2)], {
			...GIVEN,
			stdin: "whole",
		});
		assert.equal(made.status, 0, made.err);
		for (const from of [
			`--from-docker-config=${path}`,
			`--from-secret=other/${NAME}`,
		]) {
			const { status, err } = await bed.run(["rotate", named, from], GIVEN);
			assert.equal(status, 1, err);
			assert.equal(bed.password("nginx-mesh"), "whole");
		}
	});

	test("no source, a copy instead of one, and two credentials at once", async () => {
		await using bed = await withCopies();
		for (const [args, message] of [
			[
				[...ROTATE, "-n", "other"],
				`error: no source named "${NAME}" in namespace "other". Secrets elsewhere that call themselves a source (check who made them): nginx-mesh/${NAME}; -n NAMESPACE takes one\n`,
			],
			[
				[...ROTATE, "-n", "app"],
				`error: secret "${NAME}" in namespace "app" is a copy of nginx-mesh/${NAME}, not a source\n`,
			],
			[
				["rotate", "missing", ...login("a.example")],
				`error: no source named "missing" in namespace "nginx-mesh"; create it with 'kubectl meshreg create missing'\n`,
			],
			[
				[
					"rotate",
					"--from-docker-config",
					"--registry-server=a",
					"--registry-server=b",
				],
				"error: --registry-server: one credential is rotated at a time\n",
			],
		] as const)
			assert.equal((await bed.run(args, GIVEN)).err, message);
		assert.deepEqual(passwords(bed), ["old", "old", "old"]);
	});
});
