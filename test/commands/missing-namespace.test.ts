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

describe("namespaces that do not exist", () => {
	let bed: TestBed;
	before(async () => {
		bed = await withSource();
	});
	after(() => bed[Symbol.asyncDispose]());

	for (const argv of [
		["create", "x", "-n", "nope"],
		["apply", "x", "--from", "nope"],
	])
		test(`${argv[0]} says that it can make it`, async () => {
			const { err } = await bed.run(
				[
					...[...argv, ...SERVER, "--registry-username", "u"],
					"--registry-password-stdin",
				],
				{ stdin: "p" },
			);
			assert.equal(
				err,
				'Error from server (NotFound): namespaces "nope" not found; create it as well with --create-namespace\n',
			);
		});

	test("several are one line, and hold up no other", async () => {
		await using own = await withSource();
		const { err } = await own.run(["sync", "-n", "app,zzz-1,zzz-2"]);
		assert.equal(
			err,
			`Error from server (NotFound): namespaces zzz-1, zzz-2 not found
3 namespaces: 1 created, 0 configured, 0 unchanged, 2 failed
`,
		);
	});

	test("--forget: those that are not recorded are one line", async () => {
		await bed.run(["sync", "-n", "app"]);
		const { err } = await bed.run(["sync", "--forget", "zzz-1,zzz-2"]);
		assert.equal(
			err.split("\n")[0],
			"Warning: zzz-1, zzz-2 are not in the record of nginx-mesh/nginx-mesh-registry-key; nothing to forget",
		);
	});

	test("who names namespaces lists none", async () => {
		account(bed, "app");
		const before = bed.server.requests.length;
		for (const argv of [["sync"], ["attach"], ["check"], ["detach"]])
			await bed.run([...argv, "-n", "app,nope"]);
		assert.deepEqual(
			bed.server.requests
				.slice(before)
				.filter(
					({ method, path }) =>
						method === "GET" && /^\/api\/v1\/namespaces(\?|$)/.test(path),
				),
			[],
		);
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
