/** What a tenant who may write Secrets in one namespace can not do to the others. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CREDENTIAL, NAME, SOURCE, Stage, TARGETS } from "./stage.ts";

describe("a Secret that says it is a copy", () => {
	test("is not given the next password", async () => {
		await using stage = await Stage.open();
		await stage.served();
		await stage.plant({ namespace: stage.evil });
		const { status, out } = await stage.rotate("second");
		assert.equal(status, 0);
		assert.doesNotMatch(out, new RegExp(stage.evil));
		assert.deepEqual(await stage.passwords(), [
			"second",
			"second",
			"second",
			undefined,
		]);
	});

	test("is not given it either where it holds the old one", async () => {
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
		assert.equal((await stage.rotate("second")).status, 0);
		assert.equal(await stage.password(stage.evil), "first");
	});

	test("is nothing that a bare sync writes to", async () => {
		await using stage = await Stage.open();
		await stage.served();
		await stage.plant({ namespace: stage.evil });
		await stage.ok(["sync"]);
		assert.equal(await stage.password(stage.evil), undefined);
	});
});

describe("where the source is away", () => {
	for (const argv of [
		["sync", "-A"],
		["sync"],
		["rotate", "--registry-username=mesh", "--registry-password-stdin"],
		["export"],
	])
		test(`${argv.join(" ")} takes no other for it`, async () => {
			await using stage = await Stage.open();
			// On a real cluster other suites have sources of the usual name.
			const name = stage.cluster.named("key");
			await stage.plant({
				namespace: stage.evil,
				name,
				labels: { usage: name },
				annotations: {},
				config: JSON.stringify({
					auths: {
						"registry.example.com": { username: "m", password: "evil" },
					},
				}),
			});
			const { status, out, err } = await stage.run(argv, {
				stdin: "second",
				env: { MESHREG_NAME: name },
			});
			assert.equal(status, 1);
			assert.equal(out, "");
			assert.match(err, /call themselves a source \(check who made them\)/);
			assert.match(err, new RegExp(`${stage.evil}/${name}`));
			assert.doesNotMatch(err, new RegExp(`--from ${stage.evil}`));
			for (const namespace of [stage.mesh, stage.app, stage.shop])
				assert.equal(await stage.secret(namespace, name), undefined);
		});
});

describe("one Secret that nobody can read", () => {
	const deep = `{"auths":{"r.io":{"auth":"dTpw","x":${"[".repeat(9_900)}${"]".repeat(9_900)}}}}`;
	/** Ends after the last day that a Date has. */
	const late = {
		config: JSON.stringify({ auths: { "r.io": { auth: "dTpw" } } }),
		annotations: {
			"kubectl-meshreg/issued-at": '{"r.io":"+275760-09-13T00:00:00Z"}',
			"kubectl-meshreg/expires-in": '{"r.io":"999999d"}',
		},
	};
	for (const argv of [
		["list"],
		["list", "-o", "json"],
		["list", "-o", "tree"],
		["sync", "-l", "LABEL"],
		["check", "-o", "json"],
		["prune", "--dry-run=client"],
	])
		for (const [what, planted] of [
			["nested deep", { config: deep }],
			["of no time that there is", late],
		] as const)
			test(`${what}, does not stop ${argv.join(" ")}`, async () => {
				await using stage = await Stage.open();
				await stage.served();
				await stage.plant({ namespace: stage.evil, ...planted });
				const { err, out } = await stage.run(
					argv.map((word) => (word === "LABEL" ? stage.selector : word)),
				);
				assert.doesNotMatch(err, /bug/);
				assert.match(
					out,
					new RegExp(argv[0] === "check" ? stage.mesh : stage.app),
				);
			});

	test("does not stop rotate", async () => {
		await using stage = await Stage.open();
		await stage.served();
		await stage.plant({ namespace: stage.evil, config: deep });
		assert.equal((await stage.rotate("second")).status, 0);
		assert.equal(await stage.password(stage.app), "second");
	});
});

test("an annotation that is no place is not asked for", async () => {
	await using stage = await Stage.open();
	await stage.served();
	await stage.plant({
		namespace: stage.evil,
		annotations: { [SOURCE]: "a/.." },
		config: '{"auths":{"r.io":{"auth":"dTpw"}}}',
	});
	const { status, out } = await stage.run(["list"]);
	assert.equal(status, 0);
	assert.match(out, new RegExp(`${stage.evil}.* (Orphaned|Unknown)`));
});

describe("a record that cannot be trusted", () => {
	for (const [what, text] of [
		["is not JSON", "app,shop"],
		["is no list", '{"all":true}'],
		["has an unknown field", '[{"all":true,"except":["dev"]}]'],
		["has an unknown mesh", '[{"injected":"nomesh"}]'],
		["has a selector that does not parse", '[{"selector":"team in (a"}]'],
		["selects in two ways", '[{"all":true,"selector":"a=b"}]'],
		["has a name that is none", '[{"namespaces":{"a/../b":""}}]'],
	] as const)
		for (const verb of ["rotate", "sync"] as const)
			test(`${what}: ${verb} writes nothing`, async () => {
				await using stage = await Stage.open();
				await stage.served();
				await stage.annotate(stage.mesh, { annotations: { [TARGETS]: text } });
				const before = await stage.secret(stage.app);
				const { status, out } =
					verb === "rotate"
						? await stage.rotate("second")
						: await stage.run(["sync"]);
				assert.equal(status, 1);
				assert.equal(out, "");
				assert.equal(await stage.password(stage.mesh), "first");
				assert.deepEqual(await stage.secret(stage.app), before);
			});
});

/** As if somebody else had made `app` since it was recorded. */
async function madeAgain(stage: Stage): Promise<void> {
	const source = await stage.secret(stage.mesh);
	const record = JSON.parse(source?.metadata.annotations?.[TARGETS] ?? "[]");
	assert.deepEqual(Object.keys(record[0].namespaces), [stage.app, stage.shop]);
	record[0].namespaces[stage.app] = "11111111-2222-3333-4444-555555555555";
	await stage.annotate(stage.mesh, {
		annotations: { [TARGETS]: JSON.stringify(record) },
	});
}

test("what confirms a namespace means the same source, whatever the environment says, and its accounts", async () => {
	await using stage = await Stage.open();
	await stage.ok(["create", ...CREDENTIAL], "first");
	const places = [stage.app, stage.shop];
	for (const namespace of places)
		await stage.cluster.api.request(
			"POST",
			`/api/v1/namespaces/${namespace}/serviceaccounts`,
			{ body: { metadata: { name: "builder" } } },
		);
	await stage.ok(["sync", "-n", places.join(), "--attach=builder"]);
	await madeAgain(stage);
	const env = { MESHREG_NAME: "team-a" };
	const { err } = await stage.run(["sync", NAME], { env });
	const command = `sync ${NAME} -n ${stage.app} --attach=builder`;
	assert.match(
		err,
		new RegExp(`confirm with: kubectl meshreg ${command}$`, "m"),
	);
	const { status } = await stage.run(command.split(" "), { env });
	assert.equal(status, 0);
});

test("a namespace that was made again is served only when that is said", async () => {
	await using stage = await Stage.open();
	await stage.served();
	await madeAgain(stage);
	const { status, err } = await stage.rotate("second");
	assert.equal(status, 1);
	assert.match(
		err,
		new RegExp(
			`${stage.app} was deleted and created again; confirm with: kubectl meshreg sync -n ${stage.app}`,
		),
	);
	assert.deepEqual(await stage.passwords(), [
		"second",
		"first",
		"second",
		undefined,
	]);
	await stage.ok(["sync", "-n", stage.app]);
	assert.equal(await stage.password(stage.app), "second");
	assert.equal((await stage.rotate("third")).status, 0);
});

test("a source without a record is rotated alone", async () => {
	await using stage = await Stage.open();
	await stage.served();
	await stage.annotate(stage.mesh, { annotations: { [TARGETS]: null } });
	await stage.plant({ namespace: stage.evil });
	const { status, err } = await stage.rotate("second", "--yes");
	assert.equal(status, 1);
	assert.deepEqual(await stage.passwords(), [
		"second",
		"first",
		"first",
		undefined,
	]);
	// Holding the old credential is no right to the next, but those alone stand in the command.
	const command = /kubectl meshreg sync -n \S+/.exec(err)?.[0] ?? "";
	assert.match(command, new RegExp(stage.app));
	assert.match(command, new RegExp(stage.shop));
	assert.doesNotMatch(command, new RegExp(stage.evil));
});

test("eight syncs at once are eight namespaces in the record", async () => {
	await using stage = await Stage.open();
	await stage.ok(["create", ...CREDENTIAL], "first");
	const names: string[] = [];
	for (let at = 0; at < 8; at++)
		names.push(await stage.cluster.namespace(`many-${at}`));
	await Promise.all(names.map((name) => stage.ok(["sync", "-n", name])));
	const source = await stage.secret(stage.mesh);
	const record = JSON.parse(source?.metadata.annotations?.[TARGETS] ?? "[]");
	assert.deepEqual(Object.keys(record[0].namespaces), names.toSorted());
});

test("who may only read the source is told before anything is written", async () => {
	await using stage = await Stage.open();
	await stage.ok(["create", ...CREDENTIAL], "first");
	const secrets = (verbs: readonly string[]) => [
		{ apiGroups: [""], resources: ["secrets"], verbs },
	];
	const kubeconfig = await stage.cluster.account(stage.app, [
		{ namespace: stage.mesh, rules: secrets(["get"]) },
		{ namespace: stage.app, rules: secrets(["get", "create", "patch"]) },
	]);
	const { status, err } = await stage.run(["sync", "-n", stage.app], {
		kubeconfig,
	});
	assert.equal(status, 1);
	assert.match(
		err,
		new RegExp(
			`cannot record ${stage.app} on the source \\(needs patch on secrets "${NAME}" in ${stage.mesh}\\); use --once for a copy that rotate will not update`,
		),
	);
	assert.equal(await stage.secret(stage.app), undefined);
	const once = await stage.run(["sync", "-n", stage.app, "--once"], {
		kubeconfig,
	});
	assert.equal(once.status, 0, once.err);
	assert.equal(await stage.password(stage.app), "first");
});

describe("what a served namespace does to its copy", () => {
	for (const [what, more] of [
		["makes it immutable", { immutable: true }],
		[
			"puts a finalizer on it and deletes it",
			{ metadata: { finalizers: ["example.com/mine"] } },
		],
	] as const)
		test(`${what}: rotate says so of that namespace alone`, async () => {
			await using stage = await Stage.open();
			await stage.served();
			const path = `/api/v1/namespaces/${stage.app}/secrets/${NAME}`;
			const merge = "application/merge-patch+json";
			await stage.cluster.api.request("PATCH", path, {
				contentType: merge,
				body: more,
			});
			if ("metadata" in more) await stage.cluster.api.request("DELETE", path);
			const { status, err } = await stage.rotate("second");
			// So that the cluster can be given back.
			await stage.cluster.api.request("PATCH", path, {
				contentType: merge,
				body: { metadata: { finalizers: null } },
			});
			assert.equal(status, 1);
			assert.match(err, new RegExp(stage.app));
			assert.equal(await stage.password(stage.shop), "second");
		});
});

test("a namespace that says skip is not served, recorded or not", async () => {
	await using stage = await Stage.open();
	await stage.served();
	const { status } = await stage.cluster.api.request(
		"PATCH",
		`/api/v1/namespaces/${stage.app}`,
		{
			contentType: "application/merge-patch+json",
			body: { metadata: { annotations: { "kubectl-meshreg/skip": "true" } } },
		},
	);
	assert.equal(status, 200);
	await stage.rotate("second");
	assert.deepEqual((await stage.passwords()).slice(0, 3), [
		"second",
		"first",
		"second",
	]);
});

describe("what others manage", () => {
	for (const [what, metadata] of [
		[
			"Helm",
			{
				labels: { "app.kubernetes.io/managed-by": "Helm" },
				annotations: { "meta.helm.sh/release-name": "app" },
			},
		],
		[
			"an owner",
			{
				ownerReferences: [
					{
						apiVersion: "external-secrets.io/v1",
						kind: "ExternalSecret",
						name: "x",
						uid: "11111111-2222-3333-4444-555555555555",
					},
				],
			},
		],
	] as const)
		for (const flag of ["--force", "--adopt"])
			test(`${flag} leaves alone what ${what} manages`, async () => {
				await using stage = await Stage.open();
				await stage.ok(["create", ...CREDENTIAL], "first");
				// Equal, so that nothing else keeps it from being taken over.
				await stage.plant({
					namespace: stage.app,
					labels: {},
					annotations: {},
					config: JSON.stringify({
						auths: {
							"registry.example.com": { username: "mesh", password: "first" },
						},
					}),
					more: { metadata },
				});
				const before = await stage.secret(stage.app);
				const { status, err } = await stage.run([
					"sync",
					"-n",
					stage.app,
					flag,
					"--yes",
				]);
				assert.equal(status, 1);
				assert.match(err, /managed by|owned by/);
				assert.deepEqual(await stage.secret(stage.app), before);
			});
});

test("an account of a tenant's that references what is not there does not turn check red", async () => {
	await using stage = await Stage.open();
	await stage.served();
	const refer = async (namespace: string, ...names: string[]) => {
		const { status } = await stage.cluster.api.request(
			"POST",
			`/api/v1/namespaces/${namespace}/serviceaccounts`,
			{
				body: {
					metadata: { name: "worker" },
					imagePullSecrets: names.map((name) => ({ name })),
				},
			},
		);
		assert.equal(status, 201);
	};
	const found = async () => {
		const { out } = await stage.run([
			"check",
			"-n",
			`${stage.app},${stage.evil}`,
			"-o",
			"json",
		]);
		return JSON.parse(out)
			.items.filter(({ cause }: { cause: string }) => cause === "dangling")
			.map(
				({
					severity,
					namespaces,
				}: {
					severity: string;
					namespaces: string[];
				}) => `${severity} ${namespaces.join()}`,
			);
	};
	// However many an account names, they are one note.
	await refer(stage.evil, "gone", "also-gone", ...Array(20).fill("twenty"));
	assert.deepEqual(await found(), [`note ${stage.evil}`]);
	const { status } = await stage.run(["check", "-n", stage.evil]);
	assert.equal(status, 0);
	// Where the admin sent the source, it is a problem.
	await refer(stage.app, "gone");
	assert.deepEqual(await found(), [
		`problem ${stage.app}`,
		`note ${stage.evil}`,
	]);
	assert.equal((await stage.run(["check", "-n", stage.app])).status, 1);
});

describe("a tenant's pod that uses an image of the registry", () => {
	async function asked(): Promise<Stage> {
		const stage = await Stage.open();
		await stage.served();
		const make = async (kind: string, body: object) => {
			const { status } = await stage.cluster.api.request(
				"POST",
				`/api/v1/namespaces/${stage.evil}/${kind}`,
				{ body },
			);
			assert.equal(status, 201);
		};
		await make("serviceaccounts", { metadata: { name: "worker" } });
		const container = { name: "c", image: "registry.example.com/app:1" };
		await make("pods", {
			metadata: { name: "asks" },
			spec: { serviceAccountName: "worker", containers: [container] },
		});
		const waiting = { reason: "ErrImagePull", message: "pull access denied" };
		const unready = { imageID: "", ready: false, restartCount: 0 };
		await stage.cluster.podStatus(stage.evil, "asks", {
			phase: "Pending",
			containerStatuses: [{ ...container, ...unready, state: { waiting } }],
		});
		return stage;
	}

	test("is given nothing by sync --needed where nobody answers", async () => {
		await using stage = await asked();
		const { status, err } = await stage.run(["sync", "--needed"]);
		assert.equal(status, 0);
		assert.match(err, /Warning: found through their pods, and given nothing/);
		assert.equal(await stage.secret(stage.evil), undefined);
	});

	for (const argv of [
		["check", "-n", "EVIL"],
		["check", "-n", "EVIL", "--fix", "--yes"],
	])
		test(`is given nothing by ${argv.join(" ")}`, async () => {
			await using stage = await asked();
			const { out } = await stage.run(
				argv.map((word) => (word === "EVIL" ? stage.evil : word)),
			);
			assert.match(out, new RegExp(`Gives ${stage.evil} the credential;`));
			assert.equal(await stage.secret(stage.evil), undefined);
			const source = await stage.secret(stage.mesh);
			assert.doesNotMatch(
				source?.metadata.annotations?.[TARGETS] ?? "",
				new RegExp(stage.evil),
			);
		});
});

describe("a password in the key of an entry", () => {
	for (const argv of [
		["list", "-n", "APP"],
		["list", "-n", "APP", "-o", "wide"],
		["list", "-n", "APP", "-o", "json"],
		["list", "-n", "APP", "-o", "yaml"],
		["check", "-n", "APP"],
		["check", "-n", "APP", "-o", "json"],
		["sync", "-n", "APP"],
		["sync", "-n", "APP", "--diff"],
		["rotate", "--registry-server=no.example.com", ...CREDENTIAL.slice(1)],
		["explain", "registry.example.com/app:1", "-n", "APP"],
		["prune", "-n", "APP", "--dry-run=client"],
	])
		test(`is not shown by ${argv.join(" ")}`, async () => {
			await using stage = await Stage.open();
			const config = JSON.stringify({
				auths: {
					"https://user:URLPASSWORD@registry.example.com": {
						username: "mesh",
						password: "first",
					},
				},
			});
			await stage.plant({ namespace: stage.mesh, annotations: {}, config });
			await stage.plant({ namespace: stage.app, config });
			const { status, out, err } = await stage.run(
				argv.map((word) => (word === "APP" ? stage.app : word)),
				{ stdin: "second" },
			);
			assert.notEqual(status, 2, err);
			assert.notEqual(out + err, "");
			assert.doesNotMatch(out + err, /URLPASSWORD/);
		});
});
