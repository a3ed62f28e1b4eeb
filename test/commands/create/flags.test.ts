import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { testBed } from "../../support/test-bed.ts";

describe("flags that contradict each other are refused with status 2", () => {
	const PAIRS: readonly [args: string[], error: string][] = [
		[["--add", "--replace"], "--add and --replace"],
		[["--add", "--remove", "b"], "--add and --remove"],
		[["--add", "--create-namespace"], "--add and --create-namespace"],
		[["--remove", "b", "--replace"], "--remove and --replace"],
		[
			["--remove", "b", "--registry-server", "b"],
			"--remove and --registry-server",
		],
		[["--remove", "b", "--verify"], "--remove and --verify"],
		[["--remove", "b", "--expires-in", "1h"], "--remove and --expires-in"],
		[["--verify", "--no-verify"], "--no-verify and --verify"],
		[
			["--no-verify", "--verify-image", "a.example/x"],
			"--no-verify and --verify-image",
		],
		[
			["--no-verify", "--registry-insecure"],
			"--no-verify and --registry-insecure",
		],
		[["--no-verify", "--registry-ca", "x"], "--no-verify and --registry-ca"],
		[
			["--from-docker-config", "--registry-username", "u"],
			"--from-docker-config and --registry-username",
		],
		[
			["--from-docker-config", "--registry-key", "k"],
			"--from-docker-config and --registry-key",
		],
		[
			["--from-docker-config", "--docker-password", "p"],
			"--from-docker-config and --docker-password",
		],
	];
	for (const [args, error] of PAIRS)
		test(args.join(" "), async () => {
			await using bed = await testBed();
			const outcome = await bed.run(["create", ...args], { stdin: "p" });
			assert.deepEqual(
				[outcome.status, outcome.err],
				[2, `error: ${error} cannot be used together\n`],
			);
		});

	const WRONG: readonly [args: string[], error: string][] = [
		[
			["--remove", " "],
			"error: --remove: the name is empty; is a variable unset?\n",
		],
		[
			["--registry-server", "a", "--registry-server", "b"],
			"error: --registry-server can be repeated only with --from-docker-config, --from-secret or --credential-from: one credential is for one registry\n",
		],
		[
			["--from-docker-config="],
			"error: --from-docker-config: the path is empty; is a variable unset?\n",
		],
		[["--registry-ca", ""], "error: --registry-ca: the path is empty\n"],
		[
			["--verify-image", "UPPER"],
			"error: --verify-image: invalid reference format: repository name must be lowercase\n",
		],
		[
			["--expires-in", "soon"],
			"error: invalid value for --expires-in: must be a duration such as 12h, 7d or 1d12h, of a century at most\n",
		],
		[
			["--expires-in", "0h"],
			"error: invalid value for --expires-in: must be a duration such as 12h, 7d or 1d12h, of a century at most\n",
		],
		[
			["--expires-in", "99999d"],
			"error: invalid value for --expires-in: must be a duration such as 12h, 7d or 1d12h, of a century at most\n",
		],
	];
	for (const [args, error] of WRONG)
		test(args.join(" "), async () => {
			await using bed = await testBed();
			const outcome = await bed.run(["create", ...args]);
			assert.deepEqual([outcome.status, outcome.err], [2, error]);
		});
});
