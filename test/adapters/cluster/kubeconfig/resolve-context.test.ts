/** What is told where no server was chosen on purpose, and the usual one is not there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromDocument } from "../../../../src/adapters/cluster/kubeconfig/document.ts";
import {
	choose,
	type Pod,
} from "../../../../src/adapters/cluster/kubeconfig/resolve-context.ts";
import type { ConnectionFlags } from "../../../../src/world.ts";

const NO_CHOICE =
	"the kubeconfig names no current context: choose one with --context";
const NONE = "no kubeconfig was found: set KUBECONFIG or --kubeconfig";
const ONE = {
	clusters: [{ name: "c", cluster: { server: "https://c" } }],
	contexts: [{ name: "x", context: { cluster: "c" } }],
};
const POD: Pod = {
	server: "https://pod",
	namespace: "pods",
	cluster: {},
	user: {},
};

for (const [what, document, absent, flags, pod, server, hint] of [
	["no file", {}, undefined, {}, undefined, "http://usual", NONE],
	["no file, none named", {}, [], {}, undefined, "http://usual", NONE],
	[
		"a file that is named and not there",
		{},
		["a"],
		{},
		undefined,
		"http://usual",
		"KUBECONFIG names a, which does not exist",
	],
	[
		"several such files",
		{},
		["a", "b"],
		{},
		undefined,
		"http://usual",
		"KUBECONFIG names a, b, which do not exist",
	],
	[
		"one context, not the current one",
		ONE,
		undefined,
		{},
		undefined,
		"http://usual",
		NO_CHOICE,
	],
	[
		"a context that is chosen",
		ONE,
		undefined,
		{ context: "x" },
		POD,
		"https://c",
		"",
	],
	[
		"a server that is named",
		{},
		undefined,
		{ server: "https://s" },
		POD,
		"https://s",
		"",
	],
	["a pod", {}, undefined, {}, POD, "https://pod", ""],
] as const satisfies readonly (readonly [
	string,
	object,
	readonly string[] | undefined,
	ConnectionFlags,
	Pod | undefined,
	string,
	string,
])[])
	test(what, () => {
		const read = fromDocument(document, (path) => path, "FILE");
		const config = absent === undefined ? read : { ...read, absent };
		const chosen = choose(config, flags, "http://usual", pod);
		assert.deepEqual(
			{ server: chosen.server, hint: chosen.hint },
			{ server, hint },
		);
	});
