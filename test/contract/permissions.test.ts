/**
 * The permissions that docs/permissions.md documents: with them everything works, and
 * without any one of them something is refused, by the API server's own word.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import {
	type Installation,
	rightsOf,
} from "../../src/core/in-cluster/installation.ts";
import type { Cluster } from "../../src/world.ts";
import type { Grant, PolicyRule } from "../support/accounts.ts";
import { testCluster } from "../support/cluster.ts";
import {
	meshreg,
	type Outcome,
	type Surroundings,
} from "../support/command-line.ts";
import {
	documentedRoles,
	type Permission,
	pageSays,
	permissions,
	rulesFor,
} from "../support/documented-roles.ts";
import { watching } from "../support/watching.ts";

const cluster = await testCluster();
after(() => cluster[Symbol.asyncDispose]());
const roles = documentedRoles();

/** Kubernetes 1.36 and later. */
const hasPolicies =
	(
		await cluster.api.request(
			"GET",
			"/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies",
		)
	).status === 200;

let stages = 0;

/** Two namespaces of this stage alone, and everything that is done in them. */
class Stage {
	private constructor(
		readonly mesh: string,
		readonly app: string,
		/** The label by which this stage's namespaces are selected. */
		readonly selector: string,
	) {}

	static async set(): Promise<Stage> {
		const hint = `stage-${++stages}`;
		const stage = cluster.named(hint);
		const labels = { stage };
		return new Stage(
			await cluster.namespace(`${hint}-mesh`),
			await cluster.namespace(`${hint}-app`, labels),
			`stage=${stage}`,
		);
	}

	/** The command line's environment: the stage's own pull secrets, on a cluster that has others. */
	get env() {
		return {
			MESHREG_NAMESPACE: this.mesh,
			MESHREG_NAME: this.mesh,
		};
	}

	/** As an administrator. */
	async admin(...argv: string[]): Promise<void> {
		const { status, err } = await meshreg(argv, {
			kubeconfig: cluster.kubeconfig,
			env: this.env,
		});
		assert.equal(status, 0, err);
	}

	async api(method: string, path: string, body?: unknown): Promise<void> {
		const patch = { contentType: "application/merge-patch+json" };
		const { status, body: answer } = await cluster.api.request(method, path, {
			body,
			...(method === "PATCH" ? patch : {}),
		});
		assert.ok(status < 300, JSON.stringify(answer));
	}

	/** Options of `create`; the registry is the stage's own, for pods that need it. */
	credential(password: string): string[] {
		return [
			"create",
			`--registry-server=${this.registry}`,
			"--registry-username=bob",
			`--registry-password=${password}`,
		];
	}

	get registry(): string {
		return `${this.mesh}.example.com`;
	}

	source(password = "p"): Promise<void> {
		return this.admin(...this.credential(password), "--replace");
	}

	removeCopy(): Promise<void> {
		return this.api(
			"DELETE",
			`/api/v1/namespaces/${this.app}/secrets/${this.mesh}`,
		);
	}

	account(name: string): Promise<void> {
		return this.api("POST", `/api/v1/namespaces/${this.app}/serviceaccounts`, {
			metadata: { name },
		});
	}

	/** A pod that pulls from the source's registry, and has no pull Secret yet; `owner`: its StatefulSet. */
	pod(account: string, owner?: string): Promise<void> {
		const made = { apiVersion: "apps/v1", kind: "StatefulSet", uid: "u" };
		return this.api("POST", `/api/v1/namespaces/${this.app}/pods`, {
			metadata: {
				name: "old",
				...(owner !== undefined && {
					ownerReferences: [{ ...made, name: owner, controller: true }],
				}),
			},
			spec: {
				serviceAccountName: account,
				automountServiceAccountToken: false,
				containers: [{ name: "c", image: `${this.registry}/app:1` }],
			},
		});
	}

	/** The pod waits, and its kubelet says why in an event alone. */
	cannotPull(): Promise<void> {
		const waiting = { reason: "ImagePullBackOff", message: "Back-off" };
		const image = `${this.registry}/app:1`;
		const container = { name: "c", image, imageID: "", ready: false };
		return cluster.podStatus(this.app, "old", {
			phase: "Pending",
			containerStatuses: [
				{ ...container, restartCount: 0, state: { waiting } },
			],
		});
	}

	/** Somebody else writes the copy, the first time; again it changes nothing. */
	touchCopy(): Promise<void> {
		return this.api(
			"PATCH",
			`/api/v1/namespaces/${this.app}/secrets/${this.mesh}`,
			{
				metadata: { annotations: { touched: "yes" } },
			},
		);
	}

	/** A Secret that somebody else made, of another type. */
	opaque(namespace: string): Promise<void> {
		return this.api("POST", `/api/v1/namespaces/${namespace}/secrets`, {
			metadata: { name: this.mesh },
		});
	}

	/** Somebody takes the key out of an account. */
	detachByHand(account: string): Promise<void> {
		return this.api(
			"PATCH",
			`/api/v1/namespaces/${this.app}/serviceaccounts/${account}`,
			{ imagePullSecrets: null },
		);
	}

	/** Somebody adds an entry to an account, the first time; again it changes nothing. */
	edit(account: string): Promise<void> {
		return this.api(
			"PATCH",
			`/api/v1/namespaces/${this.app}/serviceaccounts/${account}`,
			{ imagePullSecrets: [{ name: "other" }] },
		);
	}

	/** Writes the source's record by hand. */
	record(...entries: readonly object[]): Promise<void> {
		return this.api(
			"PATCH",
			`/api/v1/namespaces/${this.mesh}/secrets/${this.mesh}`,
			{
				metadata: {
					annotations: { "kubectl-meshreg/targets": JSON.stringify(entries) },
				},
			},
		);
	}

	/** Takes the app's namespace out of the selection. */
	unlabel(): Promise<void> {
		return this.api("PATCH", `/api/v1/namespaces/${this.app}`, {
			metadata: { labels: { stage: null } },
		});
	}
}

/** The command line, as the account with the permissions under test. */
type Run = (argv: readonly string[], given?: Surroundings) => Promise<Outcome>;

/** Permissions in one place: a namespace, or without one the whole cluster. */
interface Held {
	/** A Role that the page prints, permissions that it names in `sentence`, or what install gives. */
	by:
		| { role: string }
		| { sentence: string; grants: Permission[] }
		| { installed: (name: string) => readonly PolicyRule[] };
	namespace?: (stage: Stage) => string;
	/** What is printed without one of them (`VERB RESOURCE`), where the page says that it works without, or less well. */
	without?: Readonly<Record<string, RegExp>>;
	/** Documented for more than this scene, which does not show that each is needed. */
	shared?: true;
}

interface Scene {
	held: readonly Held[];
	/** Why it cannot be played here. */
	skip?: string;
	/** What there is before. */
	before?: (stage: Stage) => Promise<void>;
	/**
	 * All that the permissions are for. Throws where it is not as it should be. `refusal` is there
	 * when a permission is missing: what watches has to wait for it, as it says so a little later.
	 */
	act: (run: Run, stage: Stage, refusal?: Promise<void>) => Promise<void>;
}

/** Rotates where a copy is, and, after what the admin does `between`, where there is none. */
function rotatesTwice(
	between?: (stage: Stage) => Promise<unknown>,
): Scene["act"] {
	return async (run, stage) => {
		const rotate = (stdin: string) =>
			run(["rotate", "--registry-password-stdin", "--no-verify"], { stdin });
		await ends(0, rotate("q"), `configured in ${stage.app}`);
		await between?.(stage);
		await stage.removeCopy();
		await ends(0, rotate("r"), `created in ${stage.app}`);
	};
}

const on = (resource: string, ...verbs: string[]): Permission[] =>
	verbs.map((verb) => ({ resource, verb }));

/** Runs it and holds its status against the expected one. */
async function ends(
	status: number,
	running: Promise<Outcome>,
	...texts: string[]
): Promise<void> {
	const { status: actual, out, err } = await running;
	assert.equal(actual, status, out + err);
	for (const text of texts)
		assert.ok((out + err).includes(text), `"${text}" in ${out}${err}`);
}

/** What `sync --watch` may do as install runs it, with Secrets of its name alone. */
const installed = (name: string, flags: Partial<Installation>) =>
	rightsOf({
		source: { namespace: "mesh", name },
		names: undefined,
		attaches: false,
		deletes: false,
		policies: false,
		args: [],
		image: "",
		healthPort: 1,
		metricsPort: undefined,
		...flags,
	});

const inMesh = (stage: Stage) => stage.mesh;
const inApp = (stage: Stage) => stage.app;

/** Somebody edits the account just before each patch, which then has to read it again. */
const editing =
	(stage: Stage, account: string) =>
	(cluster: Cluster): Cluster => ({
		...cluster,
		async patch(kind, ref, operations, options) {
			if (kind === "ServiceAccount") await stage.edit(account);
			return cluster.patch(kind, ref, operations, options);
		},
	});

async function watchEverywhere(
	run: Run,
	stage: Stage,
	refusal?: Promise<void>,
): Promise<void> {
	const argv = ["-l", stage.selector, "--attach=worker", "--prune", "-y"];
	await using watch = await watching({ run }, argv, {
		wrap: editing(stage, "worker"),
	});
	await watch.says("serviceaccount/worker configured");
	await stage.source("q");
	await watch.says(`configured in ${stage.app}`);
	await stage.detachByHand("worker");
	await watch.says("serviceaccount/worker configured");
	await stage.unlabel();
	await watch.says(`deleted from ${stage.app}`);
	await refusal;
}

/** `install -n`: some of what its account may do in a namespace. */
const installedIn =
	(place: "mesh" | "app", which: (rule: PolicyRule) => boolean) =>
	(name: string) =>
		(installed(name, { names: ["app"] }).inNamespaces.get(place) ?? []).filter(
			which,
		);

const ofNamespaces = ({ resources }: PolicyRule) =>
	resources.includes("namespaces");
const ofOthers = (rule: PolicyRule) => !ofNamespaces(rule);

async function watchByName(
	run: Run,
	stage: Stage,
	refusal?: Promise<void>,
): Promise<void> {
	// Somebody writes the copy just before each patch, which then has to read it again.
	const wrap = (cluster: Cluster): Cluster => ({
		...cluster,
		async patch(kind, ref, operations, options) {
			if (kind === "Secret" && ref.namespace === stage.app)
				await stage.touchCopy();
			return cluster.patch(kind, ref, operations, options);
		},
	});
	await using watch = await watching({ run }, ["-n", stage.app], { wrap });
	await stage.source("q");
	await watch.says(`configured in ${stage.app}`);
	await stage.removeCopy();
	await watch.says(`created in ${stage.app}`);
	await refusal;
}

/** `install --by-policy`: what its account may do with admission policies, a rule a kind. */
function onPolicies(name: string): PolicyRule[] {
	return installed(name, { source: { namespace: name, name }, policies: true })
		.everywhere.filter(({ apiGroups }) => apiGroups[0] !== "")
		.flatMap((rule) =>
			rule.resources.map((resource) => ({ ...rule, resources: [resource] })),
		);
}

/** Another registry changes a policy, another namespace its binding; a rule makes both, and its end deletes both. */
async function watchPolicies(
	run: Run,
	stage: Stage,
	refusal?: Promise<void>,
): Promise<void> {
	const named = { namespaces: { [stage.app]: "", [stage.mesh]: "" } };
	await using watch = await watching({ run }, []);
	await stage.admin(
		...["create", "--add", "--registry-server=other.example"],
		...["--registry-username=bob", "--registry-password=p"],
	);
	await watch.says("policy/kubectl-meshreg.names.");
	await stage.record(named);
	await watch.says("binding/kubectl-meshreg.names.");
	await stage.record(named, { selector: stage.selector });
	await watch.says(
		"policy/kubectl-meshreg.rules.",
		"binding/kubectl-meshreg.rules.",
	);
	await stage.record(named);
	await watch.says(
		'policy "kubectl-meshreg.rules.',
		'binding "kubectl-meshreg.rules.',
	);
	await refusal;
}

/** What the page says of whoever changes service accounts. */
const ON_ACCOUNTS =
	"`get` and `patch` on service accounts; `list` as well for all of them (`--all-serviceaccounts`, `--attach='*'`); `list` on pods, to name";
/** The rights of whoever changes named ones in the application's namespace. */
const ACCOUNTS_CHANGED: Held = {
	by: {
		sentence: ON_ACCOUNTS,
		grants: [...on("serviceaccounts", "get", "patch"), ...on("pods", "list")],
	},
	namespace: inApp,
};

/** What `check` looks at in the application's namespace. */
const CHECKED: Held = {
	by: {
		sentence: "`list` on Secrets, service accounts and pods",
		grants: ["secrets", "serviceaccounts", "pods"].flatMap((resource) =>
			on(resource, "list"),
		),
	},
	namespace: inApp,
};

const scenes: Readonly<Record<string, Scene>> = {
	"everything, cluster-wide": {
		held: [{ by: { role: "meshreg" } }],
		async before(stage) {
			await stage.source();
			await stage.account("worker");
			await stage.pod("worker");
			await stage.cannotPull();
		},
		async act(run, stage) {
			await ends(0, run([...stage.credential("p"), "--replace"]), "unchanged");
			const old = [`${stage.registry}/app:1`, "-n", stage.app, "--pod=old"];
			await ends(1, run(["explain", ...old]), "pod/old in");
			await ends(1, run(["check", "-n", stage.app]), "1 pod");
			const sync = ["sync", "-l", stage.selector];
			await ends(0, run([...sync, "--attach=worker"]), "created", "worker");
			await stage.source("q");
			await ends(0, run(sync), "configured");
			await ends(0, run(["list"]), "InSync");
			await ends(0, run(["sync", "--needed"]), `unchanged in ${stage.app}`);
			await stage.removeCopy();
			await stage.opaque(stage.app);
			await ends(0, run([...sync, "--force", "--yes"]), `in ${stage.app}`);
			const account = ["worker", "-n", stage.app];
			await ends(0, run(["detach", ...account]), "configured");
			await ends(0, run(["attach", ...account]), "configured");
			await ends(
				1,
				run(["sync", "-n", cluster.named("none"), "--dry-run=client"]),
				"not found",
			);
			await ends(0, run(["prune", "--yes"]), "deleted", "worker");
		},
	},
	"sync --watch, cluster-wide": {
		held: [{ by: { role: "meshreg-watch" } }],
		async before(stage) {
			await stage.source();
			await stage.account("worker");
		},
		act: watchEverywhere,
	},
	"install -l --attach --prune": {
		held: [
			{
				by: {
					installed: (name) =>
						installed(name, { attaches: true, deletes: true }).everywhere,
				},
			},
		],
		async before(stage) {
			await stage.source();
			await stage.account("worker");
		},
		act: watchEverywhere,
	},
	"install -n": {
		held: [
			{ by: { installed: installedIn("mesh", ofOthers) }, namespace: inMesh },
			{ by: { installed: installedIn("app", ofOthers) }, namespace: inApp },
		],
		before: (stage) => stage.source(),
		act: watchByName,
	},
	"install -n, recorded with the namespace's uid before": {
		held: [
			{
				by: { installed: installedIn("mesh", ofOthers) },
				namespace: inMesh,
				shared: true,
			},
			{
				by: { installed: installedIn("app", ofOthers) },
				namespace: inApp,
				shared: true,
			},
			{ by: { installed: installedIn("app", ofNamespaces) }, namespace: inApp },
		],
		async before(stage) {
			await stage.source();
			await stage.admin("sync", "-n", stage.app);
		},
		act: watchByName,
	},
	"install --by-policy": {
		held: [
			{
				by: { installed: (name) => installed(name, {}).everywhere },
				shared: true,
			},
			{ by: { installed: onPolicies } },
		],
		...(hasPolicies
			? {}
			: { skip: "the server has no MutatingAdmissionPolicy" }),
		async before(stage) {
			await stage.source();
			await stage.admin("sync", "-n", stage.app);
			await stage.admin("attach", "--by-policy");
		},
		act: watchPolicies,
	},
	"sync -n": {
		held: [
			{ by: { role: "meshreg-source" }, namespace: inMesh },
			{ by: { role: "meshreg-target" }, namespace: inApp },
		],
		before: (stage) => stage.source(),
		async act(run, stage) {
			const sync = ["sync", "-n", stage.app];
			await ends(0, run(sync), "created");
			await stage.source("q");
			await ends(0, run(sync), "configured");
			const { err } = await run([...sync, "-v=6"]);
			const paths = [...err.matchAll(/^[A-Z]+ https?:\/\/[^/]+(\S+) \d+/gm)];
			assert.notEqual(paths.length, 0, err);
			for (const [, path = ""] of paths)
				assert.match(
					path,
					new RegExp(
						`^/api/v1/namespaces/(${stage.mesh}|${stage.app})(/|$|\\?)`,
					),
					"nothing cluster-wide is read",
				);
		},
	},
	"sync -n --watch": {
		held: [
			{ by: { role: "meshreg-source" }, namespace: inMesh, shared: true },
			{ by: { role: "meshreg-target" }, namespace: inApp, shared: true },
			...[inMesh, inApp].map((namespace) => ({
				by: {
					sentence:
						"(with `-n`: `list` and `watch` on Secrets in the source's and the target namespaces,",
					grants: on("secrets", "list", "watch"),
				},
				namespace,
			})),
		],
		before: (stage) => stage.source(),
		async act(run, stage, refusal) {
			await using watch = await watching({ run }, ["-n", stage.app]);
			await stage.source("q");
			await watch.says(`configured in ${stage.app}`);
			await stage.removeCopy();
			await watch.says(`created in ${stage.app}`);
			await refusal;
		},
	},
	"sync -n --once": {
		held: [
			{
				by: {
					sentence:
						"| `sync -n` | `get` on the source; `patch` as well, unless with `--once` |",
					grants: on("secrets", "get"),
				},
				namespace: inMesh,
			},
			{ by: { role: "meshreg-target" }, namespace: inApp },
		],
		before: (stage) => stage.source(),
		async act(run, stage) {
			const sync = ["sync", "-n", stage.app, "--once"];
			await ends(0, run(sync), "created");
			await stage.source("q");
			await ends(0, run(sync), "configured");
		},
	},
	"sync -n --attach": {
		held: [
			{ by: { role: "meshreg-source" }, namespace: inMesh, shared: true },
			{ by: { role: "meshreg-target" }, namespace: inApp, shared: true },
			ACCOUNTS_CHANGED,
		],
		async before(stage) {
			await stage.source();
			await stage.account("worker");
			await stage.pod("worker");
		},
		act: (run, stage) =>
			ends(
				0,
				run(["sync", "-n", stage.app, "--attach=worker"]),
				"serviceaccount/worker configured",
				"pod/old",
			),
	},
	"attach -n and detach -n": {
		held: [ACCOUNTS_CHANGED],
		async before(stage) {
			await stage.account("worker");
			await stage.pod("worker");
		},
		async act(run, stage) {
			const where = ["worker", "-n", stage.app];
			await ends(0, run(["attach", ...where]), "configured");
			await ends(0, run(["detach", ...where]), "configured");
		},
	},
	"attach -n and detach -n, recorded": {
		held: [
			{
				by: {
					sentence:
						"`get` and `patch` on the source, for the accounts to be recorded",
					grants: on("secrets", "get", "patch"),
				},
				namespace: inMesh,
				// `attach` and `detach` work without.
				without: {
					"get secrets":
						/^.*"secret\/\S+ configured" in serviceaccount\/worker configured in \S+ namespace\n$/,
				},
			},
			{ ...ACCOUNTS_CHANGED, shared: true },
		],
		async before(stage) {
			await stage.account("worker");
			await stage.source();
			await stage.admin("sync", "-n", stage.app);
		},
		async act(run, stage) {
			const where = ["worker", "-n", stage.app];
			const recorded = `secret/${stage.mesh} configured`;
			await ends(0, run(["attach", ...where]), recorded);
			await ends(0, run(["detach", ...where]), recorded);
		},
	},
	rotate: {
		held: [
			{
				by: {
					sentence: "| `rotate` | `get` and `patch` on the source |",
					grants: on("secrets", "get", "patch"),
				},
				namespace: inMesh,
			},
			{
				by: {
					sentence:
						"| `get`, `create` and `patch` on Secrets; `get` on the Namespaces that are recorded",
					grants: on("secrets", "get", "create", "patch"),
				},
				namespace: inApp,
			},
			{
				by: {
					sentence:
						"`get` on the Namespaces that are recorded with their uid: without it",
					grants: on("namespaces", "get"),
				},
			},
		],
		async before(stage) {
			await stage.source();
			await stage.admin("sync", "-n", stage.app);
		},
		act: rotatesTwice(),
	},
	"rotate as a job, by names and by a rule": {
		held: [
			{ by: { role: "meshreg-source" }, namespace: inMesh },
			{ by: { role: "meshreg-target" }, namespace: inApp },
			{ by: { role: "meshreg-record" } },
		],
		async before(stage) {
			await stage.source();
			await stage.admin("sync", "-n", stage.app);
		},
		act: rotatesTwice((stage) => stage.admin("sync", "-l", stage.selector)),
	},
	apply: {
		held: [
			{
				by: {
					sentence:
						"| `apply` | as `create` (`create` only where there is no source yet) | as `rotate`;",
					grants: on("secrets", "get", "create", "patch"),
				},
				namespace: inMesh,
			},
			{
				by: {
					sentence:
						"where the record or `--attach` names service accounts, as `attach`",
					grants: [
						...on("serviceaccounts", "get", "patch"),
						...on("pods", "list"),
					],
				},
				namespace: inApp,
			},
			{
				by: {
					sentence:
						"| `get`, `create` and `patch` on Secrets; `get` on the Namespaces that are recorded",
					grants: on("secrets", "get", "create", "patch"),
				},
				namespace: inApp,
			},
			{
				by: {
					sentence: "`get` on the Namespaces that are recorded",
					grants: on("namespaces", "get"),
				},
				shared: true,
			},
		],
		before: (stage) => stage.account("worker"),
		async act(run, stage) {
			const apply = (password: string) => {
				const [, ...credential] = stage.credential(password);
				return ["apply", ...credential];
			};
			const here = ["-n", stage.app, "--attach=worker"];
			await ends(0, run([...apply("p"), ...here]), "worker configured");
			await ends(0, run(apply("q")), `configured in ${stage.app}`);
		},
	},
	create: {
		held: [
			{
				by: {
					sentence: "| `create` | `get`, `create` and `patch` on Secrets;",
					grants: on("secrets", "get", "create", "patch"),
				},
				namespace: inMesh,
			},
		],
		async act(run, stage) {
			await ends(0, run(stage.credential("p")), "created");
			await ends(0, run([...stage.credential("q"), "--replace"]), "configured");
		},
	},
	"create --create-namespace": {
		held: [
			{
				by: {
					sentence: "with `--create-namespace` also `create` on namespaces",
					grants: on("namespaces", "create"),
				},
			},
			{
				by: {
					sentence: "| `create` | `get`, `create` and `patch` on Secrets;",
					grants: on("secrets", "get", "create", "patch"),
				},
				shared: true,
			},
		],
		async act(run, stage) {
			const fresh = cluster.own(`${stage.mesh}-fresh`);
			await ends(
				0,
				run([...stage.credential("p"), "-n", fresh, "--create-namespace"]),
				`created in ${fresh}`,
			);
			await ends(
				0,
				run([...stage.credential("p"), "-n", fresh, "--create-namespace"]),
				"unchanged",
			);
		},
	},
	"create --force over another type": {
		held: [
			{
				by: {
					sentence: "with `--force` over another type also `delete`",
					grants: on("secrets", "delete"),
				},
				namespace: inMesh,
			},
			{
				by: {
					sentence: "| `create` | `get`, `create` and `patch` on Secrets;",
					grants: on("secrets", "get", "create", "patch"),
				},
				namespace: inMesh,
				shared: true,
			},
		],
		before: (stage) => stage.opaque(stage.mesh),
		act: (run, stage) =>
			ends(0, run([...stage.credential("p"), "--force", "--yes"]), stage.mesh),
	},
	"attach -n and detach -n, all accounts": {
		held: [
			{
				by: {
					sentence: ON_ACCOUNTS,
					grants: on("serviceaccounts", "list"),
				},
				namespace: inApp,
			},
			{ ...ACCOUNTS_CHANGED, shared: true },
		],
		before: (stage) => stage.account("worker"),
		async act(run, stage) {
			const where = ["--all-serviceaccounts", "-n", stage.app];
			await ends(0, run(["attach", ...where]), "configured");
			await ends(0, run(["detach", ...where]), "configured");
		},
	},
	"list -n": {
		held: [
			{
				by: {
					sentence:
						"| `list -n` | `get` on the source; without it copies are `Unknown` | `list` on Secrets |",
					grants: on("secrets", "get"),
				},
				namespace: inMesh,
				without: { "get secrets": /"InSync" in .* Unknown /s },
			},
			{
				by: {
					sentence: "| `list` on Secrets |",
					grants: on("secrets", "list"),
				},
				namespace: inApp,
			},
		],
		async before(stage) {
			await stage.source();
			await stage.admin("sync", "-n", stage.app);
		},
		act: (run, stage) => ends(0, run(["list", "-n", stage.app]), "InSync"),
	},
	"check -n": {
		held: [
			{
				by: {
					sentence:
						"| `check -n` | `list` on Secrets (`get` for `check NAME`) | `list` on Secrets, service accounts and pods;",
					grants: on("secrets", "get"),
				},
				namespace: inMesh,
				without: { "get secrets": /not checked \(not allowed\): the source\b/ },
			},
			CHECKED,
			{
				by: {
					sentence:
						"service accounts and pods; `get` on the Namespaces that are recorded with their uid |",
					grants: on("namespaces", "get"),
				},
				without: {
					"get namespaces": /not checked \(not allowed\): Namespaces\b/,
				},
			},
		],
		async before(stage) {
			await stage.source();
			await stage.admin("sync", "-n", stage.app);
		},
		async act(run, stage) {
			const { out } = await run(["check", "-n", stage.app]);
			for (const good of [/√ 1 copy/, /√ \d+ service acc/, /√ no pod/])
				assert.match(out, good);
		},
	},
	"check -n, of all sources": {
		held: [
			{
				by: {
					sentence:
						"| `check -n` | `list` on Secrets (`get` for `check NAME`) |",
					grants: on("secrets", "list"),
				},
				namespace: inMesh,
				without: {
					"list secrets": /not checked \(not allowed\): the source\b/,
				},
			},
			{ ...CHECKED, shared: true },
		],
		before: (stage) => stage.source(),
		act: async (run, stage) =>
			assert.match(
				(await run(["check", "-n", stage.app], { env: { MESHREG_NAME: "" } }))
					.out,
				/√ \S+ is well-formed/,
			),
	},
	"explain, a workload": {
		held: [
			{
				by: {
					sentence:
						"| `get` on service accounts and Secrets; `get` on pods for `pod/NAME`, `list` for workloads |",
					grants: [
						...on("secrets", "get"),
						...on("serviceaccounts", "get"),
						...on("pods", "list"),
					],
				},
				namespace: inApp,
			},
		],
		async before(stage) {
			await stage.source();
			await stage.account("worker");
			await stage.admin("sync", "-n", stage.app, "--attach=worker");
			await stage.pod("worker", "web");
		},
		act: (run, stage) =>
			ends(0, run(["explain", "sts/web", "-n", stage.app]), "kubelet tries"),
	},
	explain: {
		held: [
			{
				by: {
					sentence:
						"| `explain` | | `get` on service accounts and Secrets; `get` on pods for `pod/NAME`, `list` for workloads |",
					grants: ["secrets", "serviceaccounts", "pods"].flatMap((resource) =>
						on(resource, "get"),
					),
				},
				namespace: inApp,
			},
		],
		async before(stage) {
			await stage.source();
			await stage.account("worker");
			await stage.admin("sync", "-n", stage.app, "--attach=worker");
			await stage.pod("worker");
		},
		async act(run, stage) {
			const of = (...argv: string[]) =>
				run(["explain", ...argv, "-n", stage.app]);
			const image = `${stage.registry}/app:1`;
			await ends(0, of(image, "--serviceaccount=worker"), "kubelet tries");
			await ends(0, of("pod/old"), "kubelet tries");
		},
	},
	"prune -n": {
		held: [
			{
				by: {
					sentence:
						"| `prune -n` | `get` and `patch` on the source, which forgets the namespaces | `list` and `delete` on Secrets;",
					grants: on("secrets", "get", "patch"),
				},
				namespace: inMesh,
				without: {
					"get secrets":
						/Warning: the source in \S+ cannot be read; where its record names/,
				},
			},
			{
				by: {
					sentence:
						"`list` and `delete` on Secrets; `get`, `list` and `patch` on service accounts; `list` on pods, for the question",
					grants: [
						...on("secrets", "list", "delete"),
						...on("serviceaccounts", "get", "list", "patch"),
						...on("pods", "list"),
					],
				},
				namespace: inApp,
				without: { "list pods": /usage unknown: not allowed to list pods/ },
			},
		],
		async before(stage) {
			await stage.source();
			await stage.account("worker");
			await stage.admin("sync", "-n", stage.app, "--attach=worker");
		},
		act: (run, stage) =>
			ends(
				0,
				run(["prune", "-n", stage.app], {
					answers: [["Do you want to continue?", true]],
					wrap: editing(stage, "worker"),
				}),
				"referenced by 1 service account",
				`deleted from ${stage.app}`,
				`secret/${stage.mesh} configured`,
				"taken back: 1 service account",
			),
	},
	export: {
		held: [
			{
				by: {
					sentence:
						"| `export`, `inject --with-secret` | `get` on the source |",
					grants: on("secrets", "get"),
				},
				namespace: inMesh,
			},
		],
		before: (stage) => stage.source(),
		act: (run) => ends(0, run(["export"]), "auths"),
	},
	"inject --with-secret": {
		held: [
			{
				by: {
					sentence:
						"| `export`, `inject --with-secret` | `get` on the source |",
					grants: on("secrets", "get"),
				},
				namespace: inMesh,
			},
		],
		before: (stage) => stage.source(),
		act: (run) =>
			ends(
				0,
				run(["inject", "-f", "-", "--with-secret"], {
					stdin: JSON.stringify({
						apiVersion: "v1",
						kind: "Pod",
						metadata: { name: "x", namespace: "app" },
						spec: { containers: [{ name: "c", image: "app" }] },
					}),
				}),
				".dockerconfigjson",
			),
	},
};

/** What the documentation grants there, or install. */
function granted({ by }: Held): Permission[] {
	if ("installed" in by) return permissions(by.installed("any"));
	if ("grants" in by) {
		assert.ok(
			pageSays(by.sentence),
			`docs/permissions.md says: ${by.sentence}`,
		);
		return by.grants;
	}
	const role = roles.get(by.role);
	assert.ok(role, `docs/permissions.md has the Role ${by.role}`);
	return permissions(role.rules);
}

/** One permission less than documented. */
interface Without {
	at: number;
	permission: Permission;
}

/** Plays a scene, and returns what the API server refused. */
async function play(
	name: string,
	scene: Scene,
	without?: Without,
): Promise<string[]> {
	const stage = await Stage.set();
	await scene.before?.(stage);
	const grants = scene.held.map((held, at): Grant => {
		const isGranted = ({ resource, verb }: Permission) =>
			at !== without?.at ||
			resource !== without.permission.resource ||
			verb !== without.permission.verb;
		const rules =
			"installed" in held.by
				? held.by
						.installed(stage.mesh)
						.map((rule) => ({
							...rule,
							verbs: rule.verbs.filter((verb) =>
								isGranted({ resource: rule.resources[0] ?? "", verb }),
							),
						}))
						.filter(({ verbs }) => verbs.length > 0)
				: rulesFor(granted(held).filter(isGranted));
		return held.namespace === undefined
			? { rules }
			: { namespace: held.namespace(stage), rules };
	});
	const kubeconfig = await cluster.account(stage.mesh, grants);
	const refused: string[] = [];
	const refusal = Promise.withResolvers<void>();
	const run: Run = (argv, given = {}) =>
		new Promise((resolve, reject) => {
			const look = (text: string) => {
				for (const [words] of text.matchAll(
					/cannot \w+ resource "\w+"|needs cluster-wide \w+ on \w+|cannot tell whether [^(]*\(needs \w+ on \w+\)/g,
				))
					refused.push(words);
				if (refused.length > 0) refusal.resolve();
			};
			meshreg(argv, {
				...given,
				kubeconfig,
				env: { ...stage.env, ...given.env },
				onWrite(stream, text) {
					look(text);
					given.onWrite?.(stream, text);
					// What stays and tries again would not end by itself.
					if (refused.length > 0 && argv.includes("--watch"))
						resolve({ status: 1, out: "", err: text, asked: [] });
				},
			}).then(resolve, reject);
		});
	try {
		await scene.act(run, stage, without && refusal.promise);
	} catch (error) {
		if (without === undefined) throw error;
		refused.push(`${name}: ${error instanceof Error ? error.message : error}`);
	}
	return refused;
}

/** The watch says it to the cluster where it can, and goes on where it may not: no refusal tells of it. */
const isSilent = ({ verb, resource }: Permission) =>
	verb === "create" && resource === "events";

for (const [name, scene] of Object.entries(scenes))
	describe(name, { concurrency: 3, skip: scene.skip ?? false }, () => {
		test("what is documented is enough", async () => {
			assert.deepEqual(await play(name, scene), []);
		});
		for (const [at, held] of scene.held.entries())
			for (const permission of held.shared ? [] : granted(held)) {
				const { verb, resource } = permission;
				if (isSilent(permission)) continue;
				const told =
					held.without?.[`${verb} ${resource}`] ??
					new RegExp(
						`cannot ${verb} resource "${resource}"|needs (?:cluster-wide )?${verb} on ${resource}\\b`,
					);
				test(`and no more: ${verb} ${resource}`, async () => {
					const refused = await play(name, scene, { at, permission });
					assert.match(refused.join("\n"), told);
				});
			}
	});
