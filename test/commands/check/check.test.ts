import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CheckItem as Finding } from "../../../src/report/check.ts";
import type { ListQuery } from "../../../src/world.ts";
import * as build from "../../support/build.ts";
import { NAME as KEY, labelsOf } from "../../support/build.ts";
import { PlayedNode } from "../../support/played-node.ts";
import { registry } from "../../support/registry/registry.ts";
import { serve } from "../../support/registry/server.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const started = (options = {}) =>
	testBed({ namespaces: ["app", "shop", "nginx-mesh"], ...options });

function secret(
	bed: TestBed,
	at: string,
	content: build.Content,
	metadata: object = {},
): void {
	build.secret(bed, at, content, { metadata });
}

/** A source, recorded for these namespaces. */
const source = (
	bed: TestBed,
	auths: Record<string, object>,
	namespaces: string[] = ["app", "shop"],
) => build.source(bed, auths, namespaces, { at: `nginx-mesh/${KEY}` });

const account = (bed: TestBed, namespace: string, ...names: string[]): void =>
	build.account(bed, namespace, names);

const copyOf = (from: string) => ({
	labels: labelsOf(),
	annotations: { "kubectl-meshreg/source": from },
});

const user = (password: string) => ({ username: "robot", password });

/** A pod that waits for its image, as a kubelet reports it. */
function waiting(
	bed: TestBed,
	at: string,
	message: string,
	more: {
		reason?: string;
		image?: string;
		kind?: "init" | "ephemeral";
		event?: { reason: string; message: string };
	} = {},
): void {
	const [namespace = "", name = ""] = at.split("/");
	const { reason = "ErrImagePull", image = "r.io/web:1", kind, event } = more;
	const containers = [{ name: "main", image }];
	const statuses = [
		{ name: "main", image, state: { waiting: { reason, message } } },
	];
	const [list, status] =
		kind === "init"
			? ["initContainers", "initContainerStatuses"]
			: kind === "ephemeral"
				? ["ephemeralContainers", "ephemeralContainerStatuses"]
				: ["containers", "containerStatuses"];
	bed.server.store.seed({
		kind: "Pod",
		metadata: { namespace, name },
		spec: { containers: [], [list]: containers },
		status: { phase: "Pending", [status]: statuses },
	});
	if (event)
		bed.server.store.seed({
			kind: "Event",
			metadata: { namespace, name: `${name}.1` },
			type: "Warning",
			...event,
			involvedObject: { kind: "Pod", namespace, name },
		});
}

async function findings(
	bed: TestBed,
	args: string[] = [],
	given: object = {},
): Promise<Finding[]> {
	const { out, err } = await bed.run(["check", "-o", "json", ...args], given);
	assert.equal(err, "");
	return JSON.parse(out).items;
}

const MARKS: Record<string, string> = {
	"√": "ok",
	i: "note",
	"‼": "warning",
	"×": "problem",
};

/** The lines of one group, with what their marks mean. */
async function lines(
	bed: TestBed,
	group: string,
	args: string[] = [],
	given: object = {},
): Promise<string[]> {
	const { out } = await bed.run(["check", ...args], given);
	const [, text = ""] = out.split(`${group}\n${"-".repeat(group.length)}\n`);
	return (text.split("\n\n")[0] ?? "")
		.split("\n")
		.filter((line) => /^[√i‼×] /.test(line))
		.map((line) => `${MARKS[line[0] ?? ""]}: ${line.slice(2)}`);
}

describe("check", () => {
	test("says that all is well, and exits 0", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right") });
		for (const namespace of ["app", "shop"]) {
			secret(
				bed,
				`${namespace}/${KEY}`,
				{ "r.io": user("right") },
				copyOf(`nginx-mesh/${KEY}`),
			);
			account(bed, namespace, KEY);
		}
		const node = new PlayedNode(bed.server.store);
		node.deploy({ namespace: "app", name: "web", image: "r.io/web:1" });
		node.pull();
		assert.deepEqual(await bed.run(["check"]), {
			status: 0,
			out: `credentials
-----------
√ nginx-mesh/${KEY} is well-formed, for r.io

copies
------
√ 2 copies match their source

service accounts
----------------
√ 2 service accounts: every pull secret they reference exists

permissions
-----------
√ you have all permissions that meshreg needs

pods
----
√ no pod is waiting for an image
`,
			err: "No problems found\n",
			asked: [],
		});
		assert.deepEqual(await bed.run(["check", "-q"]), {
			status: 0,
			out: "",
			err: "",
			asked: [],
		});
	});

	test("says what is wrong by group, and exits 1", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right") });
		secret(
			bed,
			`app/${KEY}`,
			{ "r.io": user("old") },
			copyOf(`nginx-mesh/${KEY}`),
		);
		account(bed, "app", KEY, "gone");
		waiting(bed, "shop/web", "x509: certificate signed by unknown authority");
		assert.deepEqual(await bed.run(["check"]), {
			status: 1,
			out: `credentials
-----------
√ nginx-mesh/${KEY} is well-formed, for r.io

copies
------
× no copy of nginx-mesh/${KEY} in shop, where its record sends it
    Fix: kubectl meshreg sync -n shop
× the copy of nginx-mesh/${KEY} in app differs from it
    Something else wrote it since the last sync, or the source changed.
    Fix: kubectl meshreg sync -n app

service accounts
----------------
× serviceaccount/default in app references gone, which does not exist
    Kubelets skip it with a warning. Create the Secret, or take the name out, with detach where attach added it.
    See: kubectl edit serviceaccount default -n app

permissions
-----------
√ you have all permissions that meshreg needs

pods
----
× nodes do not trust the certificate of r.io (unknown CA); 1 pod cannot pull
    shop: pod/web: r.io/web:1
    Install the CA on every node, in the container runtime's configuration for this host; a pull Secret cannot carry it.

Fix
---
kubectl meshreg sync -n shop
kubectl meshreg sync -n app
`,
			err: "4 problems\nAbout copy-missing, copy-drifted, dangling, untrusted-ca: https://github.com/kubectl-meshreg/kubectl-meshreg/blob/main/docs/troubleshooting.md#what-check-finds\n",
			asked: [],
		});
	});

	test("-o json is stable, and warnings alone are healthy", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right"), "your-registry": user("right") }, []);
		const { out, err, status } = await bed.run([
			"check",
			"-o",
			"json",
			"-n",
			"app",
		]);
		assert.equal(status, 0);
		assert.equal(err, "");
		const { items } = JSON.parse(out);
		assert.deepEqual(items[0], {
			context: "embedded",
			severity: "warning",
			cause: "never-matches",
			message: `nginx-mesh/${KEY}: your-registry: no image matches it (a host has a dot or a port)`,
			namespaces: ["nginx-mesh"],
			command: "",
			workloads: [],
		});
	});

	test("a key that no image matches is not written again", async () => {
		await using bed = await started();
		source(bed, { "your-registry": user("right") }, []);
		const [item] = await findings(bed);
		assert.deepEqual([item?.cause, item?.command], ["never-matches", ""]);
	});

	for (const [key, why] of [
		[
			"https://hub.docker.com",
			"‼ .*: Docker Hub's images match docker.io alone, not this name",
		],
		["HTTPS://r.io", "× .*: no image matches it \\(only .*\\)"],
	] as const)
		test(`what to do about the key ${key}`, async () => {
			await using bed = await started();
			source(bed, { [key]: user("right") }, []);
			const { out } = await bed.run(["check", "-q"]);
			assert.match(
				out,
				RegExp(
					`^${why}\n {4}Add the registry by its own name with create --add, then take this entry out with create --remove\\.$`,
					"m",
				),
			);
		});

	test("a registry with white space in its name is quoted once", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right"), "a b.io": user("right") }, []);
		const { out } = await bed.run(["check", "-n", "app"]);
		assert.match(out, /: "a b\.io": no image matches a key with white space\n/);
		assert.match(out, / is well-formed, for r\.io, "a b\.io"\n/);
	});

	test("says the same in the same order whichever namespace answers first", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("p") });
		account(bed, "app", "gone-from-app");
		account(bed, "shop", "gone-from-shop");
		const outcomes = await Promise.all(
			[
				["app", "shop"],
				["shop", "app"],
			].map(async ([first, last]) => {
				const answered = new Map<string, PromiseWithResolvers<void>>();
				const turn = async function* <T>(
					kind: string,
					query: ListQuery,
					pages: AsyncIterable<T>,
				) {
					const list = `${kind} ${query.fieldSelector}`;
					const before = answered.get(list) ?? Promise.withResolvers<void>();
					answered.set(list, before);
					if (query.namespace === last) await before.promise;
					yield* pages;
					if (query.namespace === first) before.resolve();
				};
				return bed.run(["check", "-n", "app,shop", "-o", "json"], {
					wrap: (cluster) => ({
						...cluster,
						pages: (kind, query = {}) =>
							turn(kind, query, cluster.pages(kind, query)),
						picked: (kind, query, pick) =>
							turn(kind, query, cluster.picked(kind, query, pick)),
					}),
				});
			}),
		);
		assert.equal(outcomes[0]?.out, outcomes[1]?.out);
		const findings: Finding[] = JSON.parse(outcomes[0]?.out ?? "").items;
		assert.deepEqual(
			findings
				.filter(({ cause }) => cause === "dangling")
				.map(({ namespaces }) => namespaces),
			[["app"], ["shop"]],
		);
	});

	test("B1: -o json names workloads, pods and images", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right") }, []);
		const node = new PlayedNode(bed.server.store);
		account(bed, "app");
		node.deploy({
			namespace: "app",
			name: "web",
			image: "r.io/team/zz:1",
			replicas: 2,
		});
		node.pull();
		const item = (await findings(bed)).find(
			({ severity }) => severity === "problem",
		);
		assert.deepEqual(item, {
			context: "embedded",
			severity: "problem",
			cause: "no-secret",
			message: "app has no pull secret for r.io; 2 pods cannot pull",
			namespaces: ["app"],
			command: "",
			workloads: [
				{
					kind: "Deployment",
					name: "web",
					namespace: "app",
					pods: ["web-5d9-0", "web-5d9-1"],
					images: ["r.io/team/zz:1"],
				},
			],
		});
	});
});

describe("check: credentials", () => {
	const auth = btoa("robot:right");
	const NOW = Date.parse("2026-11-21T08:00:00Z");
	const jwt = (at: number) => ({
		username: `e30.${Buffer.from(JSON.stringify({ exp: at / 1000 })).toString("base64url")}.c2ln`,
		password: "x",
	});
	const rows: [
		what: string,
		seed: (bed: TestBed) => void,
		expected: string[],
	][] = [
		[
			"none",
			() => {},
			[`problem: no source named "${KEY}" in namespace "nginx-mesh"`],
		],
		[
			"none there, and two elsewhere that call themselves one",
			(bed) => {
				for (const namespace of ["app", "shop"])
					secret(
						bed,
						`${namespace}/${KEY}`,
						{ "r.io": { auth } },
						{ labels: labelsOf() },
					);
			},
			[
				`problem: no source named "${KEY}" in namespace "nginx-mesh". Secrets elsewhere that call themselves a source (check who made them): app/${KEY}, shop/${KEY}; --from NAMESPACE takes one`,
			],
		],
		[
			"auth that differs",
			(bed) =>
				source(bed, {
					"r.io": { auth, ...user("other") },
					"https://index.docker.io/v1/": { auth, ...user("right") },
				}),
			[
				`problem: nginx-mesh/${KEY}: r.io: auth differs from username and password`,
			],
		],
		[
			"malformed",
			(bed) => source(bed, { "r.io": { auth: "%" } }),
			[
				`problem: nginx-mesh/${KEY}: it cannot be read, which fails every pull of a pod that references it: r.io: illegal base64 data at input byte 0`,
			],
		],
		[
			"expired and nearly expired",
			(bed) =>
				source(bed, {
					"a.io": jwt(NOW - 1000),
					"b.io": jwt(NOW + 3_600_000),
					"c.io": jwt(NOW + 9e9),
				}),
			[
				`ok: nginx-mesh/${KEY} is well-formed, for a.io, b.io, c.io`,
				`problem: nginx-mesh/${KEY}: the credential for a.io expired at 2026-11-21T07:59:59Z`,
				`warning: nginx-mesh/${KEY}: the credential for b.io expires at 2026-11-21T09:00:00Z`,
			],
		],
		[
			"empty",
			(bed) => source(bed, {}),
			[`problem: nginx-mesh/${KEY}: it holds no credentials`],
		],
	];
	for (const [what, seed, expected] of rows)
		test(what, async () => {
			await using bed = await started();
			seed(bed);
			assert.deepEqual(
				await lines(bed, "credentials", [], { now: NOW }),
				expected,
			);
		});

	test("--verify says of a key with stars what other verbs say", async () => {
		await using bed = await started();
		source(bed, { "*.x.example": user("right") });
		assert.deepEqual((await lines(bed, "credentials", ["--verify"])).slice(1), [
			`warning: nginx-mesh/${KEY}: could not verify the credential for *.x.example: its key stands for several hosts, or for none`,
		]);
	});

	test("--verify asks the registries", async () => {
		await using bed = await started();
		const server = await serve(
			registry({ by: "basic", accounts: { passwords: { robot: "right" } } }),
		);
		const closed = await serve(registry({ by: "none" }));
		await closed.close();
		source(bed, { [server.host]: user("right"), [closed.host]: user("right") });
		const good = await lines(bed, "credentials", ["--verify"]);
		source(bed, {
			[server.host]: user("wrong"),
			[`${server.host}/team-a`]: user("wrong"),
		});
		const bad = await findings(bed, ["--verify"]);
		await server.close();
		// Parts of a registry with one credential: it is not sent once a part, for that locks accounts.
		const sent = server.requests.filter(
			({ authorization }) => authorization === `Basic ${btoa("robot:wrong")}`,
		);
		assert.equal(sent.length, 1);
		assert.deepEqual(good.slice(1), [
			`ok: nginx-mesh/${KEY}: ${server.host} accepts the credential`,
			`problem: nginx-mesh/${KEY}: could not verify the credential: ${closed.host} refused the connection: check the port, and that the registry is up`,
		]);
		const rejected = bad.find(({ cause }) => cause === "rejected");
		assert.equal(rejected?.severity, "problem");
		assert.equal(
			rejected?.command,
			`kubectl meshreg rotate --registry-server ${server.host}`,
		);
	});
});

describe("check: pods", () => {
	const containerd = (words: string) =>
		`failed to pull and unpack image "r.io/web:1": failed to resolve reference "r.io/web:1": ${words}`;
	/** With a copy that has a credential, or without. */
	const rows: [
		what: string,
		message: string,
		more: Parameters<typeof waiting>[3],
		without: string,
		with_: string,
	][] = [
		[
			"no right",
			containerd(
				"pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
			),
			{},
			"no-key",
			"no-right",
		],
		[
			"unauthorized",
			"unauthorized: authentication required",
			{},
			"no-key",
			"rejected",
		],
		[
			"rejected",
			containerd(
				"failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized",
			),
			{},
			"no-key",
			"rejected",
		],
		[
			"forbidden",
			containerd(
				"unexpected status from HEAD request to https://r.io/v2/web/manifests/1: 403 Forbidden",
			),
			{},
			"no-key",
			"forbidden",
		],
		[
			"expired",
			"denied: Your authorization token has expired. Reauthenticate and try again.",
			{},
			"no-key",
			"expired-token",
		],
		["asked without", "no basic auth credentials", {}, "no-key", "unknown"],
		[
			"not found",
			containerd("r.io/web:1: not found"),
			{},
			"not-found",
			"not-found",
		],
		[
			"rate limit",
			"toomanyrequests: You have reached your pull rate limit",
			{},
			"rate-limit",
			"rate-limit",
		],
		[
			"network",
			containerd(
				'failed to do request: Head "https://r.io/v2/": dial tcp: lookup r.io: no such host',
			),
			{},
			"unreachable",
			"unreachable",
		],
		[
			"architecture",
			"no match for platform in manifest: not found",
			{ kind: "init" },
			"architecture",
			"architecture",
		],
		[
			"disk",
			"write /x: no space left on device",
			{ kind: "ephemeral" },
			"disk",
			"disk",
		],
		[
			"no reference",
			'couldn\'t parse image name "R": invalid reference format',
			{ reason: "InvalidImageName", image: "R.io/Web" },
			"invalid-reference",
			"invalid-reference",
		],
		[
			"never pulled",
			'Container image "r.io/web:1" is not present with pull policy of Never',
			{ reason: "ErrImageNeverPull" },
			"never-pull",
			"never-pull",
		],
		[
			"an old kubelet",
			'Back-off pulling image "r.io/web:1"',
			{
				reason: "ImagePullBackOff",
				event: {
					reason: "Failed",
					message: "Error: http: server gave HTTP response to HTTPS client",
				},
			},
			"plain-http",
			"plain-http",
		],
		[
			"nothing said",
			'Back-off pulling image "r.io/web:1"',
			{ reason: "ImagePullBackOff" },
			"unknown",
			"unknown",
		],
	];
	for (const [what, message, more, without, with_] of rows)
		test(what, async () => {
			await using bed = await started();
			const cause = async () =>
				(await findings(bed)).find(({ workloads }) => workloads.length > 0)
					?.cause;
			account(bed, "app");
			waiting(bed, "app/web", message, more);
			assert.equal(await cause(), without);
			secret(bed, "app/mine", { "r.io": user("x") });
			const pod = bed.server.store.get("Pod", "app", "web");
			bed.server.store.seed({
				...pod,
				kind: "Pod",
				metadata: { namespace: "app", name: "web" },
				spec: {
					...(pod?.spec as object),
					imagePullSecrets: [{ name: "mine" }],
				},
			});
			assert.equal(await cause(), with_);
		});

	test("are grouped by cause over namespaces, the most frequent first", async () => {
		await using bed = await started({ namespaces: ["a", "b", "c", "d"] });
		for (const namespace of ["a", "b", "c", "d"])
			for (const name of ["x", "y"])
				waiting(
					bed,
					`${namespace}/${name}`,
					"dial tcp 10.0.0.1:443: connect: connection refused",
				);
		waiting(bed, "a/z", "dial tcp 10.0.0.2:443: i/o timeout", {
			image: "other.io/z",
		});
		assert.deepEqual(await lines(bed, "pods"), [
			"problem: nodes cannot reach r.io; 8 pods cannot pull",
			"problem: nodes cannot reach other.io; 1 pod cannot pull",
		]);
	});

	test("that have ended, are going or run are let be", async () => {
		await using bed = await started();
		const state = { waiting: { reason: "ErrImagePull", message: "x" } };
		const statuses = [{ name: "main", image: "r.io/x", state }];
		for (const [name, metadata, phase] of [
			["done", {}, "Succeeded"],
			["going", { deletionTimestamp: "2026-01-01T00:00:00Z" }, "Running"],
		] as const)
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace: "app", name, ...metadata },
				spec: { containers: [] },
				status: { phase, containerStatuses: statuses },
			});
		waiting(bed, "app/starting", "", { reason: "ContainerCreating" });
		assert.deepEqual(await lines(bed, "pods"), [
			"ok: no pod is waiting for an image",
		]);
	});
});

describe("check: service accounts", () => {
	test("are blamed for pods that take their list from them, and no others", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right") });
		secret(
			bed,
			`app/${KEY}`,
			{ "r.io": user("right") },
			copyOf(`nginx-mesh/${KEY}`),
		);
		secret(bed, "app/own", { "other.io": user("right") });
		account(bed, "app");
		const run = (name: string, names: string[]) =>
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace: "app", name },
				spec: {
					containers: [{ name: "main", image: "r.io/web:1" }],
					imagePullSecrets: names.map((secretName) => ({ name: secretName })),
				},
				status: {
					phase: "Running",
					containerStatuses: [{ name: "main", state: { running: {} } }],
				},
			});
		run("own-list", ["own"]);
		assert.deepEqual(await lines(bed, "service accounts"), [
			"ok: 1 service account: every pull secret it references exists",
		]);
		run("no-list", []);
		assert.deepEqual(await lines(bed, "service accounts"), [
			`warning: serviceaccount/default in app does not reference ${KEY} (needed by 1 pod)`,
		]);
	});
});

describe("what is in a copy's place is the cause, of the copy and of pods that lack it", () => {
	const [move, forget] = [
		"sync leaves it alone:",
		"or, where the namespace is recorded, take it out with sync --forget.",
	];
	for (const [name, metadata, noun, next, more = {}] of [
		[
			"Helm's",
			{
				labels: { "app.kubernetes.io/managed-by": "Helm" },
				annotations: { "meta.helm.sh/release-name": "app" },
			},
			"a Secret managed by Helm",
			`${move} remove or rename it where Helm keeps it, ${forget}`,
		],
		[
			"another source's",
			copyOf("other/source"),
			"a Secret that calls itself a copy of other/source",
			`${move} give one of the two sources another name, ${forget}`,
		],
		[
			"a source",
			{
				labels: labelsOf(),
				annotations: {
					"kubectl-meshreg/registry-servers": '{"x.io":"x.io"}',
					"kubectl-meshreg/targets": '[{"namespaces":{"x":""}}]',
				},
			},
			"another source",
			`${move} give one of the two another name, ${forget}`,
		],
		[
			"nobody's",
			{},
			"a Secret that meshreg does not manage",
			`${move} remove or rename it, ${forget}`,
		],
		[
			"a copy that is immutable",
			copyOf(`nginx-mesh/${KEY}`),
			"an immutable Secret",
			"It cannot be updated: sync --force deletes and recreates it.",
			{ immutable: true },
		],
	] as const)
		test(name, async () => {
			await using bed = await started();
			source(bed, { "r.io": user("right") });
			for (const at of [`app/${KEY}`, `shop/${KEY}`])
				build.secret(
					bed,
					at,
					{ "x.io": user("theirs") },
					{ metadata, ...more },
				);
			account(bed, "app", KEY);
			waiting(bed, "app/web", "unauthorized");
			const { out } = await bed.run(["check", "-q"], { columns: 400 });
			assert.ok(
				out.includes(
					`× ${noun} is in the place of the copy of nginx-mesh/${KEY} in shop\n    ${next}\n`,
				),
				out,
			);
			assert.ok(
				out.includes(
					`× app has no pull secret for r.io: ${noun} is in the copy's place; 1 pod cannot pull\n`,
				),
				out,
			);
			assert.ok(out.includes(`    ${next}\n`), out);
		});
});

test("a namespace that is being deleted wants no copy, and nothing in it is looked after, recorded or not", async () => {
	await using bed = await started();
	source(bed, { "r.io": user("right") }, ["app", "shop"]);
	await bed.run(["sync"]);
	for (const name of ["app", "shop", "away", "far"])
		bed.server.store.seed({
			kind: "Namespace",
			metadata: { name, deletionTimestamp: "2026-01-01T00:00:00Z" },
		});
	bed.server.store.delete("Secret", "app", KEY);
	secret(bed, `shop/${KEY}`, { "x.io": user("theirs") });
	for (const namespace of ["app", "away", "far"])
		account(bed, namespace, "gone");
	for (const at of ["app/web", "away/web"])
		waiting(bed, at, "unauthorized: authentication required");
	// It references what is there: no command would give anything away.
	secret(bed, "away/theirs", { "r.io": user("right") });
	// And says that it is a copy, where no record knows it.

	secret(
		bed,
		`away/${KEY}`,
		{ "r.io": user("right") },
		copyOf(`nginx-mesh/${KEY}`),
	);
	for (const where of [[], ["-n", "app,away"]]) {
		const { status, out } = await bed.run(["check", "-q", ...where]);
		assert.deepEqual([status, out], [0, ""]);
		const notes = await bed.run(["check", ...where]);
		assert.doesNotMatch(notes.out, /references gone|calls itself a copy/);
	}
});

test("of accounts that reference what is not there, one that exists is named in the command", async () => {
	await using bed = await started();
	source(bed, {});
	for (const at of ["app/worker", "shop/builder"])
		build.account(bed, at, ["nothing"]);
	const [found] = (await findings(bed)).filter(
		({ cause }) => cause === "dangling",
	);
	assert.match(found?.message ?? "", /builder, worker in app, shop reference/);
	const { out } = await bed.run(["check"]);
	assert.match(out, /See: kubectl edit serviceaccount worker -n app\n/);
});

test("nothing that runs is made again for a debugging container", async () => {
	for (const [kind, command, hint] of [
		["ephemeral", "kubectl meshreg attach -n app", false],
		["init", "kubectl meshreg attach -n app", true],
	] as const) {
		await using bed = await started();
		source(bed, { "r.io": user("right") }, ["app"]);
		await bed.run(["sync"]);
		account(bed, "app");
		waiting(bed, "app/web", "no basic auth credentials", { kind });
		const [found] = (await findings(bed)).filter(
			({ cause }) => cause === "not-attached",
		);
		assert.equal(found?.command, command);
		const { out } = await bed.run(["check", "-q"]);
		assert.equal(out.includes("pod/web has no controller"), hint, out);
	}
});

test("of a Secret that cannot be read, explain says which entry", async () => {
	await using bed = await started();
	account(bed, "app", "own");
	secret(bed, "app/own", { "r.io": { auth: "%" }, "q.io": user("x") });
	build.pod(bed, "app/web", { pullSecrets: ["own"], waits: "ErrImagePull" });
	const { out } = await bed.run(["check", "-n", "app", "-q"]);
	const [, line = ""] =
		/^ {4}See: kubectl meshreg (explain .*)$/m.exec(out) ?? [];
	assert.equal(line, "explain r.io/app:1 -n app --pod web");
	const { out: named } = await bed.run(line.split(" "));
	assert.match(named, /^app\/own cannot be read, .* r\.io: illegal base64/m);
});

test("of a limit that is a user's own, another credential is no way out", async () => {
	await using bed = await started();
	account(bed, "app");
	secret(bed, "app/hub", { "docker.io": user("x") });
	for (const [name, pullSecrets] of [
		["with", ["hub"]],
		["without", []],
	] as const)
		build.pod(bed, `app/${name}`, {
			image: "team/web",
			pullSecrets,
			waits: "ErrImagePull",
			message: "toomanyrequests: You have reached your pull rate limit",
		});
	const { out } = await bed.run(["check", "-n", "app", "-q"]);
	const [, pods = ""] = out.split("pods\n----\n");
	assert.equal(
		pods.split("\nFix\n")[0],
		`× docker.io: rate limit reached (429); 1 pod cannot pull
    app: pod/with: team/web
    Already pulled with app/hub: raise that user's limit, pull from a mirror, or wait.
× app/hub has a credential for docker.io, but neither the pod nor its service account references it; 1 pod cannot pull
    app: pod/without: team/web
    pod/without has no controller: delete and recreate it.
    Fix: kubectl meshreg attach -n app --secret hub
`,
	);
});

test("what is in the place of copies is one finding, however each of them calls itself, and at whatever length", async () => {
	await using bed = await started();
	const teams = ["app", "shop", "team-c", "team-d", "team-e"];
	source(bed, { "r.io": user("right") }, teams);
	for (const [at, team] of teams.entries()) {
		bed.server.store.seed({ kind: "Namespace", metadata: { name: team } });
		const claim = `evil/${at}${"x".repeat(5000)}\u001b[31m`;
		secret(bed, `${team}/${KEY}`, { "x.io": user("theirs") }, copyOf(claim));
		account(bed, team, KEY);
		waiting(bed, `${team}/web`, "unauthorized");
	}
	const { out } = await bed.run(["check", "-o", "json"]);
	const claimed = [0, 1, 2]
		.map((at) => `evil/${at}${"x".repeat(73)}…`)
		.join(", ");
	assert.deepEqual(
		JSON.parse(out)
			.items.filter(({ severity }: Found) => severity === "problem")
			.map(({ cause, message }: Found) => [cause, message]),
		[
			[
				"no-secret",
				`app, shop, team-c and 2 more have no pull secret for r.io: a Secret that calls itself a copy of ${claimed} and 2 more is in the copy's place; 5 pods cannot pull`,
			],
		],
	);
});

interface Found {
	severity: string;
	cause: string;
	message: string;
}

test("a Secret in a copy's place: what takes over an equal one, and where to look at another", async () => {
	await using bed = await started();
	source(bed, { "r.io": user("right") });
	secret(bed, `app/${KEY}`, { "r.io": user("right") });
	secret(bed, `shop/${KEY}`, { "r.io": user("theirs") });
	const { out } = await bed.run(["check", "-q"]);
	assert.equal(
		out,
		`copies
------
× a Secret that meshreg does not manage is in the place of the copy of nginx-mesh/${KEY} in app
    It has the same content: sync --adopt takes it over.
    Fix: kubectl meshreg sync -n app --adopt
× a Secret that meshreg does not manage is in the place of the copy of nginx-mesh/${KEY} in shop
    sync leaves it alone: remove or rename it, or, where the namespace is recorded, take it out with sync --forget.
    See: kubectl meshreg sync -n shop --force --diff
`,
	);
	await bed.run(["check", "--fix", "--yes"]);
	const lines = (await bed.run(["list", "--all", "--no-headers"])).out;
	assert.match(lines, /^app .* InSync /m);
	assert.match(lines, /^shop .* Unmanaged /m);
});

describe("check with few permissions", () => {
	test("in its own namespaces reads nothing of others", async () => {
		await using bed = await started({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["get", "list"],
					resources: ["secrets", "serviceaccounts", "pods", "events"],
					namespaces: ["app", "nginx-mesh"],
				},
			],
		});
		source(bed, { "r.io": user("right") });
		const outcome = await bed.run(["check", "-n", "app"], { user: "sam" });
		const listed = bed.server.requests.filter(({ path }) =>
			/^\/api\/v1\/(secrets|pods)/.test(path),
		);
		assert.deepEqual(listed, []);
		assert.deepEqual(
			await lines(bed, "permissions", ["-n", "app"], { user: "sam" }),
			[
				"note: not allowed: create, patch, delete secrets in app; patch serviceaccounts in app",
			],
		);
		// What is missing there is told, and nothing else is wrong.
		assert.match(
			outcome.err,
			/^1 problem\nAbout copy-missing: \S+#copy-missing\n$/,
		);
	});

	test("C3: rights in one namespace, which has a pull secret of its own: a green check, and one line for the rest", async () => {
		await using bed = await started({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["get", "list", "create", "patch", "delete"],
					resources: ["secrets", "serviceaccounts", "pods", "events"],
					namespaces: ["app"],
				},
			],
		});
		source(bed, { "r.io": user("right") });
		secret(
			bed,
			"app/own",
			{ "q.io": user("right") },
			{ labels: labelsOf("own") },
		);
		account(bed, "app", "own");
		const outcome = await bed.run(["check", "-n", "app"], { user: "sam" });
		assert.deepEqual(outcome, {
			status: 0,
			out: `credentials
-----------
i Secrets elsewhere that call themselves a source (check who made them): app/own

service accounts
----------------
√ 1 service account: every pull secret it references exists

permissions
-----------
i not checked (not allowed): the source
    https://github.com/kubectl-meshreg/kubectl-meshreg/blob/main/docs/permissions.md

pods
----
√ no pod is waiting for an image
`,
			err: "No problems found\n",
			asked: [],
		});
		account(bed, "app");
		waiting(bed, "app/web", "unauthorized: authentication required");
		const [item] = (await findings(bed, ["-n", "app"], { user: "sam" })).filter(
			({ cause }) => cause === "no-key",
		);
		assert.equal(
			item?.command,
			"kubectl meshreg create -n app --registry-server r.io && kubectl meshreg attach -n app --secret nginx-mesh-registry-key",
		);
	});

	test("copies that match are said to, also where pods elsewhere have none", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right") }, ["app"]);
		secret(
			bed,
			`app/${KEY}`,
			{ "r.io": user("right") },
			copyOf(`nginx-mesh/${KEY}`),
		);
		waiting(bed, "shop/web", "pull access denied");
		assert.deepEqual(await lines(bed, "copies"), [
			"ok: 1 copy matches its source",
		]);
	});

	test("where -n names nothing that is recorded, copies elsewhere are not denied", async () => {
		await using bed = await testBed({
			namespaces: ["nginx-mesh", "app", "shop"],
		});
		build.source(bed, { "r.io": { username: "u", password: "p" } }, ["shop"]);
		build.secret(
			bed,
			"shop",
			{ "r.io": { username: "u", password: "p" } },
			{
				metadata: build.copyOf(),
			},
		);
		const line = async (...args: string[]) =>
			(await bed.run(["check", ...args])).out.match(/^√ .*cop.*$/m)?.[0];
		assert.equal(await line(), "√ 1 copy matches its source");
		assert.equal(await line("-n", "app"), "√ no copies are recorded in app");
		bed.server.store.delete("Secret", "shop", KEY);
		build.source(bed, { "r.io": { username: "u", password: "p" } });
		assert.equal(await line(), "√ no copies are recorded");
	});

	test("a source that waits for finalizers is told to be going, not to be missing", async () => {
		await using bed = await started();
		const going = {
			deletionTimestamp: "2026-01-01T00:00:00Z",
			finalizers: ["example.com/backup"],
		};
		build.source(bed, { "r.io": user("right") }, [], going);
		const { status, out } = await bed.run(["check", "-q"]);
		assert.equal(status, 1);
		assert.match(
			out,
			new RegExp(
				`^× secret "${KEY}" in namespace "nginx-mesh" is terminating \\(waiting for finalizers\\)$`,
				"m",
			),
		);
		assert.doesNotMatch(out, /Fix/);
	});

	test("a namespace that is not there is not well, an empty one is", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right") });
		assert.deepEqual(await lines(bed, "pods", ["-n", "shop,shp"]), [
			'problem: cannot read the namespace: Error from server (NotFound): namespaces "shp" not found',
			"ok: no pod is waiting for an image",
		]);
	});

	test("of namespaces that do not exist nothing is ok, and each is named", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right") });
		const { out } = await bed.run(["check", "-n", "shp,nope"]);
		assert.equal(
			out,
			`credentials
-----------
√ nginx-mesh/${KEY} is well-formed, for r.io

pods
----
× cannot read the namespace: Error from server (NotFound): namespaces "nope" not found
× cannot read the namespace: Error from server (NotFound): namespaces "shp" not found
`,
		);
	});

	test("a copy that no rule means any more: what records it, and what deletes it", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right") });
		await bed.run(["sync", "-A"]);
		await bed.run(["sync", "-A", "--exclude", "shop"]);
		await bed.run(["sync", "--forget", "shop"]);
		const { status, out } = await bed.run(["check", "-q", "-n", "shop"]);
		assert.deepEqual([status, out], [0, ""]);
		const all = (await bed.run(["check", "-n", "shop"])).out;
		assert.equal(
			all.slice(all.indexOf("i shop"), all.indexOf("\n\nservice")),
			`i shop: calls itself a copy of nginx-mesh/${KEY}, with its content; not recorded
    It is given nothing.
    See: kubectl meshreg prune -n shop`,
		);
		assert.equal(
			all.slice(all.indexOf("Gives")),
			`Gives shop the credential; run it only if shop may have it:
    kubectl meshreg sync -n shop
`,
		);
	});

	test("pods of one name in two namespaces are told apart", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right") });
		for (const namespace of ["app", "shop"]) {
			account(bed, namespace);
			waiting(
				bed,
				`${namespace}/web`,
				"unauthorized: authentication required",
				{ image: "q.io/web:1" },
			);
		}
		const { out } = await bed.run(["check"]);
		assert.match(
			out,
			/ pod\/web in app, pod\/web in shop have no controller: delete and recreate them\.\n/,
		);
	});

	test("where the key of another name has no source, that one is to be created", async () => {
		await using bed = await started();
		const [item] = (await findings(bed, ["other"])).filter(
			({ cause }) => cause === "source-missing",
		);
		assert.equal(item?.command, "kubectl meshreg create other");
	});

	test("a claimant whose annotation goes on after a line end is of no source, and said to hold nothing of one", async () => {
		await using bed = await started();
		source(bed, { "r.io": user("right") }, []);
		secret(
			bed,
			"shop",
			{ "r.io": user("wrong") },
			copyOf(`nginx-mesh/${KEY}\ntrue`),
		);
		const { out } = await bed.run(["check"]);
		assert.match(
			out,
			new RegExp(
				`i shop: calls itself a copy of "nginx-mesh/${KEY} true", which is not a source that is checked here\n\n`,
			),
		);
		// Nor would prune take it for the copy of a source that is gone.
		assert.doesNotMatch(out, /kubectl meshreg/);
	});

	test("an image that is none is quoted: a tenant writes it", async () => {
		await using bed = await started();
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "shop", name: "fixed" },
			spec: {
				containers: [{ name: "c", image: "Fix: kubectl delete ns app" }],
			},
			status: {
				phase: "Pending",
				containerStatuses: [
					{ name: "c", state: { waiting: { reason: "InvalidImageName" } } },
				],
			},
		} as never);
		const { out } = await bed.run(["check"]);
		assert.match(out, /^ {4}shop: pod\/fixed: "Fix: kubectl delete ns app"$/m);
	});

	for (const [is, of, problem, hint] of [
		[
			"has lost its labels",
			{},
			`secret "other" in namespace "nginx-mesh" is not a source: it is not managed by meshreg`,
			"If it is the source, label it app.kubernetes.io/managed-by=kubectl-meshreg.",
		],
		[
			"is a copy",
			{ metadata: copyOf("evil/other") },
			`secret "other" in namespace "nginx-mesh" is a copy of evil/other, not a source`,
			"Copies are made from a source.",
		],
		[
			"is of another type",
			{ type: "Opaque" },
			`secret "other" in namespace "nginx-mesh" is not a source: it is of type Opaque, not kubernetes.io/dockerconfigjson`,
			"Copies are made from a source.",
		],
	] as const)
		test(`where what bears the source's name ${is}, that is said, and none is made in its place`, async () => {
			await using bed = await started();
			build.secret(bed, "nginx-mesh/other", {}, of);
			const { status, out } = await bed.run(["check", "other"]);
			assert.equal(status, 1);
			assert.ok(
				out.startsWith(
					`credentials\n-----------\n× ${problem}\n    ${hint}\n\n`,
				),
				out,
			);
			assert.doesNotMatch(out, /meshreg create/);
		});

	test("who may not list Secrets elsewhere is not told to create a source that may be there", async () => {
		await using bed = await started({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["get", "list"],
					resources: ["secrets"],
					namespaces: ["nginx-mesh", "app"],
				},
			],
		});
		const { out } = await bed.run(["check", "-n", "app", "-o", "json"], {
			user: "sam",
		});
		const items: Finding[] = JSON.parse(out).items;
		const item = items.find(({ cause }) => cause === "source-missing");
		assert.deepEqual([item?.severity, item?.command], ["problem", ""]);
	});

	test("of several namespaces one whose Secrets may not be read hides nothing of the others", async () => {
		await using bed = await started({
			users: { sam: {} },
			allow: [
				{ user: "sam", verbs: ["get"], resources: ["namespaces"] },
				{
					user: "sam",
					verbs: ["list"],
					resources: ["pods", "serviceaccounts"],
				},
				{
					user: "sam",
					verbs: ["get", "list"],
					resources: ["secrets"],
					namespaces: ["nginx-mesh", "app"],
				},
			],
		});
		source(bed, { "r.io": user("right") });
		for (const namespace of ["app", "shop"]) {
			account(bed, namespace, KEY);
			waiting(bed, `${namespace}/web`, "unauthorized: authentication required");
		}
		const argv = ["check", "-n", "app,shop", "-o", "json"];
		const { out, status } = await bed.run(argv, { user: "sam" });
		const items: Finding[] = JSON.parse(out).items;
		assert.deepEqual(
			[
				status,
				items.map((one) => `${one.severity} ${one.cause} ${one.namespaces}`),
			],
			[
				1,
				[
					"problem unreadable shop",
					"ok  nginx-mesh",
					"problem unreadable shop",
					"note not-allowed app,shop",
					"problem no-secret app",
					"problem refused shop",
				],
			],
		);
	});

	test("says what it could not look at, and judges nothing by it", async () => {
		await using bed = await started({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["list"],
					resources: ["pods", "serviceaccounts"],
				},
			],
		});
		account(bed, "app", KEY);
		waiting(bed, "app/web", "unauthorized: authentication required");
		const { out, status } = await bed.run(["check", "-o", "json"], {
			user: "sam",
		});
		assert.equal(status, 1);
		const { items } = JSON.parse(out);
		assert.deepEqual(
			items.map(({ severity, cause }: Finding) => `${severity} ${cause}`),
			[
				"problem unreadable",
				"problem unreadable",
				"problem unreadable",
				"warning not-allowed",
				"problem refused",
			],
		);
		for (const { command } of items) assert.equal(command, "");
		assert.deepEqual(await lines(bed, "credentials", [], { user: "sam" }), [
			'problem: cannot read Secrets: Error from server (Forbidden): secrets is forbidden: User "sam" cannot list resource "secrets" in API group "" at the cluster scope',
			'problem: cannot read the source: Error from server (Forbidden): secrets is forbidden: User "sam" cannot list resource "secrets" in API group "" in the namespace "nginx-mesh"',
		]);
	});

	test("whoever may not read Secrets is not told that none has an entry", async () => {
		const rules = { verbs: ["list"], resources: ["pods", "events"] };
		await using bed = await started({
			users: { sam: {} },
			allow: [{ user: "sam", ...rules }],
		});
		const words = [
			"no basic auth credentials",
			"pull access denied",
			"unauthorized: authentication required",
		];
		for (const [at, message] of words.entries())
			waiting(bed, `app/web-${at}`, message);
		assert.deepEqual(
			(await lines(bed, "pods", ["-q"], { user: "sam" })).at(-1),
			"problem: r.io refuses the credential, or wants one (Secrets cannot be read); 3 pods cannot pull",
		);
	});
});
