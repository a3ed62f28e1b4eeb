import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { account } from "../support/build.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";
import { withSource } from "./sync/bed.ts";

const SERVER = ["--registry-server", "r.example"];

describe("a namespace that does not exist is what is missing, not what would be in it", () => {
	let bed: TestBed;
	before(async () => {
		bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
	});
	after(() => bed[Symbol.asyncDispose]());

	for (const argv of [
		["explain", "r.example/app:1", "-n", "nope"],
		["explain", "r.example/app:1", "-n", "nope", "--serviceaccount", "x"],
		["explain", "pod/web-0", "-n", "nope"],
		["explain", "deploy/web", "-n", "nope"],
		["attach", "-n", "nope"],
		["attach", "x", "-n", "nope"],
		["detach", "-n", "nope"],
		["detach", "x", "-n", "nope"],
		["create", "--from-secret", "nope/x", ...SERVER],
		["apply", "--from-secret", "nope/x", ...SERVER],
	])
		test(argv.join(" "), async () => {
			const { status, out, err } = await bed.run(argv);
			assert.deepEqual(
				[status, out, err.split("\n")[0]],
				[1, "", 'Error from server (NotFound): namespaces "nope" not found'],
			);
		});

	test("a Secret to take that is not in its namespace is named with it", async () => {
		const { err } = await bed.run([
			"create",
			"--from-secret",
			"app/x",
			...SERVER,
		]);
		assert.equal(
			err,
			'Error from server (NotFound): secrets "x" not found in namespace "app"\n',
		);
	});

	test("what is forbidden is told as such, whatever else is missing", async () => {
		await using other = await testBed({
			users: { dev: {} },
			allow: [{ user: "dev", verbs: ["get"], resources: ["namespaces"] }],
		});
		for (const namespace of ["default", "nope"])
			assert.equal(
				(
					await other.run(
						["create", "--from-secret", `${namespace}/x`, ...SERVER],
						{ user: "dev" },
					)
				).err,
				`Error from server (Forbidden): secrets "x" is forbidden: User "dev" cannot get resource "secrets" in API group "" in the namespace "${namespace}"\n`,
			);
	});

	test("a user who may not look is told what was asked for", async () => {
		await using other = await testBed({
			users: { dev: {} },
			allow: [{ user: "dev", verbs: ["*"], resources: ["serviceaccounts"] }],
		});
		const { err } = await other.run(["detach", "-n", "nope"], { user: "dev" });
		assert.match(
			err,
			/serviceaccounts "default" not found \(namespace "nope"\)/,
		);
	});
});

describe("a mistyped namespace is answered with the one that was meant", () => {
	let bed: TestBed;
	before(async () => {
		bed = await withSource();
	});
	after(() => bed[Symbol.asyncDispose]());

	for (const argv of [
		["explain", "r.example/app:1", "-n", "ap"],
		["explain", "pod/web-0", "-n", "ap"],
		["attach", "-n", "ap"],
		["attach", "x", "-n", "ap"],
		["detach", "-n", "ap"],
		["sync", "-n", "ap"],
		["sync", "-n", "ap", "--dry-run=client"],
		["install", "-n", "ap"],
		["create", "--from-secret", "ap/x", ...SERVER],
	])
		test(`the one that was meant: ${argv.join(" ")}`, async () => {
			const { status, err } = await bed.run(argv);
			assert.deepEqual(
				[status, err.split("\n")[0]],
				[
					1,
					'Error from server (NotFound): namespaces "ap" not found; did you mean "app"?',
				],
			);
		});

	for (const argv of [
		["create", "x", "-n", "ap"],
		["apply", "x", "--from", "ap"],
	])
		test(`${argv[0]} says that it can make it, too`, async () => {
			const { err } = await bed.run(
				[
					...[...argv, ...SERVER, "--registry-username", "u"],
					"--registry-password-stdin",
				],
				{ stdin: "p" },
			);
			assert.equal(
				err,
				'Error from server (NotFound): namespaces "ap" not found; did you mean "app"? --create-namespace creates it\n',
			);
		});

	test("of several, each is answered; those that nothing is near to stay one line", async () => {
		await bed.run(["sync", "-n", "app"]);
		const { out, err } = await bed.run([
			...["sync", "-n", "ap,app,nginx-mehs,zzz-1,zzz-2", "-o", "json"],
		]);
		assert.equal(
			err,
			`Error from server (NotFound): namespaces "ap" not found; did you mean "app"?
Error from server (NotFound): namespaces "nginx-mehs" not found; did you mean "nginx-mesh"?
Error from server (NotFound): namespaces zzz-1, zzz-2 not found
5 namespaces: 0 created, 0 configured, 1 unchanged, 4 failed
`,
		);
		assert.match(
			out,
			/"message": "namespaces \\"ap\\" not found; did you mean \\"app\\"\?"/,
		);
	});

	test("--forget: the recorded one that was meant", async () => {
		await bed.run(["sync", "-n", "app"]);
		const { err } = await bed.run(["sync", "--forget", "ap"]);
		assert.equal(
			err.split("\n")[0],
			'Warning: ap is not in the record of nginx-mesh/nginx-mesh-registry-key; nothing to forget; did you mean "app"?',
		);
	});

	test("--forget: those that nothing is near to are one line", async () => {
		await bed.run(["sync", "-n", "app"]);
		const { err } = await bed.run(["sync", "--forget", "zzz-1,zzz-2"]);
		assert.equal(
			err.split("\n")[0],
			"Warning: zzz-1, zzz-2 are not in the record of nginx-mesh/nginx-mesh-registry-key; nothing to forget",
		);
	});

	for (const verb of ["sync", "attach", "check"])
		test(`${verb}: namespaces are listed once, however many are missing`, async () => {
			const before = bed.server.requests.length;
			await bed.run([verb, "-n", "ap,shpo,nginx-mehs,zzz"]);
			assert.equal(
				bed.server.requests
					.slice(before)
					.filter(
						({ method, path }) =>
							method === "GET" && /^\/api\/v1\/namespaces(\?|$)/.test(path),
					).length,
				1,
			);
		});

	test("who may read Namespaces, but not list them, is told what was asked for; nobody lists them where all are there", async () => {
		await using other = await withSource({
			users: { dev: {} },
			allow: [
				{ user: "dev", verbs: ["get"], resources: ["namespaces"] },
				{
					user: "dev",
					verbs: ["*"],
					resources: ["secrets", "serviceaccounts"],
				},
			],
		});
		account(other, "app");
		const { err } = await other.run(["sync", "-n", "ap"], { user: "dev" });
		assert.equal(
			err.split("\n")[0],
			'Error from server (NotFound): namespaces "ap" not found',
		);
		const listed = () =>
			other.server.requests.filter(
				({ method, path }) =>
					method === "GET" && /^\/api\/v1\/namespaces(\?|$)/.test(path),
			).length;
		const before = listed();
		for (const argv of [["sync"], ["attach"], ["check"], ["detach"]])
			await other.run([...argv, "-n", "app"]);
		assert.equal(listed(), before);
	});
});

test("at a terminal, create asks nothing of a user who may not read the source", async () => {
	await using bed = await testBed({
		namespaces: ["nginx-mesh"],
		users: { viewer: {} },
		allow: [
			{ user: "viewer", verbs: ["get", "list"], resources: ["namespaces"] },
		],
	});
	const { status, err, asked } = await bed.run(["create", "-n", "nginx-mesh"], {
		user: "viewer",
		answers: [],
	});
	assert.deepEqual([status, asked], [1, []]);
	assert.match(
		err,
		/^Error from server \(Forbidden\): secrets "nginx-mesh-registry-key" is forbidden/,
	);
});
