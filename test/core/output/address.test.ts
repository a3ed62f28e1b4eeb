import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutUserInfo } from "../../../src/core/output/address.ts";

for (const [address, shown] of [
	["https://u:p@r.example:5000/x", "https://***@r.example:5000/x"],
	["u:p@r.example", "***@r.example"],
	["https://u:p@ss@r.example", "https://***@r.example"],
	["https://r.example/x?u:p@y", "https://***@y"],
	["HTTPS://p@r.example", "HTTPS://***@r.example"],
	["p://w@r.example", "p://***@r.example"],
	["no scheme://p@r.example", "***@r.example"],
	["https://r.example/a:b", "https://r.example/a:b"],
] as const)
	test(`${address} is shown as ${shown}`, () =>
		assert.equal(withoutUserInfo(address), shown));
