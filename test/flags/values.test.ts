import assert from "node:assert/strict";
import { test } from "node:test";
import type { Given } from "../../src/core/command-line/flag.ts";
import { connectionFlags } from "../../src/flags/connection.ts";
import { checkName, checkNamespace } from "../../src/flags/values.ts";

const refused = (check: () => unknown): boolean => {
	try {
		check();
		return false;
	} catch {
		return true;
	}
};

test("names are those that Kubernetes takes", () => {
	for (const [name, secret, namespace] of [
		["a", true, true],
		["a-1", true, true],
		["a".repeat(63), true, true],
		["a".repeat(64), true, false],
		["a".repeat(253), true, false],
		["a".repeat(254), false, false],
		["a.b-c", true, false],
		["a..b", false, false],
		["-a", false, false],
		["a-", false, false],
		["a-.b", false, false],
		["A", false, false],
		["a_b", false, false],
		["a\nb", false, false],
		["", false, false],
	] as const) {
		const about = JSON.stringify(name);
		assert.equal(!refused(() => checkName(name, "NAME")), secret, about);
		assert.equal(!refused(() => checkNamespace(name, "-n")), namespace, about);
	}
});

test("a time limit that no timer can hold is one that does not come", () => {
	const given: Given = {
		positionals: [],
		has: (name) => name === "request-timeout",
		on: () => false,
		list: () => [],
		text: (name) => (name === "request-timeout" ? "720h" : undefined),
	};
	assert.equal(connectionFlags(given).requestTimeout, 2 ** 31 - 1);
});
