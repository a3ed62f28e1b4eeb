import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const POLICY = `kubectl-meshreg.names.nginx-mesh.${NAME}`;
const KINDS = ["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"];
const RECORD = '[{"namespaces":{"app":""}}]';
const MADE = `secret/${NAME} configured in nginx-mesh namespace
mutatingadmissionpolicy/${POLICY} created
mutatingadmissionpolicybinding/${POLICY} created
`;
const HEEDED =
	"The API server heeds it some seconds later; pods that are there already keep what they have.\n";

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
			],
		});
	});
	after(() => bed[Symbol.asyncDispose]());

	const source = (
		record: string | undefined = RECORD,
		auths = '{"reg.io":{}}',
	) =>
		bed.server.store.seed({
			kind: "Secret",
			metadata: {
				namespace: "nginx-mesh",
				name: NAME,
				labels: { "app.kubernetes.io/managed-by": "kubectl-meshreg" },
				annotations: {
					...(record !== "" && { "kubectl-meshreg/targets": record }),
				},
			},
			type: "kubernetes.io/dockerconfigjson",
			data: { ".dockerconfigjson": btoa(`{"auths":${auths}}`) },
		});
	const account = (namespace: string, name: string, secrets?: string[]) =>
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: {
				namespace,
				name,
				annotations: { "kubernetes.io/enforce-mountable-secrets": "true" },
			},
			...(secrets && {
				imagePullSecrets: secrets.map((each) => ({ name: each })),
			}),
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
		assert.deepEqual(await bed.run(["attach", "--by-policy"]), {
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

	test("an edited one is put right, one that nothing asks for is deleted", async () => {
		await bed.run(["attach", "--by-policy"]);
		const stored = bed.server.store.get("MutatingAdmissionPolicy", "", POLICY);
		assert.ok(stored);
		const { resourceVersion: _, ...metadata } = stored.metadata;
		bed.server.store.seed({
			...stored,
			kind: "MutatingAdmissionPolicy",
			metadata,
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
		source('[{"namespaces":{"app":"","shop":""}}]', '{"reg.io":{},"b.io":{}}');
		const stored = bed.server.store.get("Secret", "nginx-mesh", NAME);
		assert.ok(stored);
		const { resourceVersion: _, annotations, ...metadata } = stored.metadata;
		bed.server.store.seed({
			...stored,
			kind: "Secret",
			metadata: {
				...metadata,
				annotations: {
					...annotations,
					"kubectl-meshreg/attached-by-policy": "true",
				},
			},
		});
		const refused = await bed.run(["sync", "-n", "app"], { user: "dev" });
		assert.equal(refused.status, 1);
		assert.match(
			refused.err,
			/it needs cluster-wide update on mutatingadmissionpolicies, update on mutatingadmissionpolicybindings of admissionregistration\.k8s\.io/,
		);
		const { status, out, err } = await bed.run(["sync", "-n", "app"]);
		assert.equal(status, 0);
		assert.match(err, /^1 namespace: /m);
		assert.match(
			out,
			/mutatingadmissionpolicy\/.* configured\nmutatingadmissionpolicybinding\/.* configured\n$/,
		);
		assert.doesNotMatch((await bed.run(["sync", "-n", "app"])).out, /policy/);
	});

	test("prune takes it back with the source", async () => {
		await bed.run(["attach", "--by-policy"]);
		const { status, out } = await bed.run(["prune", NAME, "--yes"]);
		assert.equal(status, 0);
		assert.match(out, /mutatingadmissionpolicybinding ".*" deleted\n/);
		assert.deepEqual(policies(), []);
	});

	test("a dry run writes nothing", async () => {
		for (const how of ["client", "server"]) {
			const { out } = await bed.run([
				...["attach", "--by-policy", `--dry-run=${how}`],
			]);
			assert.match(out, /mutatingadmissionpolicybinding\/.* created \(/);
			assert.equal(mark(), undefined);
			assert.deepEqual(policies(), []);
		}
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
			"a policy of that name that somebody else made",
			() =>
				bed.server.store.seed({
					kind: "MutatingAdmissionPolicyBinding",
					metadata: { name: POLICY },
				}),
			`error: mutatingadmissionpolicybinding "${POLICY}" was made by somebody else, so it is left alone and nothing was written; look at it, and delete it if nobody needs it\n`,
		],
		[
			"no right to make all of it",
			() => {},
			"error: this user may not write the policy, so nothing was written; it needs cluster-wide create on mutatingadmissionpolicybindings of admissionregistration.k8s.io\n",
			"dev",
		],
		[
			"an account whose pods would be refused",
			() => {
				account("app", "builder");
				account("app", "other", [NAME]);
				account("shop", "elsewhere");
			},
			`error: service accounts with enforce-mountable-secrets do not reference "${NAME}", so the API server would refuse their pods; nothing was written: app/builder; attach each first, as with 'kubectl meshreg attach builder -n app --secret ${NAME}'\n`,
		],
		[
			"one in a namespace that a rule means",
			() => {
				source('[{"all":true,"exclude":["app"]}]');
				account("app", "builder");
				account("shop", "builder");
			},
			`error: service accounts with enforce-mountable-secrets do not reference "${NAME}", so the API server would refuse their pods; nothing was written: shop/builder; attach each first, as with 'kubectl meshreg attach builder -n shop --secret ${NAME}'\n`,
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
		const off = bed.server.onRequest(({ target }) =>
			target?.resource.plural.startsWith("mutatingadmissionpolic")
				? {
						answer: {
							status: 404,
							message: "the server could not find the requested resource",
						},
					}
				: undefined,
		);
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

	for (const [argv, message] of [
		[
			["attach", "builder", "--by-policy"],
			"error: --by-policy is for pods of any account: name none beside it\n",
		],
		[["attach", "--from", "a"], "error: --from needs --by-policy\n"],
	] as const)
		test(argv.join(" "), async () => {
			const { status, err } = await bed.run([...argv]);
			assert.deepEqual({ status, err }, { status: 2, err: message });
		});
});
