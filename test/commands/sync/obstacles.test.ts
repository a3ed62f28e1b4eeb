import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { copyOf, goingNamespace, secret, source } from "../../support/build.ts";
import type { TestBed } from "../../support/test-bed.ts";
import { NAME, NAMESPACES, OWNED, seed, shown, withSource } from "./bed.ts";

const WHY =
	'secrets is forbidden: User "x" cannot do this in the namespace "app"';
const FORBIDDEN = `Error from server (Forbidden): ${WHY}\n`;

/** From now on nobody may do this with Secrets in app; without a method, anything. */
function forbid(bed: TestBed, forbidden?: string): void {
	bed.server.onRequest(({ method, path }) =>
		path.startsWith("/api/v1/namespaces/app/secrets") &&
		(forbidden ?? method) === method
			? { answer: { status: 403, reason: "Forbidden", message: WHY } }
			: undefined,
	);
}

describe("sync, where something is in the way", () => {
	test("--once: a copy that came meanwhile is planned again, though no record means it", async () => {
		await using bed = await withSource();
		let isFirst = true;
		bed.server.onRequest(({ method, path }) => {
			if (method === "POST" && path.includes("/shop/secrets") && isFirst) {
				isFirst = false;
				seed(bed, "shop", {}, copyOf());
			}
			return undefined;
		});
		const { status, out } = await bed.run(["sync", "-n", "shop", "--once"]);
		assert.deepEqual(
			[status, out],
			[0, `secret/${NAME} configured in shop namespace\n`],
		);
	});

	test("--force takes no source that came meanwhile, where nobody named its namespace", async () => {
		await using bed = await withSource();
		bed.server.onRequest(({ method, path }) => {
			if (method === "POST" && path.includes("/shop/secrets"))
				source(bed, {}, ["app"], { at: "shop" });
			return undefined;
		});
		const { status } = await bed.run(["sync", "-A", "--force", "--yes"]);
		assert.equal(status, 1);
		assert.equal(bed.password("shop"), undefined);
	});

	test("--force at a terminal takes nothing that came after the question: nobody saw it", async () => {
		await using bed = await withSource();
		const off = bed.server.onRequest(({ method, path }) => {
			if (method === "POST" && path.includes("/shop/secrets"))
				secret(bed, "shop/nginx-mesh-registry-key", {
					"theirs.example": { auth: "dTpw" },
				});
			return undefined;
		});
		const argv = ["sync", "-n", "shop", "--force"];
		const { status, err } = await bed.run(argv, { answers: [] });
		off();
		assert.deepEqual(
			[status, err],
			[
				1,
				'error: secret "nginx-mesh-registry-key" in namespace "shop" exists but is not managed by meshreg; use sync --force to overwrite it\n1 namespace: 0 created, 0 configured, 0 unchanged, 1 failed\n',
			],
		);
		assert.deepEqual(bed.content("shop"), {
			auths: { "theirs.example": { auth: "dTpw" } },
		});
		const asked = await bed.run(argv, {
			answers: [["Do you want to continue?", true]],
		});
		assert.equal(asked.status, 0);
	});

	test("another source: what is named leaves its namespace out, of a record as well", async () => {
		await using bed = await withSource({ namespaces: NAMESPACES });
		source(bed, { "other.example.com": { auth: "dTpw" } }, [], { at: "app" });
		const { err } = await bed.run(["sync", "-n", "app,shop"]);
		const [, words = ""] =
			/leave the namespace out with (.*)\n/.exec(err) ?? [];
		assert.equal(words, "sync --forget", err);
		assert.equal((await bed.run(["sync"])).status, 1);
		assert.equal((await bed.run([...words.split(" "), "app"])).status, 0);
		assert.deepEqual(shown(await bed.run(["sync"])), {
			status: 0,
			out: `secret/${NAME} unchanged in shop namespace\n`,
			err: "1 namespace: 0 created, 0 configured, 1 unchanged, 0 failed\n",
		});
	});

	describe("a namespace that cannot be served is reported, and the others go on", () => {
		const CASES: [
			name: string,
			prepare: (bed: TestBed) => void,
			line: string,
		][] = [
			[
				"missing",
				(bed) => bed.server.store.delete("Namespace", "", "app"),
				'Error from server (NotFound): namespaces "app" not found\n',
			],
			[
				"being deleted",
				(bed) => {
					bed.server.store.delete("Namespace", "", "app");
					goingNamespace(bed, "app");
				},
				`error: namespace "app" is being deleted; nothing was written there\n`,
			],
			[
				"unmanaged",
				(bed) => seed(bed, "app"),
				`error: secret "${NAME}" in namespace "app" exists but is not managed by meshreg; use sync --force to overwrite it\n`,
			],
			[
				"unmanaged, of another type",
				(bed) =>
					seed(bed, "app", { type: "Opaque", data: { a: "Yg==" } }, OWNED),
				`error: secret "${NAME}" in namespace "app" exists but is not managed by meshreg (type Opaque); use sync --force to overwrite it\n`,
			],
			[
				"labelled by a mesh or a person, and different",
				(bed) => seed(bed, "app", {}, OWNED),
				`error: secret "${NAME}" in namespace "app" exists but is not managed by meshreg; use sync --force to overwrite it\n`,
			],
			[
				"a copy of another source",
				(bed) =>
					seed(
						bed,
						"app",
						{},
						{
							...OWNED,
							annotations: { "kubectl-meshreg/source": "other/key" },
						},
					),
				`error: secret "${NAME}" in namespace "app" is a copy of other/key; use sync --force to take it over, or sync that source\n`,
			],
			[
				"immutable and different",
				(bed) =>
					seed(
						bed,
						"app",
						{ immutable: true },
						{
							...OWNED,
							annotations: { "kubectl-meshreg/source": `nginx-mesh/${NAME}` },
						},
					),
				`error: secret "${NAME}" in namespace "app" cannot be updated (immutable, or of another type); delete and recreate it with sync --force --yes\n`,
			],
			["forbidden", (bed) => forbid(bed), FORBIDDEN],
			[
				"one that may be written and not read",
				(bed) => forbid(bed, "GET"),
				FORBIDDEN,
			],
		];
		for (const [name, prepare, line] of CASES)
			test(name, async () => {
				await using bed = await withSource({
					namespaces: [...NAMESPACES, "zoo"],
				});
				prepare(bed);
				assert.deepEqual(shown(await bed.run(["sync", "-n", "app,shop,zoo"])), {
					status: 1,
					out: `secret/${NAME} created in shop namespace\nsecret/${NAME} created in zoo namespace\n`,
					err: `${line}3 namespaces: 2 created, 0 configured, 0 unchanged, 1 failed\n`,
				});
			});
	});

	test("C2, D5: --adopt takes over what is equal, and leaves what differs", async () => {
		await using bed = await withSource();
		const data = bed.server.store.get("Secret", "nginx-mesh", NAME)?.data ?? {};
		const applied = "kubectl.kubernetes.io/last-applied-configuration";
		const annotations = { theirs: "stays", [applied]: "{}" };
		seed(bed, "app", { data }, { ...OWNED, annotations });
		seed(bed, "shop");
		assert.equal(
			(await bed.run(["sync", "-n", "app"])).err.split("\n")[0],
			`error: secret "${NAME}" in namespace "app" has the same content, but is not managed by meshreg; use sync --adopt to take it over`,
		);
		assert.deepEqual(
			shown(await bed.run(["sync", "-n", "app,shop", "--adopt"])),
			{
				status: 1,
				out: `secret/${NAME} configured in app namespace\n`,
				err: `error: secret "${NAME}" in namespace "shop" exists but is not managed by meshreg, and --adopt leaves what differs (r.example.com missing, other.example.com extra); use sync --force to overwrite it\n2 namespaces: 0 created, 1 configured, 0 unchanged, 1 failed\n`,
			},
		);
		assert.deepEqual(
			Object.keys(
				bed.server.store.get("Secret", "app", NAME)?.metadata.annotations ?? {},
			).sort(),
			["kubectl-meshreg/source", "kubectl-meshreg/source-uid", "theirs"],
		);
	});

	for (const how of ["client", "server"])
		test(`--dry-run=${how} asks nothing, whatever it would delete or take over`, async () => {
			await using bed = await withSource();
			seed(bed, "app");
			seed(bed, "shop", { type: "Opaque" });
			const { status, asked, out } = await bed.run(
				["sync", "-n", "app,shop", "--force", `--dry-run=${how}`],
				{ answers: [] },
			);
			assert.deepEqual([status, asked], [0, []]);
			assert.equal(out.match(/ configured in /g)?.length, 2, out);
		});

	test("without a terminal a dry run says what would be refused", async () => {
		await using bed = await withSource();
		seed(bed, "shop", { type: "Opaque" });
		for (const how of ["client", "server", "none"]) {
			const { status, out, err } = await bed.run([
				...["sync", "-n", "shop", "--force", `--dry-run=${how}`],
			]);
			assert.deepEqual([status, out], [1, ""]);
			assert.match(err, /delete and recreate it with sync --force --yes$/m);
		}
	});

	test("--force takes over, and deletes and recreates only with --yes", async () => {
		await using bed = await withSource();
		seed(bed, "app");
		seed(bed, "shop", { type: "Opaque", data: { a: "Yg==" } });
		const first = await bed.run(["sync", "-n", "app,shop", "--force"]);
		assert.deepEqual(
			[first.status, first.out],
			[1, `secret/${NAME} configured in app namespace\n`],
		);
		assert.deepEqual(bed.server.store.get("Secret", "shop", NAME)?.data, {
			a: "Yg==",
		});
		const second = await bed.run(["sync", "-n", "shop", "--force"], {
			answers: [["Do you want to continue?", true]],
		});
		assert.deepEqual([second.status, bed.password("shop")], [0, "p"]);
	});

	for (const agreed of [true, false])
		test(`C1: --force asks once, about all that it takes over; ${agreed ? "yes is all" : "no is nothing"}`, async () => {
			await using bed = await withSource();
			const other = { auth: "dTpw" };
			secret(bed, `app/${NAME}`, {
				"r.example.com": other,
				"x.io": other,
				"y.io": other,
			});
			seed(bed, "shop", { type: "Opaque", data: { a: "Yg==" } });
			const { status, out, err, asked } = await bed.run(
				["sync", "-n", "app,shop", "--force"],
				{ answers: [["Do you want to continue?", agreed]] },
			);
			assert.ok(
				err.startsWith(
					`You are about to delete and recreate, or overwrite the following 2 resource(s) in context embedded:
secret/${NAME} in shop namespace: delete and recreate
secret/${NAME} in app namespace (removes x.io, y.io): overwrite
`,
				),
				err,
			);
			assert.equal(asked.length, 1);
			assert.equal(status, 0);
			assert.equal(out === "", !agreed);
			assert.equal(bed.password("shop"), agreed ? "p" : undefined);
			assert.equal(bed.password("app"), agreed ? "p" : undefined);
		});

	test("a terminating namespace is skipped with a note where it was not named", async () => {
		await using bed = await withSource();
		bed.server.store.delete("Namespace", "", "app");
		bed.server.store.seed({
			kind: "Namespace",
			metadata: { name: "app", deletionTimestamp: "2026-11-21T00:00:00Z" },
		});
		const outcome = await bed.run(["sync", "-A"]);
		assert.equal(
			outcome.err,
			'Warning: namespace "app" is being deleted; nothing was written there\n3 namespaces: 2 created, 0 configured, 0 unchanged, 1 skipped, 0 failed\n',
		);
		assert.equal(outcome.status, 0);
	});
});
