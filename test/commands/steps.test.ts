import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type TestBed, testBed } from "../support/test-bed.ts";

const LOGIN = [
	"--registry-server=registry.example.com",
	"--registry-username=mesh",
	"--registry-password-stdin",
];
const EVERYWHERE = ["-A", "--exclude=default"];

/** Turns of the event loop that a server takes for each request: for what is sent together to arrive together. */
const TURNS = 200;

/**
 * How many requests one after the other a command line waits for, however fast the machine is: a
 * request's step is one more than the highest of those that were answered before it came.
 */
async function steps(
	bed: TestBed,
	argv: readonly string[],
	stdin = "",
): Promise<string[]> {
	let answered = 0;
	const seen: string[] = [];
	const heal = bed.server.onRequest(async ({ method, path }) => {
		const step = answered + 1;
		seen.push(`${step} ${method} ${path.replace(/^\/api\/v1\//, "")}`);
		for (let waited = 0; waited < TURNS; waited++) await turn();
		answered = Math.max(answered, step);
		return undefined;
	});
	const { status, err } = await bed.run(argv, { stdin });
	heal();
	assert.equal(status, 0, err);
	return seen.toSorted();
}

const SOURCE = "namespaces/nginx-mesh/secrets/nginx-mesh-registry-key";

describe("what does not depend on each other is asked for together", () => {
	async function served(): Promise<TestBed> {
		const bed = await testBed({ namespaces: ["nginx-mesh", "app", "shop"] });
		const { status, err } = await bed.run(
			["apply", ...LOGIN, ...EVERYWHERE, "-q"],
			{ stdin: "p" },
		);
		assert.equal(status, 0, err);
		return bed;
	}

	test("a bare sync with nothing to do: the record says that Namespaces are to be listed", async () => {
		await using bed = await served();
		assert.deepEqual(await steps(bed, ["sync"]), [
			`1 GET ${SOURCE}`,
			"1 GET secrets",
			"2 GET namespaces",
		]);
	});

	test("apply to what is recorded, with nothing to do", async () => {
		await using bed = await served();
		assert.deepEqual(await steps(bed, ["apply", ...LOGIN], "p"), [
			`1 GET ${SOURCE}`,
			"1 GET secrets",
			"2 GET namespaces",
		]);
	});

	test("a selection that the command line names, with nothing to do", async () => {
		await using bed = await served();
		const all = ["1 GET namespaces", `1 GET ${SOURCE}`, "1 GET secrets"];
		assert.deepEqual(await steps(bed, ["sync", ...EVERYWHERE]), all);
		assert.deepEqual(
			await steps(bed, ["apply", ...LOGIN, ...EVERYWHERE], "p"),
			all,
		);
	});

	test("named namespaces: nothing is listed", async () => {
		await using bed = await served();
		const seen = await steps(bed, ["sync", "-n", "app,shop", "--once"]);
		assert.deepEqual(
			seen.filter((each) => /GET (secrets|namespaces)$/.test(each)),
			[],
		);
	});

	test("rotate: the source is read once before it is written, and what was written not again before the copies are", async () => {
		await using bed = await served();
		const seen = await steps(bed, ["rotate", ...LOGIN, "--no-verify"], "q");
		assert.deepEqual(seen, [
			`1 GET ${SOURCE}`,
			"1 GET secrets",
			// Nothing is written where what is recorded cannot be seen.
			"2 GET namespaces",
			`3 PATCH ${SOURCE}`,
			"4 PATCH namespaces/app/secrets/nginx-mesh-registry-key",
			"4 PATCH namespaces/shop/secrets/nginx-mesh-registry-key",
			// A late writer never wins.
			`5 GET ${SOURCE}`,
		]);
	});
});

test("rotate looks, asks and works over one connection", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
	await bed.run(["apply", ...LOGIN, "-n", "app", "-q"], { stdin: "p" });
	const before = bed.server.connections;
	const { status } = await bed.run(["rotate", ...LOGIN, "--no-verify"], {
		stdin: "q",
	});
	assert.equal(status, 0);
	assert.equal(bed.server.connections - before, 1);
});

describe("a list that was begun and is not wanted", () => {
	test("takes no right that was not needed before", async () => {
		await using bed = await testBed({
			namespaces: ["nginx-mesh", "app"],
		});
		await bed.run(["apply", ...LOGIN, "-n", "app", "-q"], { stdin: "p" });
		const heal = bed.server.onRequest(({ path }) =>
			path === "/api/v1/secrets"
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { status, out, err } = await bed.run(["sync"]);
		heal();
		assert.equal(status, 0, err);
		assert.equal(
			out,
			"secret/nginx-mesh-registry-key unchanged in app namespace\n",
		);
	});
});
