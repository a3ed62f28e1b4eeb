/** What a tenant who is served nothing plants changes no exit status of what the admin runs. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "../../src/adapters/clock.ts";
import { edit, labelsOf, NAME } from "../support/build.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const CREDENTIAL = [
	"--registry-server=r.io",
	"--registry-username=mesh",
	"--registry-password-stdin",
];

async function started(): Promise<TestBed> {
	const bed = await testBed({
		namespaces: ["nginx-mesh", "app", "evil"],
	});
	await bed.run(["create", ...CREDENTIAL], { stdin: "first-password" });
	await bed.run(["sync", "-n", "app"]);
	return bed;
}

const claim = (
	more: Readonly<Record<string, unknown>>,
	annotations: Readonly<Record<string, string>> = {
		"kubectl-meshreg/source": `nginx-mesh/${NAME}`,
	},
	metadata: Readonly<Record<string, unknown>> = {},
) => ({
	kind: "Secret",
	metadata: {
		namespace: "evil",
		name: NAME,
		labels: labelsOf(),
		annotations,
		...metadata,
	},
	type: "kubernetes.io/dockerconfigjson",
	...more,
});
const config = (auths: unknown) => ({
	data: { ".dockerconfigjson": btoa(JSON.stringify({ auths })) },
});
const jwt = ["e30", btoa('{"exp":1}').replace(/=+$/, ""), "x"].join(".");

const PLANTED: readonly [what: string, object: object][] = [
	["a claim without content", claim({ data: {} })],
	["one of no base64", claim({ data: { ".dockerconfigjson": "%%%" } })],
	[
		"one with the same content",
		claim(config({ "r.io": { username: "mesh", password: "first-password" } })),
	],
	[
		"one that has expired",
		claim(config({ "r.io": { username: jwt, password: "none" } })),
	],
	[
		"one whose keys are names of JavaScript",
		claim({
			data: {
				".dockerconfigjson": btoa(
					'{"auths":{"__proto__":{"auth":"dTpw"},"constructor":{"auth":"dTpw"},"toString":{"auth":"dTpw"}},"__proto__":{"auths":5}}',
				),
			},
		}),
	],
	[
		"one of a source that is nowhere",
		claim({}, { "kubectl-meshreg/source": "a/b" }),
	],
	["one of no place", claim({}, { "kubectl-meshreg/source": "../..//" })],
	[
		"one that waits for a finalizer",
		claim(config({}), undefined, {
			finalizers: ["example.com/mine"],
			deletionTimestamp: "2020-01-01T00:00:00Z",
		}),
	],
	[
		"one that a controller owns",
		claim(config({}), undefined, {
			ownerReferences: [
				{
					apiVersion: "v1",
					kind: "ConfigMap",
					name: "x",
					uid: "1",
					controller: true,
				},
			],
		}),
	],
	["one that is immutable", claim({ ...config({}), immutable: true })],
	[
		"what calls itself a source, with a record",
		claim(config({ "r.io": { auth: "dTpw" } }), {
			"kubectl-meshreg/targets": '[{"all":true}]',
		}),
	],
	[
		"the same, with a record that says nothing",
		claim(config({ "r.io": { auth: "dTpw" } }), {
			"kubectl-meshreg/targets": "}",
		}),
	],
	[
		"an account that says that it was attached",
		{
			kind: "ServiceAccount",
			metadata: {
				namespace: "evil",
				name: "z",
				labels: { "kubectl-meshreg/attached": "true" },
				annotations: { "kubectl-meshreg/attached-keys": `${NAME},../x,a b` },
			},
		},
	],
	[
		"one that references what is not there, and says that it was attached",
		{
			kind: "ServiceAccount",
			metadata: {
				namespace: "evil",
				name: "z",
				labels: { "kubectl-meshreg/attached": "true" },
				annotations: { "kubectl-meshreg/attached-keys": "gone" },
			},
			imagePullSecrets: [{ name: "gone" }],
		},
	],
];

const RUN: readonly (readonly string[])[] = [
	["list"],
	["list", "-o", "json"],
	["list", "-o", "tree"],
	["list", "--expiring", "10d", "--fail"],
	["sync"],
	["sync", "--prune", "--yes"],
	["check"],
	["export"],
	["apply", ...CREDENTIAL],
	["rotate", "--no-verify", ...CREDENTIAL],
	["prune", "--dry-run=client"],
	["prune", "--orphaned", "--yes"],
];

describe("an exit status is what it would be without", () => {
	test("an account that names more than a patch takes, and one that goes meanwhile", async () => {
		await using bed = await started();
		const names = Array.from({ length: 10_001 }, (_, index) => `k${index}`);
		for (const [name, keys] of [
			["many", names],
			["going", ["gone"]],
		] as const)
			bed.server.store.seed({
				kind: "ServiceAccount",
				metadata: {
					namespace: "evil",
					name,
					labels: { "kubectl-meshreg/attached": "true" },
					annotations: { "kubectl-meshreg/attached-keys": keys.join() },
				},
				imagePullSecrets: [...keys, "theirs"].map((each) => ({ name: each })),
			} as never);
		bed.server.onRequest(({ method, path }) => {
			if (method === "PATCH" && path.endsWith("/serviceaccounts/going"))
				bed.server.store.delete("ServiceAccount", "evil", "going");
			return undefined;
		});
		const { status, err } = await bed.run(["prune", "--all", "--yes"]);
		assert.equal(status, 0, err);
		// Of what its annotation says, the last thousand count.
		assert.deepEqual(
			bed.server.store.get("ServiceAccount", "evil", "many")?.imagePullSecrets,
			[...names.slice(0, -1000), "theirs"].map((name) => ({ name })),
		);
	});

	test("an account that somebody changes again and again", async () => {
		await using bed = await started();
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: {
				namespace: "evil",
				name: "busy",
				labels: { "kubectl-meshreg/attached": "true" },
				annotations: { "kubectl-meshreg/attached-keys": NAME },
			},
			imagePullSecrets: [{ name: NAME }],
		} as never);
		let touched = 0;
		bed.server.onRequest(({ method, path }) => {
			if (method === "PATCH" && path.endsWith("/serviceaccounts/busy"))
				edit(bed, "ServiceAccount", "evil/busy", {
					annotations: { touched: `${++touched}` },
				});
			return undefined;
		});
		const clock = { ...systemClock, delay: async () => {} };
		const { status, err } = await bed.run(["prune", "--yes"], { clock });
		assert.ok(touched > 0);
		assert.equal(status, 0, err);
		assert.match(err, /serviceaccount "busy" in namespace "evil"/);
	});

	for (const [what, object] of PLANTED)
		test(what, async () => {
			await using bed = await started();
			bed.server.store.seed(object as never);
			for (const argv of RUN) {
				const { status, err, out } = await bed.run(argv, { stdin: "second" });
				assert.equal(status, 0, `${argv.join(" ")}: ${err}${out}`);
			}
			assert.equal(bed.password("app"), "second");
		});
});
