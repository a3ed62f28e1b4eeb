import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import * as build from "../../support/build.ts";
import { NAME, withoutKinds } from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const POLICY = `kubectl-meshreg.names.nginx-mesh.${NAME}`;
const KINDS = ["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"];
const RECORD = '[{"namespaces":{"app":""}}]';
const MADE = `secret/${NAME} configured in nginx-mesh namespace
mutatingadmissionpolicy/${POLICY} created
mutatingadmissionpolicybinding/${POLICY} created
`;
const HEEDED =
	"It takes effect some seconds later; existing pods keep what they have.\n";

describe("attach --by-policy and detach --by-policy", () => {
	let bed: TestBed;
	before(async () => {
		bed = await testBed({
			namespaces: ["app", "shop", "nginx-mesh"],
			users: { dev: {} },
			allow: [
				{
					user: "dev",
					resources: ["secrets", "namespaces", "serviceaccounts"],
					verbs: ["*"],
				},
				{
					user: "dev",
					resources: [
						"mutatingadmissionpolicies",
						"mutatingadmissionpolicybindings",
					],
					verbs: ["get"],
				},
				{
					user: "dev",
					resources: ["mutatingadmissionpolicies"],
					verbs: ["create"],
				},
				// A right to a name is none to create it: the API server does not know the name yet.
				{
					user: "dev",
					resources: ["mutatingadmissionpolicybindings"],
					verbs: ["create", "delete"],
					names: [POLICY],
				},
			],
		});
	});
	after(() => bed[Symbol.asyncDispose]());

	const source = (
		record: string | undefined = RECORD,
		auths = '{"reg.io":{"auth":"YTpw"}}',
		more: Record<string, string> = {},
	) =>
		build.secret(bed, "nginx-mesh", `{"auths":${auths}}`, {
			metadata: {
				labels: build.MANAGED,
				annotations: {
					...(record !== "" && { "kubectl-meshreg/targets": record }),
					...more,
				},
			},
		});
	const account = (namespace: string, name: string, secrets?: string[]) =>
		build.account(bed, `${namespace}/${name}`, secrets, {
			metadata: {
				namespace,
				name,
				annotations: { "kubernetes.io/enforce-mountable-secrets": "true" },
			},
		});
	const policies = () =>
		KINDS.flatMap((kind) =>
			bed.server.store.all(kind).map(({ metadata }) => metadata.name),
		);
	const mark = () =>
		bed.server.store.get("Secret", "nginx-mesh", NAME)?.metadata.annotations?.[
			"kubectl-meshreg/attached-by-policy"
		];

	beforeEach(() => {
		for (const kind of [...KINDS, "Secret", "ServiceAccount"])
			for (const { metadata } of bed.server.store.all(kind))
				bed.server.store.delete(kind, metadata.namespace ?? "", metadata.name);
		source();
	});

	test("makes the policy, notes it on the source, again changes nothing, and takes it back", async () => {
		assert.deepEqual(await bed.run(["attach", "--by-policy"]), {
			status: 0,
			out: MADE,
			err: HEEDED,
			asked: [],
		});
		assert.equal(mark(), "true");
		// Who may write none of them may see that nothing is to be done.
		const again = await bed.run(["attach", "--by-policy"], { user: "dev" });
		assert.deepEqual(again, {
			status: 0,
			out: `mutatingadmissionpolicy/${POLICY} unchanged
mutatingadmissionpolicybinding/${POLICY} unchanged
`,
			err: "",
			asked: [],
		});
		assert.deepEqual(await bed.run(["detach", "--by-policy"]), {
			status: 0,
			out: `secret/${NAME} configured in nginx-mesh namespace
mutatingadmissionpolicybinding "${POLICY}" deleted
mutatingadmissionpolicy "${POLICY}" deleted
`,
			err: "",
			asked: [],
		});
		assert.equal(mark(), undefined);
		assert.deepEqual(policies(), []);
		assert.equal(
			(await bed.run(["detach", "--by-policy"])).err,
			"No resources found\n",
		);
	});

	for (const [argv, none] of [
		[["detach", "--by-policy"], /^error: no source named /],
		[["prune", NAME, "--yes"], /^No resources found$/m],
	] as const)
		test(`${argv[0]} takes back those of a source that was deleted; without any, it says so`, async () => {
			await bed.run(["attach", "--by-policy"]);
			bed.server.store.delete("Secret", "nginx-mesh", NAME);
			const { status, out } = await bed.run(argv);
			assert.equal(status, 0);
			assert.equal(
				out,
				`mutatingadmissionpolicybinding "${POLICY}" deleted\nmutatingadmissionpolicy "${POLICY}" deleted\n`,
			);
			assert.deepEqual(policies(), []);
			assert.match((await bed.run(argv)).err, none);
		});

	test("an edited one is put right, one that nothing asks for is deleted", async () => {
		await bed.run(["attach", "--by-policy"]);
		build.edit(bed, "MutatingAdmissionPolicy", `/${POLICY}`, {
			spec: { failurePolicy: "Fail" },
		});
		assert.match(
			(await bed.run(["attach", "--by-policy"])).out,
			/^mutatingadmissionpolicy\/.* configured\n.*binding\/.* unchanged\n$/,
		);
		source('[{"all":true}]');
		const rules = POLICY.replace("names", "rules");
		assert.deepEqual(
			(await bed.run(["attach", "--by-policy", "-q"])).out.split("\n").slice(1),
			[
				`mutatingadmissionpolicy/${rules} created`,
				`mutatingadmissionpolicybinding/${rules} created`,
				`mutatingadmissionpolicy "${POLICY}" deleted`,
				`mutatingadmissionpolicybinding "${POLICY}" deleted`,
				"",
			],
		);
	});

	test("sync brings it up to date, and says where it may not", async () => {
		await bed.run(["attach", "--by-policy"]);
		source(
			'[{"namespaces":{"app":"","shop":""}}]',
			'{"reg.io":{"auth":"YTpw"},"b.io":{"auth":"YTpw"}}',
		);
		build.edit(bed, "Secret", "nginx-mesh", {
			annotations: { "kubectl-meshreg/attached-by-policy": "true" },
		});
		const refused = await bed.run(["sync", "-n", "app"], { user: "dev" });
		assert.equal(refused.status, 1);
		assert.match(
			refused.err,
			/It needs cluster-wide update on mutatingadmissionpolicies, update on mutatingadmissionpolicybindings of admissionregistration\.k8s\.io/,
		);
		assert.match(refused.err, /^1 namespace: /m, "the rest is done");
		const { status, out, err } = await bed.run(["sync", "-n", "app"]);
		assert.equal(status, 0);
		assert.match(err, /^1 namespace: /m);
		assert.match(
			out,
			/mutatingadmissionpolicy\/.* configured\nmutatingadmissionpolicybinding\/.* configured\n$/,
		);
		assert.equal(
			(await bed.run(["sync", "-n", "app"])).out,
			"secret/nginx-mesh-registry-key unchanged in app namespace\n",
		);
	});

	test("sync brings it to where it records the source, and from where it forgets it", async () => {
		const named = () =>
			JSON.stringify(
				bed.server.store.get("MutatingAdmissionPolicyBinding", "", POLICY)
					?.spec,
			).match(/"values":\[(.*?)\]/)?.[1];
		await bed.run(["attach", "--by-policy"]);
		assert.equal(named(), '"app"');
		const dry = await bed.run(["sync", "-n", "shop", "--dry-run=client"]);
		assert.match(dry.out, /binding\/.* configured \(dry run\)\n/);
		assert.equal(named(), '"app"');
		const { out, err } = await bed.run(["sync", "-n", "shop"]);
		assert.match(out, /binding\/.* configured\n$/, err);
		assert.equal(named(), '"app","shop"');
		const forgot = await bed.run(["sync", "--forget", "app"]);
		assert.match(forgot.out, /binding\/.* configured\n$/, forgot.err);
		assert.equal(named(), '"shop"');
	});

	test("what somebody else made under its name is not taken back", async () => {
		await bed.run(["attach", "--by-policy"]);
		build.edit(bed, "MutatingAdmissionPolicyBinding", `/${POLICY}`, {
			annotations: { "kubectl-meshreg/source": "evil/other" },
		});
		const { status, out } = await bed.run(["detach", "--by-policy", "-q"]);
		assert.deepEqual(
			[status, out],
			[
				0,
				`secret/${NAME} configured in nginx-mesh namespace
mutatingadmissionpolicy "${POLICY}" deleted
`,
			],
		);
		assert.deepEqual(policies(), [POLICY]);
	});

	test("who may not delete all of it deletes nothing, and it stays noted", async () => {
		await bed.run(["attach", "--by-policy"]);
		const there = policies();
		const { status, out, err } = await bed.run(["detach", "--by-policy"], {
			user: "dev",
		});
		assert.deepEqual(
			[status, out, err],
			[
				1,
				"",
				"error: not allowed to write the policy; no policy was changed. It needs cluster-wide delete on mutatingadmissionpolicies of admissionregistration.k8s.io\n",
			],
		);
		assert.deepEqual([mark(), policies()], ["true", there]);
	});

	test("sync ends where the user's credentials do, and blames no policy for it", async () => {
		await bed.run(["attach", "--by-policy"]);
		const off = bed.server.onRequest(({ path }) =>
			path.includes("/mutating")
				? { answer: { status: 401, reason: "Unauthorized", message: "no" } }
				: undefined,
		);
		const { status, out, err } = await bed.run(["sync", "-q"]);
		off();
		assert.deepEqual(
			[status, out, err],
			[
				1,
				`secret/${NAME} created in app namespace\n`,
				"error: You must be logged in to the server (Unauthorized) (run the command again to finish)\n",
			],
		);
		const asked = await bed.run(["prune", NAME], { answers: [] });
		assert.match(
			asked.err,
			new RegExp(`delete the admission policies of nginx-mesh/${NAME}`),
		);
		assert.equal(
			(await bed.run(["prune", NAME, "--yes"])).err,
			"taken back: 1 admission policy\n",
		);
		assert.deepEqual(policies(), []);
	});

	test("what somebody else made in its place meanwhile is not deleted", async () => {
		await bed.run(["attach", "--by-policy"]);
		const off = bed.server.onRequest(({ method, path }) => {
			if (method === "DELETE" && path.includes("/mutating"))
				for (const kind of KINDS) {
					bed.server.store.delete(kind, "", POLICY);
					bed.server.store.seed({ kind, metadata: { name: POLICY } });
				}
			return undefined;
		});
		const { status, out, err } = await bed.run(["detach", "--by-policy"]);
		off();
		assert.deepEqual(
			[status, out, err],
			[0, `secret/${NAME} configured in nginx-mesh namespace\n`, ""],
		);
		assert.deepEqual(policies(), [POLICY, POLICY]);
	});

	/** Somebody else writes what is there, whenever this is about to be sent, three times. */
	const overtake = (method: string, where: (path: string) => boolean) => {
		let left = 3;
		return bed.server.onRequest((request) => {
			if (request.method !== method || !where(request.path)) return undefined;
			if (left-- <= 0) return undefined;
			for (const kind of [...KINDS, "Secret"])
				for (const object of bed.server.store.all(kind)) {
					const { metadata } = object;
					const labels = { ...metadata.labels, touched: `${left}` };
					bed.server.store.seed({
						...object,
						kind,
						metadata: { ...metadata, labels },
					});
				}
			return undefined;
		});
	};
	const isPolicy = (path: string) => path.includes("/mutating");
	for (const [argv, method, where, out] of [
		[
			["sync", "-n", "shop", "-q"],
			"PUT",
			isPolicy,
			`secret/${NAME} created in shop namespace
mutatingadmissionpolicybinding/${POLICY} configured
`,
		],
		[
			["sync", "--forget", "app", "-q"],
			"DELETE",
			isPolicy,
			`secret/${NAME} configured in nginx-mesh namespace
mutatingadmissionpolicy "${POLICY}" deleted
mutatingadmissionpolicybinding "${POLICY}" deleted
`,
		],
		[
			["detach", "--by-policy"],
			"PATCH",
			(path: string) => path.endsWith(NAME),
			`secret/${NAME} configured in nginx-mesh namespace
mutatingadmissionpolicybinding "${POLICY}" deleted
mutatingadmissionpolicy "${POLICY}" deleted
`,
		],
	] as const)
		test(`what somebody writes meanwhile is planned again: ${argv.join(" ")}`, async () => {
			await bed.run(["attach", "--by-policy"]);
			const off = overtake(method, where);
			const done = await bed.run(argv);
			off();
			assert.deepEqual([done.status, done.out], [0, out]);
		});

	test("what another recorded meanwhile stays in the policies", async () => {
		await bed.run(["attach", "--by-policy"]);
		let isRecorded = false;
		const off = bed.server.onRequest(({ path }) => {
			if (!isPolicy(path) || isRecorded) return undefined;
			isRecorded = true;
			source('[{"namespaces":{"app":"","shop":"","late":""}}]', undefined, {
				"kubectl-meshreg/attached-by-policy": "true",
			});
			return undefined;
		});
		await bed.run(["sync", "-n", "shop", "-q"]);
		off();
		const binding = bed.server.store.get(KINDS[1] ?? "", "", POLICY);
		assert.match(JSON.stringify(binding), /\["app","late","shop"\]/);
	});

	test("prune takes it back with the source", async () => {
		await bed.run(["attach", "--by-policy"]);
		const { status, out, err } = await bed.run(["prune", NAME, "--yes"]);
		assert.deepEqual([status, err], [0, "taken back: 1 admission policy\n"]);
		assert.match(out, /mutatingadmissionpolicybinding ".*" deleted\n/);
		assert.deepEqual(policies(), []);
	});

	test("prune asks no request for each Secret that says by itself that it has one", async () => {
		await bed.run(["attach", "--by-policy"]);
		const says = {
			labels: build.MANAGED,
			annotations: { "kubectl-meshreg/attached-by-policy": "true" },
		};
		for (let n = 0; n < 30; n++)
			build.secret(bed, `shop/claims-${n}`, "{}", { metadata: says });
		// One that is a source elsewhere, by whoever may write policies.
		build.secret(bed, "app/other", '{"auths":{"reg.io":{"auth":"YTpw"}}}', {
			metadata: {
				...says,
				annotations: { "kubectl-meshreg/targets": RECORD },
			},
		});
		await bed.run(["attach", "--by-policy", "--secret=other", "--from=app"]);
		assert.equal(policies().length, 4);
		bed.server.requests.length = 0;
		const { status, out, err } = await bed.run(["prune", "--all", "--yes"]);
		assert.deepEqual([status, err], [0, "taken back: 2 admission policies\n"]);
		assert.equal(out.match(/^secret /gm)?.length, 32);
		assert.deepEqual(policies(), []);
		const asked = bed.server.requests.filter(
			({ method, path }) => method === "GET" && path.includes("/mutating"),
		);
		assert.equal(asked.length, 8);
	});

	test("where such a list is forbidden, prune says whose policies may be left", async () => {
		await bed.run(["attach", "--by-policy"]);
		const says = {
			labels: build.MANAGED,
			annotations: { "kubectl-meshreg/attached-by-policy": "true" },
		};
		for (const name of ["one", "two"])
			build.secret(bed, `shop/${name}`, "{}", { metadata: says });
		const { status, err } = await bed.run(["prune", "--all", "--yes"], {
			user: "dev",
		});
		assert.equal(status, 0);
		assert.match(
			err,
			/Warning: the policies of shop\/one, shop\/two are not taken back: Error from server \(Forbidden\)/,
		);
	});

	for (const which of [NAME, "--all"])
		test(`where the server fails to delete one, prune ${which} has failed: run again it finishes`, async () => {
			await bed.run(["attach", "--by-policy"]);
			const off = bed.server.onRequest(({ method, path }) =>
				method === "DELETE" && path.includes("/mutating")
					? { answer: { status: 400, reason: "BadRequest", message: "no" } }
					: undefined,
			);
			const { status, err } = await bed.run(["prune", which, "--yes"]);
			off();
			assert.equal(status, 1);
			assert.match(
				err,
				/Warning: the policies of nginx-mesh\/\S+ are not taken back: Error from server \(BadRequest\): no\n/,
			);
			const again = await bed.run(["prune", which, "--yes"]);
			assert.deepEqual(
				[again.status, again.err],
				[0, "taken back: 1 admission policy\n"],
			);
			assert.deepEqual(policies(), []);
		});

	test("prune ends where the user's credentials do, and does not warn of the policies alone", async () => {
		await bed.run(["attach", "--by-policy"]);
		const off = bed.server.onRequest(({ path }) =>
			path.includes("/mutating")
				? { answer: { status: 401, reason: "Unauthorized", message: "no" } }
				: undefined,
		);
		const { status, err } = await bed.run(["prune", NAME, "--yes"]);
		off();
		assert.deepEqual(
			[status, err],
			[
				1,
				"error: You must be logged in to the server (Unauthorized) (run the command again to finish)\n",
			],
		);
	});

	test("who may not list accounts is told that one may refuse its pods", async () => {
		account("app", "strict");
		const off = bed.server.onRequest(({ path }) =>
			path.endsWith("/serviceaccounts")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { status, out, err } = await bed.run(["attach", "--by-policy"]);
		off();
		assert.deepEqual([status, out], [0, MADE]);
		assert.equal(
			err,
			`Warning: service accounts or namespaces cannot be listed: whether one enforces mountable secrets, so that its pods would be refused, is not known\n${HEEDED}`,
		);
	});

	test("an account that refuses is found, though elsewhere they may not be listed", async () => {
		source('[{"namespaces":{"app":"","shop":""}}]');
		account("shop", "strict");
		const off = bed.server.onRequest(({ path }) =>
			/\/(app|v1)\/serviceaccounts$/.test(path)
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { status, out, err } = await bed.run(["attach", "--by-policy"]);
		off();
		assert.deepEqual([status, out], [1, ""]);
		assert.match(err, /^error: .* no policy was changed: shop\/strict; /);
		assert.equal(mark(), undefined);
	});

	test("looks at no account of a namespace that is to get none", async () => {
		account("app", "strict");
		for (const [record, kind] of [
			[RECORD, "names"],
			['[{"all":true}]', "rules"],
		] as const) {
			bed.server.store.seed({
				kind: "Namespace",
				metadata: {
					name: "app",
					annotations: { "kubectl-meshreg/skip": "true" },
				},
			});
			source(record);
			const { status, err } = await bed.run(["attach", "--by-policy"]);
			assert.deepEqual([kind, status, err], [kind, 0, HEEDED]);
			bed.server.store.seed({ kind: "Namespace", metadata: { name: "app" } });
			assert.equal((await bed.run(["attach", "--by-policy"])).status, 1);
		}
	});

	test("prune asks about it, too", async () => {
		source();
		await bed.run(["attach", "--by-policy"]);
		const { err } = await bed.run(["prune", NAME], {
			answers: [["Do you want to continue?", false]],
		});
		assert.equal(
			err,
			`You are about to delete the following 1 resource(s) in context embedded:
secret/${NAME} in nginx-mesh namespace (a source: the credential is stored nowhere else)
and delete the admission policies of nginx-mesh/${NAME}
Cancelled; nothing was changed
`,
		);
	});

	for (const argv of [["--all"], [NAME], []])
		test(`prune ${argv.join("")} deletes it where its source is not managed any more, and asks about it`, async () => {
			await bed.run(["attach", "--by-policy"]);
			build.secret(bed, "nginx-mesh", '{"auths":{}}');
			const { err } = await bed.run(["prune", ...argv], {
				answers: [["Do you want to continue?", true]],
			});
			assert.match(
				err,
				new RegExp(
					`^delete the admission policies of nginx-mesh/${NAME}$`,
					"m",
				),
			);
			assert.deepEqual(policies(), []);
			assert.ok(bed.server.store.get("Secret", "nginx-mesh", NAME));
		});

	test("prune leaves it where the source could not be deleted", async () => {
		await bed.run(["attach", "--by-policy"]);
		const there = policies();
		const off = bed.server.onRequest(({ method, path }) =>
			method === "DELETE" && path.includes("/secrets/")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { status, out } = await bed.run(["prune", NAME, "--yes"]);
		off();
		assert.deepEqual([status, out], [1, ""]);
		assert.deepEqual(policies(), there);
	});

	test("prune -n takes its namespace out of it", async () => {
		source('[{"namespaces":{"app":"","shop":""}}]');
		await bed.run(["attach", "--by-policy"]);
		const { status, out, err } = await bed.run(["prune", "-n", "app", "--yes"]);
		assert.equal(status, 0, err);
		assert.match(out, /mutatingadmissionpolicybinding\/.* configured\n/);
		assert.match(
			JSON.stringify(
				bed.server.store.get("MutatingAdmissionPolicyBinding", "", POLICY)
					?.spec,
			),
			/"values":\["shop"\]/,
		);
	});

	test("a dry run writes nothing", async () => {
		for (const how of ["client", "server"]) {
			const { out, err } = await bed.run([
				...["attach", "--by-policy", `--dry-run=${how}`],
			]);
			assert.equal(err, "");
			assert.match(out, /mutatingadmissionpolicybinding\/.* created \(/);
			assert.equal(mark(), undefined);
			assert.deepEqual(policies(), []);
		}
	});

	test("--dry-run=client -o json prints the objects, the same once they are there", async () => {
		source();
		const printed = (more: string[] = []) =>
			bed.run([
				...["attach", "--by-policy", "--dry-run=client", "-o", "json"],
				...more,
			]);
		const { out, err } = await printed();
		assert.deepEqual(
			JSON.parse(out).items.map(
				(object: { kind: string; metadata: object }) => [
					object.kind,
					object.metadata,
				],
			),
			KINDS.map((kind) => [
				kind,
				{
					name: POLICY,
					labels: { "app.kubernetes.io/managed-by": "kubectl-meshreg" },
					annotations: { "kubectl-meshreg/source": `nginx-mesh/${NAME}` },
				},
			]),
		);
		assert.equal(
			err,
			`--by-policy would be recorded on secret/${NAME} in nginx-mesh namespace\n`,
		);
		assert.equal((await printed(["-q"])).err, "");
		assert.deepEqual(policies(), []);
		await bed.run(["attach", "--by-policy"]);
		assert.deepEqual(await printed(), { status: 0, out, err: "", asked: [] });
		await bed.run(["detach", "--by-policy"]);
	});

	describe("check", () => {
		/** What check says of the policies, with the command that fixes it. */
		const found = async (...argv: string[]) => {
			const { out, status } = await bed.run(["check", "-o", "json", ...argv]);
			const items: { cause: string; message: string; command: string }[] =
				JSON.parse(out).items;
			return {
				status,
				items: items
					.filter(({ message }) => /polic/.test(message))
					.map(({ cause, message, command }) => [cause, message, command]),
			};
		};
		const attach = "kubectl meshreg attach --by-policy";
		const policy = `mutatingadmissionpolicy/${POLICY}`;
		const binding = `mutatingadmissionpolicybinding/${POLICY}`;
		const ref = `nginx-mesh/${NAME}`;
		const edit = (
			kind: string,
			name: string,
			change: (object: Record<string, unknown>) => object,
		) => {
			const stored = bed.server.store.get(
				kind,
				kind === "Secret" ? "nginx-mesh" : "",
				name,
			);
			assert.ok(stored);
			const { resourceVersion: _, ...metadata } = stored.metadata;
			bed.server.store.seed({
				...stored,
				kind,
				metadata,
				...change({ ...stored, metadata }),
			});
		};
		const rerecord = (record: string, auths?: string) =>
			edit("Secret", NAME, ({ metadata }) => ({
				metadata: {
					...(metadata as object),
					annotations: {
						...(metadata as { annotations: object }).annotations,
						"kubectl-meshreg/targets": record,
					},
				},
				...(auths && {
					data: { ".dockerconfigjson": btoa(`{"auths":${auths}}`) },
				}),
			}));
		const pod = (name: string, created: string, secrets: string[] = []) =>
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace: "app", name, creationTimestamp: created },
				spec: {
					containers: [{ name: "c", image: "reg.io/app:1" }],
					imagePullSecrets: secrets.map((each) => ({ name: each })),
				},
				status: { phase: "Running" },
			});
		beforeEach(async () => {
			for (const { metadata } of bed.server.store.all("Pod"))
				bed.server.store.delete("Pod", "app", metadata.name);
			await bed.run(["sync", "-n", "app"]);
			await bed.run(["attach", "--by-policy"]);
		});

		test("says that they are as they should be", async () => {
			const { items } = await found();
			assert.deepEqual(items, [
				[
					"",
					`${ref}: pods in its recorded namespaces get it by an admission policy`,
					"",
				],
			]);
		});

		test("says nothing of them where the record cannot be read, which is told", async () => {
			rerecord("[");
			assert.deepEqual((await found()).items, []);
			const { out } = await bed.run(["check"]);
			assert.match(out, /^× .*the record/m);
		});

		test("asks for none of a source that notes none", async () => {
			await bed.run(["detach", "--by-policy"]);
			bed.server.requests.length = 0;
			assert.deepEqual((await found()).items, []);
			assert.deepEqual(
				bed.server.requests.filter(({ path }) => path.includes("polic")),
				[],
			);
		});

		const cases: readonly (readonly [
			what: string,
			prepare: () => unknown,
			items: readonly (readonly string[])[],
			status: number,
		])[] = [
			[
				"one that is missing",
				() =>
					bed.server.store.delete("MutatingAdmissionPolicyBinding", "", POLICY),
				[
					[
						"policy-missing",
						`${binding} is missing: pods do not get ${ref}`,
						attach,
					],
				],
				1,
			],
			[
				"one that somebody edited",
				() =>
					edit("MutatingAdmissionPolicy", POLICY, () => ({
						spec: { failurePolicy: "Fail" },
					})),
				[
					[
						"policy-edited",
						`${policy} is not what the record and the registries of ${ref} ask for`,
						attach,
					],
				],
				1,
			],
			[
				"a record that changed since",
				() => rerecord('[{"namespaces":{"app":"","shop":""}}]'),
				[
					[
						"policy-edited",
						`${binding} is not what the record and the registries of ${ref} ask for`,
						attach,
					],
				],
				1,
			],
			[
				"another registry",
				() =>
					rerecord(RECORD, '{"reg.io":{"auth":"YTpw"},"b.io":{"auth":"YTpw"}}'),
				[
					[
						"policy-edited",
						`${policy} is not what the record and the registries of ${ref} ask for`,
						attach,
					],
				],
				1,
			],
			[
				"an emptied record",
				() => rerecord("[]"),
				[
					[
						"policy-surplus",
						`${policy}, ${binding} are no longer needed: nothing in the record or the registries of ${ref} asks for them`,
						"kubectl meshreg detach --by-policy",
					],
				],
				0,
			],
			[
				"a registry that no image can come from",
				() => rerecord(RECORD, '{"reg":{"auth":"YTpw"}}'),
				[
					[
						"policy-surplus",
						`${policy}, ${binding} are no longer needed: nothing in the record or the registries of ${ref} asks for them`,
						"kubectl meshreg detach --by-policy",
					],
				],
				1,
			],
			[
				"one of somebody else in its place",
				() => {
					bed.server.store.delete("MutatingAdmissionPolicyBinding", "", POLICY);
					bed.server.store.seed({
						kind: "MutatingAdmissionPolicyBinding",
						metadata: { name: POLICY },
					});
				},
				[
					[
						"policy-of-another",
						`${binding}: not managed by meshreg, in the place of the policy of ${ref}`,
						"",
					],
				],
				1,
			],
			[
				"a new account with enforce-mountable-secrets",
				() => {
					account("app", "builder");
					account("app", "other", [NAME]);
					account("shop", "elsewhere");
				},
				[
					[
						"policy-refuses",
						`serviceaccount/builder in app allows only the pull secrets it references: the API server refuses its pods once the policy adds ${NAME}`,
						"kubectl meshreg attach builder -n app",
					],
				],
				1,
			],
			[
				"pods that were made since, and got nothing: the plugin is switched off",
				() => {
					pod("old", "2020-01-01T00:00:00Z");
					pod("new", "2099-01-01T00:00:00Z");
				},
				[
					[
						"policy-without-effect",
						`1 pod in app was created after the policy of ${ref}, without the pull secret`,
						"",
					],
				],
				0,
			],
			[
				"pods from before, and newer ones that got it",
				() => {
					pod("old", "2020-01-01T00:00:00Z");
					pod("joining", "2098-01-01T00:00:00Z");
					pod("new", "2099-01-01T00:00:00Z", [NAME]);
				},
				[
					[
						"",
						`${ref}: pods in its recorded namespaces get it by an admission policy`,
						"",
					],
				],
				0,
			],
		];
		for (const [what, prepare, items, status] of cases)
			test(`finds ${what}`, async () => {
				prepare();
				assert.deepEqual(await found(), { items, status });
			});

		test("finds that the API server has none: too old, or switched off", async () => {
			const off = withoutKinds(bed, "mutatingadmissionpolic");
			const seen = await found();
			off();
			assert.deepEqual(seen, {
				items: [
					[
						"policy-unsupported",
						`pods are to get ${ref} by an admission policy, and the API server has none`,
						"",
					],
				],
				status: 1,
			});
		});

		test("whoever may not read them is told; in one namespace it judges nothing", async () => {
			const off = bed.server.onRequest(({ target }) =>
				target?.resource.plural.startsWith("mutatingadmissionpolic")
					? {
							answer: {
								status: 403,
								reason: "Forbidden",
								message: "may not",
							},
						}
					: undefined,
			);
			const everywhere = await found();
			const one = await found("-n", "app");
			off();
			assert.deepEqual(everywhere, {
				items: [
					[
						"unreadable",
						"cannot read admission policies: Error from server (Forbidden): may not",
						"",
					],
				],
				status: 1,
			});
			assert.deepEqual(one, {
				items: [
					["not-allowed", "not checked (not allowed): admission policies", ""],
				],
				status: 0,
			});
		});

		test("--fix puts them right", async () => {
			bed.server.store.delete("MutatingAdmissionPolicy", "", POLICY);
			const { status, err } = await bed.run(["check", "--fix", "--yes"]);
			assert.deepEqual({ status }, { status: 0 }, err);
			assert.deepEqual(policies(), [POLICY, POLICY]);
		});

		test("a pod from before is made again, and no account changed", async () => {
			build.account(bed, "app");
			bed.server.store.seed({
				kind: "Pod",
				metadata: {
					namespace: "app",
					name: "web-1",
					creationTimestamp: "2020-01-01T00:00:00Z",
					ownerReferences: [
						{
							apiVersion: "apps/v1",
							kind: "StatefulSet",
							name: "web",
							controller: true,
						},
					],
				},
				spec: {
					containers: [{ name: "c", image: "reg.io/app:1" }],
					imagePullSecrets: [{ name: "mine" }],
				},
				status: {
					phase: "Pending",
					containerStatuses: [
						{
							name: "c",
							image: "reg.io/app:1",
							state: {
								waiting: {
									reason: "ErrImagePull",
									message: "no basic auth credentials",
								},
							},
						},
					],
				},
			});
			const { out } = await bed.run(["check", "-o", "json"]);
			const waiting = JSON.parse(out).items.find(
				({ workloads }: { workloads: object[] }) => workloads.length > 0,
			);
			assert.deepEqual(
				[waiting.cause, waiting.command],
				["pod-older", "kubectl delete pod web-1 -n app"],
			);
		});
	});

	const refused: readonly (readonly [
		what: string,
		before: () => unknown,
		err: string,
		user?: string,
	])[] = [
		["no record", () => source(""), ""],
		[
			"an empty record",
			() => source("[]"),
			`error: nothing is recorded for nginx-mesh/${NAME}, so the policy would let no pod pull; say where first, with sync and -n, -l or -A\n`,
		],
		[
			"no registry that an image can come from",
			() => source(RECORD, '{"no host":{}}'),
			`error: no image can come from the registries of nginx-mesh/${NAME}: the policy would let no pod pull\n`,
		],
		[
			"more patterns than the API server matches for a pod",
			() =>
				source(
					RECORD,
					JSON.stringify(
						Object.fromEntries(
							Array.from({ length: 1000 }, (_, at) => [
								`*.r${at}.example.com`,
								{ auth: "dTpw" },
							]),
						),
					),
				),
			`error: nginx-mesh/${NAME} has too many entries with stars or a path of Docker Hub: the API server would give up the policy, and let no pod pull; attach service accounts instead\n`,
		],
		[
			"a policy of that name that somebody else made",
			() =>
				bed.server.store.seed({
					kind: "MutatingAdmissionPolicyBinding",
					metadata: { name: POLICY },
				}),
			`error: mutatingadmissionpolicybinding "${POLICY}" exists but is not managed by meshreg; no policy was changed. Look at it, and delete it if nobody needs it\n`,
		],
		[
			"no right to make all of it",
			() => {},
			"error: not allowed to write the policy; no policy was changed. It needs cluster-wide create on mutatingadmissionpolicybindings of admissionregistration.k8s.io\n",
			"dev",
		],
		[
			"an account whose pods would be refused",
			() => {
				account("app", "builder");
				account("app", "other", [NAME]);
				account("shop", "elsewhere");
			},
			`error: service accounts with enforce-mountable-secrets do not reference "${NAME}", so the API server would refuse their pods; no policy was changed: app/builder; attach each first, as with 'kubectl meshreg attach builder -n app --secret ${NAME}'\n`,
		],
		[
			"one in a namespace that a rule means",
			() => {
				source('[{"all":true,"exclude":["app"]}]');
				account("app", "builder");
				account("shop", "builder");
			},
			`error: service accounts with enforce-mountable-secrets do not reference "${NAME}", so the API server would refuse their pods; no policy was changed: shop/builder; attach each first, as with 'kubectl meshreg attach builder -n shop --secret ${NAME}'\n`,
		],
	];
	for (const [what, prepare, message, user] of refused)
		test(`${what}: refused, and nothing is written`, async () => {
			prepare();
			const there = policies();
			const { status, out, err } = await bed.run(["attach", "--by-policy"], {
				...(user !== undefined && { user }),
			});
			assert.deepEqual({ status, out }, { status: 1, out: "" });
			if (message !== "") assert.equal(err, message);
			assert.match(err, /^error: .*\n$/);
			assert.equal(mark(), undefined);
			assert.deepEqual(policies(), there);
		});

	test("an API server without the kind", async () => {
		const off = withoutKinds(bed, "mutatingadmissionpolic");
		const attached = await bed.run(["attach", "--by-policy"]);
		const detached = await bed.run(["detach", "--by-policy"]);
		off();
		assert.deepEqual(
			{ status: attached.status, err: attached.err },
			{
				status: 1,
				err: "error: the API server has no MutatingAdmissionPolicy: Kubernetes 1.36 and later have it, unless it is switched off; attach service accounts instead\n",
			},
		);
		assert.equal(mark(), undefined);
		assert.equal(detached.status, 0);
	});
});
