import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromDocument } from "../../../../src/adapters/cluster/kubeconfig/document.ts";
import { loadKubeconfig } from "../../../../src/adapters/cluster/kubeconfig/files.ts";
import { disk } from "../../../../src/adapters/files.ts";
import type { FailureError } from "../../../../src/core/output/failure.ts";
import { refusedInWords } from "../../../support/refused.ts";

const read = (document: unknown) =>
	fromDocument(document, (path) => `/beside/${path}`, "FILE");

describe("the shape of a kubeconfig", () => {
	const wrong: [what: string, document: unknown, message: string][] = [
		["no mapping", [], "the file is not a mapping"],
		["a word", "x", "the file is not a mapping"],
		["no list", { users: {} }, "users of the file is not a list"],
		["no entry", { users: ["x"] }, "users[0] of the file is not a mapping"],
		[
			"a name that is none",
			{ contexts: [{ name: 1 }] },
			"name of contexts[0] of the file is not a string",
		],
		[
			"an entry's part that is none",
			{ users: [{ name: "u", user: [] }] },
			'user "u" is not a mapping',
		],
		[
			"a token that is a number",
			{ users: [{ name: "u", user: { token: 1 } }] },
			'token of user "u" is not a string',
		],
		[
			"a flag that is a word",
			{ clusters: [{ name: "c", cluster: { "disable-compression": "yes" } }] },
			'disable-compression of cluster "c" is not true or false',
		],
		[
			"groups that are no list of words",
			{ users: [{ user: { "as-groups": ["a", 1] } }] },
			'as-groups of user "" is not a list of strings',
		],
		[
			"an extra of another type",
			{ users: [{ user: { "as-user-extra": { scopes: "a" } } }] },
			'scopes of as-user-extra of user "" is not a list of strings',
		],
		[
			"a plugin's variable of another type",
			{
				users: [
					{ name: "u", user: { exec: { env: [{}, { name: "A", value: 1 }] } } },
				],
			},
			'value of env[1] of exec of user "u" is not a string',
		],
		[
			"an auth-provider's config of another type",
			{
				users: [{ name: "u", user: { "auth-provider": { config: { a: 1 } } } }],
			},
			'a of config of auth-provider of user "u" is not a string',
		],
		["another version", { apiVersion: "v2" }, "apiVersion is not v1"],
		["another kind", { kind: "Secret" }, "kind is not Config"],
		[
			"a name twice",
			{ users: [{ name: "u" }, { name: "u" }] },
			'duplicate name "u" in users',
		],
	];
	for (const [what, document, message] of wrong)
		test(`${what} is refused`, () => {
			refusedInWords(
				() => read(document),
				`error loading config file "FILE": ${message}; compare: kubectl config view --kubeconfig=FILE`,
			);
		});

	test("no value stands in what is said", () => {
		const document = {
			users: [{ name: "u", user: { token: ["marked"], password: 7 } }],
		};
		assert.throws(
			() => read(document),
			(error: FailureError) => !/marked|7/.test(JSON.stringify(error.failure)),
		);
	});

	test("null, nothing and unknown fields are left aside", () => {
		for (const document of [undefined, null, {}, { users: null, other: 1 }])
			assert.deepEqual(read(document), {
				clusters: new Map(),
				users: new Map(),
				contexts: new Map(),
				currentContext: "",
			});
	});

	test("paths are beside the file, a bare command is on the PATH", () => {
		const config = read({
			clusters: [{ name: "c", cluster: { "certificate-authority": "ca" } }],
			users: [
				{
					name: "u",
					user: {
						tokenFile: "",
						"client-key": "key",
						exec: { command: "plugin", args: null },
					},
				},
				{ name: "w", user: { exec: { command: "bin/plugin" } } },
			],
		});
		assert.equal(
			config.clusters.get("c")?.["certificate-authority"],
			"/beside/ca",
		);
		const {
			"client-key": key,
			tokenFile,
			exec,
			file,
		} = config.users.get("u") ?? {};
		assert.deepEqual(
			[key, tokenFile, exec?.command, exec?.args, exec?.env, file],
			["/beside/key", undefined, "plugin", [], [], "FILE"],
		);
		assert.equal(config.users.get("w")?.exec?.command, "/beside/bin/plugin");
	});
});

test("a file that says something else by now is read anew", async () => {
	for (const name of ["one", "two"]) {
		const files = {
			...disk,
			read: async () => Buffer.from(`current-context: ${name}`),
		};
		const { currentContext } = await loadKubeconfig("/config", {}, files);
		assert.equal(currentContext, name);
	}
});
