import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbortedError } from "../../../src/errors.ts";
import type { Answer } from "../../support/command-line.ts";
import { createBed, USER } from "./bed.ts";

describe("create at a terminal", () => {
	const { bed, fresh, secret } = createBed();

	test("at a terminal a missing namespace costs a question, not all that was entered", async () => {
		const create = (answer: boolean, ...more: string[]) =>
			bed.run(
				[
					"create",
					"-n=asked-for",
					"--registry-server=r.io",
					"--registry-username=u",
					"--no-verify",
					...more,
				],
				{
					answers: [
						["Password:", "p"],
						[
							"Namespace asked-for does not exist. Create it, and secret/nginx-mesh-registry-key in asked-for namespace\n  for r.io as u (context embedded)?",
							answer,
						],
					],
				},
			);
		const no = await create(false);
		assert.deepEqual(
			[no.status, no.out, no.err],
			[0, "", "Cancelled; nothing was changed\n"],
		);
		// The flag agrees to the namespace, but the question is about all that will happen.
		const flagged = await create(false, "--create-namespace");
		assert.equal(flagged.err, "Cancelled; nothing was changed\n");
		const yes = await create(true);
		assert.equal(
			yes.out,
			"namespace/asked-for created\nsecret/nginx-mesh-registry-key created in asked-for namespace\n",
		);
	});

	for (const mode of ["client", "server"])
		test(`--dry-run=${mode} asks for the credential, and about nothing that it would not do`, async () => {
			fresh();
			const { status, out, err } = await bed.run(
				["create", ...USER, `--dry-run=${mode}`],
				{ answers: [["Password:", "p"]] },
			);
			assert.equal(status, 0, err);
			assert.match(
				out,
				/created in nginx-mesh namespace \((server )?dry run\)/,
			);
			assert.doesNotMatch(err, /^Next:/m);
			assert.equal(secret(), undefined);
		});

	test("what comes next is said once: not where nothing was written", async () => {
		fresh();
		const given = ["create", ...USER, "--registry-password=p", "--no-verify"];
		for (const isNew of [true, false]) {
			const { err } = await bed.run(given, { answers: [] });
			assert.equal(/^Next: /m.test(err), isNew, err);
		}
	});

	test("Enter alone is yes, but not to what takes the place of what is there", async () => {
		fresh();
		const given = ["create", ...USER, "--no-verify"];
		const password = "--registry-password=new";
		const made = "secret/nginx-mesh-registry-key created in";
		const there = "secret/nginx-mesh-registry-key in nginx-mesh namespace";
		const ROWS: [string[], Answer[], said: string][] = [
			[
				["-n=entered", password],
				[["Namespace entered does not exist (", ""]],
				`namespace/entered created\n${made} entered namespace\n`,
			],
			[
				[],
				[
					["Password:", "old"],
					["Create secret/", ""],
				],
				`${made} nginx-mesh namespace\n`,
			],
			[[password], [[`${there} exists with another credential`, ""]], ""],
		];
		for (const [argv, answers, said] of ROWS) {
			const { status, out, err } = await bed.run([...given, ...argv], {
				answers,
			});
			assert.deepEqual([status, out], [0, said], err);
		}
		assert.equal(bed.password("nginx-mesh"), "old");
	});

	test("--yes asks for what is missing, and about nothing", async () => {
		fresh();
		const yes = ["--registry-username=bob", "--no-verify", "--yes"];
		for (const [argv, said] of [
			[
				["-n=agreed", "--registry-server=r.io"],
				"namespace/agreed created\nsecret/nginx-mesh-registry-key created in agreed namespace\n",
			],
			[
				["--registry-server=r.io"],
				"secret/nginx-mesh-registry-key created in nginx-mesh namespace\n",
			],
			[
				["--registry-server=other.example"],
				"secret/nginx-mesh-registry-key configured in nginx-mesh namespace\n",
			],
		] as const) {
			const { out, err } = await bed.run(["create", ...argv, ...yes], {
				answers: [["Password:", "p"]],
			});
			assert.equal(out, said, err);
		}
	});

	test("a key file that is not there is asked for again, whatever its name", async () => {
		fresh();
		const { status, err } = await bed.run(
			["create", "--registry-server=gcr.io", "--no-verify"],
			{
				answers: [
					["How do you authenticate", "Service account JSON key file"],
					["Path of the JSON key file:", "nosuch"],
					[
						"Path of the JSON key file:",
						() => {
							throw new AbortedError("SIGINT");
						},
					],
				],
			},
		);
		assert.equal(status, 130, err);
		assert.equal(err, "cannot read nosuch: no such file or directory\n");
	});

	test("a missing namespace is asked for where nothing else is", async () => {
		const { status, out } = await bed.run(
			[
				"create",
				"-n=asked-alone",
				"--registry-server=r.io",
				"--registry-username=u",
				"--registry-password=p",
				"--no-verify",
			],
			{
				answers: [
					[
						"Namespace asked-alone does not exist (context embedded). Create it?",
						true,
					],
				],
			},
		);
		assert.deepEqual(
			[status, out],
			[
				0,
				"namespace/asked-alone created\nsecret/nginx-mesh-registry-key created in asked-alone namespace\n",
			],
		);
	});

	test("what is wrong with an answer fits a line", async () => {
		const { asked } = await bed.run(
			["create", "--registry-username=u", "--registry-password=p"],
			{ answers: [["Registry server", ""]] },
		);
		assert.equal(asked[1], "! the server is empty; give HOST or HOST:PORT");
	});

	test("B9: at a terminal everything is asked, mistakes again, and confirmed once", async () => {
		fresh();
		const outcome = await bed.run(["create", "--no-verify"], {
			answers: [
				["Registry server", "not a host"],
				["Registry server", "registry.example.com"],
				["How do you authenticate?", "Username and password or token"],
				["Username:", "a:b"],
				["Username:", "bob"],
				["Password:", ""],
				["Password:", "s3cret"],
				[
					"Create secret/nginx-mesh-registry-key in nginx-mesh namespace\n  for registry.example.com as bob (context embedded)?",
					true,
				],
			],
		});
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[
				0,
				"secret/nginx-mesh-registry-key created in nginx-mesh namespace\n",
				"Next: kubectl meshreg sync --attach\n",
			],
		);
		assert.equal(
			outcome.asked.filter((line) => line.startsWith("!")).length,
			3,
		);
	});

	test("at a terminal, no to the summary writes nothing", async () => {
		fresh();
		const outcome = await bed.run(["create", ...USER, "--no-verify"], {
			answers: [
				["Password:", "p"],
				["Create secret/", false],
			],
		});
		assert.deepEqual(
			[outcome.status, outcome.err, secret()],
			[0, "Cancelled; nothing was changed\n", undefined],
		);
	});
});
