import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseDocument } from "yaml";
import { secret } from "../support/build.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const LABELS = {
	usage: NAME,
	"app.kubernetes.io/managed-by": "kubectl-meshreg",
};
const DATA = {
	".dockerconfigjson": btoa(
		`{"auths":{"r.io":{"username":"u","password":"p","auth":"${btoa("u:p")}"}}}`,
	),
};

const login = [
	"--registry-server=r.io",
	"--registry-username=u",
	"--registry-password-stdin",
];

const source = (targets: string) => ({
	apiVersion: "v1",
	kind: "Secret",
	metadata: {
		name: NAME,
		namespace: "nginx-mesh",
		labels: LABELS,
		annotations: {
			"kubectl-meshreg/registry-servers": '{"r.io":"r.io"}',
			"kubectl-meshreg/targets": targets,
		},
	},
	type: "kubernetes.io/dockerconfigjson",
	data: DATA,
});

const copy = (namespace: string) => ({
	apiVersion: "v1",
	kind: "Secret",
	metadata: {
		name: NAME,
		namespace,
		labels: LABELS,
		annotations: { "kubectl-meshreg/source": `nginx-mesh/${NAME}` },
	},
	type: "kubernetes.io/dockerconfigjson",
	data: DATA,
});

const account = (namespace: string, ...before: string[]) => ({
	apiVersion: "v1",
	kind: "ServiceAccount",
	metadata: {
		name: "default",
		namespace,
		labels: { "kubectl-meshreg/attached": "true" },
		annotations: { "kubectl-meshreg/attached-keys": NAME },
	},
	imagePullSecrets: [...before, NAME].map((name) => ({ name })),
});

const list = (...items: object[]) => ({
	apiVersion: "v1",
	kind: "List",
	items,
});

async function bedOf(): Promise<TestBed> {
	return testBed({
		namespaces: ["nginx-mesh", "app", "shop"],
		defaultServiceAccounts: true,
	});
}

/** What a command line prints, as JSON and as YAML, which are the same and the same each time. */
async function printed(bed: TestBed, ...argv: string[]): Promise<unknown> {
	const run = (format: string) =>
		bed.run([...argv, "--dry-run=client", "-o", format], { stdin: "p" });
	const [json, yaml, again] = [
		await run("json"),
		await run("yaml"),
		await run("yaml"),
	];
	assert.equal(json.status, 0, json.err);
	assert.equal(yaml.out, again.out);
	const value = JSON.parse(json.out);
	assert.deepEqual(parseDocument(yaml.out).toJS(), value);
	return value;
}

describe("C6: --dry-run=client -o yaml|json prints objects, the same each time", () => {
	test("apply where nothing is: the source with its record, copies, accounts", async () => {
		await using bed = await bedOf();
		assert.deepEqual(
			await printed(bed, "apply", ...login, "-n", "shop,app", "--attach"),
			list(
				source('[{"namespaces":{"app":"","shop":""},"attach":["default"]}]'),
				copy("app"),
				copy("shop"),
				account("app"),
				account("shop"),
			),
		);
		assert.equal(bed.content("nginx-mesh"), undefined);
	});

	test("apply where all is there: the same objects", async () => {
		await using bed = await bedOf();
		const argv = ["apply", ...login, "-n", "shop,app", "--attach"];
		const before = await printed(bed, ...argv);
		await bed.run(argv, { stdin: "p" });
		assert.deepEqual(await printed(bed, ...argv), before);
		assert.deepEqual(await printed(bed, "apply", ...login), before);
	});

	test("sync: copies and accounts only, and what would be recorded on stderr", async () => {
		await using bed = await bedOf();
		await bed.run(["create", ...login], { stdin: "p" });
		assert.deepEqual(
			await printed(bed, "sync", "-n", "app", "--attach"),
			list(copy("app"), account("app")),
		);
		const { err } = await bed.run(
			["sync", "-n", "app", "--dry-run=client", "-o", "yaml"],
			{},
		);
		assert.equal(
			err,
			`app would be recorded on secret/${NAME} in nginx-mesh namespace\n`,
		);
		await bed.run(["sync", "-n", "app,shop"], {});
		const prune = ["sync", "-n", "app", "--prune", "--dry-run=client"];
		assert.equal(
			(await bed.run([...prune, "-o", "yaml"], {})).err,
			`app alone would be recorded on secret/${NAME} in nginx-mesh namespace\n`,
		);
	});

	test("a single object is no List", async () => {
		await using bed = await bedOf();
		await bed.run(["create", ...login], { stdin: "p" });
		assert.deepEqual(await printed(bed, "sync", "-n", "app"), copy("app"));
	});

	test("attach: the whole list of an account", async () => {
		await using bed = await bedOf();
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: { namespace: "app", name: "default" },
			imagePullSecrets: [{ name: "own" }],
		});
		assert.deepEqual(
			await printed(bed, "attach", "-n", "app"),
			account("app", "own"),
		);
	});

	test("detach: the account without what attach added", async () => {
		await using bed = await bedOf();
		await bed.run(["create", ...login], { stdin: "p" });
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: { namespace: "app", name: "default" },
			imagePullSecrets: [{ name: "own" }],
		});
		await bed.run(["sync", "-n", "app", "--attach"], {});
		assert.deepEqual(await printed(bed, "detach", "-n", "app"), {
			apiVersion: "v1",
			kind: "ServiceAccount",
			metadata: { name: "default", namespace: "app" },
			imagePullSecrets: [{ name: "own" }],
		});
	});

	test("rotate: the source and its copies, with the new credential", async () => {
		await using bed = await bedOf();
		await bed.run(["create", ...login], { stdin: "old" });
		await bed.run(["sync", "-n", "app"], {});
		const { items } = (await printed(
			bed,
			"rotate",
			...login,
			"--no-verify",
		)) as { items: { metadata: object; data: object }[] };
		assert.deepEqual(items, [
			source('[{"namespaces":{"app":""}}]'),
			copy("app"),
		]);
		assert.equal(bed.password("app"), "old");
	});

	test("create --replace or --force: what would become of what is there, or nothing where it would be refused", async () => {
		await using bed = await bedOf();
		const create = ["create", ...login];
		await bed.run(["apply", ...login, "-n", "app"], { stdin: "other" });
		const kept = source('[{"namespaces":{"app":""}}]');
		for (const flag of ["--replace", "--force"])
			assert.deepEqual(await printed(bed, ...create, flag), kept);
		const onServer = await bed.run(
			[...create, "--replace", "--dry-run=server", "-o", "json"],
			{ stdin: "p" },
		);
		assert.deepEqual(JSON.parse(onServer.out), kept);
		const theirs = { "a.io": { auth: btoa("a:b") } };
		secret(bed, "shop", theirs);
		const there = ["-n", "shop"];
		const refused = await bed.run(
			[...create, ...there, "--replace", "--dry-run=client", "-o", "json"],
			{ stdin: "p" },
		);
		assert.equal(refused.status, 1);
		assert.deepEqual(JSON.parse(refused.out), list());
		const made = await printed(bed, ...create, ...there, "--force");
		const { data } = made as ReturnType<typeof source>;
		const { auths } = JSON.parse(atob(data[".dockerconfigjson"]));
		assert.deepEqual(Object.keys(auths), ["a.io", "r.io"]);
	});

	test("sync --all-sources --attach: an account with the pull secrets of each", async () => {
		await using bed = await bedOf();
		for (const name of [NAME, "second"])
			await bed.run(["create", name, ...login], { stdin: "p" });
		const value = (await printed(
			bed,
			...["sync", "--all-sources", "-n", "app", "--attach"],
		)) as { items: { kind: string }[] };
		assert.deepEqual(
			value.items.filter(({ kind }) => kind === "ServiceAccount"),
			[
				{
					...account("app", NAME),
					imagePullSecrets: [{ name: NAME }, { name: "second" }],
					metadata: {
						...account("app").metadata,
						annotations: {
							"kubectl-meshreg/attached-keys": `${NAME},second`,
						},
					},
				},
			],
		);
	});

	test("no namespace that matches: an empty List", async () => {
		await using bed = await bedOf();
		assert.deepEqual(
			await printed(bed, "attach", "runner", "-l", "team=none"),
			list(),
		);
	});

	test("what is refused is not printed, is one line on stderr, and exit 1", async () => {
		await using bed = await bedOf();
		await bed.run(["create", ...login], { stdin: "p" });
		const { status, out, err } = await bed.run(
			["sync", "-n", "app,gone", "--dry-run=client", "-o", "json"],
			{},
		);
		assert.equal(status, 1);
		assert.deepEqual(JSON.parse(out), copy("app"));
		assert.equal(
			err,
			`app would be recorded on secret/${NAME} in nginx-mesh namespace\nError from server (NotFound): namespaces "gone" not found\n`,
		);
	});

	test("what is printed is applied and is then in sync", async () => {
		await using bed = await bedOf();
		const value = (await printed(
			bed,
			"apply",
			...login,
			"-n",
			"app",
			"--attach",
		)) as { items: Parameters<typeof bed.server.store.seed>[0][] };
		for (const item of value.items) bed.server.store.seed(item);
		const { status, out, err } = await bed.run(["sync", "--diff"], {});
		assert.deepEqual(
			[status, out, err],
			[
				1,
				`secret/${NAME} in app namespace\n  + annotation kubectl-meshreg/source-uid\n`,
				"",
			],
		);
		const { out: listed } = await bed.run(["list", "--no-headers"], {});
		assert.match(listed, /InSync/);
	});
});
