/** `check --fix` and `--wait`: what it runs itself, what it leaves, and that it looks again. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "../../../src/adapters/clock.ts";
import type { Clock } from "../../../src/world.ts";
import { account, NAME as KEY, source } from "../../support/build.ts";
import { PlayedNode } from "../../support/played-node.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

/** A source that is recorded for app and not for evil, whose pods lack it. */
async function started(
	namespaces: string[] = ["app"],
	options: object = {},
): Promise<TestBed> {
	const bed = await testBed({
		namespaces: ["app", "evil", "nginx-mesh"],
		...options,
	});
	source(bed, { "r.io": { username: "robot", password: "right" } }, namespaces);
	account(bed, "app", [KEY]);
	account(bed, "evil");
	return bed;
}

const deploy = (bed: TestBed, namespace: string): PlayedNode => {
	const node = new PlayedNode(bed.server.store);
	node.deploy({ namespace, name: "web", image: "r.io/web:1" });
	node.pull();
	return node;
};

const copyIn = (bed: TestBed, namespace: string) =>
	bed.server.store.get("Secret", namespace, KEY);

describe("check --fix", () => {
	test("without a terminal needs --yes, and runs nothing", async () => {
		await using bed = await started();
		const { status, err } = await bed.run(["check", "--fix"]);
		assert.deepEqual(
			[status, err],
			[2, "error: check --fix needs --yes: there is no terminal to ask at\n"],
		);
		assert.equal(copyIn(bed, "app"), undefined);
	});

	test("runs what fixes it, and looks again", async () => {
		await using bed = await started();
		const { status, out, err } = await bed.run(["check", "--fix", "--yes"]);
		assert.equal(status, 0, out + err);
		assert.match(
			out,
			/^secret\/nginx-mesh-registry-key created in app namespace\n/m,
		);
		assert.match(out, /√ 1 copy matches its source/);
		assert.match(err, /No problems found\n$/);
		assert.ok(copyIn(bed, "app"));
	});

	test("-q leaves out the summaries of what it runs, too", async () => {
		await using bed = await started();
		assert.deepEqual(await bed.run(["check", "--fix", "--yes", "-q"]), {
			status: 0,
			out: "secret/nginx-mesh-registry-key created in app namespace\n",
			err: "",
			asked: [],
		});
	});

	test("never gives the credential to whom nobody sent it, --yes or not", async () => {
		await using bed = await started([]);
		deploy(bed, "evil");
		const { status, out } = await bed.run(["check", "--fix", "--yes"]);
		assert.equal(status, 1);
		assert.equal(copyIn(bed, "evil"), undefined);
		assert.match(
			out,
			/\nGives evil the credential; run it only if evil may have it:\n/,
		);
		const source = bed.server.store.get("Secret", "nginx-mesh", KEY);
		assert.equal(
			source?.metadata.annotations?.["kubectl-meshreg/targets"]?.includes(
				"evil",
			),
			false,
		);
	});

	for (const [answer, made] of [
		[true, true],
		[false, false],
	] as const)
		test(`at a terminal shows what it found and asks: ${answer}`, async () => {
			await using bed = await started();
			const { out, asked } = await bed.run(["check", "--fix"], {
				answers: [["Run this command in context embedded?", answer]],
			});
			assert.equal(copyIn(bed, "app") !== undefined, made);
			assert.equal(asked.length, 1);
			assert.match(out, /× no copy of nginx-mesh/);
		});

	test("acts as the user who asked, and tells what is refused him", async () => {
		await using bed = await started(["app"], {
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["get", "list"],
					resources: [
						"secrets",
						"serviceaccounts",
						"pods",
						"events",
						"namespaces",
						"nodes",
					],
				},
			],
		});
		const { status, err } = await bed.run([
			"check",
			"--fix",
			"--yes",
			"--as",
			"sam",
		]);
		assert.equal(status, 1);
		assert.match(err, /User "sam" cannot|\(needs patch on secrets/);
		assert.equal(copyIn(bed, "app"), undefined);
	});

	test("-o json is one document, after it was fixed", async () => {
		await using bed = await started();
		const { status, out } = await bed.run([
			"check",
			"--fix",
			"--yes",
			"-o",
			"json",
		]);
		assert.equal(status, 0);
		assert.ok(Array.isArray(JSON.parse(out).items));
	});
});

/** A clock that goes only while somebody waits, at once. */
function waiting(meanwhile: (ms: number) => Promise<void>): Clock {
	let elapsed = 0;
	return {
		...systemClock,
		elapsed: () => elapsed,
		async delay(ms) {
			elapsed += ms;
			await meanwhile(ms);
		},
	};
}

describe("check --wait", () => {
	test("looks again until nothing is wrong", async () => {
		await using bed = await started();
		await bed.run(["sync", "-n", "app"]);
		const node = deploy(bed, "app");
		bed.server.store.delete("Secret", "app", KEY);
		node.pull();
		let looks = 0;
		const { status } = await bed.run(["check", "--wait", "1m"], {
			clock: waiting(async () => {
				looks++;
				await bed.run(["sync", "-n", "app"]);
				node.pull();
			}),
		});
		assert.equal(status, 0);
		assert.equal(looks, 1);
	});

	test("and no longer than it was told", async () => {
		await using bed = await started();
		const waits: number[] = [];
		const { status } = await bed.run(["check", "--wait", "12s"], {
			clock: waiting(async (ms) => {
				waits.push(ms);
			}),
		});
		assert.equal(status, 1);
		assert.deepEqual(waits, [5000, 5000, 2000]);
	});
});
