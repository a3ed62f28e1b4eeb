import assert from "node:assert/strict";
import { it } from "node:test";
import { joinManifests } from "../../../src/core/manifest/join.ts";

const yaml = (text: string) => ({ text, json: false });
const json = (text: string) => ({ text, json: true });

const table: [
	what: string,
	parts: { text: string; json: boolean }[],
	text: string,
][] = [
	["nothing", [], ""],
	["one file stays as it is", [yaml("\uFEFFa: 1")], "\uFEFFa: 1"],
	["empty files are no documents", [yaml(""), json("{}"), yaml("")], "{}"],
	["YAML", [yaml("a: 1"), yaml("b: 2\n")], "a: 1\n---\nb: 2\n"],
	[
		"YAML that begins with a marker",
		[yaml("a: 1\n"), yaml("--- # x\nb: 2\n")],
		"a: 1\n--- # x\nb: 2\n",
	],
	[
		"YAML that begins with a directive",
		[yaml("a: 1\n"), yaml("%YAML 1.2\n---\nb: 2\n")],
		"a: 1\n...\n%YAML 1.2\n---\nb: 2\n",
	],
	[
		"a byte order mark in the middle goes",
		[yaml("a: 1\n"), yaml("\uFEFFb: 2\n")],
		"a: 1\n---\nb: 2\n",
	],
	[
		"JSON alone is a stream of JSON",
		[json("{}"), json('{"a":1}\n')],
		'{}\n{"a":1}\n',
	],
	[
		"JSON among YAML",
		[json("{}\n{}"), yaml("b: 2\n")],
		"---\n{}\n---\n{}\n---\nb: 2\n",
	],
];
for (const [what, parts, text] of table)
	it(`joins manifests: ${what}`, () =>
		assert.equal(joinManifests(parts), text));
