import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { testBed } from "../support/test-bed.ts";

type Answers = [question: string, answer: unknown][];

describe("where the person says no, -o json is a result in which nothing was done", () => {
	const CREDENTIAL = [
		"--registry-server=nosuch.example",
		"--registry-username=u",
		"--no-verify",
	];
	const UNVERIFIED = CREDENTIAL.slice(0, -1);
	const TYPED_WRONG: Answers = [
		["Password:", "new"],
		["What now?", "Cancel"],
	];
	const ROWS: [args: string[], answers: Answers][] = [
		[
			["create", "other", "-n=app", ...CREDENTIAL],
			[
				["Password:", "p"],
				["Create secret/other", false],
			],
		],
		[
			["create", "--no-verify"],
			[
				[
					"nginx-mesh/nginx-mesh-registry-key exists (context embedded)\n  with nosuch.example as u. What do you want to do?",
					"Cancel",
				],
			],
		],
		[
			["rotate", ...CREDENTIAL],
			[
				["Password:", "new"],
				["Replace the credential", false],
			],
		],
		[["create", "other", "-n=app", ...UNVERIFIED], TYPED_WRONG],
		[["apply", ...UNVERIFIED], TYPED_WRONG],
		[["rotate", ...UNVERIFIED], TYPED_WRONG],
		[["prune"], [["Do you want to continue?", false]]],
		[["uninstall"], [["Do you want to continue?", false]]],
	];
	for (const [args, answers] of ROWS)
		test(args.join(" "), async () => {
			await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
			await bed.run(["create", ...CREDENTIAL, "--registry-password-stdin"], {
				stdin: "p",
			});
			await bed.run(["install", "-n=app", "--yes"]);
			const outcome = await bed.run([...args, "-o=json"], {
				answers: answers as never,
			});
			assert.deepEqual(
				[outcome.status, JSON.parse(outcome.out)],
				[0, { items: [] }],
			);
			assert.match(outcome.err, /Cancelled/);
		});
});
