import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { parse } from "yaml";
import { account, goingNamespace, withoutKinds } from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const KEY = "nginx-mesh-registry-key";
const NAME = `meshreg-${KEY}`;
const WIDE = "kubectl-meshreg.watch.nginx-mesh.nginx-mesh-registry-key";
const TENANT = [{ kind: "User", name: "tenant" }];
const KINDS = [
	"Deployment",
	"ServiceAccount",
	"Role",
	"RoleBinding",
	"ClusterRole",
	"ClusterRoleBinding",
	"ValidatingAdmissionPolicy",
	"ValidatingAdmissionPolicyBinding",
];

describe("install and uninstall", () => {
	let bed: TestBed;
	before(async () => {
		bed = await testBed({ namespaces: ["app", "shop", "nginx-mesh"] });
	});
	after(() => bed[Symbol.asyncDispose]());
	const all = () =>
		KINDS.flatMap((kind) =>
			bed.server.store
				.all(kind)
				.map(
					({ metadata }) =>
						`${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
				),
		);
	beforeEach(() => {
		for (const kind of KINDS)
			for (const { metadata } of bed.server.store.all(kind))
				bed.server.store.delete(kind, metadata.namespace ?? "", metadata.name);
	});

	test("makes everything, and again changes nothing", async () => {
		assert.deepEqual(await bed.run(["install", "-A"]), {
			status: 0,
			out: `namespace/nginx-mesh unchanged
serviceaccount/${NAME} created in nginx-mesh namespace
validatingadmissionpolicy/${WIDE} created
validatingadmissionpolicybinding/${WIDE} created
clusterrole/${WIDE} created
clusterrolebinding/${WIDE} created
deployment/${NAME} created in nginx-mesh namespace
`,
			err: "",
			asked: [],
		});
		// For an image that a registry gives to nobody without a login.
		await bed.run(["attach", NAME, "-n", "nginx-mesh", "--secret", KEY]);
		const again = await bed.run(["install", "-A"]);
		assert.equal(again.status, 0);
		assert.doesNotMatch(again.out, /created|configured|deleted/);
		const account = bed.server.store.get("ServiceAccount", "nginx-mesh", NAME);
		assert.deepEqual(account?.imagePullSecrets, [{ name: KEY }]);
	});

	test("a dry run at the server says what it then does", async () => {
		await bed.run(["install", "-A"]);
		for (const argv of [
			["install", "-A"],
			["install", "-n=app", "--metrics-address=:9090"],
		]) {
			const dry = await bed.run([...argv, "--dry-run=server"]);
			const { out } = await bed.run(argv);
			assert.equal(dry.out.replaceAll(" (server dry run)", ""), out);
		}
	});

	test("with other flags it takes away the rights that it gave before", async () => {
		await bed.run(["install", "-A"]);
		const { out } = await bed.run(["install", "-n", "app"]);
		assert.match(out, new RegExp(`clusterrole "${WIDE}" deleted`));
		assert.match(out, new RegExp(`^deployment/${NAME} configured in`, "m"));
		const deployment = bed.server.store.get("Deployment", "nginx-mesh", NAME);
		assert.match(JSON.stringify(deployment), /"--namespace=app"/);
		assert.deepEqual(all(), [
			`Deployment nginx-mesh/${NAME}`,
			`ServiceAccount nginx-mesh/${NAME}`,
			`Role app/${NAME}`,
			`Role nginx-mesh/${NAME}`,
			`RoleBinding app/${NAME}`,
			`RoleBinding nginx-mesh/${NAME}`,
			`ValidatingAdmissionPolicy /${WIDE}`,
			`ValidatingAdmissionPolicyBinding /${WIDE}`,
		]);
	});

	test("without NAME it is for the only source there, as sync --watch is, and uninstall finds it", async () => {
		const create = async (name: string) =>
			await bed.run(
				[
					...["create", name, "--registry-server=r.example"],
					...["--registry-username=u", "--registry-password-stdin"],
				],
				{ stdin: "p" },
			);
		await create("only");
		const { out } = await bed.run(["install"]);
		assert.match(out, /deployment\/meshreg-only created/);
		// What has the usual name is meant before what a source is there for.
		await bed.run(["install", "nginx-mesh-registry-key"]);
		const { out: usual } = await bed.run(["uninstall", "--yes"]);
		assert.match(usual, /deployment "meshreg-nginx-mesh-registry-key" deleted/);
		assert.doesNotMatch(usual, /"meshreg-only"/);
		const { out: gone } = await bed.run(["uninstall", "--yes"]);
		assert.match(gone, /deployment "meshreg-only" deleted/);
		assert.deepEqual(all(), []);
		await create("second");
		await bed.run(["install", "only"]);
		await bed.run(["install", "second"]);
		const { err: asked, out: named } = await bed.run(["uninstall", "second"], {
			answers: [["Do you want to continue?", true]],
		});
		assert.match(
			asked,
			/^deployment\/meshreg-second in nginx-mesh namespace$/m,
		);
		assert.match(named, /deployment "meshreg-second" deleted/);
		assert.doesNotMatch(named, /"meshreg-only"/);
		await bed.run(["uninstall", "only", "--yes"]);
		assert.deepEqual(all(), []);
		for (const verb of ["install", "uninstall"])
			assert.deepEqual(
				await bed.run([verb, ...(verb === "uninstall" ? ["--yes"] : [])]),
				{
					status: 1,
					out: "",
					err: 'error: 2 sources in namespace "nginx-mesh": only, second; choose one by NAME\n',
					asked: [],
				},
			);
		await bed.run(["prune", "--all", "--yes"]);
	});

	test("the namespace of the source is made where it is not there", async () => {
		const { status, out, err } = await bed.run([
			...["install", "key", "-A", "--from", "team"],
		]);
		assert.equal(status, 0, err);
		assert.match(out, /^namespace\/team created$/m);
		assert.ok(bed.server.store.get("Deployment", "team", "meshreg-key"));
	});

	test("accounts and policies by which pods pull: without --attach or --by-policy it says that the watch may not", async () => {
		await bed.run(
			[
				...["create", "attaching", "--registry-server=r.example"],
				...["--registry-username=u", "--registry-password-stdin"],
			],
			{ stdin: "p" },
		);
		await bed.run(["sync", "attaching", "-n=app"]);
		const bare = ["install", "attaching"];
		assert.equal((await bed.run(bare)).err, "");
		account(bed, "app");
		await bed.run(["sync", "attaching", "-n=app", "--attach"]);
		assert.equal(
			(await bed.run(bare)).err,
			"Warning: the record attaches service accounts, which this watch may not: install with --attach as well\n",
		);
		for (const where of [["-n=app"], ["-l=a=b"], ["-A"]])
			assert.match(
				(await bed.run([...bare, ...where])).err,
				/^Warning: the record attaches service accounts, .* with --attach as well\n$/,
			);
		assert.equal((await bed.run([...bare, "--attach"])).err, "");
		await bed.run(["attach", "--by-policy", "--secret=attaching"]);
		for (const where of [[], ["-n=app"]])
			assert.equal(
				(await bed.run([...bare, "--attach", ...where])).err,
				"Warning: the source has policies of attach --by-policy, which this watch may not keep: install with --by-policy as well\n",
			);
		assert.equal((await bed.run([...bare, "--attach", "--by-policy"])).err, "");
		await bed.run(["prune", "--all", "--yes"]);
	});

	test("a namespace that is not there: nothing is made", async () => {
		assert.deepEqual(await bed.run(["install", "-n", "app,none"]), {
			status: 1,
			out: "",
			err: 'Error from server (NotFound): namespaces "none" not found\n',
			asked: [],
		});
		assert.deepEqual(all(), []);
	});

	for (const where of [
		["-n", "app,going"],
		["-A", "--from", "going"],
	])
		test(`a namespace that is being deleted, ${where.join(" ")}: nothing is made`, async () => {
			goingNamespace(bed, "going");
			const argv = ["install", ...where];
			assert.deepEqual(await bed.run(argv), {
				status: 1,
				out: "",
				err: 'error: namespace "going" is being deleted; nothing was written there\n',
				asked: [],
			});
			assert.deepEqual(all(), []);
			bed.server.store.seed({ kind: "Namespace", metadata: { name: "going" } });
			assert.equal((await bed.run(argv)).status, 0);
			bed.server.store.delete("Namespace", "", "going");
		});

	for (const [what, name, roleRef, subjects] of [
		["its name and another role", NAME, { kind: "Role", name: "own" }, TENANT],
		["its name and no subject", NAME, { kind: "Role", name: "own" }, []],
		["its name and role", NAME, { kind: "Role", name: NAME }, TENANT],
		[
			"its role, which is not there yet",
			"b",
			{ kind: "Role", name: NAME },
			TENANT,
		],
	] as const)
		test(`a role binding of a tenant with ${what}: nothing is made, and it is named`, async () => {
			const metadata = { namespace: "app", name };
			bed.server.store.seed({
				...{ kind: "RoleBinding", metadata, subjects: [...subjects] },
				roleRef: { apiGroup: "rbac.authorization.k8s.io", ...roleRef },
			});
			const argv = ["install", "-n", "app,shop"];
			assert.deepEqual(await bed.run(argv), {
				status: 1,
				out: "",
				err: `error: role bindings that others made would get the rights of the watch, or are in its way; nothing was installed: app/${name}. Look at them, and delete them\n`,
				asked: [],
			});
			assert.deepEqual(all(), [`RoleBinding app/${name}`]);
			bed.server.store.delete("RoleBinding", "app", name);
			assert.equal((await bed.run(argv)).status, 0);
			const again = await bed.run(argv);
			assert.equal(again.status, 0, again.err);
		});

	test("what is refused ends it before rights are given", async () => {
		const off = bed.server.onRequest(({ target }) =>
			target?.resource.plural === "validatingadmissionpolicies" &&
			target.verb === "patch"
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { status, err } = await bed.run(["install", "-A"]);
		off();
		assert.equal(status, 1);
		assert.match(err, /^Error from server \(Forbidden\): /);
		assert.deepEqual(all(), [`ServiceAccount nginx-mesh/${NAME}`]);
	});

	test("what somebody edited since is named, with the way on", async () => {
		const off = bed.server.onRequest(({ target }) =>
			target?.resource.plural === "deployments" && target.verb === "patch"
				? {
						answer: {
							status: 409,
							reason: "Conflict",
							// As kube-apiserver 1.37 says it after `kubectl set image`.
							message:
								'Apply failed with 1 conflict: conflict with "kubectl-set" using apps/v1: .spec.template.spec.containers[name="sync"].image',
						},
					}
				: undefined,
		);
		const { status, err } = await bed.run(["install", "-A"]);
		off();
		assert.deepEqual(
			[status, err],
			[
				1,
				`error: deployment "${NAME}" in nginx-mesh namespace was edited by others, and the installation ends there: Error from server (Conflict): Apply failed with 1 conflict: conflict with "kubectl-set" using apps/v1: .spec.template.spec.containers[name="sync"].image; set these fields back, or delete it, and run install again\n`,
			],
		);
	});

	test("an API server without the policy: goes on, and says what the account may do", async () => {
		const off = withoutKinds(bed, "validatingadmissionpolic");
		const { status, out, err } = await bed.run(["install", "-A"]);
		const gone = await bed.run(["uninstall", "--yes"]);
		off();
		assert.equal(status, 0);
		assert.match(out, /deployment\/.* created/);
		assert.match(
			err,
			/^Warning: the API server has no ValidatingAdmissionPolicy \(Kubernetes 1\.30 and later have it\)[^\n]*\n$/,
		);
		assert.equal(gone.status, 0);
		assert.deepEqual(all(), []);
	});

	test("the manifests: the same bytes for the same flags, and nothing is asked of the server", async () => {
		const argv = [
			...["install", "-n", "shop,app", "--attach=*", "--from", "team/key"],
			...["--metrics-address", ":9090", "--dry-run=client", "-o", "yaml"],
		];
		const asked = bed.server.requests.length;
		const { status, out, err } = await bed.run(argv);
		assert.equal(status, 0, err);
		assert.equal((await bed.run(argv)).out, out);
		assert.equal(bed.server.requests.length, asked);
		assert.doesNotMatch(out, /[&*][a-z]\d/);
		const { kind, items } = parse(out);
		assert.equal(kind, "List");
		const deployment = items.find(
			({ kind }: { kind: string }) => kind === "Deployment",
		);
		assert.deepEqual(deployment.spec.template.spec.containers[0].args, [
			"sync",
			"key",
			"--watch=true",
			"--from=team",
			"--namespace=shop,app",
			"--attach=*",
			"--health-address=:8081",
			"--metrics-address=:9090",
			"--output=json",
		]);
	});

	for (const [argv, args] of [
		[["--attach"], ["--attach"]],
		[
			[
				...["--attach=one", "--attach", "--attach=two,three"],
				...["--refresh=ecr", "--refresh=helper:gcloud"],
				...["--exclude=a", "--exclude=b"],
				...["--copy-label=c=d", "--copy-label=e=f"],
			],
			[
				"--exclude=a,b",
				...["--attach", "--attach=one,two,three"],
				...["--copy-label=c=d", "--copy-label=e=f"],
				"--refresh=ecr,helper:gcloud",
			],
		],
	] as const)
		test(`the watch is told all that is given: ${argv.join(" ")}`, async () => {
			await using bed = await testBed();
			const { out } = await bed.run([
				...["install", "-A", "--dry-run=client", "-o=json"],
				...["--image=r.io/m:1", ...argv],
			]);
			const [deployment] = JSON.parse(out).items.slice(-1);
			const [container] = deployment.spec.template.spec.containers;
			assert.equal(container.image, "r.io/m:1");
			assert.deepEqual(container.args.slice(4, -2), [
				"--all-namespaces=true",
				...args,
			]);
		});

	test("without a selection the watch goes by the record, and renews what it may", async () => {
		await using bed = await testBed();
		const { status, out, err } = await bed.run([
			...["install", "--dry-run=client", "-o=json"],
			// For what the record attaches: the watch itself is told of no account.
			...["--refresh=ecr", "--refresh-before=1h", "--attach"],
		]);
		assert.deepEqual([status, err], [0, ""]);
		const { items } = JSON.parse(out);
		assert.deepEqual(items.at(-1).spec.template.spec.containers[0].args, [
			"sync",
			"nginx-mesh-registry-key",
			"--watch=true",
			"--from=nginx-mesh",
			"--refresh=ecr",
			"--refresh-before=1h",
			"--health-address=:8081",
			"--output=json",
		]);
		assert.ok(
			items.some(({ kind }: { kind: string }) => kind === "ClusterRole"),
		);
	});

	test("takes away what it made and nothing else, after it asked", async () => {
		bed.server.store.seed({
			kind: "Secret",
			metadata: { namespace: "nginx-mesh", name: "nginx-mesh-registry-key" },
			type: "kubernetes.io/dockerconfigjson",
		});
		await bed.run(["install", "-A", "--from=app"]);
		await bed.run(["install", "-A"]);
		const no = await bed.run(["uninstall"], {
			answers: [["Do you want to continue?", false]],
		});
		assert.match(no.err, /deployment\/meshreg-.* in nginx-mesh namespace\n/);
		assert.equal(all().length, 12);
		for (const how of ["client", "server"]) {
			const dry = await bed.run(["uninstall", `--dry-run=${how}`]);
			assert.equal(dry.status, 0);
			assert.match(
				dry.out,
				new RegExp(
					` deleted \\(${how === "client" ? "" : "server "}dry run\\)\n`,
				),
			);
			assert.equal(all().length, 12);
		}
		const yes = await bed.run(["uninstall"], {
			answers: [["Do you want to continue?", true]],
		});
		assert.equal(yes.status, 0);
		assert.deepEqual(
			all().filter((each) => !each.includes("app")),
			[],
		);
		assert.equal(all().length, 6);
		assert.ok(
			bed.server.store.get("Secret", "nginx-mesh", "nginx-mesh-registry-key"),
		);
		for (const [yes, how] of [
			[[], { answers: [] }],
			[["--yes"], {}],
		] as const)
			assert.deepEqual(await bed.run(["uninstall", ...yes], how), {
				status: 0,
				out: "",
				err: "No resources found\n",
				asked: [],
			});
	});

	test("what was made anew while it asked stays", async () => {
		await bed.run(["install", "-A"]);
		const off = bed.server.onRequest(({ target }) => {
			if (target?.resource.kind === "Deployment" && target.verb === "delete") {
				off();
				bed.server.store.delete("Deployment", "nginx-mesh", NAME);
				bed.server.store.seed({
					kind: "Deployment",
					metadata: { namespace: "nginx-mesh", name: NAME },
				});
			}
			return undefined;
		});
		const { status, err } = await bed.run(["uninstall", "--yes"]);
		assert.equal(status, 1);
		assert.match(err, /^Error from server \(Conflict\): /);
		assert.ok(bed.server.store.get("Deployment", "nginx-mesh", NAME));
	});

	for (const [what, again, status] of [
		["takes it away", false, 0],
		["makes it anew", true, 1],
	] as const)
		test(`a tenant who put the label on what is theirs, and ${what}, keeps nothing else`, async () => {
			await bed.run(["install", "-A"]);
			const labels =
				bed.server.store.get("ServiceAccount", "nginx-mesh", NAME)?.metadata
					.labels ?? {};
			const tenants = { namespace: "app", name: "a" };
			const seed = () =>
				bed.server.store.seed({
					kind: "RoleBinding",
					metadata: { ...tenants, labels },
				});
			seed();
			const off = bed.server.onRequest(({ target }) => {
				if (target?.resource.kind !== "RoleBinding" || target.verb !== "delete")
					return undefined;
				bed.server.store.delete("RoleBinding", "app", "a");
				if (again) seed();
				return undefined;
			});
			const ended = await bed.run(["uninstall", "--yes"]);
			off();
			assert.equal(ended.status, status, ended.err);
			assert.deepEqual(
				all(),
				again
					? [
							"RoleBinding app/a",
							// For the next uninstall.
							`ValidatingAdmissionPolicy /${WIDE}`,
							`ValidatingAdmissionPolicyBinding /${WIDE}`,
						]
					: [],
			);
			if (again) {
				assert.equal((await bed.run(["uninstall", "--yes"])).status, 0);
				assert.deepEqual(all(), []);
			}
		});
});
