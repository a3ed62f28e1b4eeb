import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BARE, type Given } from "../../src/core/command-line/flag.ts";
import { UsageError } from "../../src/errors.ts";
import { attachedAccountsOf } from "../../src/flags/account.ts";

function attach(value: string | undefined): Given {
	return {
		positionals: [],
		has: () => value !== undefined,
		on: () => false,
		list: () => [],
		text: () => value,
	};
}

describe("--attach", () => {
	const table: [value: string | undefined, accounts: unknown][] = [
		[undefined, undefined],
		[BARE, { by: "names", names: ["default"] }],
		["builder", { by: "names", names: ["builder"] }],
		["b,a,b", { by: "names", names: ["b", "a"] }],
		["*", { by: "all" }],
		["*,*", { by: "all" }],
	];
	for (const [value, accounts] of table)
		test(`${JSON.stringify(value)}`, () => {
			assert.deepEqual(attachedAccountsOf(attach(value)), accounts);
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
