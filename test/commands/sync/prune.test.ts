import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NAME, OWNED, seed, shown, withSource } from "./bed.ts";

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
		});
		test("asks first, and no means no", async () => {
			await using bed = await copied();
			const outcome = await bed.run(["sync", "-n", "app", "--prune"], {
				answers: [["Do you want to continue?", false]],
			});
			assert.equal(
				outcome.err,
				`You are about to delete the following 2 resource(s) in context embedded:\nsecret/${NAME} in default namespace\nsecret/${NAME} in shop namespace\nCancelled; nothing was changed\n`,
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
					err: "Warning: no namespace matched: nothing to do\n",
				},
			);
			assert.ok(bed.server.store.get("Secret", "shop", NAME));
		});
	});
});
