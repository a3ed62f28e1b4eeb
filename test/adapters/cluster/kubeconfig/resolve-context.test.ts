/** Which server a kubeconfig and flags choose, what is told where none was chosen on purpose, and what cannot be used. */
import assert from "node:assert/strict";
import { delimiter } from "node:path";
import { test } from "node:test";
import {
	type ClusterEntry,
	type ExecEntry,
	fromDocument,
	type Kubeconfig,
	type UserEntry,
} from "../../../../src/adapters/cluster/kubeconfig/document.ts";
import { loadKubeconfig } from "../../../../src/adapters/cluster/kubeconfig/files.ts";
import {
	choose,
	type Pod,
} from "../../../../src/adapters/cluster/kubeconfig/resolve-context.ts";
import { disk } from "../../../../src/adapters/files.ts";
import type { FailureError } from "../../../../src/core/output/failure.ts";
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

const V1 = "client.authentication.k8s.io/v1";
const V1BETA1 = "client.authentication.k8s.io/v1beta1";
const exec = (fields: Partial<ExecEntry>): UserEntry => ({
	exec: {
		...{ command: "x", args: [], env: [] },
		...{ apiVersion: V1, interactiveMode: "Never" },
		...fields,
	},
});

const USERS: readonly (readonly [string, UserEntry, string?])[] = [
	["nothing", {}],
	["a token and a user name", { token: "t", username: "u" }, "two-methods"],
	["a token and a password", { token: "t", password: "p" }, "two-methods"],
	[
		"a token's file and a user",
		{ tokenFile: "f", username: "u" },
		"two-methods",
	],
	["groups without a user", { "as-groups": ["g"] }, "impersonates-nobody"],
	["no group and no user", { "as-groups": [] }],
	["a uid without a user", { "as-uid": "1" }, "impersonates-nobody"],
	[
		"extra without a user",
		{ "as-user-extra": { a: ["b"] } },
		"impersonates-nobody",
	],
	["groups and a user", { as: "a", "as-groups": ["g"] }],
	[
		"a certificate twice",
		{
			"client-certificate": "f",
			"client-certificate-data": "d",
			"client-key": "k",
		},
		"file-and-data",
	],
	[
		"a key twice",
		{ "client-key": "f", "client-key-data": "d" },
		"file-and-data",
	],
	[
		"a certificate without a key",
		{ "client-certificate": "f" },
		"no-client-key",
	],
	[
		"a certificate's data without a key",
		{ "client-certificate-data": "d" },
		"no-client-key",
	],
	["a certificate and a key", { "client-certificate": "f", "client-key": "k" }],
	[
		"a certificate and a key's data",
		{ "client-certificate": "f", "client-key-data": "k" },
	],
	["a plugin", exec({})],
	["a plugin that asks where it can", exec({ interactiveMode: "IfAvailable" })],
	["a plugin that always asks", exec({ interactiveMode: "Always" })],
	[
		"a plugin without a command",
		exec({ command: undefined }),
		"exec-without-command",
	],
	["a plugin of no version", exec({ apiVersion: undefined }), "exec-version"],
	["a plugin of another version", exec({ apiVersion: "v2" }), "exec-version"],
	[
		"a plugin that does not say whether it asks",
		exec({ interactiveMode: undefined }),
		"exec-without-interactive-mode",
	],
	[
		"an older plugin that does not say it",
		exec({ apiVersion: V1BETA1, interactiveMode: undefined }),
	],
	[
		"a plugin that asks sometimes",
		exec({ interactiveMode: "Sometimes" }),
		"exec-interactive-mode",
	],
	[
		"a plugin and a provider",
		{ ...exec({}), "auth-provider": { name: "oidc", config: {} } },
		"exec-and-auth-provider",
	],
	["OIDC", { "auth-provider": { name: "oidc", config: {} } }],
	[
		"a provider that is gone",
		{ "auth-provider": { name: "gcp", config: {} } },
		"auth-provider-gone",
	],
];
for (const [what, user, fault] of USERS)
	test(`a user with ${what} ${fault === undefined ? "can be used" : `cannot: ${fault}`}`, () => {
		const config: Kubeconfig = {
			clusters: new Map(),
			contexts: new Map(),
			users: new Map([["u", user]]),
			currentContext: "",
		};
		const chosen = () => choose(config, { user: "u" }, "http://usual");
		if (fault === undefined) assert.equal(chosen().userName, "u");
		else
			assert.throws(
				chosen,
				({ failure }: FailureError) =>
					failure.cause === "kubeconfig-user-unusable" &&
					failure.user === "u" &&
					failure.fault.is === fault,
			);
	});

const CLUSTERS: readonly (readonly [string, ClusterEntry, string?])[] = [
	[
		"a CA's file and its data",
		{ "certificate-authority": "f", "certificate-authority-data": "d" },
		"two-authorities",
	],
	[
		"no check and a CA's file",
		{ "insecure-skip-tls-verify": true, "certificate-authority": "f" },
		"insecure-and-authority",
	],
	[
		"no check and a CA's data",
		{ "insecure-skip-tls-verify": true, "certificate-authority-data": "d" },
		"insecure-and-authority",
	],
	["no check", { "insecure-skip-tls-verify": true }],
	["a CA", { "certificate-authority": "f" }],
];
for (const [what, cluster, because] of CLUSTERS)
	test(`a cluster with ${what} ${because === undefined ? "can be used" : "contradicts itself"}`, () => {
		const config: Kubeconfig = {
			clusters: new Map([["c", cluster]]),
			contexts: new Map(),
			users: new Map(),
			currentContext: "",
		};
		const chosen = () => choose(config, { cluster: "c" }, "http://usual");
		if (because === undefined) assert.deepEqual(chosen().cluster, cluster);
		else
			assert.throws(
				chosen,
				({ failure }: FailureError) =>
					failure.cause === "kubeconfig-cluster-contradictory" &&
					failure.cluster === "c" &&
					failure.because === because,
			);
	});

test("files of KUBECONFIG are told to be absent only where none is there", async () => {
	const there = async (...paths: readonly string[]) => {
		const files = {
			...disk,
			exists: async (path: string) => paths.includes(path),
			read: async () => Buffer.from("{}"),
		};
		const env = { KUBECONFIG: ["/a", "/b"].join(delimiter) };
		return (await loadKubeconfig(undefined, env, files)).absent;
	};
	assert.deepEqual(await there(), ["/a", "/b"]);
	assert.equal(await there("/b"), undefined);
	assert.equal(await there("/a", "/b"), undefined);
});
