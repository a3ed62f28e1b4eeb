/** Every command that check prints is run, and what it was printed for is gone. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CheckItem } from "../../../src/report/check.ts";
import { labelsOf } from "../../support/build.ts";
import { runMending } from "../../support/mending.ts";
import { PlayedNode } from "../../support/played-node.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const KEY = "nginx-mesh-registry-key";
const LABELS = { usage: KEY };
const IMAGE = "r.io/web:1";

interface Scene {
	bed: TestBed;
	node: PlayedNode;
	run(...argv: string[]): Promise<void>;
	/** A Secret with these passwords by host, or with this text. */
	secret(
		at: string,
		content: string | Record<string, string>,
		metadata?: object,
		type?: string,
	): void;
	account(namespace: string, ...secrets: string[]): void;
	/** Writes the source's record: it was sent to these namespaces. */
	record(...namespaces: string[]): void;
}

async function scene(): Promise<Scene & AsyncDisposable> {
	const bed = await testBed({ namespaces: ["app", "shop", "nginx-mesh"] });
	const { store } = bed.server;
	const account = (namespace: string, ...secrets: string[]) =>
		store.seed({
			kind: "ServiceAccount",
			metadata: { namespace, name: "default" },
			imagePullSecrets: secrets.map((name) => ({ name })),
		});
	for (const namespace of ["app", "shop"]) account(namespace);
	return {
		bed,
		node: new PlayedNode(store),
		account,
		async run(...argv) {
			const { status, err } = await bed.run(argv, { stdin: "right" });
			assert.equal(status, 0, err);
		},
		secret(
			at,
			content,
			metadata = {},
			type = "kubernetes.io/dockerconfigjson",
		) {
			const [namespace = "", name = ""] = at.split("/");
			const auths = Object.fromEntries(
				Object.entries(content).map(([host, password]) => [
					host,
					{ username: "robot", password },
				]),
			);
			const text =
				typeof content === "string" ? content : JSON.stringify({ auths });
			store.seed({
				kind: "Secret",
				metadata: { namespace, name, ...metadata },
				type,
				data: { ".dockerconfigjson": btoa(text) },
			});
		},
		record(...namespaces) {
			const source = store.get("Secret", "nginx-mesh", KEY);
			assert.ok(source);
			const names = Object.fromEntries(namespaces.map((name) => [name, ""]));
			store.seed({
				...source,
				kind: "Secret",
				metadata: {
					...source.metadata,
					annotations: {
						...source.metadata.annotations,
						"kubectl-meshreg/targets": JSON.stringify(
							namespaces.length === 0 ? [] : [{ namespaces: names }],
						),
					},
				},
			});
		},
		[Symbol.asyncDispose]: () => bed[Symbol.asyncDispose](),
	};
}

const CREATE = [
	"create",
	"--registry-server",
	"r.io",
	"--registry-username",
	"robot",
	"--registry-password-stdin",
];
const copy = {
	labels: LABELS,
	annotations: { "kubectl-meshreg/source": `nginx-mesh/${KEY}` },
};

/** `cause`: of the finding that is to be mended. */
const SCENES: [
	what: string,
	cause: string,
	command: string,
	seed: (scene: Scene) => Promise<void> | void,
][] = [
	[
		"no copy in two namespaces",
		"no-secret",
		"kubectl meshreg sync -n app,shop --attach && kubectl rollout restart deployment/web -n app && kubectl rollout restart deployment/web -n shop",
		async ({ node, run, record }) => {
			await run(...CREATE);
			record("app", "shop");
			for (const namespace of ["app", "shop"])
				node.deploy({ namespace, name: "web", image: IMAGE, replicas: 2 });
		},
	],
	[
		"no copy, for another account",
		"no-secret",
		"kubectl meshreg sync -n app --attach=runner && kubectl rollout restart deployment/web -n app",
		async ({ bed, node, run, record }) => {
			await run(...CREATE);
			record("app");
			bed.server.store.seed({
				kind: "ServiceAccount",
				metadata: { namespace: "app", name: "runner" },
			});
			node.deploy({
				namespace: "app",
				name: "web",
				image: IMAGE,
				account: "runner",
			});
		},
	],
	[
		"a named Secret that is not there",
		"secret-missing",
		"kubectl meshreg sync -n app",
		async ({ node, run, account, record }) => {
			await run(...CREATE);
			record("app");
			account("app", KEY);
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
		},
	],
	[
		"a named Secret of another name that is not there",
		"secret-missing",
		"kubectl meshreg create regcred -n app --registry-server r.io",
		({ node, account }) => {
			account("app", "regcred");
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
		},
	],
	[
		"a copy that no account names",
		"not-attached",
		"kubectl meshreg attach -n app && kubectl rollout restart deployment/web -n app",
		async ({ node, run }) => {
			await run(...CREATE);
			await run("sync", "-n", "app");
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
		},
	],
	[
		"a list in the template that hides the account's",
		"pod-lacks",
		`kubectl patch deployment/web -n app -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"${KEY}"}]}}}}'`,
		async ({ node, run, secret }) => {
			await run(...CREATE);
			await run("sync", "-n", "app", "--attach");
			secret("app/own", { "other.io": "right" });
			node.deploy({
				namespace: "app",
				name: "web",
				image: IMAGE,
				secrets: ["own"],
			});
		},
	],
	[
		"an entry without a name that is the account's",
		"pod-older",
		"kubectl rollout restart deployment/web -n app",
		async ({ node, run, account }) => {
			account("app", "");
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
			await run(...CREATE);
			await run("sync", "-n", "app", "--attach");
		},
	],
	[
		"a pod from before the attachment",
		"pod-older",
		"kubectl rollout restart deployment/web -n app",
		async ({ node, run }) => {
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
			await run(...CREATE);
			await run("sync", "-n", "app", "--attach");
		},
	],
	[
		"a registry that the source does not know",
		"no-key",
		"kubectl meshreg create --add --registry-server other.io:5000 && kubectl meshreg sync",
		async ({ node, run, record }) => {
			await run(...CREATE);
			await run("sync", "-n", "app", "--attach");
			record("app");
			node.deploy({
				namespace: "app",
				name: "web",
				image: "other.io:5000/web",
			});
		},
	],
	[
		"pulls without a credential, of which there were too many",
		"rate-limit",
		"kubectl meshreg create --add --registry-server docker.io && kubectl meshreg sync && kubectl meshreg attach -n app && kubectl rollout restart deployment/web -n app",
		async ({ node, run, record }) => {
			await run(...CREATE);
			record("app");
			node.deploy({ namespace: "app", name: "web", image: "nats:2.9" });
		},
	],
	[
		"a registry that the source does not know, whose copies are elsewhere as well",
		"no-key",
		"kubectl meshreg create --add --registry-server other.io && kubectl meshreg sync",
		async ({ node, run }) => {
			await run(...CREATE);
			await run("sync", "-n", "app,shop", "--attach");
			node.deploy({ namespace: "app", name: "web", image: "other.io/web" });
		},
	],
	[
		"the same, for an account that does not pull with it",
		"no-key",
		"kubectl meshreg create --add --registry-server other.io && kubectl meshreg sync && kubectl meshreg attach -n app && kubectl rollout restart deployment/web -n app",
		async ({ node, run }) => {
			await run(...CREATE);
			await run("sync", "-n", "app,shop");
			node.deploy({ namespace: "app", name: "web", image: "other.io/web" });
		},
	],
	[
		"a pod beside the source",
		"not-attached",
		"kubectl meshreg attach -n nginx-mesh && kubectl rollout restart deployment/web -n nginx-mesh",
		async ({ node, run, account }) => {
			await run(...CREATE);
			account("nginx-mesh");
			node.deploy({ namespace: "nginx-mesh", name: "web", image: IMAGE });
		},
	],
	[
		"a pod beside the source, which lacks its registry",
		"no-key",
		"kubectl meshreg create --add --registry-server other.io && kubectl meshreg attach -n nginx-mesh && kubectl rollout restart deployment/web -n nginx-mesh",
		async ({ node, run, account }) => {
			await run(...CREATE);
			account("nginx-mesh");
			node.deploy({
				namespace: "nginx-mesh",
				name: "web",
				image: "other.io/web",
			});
		},
	],
	[
		"the same, where it has copies elsewhere",
		"no-key",
		"kubectl meshreg create --add --registry-server other.io && kubectl meshreg attach -n nginx-mesh && kubectl rollout restart deployment/web -n nginx-mesh && kubectl meshreg sync",
		async ({ node, run, account }) => {
			await run(...CREATE);
			await run("sync", "-n", "app");
			account("nginx-mesh");
			node.deploy({
				namespace: "nginx-mesh",
				name: "web",
				image: "other.io/web",
			});
		},
	],
	[
		"a credential that the registry rejects",
		"rejected",
		"kubectl meshreg rotate --registry-server r.io",
		async ({ bed, node, run, record }) => {
			await bed.run(CREATE, { stdin: "wrong" });
			await run("sync", "-n", "app,shop", "--attach");
			record("app", "shop");
			for (const namespace of ["app", "shop"])
				node.deploy({ namespace, name: "web", image: IMAGE });
		},
	],
	[
		"a credential that the registry rejects, in a copy that lacks another",
		"rejected",
		"kubectl meshreg rotate --registry-server r.io",
		async ({ bed, node, run }) => {
			await bed.run(CREATE, { stdin: "wrong" });
			await run("sync", "-n", "app", "--attach");
			await run("create", "--add", ...CREATE.with(2, "q.io").slice(1));
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
		},
	],
	[
		"a credential of somebody else that the registry rejects",
		"rejected",
		"kubectl meshreg create regcred -n app --force --registry-server r.io",
		({ node, secret, account }) => {
			secret("app/regcred", { "r.io": "wrong" });
			account("app", "regcred");
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
		},
	],
	[
		"of two parts of a registry, each with an entry of its own",
		"rejected",
		"kubectl meshreg rotate --registry-server r.io/a && kubectl meshreg rotate --registry-server r.io/b",
		async ({ node, run, secret, record }) => {
			const parts = { "r.io/a": "wrong", "r.io/b": "wrong" };
			secret(`nginx-mesh/${KEY}`, parts, { labels: labelsOf() });
			record("app");
			await run("sync", "-n", "app", "--attach");
			for (const name of ["a", "b"])
				node.deploy({ namespace: "app", name, image: `r.io/${name}/web:1` });
		},
	],
	[
		"one for many hosts, which a command for one cannot name",
		"rejected",
		"kubectl meshreg create regcred -n app --force --registry-server r.io",
		({ node, secret, account }) => {
			secret("app/regcred", { "*.io": "wrong" });
			account("app", "regcred");
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
		},
	],
	[
		"a registry whose letters the source has in another case",
		"no-key",
		"kubectl meshreg create --add --registry-server r.io && kubectl meshreg sync",
		async ({ node, run, secret, record }) => {
			secret(`nginx-mesh/${KEY}`, { "R.io": "right" }, { labels: labelsOf() });
			record("app");
			await run("sync", "-n", "app", "--attach");
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
		},
	],
	[
		"an expired credential",
		"expired",
		"kubectl meshreg rotate --registry-server r.io",
		async ({ bed, run }) => {
			const exp = btoa(JSON.stringify({ exp: 1 })).replaceAll("=", "");
			await bed.run(CREATE, { stdin: `e30.${exp}.c2ln` });
			await run("sync", "-n", "app");
		},
	],
	[
		"an auth that differs from username and password",
		"auth-differs",
		"kubectl meshreg rotate --registry-server r.io",
		({ secret }) =>
			secret(
				`nginx-mesh/${KEY}`,
				JSON.stringify({
					auths: {
						"r.io": {
							username: "robot",
							password: "right",
							auth: btoa("robot:old"),
						},
					},
				}),
				{
					labels: labelsOf(),
					annotations: { "kubectl-meshreg/targets": "[]" },
				},
			),
	],
	[
		"a malformed copy",
		"malformed-secret",
		"kubectl meshreg sync -n app",
		async ({ node, run, secret, account, record }) => {
			await run(...CREATE);
			record("app");
			secret(`app/${KEY}`, "not json", copy);
			account("app", KEY);
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
		},
	],
	[
		"a drifted copy",
		"copy-drifted",
		"kubectl meshreg sync -n app",
		async ({ run, secret, record }) => {
			await run(...CREATE);
			record("app");
			secret(`app/${KEY}`, { "r.io": "old" }, copy);
		},
	],
	[
		"a copy that is missing where nothing runs yet",
		"copy-missing",
		"kubectl meshreg sync -n app",
		async ({ run, account, record }) => {
			await run(...CREATE);
			record("app");
			account("app", KEY);
		},
	],
	[
		"a pod that a newer kubelet would not start again",
		"would-not-restart",
		"kubectl meshreg sync -n app --attach",
		async ({ bed, run, record }) => {
			await run(...CREATE);
			record("app");
			bed.server.store.seed({
				kind: "Node",
				metadata: { name: "n1" },
				status: { nodeInfo: { kubeletVersion: "v1.35.2" } },
			});
			// The copy that is missing is told apart, of pods that do not run.
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace: "app", name: "ran" },
				spec: {
					nodeName: "n1",
					containers: [{ name: "main", image: IMAGE }],
				},
				status: RUNNING,
			});
		},
	],
	[
		"an account that does not name the copy",
		"account-lacks-secret",
		"kubectl meshreg attach -n app",
		async ({ bed, run }) => {
			await run(...CREATE);
			await run("sync", "-n", "app");
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace: "app", name: "ran" },
				spec: { containers: [{ name: "main", image: IMAGE }] },
				status: RUNNING,
			});
		},
	],
	[
		"no copy in two namespaces, for accounts that differ",
		"no-secret",
		"kubectl meshreg sync -n app --attach && kubectl meshreg sync -n shop --attach=runner && kubectl rollout restart deployment/web -n app && kubectl rollout restart deployment/web -n shop",
		async ({ bed, node, run, record }) => {
			await run(...CREATE);
			record("app", "shop");
			bed.server.store.seed({
				kind: "ServiceAccount",
				metadata: { namespace: "shop", name: "runner" },
			});
			for (const [namespace, account] of [
				["app", "default"],
				["shop", "runner"],
			] as const)
				node.deploy({ namespace, name: "web", image: IMAGE, account });
		},
	],
	[
		"a source that cannot be read",
		"malformed",
		"kubectl meshreg create --replace --registry-server r.io",
		({ secret }) =>
			secret(`nginx-mesh/${KEY}`, "not json", {
				labels: labelsOf(),
				annotations: {
					"kubectl-meshreg/registry-servers": '{"r.io":"r.io"}',
					"kubectl-meshreg/targets": "[]",
				},
			}),
	],
	[
		"a malformed source",
		"malformed",
		"kubectl meshreg rotate --registry-server r.io",
		({ secret }) =>
			secret(`nginx-mesh/${KEY}`, '{"auths":{"r.io":{"auth":"%"}}}', {
				labels: labelsOf(),
				annotations: { "kubectl-meshreg/targets": "[]" },
			}),
	],
];

/** Its image came to the node before. */
const RUNNING = {
	phase: "Running",
	containerStatuses: [
		{ name: "main", imageID: "r.io/web@sha256:1", state: { running: {} } },
	],
};

describe("what check prints mends it", () => {
	for (const [what, cause, command, seed] of SCENES)
		test(`${what}: ${cause}`, async () => {
			await using here = await scene();
			await seed(here);
			const found = async () => {
				here.node.pull();
				const { out } = await here.bed.run(["check", "-o", "json"]);
				const items: CheckItem[] = JSON.parse(out).items;
				return items;
			};
			const before = (await found()).find((item) => item.cause === cause);
			assert.ok(before, "the cause is found");
			assert.equal(before.command, command);
			await runMending(before.command, here.bed, here.node);
			const after = await found();
			assert.deepEqual(
				after.filter((item) => item.cause === cause),
				[],
			);
			if (before.workloads.length > 0)
				assert.deepEqual(
					after.filter(
						({ workloads, severity }) =>
							workloads.length > 0 && severity === "problem",
					),
					[],
				);
		});
});

/** What is amiss at one place, each of which hid the other. */
const TOGETHER: [
	what: string,
	causes: readonly string[],
	seed: (scene: Scene) => Promise<void> | void,
][] = [
	[
		"copies that are missing, and accounts that are recorded for them",
		["copy-missing", "attachment-lost"],
		async ({ run }) => {
			await run(...CREATE);
			await run("sync", "-n", "app,shop", "--attach");
			await run("prune", "--keep-sources", "--yes");
		},
	],
	[
		"copies of two sources, one of which a pod waits for",
		["copy-missing", "no-secret"],
		async ({ bed, node, run }) => {
			await run(...CREATE);
			await run(...CREATE.with(2, "q.io"), "second");
			await run("sync", "-n", "app", "--all-sources");
			for (const name of [KEY, "second"])
				bed.server.store.delete("Secret", "app", name);
			node.deploy({ namespace: "app", name: "web", image: "q.io/web:1" });
		},
	],
	[
		"a copy, and a Secret of another name that a pod waits for",
		["copy-missing", "secret-missing"],
		async ({ bed, node, run }) => {
			await run(...CREATE);
			await run("sync", "-n", "app");
			bed.server.store.delete("Secret", "app", KEY);
			node.deploy({
				namespace: "app",
				name: "web",
				image: "other.io/web:1",
				secrets: ["regcred"],
			});
		},
	],
	[
		"an account that lost its pull secret, and a pod of it that waits for another",
		["attachment-lost", "secret-missing"],
		async ({ node, run, account }) => {
			await run(...CREATE);
			await run("sync", "-n", "app", "--attach");
			account("app");
			node.deploy({
				namespace: "app",
				name: "web",
				image: "other.io/web:1",
				secrets: ["regcred"],
			});
		},
	],
];

describe("what is amiss at one place is all told at once, and fixed", () => {
	for (const [what, causes, seed] of TOGETHER)
		test(what, async () => {
			await using here = await scene();
			await seed(here);
			const found = async () => {
				here.node.pull();
				const { out } = await here.bed.run(["check", "-o", "json"]);
				return (JSON.parse(out).items as CheckItem[]).filter(({ severity }) =>
					["problem", "warning"].includes(severity),
				);
			};
			const before = await found();
			assert.deepEqual(
				before.map(({ cause }) => cause),
				causes,
			);
			for (const { command } of before)
				await runMending(command, here.bed, here.node);
			assert.deepEqual(await found(), []);
		});
});

test("a Secret of the usual name is named where another source would be meant by itself", async () => {
	await using here = await scene();
	const { bed, node, secret } = here;
	secret("nginx-mesh/team", { "q.io": "right" }, { labels: labelsOf("team") });
	secret(`app/${KEY}`, { "r.io": "right" });
	node.deploy({ namespace: "app", name: "web", image: IMAGE });
	node.pull();
	const found = async () => {
		const { out } = await bed.run(["check", "-o", "json"]);
		return (JSON.parse(out).items as CheckItem[]).filter(
			({ workloads }) => workloads.length > 0,
		);
	};
	const [before] = await found();
	assert.equal(before?.cause, "not-attached");
	await runMending(before.command, bed, node);
	node.pull();
	assert.deepEqual(await found(), []);
});

/** The source, and Secrets in place of its copies that are none: what fixes them is not the source. */
describe("a Secret in the place of a copy", () => {
	const rows: [
		what: string,
		content: string | Record<string, string>,
		metadata: object,
		cause: string,
		command: string,
	][] = [
		[
			"that meshreg does not manage is not fixed by the source",
			{ "r.io": "wrong" },
			{},
			"rejected",
			"",
		],
		[
			"of another source, neither",
			{ "r.io": "wrong" },
			{
				labels: LABELS,
				annotations: { "kubectl-meshreg/source": "keys/other" },
			},
			"rejected",
			"",
		],
		["that cannot be read, neither", "not json", {}, "malformed-secret", ""],
		[
			"that says what the source says is fixed with it, once it is taken over",
			{ "r.io": "old" },
			{},
			"rejected",
			"kubectl meshreg rotate --registry-server r.io",
		],
		[
			"that is one, of a credential from before",
			{ "r.io": "wrong" },
			copy,
			"rejected",
			"kubectl meshreg sync -n app",
		],
	];
	for (const [what, content, metadata, cause, command] of rows)
		test(what, async () => {
			await using here = await scene();
			const { bed, node, secret, account, record } = here;
			await bed.run(CREATE, { stdin: "old" });
			record("app");
			secret(`app/${KEY}`, content, metadata);
			account("app", KEY);
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
			node.pull();
			const { out } = await bed.run(["check", "-o", "json"]);
			const items: CheckItem[] = JSON.parse(out).items;
			const found = items.find((item) => item.cause === cause);
			assert.equal(found?.command, command);
			const { out: text } = await bed.run(["check", "-q"]);
			const isBlocked = found?.message.includes("is in the copy's place");
			assert.equal(isBlocked, command === "", text);
		});

	test("is taken over before the source gets another credential, and says no more the same", async () => {
		await using here = await scene();
		const { bed, secret, record } = here;
		const empty = '{"auths":{"r.io":{}}}';
		secret(`nginx-mesh/${KEY}`, empty, { labels: labelsOf() });
		record("app");
		secret(`app/${KEY}`, empty);
		const { out } = await bed.run(["check", "-q"]);
		assert.match(
			out,
			/^Fix\n---\nkubectl meshreg sync -n app --adopt\nkubectl meshreg rotate --registry-server r\.io\n/m,
		);
	});
});

describe("what fails elsewhere does not end a fix", () => {
	test("a copy that is there is not copied again before it is attached", async () => {
		await using here = await scene();
		const { bed, node, secret, run } = here;
		await run(...CREATE.with(2, "docker.io"));
		secret(`shop/${KEY}`, { "r.io": "x" });
		await bed.run(["sync", "-A"]);
		node.deploy({ namespace: "app", name: "web", image: "nats:2.9" });
		node.pull();
		const { out } = await bed.run(["check", "-o", "json"]);
		const items: CheckItem[] = JSON.parse(out).items;
		const found = items.find(({ cause }) => cause === "rate-limit");
		assert.equal(
			found?.command,
			"kubectl meshreg attach -n app && kubectl rollout restart deployment/web -n app",
		);
	});
});

describe("of a source that no kubelet can use nothing is printed that needs one", () => {
	for (const [what, content] of [
		["no JSON", "not json"],
		[
			"one entry",
			'{"auths":{"a.io":{"auth":"%"},"b.io":{"username":"u","password":"p"}}}',
		],
		["no credential", '{"auths":{}}'],
	] as const)
		test(what, async () => {
			await using here = await scene();
			const { bed, node, secret, account } = here;
			secret(`nginx-mesh/${KEY}`, content, { labels: labelsOf() });
			secret(`shop/${KEY}`, content, copy);
			account("app");
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
			node.pull();
			const { out } = await bed.run(["check", "--before-upgrade"]);
			assert.match(out, /no pull secret has an entry for r\.io/);
			assert.doesNotMatch(out, /sync -n shop/);
			assert.doesNotMatch(out, /create --add/);
		});

	test("nor takes over what says the same", async () => {
		await using here = await scene();
		const { bed, secret, record } = here;
		const content = '{"auths":{"a.io":{"auth":"%"},"b.io":{"auth":"dTpw"}}}';
		secret(`nginx-mesh/${KEY}`, content, { labels: labelsOf() });
		secret(`app/${KEY}`, content);
		record("app", "shop");
		const { out } = await bed.run(["check", "-q"]);
		assert.match(
			out,
			/not manage is in the place of the copy .* in app\n {4}sync leaves it alone/,
		);
		assert.doesNotMatch(out, /meshreg sync/);
	});
});

test("pods that run and may not again are given the source that they lack, and no other", async () => {
	await using here = await scene();
	const { bed, secret } = here;
	const team = { labels: labelsOf("team"), uid: "team" };
	secret("nginx-mesh/team", { "q.io": "right" }, team);
	secret(`nginx-mesh/${KEY}`, { "r.io": "right" }, { labels: labelsOf() });
	here.record("app");
	for (const [namespace, image, account] of [
		["app", IMAGE, "runner"],
		["shop", "q.io/web:1", "default"],
	] as const) {
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: { namespace, name: account },
		});
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace, name: "ran" },
			spec: {
				serviceAccountName: account,
				containers: [{ name: "main", image }],
			},
			status: RUNNING,
		});
	}
	const { out } = await bed.run(["check", "--before-upgrade"]);
	assert.match(out, /Fix: kubectl meshreg sync -n app --attach=runner$/m);
	assert.match(
		out,
		/^Gives shop the credential; .*\n {4}kubectl meshreg sync team -n shop --attach$/m,
	);
	assert.doesNotMatch(out, /sync -n shop/);
});

describe("no pull secret is attached to an account that is not there", () => {
	test("of pods that run and may not again", async () => {
		await using here = await scene();
		const { bed, run, record } = here;
		await run(...CREATE);
		record("app", "shop");
		await run("sync", "-n", "shop");
		bed.server.store.seed({
			kind: "Node",
			metadata: { name: "n1" },
			status: { nodeInfo: { kubeletVersion: "v1.35.2" } },
		});
		for (const namespace of ["app", "shop"])
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace, name: "ran" },
				spec: {
					nodeName: "n1",
					serviceAccountName: "gone",
					containers: [{ name: "main", image: IMAGE }],
				},
				status: RUNNING,
			});
		const { out } = await bed.run(["check"]);
		assert.match(out, /Fix: kubectl meshreg sync -n app$/m);
		assert.doesNotMatch(out, /gone does not reference|attach.*gone/);
	});

	test("nor anything copied to where another's Secret is", async () => {
		await using here = await scene();
		const { bed, run, record, secret } = here;
		await run(...CREATE);
		record("app");
		secret(`app/${KEY}`, { "q.io": "theirs" });
		const pod = {
			kind: "Pod",
			metadata: { namespace: "app", name: "ran" },
			spec: { containers: [{ name: "main", image: IMAGE }] },
			status: RUNNING,
		};
		bed.server.store.seed(pod);
		const { out } = await bed.run(["check", "--before-upgrade"]);
		assert.match(out, /would not start again/);
		assert.doesNotMatch(out, /sync -n(?!.* --diff$)/m);
	});

	test("nor does that hide the copy that is missing", async () => {
		await using here = await scene();
		const { bed, node, run } = here;
		await run(...CREATE);
		await run("sync", "-n", "app");
		bed.server.store.delete("Secret", "app", KEY);
		const web = { namespace: "app", name: "web", image: IMAGE };
		node.deploy({ ...web, account: "gone" });
		node.pull();
		const { out } = await bed.run(["check", "-q"]);
		assert.match(out, /serviceaccount\/gone does not exist/);
		assert.match(out, /^ {4}Fix: kubectl meshreg sync -n app$/m);
	});

	test("of pods that wait, of whatever cause", async () => {
		await using here = await scene();
		const { bed, node, run } = here;
		await run(...CREATE.with(2, "docker.io"));
		await run("sync", "-n", "app");
		node.deploy({
			namespace: "app",
			name: "web",
			image: "nats:2.9",
			account: "gone",
		});
		node.pull();
		const { out } = await bed.run(["check"]);
		assert.match(out, /serviceaccount\/gone does not exist/);
		assert.doesNotMatch(out, /attach gone/);
	});
});

describe("one fix undoes no other", () => {
	test("two credentials of one Secret that the registries reject", async () => {
		await using here = await scene();
		const { bed, node, secret, account } = here;
		const hosts = ["r.io", "q.io"];
		const good = { "other.io": "right" };
		secret("app/regcred", { "r.io": "wrong", "q.io": "wrong", ...good });
		account("app", "regcred");
		for (const host of hosts)
			node.deploy({
				namespace: "app",
				name: host.slice(0, 1),
				image: `${host}/web:1`,
			});
		node.pull();
		const { out } = await bed.run(["check", "-o", "json"]);
		const items: CheckItem[] = JSON.parse(out).items;
		const commands = items
			.filter(({ cause }) => cause === "rejected")
			.map(({ command }) => command);
		// Whoever mistypes a password runs one of them again.
		for (const command of [...commands, ...commands])
			await runMending(command, bed, node);
		assert.equal(commands.length, 2);
		const { auths } = bed.content("app", "regcred") as {
			auths: Record<string, { password: string }>;
		};
		assert.deepEqual(
			Object.entries(auths).map(([host, { password }]) => [host, password]),
			[...hosts, "other.io"].map((host) => [host, "right"]),
		);
	});
});

/** Commands that give the credential to whom nobody sent it: in a block of their own, and nowhere else. */
const GIVING: [
	what: string,
	block: string,
	seed: (scene: Scene) => Promise<void> | void,
][] = [
	[
		"a pod in a namespace that the record does not name",
		`Gives app the credential; run it only if app may have it:
    kubectl meshreg sync -n app --attach && kubectl rollout restart deployment/web -n app
`,
		async ({ node, run, record }) => {
			await run(...CREATE);
			await run("sync", "-n", "shop");
			record("shop");
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
		},
	],
	[
		"a registry that the source lacks, which has copies elsewhere",
		`Gives app the credential; run it only if app may have it:
    kubectl meshreg create --add --registry-server other.io && kubectl meshreg sync -n app --attach && kubectl rollout restart deployment/web -n app && kubectl meshreg sync
`,
		async ({ node, run }) => {
			await run(...CREATE);
			await run("sync", "-n", "shop");
			node.deploy({ namespace: "app", name: "web", image: "other.io/web" });
		},
	],
	[
		"no source at all",
		`Gives app the credential; run it only if app may have it:
    kubectl meshreg create --registry-server r.io && kubectl meshreg sync -n app --attach && kubectl rollout restart deployment/web -n app
`,
		({ node }) => node.deploy({ namespace: "app", name: "web", image: IMAGE }),
	],
	[
		"what bears the source's name, and is none",
		`Gives app the credential; run it only if app may have it:
    kubectl meshreg create -n app --registry-server r.io && kubectl meshreg attach -n app --secret ${KEY} && kubectl rollout restart deployment/web -n app
`,
		({ node, secret }) => {
			secret(`nginx-mesh/${KEY}`, { "q.io": "right" });
			node.deploy({ namespace: "app", name: "web", image: IMAGE });
		},
	],
	[
		"no source at all, whose name the pods reference",
		`Gives app the credential; run it only if app may have it:
    kubectl meshreg create --registry-server r.io && kubectl meshreg sync -n app
`,
		({ node }) =>
			node.deploy({
				namespace: "app",
				name: "web",
				image: IMAGE,
				secrets: [KEY],
			}),
	],
	[
		"a copy without a record, with the source's content",
		`Gives app the credential; run it only if app may have it:
    kubectl meshreg sync -n app
`,
		async ({ run, secret, bed }) => {
			await run(...CREATE);
			withoutRecord(bed);
			secret(`app/${KEY}`, { "r.io": "right" }, copy);
			secret(`shop/${KEY}`, { "r.io": "other" }, copy);
		},
	],
];

/** Makes the source one that an older version made, or that was restored. */
function withoutRecord({ server }: TestBed): void {
	const source = server.store.get("Secret", "nginx-mesh", KEY);
	assert.ok(source);
	const { "kubectl-meshreg/targets": _, ...annotations } =
		source.metadata.annotations ?? {};
	server.store.seed({
		...source,
		kind: "Secret",
		metadata: { ...source.metadata, annotations },
	});
}

describe("what would give the credential away stands apart, and no script sees it", () => {
	for (const [what, block, seed] of GIVING)
		test(what, async () => {
			await using here = await scene();
			await seed(here);
			here.node.pull();
			const { out } = await here.bed.run(["check"]);
			assert.equal(out.slice(out.indexOf("Gives ")), block);
			assert.equal(out.split(/ (?:sync|create) -n app/).length, 2, "told once");
			const json = await here.bed.run(["check", "-o", "json"]);
			for (const { command } of JSON.parse(json.out).items)
				assert.doesNotMatch(command, /sync|create -n/);
		});
});

test("nothing is to be created and sent to where another's Secret has the name", async () => {
	await using here = await scene();
	const { bed, node, secret } = here;
	secret(`app/${KEY}`, { "q.io": "theirs" });
	secret(`shop/${KEY}`, { "q.io": "ours" }, copy);
	for (const namespace of ["app", "shop"])
		node.deploy({ namespace, name: "web", image: IMAGE });
	node.pull();
	const { out } = await bed.run(["check"]);
	assert.match(
		out,
		/^Gives shop the credential; run it only if shop may have it:\n {4}kubectl meshreg create --registry-server r\.io && kubectl meshreg sync -n shop --attach && /m,
	);
	assert.doesNotMatch(out, /Gives app/);
});

describe("what explain prints mends it", () => {
	const ofPods = SCENES.filter(
		([, cause, command]) =>
			// Without a credential, a public image is no failure to explain.
			cause !== "rate-limit" &&
			/rollout restart|kubectl patch/.test(command) &&
			/ -n app( |$)/.test(command),
	);
	for (const [what, , , seed] of ofPods)
		test(what, async () => {
			await using here = await scene();
			await seed(here);
			const pod = () => {
				const [found] = here.bed.server.store.all("Pod", "app");
				const image = String(here.node.imageOf("app", "web"));
				return [
					"explain",
					image,
					"-n",
					"app",
					"--pod",
					found?.metadata.name ?? "",
				];
			};
			const { out, status } = await here.bed.run(pod());
			assert.equal(status, 1);
			const command = /^Fix:\n {2}(.*)$/m.exec(out)?.[1] ?? "";
			await runMending(command, here.bed, here.node);
			assert.equal((await here.bed.run(pod())).status, 0, command);
		});
});
