import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Node } from "../../../src/core/manifest/node.ts";
import { skimYaml } from "../../../src/core/manifest/skim.ts";
import { splitManifest } from "../../../src/core/manifest/split.ts";
import { parseYamlManifest } from "../../../src/core/manifest/yaml.ts";
import { manifestText } from "../../support/manifests.ts";

/** What edits go by: where everything is, and of the values those that are read. */
function outline(node: Node, text: string): unknown {
	const end = text.slice(0, node.end).trimEnd().length;
	switch (node.type) {
		case "map":
			return {
				flow: node.flow,
				start: node.start,
				...(node.flow && { end }),
				entries: node.entries.map(({ key, start, keyEnd, value }) => [
					key,
					start,
					keyEnd,
					outline(value, text),
				]),
			};
		case "list":
			return {
				flow: node.flow,
				start: node.start,
				...(node.flow && { end }),
				items: node.items.map((item) => outline(item, text)),
			};
		case "scalar":
			if (node.start === node.end) return null;
			// The text of block scalars is not put together.
			if (/^[|>]/.test(text.slice(node.start)))
				return { block: node.start, end };
			return {
				start: node.start,
				end,
				value: typeof node.value === "number" ? 0 : node.value,
			};
	}
}

/** Where both read it, both read the same; what only skims would be a fault that nobody reports. */
function agree(text: string): "skimmed" | "left" {
	const skimmed = skimYaml(text);
	if (skimmed === undefined) return "left";
	const parsed = parseYamlManifest(text);
	assert.ok(parsed);
	assert.deepEqual(outline(skimmed, text), outline(parsed, text), text);
	return "skimmed";
}

describe("skimming", () => {
	const skimmed: string[] = [
		"a: 1\n",
		"a:\nb: ~\nc: null\nd: 0x1f\ne: .5\nf: true\ng: 1.2.3\n",
		"--- # x\na: b # c\n\n# d\n...\n",
		"a:\n- b\n- c: d\n  e:\n  - f\n  g: h\ni: j\n",
		"a:\n    -   b: c\n        d: e\n    -   f: g\n",
		"a: |\n  b\n\n   c # no comment\nd: >-\n    e\n    # no comment\n# comment\n",
		"a: |+\n\n  b\n\n\nc:\n- |\n  d\n- e\n",
		'a: \'it\'\'s\' # x\nb: "say \\"x\\"" \nc: "#"\n',
		'a: [b, \'c, d\', "e", 1, -v]\nf: {g: h, "i": j:1} # k\nl: []\nm: { }\n',
		"a: {nats: docker.io/nats:2.9@sha256:abc}\n",
		"args:\n- --port=80\n- -v\n- http://x/?a=b#c\n- a,b\n",
		"a: b\r\nc:\r\n- d\r\n",
		"a: b",
		'.dockerconfigjson: x\nb/c: d\n"e f": g\n',
	];
	for (const text of skimmed)
		it(`reads ${JSON.stringify(text.slice(0, 40))}`, () =>
			assert.equal(agree(text), "skimmed"));

	const left: string[] = [
		"",
		"# a\n",
		"a: b: c\n",
		"a: 1\na: 2\n",
		"a: {b: 1, b: 2}\n",
		"a:\n\tb: c\n",
		"a: b\n  c\n",
		"a: 'b\n  c'\n",
		"a: [b,\n  c]\n",
		"a: [[b]]\n",
		"a: {b: {c: d}}\n",
		"a: [b, ]\n",
		"a: [b\n",
		"a: &b c\nd: *b\n",
		"a: !!str 1\n",
		"<<: {a: b}\n",
		"? a\n: b\n",
		"%YAML 1.2\n---\na: b\n",
		"a: b\n...\nc: d\n",
		"a: b\n---\nc: d\n",
		" a: b\nc: d\n",
		"a:\n  b: c\n d: e\n",
		"a:\n  - b\n - c\n",
		"a: b\n- c\n",
		"- a\n",
		"a:\n- - b\n",
		"a:\n-\n  b: c\n",
		"a: |2\n   b\n",
		"a: |\n    \n  b\n",
		"a: |\n  b\n c\n",
		"image: |\n  b\n",
		"a: @b\n",
		"a: %b\n",
		"a: `b`\n",
		'a: "\\x41"\n',
		"a: 'b' c\n",
		"a: 'b'#c\n",
		"a:b\n",
		"{a: b}\n",
		"\uFEFFa: b\n",
		"a: b\rc: d\n",
	];
	for (const text of left)
		it(`leaves ${JSON.stringify(text.slice(0, 40))}`, () =>
			assert.equal(agree(text), "left"));

	it("reads all of an ordinary manifest", () => {
		const text = readFileSync(
			new URL("../../data/palette-deployment.yaml", import.meta.url),
			"utf8",
		);
		assert.equal(agree(text), "skimmed");
	});

	it("agrees with the library on any manifest, and leaves few", () => {
		const count = { skimmed: 0, left: 0 };
		fc.assert(
			fc.property(manifestText(), ({ text }) => {
				for (const document of splitManifest(text))
					if (document.form === "yaml") count[agree(document.text)]++;
			}),
			{ numRuns: 300 },
		);
		assert.ok(count.skimmed > count.left / 4, JSON.stringify(count));
	});

	it("agrees with the library on a manifest with any character more, or another, anywhere", () => {
		const text =
			'--- # x\nkind: \'Pod\'\nspec: {a: b, "c": 1}\n"d":\n    e: [1.5, "f/g", h:2] # i\n    j: |-\n      k\n\n      l\n    m:\n    -  n: o #p\n       q: null\n    - --r=s\n...\n';
		for (const character of " \n\t\r:-#'\"[]{},&*!|>%@`?a1\\~.")
			for (let at = 0; at <= text.length; at++)
				for (const rest of [at, at + 1]) {
					const broken = text.slice(0, at) + character + text.slice(rest);
					for (const document of splitManifest(broken))
						if (document.form === "yaml") agree(document.text);
				}
	});

	it("agrees with the library on any manifest with a character more or less", () => {
		const characters = fc.constantFrom(..." \n\t\r:-#'\"[]{},&*!|>%@`?a1\\~.");
		fc.assert(
			fc.property(
				manifestText(),
				fc.nat(),
				characters,
				fc.boolean(),
				({ text }, where, character, insert) => {
					const at = where % (text.length + 1);
					const broken =
						text.slice(0, at) + character + text.slice(insert ? at : at + 1);
					for (const document of splitManifest(broken))
						if (document.form === "yaml") agree(document.text);
				},
			),
			{ numRuns: 1000 },
		);
	});
});
