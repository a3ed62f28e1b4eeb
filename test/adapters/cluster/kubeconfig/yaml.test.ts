import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { fromDocument } from "../../../../src/adapters/cluster/kubeconfig/document.ts";
import { parseKubeconfig } from "../../../../src/adapters/cluster/kubeconfig/yaml.ts";
import { refusedInWords } from "../../../support/refused.ts";

/** Whatever way is taken, the value is what the library reads. */

const usual = {
	apiVersion: "v1",
	kind: "Config",
	preferences: {},
	"current-context": "x",
	clusters: [
		{
			name: "c",
			cluster: {
				server: "https://127.0.0.1:6443",
				"certificate-authority-data": "LS0tLS1CRUdJTi==",
				"insecure-skip-tls-verify": true,
			},
		},
	],
	contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
	users: [
		{
			name: "u",
			user: {
				exec: {
					apiVersion: "client.authentication.k8s.io/v1",
					command: "aws",
					args: ["--region", "eu-central-1", "eks", "get-token"],
					env: null,
				},
			},
		},
	],
};

describe("the text of a kubeconfig", () => {
	for (const [name, text] of [
		["as kubectl writes it", stringify(usual)],
		["with indented lists", stringify(usual, { indentSeq: true })],
		["as JSON", JSON.stringify(usual)],
		["as JSON with indentation", JSON.stringify(usual, undefined, 4)],
		["in flow style", "users: [{name: u, user: {token: t}}]\n"],
		["with numbers", "users:\n- name: u\n  user:\n    token: 12345\n"],
		["with a block of text", "a: |\n  one\n  two\nb: >-\n  one\n  two\n"],
		["with an alias", "a: &x {b: c}\nd: *x\n"],
		["with a key twice", "a: one\na: two\n"],
		["with a text over several lines", 'a: "one\n  two"\nb: three\n  four\n'],
		["with tabs and comments", "# c\na:\t'b' # d\n"],
		["that begins like JSON", "{a: b, c: [d]}\n"],
		["that is empty", ""],
		["with Windows's line ends", "a: b\r\nc:\r\n- d\r\n"],
		["with such words in quotes", "a: 'yes'\nb: \"n\"\n"],
	] as const)
		test(name, async () => {
			const expected = parse(text, { uniqueKeys: false }) ?? undefined;
			assert.deepEqual(await parseKubeconfig(text), expected);
		});

	// https://yaml.org/type/bool.html; sigs.k8s.io/yaml, which kubectl reads with, takes the same.
	test("with words that are flags in YAML 1.1", async () => {
		const words = "y Y yes Yes YES on On ON n N no No NO off Off OFF";
		const text = `[${words.replaceAll(" ", ", ")}]`;
		assert.deepEqual(await parseKubeconfig(text), [
			...Array(8).fill(true),
			...Array(8).fill(false),
		]);
		assert.deepEqual(await parseKubeconfig("[yEs, oN, yess, nope, 'on']"), [
			"yEs",
			"oN",
			"yess",
			"nope",
			"on",
		]);
	});

	test("a name that is such a word is none, as with kubectl", async () => {
		for (const word of ["yes", "on", "N"]) {
			const document = await parseKubeconfig(
				`clusters:\n- name: ${word}\n  cluster: {server: "https://k"}\n`,
			);
			refusedInWords(
				() => fromDocument(document, (path) => path, "FILE"),
				/: name of clusters\[0\] of the file is not a string; /,
			);
		}
	});

	test("a name that is a number to Go is none, as with kubectl", async () => {
		for (const word of [
			"1_0",
			"0x1_f",
			"0x_1",
			"+0x1f",
			"0b1_1",
			"-0o7",
			"1_",
			"1__0.5",
			"+1_0",
			"1e1_0",
		]) {
			const document = await parseKubeconfig(
				`clusters:\n- name: ${word}\n  cluster: {server: "https://k"}\n`,
			);
			refusedInWords(
				() => fromDocument(document, (path) => path, "FILE"),
				/: name of clusters\[0\] of the file is not a string; /,
			);
		}
		const words = ["_1", "10.0.0.1", "2026-01-01", "1:20", "0x", "1_a", "-a"];
		assert.deepEqual(await parseKubeconfig(`[${words.join(", ")}, "1_0"]`), [
			...words,
			"1_0",
		]);
	});

	test("a key that kubectl would read otherwise is refused", async () => {
		for (const text of ['{?"a": 1}', "{a: {?b: 1}}", "[?a]"])
			await assert.rejects(parseKubeconfig(text), {
				message: "a ? has to be followed by a space",
			});
		assert.deepEqual(await parseKubeconfig("{? a : 1, b: '?', c: d?}"), {
			a: 1,
			b: "?",
			c: "d?",
		});
		assert.deepEqual(await parseKubeconfig("?a: 1\n"), { "?a": 1 });
	});

	for (const [name, text] of [
		["words behind its end", "a: b\n... words\n"],
		["what is no YAML", "a: b\n...\n- [\n"],
		["another config", "a: b\n---\na: c\n"],
		["something else", "---\na: b\n...\n---\n- [\n"],
		["another config in JSON", '{"a":"b"}\n---\n{"a":"c"}\n'],
	] as const)
		test(`of which the first document is followed by ${name}`, async () =>
			assert.deepEqual(await parseKubeconfig(text), { a: "b" }));
});

describe("merge keys", () => {
	const merged = (fields: number, times: number) => {
		const names = Array.from({ length: fields }, (_, at) => `k${at}: v`);
		const users = Array(times).fill("- {<<: *all, name: u}");
		const text = `all: &all {${names.join(", ")}}\nusers:\n${users.join("\n")}\n`;
		return parseKubeconfig(text);
	};

	test("add what they name", async () => {
		const { users } = (await merged(1_000, 90)) as { users: object[] };
		assert.equal(Object.keys(users.at(-1) ?? {}).length, 1_001);
	});

	test("add no more than a hundred thousand fields in all", async () => {
		await assert.rejects(merged(2_000, 90), /too much is merged/);
	});
});
