/** A token expires in the middle of a command: that is said once, and nothing more is written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, source } from "../support/build.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const ENTRY = { "r.example": { username: "u", password: "first" } };
const SYNC = "sync -n app,shop";
const CASES: readonly [line: string, ...before: string[]][] = [
	[`${SYNC} --attach`],
	[SYNC, SYNC],
	["sync -n app --prune --yes", `${SYNC} --attach`],
	["attach -n app,shop", SYNC],
	["detach -n app,shop", SYNC, "attach -n app,shop"],
	["detach --by-policy", SYNC, "attach --by-policy"],
	["prune -n app --yes", SYNC, "attach --by-policy"],
	["prune --yes", SYNC, "attach -n app,shop", "attach --by-policy"],
];

const ENDED =
	/^error: You must be logged in to the server \(Unauthorized\)( \((\d of \d (namespaces|deletions) are done; )?run the command again to finish\))?\n$/;

async function staged(before: readonly string[]): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["app", "nginx-mesh", "shop"] });
	source(bed, ENTRY);
	for (const namespace of ["app", "shop"]) account(bed, namespace, []);
	for (const line of before) {
		const { status, err } = await bed.run(line.split(" "));
		assert.equal(status, 0, err);
	}
	return bed;
}

for (const [line, ...before] of CASES)
	test(`${line}: at whichever request`, async () => {
		for (let at = 0; ; at++) {
			await using bed = await staged(before);
			let answered = 0;
			const refused: string[] = [];
			bed.server.onRequest(({ method, path }) => {
				if (answered++ < at) return undefined;
				refused.push(`${method} ${path}`);
				const reason = "Unauthorized";
				return { answer: { status: 401, reason, message: reason } };
			});
			const { status, out, err } = await bed.run(line.split(" "));
			if (refused.length === 0) {
				assert.equal(status, 0, err);
				return;
			}
			assert.equal(status, 1);
			assert.match(err, ENDED, refused.join("\n"));
			// Whatever was done is half of it.
			if (/ (created|configured|deleted) /.test(out))
				assert.match(err, /run the command again to finish/);
			// What was under way at the same moment, of one namespace each.
			const writes = refused.filter((each) => /^(PATCH|DELETE)/.test(each));
			assert.ok(writes.length <= 2, writes.join("\n"));
		}
	});
