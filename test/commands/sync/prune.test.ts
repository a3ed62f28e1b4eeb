import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { account } from "../../support/build.ts";
import { NAME, OWNED, renew, seed, shown, withSource } from "./bed.ts";

describe("sync --prune", () => {
	describe("--prune", () => {
		const copied = async () => {
			const bed = await withSource();
			await bed.run(["sync", "-A"]);
			seed(bed, "kube-public", {}, OWNED);
			return bed;
		};
		test("deletes this source's copies elsewhere, and nothing else", async () => {
			await using bed = await copied();
			const outcome = await bed.run(["sync", "-n", "app", "--prune", "--yes"]);
			assert.equal(
				outcome.out,
				`secret/${NAME} unchanged in app namespace\nsecret "${NAME}" deleted from default namespace\nsecret "${NAME}" deleted from shop namespace\n`,
			);
			assert.ok(bed.server.store.get("Secret", "kube-public", NAME));
			assert.ok(bed.server.store.get("Secret", "nginx-mesh", NAME));
			// The record says no more than what was selected.
			assert.equal(
				(await bed.run(["sync"])).out,
				`secret/${NAME} unchanged in app namespace\n`,
			);
		});
		test("each once, however often the source changes meanwhile", async () => {
			await using bed = await copied();
			bed.server.onRequest(({ method, path }) => {
				if (method === "DELETE" && path.includes("/default/")) renew(bed);
				return undefined;
			});
			const { status, out, err } = await bed.run([
				...["sync", "-n", "app", "--prune", "--yes"],
			]);
			assert.deepEqual(
				[status, out, err],
				[
					0,
					`secret/${NAME} unchanged in app namespace\nsecret "${NAME}" deleted from default namespace\nsecret "${NAME}" deleted from shop namespace\nsecret/${NAME} configured in app namespace\n`,
					"3 namespaces: 0 created, 1 configured, 0 unchanged, 2 deleted, 0 failed\n",
				],
			);
			assert.equal(bed.password("app"), "newer");
			assert.deepEqual(
				bed.server.requests
					.filter(({ method }) => method === "DELETE")
					.map(({ path }) => path),
				["default", "shop"].map(
					(name) => `/api/v1/namespaces/${name}/secrets/${NAME}`,
				),
			);
		});
		test("a copy in a namespace that is selected and gets nothing stays", async () => {
			await using bed = await copied();
			bed.server.store.seed({
				kind: "Namespace",
				metadata: {
					name: "shop",
					annotations: { "kubectl-meshreg/skip": "true" },
				},
			});
			const { out } = await bed.run([
				...["sync", "-n", "app,shop", "--prune", "--yes"],
			]);
			assert.equal(
				out,
				`secret/${NAME} unchanged in app namespace\nsecret "${NAME}" deleted from default namespace\n`,
			);
			assert.ok(bed.server.store.get("Secret", "shop", NAME));
		});
		for (const [names, out, summary] of [
			[
				"nope",
				"",
				"1 namespace: 0 created, 0 configured, 0 unchanged, 1 failed\n",
			],
			[
				"app,nope",
				`secret/${NAME} unchanged in app namespace\n`,
				"2 namespaces: 0 created, 0 configured, 1 unchanged, 1 failed\n",
			],
		])
			test(`of ${names} one is not there: nothing is deleted, and all stays on record`, async () => {
				await using bed = await copied();
				assert.deepEqual(
					shown(await bed.run(["sync", "-n", `${names}`, "--prune", "--yes"])),
					{
						status: 1,
						out,
						err: `Warning: --prune deletes nothing, and the record is unchanged: nope does not exist\nError from server (NotFound): namespaces "nope" not found\n${summary}`,
					},
				);
				assert.equal(
					(await bed.run(["sync"])).out,
					["app", "default", "shop"]
						.map((name) => `secret/${NAME} unchanged in ${name} namespace\n`)
						.join(""),
				);
			});
		test("takes back what one that ended before it came to them left, where no Secret of that name is", async () => {
			await using bed = await withSource();
			const annotations = { "kubectl-meshreg/skip": "true" };
			const metadata = { name: "never", annotations };
			bed.server.store.seed({ kind: "Namespace", metadata });
			const places = ["app", "default", "never", "nginx-mesh", "shop"];
			for (const namespace of places) {
				account(bed, namespace);
				await bed.run(["attach", "-n", namespace, "--secret", NAME]);
			}
			seed(bed, "default");
			const attached = () =>
				places.filter(
					(at) =>
						bed.server.store.get("ServiceAccount", at, "default")
							?.imagePullSecrets,
				);
			const prune = ["sync", "--prune", "--yes", "-n"];
			await bed.run([...prune, "app,nope"]);
			await bed.run([...prune, "app,never", "--dry-run=server"]);
			assert.deepEqual(attached(), places);
			const { status, out } = await bed.run([...prune, "app,never"]);
			assert.deepEqual(
				[status, out],
				[
					0,
					`secret/${NAME} unchanged in app namespace\nserviceaccount/default configured in shop namespace\n`,
				],
			);
			assert.deepEqual(attached(), places.slice(0, -1));
		});
		test("takes back what attach added beside them, by one list, or in each where one is forbidden", async () => {
			for (const may of [true, false]) {
				await using bed = await withSource();
				for (const namespace of ["app", "default", "shop"])
					account(bed, namespace, []);
				await bed.run(["sync", "-n", "app,default,shop", "--attach"]);
				bed.server.requests.length = 0;
				bed.server.onRequest(({ path }) =>
					path === "/api/v1/serviceaccounts" && !may
						? { answer: { status: 403, reason: "Forbidden", message: "no" } }
						: undefined,
				);
				const { status, err } = await bed.run([
					...["sync", "-n", "app", "--prune", "--yes"],
				]);
				assert.equal(status, 0);
				assert.ok(!err.includes("not taken back"), err);
				const lists = bed.server.requests.filter(
					({ method, path }) =>
						method === "GET" && path.endsWith("/serviceaccounts"),
				);
				assert.deepEqual(
					lists.map(({ path }) => path).sort(),
					may
						? ["/api/v1/serviceaccounts"]
						: [
								"/api/v1/namespaces/default/serviceaccounts",
								"/api/v1/namespaces/shop/serviceaccounts",
								"/api/v1/serviceaccounts",
							],
				);
				const attached = bed.server.store
					.all("ServiceAccount")
					.filter(({ metadata }) => metadata.labels !== undefined)
					.map(({ metadata }) => metadata.namespace);
				assert.deepEqual(attached.sort(), ["app"]);
			}
		});
		for (const [code, reason, ends, places] of [
			[403, "Forbidden", 0, ["", "/namespaces/shop"]],
			[400, "BadRequest", 1, [""]],
		] as const)
			test(`says what it could not take back, and deletes all the same: ${reason}`, async () => {
				await using bed = await withSource();
				for (const namespace of ["app", "shop"]) account(bed, namespace, []);
				await bed.run(["sync", "-n", "app,shop", "--attach"]);
				bed.server.requests.length = 0;
				bed.server.onRequest(({ path }) =>
					path.endsWith("/serviceaccounts")
						? { answer: { status: code, reason, message: "no" } }
						: undefined,
				);
				const { status, out, err } = await bed.run(
					"sync -n app --prune --yes".split(" "),
				);
				assert.equal(status, ends);
				assert.match(out, /^secret ".*" deleted from shop namespace$/m);
				assert.equal(
					err,
					`Warning: what attach added to service accounts is not taken back: Error from server (${reason}): no\n2 namespaces: 0 created, 0 configured, 1 unchanged, 1 deleted, 0 failed\n`,
				);
				assert.deepEqual(
					bed.server.requests
						.map(({ path }) => path)
						.filter((path) => path.endsWith("/serviceaccounts")),
					places.map((place) => `/api/v1${place}/serviceaccounts`),
				);
				// What an earlier run left can only be looked for: that this user may not is no failure.
				const again = await bed.run("sync -n app --prune --yes".split(" "));
				assert.deepEqual(
					[again.status, again.err.includes("not taken back")],
					[ends, ends !== 0],
				);
			});
		test("asks first, and no means no", async () => {
			await using bed = await copied();
			const outcome = await bed.run(["sync", "-n", "app", "--prune"], {
				answers: [["Do you want to continue?", false]],
			});
			assert.equal(
				outcome.err,
				`You are about to delete the following 2 resource(s) in context embedded:\nsecret/${NAME} in default namespace\nsecret/${NAME} in shop namespace\nand take all namespaces out of the record of nginx-mesh/${NAME}\nCancelled; nothing was changed\n`,
			);
			assert.ok(bed.server.store.get("Secret", "shop", NAME));
		});
		test("where nothing matched, nothing is deleted", async () => {
			await using bed = await copied();
			assert.deepEqual(
				shown(await bed.run(["sync", "-l", "typo=x", "--prune", "--yes"])),
				{
					status: 0,
					out: "",
					err: "Warning: no namespace matched: nothing was written or recorded\n",
				},
			);
			assert.ok(bed.server.store.get("Secret", "shop", NAME));
		});
	});
});
