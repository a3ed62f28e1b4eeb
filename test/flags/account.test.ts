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
		[[], []],
		[[BARE], ["default"]],
		[["builder"], ["builder"]],
		[["b,a,b"], ["b", "a"]],
		[
			["b", BARE],
			["b", "default"],
		],
		[["*"], ["*"]],
		[["*,*"], ["*"]],
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
