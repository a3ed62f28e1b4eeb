/** Where the admin sent a source, and what became of it since. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CREDENTIAL, NAME, Stage, TARGETS } from "./stage.ts";

/** The record of the source as it stands in the cluster. */
async function recordIn(stage: Stage): Promise<unknown> {
	const source = await stage.secret(stage.mesh);
	return JSON.parse(source?.metadata.annotations?.[TARGETS] ?? "null");
}

describe("a NAME of 64 characters", () => {
	const long = "n".repeat(64);

	test("is refused with what helps", async () => {
		await using stage = await Stage.open();
		const { status, err } = await stage.run(["create", long, ...CREDENTIAL], {
			stdin: "first",
		});
		assert.equal(status, 2);
		assert.match(err, /--label KEY=VALUE/);
		assert.equal(await stage.secret(stage.mesh, long), undefined);
	});

	test("has another label, which is never to be repeated", async () => {
		await using stage = await Stage.open();
		await stage.ok(
			["create", long, ...CREDENTIAL, "--label", "usage=puller"],
			"first",
		);
		await stage.ok(["sync", long, "-n", stage.app]);
		const { status, err } = await stage.run(
			["rotate", long, ...CREDENTIAL, "--no-verify"],
			{ stdin: "second" },
		);
		assert.equal(status, 0, err);
		const copy = await stage.secret(stage.app, long);
		assert.equal(copy?.metadata.labels?.usage, "puller");
	});
});

describe("a source that is immutable", () => {
	async function frozen(): Promise<Stage> {
		const stage = await Stage.open();
		await stage.served();
		const { status } = await stage.cluster.api.request(
			"PATCH",
			`/api/v1/namespaces/${stage.mesh}/secrets/${NAME}`,
			{
				contentType: "application/merge-patch+json",
				body: { immutable: true },
			},
		);
		assert.equal(status, 200);
		return stage;
	}

	test("is sent to one namespace more: its record may change", async () => {
		await using stage = await frozen();
		await stage.ok(["sync", "-n", stage.evil]);
		assert.equal(await stage.password(stage.evil), "first");
	});

	test("keeps its content, and nothing is written anywhere", async () => {
		await using stage = await frozen();
		const { status, err } = await stage.rotate("second");
		assert.equal(status, 1);
		assert.match(err, /immutable/);
		assert.deepEqual((await stage.passwords()).slice(0, 3), [
			"first",
			"first",
			"first",
		]);
	});
});

test("a source that was made again brings its copies up to date without --force", async () => {
	await using stage = await Stage.open();
	await stage.served();
	const record = (await stage.secret(stage.mesh))?.metadata.annotations?.[
		TARGETS
	];
	const before = await stage.secret(stage.app);
	const path = `/api/v1/namespaces/${stage.mesh}/secrets/${NAME}`;
	await stage.cluster.api.request("DELETE", path);
	await stage.ok(["create", ...CREDENTIAL], "second");
	await stage.annotate(stage.mesh, { annotations: { [TARGETS]: record } });
	await stage.ok(["sync"]);
	assert.deepEqual((await stage.passwords()).slice(0, 3), [
		"second",
		"second",
		"second",
	]);
	const uid = "kubectl-meshreg/source-uid";
	const after = await stage.secret(stage.app);
	assert.notEqual(
		after?.metadata.annotations?.[uid],
		before?.metadata.annotations?.[uid],
	);
});

test("a recorded name whose namespace is gone fails alone", async () => {
	await using stage = await Stage.open();
	await stage.served();
	const gone = stage.cluster.named("gone");
	await stage.annotate(stage.mesh, {
		annotations: {
			[TARGETS]: JSON.stringify([
				{ namespaces: { [stage.app]: "", [gone]: "", [stage.shop]: "" } },
			]),
		},
	});
	const { status, err } = await stage.rotate("second");
	assert.equal(status, 1);
	assert.match(err, new RegExp(`namespaces "${gone}" not found`));
	assert.deepEqual((await stage.passwords()).slice(0, 3), [
		"second",
		"second",
		"second",
	]);
});

test("--forget of one namespace of a rule: the rule excludes it, and rotate leaves it alone", async () => {
	await using stage = await Stage.open();
	await stage.ok(["create", ...CREDENTIAL], "first");
	await stage.ok(["sync", "-l", stage.selector]);
	await stage.ok(["sync", "--forget", stage.app]);
	assert.deepEqual(await recordIn(stage), [
		{ selector: stage.selector, exclude: [stage.app] },
	]);
	assert.equal((await stage.rotate("second")).status, 0);
	assert.deepEqual(await stage.passwords(), [
		"second",
		"first",
		"second",
		"second",
	]);
});

test("--forget of what is not recorded, a mistyped name, is said", async () => {
	await using stage = await Stage.open();
	await stage.ok(["create", ...CREDENTIAL], "first");
	await stage.ok(["sync", "-n", stage.app]);
	const { status, err } = await stage.run([
		"sync",
		"--forget",
		`${stage.app},${stage.app}x`,
	]);
	assert.deepEqual(
		[status, err],
		[
			0,
			`Warning: ${stage.app}x is not in the record of ${stage.mesh}/${NAME}; nothing to forget\nno more copies or updates for ${stage.app}; existing copies stay\n`,
		],
	);
	assert.deepEqual(await recordIn(stage), []);
});

test("a record that another field manager keeps is not written", async () => {
	await using stage = await Stage.open();
	await stage.ok(["create", ...CREDENTIAL], "first");
	const { status: patched } = await stage.cluster.api.request(
		"PATCH",
		`/api/v1/namespaces/${stage.mesh}/secrets/${NAME}?fieldManager=argocd-controller`,
		{
			contentType: "application/merge-patch+json",
			body: {
				metadata: {
					annotations: {
						[TARGETS]: JSON.stringify([{ namespaces: { [stage.shop]: "" } }]),
					},
				},
			},
		},
	);
	assert.equal(patched, 200);
	const { status, err } = await stage.run(["sync", "-n", stage.app]);
	assert.equal(status, 1);
	assert.match(
		err.replace(/\s+/g, " "),
		new RegExp(
			`error: the record of ${NAME} is kept by argocd-controller: add ${stage.app} there, or use --once`,
		),
	);
	assert.equal(await stage.secret(stage.app), undefined);
	await stage.ok(["sync"]);
	assert.equal(await stage.password(stage.shop), "first");
});

test("a source whose content does not parse: rotate never says to write over it", async () => {
	await using stage = await Stage.open();
	await stage.served();
	const { status: patched } = await stage.cluster.api.request(
		"PATCH",
		`/api/v1/namespaces/${stage.mesh}/secrets/${NAME}`,
		{
			contentType: "application/merge-patch+json",
			body: {
				data: {
					".dockerconfigjson": Buffer.from('{"auths":[]}').toString("base64"),
				},
			},
		},
	);
	assert.equal(patched, 200);
	const { status, err } = await stage.rotate("second");
	assert.equal(status, 1);
	assert.match(err, /kubectl meshreg check/);
	assert.doesNotMatch(err, /--replace/);
});

test("who may not list Secrets rotates what is recorded by name", async () => {
	await using stage = await Stage.open();
	await stage.served();
	const rules = [
		{
			apiGroups: [""],
			resources: ["secrets"],
			verbs: ["get", "patch"],
		},
	];
	const namespaces = [
		{ apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
	];
	const kubeconfig = await stage.cluster.account(stage.mesh, [
		{ namespace: stage.mesh, rules },
		{ namespace: stage.app, rules: [...rules, ...namespaces] },
		{ namespace: stage.shop, rules: [...rules, ...namespaces] },
	]);
	const { status, err } = await stage.run(
		["rotate", ...CREDENTIAL, "--no-verify"],
		{ stdin: "second", kubeconfig },
	);
	assert.equal(status, 0, err);
	assert.doesNotMatch(err, /kubectl meshreg create/);
	assert.deepEqual((await stage.passwords()).slice(0, 3), [
		"second",
		"second",
		"second",
	]);
});

test("who may not list Secrets rotates what is recorded by a rule", async () => {
	await using stage = await Stage.open();
	await stage.ok(["create", ...CREDENTIAL], "first");
	await stage.ok(["sync", "-l", stage.selector, "--exclude", stage.evil]);
	const kubeconfig = await stage.cluster.account(stage.mesh, [
		{
			rules: [
				{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "patch"] },
				{ apiGroups: [""], resources: ["namespaces"], verbs: ["list"] },
			],
		},
	]);
	const { status, err } = await stage.run(
		["rotate", ...CREDENTIAL, "--no-verify"],
		{ stdin: "second", kubeconfig },
	);
	assert.equal(status, 0, err);
	assert.deepEqual(await stage.passwords(), [
		"second",
		"second",
		"second",
		undefined,
	]);
});

test("a rival source of the same name elsewhere stops nobody, and is never meant", async () => {
	await using stage = await Stage.open();
	await stage.served();
	await stage.plant({ namespace: stage.evil, annotations: {} });
	assert.equal((await stage.rotate("second")).status, 0);
	await stage.ok(["sync", NAME]);
	assert.deepEqual((await stage.passwords()).slice(0, 3), [
		"second",
		"second",
		"second",
	]);
});

test("copies of a fake are taken over by --force", async () => {
	await using stage = await Stage.open();
	await stage.ok(["create", ...CREDENTIAL], "first");
	await stage.plant({
		namespace: stage.app,
		annotations: { "kubectl-meshreg/source": `${stage.evil}/${NAME}` },
	});
	const { status, err } = await stage.run(["sync", "-n", stage.app]);
	assert.equal(status, 1);
	assert.match(err, /--force/);
	await stage.ok(["sync", "-n", stage.app, "--force", "--yes"]);
	assert.equal(await stage.password(stage.app), "first");
});

describe("claimants", () => {
	test("cost no request each, and change no exit status", async () => {
		await using stage = await Stage.open();
		await stage.served();
		// What other suites left in a cluster that they share is a problem with or without claimants.
		const before = (await stage.run(["check"])).status;
		for (const name of ["one", "two", "three"])
			await stage.plant({
				namespace: await stage.cluster.namespace(name),
				config: JSON.stringify({
					auths: {
						"registry.example.com": { username: "mesh", password: "first" },
					},
				}),
			});
		for (const [argv, expected] of [
			[["sync"], 0],
			[["list"], 0],
			[["check"], before],
		] as const) {
			const { status, err } = await stage.run([...argv, "-v=6"]);
			assert.equal(status, expected, err);
			const reads = err
				.split("\n")
				.filter((line) =>
					/GET .*\/namespaces\/\S*-(one|two|three)\b/.test(line),
				);
			assert.match(err, /GET /);
			assert.deepEqual(reads, [], argv.join(" "));
		}
	});

	test("with the source's content are Unrecorded", async () => {
		await using stage = await Stage.open();
		await stage.served();
		await stage.plant({
			namespace: stage.evil,
			config: JSON.stringify({
				auths: {
					"registry.example.com": { username: "mesh", password: "first" },
				},
			}),
		});
		const { out } = await stage.run([
			"list",
			"-n",
			`${stage.app},${stage.evil}`,
			"-o",
			"json",
		]);
		assert.deepEqual(
			JSON.parse(out).items.map(({ status }: { status: string }) => status),
			["InSync", "Unrecorded"],
		);
	});
});

test("a record that would weigh more than 200 KiB is refused before anything is written", async () => {
	await using stage = await Stage.open();
	await stage.ok(["create", ...CREDENTIAL], "first");
	const names = Array.from({ length: 3_300 }, (_, at) => [
		`${"n".repeat(50)}-${String(at).padStart(5, "0")}`,
		"",
	]);
	const full = (count: number) =>
		JSON.stringify([{ namespaces: Object.fromEntries(names.slice(0, count)) }]);
	let count = names.length;
	while (full(count).length > 200 * 1024) count--;
	await stage.annotate(stage.mesh, {
		annotations: { [TARGETS]: full(count) },
	});
	const many: string[] = [];
	for (let at = 0; at < 3; at++)
		many.push(await stage.cluster.namespace(`more-${at}`));
	const { status, err } = await stage.run(["sync", "-n", many.join()]);
	assert.equal(status, 1);
	assert.match(
		err.replace(/\s+/g, " "),
		/more than 200 KiB; label the namespaces/,
	);
	for (const name of many) assert.equal(await stage.secret(name), undefined);

	// One that another hand filled further may be made smaller.
	await stage.annotate(stage.mesh, {
		annotations: { [TARGETS]: full(count + 50) },
	});
	await stage.ok(["sync", "--forget", String(names[0]?.[0])]);
});
