import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MANAGED, NAME, secret, source } from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

/** A source, a copy that is equal, one that is not, one whose source is gone, and somebody's own pull Secret. */
async function cluster(): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["nginx-mesh", "a", "b", "c"] });
	const seed = (
		namespace: string,
		name: string,
		auths: Record<string, string>,
		annotations: Record<string, string> = {},
		labels: Record<string, string> = MANAGED,
	) =>
		secret(
			bed,
			`${namespace}/${name}`,
			Object.fromEntries(
				Object.entries(auths).map(([host, password]) => [
					host,
					{ username: "u", password },
				]),
			),
			{ metadata: { annotations, labels } },
		);
	const of = (ref: string) => ({ "kubectl-meshreg/source": ref });
	seed(
		"nginx-mesh",
		NAME,
		{ "r.io": "one", "x.io": "p" },
		{ "kubectl-meshreg/targets": '[{"namespaces":{"a":"","b":""}}]' },
	);
	seed("a", NAME, { "r.io": "one", "x.io": "p" }, of(`nginx-mesh/${NAME}`));
	seed("b", NAME, { "r.io": "two", "y.io": "p" }, of(`nginx-mesh/${NAME}`));
	seed("c", "other", { "r.io": "one" }, of("nginx-mesh/gone"));
	seed("c", "regcred", { "r.io": "one" }, {}, {});
	bed.server.store.seed({
		kind: "Namespace",
		metadata: { name: "b", labels: { team: "b" } },
	});
	return bed;
}

/** A pull secret in c that says it is a copy of this. */
const claim = (bed: TestBed, name: string, of: string) =>
	secret(
		bed,
		`c/${name}`,
		{ "r.io": { auth: "dTpw" } },
		{
			metadata: {
				labels: MANAGED,
				annotations: { "kubectl-meshreg/source": of },
			},
		},
	);

const shown = (out: string) =>
	JSON.parse(out).items.map(
		({ namespace, name, status }: Record<string, string>) =>
			`${namespace}/${name} ${status}`,
	);

describe("list: which, and how they differ", () => {
	for (const [argv, expected] of [
		[
			[],
			[
				`a/${NAME} InSync`,
				`b/${NAME} Drifted`,
				"c/other Orphaned",
				`nginx-mesh/${NAME} Source`,
			],
		],
		[
			[NAME],
			[`a/${NAME} InSync`, `b/${NAME} Drifted`, `nginx-mesh/${NAME} Source`],
		],
		[["other"], ["c/other Orphaned"]],
		[["-l", "team=b"], [`b/${NAME} Drifted`]],
		[
			["--status", "drifted,Orphaned"],
			[`b/${NAME} Drifted`, "c/other Orphaned"],
		],
		[
			["--all", "-n", "c"],
			["c/other Orphaned", "c/regcred Unmanaged"],
		],
		[["--all", "regcred"], ["c/regcred Unmanaged"]],
	] as const)
		test(argv.join(" ") || "nothing", async () => {
			await using bed = await cluster();
			const { status, out, err } = await bed.run([
				"list",
				...argv,
				...["-o", "json"],
			]);
			assert.equal(status, 0, err);
			assert.deepEqual(shown(out), expected);
		});

	test("-o wide and -o json say how a copy differs, a registry each, and no password", async () => {
		await using bed = await cluster();
		const wide = await bed.run(["list", "-n", "b", "-o", "wide"]);
		assert.match(
			wide.out,
			/EXPIRES +DIFFERS\n.* r\.io password, x\.io missing, y\.io extra\n$/,
		);
		const { out } = await bed.run(["list", "-n", "b", "-o", "json"]);
		assert.deepEqual(JSON.parse(out).items[0].differs, [
			"r.io password",
			"x.io missing",
			"y.io extra",
		]);
	});

	test("--expiring --fail exits with 1 where there is one", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		const none = await bed.run(["list", "--expiring", "1d", "--fail"]);
		assert.equal(none.status, 0, none.err);
		await bed.run(
			[
				...["create", "--registry-server=r.io", "--registry-username=u"],
				...["--registry-password-stdin", "--expires-in=12h"],
			],
			{ stdin: "p" },
		);
		const some = await bed.run(["list", "--expiring", "1d", "--fail"]);
		assert.equal(some.status, 1);
		assert.match(some.out, /Source/);
	});
});

describe("list: what source annotations say is never turned into odd requests", () => {
	for (const source of [
		"a/..",
		"../x",
		"a/b/c",
		"a",
		"/",
		"a/",
		"A/b",
		"a.b/c",
		"x/%2e%2e",
	])
		test(JSON.stringify(source), async () => {
			await using bed = await cluster();
			claim(bed, "odd", source);
			const { status, out, err } = await bed.run(["list", "odd", "-o", "json"]);
			assert.equal(status, 0, err);
			assert.deepEqual(shown(out), ["c/odd Unknown"]);
		});

	test("many sources cost one list, and one that cannot be read is unknown by itself", async () => {
		await using bed = await cluster();
		for (let at = 0; at < 200; at++) claim(bed, `copy-${at}`, `s-${at}/gone`);
		const before = bed.server.requests.length;
		const { status, out } = await bed.run(["list", "-n", "c", "-o", "json"]);
		assert.equal(status, 0);
		assert.equal(
			shown(out).filter((line: string) => / Orphaned$/.test(line)).length,
			201,
		);
		assert.ok(bed.server.requests.length - before <= 8);
	});

	test("the Namespaces that a record speaks of are asked for before the last of the Secrets has come", async () => {
		await using bed = await testBed({ namespaces: ["a", "c"] });
		source(bed, { "r.io": { auth: btoa("u:p") } }, [], {
			at: "a",
			annotations: { "kubectl-meshreg/targets": '[{"all":true}]' },
		});
		for (let at = 0; at < 600; at++) claim(bed, `copy-${at}`, `a/${NAME}`);
		const asked = Promise.withResolvers<void>();
		bed.server.onRequest(async ({ path, query }) => {
			if (path.endsWith("/namespaces")) asked.resolve();
			if (path.endsWith("/secrets") && query.has("continue"))
				await asked.promise;
			return undefined;
		});
		const { status, out } = await bed.run(["list", "-o", "name"]);
		assert.equal(status, 0);
		assert.equal(out.trim().split("\n").length, 601);
	});

	test("a few sources elsewhere are read at once: none waits for another", async () => {
		await using bed = await cluster();
		for (let at = 0; at < 5; at++) claim(bed, `copy-${at}`, `s-${at}/gone`);
		const asked = Promise.withResolvers<void>();
		bed.server.onRequest(async ({ path }) => {
			if (path.includes("/s-4/")) asked.resolve();
			if (path.includes("/s-0/")) await asked.promise;
			return undefined;
		});
		const { status } = await bed.run(["list", "-n", "c"]);
		assert.equal(status, 0);
	});

	for (const verb of ["list", "check"])
		test(`${verb}: more than anybody needs in one namespace is one line, and the rest is shown`, async () => {
			await using bed = await cluster();
			for (let at = 0; at < 5; at++)
				secret(
					bed,
					`c/large-${at}`,
					{ "r.io": { auth: btoa(`u:${at}`.padEnd(500_000, "x")) } },
					{ metadata: { labels: MANAGED } },
				);
			const { err } = await bed.run([verb]);
			assert.equal(
				err.split("\n")[0],
				"Warning: pull secrets in c, or what pods, accounts and events there hold, are too large to be read: 3 were skipped; check who made them",
			);
		});
});

test("without NAME, what is managed under every name, and what has the label of the mesh", async () => {
	await using bed = await cluster();
	for (const [namespace, usage] of [
		["a", NAME],
		["b", "istio-registry-key"],
	])
		secret(
			bed,
			`${namespace}/made-by-hand`,
			{ "r.io": { auth: "dTpw" } },
			{ metadata: { labels: { usage } } },
		);
	const managed = [
		`a/${NAME} InSync`,
		`b/${NAME} Drifted`,
		"c/other Orphaned",
		`nginx-mesh/${NAME} Source`,
	];
	const listed = async (argv: string[], env = {}) =>
		shown((await bed.run(["list", ...argv, "-o=json"], { env })).out);
	const nginx = ["a/made-by-hand Unmanaged", ...managed].toSorted();
	assert.deepEqual(await listed([]), nginx);
	assert.deepEqual(
		await listed(["--mesh=nginx"], { MESHREG_NAME: "x" }),
		nginx,
	);
	assert.deepEqual(
		await listed(["--mesh=istio"]),
		["b/made-by-hand Unmanaged", ...managed].toSorted(),
	);
	const { out } = await bed.run(["list", "--help"]);
	assert.match(out, /Show what has the label of this\s+mesh as well/);
	assert.match(out, /MESHREG_NAME is not\s+one/);
});
