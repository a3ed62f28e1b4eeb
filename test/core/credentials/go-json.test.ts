import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type GoValue,
	parseGoJson,
} from "../../../src/core/credentials/go-json.ts";

const END = "unexpected end of JSON input";

/** Go 1.26's own words: `json.Unmarshal([]byte(text), &value)`. */
describe("what Go cannot read", () => {
	const ROWS: [text: string, error: string][] = [
		[" ", END],
		["\u00a0{}", "invalid character '\u00c2' looking for beginning of value"],
		["\ufeff{}", "invalid character '\u00ef' looking for beginning of value"],
		["{ } }", "invalid character '}' after top-level value"],
		["[]]", "invalid character ']' after top-level value"],
		["[1,]", "invalid character ']' looking for beginning of value"],
		["[,1]", "invalid character ',' looking for beginning of value"],
		["[1 2]", "invalid character '2' after array element"],
		["[1", END],
		["[", END],
		["{", END],
		["{,}", "invalid character ',' looking for beginning of object key string"],
		['{"a"', END],
		['{"a"}', "invalid character '}' after object key"],
		['{"a" 1}', "invalid character '1' after object key"],
		['{"a":', END],
		['{"a":}', "invalid character '}' looking for beginning of value"],
		['{"a":1', END],
		['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
		['{"a":1,', END],
		[
			'{"a":1,}',
			"invalid character '}' looking for beginning of object key string",
		],
		['{"a":1]', "invalid character ']' after object key:value pair"],
		['{"a":[1}', "invalid character '}' after array element"],
		[
			"{1:2}",
			"invalid character '1' looking for beginning of object key string",
		],
		[
			"{'a':1}",
			"invalid character '\\'' looking for beginning of object key string",
		],
		["-", "invalid character ' ' in numeric literal"],
		["-x", "invalid character 'x' in numeric literal"],
		["00", "invalid character '0' after top-level value"],
		["0x1", "invalid character 'x' after top-level value"],
		["1.", "invalid character ' ' after decimal point in numeric literal"],
		["1.x", "invalid character 'x' after decimal point in numeric literal"],
		["1e", "invalid character ' ' in exponent of numeric literal"],
		["1e+", "invalid character ' ' in exponent of numeric literal"],
		["1ex", "invalid character 'x' in exponent of numeric literal"],
		["+1", "invalid character '+' looking for beginning of value"],
		[".5", "invalid character '.' looking for beginning of value"],
		["tru", "invalid character ' ' in literal true (expecting 'e')"],
		["trux", "invalid character 'x' in literal true (expecting 'e')"],
		["truE", "invalid character 'E' in literal true (expecting 'e')"],
		["fals", "invalid character ' ' in literal false (expecting 'e')"],
		["falsy", "invalid character 'y' in literal false (expecting 'e')"],
		["nul", "invalid character ' ' in literal null (expecting 'l')"],
		["nulL", "invalid character 'L' in literal null (expecting 'l')"],
		["nullx", "invalid character 'x' after top-level value"],
		["t", "invalid character ' ' in literal true (expecting 'r')"],
		["f", "invalid character ' ' in literal false (expecting 'a')"],
		["n", "invalid character ' ' in literal null (expecting 'u')"],
		["T", "invalid character 'T' looking for beginning of value"],
		['"', END],
		['"a', END],
		['"\\', "invalid character ' ' in string escape code"],
		['"\\x"', "invalid character 'x' in string escape code"],
		['"\\u', "invalid character ' ' in \\u hexadecimal character escape"],
		['"\\u12', "invalid character ' ' in \\u hexadecimal character escape"],
		['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
		['"\\U0041"', "invalid character 'U' in string escape code"],
		['"a\nb"', "invalid character '\\n' in string literal"],
		['"a\u0001b"', "invalid character '\\x01' in string literal"],
		['"a\u001fb"', "invalid character '\\x1f' in string literal"],
		['"a\tb"', "invalid character '\\t' in string literal"],
		['"\\\'"', "invalid character '\\'' in string escape code"],
		["\u0007", "invalid character '\\a' looking for beginning of value"],
		["\b", "invalid character '\\b' looking for beginning of value"],
		["\u000b", "invalid character '\\v' looking for beginning of value"],
		["\f", "invalid character '\\f' looking for beginning of value"],
		["\u0001", "invalid character '\\x01' looking for beginning of value"],
		["\u001f", "invalid character '\\x1f' looking for beginning of value"],
		["\u007f", "invalid character '\\x7f' looking for beginning of value"],
		["\\", "invalid character '\\\\' looking for beginning of value"],
		["'", "invalid character '\\'' looking for beginning of value"],
		['"""', "invalid character '\"' after top-level value"],
		["/", "invalid character '/' looking for beginning of value"],
		["\u00e9", "invalid character '\u00c3' looking for beginning of value"],
		["\u20ac", "invalid character '\u00e2' looking for beginning of value"],
		[
			"\ud83d\ude00",
			"invalid character '\u00f0' looking for beginning of value",
		],
		["`", "invalid character '`' looking for beginning of value"],
		["~", "invalid character '~' looking for beginning of value"],
		["\u0000", "invalid character '\\x00' looking for beginning of value"],
		["<", "invalid character '<' looking for beginning of value"],
		["]", "invalid character ']' looking for beginning of value"],
		["}", "invalid character '}' looking for beginning of value"],
		[":", "invalid character ':' looking for beginning of value"],
		[",", "invalid character ',' looking for beginning of value"],
		["a", "invalid character 'a' looking for beginning of value"],
		["[1,\u0000]", "invalid character '\\x00' looking for beginning of value"],
	];
	for (const [text, error] of ROWS)
		test(JSON.stringify(text), () =>
			assert.deepEqual(parseGoJson(text), { ok: false, error }),
		);
});

describe("what Go reads", () => {
	const TEXTS = [
		"\t\r\n{}\t\r\n",
		"{ }",
		"[ ]",
		'{"a":{"b":[{}]}} ',
		'{"a"\t:\r1\n, "b" : [ 1 , 2 ] }',
		"-0",
		"0",
		"1.5",
		"1e5",
		"1E+5",
		"1e-5",
		"-1.0e0",
		"true",
		"false",
		"null",
		'"\\u00e9"',
		'"\\"\\\\\\/\\b\\f\\n\\r\\t"',
		'"a\u007f b"',
	];
	for (const text of TEXTS)
		test(JSON.stringify(text), () => {
			const reading = parseGoJson(text);
			assert.ok(reading.ok);
			const value = JSON.parse(text);
			assert.equal(
				reading.value.kind,
				value === null
					? "null"
					: Array.isArray(value)
						? "array"
						: typeof value === "boolean"
							? "bool"
							: typeof value,
			);
			if (reading.value.kind === "string")
				assert.equal(reading.value.text, value);
		});

	test("members in their order, repeated ones as well, and where their values stand", () => {
		const text =
			' {"a" : [1, {"x":2}] ,"a": "\\u0062" , "c":\n{ },"d": {"e":1,"f":{"g":2}}} ';
		const reading = parseGoJson(text);
		assert.ok(reading.ok && reading.value.kind === "object");
		assert.deepEqual(
			reading.value.members.map(([name, value, from, to]) => [
				name,
				value.kind,
				text.slice(from, to),
			]),
			[
				["a", "array", '[1, {"x":2}]'],
				["a", "string", '"\\u0062"'],
				["c", "object", "{ }"],
				["d", "object", '{"e":1,"f":{"g":2}}'],
			],
		);
		const [, inner] = reading.value.members.at(-1) ?? [];
		assert.deepEqual(
			inner?.kind === "object" && inner.members.map(([name]) => name),
			["e", "f"],
		);
	});

	test("members of objects in arrays, or in three others, are left out", () => {
		const membersIn = (text: string): unknown => {
			const reading = parseGoJson(text);
			const namesOf = (value: GoValue): unknown =>
				value.kind === "object"
					? value.members.map(([name, inner]) => [name, namesOf(inner)])
					: value.kind;
			return reading.ok ? namesOf(reading.value) : reading.error;
		};
		assert.deepEqual(
			membersIn('{"a":{"b":{"c":{"d":{"e":1},"f":2},"g":3}},"h":[{"i":4}]}'),
			[
				[
					"a",
					[
						[
							"b",
							[
								["c", []],
								["g", "number"],
							],
						],
					],
				],
				["h", "array"],
			],
		);
	});

	test("of several values the first, where only that is asked for", () => {
		assert.deepEqual(parseGoJson("null x", "first"), {
			ok: true,
			value: { kind: "null" },
		});
		assert.ok(!parseGoJson("x", "first").ok);
	});

	test("halves of surrogate pairs as U+FFFD", () =>
		assert.deepEqual(parseGoJson('"\\ud800x\\ud83d\\ude00"'), {
			ok: true,
			value: { kind: "string", text: "\ufffdx\u{1f600}" },
		}));
});
