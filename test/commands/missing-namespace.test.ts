import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type TestBed, testBed } from "../support/test-bed.ts";

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
