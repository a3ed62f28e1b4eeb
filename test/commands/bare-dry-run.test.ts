import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { COMMANDS } from "../../src/cli.ts";
import { sharedBed } from "../support/test-bed.ts";

describe("--dry-run without a value is that of the client, with kubectl's warning, once", () => {
	const bed = sharedBed({
		namespaces: ["nginx-mesh", "app"],
		defaultServiceAccounts: true,
	});
	const CREDENTIAL = [
		"--registry-server=r.io",
		"--registry-username=u",
		"--registry-password-stdin",
		"--no-verify",
	];
	const ARGS: Readonly<Record<string, readonly (readonly string[])[]>> = {
		create: [["other", ...CREDENTIAL]],
		apply: [CREDENTIAL],
		rotate: [CREDENTIAL],
		sync: [["-n=app"], ["--forget=app"]],
		attach: [["-n=app"], ["--by-policy"]],
		detach: [["-n=app"], ["--all", "-n=app"], ["--by-policy"]],
		prune: [[]],
		install: [[]],
		uninstall: [[]],
	};
	const taking = COMMANDS.filter(({ flags }) =>
		flags.some(({ name }) => name === "dry-run"),
	);
	before(async () => {
		const { status, err } = await bed.run(["apply", ...CREDENTIAL, "-n=app"], {
			stdin: "p",
		});
		assert.equal(status, 0, err);
		for (const argv of [["install"], ["attach", "--by-policy"]])
			assert.equal((await bed.run(argv)).status, 0);
	});
	test("all that have the flag", () =>
		assert.deepEqual(
			taking.map(({ verb }) => verb).toSorted(),
			Object.keys(ARGS).toSorted(),
		));
	for (const { verb } of taking)
		for (const args of ARGS[verb] ?? [])
			test([verb, ...args].join(" "), async () => {
				const before = JSON.stringify(bed.server.store.all("Secret"));
				const { out, err, status } = await bed.run(
					[verb, ...args, "--dry-run"],
					{ stdin: "new" },
				);
				assert.equal(status, 0, err);
				assert.equal(
					err.split(
						"Warning: --dry-run is deprecated and can be replaced with --dry-run=client\n",
					).length,
					2,
					err,
				);
				assert.match(out + err, /\(dry run\)$/m);
				assert.equal(JSON.stringify(bed.server.store.all("Secret")), before);
			});
});
