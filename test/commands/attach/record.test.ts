import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Metadata } from "../../support/api-server/objects.ts";
import * as build from "../../support/build.ts";
import { NAME as KEY } from "../../support/build.ts";
import { meshreg } from "../../support/command-line.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const AUTHS = { "r.io": { auth: "YTpw" } };
const RECORDED = `secret/${KEY} configured in nginx-mesh namespace\n`;

describe("attach and detach keep the record", () => {
	let bed: TestBed;
	before(async () => {
		const accounts = {
			resources: ["serviceaccounts"],
			verbs: ["get", "patch"],
			namespaces: ["app"],
		};
		bed = await testBed({
			namespaces: ["app", "shop", "nginx-mesh"],
			users: { dev: {}, reader: {} },
			allow: [
				{ user: "dev", ...accounts },
				{ user: "reader", ...accounts },
				{
					user: "reader",
					resources: ["secrets"],
					verbs: ["get"],
					namespaces: ["nginx-mesh", "app"],
				},
			],
		});
	});
	after(() => bed[Symbol.asyncDispose]());

	const secret = (
		namespace: string,
		annotations: Record<string, string>,
		managedFields?: Metadata["managedFields"],
	) =>
		build.secret(bed, namespace, AUTHS, {
			metadata: {
				labels: build.MANAGED,
				annotations,
				...(managedFields && { managedFields }),
			},
		});
	const source = (record?: string, managedFields?: Metadata["managedFields"]) =>
		secret(
			"nginx-mesh",
			record === undefined ? {} : { "kubectl-meshreg/targets": record },
			managedFields,
		);
	const copy = (namespace: string) =>
		secret(namespace, { "kubectl-meshreg/source": `nginx-mesh/${KEY}` });
	const account = (namespace: string, name: string) =>
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: { namespace, name },
		});
	const recorded = () =>
		bed.server.store.get("Secret", "nginx-mesh", KEY)?.metadata.annotations?.[
			"kubectl-meshreg/targets"
		];
	const isAttached = (namespace: string, name: string) =>
		bed.server.store.get("ServiceAccount", namespace, name)
			?.imagePullSecrets !== undefined;
	const writes = () =>
		bed.server.store.get("Secret", "nginx-mesh", KEY)?.metadata.resourceVersion;

	beforeEach(() => {
		for (const kind of ["ServiceAccount", "Pod", "Secret"])
			for (const { metadata } of bed.server.store.all(kind))
				bed.server.store.delete(kind, metadata.namespace ?? "", metadata.name);
		for (const name of ["default", "builder"]) account("app", name);
		for (const namespace of ["shop", "default", "nginx-mesh"])
			account(namespace, "default");
		copy("app");
		copy("shop");
	});

	test("an account that was deleted: sync goes on without it, check names it, and what it names takes it out of the record", async () => {
		source(
			'[{"namespaces":{"app":"","going":""},"attach":["builder","default"]},{"namespaces":{"shop":""},"attach":["*","gone"]}]',
		);
		build.goingNamespace(bed, "going");
		bed.server.store.delete("ServiceAccount", "app", "builder");
		const about = async (...argv: string[]) => {
			const { status, out, err } = await bed.run(argv);
			const lines = `${out}${err}`.split("\n");
			return [
				status,
				...lines.filter((line) =>
					/\bgone\b|(not|detach) .*builder|builder.*(not|detach)/.test(line),
				),
			];
		};
		const gone = `Warning: serviceaccount "builder" in namespace "app" is recorded as attached, and does not exist; detach takes it out of the record`;
		assert.deepEqual(await about("sync"), [0, gone]);
		assert.deepEqual(await about("sync", "--diff"), [0, gone]);
		assert.deepEqual(await about("check", "-n=shop"), [0]);
		// Whoever names it wants it.
		assert.deepEqual(await about("sync", "-n=app", "--attach=builder"), [
			1,
			'Error from server (NotFound): serviceaccounts "builder" not found (namespace "app")',
		]);
		assert.deepEqual(await about("check"), [
			0,
			`i serviceaccount/builder in app is recorded as attached for nginx-mesh/${KEY}, and does not exist`,
			"    See: kubectl meshreg detach builder -n app",
		]);
		assert.deepEqual(await bed.run(["detach", "builder", "-n=app"]), {
			...{ status: 0, out: RECORDED, err: "", asked: [] },
		});
		for (const verb of ["sync", "check"])
			assert.deepEqual(await about(verb), [0]);
		assert.deepEqual(await about("detach", "builder", "-n=app"), [
			1,
			'Error from server (NotFound): serviceaccounts "builder" not found (namespace "app")',
		]);
		bed.server.store.delete("Namespace", "", "going");
	});

	/** A command, and what it prints and leaves in the record. */
	const ROWS: [
		name: string,
		line: string,
		before: string,
		after: string,
		err?: string,
	][] = [
		[
			"an account, to a name",
			"attach builder -n app",
			'[{"namespaces":{"app":"1","pay":""}}]',
			'[{"namespaces":{"pay":""}},{"namespaces":{"app":"1"},"attach":["builder"]}]',
		],
		[
			"default, beside what is recorded",
			"attach -n app",
			'[{"namespaces":{"app":""},"attach":["builder"]}]',
			'[{"namespaces":{"app":""},"attach":["builder","default"]}]',
		],
		[
			"all accounts are all that will ever be",
			"attach --all-serviceaccounts -n app",
			'[{"namespaces":{"app":""}}]',
			'[{"namespaces":{"app":""},"attach":["*"]}]',
		],
		[
			"only names that are recorded",
			"attach -n app,shop",
			'[{"namespaces":{"app":""}}]',
			'[{"namespaces":{"app":""},"attach":["default"]}]',
		],
		[
			"the rule of all namespaces, and names among them",
			"attach -A",
			'[{"namespaces":{"app":""}},{"all":true}]',
			'[{"namespaces":{"app":""},"attach":["default"]},{"all":true,"attach":["default"]}]',
		],
		[
			"the same selector, however it is written",
			"attach -l kubernetes.io/metadata.name==app",
			'[{"selector":"kubernetes.io/metadata.name=app","exclude":["x"]},{"all":true}]',
			'[{"all":true},{"selector":"kubernetes.io/metadata.name=app","exclude":["x"],"attach":["default"]}]',
		],
		[
			"several of a name's",
			"attach builder default -n app",
			'[{"namespaces":{"app":""}}]',
			'[{"namespaces":{"app":""},"attach":["builder","default"]}]',
		],
		[
			"detach, one of a name's",
			"detach builder -n app",
			'[{"namespaces":{"app":"","shop":""},"attach":["builder","default"]}]',
			'[{"namespaces":{"shop":""},"attach":["builder","default"]},{"namespaces":{"app":""},"attach":["default"]}]',
		],
		[
			"detach, all of a name's",
			"detach --all-serviceaccounts -n app",
			'[{"namespaces":{"app":""},"attach":["*","builder"]}]',
			'[{"namespaces":{"app":""}}]',
		],
		[
			"detach, a rule's",
			"detach -A",
			'[{"all":true,"attach":["default"]}]',
			'[{"all":true}]',
		],
		[
			"detach --all, of every source",
			"detach --all -n app",
			'[{"namespaces":{"app":""},"attach":["default"]}]',
			'[{"namespaces":{"app":""}}]',
		],
	];
	for (const [name, line, recordBefore, recordAfter] of ROWS)
		test(`${name}; again nothing is written`, async () => {
			source(recordBefore);
			const { status, out, err } = await bed.run(line.split(" "));
			assert.equal(status, 0, err);
			assert.ok(out.includes(RECORDED), out);
			// Something was done, whether an account had it or not.
			assert.doesNotMatch(err, /No resources found/);
			assert.equal(recorded(), recordAfter);
			const written = writes();
			const again = await bed.run(line.split(" "));
			assert.equal(again.status, 0, again.err);
			assert.ok(!again.out.includes("secret/"), again.out);
			assert.equal(writes(), written);
		});

	test("what an account has already is recorded where it was not", async () => {
		source("[]");
		await bed.run(["attach", "-n", "app"]);
		source('[{"namespaces":{"app":""}}]');
		const { out } = await bed.run(["attach", "-n", "app"]);
		assert.equal(
			out,
			`serviceaccount/default unchanged in app namespace\n${RECORDED}`,
		);
		assert.equal(
			recorded(),
			'[{"namespaces":{"app":""},"attach":["default"]}]',
		);
	});

	/** Nothing of the record is meant. */
	const KEPT: [name: string, line: string, record: string | undefined][] = [
		["no record", "attach -n app", undefined],
		["an empty record", "attach -n app", "[]"],
		["another name", "attach -n app", '[{"namespaces":{"pay":""}}]'],
		["a rule that means nothing here", "attach -n app", '[{"selector":"a=c"}]'],
		[
			"a rule that attaches it",
			"attach -n app",
			'[{"all":true,"attach":["default"]}]',
		],
		[
			"a rule that attaches all",
			"attach builder -n app",
			'[{"all":true,"attach":["*"]}]',
		],
		[
			"all accounts are recorded",
			"attach -n app",
			'[{"namespaces":{"app":""},"attach":["*"]}]',
		],
		["detach, another name", "detach -n app", '[{"namespaces":{"pay":""}}]'],
	];
	for (const [name, line, record] of KEPT)
		test(`${name}: the record stays`, async () => {
			source(record);
			const written = writes();
			const { status, out, err } = await bed.run(line.split(" "));
			assert.deepEqual([status, err], [0, ""]);
			assert.ok(!out.includes("secret/"), out);
			assert.equal(writes(), written);
		});

	/** Where a rule alone means the namespace, what was attached is kept by nothing: that is said, with what records it. */
	for (const [line, record, what, fix] of [
		[
			"attach builder -n app",
			'[{"all":true}]',
			"builder in app",
			"-n app --attach=builder",
		],
		[
			"attach builder -n app --dry-run=client",
			'[{"all":true}]',
			"builder in app",
			"-n app --attach=builder",
		],
		[
			"attach -n app,shop",
			'[{"namespaces":{"shop":""}},{"all":true}]',
			"default in app",
			"-n app --attach",
		],
		[
			"attach --all-serviceaccounts -n app",
			'[{"all":true,"attach":["default"]}]',
			"all service accounts in app",
			"-n app '--attach=*'",
		],
		[
			"attach -l kubernetes.io/metadata.name=app",
			'[{"selector":"a!=c"}]',
			"default in app",
			"-n app --attach",
		],
	] as const)
		test(`by a rule alone: ${line}`, async () => {
			source(record);
			const { status, err } = await bed.run(line.split(" "));
			assert.equal(status, 0);
			const place = what.replace(/.* in /, "");
			assert.equal(
				err.split("\n").find((text) => text.includes("record")),
				`Warning: ${what} attached, but not recorded, so sync and the watch do not keep it attached: the record covers ${place} only by a rule; record it with: kubectl meshreg sync ${fix}`,
			);
		});

	test("where neither namespaces nor the source may be read, one of the two is told", async () => {
		const off = bed.server.onRequest(({ path }) => ({
			answer: { status: 400, reason: "BadRequest", message: path },
		}));
		const { status, out, err } = await bed.run(["attach", "-A"]);
		off();
		assert.deepEqual([status, out], [1, ""]);
		assert.match(
			err,
			/^Error from server \(BadRequest\): \/api\/v1\/namespaces.*\n$/,
		);
	});

	test("an account that is not there is not recorded", async () => {
		source('[{"namespaces":{"app":""}}]');
		const { status } = await bed.run(["attach", "biulder", "-n", "app"]);
		assert.equal(status, 1);
		assert.equal(recorded(), '[{"namespaces":{"app":""}}]');
	});

	test("C7: a namespace that only says it holds a copy is never recorded", async () => {
		source('[{"namespaces":{"app":""}}]');
		await bed.run(["attach", "-n", "shop"]);
		await bed.run(["attach", "-A"]);
		assert.equal(
			recorded(),
			'[{"namespaces":{"app":""},"attach":["default"]}]',
		);
	});

	test("a source that is no source is no record", async () => {
		secret("nginx-mesh", {
			"kubectl-meshreg/source": "evil/x",
			"kubectl-meshreg/targets": '[{"namespaces":{"app":""}}]',
		});
		const { out } = await bed.run(["attach", "-n", "app"]);
		assert.equal(out, "serviceaccount/default configured in app namespace\n");
	});

	test("what is recorded is attached again by sync", async () => {
		source('[{"namespaces":{"app":""}}]');
		await bed.run(["attach", "builder", "-n", "app"]);
		account("app", "builder");
		await bed.run(["sync"]);
		assert.ok(isAttached("app", "builder"));
	});

	test("of names in whatever order, accounts are read one by one, and told of in order", async () => {
		source('[{"namespaces":{"shop":"","app":""},"attach":["default"]}]');
		const before = bed.server.requests.length;
		const { out } = await bed.run(["sync"]);
		assert.deepEqual(
			[...out.matchAll(/^serviceaccount.*$/gm)].join("\n"),
			"serviceaccount/default configured in app namespace\nserviceaccount/default configured in shop namespace",
		);
		const lists = bed.server.requests
			.slice(before)
			.filter(({ path }) => path.endsWith("/serviceaccounts"));
		assert.deepEqual(lists, []);
	});

	test("who may not read the source attaches as before", async () => {
		source('[{"namespaces":{"app":""}}]');
		const done = await bed.run(["attach", "-n", "app"], { user: "dev" });
		assert.equal(done.status, 0);
		assert.equal(
			done.out,
			"serviceaccount/default configured in app namespace\n",
		);
		assert.doesNotMatch(done.err, /record|nginx-mesh/);
		assert.equal(recorded(), '[{"namespaces":{"app":""}}]');
	});

	test("who may read but not patch it is told, once, and that is no failure", async () => {
		source('[{"namespaces":{"app":""}}]');
		const line = ["builder", "-n", "app", "-q"];
		const user = "reader";
		const done = await bed.run(["attach", ...line], { user });
		assert.equal(done.status, 0);
		assert.ok(isAttached("app", "builder"));
		assert.equal(
			done.err.split("\n")[0],
			`Warning: builder in app attached, but not recorded, so sync and the watch do not keep it attached: needs patch on secrets "${KEY}" in nginx-mesh; ask who may to run 'kubectl meshreg attach builder -n app'`,
		);
		source('[{"namespaces":{"app":""},"attach":["builder"]}]');
		const back = await bed.run(["detach", ...line], { user });
		assert.equal(back.status, 0);
		assert.ok(!isAttached("app", "builder"));
		assert.equal(
			back.err,
			`Warning: builder in app still recorded, so sync and the watch keep attaching it: needs patch on secrets "${KEY}" in nginx-mesh; ask who may to run 'kubectl meshreg detach builder -n app'\n`,
		);
	});

	test("a record that the server refuses is a failure, and the accounts are changed all the same", async () => {
		source('[{"namespaces":{"app":""}}]');
		const heal = bed.server.onRequest(({ method, path }) =>
			method === "PATCH" && path.includes("/nginx-mesh/secrets/")
				? { answer: { status: 400, reason: "BadRequest", message: "no room" } }
				: undefined,
		);
		try {
			const done = await bed.run(["attach", "builder", "-n", "app", "-q"]);
			assert.deepEqual(
				[done.status, done.out],
				[1, "serviceaccount/builder configured in app namespace\n"],
			);
			assert.equal(
				done.err,
				'Warning: builder in app attached, but not recorded, so sync and the watch do not keep it attached: Error from server (BadRequest): no room\nError from server (BadRequest): no room (namespace "nginx-mesh")\n',
			);
			assert.ok(isAttached("app", "builder"));
		} finally {
			heal();
		}
	});

	test("beside a record that cannot be read nothing is attached, or detached", async () => {
		const refused = `error: the record of secret "${KEY}" in namespace "nginx-mesh" (annotation kubectl-meshreg/targets) cannot be read, so nothing is written: it is not JSON\n`;
		for (const verb of ["attach", "detach"]) {
			source("[{");
			const { status, out, err } = await bed.run([verb, "-n", "app"]);
			assert.deepEqual([status, out, err], [1, "", refused]);
			assert.equal(isAttached("app", "default"), verb === "detach");
			assert.equal(recorded(), "[{");
			source("[]");
			await bed.run(["attach", "-n", "app"]);
		}
	});

	test("a record that another manager keeps is changed there", async () => {
		source('[{"namespaces":{"app":""}}]', [
			{
				manager: "argocd-controller",
				operation: "Apply",
				apiVersion: "v1",
				time: "2026-01-01T00:00:00Z",
				fieldsType: "FieldsV1",
				fieldsV1: {
					"f:metadata": {
						"f:annotations": { "f:kubectl-meshreg/targets": {} },
					},
				},
			},
		]);
		const done = await bed.run(["attach", "-n", "app,shop", "-q"]);
		assert.equal(done.status, 0);
		assert.equal(
			done.err,
			`Warning: default in app attached, but not recorded, so sync and the watch do not keep it attached: the record of ${KEY} is kept by argocd-controller: change it there\n`,
		);
		assert.equal(recorded(), '[{"namespaces":{"app":""}}]');
	});

	const warnings = (err: string) => err.match(/^Warning: .*$/gm)?.join("\n");
	const SELECTOR = "kubernetes.io/metadata.name=app";
	for (const [where, entry] of [
		["-n app", { namespaces: { app: "" } }],
		["-A", { all: true }],
		[`-l ${SELECTOR}`, { selector: SELECTOR }],
	] as const)
		test(`${where}, one account where all are recorded: it says that it is attached again`, async () => {
			source(JSON.stringify([{ ...entry, attach: ["*"] }]));
			const line = `detach default ${where} -q`;
			const { err } = await bed.run(line.split(" "));
			assert.match(
				warnings(err) ?? "",
				RegExp(
					`^Warning: the record of nginx-mesh/${KEY} attaches default in [^;]*\\bapp\\b.*, by a rule or as one of all, so sync and the watch keep attaching it there$`,
				),
			);
		});

	for (const where of ["-n app", "-A"])
		for (const [which, rest] of [
			["default", ["default in app", "it"]],
			["builder default", ["builder, default in app", "them"]],
			["--all-serviceaccounts", ["service accounts in app", "them"]],
		] as const)
			test(`${where}, of ${which} that another rule attaches it says so`, async () => {
				source(
					'[{"all":true},{"selector":"kubernetes.io/metadata.name=app","attach":["default"]}]',
				);
				const line = `detach ${which} ${where} -q`;
				const { err } = await bed.run(line.split(" "));
				assert.equal(
					warnings(err),
					`Warning: the record of nginx-mesh/${KEY} attaches ${rest[0]}, by a rule or as one of all, so sync and the watch keep attaching ${rest[1]} there`,
				);
			});

	test("one account that a rule attaches elsewhere: nothing to say", async () => {
		source(
			'[{"selector":"kubernetes.io/metadata.name=shop","attach":["default"]}]',
		);
		const { err } = await bed.run("detach default -n app -q".split(" "));
		assert.equal(warnings(err), undefined);
	});

	test("a summary counts accounts alone", async () => {
		source('[{"namespaces":{"app":""}}]');
		const { err } = await bed.run("attach default builder -n app".split(" "));
		assert.equal(
			err,
			"2 service accounts: 2 configured, 0 unchanged, 0 failed\n",
		);
	});

	test("--contexts: each cluster's own record", async () => {
		await using other = await testBed({ namespaces: ["app", "nginx-mesh"] });
		const paths = await Promise.all(
			[bed, other].map(async ({ server }, at) => {
				const path = join(other.folder, `${at}.kubeconfig`);
				const context = `c${at}`;
				await writeFile(
					path,
					server
						.kubeconfig({ context })
						.replaceAll(/\badmin\b/g, `admin-of-${context}`),
				);
				return path;
			}),
		);
		source('[{"namespaces":{"app":""}}]');
		other.server.store.seed({
			kind: "ServiceAccount",
			metadata: { namespace: "app", name: "builder" },
		});
		const { out } = await meshreg(
			"attach builder -n app --contexts c0,c1".split(" "),
			{ kubeconfig: paths.join(delimiter) },
		);
		const configured = "serviceaccount/builder configured in app namespace\n";
		assert.equal(
			out,
			`==> c0 <==\n${configured}${RECORDED}\n==> c1 <==\n${configured}`,
		);
		assert.equal(
			recorded(),
			'[{"namespaces":{"app":""},"attach":["builder"]}]',
		);
	});

	test("several at once on one record: all of them are there", async () => {
		source('[{"namespaces":{"app":"","shop":""}}]');
		const names = ["a", "b", "c", "d"];
		for (const name of names) account("app", name);
		await Promise.all(
			names.map((name) => bed.run(["attach", name, "-n", "app"])),
		);
		assert.equal(
			recorded(),
			'[{"namespaces":{"shop":""}},{"namespaces":{"app":""},"attach":["a","b","c","d"]}]',
		);
	});

	for (const [how, ending] of [
		["client", " (dry run)"],
		["server", " (server dry run)"],
	])
		test(`--dry-run=${how} says it and writes nothing`, async () => {
			source('[{"namespaces":{"app":""}}]');
			const done = await bed.run(["attach", "-n", "app", `--dry-run=${how}`]);
			assert.equal(
				done.out,
				`serviceaccount/default configured in app namespace${ending}\n${RECORDED.trimEnd()}${ending}\n`,
			);
			assert.equal(recorded(), '[{"namespaces":{"app":""}}]');
		});

	test("the objects of a dry run are the accounts; a note says what is recorded", async () => {
		source('[{"namespaces":{"app":""}}]');
		const done = await bed.run(
			"attach -n app --dry-run=client -o yaml".split(" "),
		);
		assert.match(done.out, /^apiVersion: v1\nimagePullSecrets:/);
		assert.doesNotMatch(done.out, /kind: Secret/);
		assert.equal(
			done.err,
			`default in app would be recorded on secret/${KEY} in nginx-mesh namespace\n`,
		);
		source('[{"namespaces":{"app":""},"attach":["default"]}]');
		const back = await bed.run(
			"detach -n app --dry-run=client -o yaml".split(" "),
		);
		assert.equal(back.status, 0);
		assert.equal(
			back.err,
			`default in app would no longer be recorded on secret/${KEY} in nginx-mesh namespace\n`,
		);
	});

	test("the only source is meant, whatever its name, where none has the usual one", async () => {
		build.source(bed, {}, ["app"], { at: "nginx-mesh/tt" });
		const line = (action: string, verb: string) =>
			`serviceaccount/default ${action} in app namespace\nsecret/tt ${verb} in nginx-mesh namespace\n`;
		const { out, err } = await bed.run(["attach", "-n", "app"]);
		assert.equal(out, line("configured", "configured"));
		assert.match(err, /secret "tt" does not exist in app yet/);
		const detached = await bed.run(["detach", "-n", "app"]);
		assert.match(detached.out, /serviceaccount\/default configured in app/);
		const named = await bed.run(["attach", "-n", "app", "--secret", KEY]);
		assert.match(named.out, /^serviceaccount\/default configured in app/);
		assert.doesNotMatch(named.out, /secret\/tt/);
	});

	test("of several sources none is taken, and nothing is written", async () => {
		for (const name of ["tt", "uu"])
			build.source(bed, {}, ["app"], { at: `nginx-mesh/${name}` });
		for (const verb of ["attach", "detach"]) {
			const { status, out, err } = await bed.run([verb, "-n", "app"]);
			assert.deepEqual(
				[status, out, err],
				[
					1,
					"",
					'error: 2 sources in namespace "nginx-mesh": tt, uu; choose one by --secret\n',
				],
			);
		}
	});

	test("detach --all takes it from the record of every source, and of nothing else there", async () => {
		const targets = '[{"namespaces":{"app":""},"attach":["default"]}]';
		const annotations = { "kubectl-meshreg/targets": targets };
		source(targets);
		build.source(bed, {}, [], { at: "nginx-mesh/other", annotations });
		const copied = build.copyOf("shop/theirs");
		build.secret(bed, "nginx-mesh/theirs", AUTHS, {
			metadata: {
				...copied,
				annotations: { ...copied.annotations, ...annotations },
			},
		});
		await bed.run("detach --all -n app".split(" "));
		assert.deepEqual(
			[KEY, "other", "theirs"].map(
				(name) =>
					bed.server.store.get("Secret", "nginx-mesh", name)?.metadata
						.annotations?.["kubectl-meshreg/targets"],
			),
			['[{"namespaces":{"app":""}}]', '[{"namespaces":{"app":""}}]', targets],
		);
	});

	test("--from takes another source, and its name", async () => {
		build.source(bed, {}, ["app"], { at: "shop/team" });
		const { out } = await bed.run("attach -n app --from shop/team".split(" "));
		assert.equal(
			out,
			"serviceaccount/default configured in app namespace\nsecret/team configured in shop namespace\n",
		);
	});
});
