import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import * as build from "../../support/build.ts";
import { NAME as KEY, secret } from "../../support/build.ts";
import { push } from "../../support/registry/exchange.ts";
import { registry } from "../../support/registry/registry.ts";
import { serve } from "../../support/registry/server.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const JSON_TYPE = "kubernetes.io/dockerconfigjson";
const TOKEN = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";

const COPY = { metadata: build.copyOf() };
const user = (username: string) => ({ username, password: "hunter2" });

const source = (bed: TestBed, ...hosts: string[]): void =>
	build.source(
		bed,
		Object.fromEntries(hosts.map((host) => [host, user("robot")])),
		["app"],
	);

const account = (bed: TestBed, names: string[], name = "default"): void =>
	build.account(bed, `app/${name}`, names);

const started = (options: Parameters<typeof testBed>[0] = {}) =>
	testBed({ namespaces: ["app", "shop", "nginx-mesh"], ...options });

describe("explain", () => {
	test("what an admission policy adds to pods counts for accounts, and for images of its registries", async () => {
		await using bed = await started({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["get", "list"],
					resources: ["serviceaccounts", "secrets"],
				},
			],
		});
		source(bed, "r.io");
		account(bed, []);
		await bed.run(["sync"]);
		await bed.run(["attach", "--by-policy"]);
		assert.deepEqual(await bed.run(["explain", "r.io/app:1", "-n", "app"]), {
			status: 0,
			out: `serviceaccount/default in app has 1 pull secret:
  ${KEY} (added to pods by the admission policy of attach --by-policy)

The kubelet tries:
  1. app/${KEY}, entry r.io: user robot
`,
			err: "",
			asked: [],
		});
		const other = await bed.run(["explain", "other.io/app:1", "-n", "app"]);
		assert.match(other.out, /^serviceaccount\/default in app has no imagePull/);
		// Who may not read policies has the source's note.
		const told = ["explain", "r.io/app:1", "-n", "app"];
		const seen = await bed.run(told);
		assert.deepEqual(await bed.run(told, { user: "sam" }), seen);
		await bed.run(["detach", "--by-policy"]);
		const none = await bed.run(told);
		assert.equal(none.status, 1);
		assert.match(none.out, /kubectl meshreg attach -n app/);
	});

	test("tells Secrets, keys, users and order", async () => {
		await using bed = await started();
		secret(bed, "app/mesh", {
			"https://index.docker.io/v1/": user("robot"),
			"docker.io/library": user(TOKEN),
		});
		secret(bed, "app/empty", { "docker.io": { identitytoken: "t" } });
		secret(bed, "app/opaque", { "docker.io": user("x") }, { type: "Opaque" });
		account(bed, ["mesh", "gone", "opaque", "empty"]);
		assert.deepEqual(
			await bed.run(["explain", "nats:2.9-alpine", "-n", "app"]),
			{
				status: 0,
				out: `serviceaccount/default in app has 4 pull secrets:
  mesh
  gone: does not exist, skipped
  opaque: type Opaque, skipped
  empty

nats:2.9-alpine is docker.io/library/nats:2.9-alpine

The kubelet tries, in this order until one works:
  1. app/mesh, entry docker.io/library: user eyJh… (token)
  2. app/empty, entry docker.io: an empty credential: kubelets read neither identity tokens nor credential stores
`,
				err: "",
				asked: [],
			},
		);
	});

	test("what others call a Secret and its type is quoted where it can be no name", async () => {
		await using bed = await started();
		secret(bed, "app/odd", { "r.io": user("x") }, { type: "x; run: a | sh" });
		account(bed, ["odd", "b: run: c"]);
		const { out } = await bed.run(["explain", "r.io/app:1", "-n", "app"]);
		assert.match(
			out,
			/^ {2}odd: type "x; run: a \| sh", skipped\n {2}"b: run: c": does not exist, skipped$/m,
		);
		assert.match(out, /but is of type "x; run: a \| sh", which kubelets/);
	});

	test("-o json is what a script asks, tokens masked", async () => {
		await using bed = await started();
		secret(bed, "app/mesh", { "r.io": user(TOKEN), "r.io/team": {} });
		account(bed, ["mesh"]);
		const { out, status } = await bed.run([
			"explain",
			"r.io/team/app:1",
			"-n",
			"app",
			"-o",
			"json",
		]);
		assert.deepEqual(JSON.parse(out).items, [
			{
				image: "r.io/team/app:1",
				repository: "r.io/team/app",
				tag: "1",
				digest: "",
				matches: [
					{ from: "app/mesh", key: "r.io/team", username: "" },
					{ from: "app/mesh", key: "r.io", username: "eyJh… (token)" },
				],
				error: "",
			},
		]);
		assert.equal(status, 0);
	});

	const pod = (
		bed: TestBed,
		names: string[],
		metadata: object = build.ofDeployment("web"),
	) =>
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "app", name: "web-0", ...metadata },
			spec: {
				containers: [],
				imagePullSecrets: names.map((name) => ({ name })),
			},
		});
	const ofPod = (bed: TestBed) =>
		bed.run(["explain", "r.io/app", "-n", "app", "--pod", "web-0"]);

	test("a pod keeps the list that it was made with", async () => {
		await using bed = await started();
		secret(bed, "app/mesh", { "r.io": user("u") });
		account(bed, ["mesh"]);
		pod(bed, []);
		const { out, status } = await ofPod(bed);
		assert.equal(status, 1);
		assert.equal(
			out,
			`pod/web-0 in app has no imagePullSecrets.
Its service account default also references mesh: only pods created from now on, without a list of their own, get it.

r.io/app is r.io/app:latest

No entry matches: the kubelet pulls without a credential.

Closest matches:
  - app/mesh has a key that matches, r.io, but is not among the pull Secrets.

Fix:
  kubectl rollout restart deployment/web -n app
`,
		);
	});

	test("a list in the template hides the service account's", async () => {
		await using bed = await started();
		secret(bed, "app/old", { "other.io": user("u") });
		secret(bed, "app/mesh", { "r.io": user("u") });
		account(bed, ["mesh"]);
		pod(bed, ["old"]);
		const { out } = await ofPod(bed);
		assert.match(
			out,
			/Fix:\n {2}kubectl patch deployment\/web -n app -p '\{"spec":\{"template":\{"spec":\{"imagePullSecrets":\[\{"name":"mesh"\}\]\}\}\}\}'\n$/,
		);
	});

	test("so does an entry without a name", async () => {
		await using bed = await started();
		secret(bed, "app/mesh", { "r.io": user("u") });
		account(bed, ["mesh"]);
		pod(bed, [""]);
		const { out } = await ofPod(bed);
		assert.match(
			out,
			/^pod\/web-0 in app has imagePullSecrets without a name, which kubelets pass over\.\n/,
		);
		assert.match(
			out,
			/\n\npod\/web-0 in app lists its pull secrets in the pod's spec: add mesh there or in the template, and recreate it\.\n$/,
		);
	});

	describe("a pod that is older than the policy of attach --by-policy", () => {
		const end = async (copied: boolean, list: string[], owner?: object) => {
			await using bed = await started();
			source(bed, "r.io");
			account(bed, []);
			pod(bed, list, owner);
			if (copied) await bed.run(["sync"]);
			await bed.run(["attach", "--by-policy"]);
			const { out } = await ofPod(bed);
			return out.slice(out.lastIndexOf("\n\n") + 2);
		};

		test("is restarted with a list of its own as well, to which the policy adds", async () => {
			assert.equal(
				await end(true, ["its-own"]),
				"Fix:\n  kubectl rollout restart deployment/web -n app\n",
			);
		});

		test("is restarted once the copy is there", async () => {
			assert.equal(
				await end(false, []),
				"Fix:\n  kubectl meshreg sync -n app && kubectl rollout restart deployment/web -n app\n",
			);
		});

		test("that nobody makes again: there is nothing to run", async () => {
			assert.equal(
				await end(true, [], {}),
				"pod/web-0 in app has no controller: delete and recreate it.\n",
			);
		});
	});

	test("a pod that nobody makes again is left to its owner", async () => {
		await using bed = await started();
		source(bed, "r.io");
		account(bed, []);
		pod(bed, [], {});
		const { out } = await ofPod(bed);
		assert.match(
			out,
			/Fix:\n {2}kubectl meshreg sync -n app --attach\n\npod\/web-0 in app has no controller: delete and recreate it\.\n$/,
		);
	});

	test("a pod that nobody makes again, and that has a list of its own, gets it there", async () => {
		await using bed = await started();
		source(bed, "r.io");
		secret(bed, `app/${KEY}`, { "r.io": user("robot") }, COPY);
		account(bed, []);
		pod(bed, ["its-own"], {});
		const { out } = await ofPod(bed);
		assert.match(
			out,
			/\n\npod\/web-0 in app lists its pull secrets in the pod's spec: add nginx-mesh-registry-key there or in the template, and recreate it\.\n$/,
		);
		assert.doesNotMatch(out, /Fix:/);
	});
});

describe("why nothing matches, and what mends it", () => {
	const [agent, copy] = ["r.io:5000/agent", `app/${KEY}`];
	const rows: [
		what: string,
		image: string,
		seed: (bed: TestBed) => void,
		nearest: string,
		mend: string,
	][] = [
		[
			"no key anywhere",
			agent,
			(bed) => account(bed, []),
			"",
			"kubectl meshreg create --registry-server r.io:5000 && kubectl meshreg sync -n app --attach",
		],
		[
			"a key in the source only",
			agent,
			(bed) => {
				source(bed, "r.io:5000");
				account(bed, [], "robot");
			},
			`nginx-mesh/${KEY} has a key that matches, r.io:5000, but pods use Secrets of their own namespace only.`,
			"kubectl meshreg sync -n app --attach=robot",
		],
		[
			"a Secret that is not there",
			agent,
			(bed) => {
				source(bed, "r.io:5000");
				account(bed, [KEY]);
			},
			`nginx-mesh/${KEY} has a key that matches, r.io:5000, but pods use Secrets of their own namespace only.`,
			"kubectl meshreg sync -n app",
		],
		[
			"a copy that is not attached",
			agent,
			(bed) => {
				source(bed, "r.io:5000");
				secret(bed, copy, { "r.io:5000": user("robot") });
				account(bed, []);
			},
			`${copy} has a key that matches, r.io:5000, but is not among the pull Secrets.`,
			"kubectl meshreg attach -n app",
		],
		[
			"another port",
			agent,
			(bed) => {
				source(bed, "r.io");
				secret(bed, copy, { "r.io": user("robot") }, COPY);
				account(bed, [KEY]);
			},
			`The key r.io in ${copy} has no port, the image has port 5000; kubelets do not assume 443.`,
			"kubectl meshreg create --add --registry-server r.io:5000 && kubectl meshreg sync",
		],
		[
			"another port, where both have one",
			agent,
			(bed) => {
				source(bed, "r.io:5001");
				secret(bed, copy, { "r.io:5001": user("robot") }, COPY);
				account(bed, [KEY]);
			},
			`The key r.io:5001 in ${copy} has port 5001, the image has port 5000.`,
			"kubectl meshreg create --add --registry-server r.io:5000 && kubectl meshreg sync",
		],
		[
			"another port, in a source that other namespaces have copies of",
			agent,
			(bed) => {
				build.source(bed, { "r.io": user("robot") }, ["app", "shop"]);
				secret(bed, copy, { "r.io": user("robot") }, COPY);
				account(bed, [KEY]);
			},
			`The key r.io in ${copy} has no port, the image has port 5000; kubelets do not assume 443.`,
			"kubectl meshreg create --add --registry-server r.io:5000 && kubectl meshreg sync",
		],
		[
			"a Secret of the same name that is another's, and that no account references",
			agent,
			(bed) => {
				source(bed, "r.io:5000");
				secret(bed, copy, { "other.io": user("robot") });
				account(bed, []);
			},
			`nginx-mesh/${KEY} has a key that matches, r.io:5000, but pods use Secrets of their own namespace only.`,
			"",
		],
		[
			"another source's copy, which the account references",
			agent,
			(bed) => {
				source(bed, "r.io:5000");
				secret(
					bed,
					copy,
					{ "other.io": user("robot") },
					{ metadata: build.copyOf(`team-b/${KEY}`) },
				);
				account(bed, [KEY]);
			},
			`nginx-mesh/${KEY} has a key that matches, r.io:5000, but pods use Secrets of their own namespace only.`,
			"",
		],
		[
			"Docker Hub's other name",
			"nats",
			(bed) => {
				secret(bed, copy, { "registry-1.docker.io": user("robot") });
				account(bed, [KEY]);
			},
			`The key registry-1.docker.io in ${copy} and the image's host are both names of Docker Hub, but kubelets do not treat them as the same.`,
			"",
		],
		[
			"content of the older type",
			agent,
			(bed) => {
				secret(bed, copy, JSON.stringify({ "r.io:5000": user("robot") }));
				account(bed, [KEY]);
			},
			`${copy} has a key that matches, r.io:5000, outside "auths", where its type ${JSON_TYPE} does not look.`,
			"",
		],
	];
	for (const [what, image, seed, nearest, mend] of rows)
		test(what, async () => {
			await using bed = await started();
			seed(bed);
			const name = mend.includes("robot") ? ["--serviceaccount", "robot"] : [];
			const { out, status } = await bed.run([
				"explain",
				image,
				"-n",
				"app",
				...name,
			]);
			assert.equal(status, 1);
			assert.equal(/^ {2}- (.*)$/m.exec(out)?.[1] ?? "", nearest);
			assert.equal(
				/^(?:Fix|Gives app the credential; run it only if app may have it):\n {2}(.*)$/m.exec(
					out,
				)?.[1] ?? "",
				mend,
			);
			assert.doesNotMatch(out, /hunter2/);
		});

	test("the nearest three: of another type, in another namespace, and what differs least", async () => {
		await using bed = await started();
		source(bed, "r.io:5000");
		secret(bed, "app/older", JSON.stringify({ "r.io:5000": user("robot") }));
		secret(bed, "app/other", { "R.io": user("robot"), "r.io": user("robot") });
		account(bed, ["other", "older"]);
		const { out } = await bed.run(["explain", "r.io:5000/x", "-n", "app"]);
		assert.deepEqual(out.match(/^ {2}- .*$/gm), [
			`  - app/older has a key that matches, r.io:5000, outside "auths", where its type ${JSON_TYPE} does not look.`,
			`  - nginx-mesh/${KEY} has a key that matches, r.io:5000, but pods use Secrets of their own namespace only.`,
			"  - The key r.io in app/other has no port, the image has port 5000; kubelets do not assume 443.",
		]);
	});

	test("F15: a malformed Secret is named with its entry, and not deleted with those that are good", async () => {
		await using bed = await started();
		secret(bed, "app/broken", { "other.io": { auth: "%%%" } });
		account(bed, ["broken"]);
		assert.deepEqual(await bed.run(["explain", "r.io/x", "-n", "app"]), {
			status: 1,
			out: `serviceaccount/default in app has 1 pull secret:
  broken

app/broken cannot be read, which fails every pull of the pod: other.io: illegal base64 data at input byte 0
Correct it, or take it out of the imagePullSecrets: it may hold the credentials of other registries.
`,
			err: "",
			asked: [],
		});
	});

	test("a malformed copy is made again from its source", async () => {
		await using bed = await started();
		source(bed, "r.io");
		secret(bed, copy, "not json", COPY);
		account(bed, [KEY]);
		const { out } = await bed.run(["explain", "r.io/x", "-n", "app"]);
		assert.match(out, /Fix:\n {2}kubectl meshreg sync -n app\n$/);
	});

	test("a copy of a malformed source is fixed where the source is: sync would be refused", async () => {
		await using bed = await started();
		const auths = { "r.io": { auth: "%%%" }, "b.io": user("u") };
		build.source(bed, auths, ["app"]);
		secret(bed, copy, auths, COPY);
		account(bed, [KEY]);
		const { out } = await bed.run(["explain", "b.io/x", "-n", "app"]);
		assert.match(
			out,
			/Fix:\n {2}kubectl meshreg rotate --registry-server r\.io\n$/,
		);
	});

	test("a malformed source is put right before another registry is added and sent", async () => {
		await using bed = await started();
		build.source(bed, { "r.io": { auth: "%%%" }, "b.io": user("u") });
		account(bed, []);
		const explained = () => bed.run(["explain", "c.io/x", "-n", "app"]);
		const { out } = await explained();
		assert.match(out, /Fix:\n {2}kubectl meshreg check\n$/);
		// Beside the source it would be attached as it is, and fail every pull there.
		build.account(bed, "nginx-mesh/default", []);
		for (const image of ["b.io/x", "c.io/x"]) {
			const beside = await bed.run(["explain", image, "-n", "nginx-mesh"]);
			assert.match(beside.out, /Fix:\n {2}kubectl meshreg check\n$/);
		}
	});

	test("beside a record that cannot be read no command is printed that would be refused", async () => {
		await using bed = await started();
		const annotations = { "kubectl-meshreg/targets": "[{" };
		build.source(bed, { "r.io": user("u") }, [], { annotations });
		account(bed, []);
		for (const image of ["r.io/x", "c.io/x"]) {
			const { out } = await bed.run(["explain", image, "-n", "app"]);
			assert.match(out, /Fix:\n {2}kubectl meshreg check\n$/);
		}
		build.pod(bed, "app/web", { pullSecrets: [], waits: "ErrImagePull" });
		const { out } = await bed.run(["check", "-q"]);
		assert.match(out, /the record of .* is not valid/);
		assert.doesNotMatch(out, /meshreg (?:sync|create)/);
	});

	for (const [what, record] of [
		["recorded", ["app"]],
		["not recorded", []],
		["without a source", undefined],
	] as const)
		test(`no command gives anything to a namespace that says skip: ${what}`, async () => {
			await using bed = await started();
			bed.server.store.seed({
				kind: "Namespace",
				metadata: {
					name: "app",
					annotations: { "kubectl-meshreg/skip": "true" },
				},
			});
			if (record) build.source(bed, { "r.io": user("u") }, [...record]);
			account(bed, []);
			const { status, out } = await bed.run(["explain", "r.io/x", "-n", "app"]);
			assert.equal(status, 1);
			assert.doesNotMatch(out, /Gives|Fix:|kubectl meshreg/);
			assert.match(
				out,
				/\napp is annotated kubectl-meshreg\/skip=true\. sync writes nothing there while the Namespace is annotated so\.\n$/,
			);
		});

	for (const [what, arrange] of [
		["recorded", (bed) => build.source(bed, { "r.io": user("u") }, ["app"])],
		["not recorded", (bed) => build.source(bed, { "r.io": user("u") })],
		["without a source", () => {}],
		[
			"with a Secret to attach",
			(bed) => secret(bed, "app/team", { "r.io": user("u") }),
		],
	] as [string, (bed: TestBed) => void][])
		test(`no command is printed for a namespace that is being deleted: ${what}`, async () => {
			await using bed = await started();
			bed.server.store.seed({
				kind: "Namespace",
				metadata: { name: "app", deletionTimestamp: "2026-01-01T00:00:00Z" },
			});
			arrange(bed);
			account(bed, []);
			const { status, out } = await bed.run(["explain", "r.io/x", "-n", "app"]);
			assert.equal(status, 1);
			assert.doesNotMatch(out, /Gives|Fix:|kubectl meshreg/);
			assert.match(
				out,
				/\napp is being deleted: nothing can be created there\.\n$/,
			);
		});

	for (const [what, change, says] of [
		[
			"somebody else's",
			{ metadata: { namespace: "app", name: KEY } },
			`app/${KEY}, a Secret that meshreg does not manage, is in the copy's place. sync leaves it alone: remove or rename it, or, where the namespace is recorded, take it out with sync --forget.`,
		],
		[
			"a copy that is immutable",
			{ immutable: true },
			`app/${KEY}, an immutable Secret, is in the copy's place. It cannot be updated: sync --force deletes and recreates it.`,
		],
	] as const)
		test(`what is in the copy's place and stays there: ${what}`, async () => {
			await using bed = await started();
			build.source(bed, { "r.io": user("u") }, ["app"]);
			await bed.run(["sync"]);
			const copy = bed.server.store.get("Secret", "app", KEY);
			assert.ok(copy);
			bed.server.store.seed({ ...copy, ...change, kind: "Secret" });
			build.source(bed, { "r.io": user("u"), "q.io": user("u") }, ["app"]);
			account(bed, [KEY]);
			const { out } = await bed.run(["explain", "q.io/x", "-n", "app"]);
			assert.ok(out.endsWith(`\n${says}\n`), out);
			assert.doesNotMatch(out, /Gives|Fix:|kubectl meshreg/);
		});

	const GIVES = "Gives app the credential; run it only if app may have it";
	const twoSources = (bed: TestBed): void => {
		for (const name of ["a", "b"])
			build.source(bed, { "r.io": user("u") }, [], {
				at: `nginx-mesh/${name}`,
			});
	};
	for (const [what, arrange, as, namespace, lead] of [
		[
			"another's Secret says that it is the source",
			(bed) => build.source(bed, { "r.io": user("u") }, [], { at: "shop/a" }),
			"admin",
			"app",
			GIVES,
		],
		["it may not be seen", twoSources, "sam", "app", "Fix"],
		["nor what is elsewhere", () => {}, "ann", "app", "Fix"],
	] as [string, (bed: TestBed) => void, string, string, string][])
		test(`what makes a pull secret where no source is found: ${what}`, async () => {
			const may = (user: string, namespaces: string[]) => ({
				user,
				verbs: ["get", "list"],
				resources: ["serviceaccounts", "secrets"],
				namespaces,
			});
			await using bed = await started({
				users: { sam: {}, ann: {} },
				allow: [may("sam", ["app"]), may("ann", ["app", "nginx-mesh"])],
			});
			arrange(bed);
			build.account(bed, `${namespace}/default`, []);
			const { out } = await bed.run(["explain", "c.io/x", "-n", namespace], {
				user: as,
			});
			const at = namespace === "app" ? " -n app" : "";
			assert.ok(
				out.endsWith(
					`\n\n${lead}:\n  kubectl meshreg create${at} --registry-server c.io && kubectl meshreg attach -n ${namespace} --secret ${KEY}\n`,
				),
				out,
			);
		});

	test("Secrets that may not be listed are not guessed at", async () => {
		await using bed = await testBed({
			namespaces: ["app"],
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["get"],
					resources: ["serviceaccounts", "secrets"],
					namespaces: ["app"],
				},
			],
		});
		account(bed, []);
		const { out, err, status } = await bed.run(
			["explain", "r.io/x", "-n", "app"],
			{ user: "sam" },
		);
		assert.equal(status, 1);
		assert.equal(err, "");
		assert.match(out, /has no imagePullSecrets\.\n\n.*\n\nNo entry matches/);
	});

	test("to who may not list Secrets, the pull secret's copy is no stranger's", async () => {
		await using bed = await testBed({
			namespaces: ["app", "nginx-mesh"],
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["get"],
					resources: ["serviceaccounts", "secrets", "pods"],
					namespaces: ["app"],
				},
			],
		});
		source(bed, "r.io");
		secret(bed, `app/${KEY}`, { "r.io": user("robot") }, COPY);
		account(bed, [KEY]);
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "app", name: "web-0" },
			spec: {
				serviceAccountName: "default",
				containers: [{ name: "c", image: "r.io/x" }],
			},
		});
		const asked = ["explain", "pod/web-0", "-n", "app"];
		const told = await bed.run(asked);
		assert.match(
			told.out,
			/- app\/nginx-mesh-registry-key has a key that matches, r\.io, but/,
		);
		assert.deepEqual(await bed.run(asked, { user: "sam" }), told);
	});
});

describe("explain without a cluster", () => {
	const file = async (bed: TestBed, name: string, text: string) => {
		const path = join(bed.folder, name);
		await writeFile(path, text);
		return path;
	};

	test("asks about files, in their order", async () => {
		await using bed = await started();
		const a = await file(
			bed,
			"a.json",
			JSON.stringify({ auths: { "r.io": user("a") } }),
		);
		const b = await file(
			bed,
			"b.json",
			JSON.stringify({ auths: { "r.io": user("b") }, credsStore: "x" }),
		);
		const { out, status } = await bed.run(
			["explain", "r.io/x", "--docker-config", b, "--docker-config", a],
			{ kubeconfig: "/nowhere" },
		);
		assert.equal(status, 0);
		assert.equal(
			out,
			`r.io/x is r.io/x:latest

The kubelet tries, in this order until one works:
  1. ${b}, entry r.io: user b
  2. ${a}, entry r.io: user a
`,
		);
	});

	for (const [what, entry, says] of [
		[
			"nothing",
			{},
			"an empty credential: kubelets read neither identity tokens nor credential stores",
		],
		[
			"F8: az acr login's identity token",
			{
				auth: btoa("00000000-0000-0000-0000-000000000000:"),
				identitytoken: "x",
			},
			"user 00000000-0000-0000-0000-000000000000, without a password: kubelets read neither identity tokens nor credential stores",
		],
		[
			"F6: a line end that echo added",
			{ auth: btoa("me:secret\n") },
			"user me (the password ends in a line end)",
		],
		[
			"F3: NUL characters, which docker trims and kubelets send",
			{ auth: btoa("me:secret\0\0") },
			"user me (the password contains NUL characters, as text in UTF-16 does)",
		],
		[
			"F4: bytes that are no text, and may be right",
			{ auth: btoa("me:p\xe4ss") },
			"user me",
		],
	] as const)
		test(`an entry with ${what}`, async () => {
			await using bed = await started();
			const path = await file(
				bed,
				"a.json",
				JSON.stringify({ auths: { "r.io": entry } }),
			);
			const { out } = await bed.run([
				"explain",
				"r.io/x:1",
				"--docker-config",
				path,
			]);
			assert.equal(
				out,
				`The kubelet tries:\n  1. ${path}, entry r.io: ${says}\n`,
			);
		});

	test("says in JSON what is malformed, or no reference", async () => {
		await using bed = await started();
		const bad = await file(bed, "bad.json", "not json");
		const empty = { repository: "", tag: "", digest: "", matches: [] };
		const rows: [image: string, error: string][] = [
			["r.io/x", "invalid character 'o' in literal null (expecting 'u')"],
			[
				"UPPER",
				"couldn't parse image name: invalid reference format: repository name must be lowercase",
			],
			["", "couldn't parse image name: invalid reference format"],
		];
		for (const [image, error] of rows) {
			const { out, status } = await bed.run([
				"explain",
				image,
				"--docker-config",
				bad,
				"-o",
				"json",
			]);
			assert.deepEqual(JSON.parse(out).items, [{ image, ...empty, error }]);
			assert.equal(status, 1);
		}
	});

	test("shows no user information of a key", async () => {
		await using bed = await started();
		const path = await file(
			bed,
			"u.json",
			JSON.stringify({ auths: { "https://u:hunter2@r.io": user("a") } }),
		);
		for (const format of [[], ["-o", "json"]])
			for (const image of ["r.io/x", "r.io:5000/x"]) {
				const { out } = await bed.run([
					"explain",
					image,
					"--docker-config",
					path,
					...format,
				]);
				assert.match(out, /r\.io/);
				assert.doesNotMatch(out, /hunter2/);
			}
	});

	test("fails for a file that is not there", async () => {
		await using bed = await started();
		const { err, status } = await bed.run([
			"explain",
			"r.io/x",
			"--docker-config",
			join(bed.folder, "no"),
		]);
		assert.equal(status, 1);
		assert.match(err, /^error: .*no.*\n$/);
	});
});

describe("explain --verify", () => {
	/** A registry on loopback that has `app:1`, and docker configs for it. */
	async function withRegistry(bed: TestBed, credentials: object[]) {
		const server = await serve(
			registry({ by: "basic", accounts: { passwords: { robot: "hunter2" } } }),
		);
		await push(server, "app", "1", `Basic ${btoa("robot:hunter2")}`);
		const flags: string[] = [];
		for (const [index, credential] of credentials.entries()) {
			const path = join(bed.folder, `${index}.json`);
			await writeFile(
				path,
				JSON.stringify({ auths: { [server.host]: credential } }),
			);
			flags.push("--docker-config", path);
		}
		return { server, image: `${server.host}/app:1`, flags };
	}
	const wrong = { username: "robot", password: "hunter3" };

	test("names the first that works, and tries no further", async () => {
		await using bed = await started();
		const { server, image, flags } = await withRegistry(bed, [
			wrong,
			{},
			user("robot"),
			wrong,
		]);
		const { out, status } = await bed.run([
			"explain",
			image,
			"--verify",
			...flags,
		]);
		const logins = server.requests.filter(
			({ url, authorization }) => url === "/v2/" && authorization,
		);
		await server.close();
		assert.equal(status, 0);
		assert.equal(
			out.slice(out.indexOf("Verified")),
			`Verified from this machine, whose network and trust may not be the node's:
  1. ${server.host} rejects the credential: "authentication required"
  2. it is empty: container runtimes pull without a credential
  3. ${server.host} accepts the credential, and ${image} can be pulled with it
The first that works is entry ${server.host} in ${join(bed.folder, "2.json")}.
`,
		);
		assert.ok(logins.length >= 2);
		assert.doesNotMatch(out, /hunter/);
	});

	for (const [what, says, docker] of [
		["refused", "It does not work.", [wrong]],
		["refused, twice", "None of them works.", [wrong, wrong]],
		[
			"refused, and another that is empty",
			"None of them is known to work: not all could be verified.",
			[wrong, {}],
		],
		["empty", "Whether it works is not known.", [{}]],
		["not asked", "Whether it works is not known.", ["down"]],
		[
			"not asked, twice",
			"Whether any of them works is not known.",
			["down", "down"],
		],
		[
			"not asked, and another that is empty",
			"Whether any of them works is not known.",
			["down", {}],
		],
	] as const)
		test(`a credential that was ${what}: ${says}`, async () => {
			await using bed = await started();
			const { server, image, flags } = await withRegistry(
				bed,
				docker.map((entry) => (entry === "down" ? wrong : entry)),
			);
			if (docker.some((entry) => entry === "down")) await server.close();
			const { out, status } = await bed.run([
				"explain",
				image,
				"--verify",
				...flags,
			]);
			if (!docker.some((entry) => entry === "down")) await server.close();
			assert.equal(status, 1);
			assert.equal(out.split("\n").at(-2), says);
		});

	test("no command makes an entry for a host with capital letters: it would be written in lower case", async () => {
		for (const source_ of [true, false]) {
			await using bed = await started();
			if (source_) source(bed, "r.invalid");
			account(bed, []);
			const { out, status } = await bed.run([
				...["explain", "Reg.invalid/agent:1", "-n", "app"],
			]);
			assert.deepEqual(
				[status, out.split("\n\n").slice(1)],
				[
					1,
					[
						"No entry matches: the kubelet pulls without a credential.",
						"Registries are written in lower case, and kubelets compare letter case: write Reg.invalid in lower case in the image.\n",
					],
				],
			);
		}
	});

	test("a list's item that is wider than the terminal goes on beside its mark", async () => {
		await using bed = await started();
		secret(bed, `app/${KEY}`, { "r.invalid": user("robot") }, COPY);
		source(bed, "r.invalid");
		account(bed, [KEY]);
		const { out } = await bed.run(
			["explain", "r.invalid/agent:1", "--verify", "-n", "app"],
			{ toTerminal: true, columns: 60 },
		);
		assert.match(
			out,
			/\n {2}1\. could not verify the credential: cannot resolve\n {5}r\.invalid \(/,
		);
		const near = await bed.run(
			["explain", "r.invalid:5000/agent:1", "-n", "app"],
			{ toTerminal: true, columns: 60 },
		);
		assert.match(
			near.out,
			/\n {2}- The key r\.invalid in app\/nginx-mesh-registry-key has no\n {4}port, the image has port 5000; kubelets do not assume\n {4}443\.\n/,
		);
	});

	test("Docker Hub's is sent to no host that kubelets take for Docker Hub", async () => {
		await using bed = await started();
		const path = join(bed.folder, "hub.json");
		await writeFile(
			path,
			JSON.stringify({ auths: { "https://index.docker.io/v1/": user("hub") } }),
		);
		const asked: string[] = [];
		const { out, status } = await bed.run(
			["explain", "Laptop/a/b:1", "--verify", "--docker-config", path],
			{
				registry: {
					resolve: async (host) => {
						asked.push(host);
						return [];
					},
				},
			},
		);
		assert.equal(status, 1);
		assert.match(
			out,
			/1\. could not verify the credential for Laptop: it is Docker Hub's, and is sent nowhere else\nWhether it works is not known\.\n$/,
		);
		assert.deepEqual(asked, []);
	});

	test("a pod of many images: what is rejected once is not sent again, and it takes no longer than a quarter of an hour", async () => {
		await using bed = await started();
		const { server } = await withRegistry(bed, []);
		const hosts = Array.from({ length: 200 }, (_, at) => `h${at}.example`);
		secret(bed, `app/${KEY}`, {
			[server.host]: wrong,
			...Object.fromEntries(hosts.map((host) => [host, user("robot")])),
		});
		const images = [
			...["a", "b", "c"].map((path) => `${server.host}/${path}:1`),
			...hosts.map((host) => `${host}/a:1`),
		];
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "app", name: "many" },
			spec: {
				imagePullSecrets: [{ name: KEY }],
				containers: images.map((image, at) => ({ name: `c${at}`, image })),
			},
		} as never);
		let now = 0;
		let looked = 0;
		const { out, status } = await bed.run(
			["explain", "pod/many", "-n", "app", "--verify", "-o", "json"],
			{
				clock: {
					now: () => now,
					// A minute passes whenever somebody looks at it.
					elapsed: () => (now += 60_000),
					delay: async () => {},
				},
				registry: {
					resolve: async () => {
						looked++;
						throw Object.assign(new Error(), { code: "ENOTFOUND" });
					},
				},
			},
		);
		await server.close();
		assert.equal(status, 1);
		const sent = server.requests.filter(
			({ authorization }) => authorization === `Basic ${btoa("robot:hunter3")}`,
		);
		assert.equal(sent.length, 1);
		assert.ok(looked < 20, String(looked));
		const [first, last] = [2, -1].map(
			(at) => JSON.parse(out).items.at(at).verified[0].message,
		);
		assert.match(first, /rejects the credential/);
		assert.equal(
			last,
			"could not verify the credential: h199.example was skipped: the limit of 15 minutes was reached",
		);
	});

	test("fails where none works, and says so in JSON", async () => {
		await using bed = await started();
		const { server, image, flags } = await withRegistry(bed, [wrong]);
		const { out, status } = await bed.run([
			"explain",
			image,
			"--verify",
			"-o",
			"json",
			...flags,
		]);
		await server.close();
		assert.equal(status, 1);
		assert.deepEqual(JSON.parse(out).items[0].verified, [
			{
				from: join(bed.folder, "0.json"),
				key: server.host,
				works: false,
				outcome: "rejected",
				message: `${server.host} rejects the credential: "authentication required"`,
			},
		]);
	});
});

describe("explain refuses", () => {
	const rows: [args: string[], status: number, err: RegExp][] = [
		[
			[],
			2,
			/^error: explain needs an IMAGE.*\nSee 'kubectl meshreg explain --help' for usage\.\n$/,
		],
		[
			["UPPER"],
			1,
			/^error: "UPPER" is not an image reference: repository name must be lowercase; write it as/,
		],
		[[""], 1, /^error: "" is not an image reference/],
		[["x", "y"], 2, /too many arguments/],
		[
			["x", "--pod", "p", "--serviceaccount", "s"],
			2,
			/--serviceaccount and --pod cannot be used together/,
		],
		[
			["x", "--pod", "p", "--docker-config", "f"],
			2,
			/--docker-config and --pod cannot be used together/,
		],
		[
			["x", "-n", "a", "--docker-config", "f"],
			2,
			/--docker-config and -n cannot be used together/,
		],
		[["x", "--pod", ""], 2, /--pod: the name is empty/],
		[["x", "-n", ""], 2, /-n: the namespace is empty/],
		[["x", "-o", "name"], 2, /allowed formats are: json,yaml/],
		[
			["x", "-n", "app", "--pod", "gone"],
			1,
			/^Error from server \(NotFound\): pods "gone" not found in namespace "app"\n$/,
		],
		[
			["x", "-n", "app", "--serviceaccount", "gone"],
			1,
			/^Error from server \(NotFound\): serviceaccounts "gone" not found in namespace "app"\n$/,
		],
	];
	for (const [args, status, err] of rows)
		test(`explain ${args.join(" ")}`, async () => {
			await using bed = await started();
			const outcome = await bed.run(["explain", ...args]);
			assert.match(outcome.err, err);
			assert.equal(outcome.status, status);
			assert.equal(outcome.out, "");
		});
});

describe("C5: explain KIND/NAME", () => {
	const owner = (kind: string, name: string, hash?: string) => ({
		...(hash !== undefined && { labels: { "pod-template-hash": hash } }),
		ownerReferences: [
			{ apiVersion: "apps/v1", kind, name, uid: "1", controller: true },
		],
	});
	const pod = (
		bed: TestBed,
		name: string,
		metadata: object,
		images: string[],
		created = "2026-01-01T00:00:00Z",
	) =>
		bed.server.store.seed({
			kind: "Pod",
			metadata: {
				namespace: "app",
				name,
				creationTimestamp: created,
				...metadata,
			},
			spec: {
				containers: images.map((image, index) => ({
					name: `c${index}`,
					image,
				})),
				volumes: [{ name: "m", image: { reference: "r.io/model:1" } }],
				imagePullSecrets: [{ name: "mine" }],
			},
		});
	const seed = (bed: TestBed) => {
		secret(bed, "app/mine", { "r.io": user("u") });
		account(bed, []);
		pod(bed, "web-5d9-x", owner("ReplicaSet", "web-5d9", "5d9"), [
			"r.io/old:1",
		]);
		pod(
			bed,
			"web-5d9-y",
			owner("ReplicaSet", "web-5d9", "5d9"),
			["r.io/web:1", "q.io/side:2"],
			"2026-01-02T00:00:00Z",
		);
		pod(bed, "db-0", owner("StatefulSet", "db"), ["r.io/db:1"]);
		pod(bed, "agent-x", owner("DaemonSet", "agent"), ["r.io/agent:1"]);
		pod(bed, "nightly-123-x", owner("Job", "nightly-123"), ["r.io/job:1"]);
	};
	const rows: [operand: string, images: string[], status: number][] = [
		["pod/web-5d9-x", ["r.io/old:1", "r.io/model:1"], 0],
		["deploy/web", ["r.io/web:1", "q.io/side:2", "r.io/model:1"], 1],
		["deployments/web", ["r.io/web:1", "q.io/side:2", "r.io/model:1"], 1],
		["deployment.apps/web", ["r.io/web:1", "q.io/side:2", "r.io/model:1"], 1],
		[
			"deployments.v1.apps/web",
			["r.io/web:1", "q.io/side:2", "r.io/model:1"],
			1,
		],
		["rs/web-5d9", ["r.io/web:1", "q.io/side:2", "r.io/model:1"], 1],
		["Pod/db-0", ["r.io/db:1", "r.io/model:1"], 0],
		["sts/db", ["r.io/db:1", "r.io/model:1"], 0],
		["ds/agent", ["r.io/agent:1", "r.io/model:1"], 0],
		["job/nightly-123", ["r.io/job:1", "r.io/model:1"], 0],
		["cronjob/nightly", ["r.io/job:1", "r.io/model:1"], 0],
	];
	for (const [operand, images, status] of rows)
		test(operand, async () => {
			await using bed = await started();
			seed(bed);
			const outcome = await bed.run([
				"explain",
				operand,
				"-n",
				"app",
				"-o",
				"json",
			]);
			assert.deepEqual(
				JSON.parse(outcome.out).items.map(
					({ image }: { image: string }) => image,
				),
				images,
			);
			assert.equal(outcome.status, status);
		});

	test("an image that is no image reference is said to be none", async () => {
		await using bed = await started();
		seed(bed);
		pod(bed, "bad", owner("StatefulSet", "bad"), ["r.io/UPPER:1"]);
		const { out, status } = await bed.run(["explain", "pod/bad", "-n", "app"]);
		assert.match(
			out,
			/^"r\.io\/UPPER:1" is not an image reference, so no kubelet pulls it; write it as/m,
		);
		assert.equal(status, 1);
	});

	test("all in one story, the Secrets told once", async () => {
		await using bed = await started();
		seed(bed);
		source(bed, "z.io");
		const { out } = await bed.run(["explain", "deploy/web", "-n", "app"]);
		assert.equal(
			out,
			`pod/web-5d9-y in app has 1 pull secret:
  mine

r.io/web:1:

The kubelet tries:
  1. app/mine, entry r.io: user u

q.io/side:2:

No entry matches: the kubelet pulls without a credential.

Fix:
  kubectl meshreg create --add --registry-server q.io && kubectl meshreg sync && kubectl patch deployment/web -n app -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"nginx-mesh-registry-key"}]}}}}'

r.io/model:1:

The kubelet tries:
  1. app/mine, entry r.io: user u
`,
		);
	});

	test("one without pods says what to do", async () => {
		await using bed = await started();
		const { err, status } = await bed.run([
			"explain",
			"deploy/none",
			"-n",
			"app",
		]);
		assert.deepEqual(
			[status, err],
			[
				1,
				'error: deployment/none does not exist in namespace "app", or has no pods; explain an image instead\n',
			],
		);
	});

	for (const [image, full] of [
		["docker.io/deploy/web", "docker.io/deploy/web:latest"],
		["docker.io/rollout/web", "docker.io/rollout/web:latest"],
		["svc/web:1", "docker.io/svc/web:1"],
		["rollouts.example.com/web", "rollouts.example.com/web:latest"],
		["grafana/loki", "docker.io/grafana/loki:latest"],
	] as const)
		test(`${image} is an image`, async () => {
			await using bed = await started();
			account(bed, []);
			const { out } = await bed.run(["explain", image, "-n", "app"]);
			assert.ok(out.includes(`${image} is ${full}`), out);
		});
});

describe("explain without a match", () => {
	test("a mesh's own registry gives its images to anybody, too", async () => {
		await using bed = await started();
		account(bed, []);
		for (const image of [
			"cr.l5d.io/linkerd/proxy:edge-26.7.1",
			"registry.istio.io/release/proxyv2:1.30.5",
		]) {
			const { status, out } = await bed.run(["explain", image, "-n", "app"]);
			assert.equal(status, 0, out);
			assert.match(out, /anonymous pull; fine if the image is public\.\n$/);
		}
	});

	test("C5: a public registry gives public images to anybody", async () => {
		await using bed = await started();
		account(bed, []);
		assert.deepEqual(await bed.run(["explain", "nginx", "-n", "app"]), {
			status: 0,
			out: `serviceaccount/default in app has no imagePullSecrets.

nginx is docker.io/library/nginx:latest

No entry matches: anonymous pull; fine if the image is public.
`,
			err: "",
			asked: [],
		});
	});

	test("D6: a Secret that only has to be referenced says it all", async () => {
		await using bed = await started();
		source(bed, "r.io");
		secret(bed, `app/${KEY}`, { "r.io": user("u") });
		secret(bed, "app/port", { "r.io:5000": user("u") });
		account(bed, ["port"]);
		const { out } = await bed.run(["explain", "r.io/x:1", "-n", "app"]);
		assert.match(
			out,
			/\n\nClosest matches:\n {2}- app\/nginx-mesh-registry-key has a key that matches, r\.io, but is not among the pull Secrets\.\n\nFix:\n {2}kubectl meshreg attach -n app\n$/,
		);
	});

	test("a provider on the node is named for its registries, and no credential is asked for", async () => {
		await using bed = await started();
		source(bed, "r.io");
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: {
				namespace: "app",
				name: "default",
				annotations: { "kubernetes.azure.com/acr-client-id": "x" },
			},
		});
		const told = async (image: string) =>
			(await bed.run(["explain", image, "-n", "app"])).out;
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "app", name: "web" },
			spec: { containers: [{ name: "main", image: "mine.azurecr.io/x:1" }] },
		});
		for (const which of ["mine.azurecr.io/x:1", "pod/web"]) {
			const azure = await told(which);
			assert.match(
				azure,
				/No entry matches\.\n\n.* annotated for a credential provider \(Azure Container Registry\)/,
			);
			assert.doesNotMatch(azure, /Fix|Gives|without a credential/);
		}
		const other = await told("r.io/x:1");
		assert.doesNotMatch(other, /provider/);
		assert.match(other, /\n {2}kubectl meshreg sync -n app --attach\n$/);
	});

	test("what gives the credential to a namespace that is not recorded says so", async () => {
		await using bed = await started();
		source(bed, "r.io");
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: { namespace: "shop", name: "default" },
		});
		const { out } = await bed.run(["explain", "r.io/x:1", "-n", "shop"]);
		assert.match(
			out,
			/\nGives shop the credential; run it only if shop may have it:\n {2}kubectl meshreg sync -n shop --attach\n$/,
		);
		assert.doesNotMatch(out, /Fix:/);
	});
});
