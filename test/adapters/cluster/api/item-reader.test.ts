import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import fc from "fast-check";
import { ItemReader } from "../../../../src/adapters/cluster/api/item-reader.ts";

/** What a reader takes, and what is left, of a text that comes in chunks of so many bytes. */
function read(
	text: string,
	size = text.length,
	withoutManagedFields = false,
): { taken: unknown[]; rest: string } {
	const taken: unknown[] = [];
	const reader = new ItemReader((item) => taken.push(item), {
		withoutManagedFields,
	});
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length; at += size) {
		reader.write(bytes.subarray(at, at + size));
		reader.write(Buffer.alloc(0));
	}
	return { taken, rest: reader.end() };
}

test("what stands between objects holds none of the chunks that they came in", (t) => {
	const chunks = Array.from({ length: 20 }, (_, at) =>
		Buffer.from(
			`${at === 0 ? '{"items":[' : ","}{"a":"${"x".repeat(100_000)}"}`,
		),
	);
	const reader = new ItemReader(() => {});
	for (const chunk of chunks) reader.write(chunk);
	const joined = t.mock.method(Buffer, "concat");
	reader.end();
	const kept = joined.mock.calls.flatMap(({ arguments: [pieces] }) => pieces);
	const held = new Set(chunks.map(({ buffer }) => buffer));
	assert.ok(kept.length > 20);
	assert.ok(kept.every(({ buffer }) => !held.has(buffer as ArrayBuffer)));
});

describe("a list that is read while it arrives", () => {
	const rows: Readonly<Record<string, [text: string, ...taken: unknown[]]>> = {
		"no objects": [`{"kind":"PodList","items":[]}`],
		"null for objects": [`{"kind":"PodList","items":null}`],
		objects: [`{"kind":"L","items":[{"a":1},{"a":2}]}`, { a: 1 }, { a: 2 }],
		"objects first, with white space": [
			`{ "items" : [ {"a": [ {"b": {}} ]} ,\n {"a":2} ], "kind":"L" }`,
			{ a: [{ b: {} }] },
			{ a: 2 },
		],
		"an object beside them, within another": [
			`{"items":[{"a":1}],"metadata":{"b":{"c":2}}}`,
			{ a: 1 },
		],
		"brackets and quotes in strings": [
			String.raw`{"items":[{"a":"}],\"{[\\"},{"b":"\\\""}]}`,
			{ a: '}],"{[\\' },
			{ b: String.raw`\"` },
		],
		"text that needs several bytes": [`{"items":[{"a":"é😀"}]}`, { a: "é😀" }],
		"items elsewhere": [
			`{"metadata":{"items":[{"a":1}]},"other":[{"a":2}],"items":[{"a":3}]}`,
			{ a: 3 },
		],
		"a key that ends so": [`{"my-items":[{"a":1}],"items":[]}`],
		"a key with a quote that ends so": [
			String.raw`{"my\"items":[{"a":1}],"\"items":[{"a":2}],"items":[{"a":3}]}`,
			{ a: 3 },
		],
		"elements that are no objects": [
			`{"items":[1,{"a":1},"{}",[{}]]}`,
			{ a: 1 },
		],
		"no list": [`{"kind":"Status","details":{"causes":[{"a":1}]}}`],
		"a list of its own": [`[{"a":1}]`],
	};
	for (const [name, [text, ...taken]] of Object.entries(rows))
		test(name, () => {
			const whole = read(text);
			assert.deepEqual(whole.taken, taken);
			for (let size = 1; size < text.length; size++)
				assert.deepEqual(read(text, size), whole, `${size} bytes at once`);
		});

	test("what is left is the text, with an empty object for each that was taken", () => {
		assert.equal(
			read(`{"items":[ {"a":1},2, {"b":{}} ],"kind":"L"}`).rest,
			`{"items":[ {},2, {} ],"kind":"L"}`,
		);
		// An object that broke off is still there: whoever reads it sees that it is no JSON.
		assert.equal(read(`{"items":[{"a":1},{"b":`).rest, `{"items":[{},{"b":`);
		assert.equal(read("<html>[{</html>").rest, "<html>[{</html>");
	});

	test("takes what JSON.parse finds, wherever the chunks end", () => {
		fc.assert(
			fc.property(
				fc.array(
					fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()),
				),
				fc.jsonValue(),
				fc.integer({ min: 1, max: 40 }),
				fc.constantFrom(undefined, 1),
				(items, metadata, size, indent) => {
					const list = { kind: "List", metadata, items };
					const text = JSON.stringify(list, null, indent);
					const { taken, rest } = read(text, size);
					const whole = JSON.parse(text);
					assert.deepEqual(taken, whole.items);
					assert.deepEqual(JSON.parse(rest), {
						...whole,
						items: items.map(() => ({})),
					});
				},
			),
		);
	});

	test("without managedFields: those of the objects, and nothing else that is called so", () => {
		const fields = '"managedFields":[{"manager":"a]","f":{"f:b":[{}]}},{}]';
		const object = `{"metadata":{"annotations":{"b":"c"},"ownerReferences":[{"name":"r"}],${fields},"labels":{"b":"c"}},"spec":{${fields}}}`;
		const text = `{"metadata":{${fields}},"items":[${object},{"metadata":{}}]}`;
		const { items } = JSON.parse(text);
		const wanted = structuredClone(items);
		wanted[0].metadata.managedFields = [];
		for (let size = 1; size <= text.length; size++) {
			assert.deepEqual(read(text, size, true).taken, wanted, `${size} bytes`);
			assert.deepEqual(read(text, size, false).taken, items);
		}
	});

	test("takes as long as the text is long, whatever its keys", () => {
		/** How many bytes of what came before are copied to read so many keys. */
		const copied = (keys: number): number => {
			let bytes = 0;
			const { concat } = Buffer;
			const counted = mock.method(Buffer, "concat", (pieces: Buffer[]) => {
				const whole = concat(pieces);
				bytes += whole.length;
				return whole;
			});
			const text = `{${'"a":[],'.repeat(keys)}"items":[{${'"a":{},'.repeat(keys)}"b":1}]}`;
			assert.equal(read(text, 1000, true).taken.length, 1);
			counted.mock.restore();
			return bytes;
		};
		assert.ok(copied(2000) <= 2.1 * copied(1000));
	});

	test("an object that is no JSON is a SyntaxError", () => {
		assert.throws(() => read(`{"items":[{"a" 1}]}`), SyntaxError);
	});
});
