import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbortedError } from "../../src/errors.ts";
import { account } from "../support/build.ts";
import type { Outcome } from "../support/command-line.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const COUNT = 300;
const NAMESPACES = Array.from({ length: COUNT }, (_, at) => `n-${at}`);
const SYNC = ["sync", "-A", "--exclude=default"];

async function bedWithSource(): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["nginx-mesh", ...NAMESPACES] });
	const { status, err } = await bed.run(
		[
			...["create", "--registry-server=registry.example.com"],
			...["--registry-username=mesh", "--registry-password-stdin"],
		],
		{ stdin: "one" },
	);
	assert.equal(status, 0, err);
	return bed;
}

/** Runs it; the interrupt comes while the server is at the request that is the `at`-th of its method. */
async function interrupted(
	bed: TestBed,
	argv: readonly string[],
	method: string,
	at: number,
): Promise<Outcome> {
	const interrupt = new AbortController();
	let count = 0;
	const off = bed.server.onRequest((request) => {
		if (request.method === method && ++count === at)
			interrupt.abort(new AbortedError("SIGINT"));
		return undefined;
	});
	const outcome = await bed.run(argv, { interrupt: interrupt.signal });
	off();
	return outcome;
}

/** Namespaces with a copy. */
const copies = (bed: TestBed) =>
	bed.server.store
		.all("Secret")
		.map(({ metadata }) => metadata.namespace ?? "")
		.filter((namespace) => namespace !== "nginx-mesh");

const namespacesIn = (out: string) =>
	[...out.matchAll(/ (?:in|from) (\S+) namespace$/gm)].map(
		([, name = ""]) => name,
	);

describe("interrupted, what is told is what was done", () => {
	test("sync", async () => {
		await using bed = await bedWithSource();
		const { status, out, err } = await interrupted(bed, SYNC, "POST", 100);
		assert.equal(status, 130);
		const done = copies(bed);
		assert.ok(done.length >= 100 && done.length < COUNT, `${done.length}`);
		assert.deepEqual(namespacesIn(out).sort(), done.sort());
		assert.equal(
			err,
			`interrupted: ${done.length} of ${COUNT} namespaces are done; run the command again to finish\n`,
		);
	});

	test("sync -o json", async () => {
		await using bed = await bedWithSource();
		const { status, out } = await interrupted(
			bed,
			[...SYNC, "-o", "json"],
			"POST",
			100,
		);
		assert.equal(status, 130);
		assert.deepEqual(
			JSON.parse(out)
				.items.map(({ namespace }: { namespace: string }) => namespace)
				.sort(),
			copies(bed).sort(),
		);
	});

	test("prune", async () => {
		await using bed = await bedWithSource();
		await bed.run(SYNC);
		const { status, out, err } = await interrupted(
			bed,
			["prune", "--keep-sources", "--yes"],
			"DELETE",
			100,
		);
		assert.equal(status, 130);
		const left = copies(bed);
		assert.ok(left.length > 0);
		assert.deepEqual(
			namespacesIn(out).sort(),
			NAMESPACES.filter((name) => !left.includes(name)).sort(),
		);
		assert.equal(
			err,
			`interrupted: ${COUNT - left.length} of ${COUNT} deletions are done; run the command again to finish\n`,
		);
	});

	test("attach", async () => {
		await using bed = await bedWithSource();
		const names = ["n-0", "n-1", "n-2"];
		for (const namespace of names) account(bed, `${namespace}/builder`);
		await bed.run(["sync", "-n", names.join()]);
		const { status, out, err } = await interrupted(
			bed,
			["attach", "builder", "-n", names.join()],
			"PATCH",
			2,
		);
		assert.equal(status, 130);
		assert.match(
			out,
			/^serviceaccount\/builder configured in n-\d namespace$/m,
		);
		assert.equal(err, "interrupted: run the command again to finish\n");
	});

	test("so late that all was done, it is an interrupt all the same", async () => {
		await using bed = await bedWithSource();
		const { status, err } = await interrupted(
			bed,
			["sync", "-n", "n-0"],
			"POST",
			1,
		);
		assert.deepEqual(copies(bed), ["n-0"]);
		// The last look at the source was not taken any more, so nobody sums up.
		assert.equal(err, "interrupted: run the command again to finish\n");
		assert.equal(status, 130);
	});
});

test("interrupted between deletion and creation, a Secret is recreated", async () => {
	await using bed = await bedWithSource();
	bed.server.store.seed({
		kind: "Secret",
		metadata: { name: NAME, namespace: "n-0" },
		type: "Opaque",
	});
	const { status } = await interrupted(
		bed,
		["sync", "-n", "n-0", "--force", "--yes"],
		"DELETE",
		1,
	);
	assert.equal(status, 130);
	assert.equal(bed.password("n-0"), "one");
});
