import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { parseKubeconfig } from "../../../../src/adapters/cluster/kubeconfig/yaml.ts";

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
		["with tabs and comments", "# c\na:\t'b' # d\n---\n"],
		["that begins like JSON", "{a: b, c: [d]}\n"],
		["that is empty", ""],
		["with Windows's line ends", "a: b\r\nc:\r\n- d\r\n"],
		["with words that are something else in YAML 1.1", "a: yes\nb: n\n"],
	] as const)
		test(name, async () => {
			let expected: unknown;
			try {
				expected = parse(text, { uniqueKeys: false });
			} catch (error) {
				return assert.rejects(
					parseKubeconfig(text),
					error instanceof Error ? { name: error.name } : {},
				);
			}
			assert.deepEqual(await parseKubeconfig(text), expected);
		});
});
