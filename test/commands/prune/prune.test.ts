import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as build from "../../support/build.ts";
import {
	account,
	attachedAccount,
	labelsOf,
	MANAGED,
	NAME,
} from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const OURS = labelsOf();

function secret(
	bed: TestBed,
	namespace: string,
	metadata: object = {},
	fields: object = {},
): void {
	build.secret(bed, namespace, {}, { metadata, ...fields });
}

/** A source, two copies, an orphan, one of the mesh's own, and what is not ours. */
async function populated(
	options: Parameters<typeof testBed>[0] = {},
): Promise<TestBed> {
	const bed = await testBed({
		namespaces: [
			"copy-a",
			"copy-b",
			"foreign",
			"mesh",
			"nginx-mesh",
			"opaque",
			"orphan",
		],
		...options,
	});
	secret(bed, "nginx-mesh", { labels: OURS });
	secret(bed, "copy-a", build.copyOf());
	secret(bed, "copy-b", build.copyOf());
	secret(bed, "orphan", {
		...build.copyOf(),
		annotations: { "kubectl-meshreg/source": "gone/key" },
	});
	secret(bed, "mesh", { labels: { usage: NAME } });
	secret(bed, "foreign");
	secret(
		bed,
		"opaque",
		{ labels: { usage: NAME } },
		{ type: "Opaque", data: { a: "Yg==" } },
	);
	return bed;
}

test("a copy that a controller owns by now is left to it", async () => {
	await using bed = await testBed({
		namespaces: ["app", "shop", "nginx-mesh"],
	});
	const ownerReferences = [
		{
			apiVersion: "external-secrets.io/v1",
			kind: "ExternalSecret",
			name: "registry",
			uid: "1",
			controller: true,
		},
	];
	secret(bed, "app", { ...build.copyOf(), ownerReferences });
	secret(bed, "shop", build.copyOf());
	attachedAccount(bed, "app");
	const { status, out, err } = await bed.run(["prune", "--yes"]);
	assert.equal(out, `secret "${NAME}" deleted from shop namespace\n`);
	assert.ok(
		err.includes(
			`Warning: secret "${NAME}" in namespace "app" is managed by ExternalSecret; left unchanged\n`,
		),
		err,
	);
	assert.equal(status, 0);
	assert.deepEqual(left(bed), ["app"]);
	assert.deepEqual(
		bed.server.store.get("ServiceAccount", "app", "default")?.imagePullSecrets,
		[{ name: NAME }],
	);
});

/** What is said of Secrets of the name that are not ours. */
const unmanaged = (...namespaces: string[]): string =>
	`secret "${NAME}" in ${namespaces.join(", ")} is not managed by meshreg and was left alone\n`;

const left = (bed: TestBed): string[] =>
	bed.server.store
		.all("Secret")
		.map(({ metadata }) => metadata.namespace ?? "")
		.sort();

describe("prune", () => {
	const ALL = [
		"copy-a",
		"copy-b",
		"foreign",
		"mesh",
		"nginx-mesh",
		"opaque",
		"orphan",
	];
	const CASES: [args: string[], deleted: string[], alone?: string[]][] = [
		[
			[],
			["copy-a", "copy-b", "mesh", "nginx-mesh", "orphan"],
			["foreign", "opaque"],
		],
		[["--keep-sources"], ["copy-a", "copy-b", "orphan"], ["foreign", "opaque"]],
		[["--orphaned"], ["orphan"]],
		[["-n", "opaque,copy-a,foreign"], ["copy-a"], ["foreign", "opaque"]],
		[["another-name"], []],
		[[NAME, "-n", "mesh"], ["mesh"]],
		[["--all"], ["copy-a", "copy-b", "nginx-mesh", "orphan"]],
	];
	for (const [args, deleted, alone = []] of CASES)
		test(`${["prune", ...args].join(" ")} deletes ${deleted.join(", ") || "nothing"}`, async () => {
			await using bed = await populated();
			const outcome = await bed.run(["prune", "--yes", ...args]);
			assert.deepEqual(outcome, {
				status: 0,
				out: deleted
					.map(
						(namespace) =>
							`secret "${NAME}" deleted from ${namespace} namespace\n`,
					)
					.join(""),
				err: [
					...(deleted.length === 0 ? ["No resources found\n"] : []),
					...(alone.length === 0 ? [] : [unmanaged(...alone)]),
				].join(""),
				asked: [],
			});
			assert.deepEqual(
				left(bed),
				ALL.filter((namespace) => !deleted.includes(namespace)),
			);
		});

	test("asks, and says who still names what it would delete", async () => {
		await using bed = await populated();
		build.pod(bed, "copy-a/one");
		build.pod(bed, "copy-a/two");
		build.account(bed, "copy-a", [NAME]);
		const outcome = await bed.run(["prune", "-n", "copy-a,copy-b"], {
			answers: [["Do you want to continue?", false]],
		});
		assert.deepEqual(outcome, {
			status: 0,
			out: "",
			err: `You are about to delete the following 2 resource(s) in context embedded:
secret/${NAME} in copy-a namespace (referenced by 2 pods and 1 service account)
secret/${NAME} in copy-b namespace
Cancelled; nothing was changed
`,
			asked: ["Do you want to continue?"],
		});
		assert.deepEqual(left(bed), ALL);
	});

	test("what create --label gave another label goes with the mesh's name, too", async () => {
		await using bed = await testBed({
			namespaces: ["app", "nginx-mesh"],
			defaultServiceAccounts: true,
		});
		const login = ["--registry-server=r.io", "--registry-username=u"];
		await bed.run(
			["create", ...login, "--registry-password-stdin", "--label=team=a"],
			{ stdin: "p" },
		);
		await bed.run(["sync", "-n", "app", "--attach"]);
		const one = await bed.run(["prune", "-n", "app", "--yes"]);
		assert.match(one.out, /deleted from app namespace\n/);
		assert.deepEqual(left(bed), ["nginx-mesh"]);
		const rest = await bed.run(["prune", "--yes"]);
		assert.match(rest.out, /deleted from nginx-mesh namespace\n/);
		assert.deepEqual([left(bed), rest.err], [[], ""]);
	});

	test("of another name, what bears the mesh's label alone goes only where it is named", async () => {
		await using bed = await testBed({ namespaces: ["app", "nginx-mesh"] });
		build.secret(
			bed,
			"app/team-key",
			{},
			{ metadata: { labels: { usage: NAME } } },
		);
		const env = { MESHREG_NAME: "team-key" };
		await bed.run(["prune", "--yes"], { env });
		assert.deepEqual(left(bed), ["app"]);
		await bed.run(["prune", "team-key", "--yes"]);
		assert.deepEqual(left(bed), []);
	});

	test("what was changed or relabelled after the list is left alone", async () => {
		await using bed = await populated();
		bed.server.onRequest(({ method }) => {
			const now = bed.server.store.get("Secret", "copy-a", NAME);
			if (
				method !== "DELETE" ||
				now === undefined ||
				now.metadata.labels?.usage !== NAME
			)
				return undefined;
			bed.server.store.delete("Secret", "copy-a", NAME);
			secret(bed, "copy-a", { labels: { usage: "somebody-elses" } });
			return undefined;
		});
		const outcome = await bed.run(["prune", "-n", "copy-a", "--yes"]);
		assert.deepEqual([outcome.status, outcome.out], [1, ""]);
		assert.equal(
			outcome.err,
			`error: secret "${NAME}" in namespace "copy-a" was modified concurrently and was not changed; run the command again\n`,
		);
		assert.ok(left(bed).includes("copy-a"));
	});

	test("a source that may not be read is not gone", async () => {
		await using bed = await populated({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["*"],
					resources: ["secrets"],
					namespaces: ["copy-a"],
				},
			],
		});
		const outcome = await bed.run(
			["prune", "-n", "copy-a", "--orphaned", "--yes"],
			{ user: "sam" },
		);
		assert.deepEqual(
			[outcome.status, outcome.err],
			[0, "No resources found in copy-a namespace.\n"],
		);
		assert.ok(left(bed).includes("copy-a"));
	});

	// More than twenty are looked up in one list.
	for (const count of [2, 21])
		test(`of ${count} sources those are gone that are not there, and none that may not be read`, async () => {
			const numbers = Array.from({ length: count }, (_, at) => at);
			const copies = numbers.map((at) => `copy-${at}`);
			await using bed = await testBed({
				namespaces: [...copies, ...numbers.map((at) => `team-${at}`)],
				users: { sam: {} },
				allow: [
					{
						user: "sam",
						verbs: ["*"],
						resources: ["secrets"],
						namespaces: copies,
					},
				],
			});
			for (const at of numbers) {
				secret(bed, `copy-${at}`, build.copyOf(`team-${at}/${NAME}`));
				if (at > 0) secret(bed, `team-${at}`, { labels: OURS });
			}
			const prune = ["prune", "-n", copies.join(","), "--orphaned", "--yes"];
			const there = () => copies.filter((name) => left(bed).includes(name));
			const { err } = await bed.run(prune, { user: "sam" });
			assert.match(err, /^No resources found/);
			assert.deepEqual(there(), copies);
			assert.equal((await bed.run(prune)).status, 0);
			assert.deepEqual(there(), copies.slice(1));
		});

	test("nothing found in the namespace that was named: it is named, as kubectl does", async () => {
		await using bed = await populated();
		const outcome = await bed.run(["prune", "-n", "nope", "--yes"]);
		assert.deepEqual(
			[outcome.status, outcome.err],
			[0, "No resources found in nope namespace.\n"],
		);
	});

	test("who may not list the Secrets of all namespaces is told of -n, behind the error", async () => {
		await using bed = await populated({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["*"],
					resources: ["secrets"],
					namespaces: ["copy-a"],
				},
			],
		});
		const { status, err } = await bed.run(["prune", "--yes"], { user: "sam" });
		assert.deepEqual(
			[status, err],
			[
				1,
				'Error from server (Forbidden): secrets "nginx-mesh-registry-key" is forbidden: User "sam" cannot list resource "secrets" in API group "" at the cluster scope; use -n NAMESPACE where you have the rights\n',
			],
		);
	});

	test("of several namespaces one that may not be read stays as it is, and the others are pruned", async () => {
		await using bed = await populated({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["*"],
					resources: ["secrets", "serviceaccounts"],
					namespaces: ["copy-a"],
				},
			],
		});
		const argv = ["prune", "-n", "copy-a,copy-b", "--yes"];
		const { status, out, err } = await bed.run(argv, { user: "sam" });
		assert.deepEqual(
			[status, out, err],
			[
				1,
				'secret "nginx-mesh-registry-key" deleted from copy-a namespace\n',
				"Warning: the source in nginx-mesh cannot be read; where its record names copy-a, sync copies there again\n" +
					'Error from server (Forbidden): secrets "nginx-mesh-registry-key" is forbidden: User "sam" cannot list resource "secrets" in API group "" in the namespace "copy-b"\n',
			],
		);
		assert.ok(!left(bed).includes("copy-a"));
		assert.ok(left(bed).includes("copy-b"));
	});

	test("two at once both end well", async () => {
		await using bed = await populated();
		const outcomes = await Promise.all([
			bed.run(["prune", "--yes"]),
			bed.run(["prune", "--yes"]),
		]);
		assert.deepEqual(
			outcomes.map(({ status, err }) => [
				status,
				err.replace("No resources found\n", ""),
			]),
			[
				[0, unmanaged("foreign", "opaque")],
				[0, unmanaged("foreign", "opaque")],
			],
		);
		assert.deepEqual(left(bed), ["foreign", "opaque"]);
	});

	test("dry runs delete nothing", async () => {
		await using bed = await populated();
		for (const mode of ["client", "server"]) {
			const outcome = await bed.run([
				"prune",
				"--orphaned",
				`--dry-run=${mode}`,
			]);
			assert.equal(
				outcome.out,
				`secret "${NAME}" deleted from orphan namespace (${mode === "client" ? "" : "server "}dry run)\n`,
			);
		}
		assert.deepEqual(left(bed), ALL);
	});
});

/** A source that was sent to two namespaces by name, and by a rule to those of a team. */
async function sent(record: string): Promise<TestBed> {
	const bed = await testBed({
		namespaces: ["app", "nginx-mesh", "other", "shop"],
	});
	bed.server.store.seed({
		kind: "Namespace",
		metadata: { name: "app", labels: { team: "a" } },
	});
	secret(bed, "nginx-mesh", {
		labels: OURS,
		annotations: { "kubectl-meshreg/targets": record },
	});
	for (const namespace of ["app", "shop"])
		secret(bed, namespace, {
			labels: OURS,
			annotations: { "kubectl-meshreg/source": `nginx-mesh/${NAME}` },
		});
	return bed;
}

const recordIn = (bed: TestBed, namespace = "nginx-mesh"): string | undefined =>
	bed.server.store.get("Secret", namespace, NAME)?.metadata.annotations?.[
		"kubectl-meshreg/targets"
	];

describe("prune and the record", () => {
	const NAMED = '[{"namespaces":{"app":"","shop":""}}]';

	test("-n takes the name out, before the copy goes", async () => {
		await using bed = await sent(NAMED);
		const { status, out, err } = await bed.run(["prune", "-n", "app", "--yes"]);
		assert.deepEqual(
			[status, out, err],
			[
				0,
				`secret "${NAME}" deleted from app namespace\nsecret/${NAME} configured in nginx-mesh namespace\n`,
				"",
			],
		);
		assert.equal(recordIn(bed), '[{"namespaces":{"shop":""}}]');
		const { requests } = bed.server;
		const writes = requests.filter(({ method }) => method !== "GET");
		assert.deepEqual(
			writes.map(({ method }) => method),
			["PATCH", "DELETE"],
		);
		// A record of names alone asks for no right to Namespaces.
		assert.ok(!requests.some(({ path }) => path.endsWith("/namespaces/app")));
	});

	test("--all -n beside a record that cannot be read: what is of other sources goes, and its copy stays", async () => {
		await using bed = await sent("[");
		build.source(bed, {}, ["app"], { at: "nginx-mesh/other" });
		build.secret(
			bed,
			"app/other",
			{},
			{ metadata: build.copyOf("nginx-mesh/other") },
		);
		const { status, out, err } = await bed.run([
			...["prune", "--all", "-n", "app", "--yes"],
		]);
		assert.deepEqual(
			[status, out, err],
			[
				1,
				`secret "other" deleted from app namespace
secret/other configured in nginx-mesh namespace
`,
				`error: the record of secret "${NAME}" in namespace "nginx-mesh" (annotation kubectl-meshreg/targets) cannot be read, so nothing is written: it is not JSON
`,
			],
		);
		assert.ok(bed.server.store.get("Secret", "app", NAME));
		assert.equal(recordIn(bed), "[");
	});

	test("a record that cannot be read, and nothing else to do: what stays is said, and not that nothing is there", async () => {
		await using bed = await sent("[");
		attachedAccount(bed, "app");
		const { status, out, err } = await bed.run(["prune", "-n", "app", "--yes"]);
		assert.deepEqual(
			[status, out, err],
			[
				1,
				"",
				`Warning: service accounts in app keep what attach added: secret "${NAME}" is still there
error: the record of secret "${NAME}" in namespace "nginx-mesh" (annotation kubectl-meshreg/targets) cannot be read, so nothing is written: it is not JSON
`,
			],
		);
	});

	test("where all goes, source and copies, no record need be read", async () => {
		await using bed = await sent("[");
		const { status, out, err } = await bed.run(["prune", "--yes"]);
		assert.deepEqual(
			[status, out, err],
			[
				0,
				`secret "${NAME}" deleted from app namespace
secret "${NAME}" deleted from nginx-mesh namespace
secret "${NAME}" deleted from shop namespace
`,
				"",
			],
		);
	});

	test("-n of a namespace without a copy takes its name out as well", async () => {
		await using bed = await sent('[{"namespaces":{"app":"","other":""}}]');
		// Nothing is lost: nobody is asked.
		const { status, out, asked } = await bed.run(["prune", "-n", "other"], {
			answers: [],
		});
		assert.deepEqual(
			[status, out, asked],
			[0, `secret/${NAME} configured in nginx-mesh namespace\n`, []],
		);
		assert.equal(recordIn(bed), '[{"namespaces":{"app":""}}]');
	});

	test("a rule that still covers the namespace is warned of, with what excludes it", async () => {
		await using bed = await sent(
			'[{"namespaces":{"app":""}},{"selector":"team=a"},{"selector":"team=b"}]',
		);
		const { status, err } = await bed.run(["prune", "-n", "app", "--yes"]);
		assert.equal(status, 0);
		assert.equal(
			err.replace(/\s+/g, " "),
			`Warning: a rule in the record of nginx-mesh/${NAME} still covers app: sync and the watch copy there again; exclude it with 'kubectl meshreg sync --forget app' `,
		);
		assert.equal(
			recordIn(bed),
			'[{"selector":"team=a"},{"selector":"team=b"}]',
		);
		const { out } = await bed.run(["sync", "--forget", "app"]);
		assert.equal(out, `secret/${NAME} configured in nginx-mesh namespace\n`);
		assert.equal(
			recordIn(bed),
			'[{"selector":"team=a","exclude":["app"]},{"selector":"team=b"}]',
		);
		const again = await bed.run(["sync", "--forget", "app"]);
		assert.equal(
			again.out,
			`secret/${NAME} unchanged in nginx-mesh namespace\n`,
		);
	});

	test("a rule for all is warned of, too, by who may not read the Namespace", async () => {
		await using bed = await testBed({
			namespaces: ["app", "nginx-mesh"],
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["*"],
					resources: ["secrets", "serviceaccounts", "pods"],
					namespaces: ["app", "nginx-mesh"],
				},
			],
		});
		const pruned = async (record: string) => {
			const annotations = { "kubectl-meshreg/targets": record };
			secret(bed, "nginx-mesh", { labels: OURS, annotations });
			const of = { "kubectl-meshreg/source": `nginx-mesh/${NAME}` };
			secret(bed, "app", { labels: OURS, annotations: of });
			const argv = ["prune", "-n", "app", "--yes"];
			return (await bed.run(argv, { user: "sam" })).err;
		};
		assert.match(
			await pruned('[{"all":true}]'),
			/^Warning: a rule .* still covers app: .* 'kubectl meshreg sync --forget app'\n$/,
		);
		assert.equal(await pruned('[{"all":true,"exclude":["app"]}]'), "");
	});

	test("of several namespaces the warning names those that the rule means", async () => {
		await using bed = await sent('[{"selector":"team=a"}]');
		const { err } = await bed.run("prune -n app,gone,shop --yes".split(" "));
		assert.match(
			err,
			/^Warning: a rule .* still covers app: .* 'kubectl meshreg sync --forget app'\n$/,
		);
	});

	test("a source that is deleted with its copies keeps its record until then", async () => {
		await using bed = await sent(NAMED);
		const { out } = await bed.run("prune -n app,nginx-mesh --yes".split(" "));
		assert.equal(
			out,
			`secret "${NAME}" deleted from app namespace\nsecret "${NAME}" deleted from nginx-mesh namespace\n`,
		);
		assert.ok(bed.server.requests.every(({ method }) => method !== "PATCH"));
	});

	test("a rule alone, and nothing to delete: both are said, and nothing is written", async () => {
		await using bed = await sent('[{"all":true}]');
		const { status, out, err } = await bed.run([
			...["prune", "-n", "default", "--yes"],
		]);
		assert.deepEqual([status, out], [0, ""]);
		assert.match(
			err,
			/^No resources found in default namespace\.\nWarning: a rule in the record of /,
		);
		assert.ok(bed.server.requests.every(({ method }) => method === "GET"));
	});

	for (const flag of [
		"--keep-sources",
		"--orphaned",
		"--dry-run=client",
		"--dry-run=server",
	])
		test(`${flag} keeps it`, async () => {
			await using bed = await sent(NAMED);
			assert.equal(
				(await bed.run(["prune", "-n", "app", "--yes", flag])).status,
				0,
			);
			assert.equal(recordIn(bed), NAMED);
		});

	for (const args of [[], ["--all"]])
		test(`what is no source in the source namespace is not changed: ${["prune", ...args].join(" ")}`, async () => {
			await using bed = await sent(NAMED);
			const metadata = { annotations: { "kubectl-meshreg/targets": NAMED } };
			secret(bed, "nginx-mesh", metadata);
			await bed.run(["prune", "-n", "app", "--yes", ...args]);
			assert.equal(recordIn(bed), NAMED);
		});

	for (const [args, kept] of [
		[[], true],
		[["other-key"], false],
		[["--all"], false],
		[["--all", "--mesh=nginx"], false],
	] as const)
		test(`of another source ${kept ? "is not" : "is"} changed: ${["prune", ...args].join(" ")}`, async () => {
			await using bed = await sent(NAMED);
			build.source(bed, {}, ["app", "shop"], { at: "nginx-mesh/other-key" });
			const record = () =>
				bed.server.store.get("Secret", "nginx-mesh", "other-key")?.metadata
					.annotations?.["kubectl-meshreg/targets"];
			const before = record();
			await bed.run(["prune", ...args, "-n", "app", "--yes"]);
			assert.equal(record(), kept ? before : '[{"namespaces":{"shop":""}}]');
		});

	test("what calls itself a source elsewhere is not changed", async () => {
		await using bed = await sent("[]");
		secret(bed, "other", {
			labels: OURS,
			annotations: { "kubectl-meshreg/targets": NAMED },
		});
		await bed.run(["prune", "-n", "app", "--yes"]);
		assert.equal(recordIn(bed, "other"), NAMED);
	});

	for (const [how, answer, error] of [
		[
			"may not be changed",
			{ status: 403, reason: "Forbidden", message: "no" },
			`error: cannot take app out of the record (needs patch on secrets "${NAME}" in nginx-mesh) `,
		],
		[
			"a webhook refuses",
			{ status: 403, reason: "Forbidden", message: "not on Sundays" },
			`Error from server (Forbidden): not on Sundays (namespace "nginx-mesh") `,
		],
		[
			"admission refuses",
			{ status: 422, reason: "Invalid", message: "not on Fridays" },
			`The request is invalid: not on Fridays (namespace "nginx-mesh") `,
		],
		[
			"goes with its source meanwhile",
			{ status: 409, reason: "Conflict", message: "changed" },
			`error: no source named "${NAME}" in namespace "nginx-mesh"; create it with 'kubectl meshreg create' `,
		],
	] as const)
		test(`a record that ${how} fails, and the copy goes all the same`, async () => {
			await using bed = await sent(NAMED);
			bed.server.onRequest(({ method, path }) => {
				const isReview = path.includes("selfsubjectaccessreviews");
				if (isReview && how === "may not be changed") return { answer };
				if (method !== "PATCH") return undefined;
				if (answer.status === 409)
					bed.server.store.delete("Secret", "nginx-mesh", NAME);
				return { answer };
			});
			const { status, out, err } = await bed.run([
				...["prune", "-n", "app", "--yes"],
			]);
			assert.deepEqual(
				[status, out, err.replace(/\s+/g, " ")],
				[1, `secret "${NAME}" deleted from app namespace\n`, error],
			);
		});

	test("credentials that end with the record: no copy goes", async () => {
		await using bed = await sent(NAMED);
		bed.server.onRequest(({ method }) =>
			method === "PATCH"
				? { answer: { status: 401, reason: "Unauthorized", message: "no" } }
				: undefined,
		);
		const { status, out } = await bed.run(["prune", "-n", "app", "--yes"]);
		assert.deepEqual([status, out], [1, ""]);
		assert.deepEqual(left(bed), ["app", "nginx-mesh", "shop"]);
	});

	test("a source that may not be read is a warning", async () => {
		await using bed = await sent(NAMED);
		bed.server.onRequest(({ path }) =>
			path.startsWith("/api/v1/namespaces/nginx-mesh/")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { status, err } = await bed.run(["prune", "-n", "app", "--yes"]);
		assert.equal(status, 0);
		assert.match(err, /^Warning: the source in nginx-mesh cannot be read/);
	});

	test("B12: sources are asked about first, and marked, with what happens to the record", async () => {
		await using bed = await sent(NAMED);
		const all = await bed.run(["prune"], {
			answers: [["Do you want to continue?", false]],
		});
		assert.equal(
			all.err,
			`You are about to delete the following 3 resource(s) in context embedded:
secret/${NAME} in nginx-mesh namespace (a source: the credential is stored nowhere else)
secret/${NAME} in app namespace
secret/${NAME} in shop namespace
Cancelled; nothing was changed
`,
		);
		const one = await bed.run(["prune", "-n", "app"], {
			answers: [["Do you want to continue?", false]],
		});
		assert.equal(
			one.err,
			`You are about to delete the following 1 resource(s) in context embedded:
secret/${NAME} in app namespace
and take app out of the record of nginx-mesh/${NAME}
Cancelled; nothing was changed
`,
		);
		assert.equal(recordIn(bed), NAMED);
	});

	test("sources go before copies, and are told of in the order of namespaces", async () => {
		await using bed = await sent(NAMED);
		const { out } = await bed.run(["prune", "--yes"]);
		assert.equal(
			out,
			["app", "nginx-mesh", "shop"]
				.map((one) => `secret "${NAME}" deleted from ${one} namespace\n`)
				.join(""),
		);
		const [first] = bed.server.requests.filter(
			({ method }) => method === "DELETE",
		);
		assert.match(first?.path ?? "", /namespaces\/nginx-mesh\//);
	});
});

describe("prune says what else", () => {
	test("was taken back from accounts, in the order of namespaces, whatever that of -n", async () => {
		await using bed = await sent('[{"namespaces":{"app":"","shop":""}}]');
		for (const namespace of ["app", "shop"]) account(bed, namespace);
		await bed.run(["attach", "-n", "app,shop"]);
		const { out, err } = await bed.run(["prune", "-n", "shop,app", "--yes"]);
		assert.match(
			out,
			/\nserviceaccount\/default configured in app namespace\nserviceaccount\/default configured in shop namespace\n$/,
		);
		assert.equal(err, "taken back: 2 service accounts\n");
	});

	test("is managed still", async () => {
		await using bed = await sent("[]");
		build.secret(
			bed,
			"other/registry-key",
			{},
			{ metadata: { labels: MANAGED } },
		);
		const { err } = await bed.run(["prune", "--keep-sources", "--yes"]);
		assert.equal(
			err,
			"still managed by meshreg: 1 other pull secret (see prune --all)\n",
		);
		const quiet = await bed.run(["prune", "--yes", "-q"]);
		assert.equal(quiet.err, "");
		assert.equal(
			(await bed.run(["prune", "--yes"])).err,
			"No resources found\nstill managed by meshreg: 1 other pull secret (see prune --all)\n",
		);
		for (const elsewhere of ["-n=other", "--orphaned", "--dry-run=client"])
			assert.doesNotMatch(
				(await bed.run(["prune", elsewhere, "--yes"])).err,
				/still managed/,
			);
	});

	test("right above a question about many stands how many, in which context, and that sources are among them", async () => {
		await using bed = await sent("[]");
		for (let at = 0; at < 30; at++)
			build.secret(bed, `app/s${at}`, "{}", { metadata: { labels: MANAGED } });
		const { err } = await bed.run(["prune", "--all"], {
			answers: [["Do you want to continue?", false]],
		});
		assert.deepEqual(err.split("\n").slice(-3), [
			"in all 33 resource(s) in context embedded, 31 sources among them: the credential is stored nowhere else",
			"Cancelled; nothing was changed",
			"",
		]);
	});

	test("of what tenants' Secrets say that they have no more than a few are named", async () => {
		await using bed = await sent("[]");
		const annotations = { "kubectl-meshreg/attached-by-policy": "true" };
		for (let at = 0; at < 30; at++)
			build.secret(bed, `app/s${at}`, "{}", {
				metadata: { labels: MANAGED, annotations },
			});
		const { err } = await bed.run(["prune", "--all", "--keep-sources", "-y"]);
		assert.match(
			err,
			/^still managed by meshreg: admission policies of app\/s0, .* and 25 more \(see detach --by-policy\)\n$/m,
		);
	});

	test("the policies of a source that stays, also where nothing was deleted", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		build.source(bed, {}, [], {
			annotations: { "kubectl-meshreg/attached-by-policy": "true" },
		});
		build.source(bed, {}, [], { at: "nginx-mesh/other" });
		const { err } = await bed.run(["prune", "--keep-sources", "--yes"]);
		assert.equal(
			err,
			`No resources found\nstill managed by meshreg: 1 other pull secret (see prune --all), admission policies of nginx-mesh/${NAME} (see detach --by-policy)\n`,
		);
	});

	test("and no policies of what says that it is a copy", async () => {
		await using bed = await testBed({ namespaces: ["app", "nginx-mesh"] });
		const { labels, annotations } = build.copyOf();
		secret(bed, "app", {
			labels,
			annotations: {
				...annotations,
				"kubectl-meshreg/attached-by-policy": "true",
			},
		});
		bed.server.onRequest(({ method }) =>
			method === "DELETE"
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { err } = await bed.run(["prune", "--yes"]);
		assert.doesNotMatch(err, /still managed/);
	});

	test("an installed watch", async () => {
		await using bed = await sent("[]");
		const { status } = await bed.run(["install", "-n", "app", "--yes"]);
		assert.equal(status, 0);
		await bed.run(["install", "other", "-n", "app"]);
		build.source(bed, {}, [], { at: "nginx-mesh/third" });
		// Somebody else's, who took the manifest: it is no installation of ours.
		const [own] = bed.server.store.all("Deployment");
		bed.server.store.seed({
			...own,
			kind: "Deployment",
			metadata: { ...own?.metadata, namespace: "app", uid: "theirs" },
		});
		// An uninstall of the other's would be that of one that is in use.
		const { err } = await bed.run(["prune", "--yes"]);
		assert.equal(
			err,
			`still managed by meshreg: 1 other pull secret (see prune --all), the watch of nginx-mesh/${NAME} (see uninstall)\n`,
		);
		assert.match(
			(await bed.run(["prune", "--all", "--yes"])).err,
			/ the watch of nginx-mesh\/nginx-mesh-registry-key \(see uninstall\), the watch of nginx-mesh\/other \(see uninstall\)\n$/,
		);
	});
});

/** Accounts that attach changed in these namespaces, and in `theirs`, where attach added nothing, one that has the same entry. */
async function attached(...namespaces: string[]): Promise<TestBed> {
	const bed = await testBed({
		namespaces: ["app", "kube-public", "nginx-mesh", "payments", "theirs"],
	});
	for (const namespace of ["app", "kube-public", "payments"])
		build.account(bed, namespace, ["mine"]);
	build.account(bed, "theirs", [NAME]);
	await bed.run(["attach", "-n", namespaces.join(",")]);
	bed.server.requests.length = 0;
	return bed;
}

const attachedIn = (bed: TestBed): string[] =>
	bed.server.store
		.all("ServiceAccount")
		.filter(
			({ metadata, imagePullSecrets = [] }) =>
				metadata.annotations?.["kubectl-meshreg/attached-keys"] !== undefined ||
				(imagePullSecrets as { name: string }[]).some(
					({ name }) => name === NAME,
				),
		)
		.map(({ metadata }) => metadata.namespace ?? "")
		.sort();

describe("prune takes back what attach added", () => {
	const BACK = "taken back: 1 service account\n";

	test("in a namespace that has no copy", async () => {
		await using bed = await attached("app", "kube-public");
		const outcome = await bed.run(["prune", "-n", "kube-public", "--yes"]);
		assert.deepEqual(outcome, {
			status: 0,
			out: "serviceaccount/default configured in kube-public namespace\n",
			err: BACK,
			asked: [],
		});
		assert.deepEqual(attachedIn(bed), ["app", "theirs"]);
		const places = bed.server.requests.map(({ path }) => path);
		assert.ok(
			!places.some((path) => path.includes("/app/")),
			"only where -n names",
		);
	});

	test("and asks before it does nothing but that, with nothing of what another name added", async () => {
		await using bed = await attached("kube-public");
		await bed.run(["attach", "-n", "kube-public,app", "--secret", "team"]);
		const { err } = await bed.run(["prune", "-n", "kube-public,app"], {
			answers: [["Do you want to continue?", false]],
		});
		assert.equal(
			err,
			`You are about to do this in context embedded:
take back what attach added to 1 service account in kube-public
Cancelled; nothing was changed
`,
		);
		assert.deepEqual(attachedIn(bed), ["app", "kube-public", "theirs"]);
	});

	for (const flag of ["--dry-run=client", "--dry-run=server"])
		test(`${flag} writes nothing`, async () => {
			await using bed = await attached("kube-public");
			const { out } = await bed.run(["prune", flag]);
			assert.match(out, /configured in kube-public namespace \(.*dry run\)/);
			assert.deepEqual(attachedIn(bed), ["kube-public", "theirs"]);
		});

	test("everywhere, found by one list, also where an unmanaged Secret took the copy's place", async () => {
		await using bed = await attached("app", "kube-public", "payments");
		secret(bed, "nginx-mesh", { labels: OURS });
		secret(bed, "app", build.copyOf());
		secret(bed, "payments");
		const { status, err } = await bed.run(["prune", "--yes"]);
		assert.deepEqual(
			[status, err],
			[0, `${unmanaged("payments")}taken back: 3 service accounts\n`],
		);
		assert.deepEqual(attachedIn(bed), ["theirs"]);
		assert.deepEqual(left(bed), ["payments"]);
		const lists = bed.server.requests.filter(
			({ method, path }) =>
				method === "GET" && path.endsWith("/serviceaccounts"),
		);
		assert.equal(lists.length, 1);
	});

	test("prune -n says that an unmanaged Secret was left alone", async () => {
		await using bed = await attached("app");
		secret(bed, "payments");
		const { status, err } = await bed.run(["prune", "-n", "payments", "--yes"]);
		assert.deepEqual(
			[status, err],
			[
				0,
				`No resources found in payments namespace.\n${unmanaged("payments")}`,
			],
		);
	});

	test("of a record from which nothing is taken out it does not matter that it cannot be read", async () => {
		await using bed = await populated();
		bed.server.onRequest(({ method, path }) =>
			method === "GET" && path.includes("/nginx-mesh/secrets/")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { status, err } = await bed.run(["prune", "--yes"]);
		assert.equal(status, 0, err);
		assert.doesNotMatch(err, /cannot be read/);
	});

	test("but not where the pull secret stays", async () => {
		await using bed = await attached("app", "payments");
		secret(bed, "nginx-mesh", { labels: OURS });
		secret(bed, "app", build.copyOf());
		bed.server.onRequest(({ method, path }) =>
			method === "DELETE" && path.includes("/app/")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { status, err } = await bed.run(["prune", "--yes"]);
		assert.equal(status, 1);
		assert.ok(
			err.includes(
				`Warning: service accounts in app keep what attach added: secret "${NAME}" is still there\n${BACK}`,
			),
			err,
		);
		assert.deepEqual(attachedIn(bed), ["app", "theirs"]);
	});

	test("--keep-sources: not beside the source, and says nothing of it", async () => {
		await using bed = await attached("app");
		build.account(bed, "nginx-mesh", ["mine"]);
		await bed.run(["attach", "-n", "nginx-mesh"]);
		build.source(bed, {});
		secret(bed, "app", build.copyOf());
		const { err } = await bed.run(["prune", "--keep-sources", "--yes"]);
		assert.equal(err, BACK);
		assert.deepEqual(attachedIn(bed), ["nginx-mesh", "theirs"]);
	});

	test("--orphaned: only beside what it deletes", async () => {
		await using bed = await attached("app", "kube-public");
		secret(bed, "nginx-mesh", { labels: OURS });
		secret(bed, "app", {
			...build.copyOf(),
			annotations: { "kubectl-meshreg/source": `gone/${NAME}` },
		});
		const { err } = await bed.run(["prune", "--orphaned", "--yes"]);
		assert.equal(err, BACK);
		assert.deepEqual(attachedIn(bed), ["kube-public", "theirs"]);
	});

	test("--keep-sources again, after one that ended before it came to the accounts", async () => {
		await using bed = await attached("app", "kube-public");
		build.source(bed, {});
		secret(bed, "app", build.copyOf());
		const off = bed.server.onRequest(({ method, path }) =>
			method === "PATCH" && path.includes("/serviceaccounts/")
				? { answer: { status: 403, message: "no" } }
				: undefined,
		);
		await bed.run(["prune", "--keep-sources", "--yes"]);
		assert.deepEqual(attachedIn(bed), ["app", "kube-public", "theirs"]);
		off();
		const again = await bed.run(["prune", "--keep-sources", "--yes"]);
		assert.deepEqual(
			[again.status, again.err],
			[0, "taken back: 2 service accounts\n"],
		);
		assert.deepEqual(attachedIn(bed), ["theirs"]);
	});

	test("--all under every name, another name not", async () => {
		await using bed = await attached("app");
		await bed.run(["attach", "-n", "app", "--secret", "team"]);
		await bed.run(["prune", "another", "--yes"]);
		assert.deepEqual(attachedIn(bed), ["app", "theirs"]);
		const { err } = await bed.run(["prune", "--all", "--yes"]);
		assert.equal(err, BACK);
		assert.deepEqual(attachedIn(bed), ["theirs"]);
	});

	test("where accounts cannot be listed everywhere, in the namespaces that are known, and says so", async () => {
		await using bed = await attached("app", "kube-public", "payments");
		build.source(bed, {}, ["payments"]);
		secret(bed, "app", build.copyOf());
		bed.server.onRequest(({ path }) =>
			path === "/api/v1/serviceaccounts"
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { status, err } = await bed.run(["prune", "--yes"]);
		assert.deepEqual(
			[status, err],
			[
				0,
				"Warning: what attach added to service accounts is not taken back outside app, nginx-mesh, payments: Error from server (Forbidden): no\ntaken back: 2 service accounts\n",
			],
		);
		assert.deepEqual(attachedIn(bed), ["kube-public", "theirs"]);
	});

	test("what a tenant's record names is none of them", async () => {
		await using bed = await attached("app", "kube-public");
		build.source(bed, {}, ["app"]);
		build.source(bed, {}, ["kube-public"], { at: "theirs" });
		const copied = build.copyOf();
		const targets = '[{"namespaces":{"kube-public":""}}]';
		secret(bed, "payments", {
			...copied,
			annotations: {
				...copied.annotations,
				"kubectl-meshreg/targets": targets,
			},
		});
		bed.server.onRequest(({ path }) =>
			path === "/api/v1/serviceaccounts"
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		await bed.run(["prune", "--yes"]);
		assert.deepEqual(
			bed.server.requests
				.map(
					({ path }) => /namespaces\/([^/]+)\/serviceaccounts$/.exec(path)?.[1],
				)
				.filter((namespace) => namespace !== undefined),
			["app", "nginx-mesh", "payments", "theirs"],
		);
		assert.deepEqual(attachedIn(bed), ["kube-public", "theirs"]);
	});

	for (const [refused, outside] of [
		[/(v1|payments)\/serviceaccounts$/, " outside app, nginx-mesh"],
		[/\/serviceaccounts$/, ""],
	] as const)
		test(`where that is refused in some of them, too: not taken back${outside}`, async () => {
			await using bed = await attached("app", "payments");
			build.source(bed, {}, ["payments"]);
			secret(bed, "app", build.copyOf());
			bed.server.onRequest(({ path }) =>
				refused.test(path)
					? { answer: { status: 403, reason: "Forbidden", message: "no" } }
					: undefined,
			);
			const { err } = await bed.run(["prune", "--yes"]);
			const [warning] = err.split("\n");
			assert.equal(
				warning,
				`Warning: what attach added to service accounts is not taken back${outside}: Error from server (Forbidden): no`,
			);
			assert.ok(attachedIn(bed).includes("payments"));
		});

	test("one of two namespaces that may not be read does not hold up the other", async () => {
		await using bed = await attached("app", "payments");
		bed.server.onRequest(({ path }) =>
			path.endsWith("/payments/serviceaccounts")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { err } = await bed.run(["prune", "-n", "app,payments", "--yes"]);
		assert.equal(
			err,
			`Warning: what attach added to service accounts is not taken back in payments: Error from server (Forbidden): no\n${BACK}`,
		);
		assert.deepEqual(attachedIn(bed), ["payments", "theirs"]);
	});

	test("where none of the named may be read it names none", async () => {
		await using bed = await attached("app", "payments");
		bed.server.onRequest(({ path }) =>
			path.endsWith("/serviceaccounts")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { err } = await bed.run(["prune", "-n", "app,payments", "--yes"]);
		assert.match(
			err,
			/^Warning: what attach added to service accounts is not taken back: Error from server \(Forbidden\): no\n/,
		);
	});

	test("a server that fails to list them is not asked in each namespace; the Secrets go, and it says so", async () => {
		await using bed = await attached("app", "payments");
		secret(bed, "app", build.copyOf());
		bed.server.onRequest(({ path }) =>
			path.endsWith("/serviceaccounts")
				? { answer: { status: 400, reason: "BadRequest", message: "no" } }
				: undefined,
		);
		const { status, err } = await bed.run(["prune", "--yes"]);
		assert.equal(status, 1);
		assert.match(
			err,
			/^Warning: what attach added to service accounts is not taken back: Error from server \(BadRequest\): no\n/,
		);
		assert.deepEqual(left(bed), []);
		assert.ok(
			!bed.server.requests.some(({ path }) =>
				/namespaces\/.*\/serviceaccounts$/.test(path),
			),
		);
	});

	for (const args of [[], ["-n", "app,payments"]])
		test(`whose credentials ended meanwhile deletes nothing: prune ${args.join(" ")}`, async () => {
			await using bed = await attached("app", "payments");
			secret(bed, "app", build.copyOf());
			bed.server.onRequest(({ path }) =>
				path.endsWith("/serviceaccounts")
					? { answer: { status: 401, reason: "Unauthorized", message: "no" } }
					: undefined,
			);
			const { status, out } = await bed.run(["prune", ...args, "--yes"]);
			assert.deepEqual([status, out], [1, ""]);
			assert.deepEqual(left(bed), ["app"]);
		});

	test("what a tenant wrote takes no entry that is not there", async () => {
		await using bed = await attached("app");
		build.account(bed, "payments", ["mine"], {
			metadata: {
				namespace: "payments",
				name: "default",
				labels: { "kubectl-meshreg/attached": "true" },
				annotations: { "kubectl-meshreg/attached-keys": `mine,${NAME}` },
			},
		});
		await bed.run(["prune", "--yes"]);
		assert.deepEqual(
			bed.server.store.get("ServiceAccount", "payments", "default")
				?.imagePullSecrets,
			[{ name: "mine" }],
		);
	});
});
