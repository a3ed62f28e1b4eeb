import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	displayKey,
	parseSchemeless,
	splitPath,
	splitPort,
	toBytes,
} from "../../../src/core/registry/url.ts";

describe("a key as it may be shown", () => {
	const ROWS: [key: string, shown: string][] = [
		["r.example:5000/x", "r.example:5000/x"],
		["https://u:p@r.example/v1/", "https://***@r.example/v1/"],
		["r.example/team/v2/*", "r.example/team/v2/*"],
		["r.example/Équipe_1", "r.example/Équipe_1"],
		["[::1]:5000/x", "[::1]:5000/x"],
		["fe80::1", "fe80::1"],
		["FE80::A", "FE80::A"],
		["r.example:/", "r.example:/"],
		["r.example:5000 ", '"r.example:5000 "'],
		// No image's name holds such, and a password may.
		["r.example/x:p", "r.example/***"],
		["r.example/token=p/x", "r.example/***"],
		["https://r.example/v2/?token=p", "https://r.example/v2/?***"],
		["https://u@r.example/x@p", "https://***"],
		["u:p@ss@r.example/p:w", "***@r.example/***"],
		["user:password", "user:***"],
		["", '""'],
		["r.example ", '"r.example "'],
		["r.example\n", '"r.example\\n"'],
		["r".repeat(300), "r".repeat(300)],
		["r".repeat(301), `${"r".repeat(299)}…`],
	];
	for (const [key, shown] of ROWS)
		test(JSON.stringify(key).slice(0, 40), () =>
			assert.equal(displayKey(key), shown),
		);
});

test("a text as bytes, as Go compares it", () => {
	for (const [text, bytes] of [
		["r.example", "r.example"],
		["é.example", "\u00c3\u00a9.example"],
		["r.example/é", "r.example/\u00c3\u00a9"],
	] as const)
		assert.equal(toBytes(text), bytes);
});

test("a scheme goes in any letter case, and the path begins with its slash", () => {
	for (const [name, host, path] of [
		["r.example", "r.example", ""],
		["HTTPS://r.example/", "r.example", "/"],
		["Http://r.example:5000/a/b", "r.example:5000", "/a/b"],
		["r.example/http://a", "r.example", "/http://a"],
		["/a", "", "/a"],
	] as const)
		assert.deepEqual(splitPath(name), { host, path });
});

describe("an address is taken apart as Go does", () => {
	const ROWS: [address: string, host?: string, path?: string][] = [
		["r.example:5000/a/b", "r.example:5000", "/a/b"],
		["r.example?x=/y", "r.example", ""],
		["r.example/a?x#y", "r.example", "/a"],
		["r.example/a#b", "r.example", "/a"],
		["r.example/a?b", "r.example", "/a"],
		["#f", "", ""],
		["r.example/a%2Fb", "r.example", "/a/b"],
		["r.example/a/%41", "r.example", "/a/A"],
		["/%41", "", "/A"],
		["r.example/%zz"],
		["r.example/a#%zz"],
		["r.example/a\u0001"],
		["r.example/a\u007f"],
		["u:p@r.example/a@b", "r.example", "/a@b"],
		["u:p@ss@r.example", "r.example", ""],
		["u@[::1]", "[::1]", ""],
		["u:%zz@r.example"],
		["%zz:p@r.example"],
		["<u@r.example"],
		["u p@r.example"],
		["r.example:port"],
		["r.example:80:90"],
		["%41.example"],
		["%c3%a9.example", "\u00c3\u00a9.example", ""],
		["r%c3%a9.example:5000", "r\u00c3\u00a9.example:5000", ""],
		["a[b]"],
		["[::1"],
		["[::1]:5000/a", "[::1]:5000", "/a"],
		["[::1]port"],
		["[fe80::1%25en0]:5000", "[fe80::1%en0]:5000", ""],
		["[fe80::1%25a%25b]", "[fe80::1%a%b]", ""],
		["[::1%25a]b]:5", "[::1%a]b]:5", ""],
		["[::1%25]"],
		["[::1%25a%00b]"],
		["[::1%25[]"],
		["[r.example]"],
	];
	for (const [address, host, path = ""] of ROWS)
		test(JSON.stringify(address), () =>
			assert.deepEqual(
				parseSchemeless(address),
				host === undefined ? undefined : { host, path },
			),
		);
});

test("a port goes, and with it the brackets of its host", () => {
	for (const [host, name, port] of [
		["r.example", "r.example", ""],
		["r.example:5000", "r.example", "5000"],
		["[::1]:5000", "::1", "5000"],
		["[::1]", "[::1]", ""],
		["::1", "::1", ""],
		["x[::1]:5000", "x[::1]:5000", ""],
		["r.example:1:2", "r.example:1:2", ""],
	] as const)
		assert.deepEqual(splitPort(host), { name, port });
});
