import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BARE } from "../../src/core/command-line/flag.ts";
import { UsageError } from "../../src/errors.ts";
import { attachedAccountsOf } from "../../src/flags/account.ts";
import { COPY_FLAGS } from "../../src/flags/sync.ts";
import { givenOf } from "../../src/given.ts";

/** A command line with these values of `--attach`. */
function attach(...values: readonly string[]) {
	return givenOf({ attach: values }, COPY_FLAGS, []);
}

describe("--attach", () => {
	const table: [values: readonly string[], accounts: unknown][] = [
		[[], undefined],
		[[BARE], { by: "names", names: ["default"] }],
		[["builder"], { by: "names", names: ["builder"] }],
		[["b,a,b"], { by: "names", names: ["b", "a"] }],
		[["b", BARE], { by: "names", names: ["b", "default"] }],
		[["*"], { by: "all" }],
		[["*,*"], { by: "all" }],
	];
	for (const [values, accounts] of table)
		test(JSON.stringify(values), () => {
			assert.deepEqual(attachedAccountsOf(attach(...values)), accounts);
		});

	for (const value of ["", "a,", "A", "*,builder", "b*"])
		test(`${JSON.stringify(value)} is refused`, () => {
			assert.throws(
				() => attachedAccountsOf(attach(value)),
				(error) =>
					error instanceof UsageError && /^--attach/.test(error.message),
			);
		});
});
