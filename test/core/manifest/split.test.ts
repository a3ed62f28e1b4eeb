import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Located } from "../../../src/core/manifest/parse.ts";
import { splitManifest } from "../../../src/core/manifest/split.ts";
import { manifestText } from "../../support/manifests.ts";

describe("a manifest cut into documents", () => {
	const table: [what: string, parts: string[]][] = [
		["one", ["a: 1\n"]],
		["markers begin documents", ["a: 1\n", "--- # x\nb: 2\n", "---\n"]],
		["a marker at the very end", ["a: 1\n", "---"]],
		["more than a marker is none", ["a: |\n ---\n----\n", "--- \n"]],
		[
			"what follows dots is no document to kubectl",
			["a: 1\n...\nb: 2\n...\n", "---\nc: 3"],
		],
		["a directive belongs to what follows", ["# x\n%YAML 1.2\n---\nb: 2\n"]],
		[
			"but not behind a document, where kubectl cuts",
			["a: 1\n...\n%YAML 1.2\n", "---\nb: 2\n"],
		],
		["CRLF", ["a: 1\r\n", "---\r\nb: 2\r\n"]],
		["JSON, one after the other", ['{"a": "}{"}', ' {"b": "\\""}', "\n{}\n"]],
		["JSON, then YAML", ["{}", "\n", "---\na: 1\n"]],
		[
			"JSON behind a byte order mark is YAML to kubectl",
			["\uFEFF{}\n{}\n", "---\n{}"],
		],
		["a marker right behind JSON", ["{}", "---"]],
		["a marker right behind a flow mapping, at the end", ["{a: 1}", "---\n"]],
		["a flow mapping that is not JSON", ["{a: 1}\n", "---\n{}\n"]],
	];
	for (const [what, parts] of table)
		it(what, () => {
			const documents = [...splitManifest(parts.join(""))];
			assert.deepEqual(
				documents.map(({ text }) => text),
				parts,
			);
		});

	it("tells JSON from YAML", () => {
		const forms = (text: string) =>
			[...splitManifest(text)].map(({ form }) => form);
		assert.deepEqual(forms("{}\n{}"), ["json", "json"]);
		assert.deepEqual(forms("\uFEFF {}"), ["json"]);
		assert.deepEqual(forms("{a: 1}"), ["yaml"]);
		assert.deepEqual(forms("---\n{}"), ["yaml"]);
	});

	it("knows the line of everything", () => {
		const [, second] = splitManifest("a: 1\nb: 2\n---\nc: 3\nd: 4\n");
		assert.ok(second);
		assert.equal(second.line, 3);
		const at = new Located("f", second, []);
		assert.deepEqual(at.place(second.text.indexOf("d")), {
			file: "f",
			line: 5,
		});
	});

	it("loses nothing, whatever the text", () => {
		const lines = fc.constantFrom(
			"---",
			"...",
			"%x",
			"#",
			"a: 1",
			"{",
			"}",
			'"',
			"{}",
			" ",
			"\uFEFF",
			"\r",
		);
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.array(lines).map((all) => all.join("\n")),
					manifestText().map(({ text }) => text),
				),
				(text) => {
					const documents = [...splitManifest(text)];
					assert.equal(documents.map((each) => each.text).join(""), text);
				},
			),
		);
	});
});
