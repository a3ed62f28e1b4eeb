import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	json,
	jsonParts,
	yaml,
	yamlParts,
} from "../../src/report/structured.ts";
import { testBed } from "../support/test-bed.ts";

describe("what YAML 1.1 reads as no string stands in quotes, as kubectl prints it", () => {
	const others =
		"on On off yes no NO y n true null ~ 1e3 1234 0777 0o17 0O17 0x1f 0X1F 0b1 0B1 1_000 1.5 12:30 2026-11-29 2026-11-29T01:34:08Z";
	for (const word of others.split(" "))
		test(word, async () => {
			assert.equal(await yaml({ a: word }), `a: "${word}"\n`);
			assert.equal(await yaml({ [word]: "a" }), `"${word}": a\n`);
		});
	for (const word of "app ony 1-2 yes-app r.io:5000/x:on 2026-11-29-x".split(
		" ",
	))
		test(`${word}: plain`, async () => {
			assert.equal(await yaml({ a: word }), `a: ${word}\n`);
		});
});

describe("made in parts, a document is the same to the byte", () => {
	const item = {
		name: "on\n\u202ex",
		list: ["a", { b: [] }],
		none: {},
		text: "two\nlines\n",
		absent: undefined,
	};
	const DOCUMENTS: object[] = [
		{ items: [] },
		{ items: [item] },
		{ items: [item, item, "word", [], [1, [2]]], collisions: [item] },
		{ items: [item], collisions: [], more: undefined },
		{ kind: "List", items: [{}, item], apiVersion: "v1" },
		{ kind: "Secret", metadata: item, data: { ".dockerconfigjson": "e30=" } },
	];
	for (const document of DOCUMENTS)
		test(JSON.stringify(document), async () => {
			assert.equal([...jsonParts(document)].join(""), json(document));
			assert.equal(
				[...(await yamlParts(document))].join(""),
				await yaml(document),
			);
		});

	test("each element when it is its turn", () => {
		let made = 0;
		const items = Array.from({ length: 3 }, () => ({
			get name() {
				made++;
				return "x";
			},
		}));
		const parts = jsonParts({ items })[Symbol.iterator]();
		const seen = [parts.next(), parts.next(), parts.next()];
		assert.equal(seen.at(-1)?.done, false);
		assert.equal(made, 2);
	});
});

test("sync's copies for namespaces called on and 0b1: kubectl would write those of a flag or number to the namespace default", async () => {
	await using bed = await testBed({
		namespaces: ["nginx-mesh", "on", "0b1", "2026-11-29"],
	});
	await bed.run(
		[
			"create",
			"--registry-server=r.io",
			"--registry-username=u",
			"--registry-password-stdin",
		],
		{ stdin: "p" },
	);
	const printed = await bed.run([
		"sync",
		"-n=on,0b1,2026-11-29",
		"--dry-run=client",
		"-o=yaml",
	]);
	const namespaces = printed.out.match(/^ {4}namespace: .*$/gm);
	assert.deepEqual(namespaces, [
		'    namespace: "0b1"',
		'    namespace: "2026-11-29"',
		'    namespace: "on"',
	]);
});
