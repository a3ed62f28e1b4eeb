/**
 * A namespace becomes another one of that name while a person stands at a question about it: nothing
 * that the yes was for reaches whoever made it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { edit, secret, source } from "../support/build.ts";
import type { Answer } from "../support/command-line.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const ENTRY = { "r.example": { username: "u", password: "first" } };
const refusal = (namespace: string) =>
	`error: ${namespace} was created by someone else, or deleted and recreated, while you were asked; nothing was written there. Run the command once more if that is intended\n`;

/** Deletes a namespace with all that is in it, and makes another of that name. */
function recreate({ server }: TestBed, name: string): void {
	server.store.delete("Secret", name, NAME);
	server.store.delete("Namespace", "", name);
	server.store.seed({ kind: "Namespace", metadata: { name } });
}

interface Case {
	readonly name: string;
	readonly argv: readonly string[];
	/** The namespace that becomes another one. */
	readonly namespace: string;
	/** The questions, in order; the namespace changes at that with this index. */
	readonly answers: readonly Answer[];
	readonly at: number;
	readonly stage?: (bed: TestBed) => void;
}

const withSource = (bed: TestBed) => source(bed, ENTRY, ["app"]);

const CASES: readonly Case[] = [
	{
		name: "create, at the last question",
		argv: [
			"create",
			"--registry-server=r.example",
			"--registry-username=u",
			"--no-verify",
		],
		namespace: "nginx-mesh",
		answers: [
			["Password:", "new"],
			["Create secret/", true],
		],
		at: 1,
	},
	{
		name: "create, while the password is typed",
		argv: [
			"create",
			"--registry-server=r.example",
			"--registry-username=u",
			"--no-verify",
		],
		namespace: "nginx-mesh",
		answers: [
			["Password:", "new"],
			["Create secret/", true],
		],
		at: 0,
	},
	...["nginx-mesh", "app"].map((namespace) => ({
		name: `apply, at the last question: ${namespace}`,
		argv: [
			"apply",
			"-n=app",
			"--registry-server=r.example",
			"--registry-username=u",
			"--no-verify",
		],
		namespace,
		answers: [
			["Password:", "new"],
			["Put the credential for r.example", true],
		] as const,
		at: 1,
	})),
	{
		name: "create, of a namespace that did not exist",
		argv: [
			"create",
			"-n=new",
			"--registry-server=r.example",
			"--registry-username=u",
			"--no-verify",
		],
		namespace: "new",
		answers: [
			["Password:", "new"],
			["Namespace new does not exist. Create it, and secret/", true],
		],
		at: 1,
	},
	{
		name: "create --add",
		argv: [
			"create",
			"--add",
			"--registry-server=b.example",
			"--registry-username=u",
			"--no-verify",
		],
		namespace: "nginx-mesh",
		answers: [
			["Password:", "new"],
			["Add b.example as u", true],
		],
		at: 0,
		stage: withSource,
	},
	{
		name: "rotate, while the password is typed",
		argv: ["rotate", "--no-verify"],
		namespace: "nginx-mesh",
		answers: [
			["Username:", ""],
			["Password:", "new"],
			["Replace the credential", true],
		],
		at: 1,
		stage: withSource,
	},
	{
		name: "rotate, at the last question",
		argv: ["rotate", "--no-verify"],
		namespace: "nginx-mesh",
		answers: [
			["Username:", ""],
			["Password:", "new"],
			["Replace the credential", true],
		],
		at: 2,
		stage: withSource,
	},
	{
		name: "sync's list of namespaces",
		argv: ["sync"],
		namespace: "app",
		answers: [["Which namespaces get a copy (context embedded)?", ["app"]]],
		at: 0,
		stage: (bed) => source(bed, ENTRY),
	},
	{
		name: "sync --needed",
		argv: ["sync", "--needed"],
		namespace: "app",
		answers: [["Give the credential to app", true]],
		at: 0,
		stage(bed) {
			source(bed, ENTRY);
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace: "app", name: "web" },
				spec: { containers: [{ name: "web", image: "r.example/web:1" }] },
			});
		},
	},
	{
		name: "check --fix",
		argv: ["check", "--fix"],
		namespace: "app",
		answers: [["Run this command", true]],
		at: 0,
		stage(bed) {
			const uid = bed.server.store.get("Namespace", "", "app")?.metadata.uid;
			const targets = JSON.stringify([{ namespaces: { app: uid } }]);
			const annotations = { "kubectl-meshreg/targets": targets };
			source(bed, ENTRY, [], { annotations });
		},
	},
	{
		name: "sync --force, one namespace beside that which is asked about",
		argv: ["sync", "-n", "app,shop", "--force"],
		namespace: "app",
		answers: [["Do you want to continue?", true]],
		at: 0,
		stage(bed) {
			source(bed, ENTRY);
			secret(bed, "shop", { "r.example": { username: "x", password: "y" } });
		},
	},
	...["nginx-mesh", "app"].map((namespace) => ({
		name: `apply --force, beside the namespace that is asked about: ${namespace}`,
		argv: [
			"apply",
			"-n=app,shop",
			"--force",
			"--registry-server=r.example",
			"--registry-username=u",
			"--no-verify",
		],
		namespace,
		answers: [
			["Password:", "new"],
			["Do you want to continue?", true],
		] as const,
		at: 1,
		stage(bed: TestBed) {
			secret(bed, "shop", { "r.example": { username: "x", password: "y" } });
		},
	})),
];

for (const { name, argv, namespace, answers, at, stage } of CASES)
	test(`${name}: refused`, async () => {
		await using bed = await testBed({
			namespaces: ["app", "nginx-mesh", "shop"],
		});
		stage?.(bed);
		const outcome = await bed.run(argv, {
			answers: answers.map(
				([message, answer], index): Answer =>
					index === at && typeof answer !== "function"
						? [
								message,
								() => {
									recreate(bed, namespace);
									// A tenant's, of the same name: what is there now is no source of ours.
									if (stage === withSource) source(bed, ENTRY);
									return answer;
								},
							]
						: [message, answer],
			),
		});
		assert.equal(outcome.status, 1, outcome.err);
		assert.ok(outcome.err.endsWith(refusal(namespace)), outcome.err);
		const left = bed.server.store.get("Secret", namespace, NAME);
		assert.ok(
			!Buffer.from(JSON.stringify(left ?? "")).includes(
				Buffer.from("new").toString("base64"),
			),
		);
		if (stage !== withSource) assert.equal(left, undefined);
		else assert.notEqual(bed.password(namespace), "new");
	});

test("apply --force: the source's namespace, at the question about a copy that is deleted for it: refused", async () => {
	await using bed = await testBed({ namespaces: ["app", "nginx-mesh"] });
	source(bed, ENTRY);
	assert.equal((await bed.run(["sync", "-n", "app"])).status, 0);
	edit(bed, "Secret", "app", { immutable: true });
	const argv = ["--registry-server=r.example", "--registry-username=u"];
	const { status, err } = await bed.run(
		["apply", "--force", "--no-verify", ...argv],
		{
			answers: [
				["Password:", "new"],
				[
					"Do you want to continue?",
					() => {
						recreate(bed, "nginx-mesh");
						source(bed, ENTRY);
						return true;
					},
				],
			],
		},
	);
	assert.equal(status, 1);
	assert.ok(err.endsWith(refusal("nginx-mesh")), err);
	const left = ["nginx-mesh", "app"].map((place) => bed.password(place));
	assert.deepEqual(left, ["first", "first"]);
});

test("create: a namespace that did not exist, and that somebody makes a moment before it is made: refused", async () => {
	await using bed = await testBed();
	bed.server.onRequest(({ method, path }) => {
		if (method === "POST" && path === "/api/v1/namespaces")
			bed.server.store.seed({ kind: "Namespace", metadata: { name: "new" } });
		return undefined;
	});
	const argv = ["--registry-server=r.example", "--registry-username=u"];
	const { status, err } = await bed.run(
		["create", "-n=new", "--no-verify", ...argv],
		{
			answers: [
				["Password:", "new"],
				["Namespace new does not exist. Create it, and secret/", true],
			],
		},
	);
	assert.equal(status, 1);
	assert.ok(err.endsWith(refusal("new")), err);
	assert.deepEqual(bed.server.store.all("Secret"), []);
});

test("one that is only deleted meanwhile fails alone", async () => {
	await using bed = await testBed({
		namespaces: ["app", "nginx-mesh", "shop"],
	});
	source(bed, ENTRY);
	secret(bed, "app", { "r.example": { username: "x", password: "y" } });
	const { out, err } = await bed.run(["sync", "-n", "app,shop", "--force"], {
		answers: [
			[
				"Do you want to continue?",
				() => {
					bed.server.store.delete("Namespace", "", "shop");
					return true;
				},
			],
		],
	});
	assert.equal(out, `secret/${NAME} configured in app namespace\n`);
	assert.match(err, /namespaces "shop" not found/);
});

for (const verbs of [["get"], ["get", "list"]])
	test(`more namespaces than are read one by one, for who may ${verbs.join(" and ")} Namespaces: refused`, async () => {
		const names = Array.from({ length: 21 }, (_, at) => `n${at}`);
		await using bed = await testBed({
			namespaces: [...names, "nginx-mesh"],
			users: { sam: {} },
			allow: [
				{ user: "sam", verbs: ["*"], resources: ["secrets"] },
				{ user: "sam", verbs, resources: ["namespaces"] },
			],
		});
		source(bed, ENTRY);
		secret(bed, "n9", { "r.example": { username: "x", password: "y" } });
		const { status, err } = await bed.run(
			["sync", "-n", names.join(","), "--force"],
			{
				user: "sam",
				answers: [
					[
						"Do you want to continue?",
						() => {
							for (const name of ["n9", "n10"]) recreate(bed, name);
							return true;
						},
					],
				],
			},
		);
		assert.equal(status, 1);
		assert.ok(err.endsWith(refusal("n10, n9").replace("was", "were")), err);
		for (const name of names)
			assert.equal(bed.server.store.get("Secret", name, NAME), undefined);
	});

test("rotate: a recorded namespace is known by its uid, and gets nothing", async () => {
	await using bed = await testBed({
		namespaces: ["app", "nginx-mesh", "shop"],
	});
	source(bed, ENTRY);
	assert.equal((await bed.run(["sync", "-n", "app,shop"])).status, 0);
	const { status, err } = await bed.run(["rotate", "--no-verify"], {
		answers: [
			["Username:", ""],
			["Password:", "new"],
			[
				"Replace the credential",
				() => {
					recreate(bed, "app");
					return true;
				},
			],
		],
	});
	assert.equal(status, 1);
	assert.match(err, /app was deleted and created again/);
	assert.deepEqual(
		["nginx-mesh", "app", "shop"].map((place) => bed.password(place)),
		["new", undefined, "new"],
	);
});

test("prune: what is in the new namespace stays", async () => {
	await using bed = await testBed({ namespaces: ["app", "nginx-mesh"] });
	source(bed, ENTRY);
	assert.equal((await bed.run(["sync", "-n", "app"])).status, 0);
	await bed.run(["prune", "-n", "app"], {
		answers: [
			[
				"Do you want to continue?",
				() => {
					recreate(bed, "app");
					secret(bed, "app", ENTRY);
					return true;
				},
			],
		],
	});
	assert.ok(bed.server.store.get("Secret", "app", NAME));
});

test("where Namespaces may not be read, the name is trusted, as documented", async () => {
	await using bed = await testBed({
		namespaces: ["app", "nginx-mesh"],
		users: { sam: {} },
		allow: [{ user: "sam", verbs: ["*"], resources: ["secrets"] }],
	});
	const { status, err } = await bed.run(
		[
			"create",
			"--registry-server=r.example",
			"--registry-username=u",
			"--no-verify",
		],
		{
			user: "sam",
			answers: [
				["Password:", "new"],
				["Create secret/", true],
			],
		},
	);
	assert.equal(status, 0, err);
});
