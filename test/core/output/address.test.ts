import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutPasswords } from "../../../src/core/output/address.ts";

for (const [address, shown] of [
	["https://u:p@r.example:5000/x", "https://***@r.example:5000/x"],
	["u:p@r.example", "***@r.example"],
	["https://u:p@ss@r.example", "https://***@r.example"],
	["HTTPS://p@r.example", "HTTPS://***@r.example"],
	["p://w@r.example", "p://***@r.example"],
	["https://r.example/a:b", "https://r.example/a:b"],
	// Which of the two is the host, nobody knows.
	["u:p/w@r.example", "***"],
	["https://u@r.example/x@p", "https://***"],
	["https://r.example/x@p", "https://***"],
	["https://r.example/x?u:p@y", "https://***"],
	["no scheme://p@r.example", "***"],
	["https://r.example/x?token=p", "https://r.example/x?***"],
	["https://r.example#p?x", "https://r.example#***"],
	[
		"https://r.example/k8s/clusters/c-1\n",
		"https://r.example/k8s/clusters/c-1\n",
	],
	["", ""],
] as const)
	test(`${JSON.stringify(address)} is shown as ${shown.trim()}`, () =>
		assert.equal(withoutPasswords(address), shown));
