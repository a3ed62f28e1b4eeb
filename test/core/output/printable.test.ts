import assert from "node:assert/strict";
import { test } from "node:test";
import {
	claimedName,
	escaped,
	isUnprintable,
	lineOf,
	oneLine,
	onOneLine,
	printable,
} from "../../../src/core/output/printable.ts";

const FIRST = Array.from({ length: 0x250 }, (_, code) =>
	String.fromCharCode(code),
);

test("what is no text goes, beside ASCII alone as beside other text", () => {
	for (const beside of ["a", "é"])
		for (const one of FIRST) {
			const stays = /\P{Cc}/u.test(one) && one !== "\u00ad";
			const text = `${beside}${one}${beside}`;
			const without = beside + beside;
			const kept = stays || one === "\n" || one === "\t";
			assert.equal(printable(text), kept ? text : without, JSON.stringify(one));
			if (/[\n\v\f\r\u0085]/.test(one))
				assert.equal(oneLine(text), `${beside} ${beside}`, JSON.stringify(one));
			else
				assert.equal(oneLine(text), kept ? text : without, JSON.stringify(one));
		}
});

test("so does what stands beyond the first characters", () => {
	for (const one of ["\u200b", "\u202e", "\u2066", "\ud800", "\u{e0041}"]) {
		assert.equal(printable(`a${one}b`), "ab");
		assert.ok(isUnprintable(one));
	}
	for (const end of ["\u2028", "\u2029"]) {
		assert.equal(printable(`a${end}b`), "ab");
		assert.equal(oneLine(`a${end} ${end}b`), "a b");
	}
	assert.equal(printable("a👍b"), "a👍b");
});

test("what is too long for a line ends in …", () => {
	assert.equal(lineOf("x".repeat(2000)), "x".repeat(2000));
	assert.equal(lineOf("x".repeat(2001)), `${"x".repeat(2000)}…`);
	assert.equal(onOneLine(" a\u0007 b\n", 3), "a b");
	assert.equal(onOneLine("ab cd", 4), "ab…");
});

test("in quotes it is written as JSON has it", () => {
	assert.equal(
		escaped('"é\x7f\x9b\u00ad\u2028\u{e0041}"'),
		'"é\\u007f\\u009b\\u00ad\\u2028\\udb40\\udc41"',
	);
});

test("what can be no name of what others call something is quoted", () => {
	for (const [text, shown] of [
		["nginx-mesh/key", "nginx-mesh/key"],
		["helm.sh/release.v1", "helm.sh/release.v1"],
		["", ""],
		["k".repeat(30), `${"k".repeat(19)}…`],
		["https://r.io:5000/a+b@c*$", "https://r.io:5000/a…"],
		["x); run: a | b (", '"x); run: a | b ("'],
		['a" b\nc', `"a' b c"`],
	] as const)
		assert.equal(claimedName(text, 20), shown);
});
