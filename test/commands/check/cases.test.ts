/** What public reports brought to light, as kubelets, tools and people wrote it: each case by its name in the book of cases. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import type { CheckItem } from "../../../src/report/check.ts";
import type { Json } from "../../support/api-server/objects.ts";
import * as build from "../../support/build.ts";
import { spoken } from "../../support/shell-words.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const KEY = "nginx-mesh-registry-key";
const NOW = Date.parse("2026-11-28T08:00:00Z");
const MINUTE = 60_000;

/** The objects of a file in test/data/pods, with the status that a kubelet wrote. */
function replay(bed: TestBed, file: string): void {
	const text = readFileSync(
		new URL(`../../data/pods/${file}.yaml`, import.meta.url),
		"utf8",
	);
	for (const document of parseAllDocuments(text))
		bed.server.store.seed(document.toJS());
}

/** The problem of pods that check finds in JSON, and what it says in text. */
async function problems(
	bed: TestBed,
	args: string[] = [],
): Promise<{ items: CheckItem[]; out: string }> {
	const json = await bed.run(["check", "-o", "json", ...args]);
	const items: CheckItem[] = JSON.parse(json.out).items;
	const { out } = await bed.run(["check", ...args]);
	return {
		items: items.filter(({ workloads }) => workloads.length > 0),
		out,
	};
}

/** A source recorded for namespaces. */
function source(
	bed: TestBed,
	hosts: string[],
	namespaces: string[] = [],
	more: object = {},
): void {
	const auths = Object.fromEntries(
		hosts.map((host) => [host, { username: "robot", password: "right" }]),
	);
	build.source(bed, auths, namespaces, more);
}

const started = (namespaces: string[] = [], options = {}) =>
	testBed({ namespaces: ["nginx-mesh", ...namespaces], ...options });

/** By case: the cause, what it says, and the command. */
const CASES: readonly [
	file: string,
	found: readonly [cause: string, message: string, command: string][],
	says?: string,
][] = [
	[
		"f02-rejected-two-registries",
		[
			[
				"rejected",
				"harbor.example.com rejects the credential in f02/regcred; 1 pod cannot pull",
				"kubectl meshreg create regcred -n f02 --force --registry-server harbor.example.com",
			],
		],
	],
	[
		"f03-aks-oauth-and-anonymous",
		[
			[
				"rejected",
				"myacr.azurecr.io rejects the credential in f03/regcred; 1 pod cannot pull",
				"kubectl meshreg create regcred -n f03 --force --registry-server myacr.azurecr.io",
			],
		],
	],
	[
		"f04-token-server-web-page",
		[
			[
				"web-page",
				"harbor.example.com answers with a web page; 1 pod cannot pull",
				"",
			],
		],
		"The host name is not a registry's, or a proxy or mirror of the nodes answers in its place.",
	],
	[
		"f05-env-secret-missing",
		[
			[
				"not-found",
				"image or tag not found at quay.io (or this user cannot see it); 1 pod cannot pull",
				"",
			],
		],
	],
	[
		"f05b-env-secret-missing-public",
		[
			[
				"not-found",
				"image or tag not found at docker.io (or this user cannot see it); 1 pod cannot pull",
				"",
			],
		],
	],
	[
		"f06-image-volume",
		[
			[
				"no-key",
				"no pull secret has an entry for models.private.example; 1 pod cannot pull",
				"",
			],
		],
		"pod/web lists its pull secrets in the pod's spec: add nginx-mesh-registry-key there or in the template, and recreate it.",
	],
	[
		"f07-two-images-old-kubelet",
		[
			[
				"not-found",
				"image or tag not found at registry.example.com (or this user cannot see it); 1 pod cannot pull",
				"",
			],
			[
				"rate-limit",
				"docker.io: rate limit reached (429); 1 pod cannot pull",
				"",
			],
		],
	],
	[
		"f08-text-html",
		[["web-page", "docker.io answers with a web page; 1 pod cannot pull", ""]],
	],
	[
		"f09-blob-host",
		[
			[
				"unreachable",
				"nodes cannot reach docker-images-prod.0000.r2.cloudflarestorage.com (the host of the layers of litmuschaos.docker.scarf.sh); 1 pod cannot pull",
				"",
			],
		],
	],
	[
		"f10-pause-image",
		[
			[
				"sandbox-image",
				'nodes cannot pull the sandbox image, which every pod needs: "unexpected status from HEAD request to https://registry-1.docker.io/v2/rancher/mirrored-pause/manifests/3.6: 401 Unauthorized"; 1 pod cannot pull',
				"",
			],
		],
		"The node needs a credential of its own, or another sandbox image",
	],
	[
		"f11-tag-401",
		[
			[
				"registry-error",
				"registry.example.org fails with a server error; 1 pod cannot pull",
				"",
			],
		],
	],
	[
		"f12-rate-limit-no-login",
		[
			[
				"rate-limit",
				"registry.k8s.io: rate limit reached (429); 1 pod cannot pull",
				"",
			],
		],
		"It has no accounts to log in with: pull from a mirror, or wait.",
	],
	[
		"f13-owned-secret",
		[
			[
				"expired-token",
				"the token for 123456789012.dkr.ecr.eu-west-1.amazonaws.com in f13/ecr has expired; 1 pod cannot pull",
				"",
			],
		],
		"The Secret is owned by ExternalSecret/ecr, which overwrites it: fix it there.",
	],
	[
		"f14-openshift-dockercfg",
		[
			[
				"rejected",
				"image-registry.openshift-image-registry.svc:5000 rejects the credential in f14/default-dockercfg-x7k2p; 1 pod cannot pull",
				"",
			],
		],
		"oc policy add-role-to-user system:image-puller system:serviceaccount:NAMESPACE:default -n PROJECT",
	],
];

/** The case of the book by the beginning of its file's name. */
const BOOK: Readonly<Record<string, string>> = {
	f01: "M1",
	f02: "H1",
	f03: "M2",
	f04: "M2",
	f05: "M3",
	f06: "M4",
	f07: "M5",
	f08: "M8",
	f09: "M8",
	f10: "M8",
	f11: "L1",
	f12: "L2",
	f13: "L3",
	f14: "L4",
};

describe("a case is told as what it is", () => {
	for (const [file, found, says] of CASES)
		test(`${BOOK[file.slice(0, 3)]}: ${file}`, async () => {
			await using bed = await started();
			source(bed, []);
			replay(bed, file);
			const { items, out } = await problems(bed);
			assert.deepEqual(
				items.map(({ cause, message, command }) => [cause, message, command]),
				found,
			);
			if (says !== undefined) assert.ok(out.includes(says), out);
			assert.doesNotMatch(out, /--replace|delete secret/);
		});
});

describe("H1: no printed command loses another registry's credential", () => {
	test("a rejected credential of an unmanaged Secret is replaced alone", async () => {
		await using bed = await started();
		// What a source's copy beside it says is another matter.
		source(bed, ["r.io"], ["f02"]);
		replay(bed, "f02-rejected-two-registries");
		const { items } = await problems(bed);
		const { argv } = spoken(items[0]?.command ?? "", {});
		const outcome = await bed.run(
			[
				...argv,
				"--registry-username=robot",
				"--registry-password-stdin",
				"--yes",
				"--no-verify",
			],
			{ stdin: "new" },
		);
		assert.equal(outcome.status, 0, outcome.err);
		const { auths } = bed.content("f02", "regcred") as {
			auths: Record<string, { password?: string; auth?: string }>;
		};
		assert.equal(auths["harbor.example.com"]?.password, "new");
		assert.equal(auths["ghcr.io"]?.auth, "dXNlcjpwYXNzd29yZA==");
	});

	test("one of the older type is named, with what a person has to do", async () => {
		await using bed = await started(["app"]);
		source(bed, []);
		bed.server.store.seed({
			kind: "Secret",
			metadata: {
				namespace: "app",
				name: "old",
				creationTimestamp: new Date(NOW - 60 * MINUTE).toISOString(),
			},
			type: "kubernetes.io/dockercfg",
			data: { ".dockercfg": btoa('{"r.io":{"auth":"dTpw"}}') },
		});
		account(bed, "app", { imagePullSecrets: [{ name: "old" }] });
		pod(bed, "app", "web", "r.io/web:1", {
			message: "unauthorized",
			secrets: ["old"],
		});
		const { out } = await problems(bed);
		assert.match(
			out,
			/^× r\.io rejects the credential in app\/old; .*\n.*\n {4}Replace the credential where the Secret comes from\.$/m,
		);
	});

	test("nothing is attached to an account that is gone, nor recorded for it", async () => {
		await using bed = await started(["app"]);
		source(bed, ["r.io"], ["app"]);
		account(bed, "app");
		pod(bed, "app", "web", "r.io/web:1", {
			message: "unauthorized",
			account: "builder",
		});
		const told =
			"builder does not exist, and pods are not made without: create it first.";
		const { items, out } = await problems(bed);
		assert.deepEqual(
			items.map(({ cause, command }) => [cause, command]),
			[["no-secret", ""]],
		);
		assert.ok(out.includes(` serviceaccount/${told}\n`), out);
		const explained = await bed.run(["explain", "pod/web", "-n", "app"]);
		assert.ok(explained.out.includes(` ${told}\n`), explained.out);
		assert.doesNotMatch(explained.out, /Fix:|Gives/);
		// Once it is there, the commands do what they say.
		account(bed, "app", { metadata: { namespace: "app", name: "builder" } });
		const [item] = (await problems(bed)).items;
		assert.equal(item?.command, "kubectl meshreg sync -n app --attach=builder");
	});

	for (const [what, host, type] of [
		["has others", "other.io", "kubernetes.io/dockerconfigjson"],
		// It is not read.
		["is none that kubelets use", "r.io", "Opaque"],
	] as const)
		test(`a Secret in a copy's place that ${what} is left alone`, async () => {
			await using bed = await started(["app"]);
			source(bed, ["r.io"], ["app"]);
			build.secret(bed, "app", { [host]: user }, { type });
			account(bed, "app");
			pod(bed, "app", "web", "r.io/web:1", { message: "unauthorized" });
			const { items, out } = await problems(bed);
			assert.deepEqual(
				items.map(({ cause, command }) => [cause, command]),
				[["no-secret", ""]],
			);
			assert.match(out, /does not manage is in the copy's place;/);
			assert.doesNotMatch(out, /--force|Gives/);
		});

	test("a malformed source is attached nowhere: it would fail every pull", async () => {
		await using bed = await started();
		build.source(bed, { "a.io": user, "b.io": { auth: "bm9uZQ==" } });
		build.account(bed, "nginx-mesh/default", []);
		for (const image of ["a.io/web:1", "c.io/web:1"])
			pod(bed, "nginx-mesh", image.slice(0, 1), image, {
				message: "unauthorized",
			});
		const { items, out } = await problems(bed);
		assert.deepEqual(
			items.map(({ cause, command }) => [cause, command]),
			[
				["no-key", ""],
				["no-key", ""],
			],
		);
		assert.match(out, /^ {4}Fix: kubectl meshreg rotate --registry-server b/m);
		assert.doesNotMatch(out, /attach|--add/);
	});

	test("a malformed source with other entries is not written again", async () => {
		await using bed = await started();
		bed.server.store.seed({
			kind: "Secret",
			metadata: {
				namespace: "nginx-mesh",
				name: KEY,
				labels: { usage: KEY },
				annotations: {
					"kubectl-meshreg/registry-servers": '{"a.io":"a.io","b.io":"b.io"}',
				},
			},
			type: "kubernetes.io/dockerconfigjson",
			data: { ".dockerconfigjson": btoa("{") },
		});
		const { out } = await bed.run(["check"]);
		assert.match(out, /it cannot be read/);
		assert.doesNotMatch(out, /create|--replace/);
	});
});

/** A pod that waits for its image, or runs. */
function pod(
	bed: TestBed,
	namespace: string,
	name: string,
	image: string,
	more: {
		message?: string;
		created?: number;
		secrets?: string[];
		account?: string;
		node?: string;
		metadata?: object;
	} = {},
): void {
	const { message, created = NOW, secrets = [], account = "default" } = more;
	bed.server.store.seed({
		kind: "Pod",
		metadata: {
			namespace,
			name,
			creationTimestamp: new Date(created).toISOString(),
			...more.metadata,
		},
		spec: {
			serviceAccountName: account,
			...(more.node !== undefined && { nodeName: more.node }),
			containers: [{ name: "main", image }],
			imagePullSecrets: secrets.map((secret) => ({ name: secret })),
		},
		status: {
			phase: message === undefined ? "Running" : "Pending",
			containerStatuses: [
				{
					name: "main",
					image,
					state:
						message === undefined
							? { running: {} }
							: { waiting: { reason: "ErrImagePull", message } },
				},
			],
		},
	});
}

function secret(
	bed: TestBed,
	at: string,
	auths: object,
	more: { metadata?: object; type?: string; changed?: number } = {},
): void {
	const [namespace = "", name = ""] = at.split("/");
	const time = new Date(more.changed ?? NOW).toISOString();
	bed.server.store.seed({
		kind: "Secret",
		metadata: {
			namespace,
			name,
			creationTimestamp: "2026-01-01T00:00:00Z",
			managedFields: [
				{
					manager: "x",
					operation: "Update",
					apiVersion: "v1",
					fieldsType: "FieldsV1",
					time,
					fieldsV1: { "f:data": {} },
				},
			],
			...more.metadata,
		},
		type: more.type ?? "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": btoa(JSON.stringify({ auths })) },
	});
}

function account(bed: TestBed, namespace: string, more: object = {}): void {
	bed.server.store.seed({
		kind: "ServiceAccount",
		metadata: { namespace, name: "default" },
		...more,
	});
}

const still = { stillAt: NOW };
const user = { username: "robot", password: "right" };

describe("M2, B2: what is said is judged by what is newer", () => {
	const rows: [
		what: string,
		given: { changed: number; created: number; event?: number },
		cause: string,
	][] = [
		[
			"a credential that changed just now, of a pod from before",
			{ changed: NOW - 20_000, created: NOW - 60 * MINUTE },
			"retry-pending",
		],
		[
			"a credential that changed so long ago that it has been tried",
			{ changed: NOW - 6 * MINUTE, created: NOW - 60 * MINUTE },
			"rejected",
		],
		[
			"a pod that is younger than the credential",
			{ changed: NOW - 2 * MINUTE, created: NOW - MINUTE },
			"rejected",
		],
		[
			"an attempt since then",
			{
				changed: NOW - 2 * MINUTE,
				created: NOW - 60 * MINUTE,
				event: NOW - MINUTE,
			},
			"rejected",
		],
		[
			"no attempt since then, however long ago",
			{
				changed: NOW - 30 * MINUTE,
				created: NOW - 60 * MINUTE,
				event: NOW - 31 * MINUTE,
			},
			"retry-pending",
		],
	];
	for (const [what, { changed, created, event }, cause] of rows)
		test(what, async () => {
			await using bed = await started(["app"], still);
			source(bed, []);
			secret(bed, "app/mine", { "r.io": user }, { changed });
			pod(bed, "app", "web", "r.io/web:1", {
				message: "unauthorized: incorrect username or password",
				created,
				secrets: ["mine"],
			});
			if (event !== undefined)
				bed.server.store.seed({
					kind: "Event",
					metadata: { namespace: "app", name: "e" },
					type: "Warning",
					reason: "Failed",
					message: 'Failed to pull image "r.io/web:1": unauthorized',
					lastTimestamp: new Date(event).toISOString(),
					involvedObject: { kind: "Pod", namespace: "app", name: "web" },
				});
			const { items } = await problems(bed);
			assert.deepEqual(
				items.map((item) => item.cause),
				[cause],
			);
			if (cause === "retry-pending") assert.equal(items[0]?.severity, "note");
		});

	test("the Secret that came later is tried by itself", async () => {
		await using bed = await started(["app"], still);
		source(bed, []);
		secret(bed, "app/mine", { "r.io": user }, { changed: NOW - 20_000 });
		pod(bed, "app", "web", "r.io/web:1", {
			message: "no basic auth credentials",
			created: NOW - 60 * MINUTE,
			secrets: ["mine"],
		});
		const { out } = await bed.run(["check"]);
		assert.match(
			out,
			/i app\/mine changed 20s ago, after the last attempt at r\.io; 1 pod cannot pull\n {4}app: pod\/web: r\.io\/web:1\n {4}Kubelets retry within 5 minutes, or delete the pod\.\n/,
		);
	});

	test("a list is older than what its account references only where it is", async () => {
		await using bed = await started(["app"], still);
		source(bed, []);
		secret(bed, "app/mine", { "r.io": user });
		const since = (...times: number[]) =>
			account(bed, "app", {
				metadata: {
					namespace: "app",
					name: "default",
					managedFields: times.map((time) => ({
						time: new Date(time).toISOString(),
					})),
				},
				imagePullSecrets: [{ name: "mine" }],
			});
		pod(bed, "app", "web", "r.io/web:1", { message: "unauthorized" });
		since(NOW + MINUTE);
		assert.equal((await problems(bed)).items[0]?.cause, "pod-older");
		since(NOW - MINUTE);
		assert.equal((await problems(bed)).items[0]?.cause, "pod-lacks");
		// As with each default account that Kubernetes makes: who wrote to what was empty once is not kept.
		since();
		assert.equal((await problems(bed)).items[0]?.cause, "pod-older");
	});

	test("a list with a name that is none, most likely a typo, is told as what it is", async () => {
		await using bed = await started(["app"]);
		source(bed, []);
		secret(bed, "app/mine", { "r.io": user });
		account(bed, "app", { imagePullSecrets: [{ name: "mine" }] });
		pod(bed, "app", "web", "r.io/web:1", {
			message: "no basic auth credentials",
			secrets: ["mien"],
		});
		const { out } = await bed.run(["check", "-q"]);
		assert.match(
			out,
			/Pods keep the imagePullSecrets they start with\. app\/mien is referenced, and does not exist\./,
		);
	});
});

for (const [entry, hint] of [
	[
		{ username: "robot", password: "right\n" },
		"the password ends in a line end",
	],
	[
		{ auth: btoa("robot:\ufeffright".replace("\ufeff", "\xef\xbb\xbf")) },
		"the password begins with a byte order mark",
	],
	[{ auth: btoa("robot:"), identitytoken: "x" }, "the password is empty"],
] as const)
	test(`F6: a rejection says what looks wrong: ${hint}`, async () => {
		await using bed = await started(["app"]);
		source(bed, []);
		secret(bed, "app/mine", { "r.io": entry });
		pod(bed, "app", "web", "r.io/web:1", {
			message: "unauthorized: incorrect username or password",
			secrets: ["mine"],
		});
		const { items } = await problems(bed);
		assert.deepEqual(
			items.map(({ cause, message }) => [cause, message]),
			[
				[
					"rejected",
					`r.io rejects the credential in app/mine (${hint}); 1 pod cannot pull`,
				],
			],
		);
	});

for (const [what, data, hint] of [
	[
		"F15: one that is malformed beside a good one",
		'{"auths":{"r.io":{"auth":"x"},"s.io":{"auth":"dTpw"}}}',
		/^ {4}Its other entries are good, and stay\.\n {4}Fix: /m,
	],
	[
		"F15: the only one is malformed",
		'{"auths":{"r.io":{"auth":"x"}}}',
		/input byte \d\n {4}Fix: /,
	],
	[
		"F16: a docker config in base64 once more",
		btoa('{"auths":{"r.io":{"auth":"dTpw"}}}'),
		/^ {4}Its content was encoded in base64 twice: decode it once, or replace it\.$/m,
	],
] as const)
	test(`${what}: what is to be done about it`, async () => {
		await using bed = await started();
		source(bed, ["r.io"]);
		const there = bed.server.store.get("Secret", "nginx-mesh", KEY);
		bed.server.store.seed({
			kind: "Secret",
			metadata: there?.metadata ?? {},
			type: "kubernetes.io/dockerconfigjson",
			data: { ".dockerconfigjson": btoa(data) },
		});
		const { out } = await bed.run(["check", "-q"], { columns: 200 });
		assert.match(out, hint);
	});

/** The default account says that attach added the pull secret, and does not reference it. */
const losesAttachment = (bed: TestBed, namespace: string) =>
	account(bed, namespace, {
		metadata: {
			namespace,
			name: "default",
			labels: { "kubectl-meshreg/attached": "true" },
			annotations: { "kubectl-meshreg/attached-keys": KEY },
		},
		imagePullSecrets: [],
	});

test("M6: an attachment that something took out is told, and the attachment made again", async () => {
	await using bed = await started(["f20"]);
	source(bed, ["registry.example.com"], ["f20"]);
	await bed.run(["sync", "-n", "f20"]);
	losesAttachment(bed, "f20");
	pod(bed, "f20", "web", "registry.example.com/app:1");
	const { out, status } = await bed.run(["check", "-q"]);
	assert.deepEqual(
		[status, out],
		[
			0,
			`service accounts
----------------
‼ serviceaccount/default in f20: attach added ${KEY}, and something took it out; pods created from now on cannot pull with it
    Something sets the whole list, such as a manifest that is reapplied: add the pull secret there.
    Fix: kubectl meshreg attach -n f20
`,
		],
	);
});

test("M6: where no record serves, what an account says of attach is told, and --fix runs nothing for it", async () => {
	await using bed = await started(["evil"]);
	source(bed, ["registry.example.com"]);
	build.secret(bed, "evil", "{}");
	losesAttachment(bed, "evil");
	const before = bed.server.store.version;
	const { out, status } = await bed.run(["check", "-q", "--fix", "--yes"]);
	assert.deepEqual(
		[status, out, bed.server.store.version],
		[
			0,
			`service accounts
----------------
‼ serviceaccount/default in evil: attach added ${KEY}, and something took it out; pods created from now on cannot pull with it
    Something sets the whole list, such as a manifest that is reapplied: add the pull secret there.
    See: kubectl meshreg attach -n evil
`,
			before,
		],
	);
});

describe("M6: an account that the record attaches, and that lacks what was attached", () => {
	/** Service accounts `attach` of app are recorded, and default and runner were created again since. */
	async function recreated(attach: string): Promise<TestBed> {
		const bed = await started(["app"]);
		source(bed, ["registry.example.com"]);
		const create = () => {
			for (const name of ["default", "runner"])
				build.account(bed, `app/${name}`);
		};
		create();
		await bed.run(["sync", "-n=app", `--attach=${attach}`]);
		create();
		return bed;
	}
	const told = (accounts: string, fix: string) =>
		`service accounts
----------------
‼ ${accounts} in app: ${KEY} is recorded as attached, and is not; pods created from now on cannot pull with it
    The account is newer, or a manifest that is reapplied sets its list: add the pull secret there.
    Fix: kubectl meshreg attach ${fix}-n app
`;
	const rows: [what: string, attach: string, found: string][] = [
		["by its name", "default", told("serviceaccount/default", "")],
		[
			"as one of all",
			"*",
			told("serviceaccount/default, runner", "default runner "),
		],
	];
	for (const [what, attach, found] of rows)
		test(`${what}: is told, and attached by the fix`, async () => {
			await using bed = await recreated(attach);
			const { status, out } = await bed.run(["check", "-q"]);
			assert.deepEqual([status, out], [0, found]);
			await bed.run(["check", "--fix", "--yes"]);
			const after = await bed.run(["check", "-q"]);
			assert.deepEqual([after.status, after.out], [0, ""]);
		});

	test("once, where a pod of its own waits", async () => {
		await using bed = await recreated("default");
		pod(bed, "app", "web", "registry.example.com/app:1", {
			message: "unauthorized",
		});
		const { out } = await bed.run(["check", "-q"]);
		assert.doesNotMatch(out, /is recorded as attached/);
		assert.match(out, /1 pod cannot pull/);
	});
});

test("nothing is attached of a source whose record cannot be read, also where it is not the first", async () => {
	await using bed = await started(["app"]);
	source(bed, ["r.io"], ["app"]);
	source(bed, ["q.io"], [], {
		at: "nginx-mesh/team",
		annotations: { "kubectl-meshreg/targets": '[{"more":1}]' },
	});
	secret(
		bed,
		"app/team",
		{ "q.io": user },
		{
			metadata: build.copyOf("nginx-mesh/team"),
		},
	);
	const attached = (name: string) => ({
		metadata: {
			namespace: "app",
			name,
			labels: { "kubectl-meshreg/attached": "true" },
			annotations: { "kubectl-meshreg/attached-keys": "team" },
		},
	});
	build.account(bed, "app/lost", [], attached("lost"));
	build.account(bed, "app", []);
	pod(bed, "app", "runs", "q.io/app:1");
	pod(bed, "app", "waits", "q.io/app:1", { message: "unauthorized" });
	const refused = await bed.run(["attach", "-n=app", "--secret=team"]);
	assert.match(refused.err, /^error: /);
	const { out } = await bed.run(["check"]);
	assert.match(out, /serviceaccount\/lost in app/);
	assert.doesNotMatch(out, /meshreg attach/);
});

test("L9: the nearest miss is told, as explain has it", async () => {
	await using bed = await started(["app"]);
	source(bed, []);
	for (const [name, auths, type] of [
		["port", { "r.io": user }, "kubernetes.io/dockerconfigjson"],
		["opaque", { "q.io": user }, "Opaque"],
	] as const)
		secret(bed, `app/${name}`, auths, { type });
	pod(bed, "app", "a", "r.io:5000/a", {
		message: "unauthorized",
		secrets: ["port"],
	});
	pod(bed, "app", "b", "q.io/b", {
		message: "unauthorized",
		secrets: ["opaque"],
	});
	const { out } = await bed.run(["check"]);
	assert.match(out, /The key r\.io in app\/port has no port/);
	assert.match(
		out,
		/app\/opaque has a key that matches, q\.io, but is of type Opaque/,
	);
});

for (const [who, refused, told] of [
	[
		"who may list Secrets and not read one, beyond what is known,",
		/\/secrets\/opaque$/,
		"i serviceaccount/default in app references gone, which does not exist",
	],
	[
		"who cannot be told the names of Secrets",
		/\/app\/secrets$/,
		"× cannot read the names of Secrets: Error from server (Forbidden): no",
	],
] as const)
	test(`${who} is told of none that it is not there, nor that all are`, async () => {
		await using bed = await started(["app"]);
		source(bed, []);
		account(bed, "app", { imagePullSecrets: [{ name: "gone" }] });
		secret(bed, "app/opaque", { "q.io": user }, { type: "Opaque" });
		pod(bed, "app", "runs", "r.io/web:1", { secrets: ["opaque"] });
		pod(bed, "app", "waits", "q.io/web:1", {
			message: "unauthorized",
			secrets: ["opaque"],
		});
		bed.server.onRequest(({ path, query }) =>
			refused.test(path) && !query.has("fieldSelector")
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { out } = await bed.run(["check", "-n", "app"]);
		assert.deepEqual(out.match(/^.*(?:exist|cannot read).*$/gm), [told]);
	});

test("of two sources for a registry the one that is sent to a namespace is sent there", async () => {
	await using bed = await started(["app"]);
	source(bed, ["r.io"]);
	source(bed, ["r.io"], ["app"], { at: "nginx-mesh/other" });
	account(bed, "app");
	pod(bed, "app", "web", "r.io/web:1", { message: "unauthorized" });
	const { items } = await problems(bed);
	assert.deepEqual(
		items.map(({ command }) => command),
		["kubectl meshreg sync other -n app --attach"],
	);
});

test("what keeps most pods waiting is told first", async () => {
	await using bed = await started(["app"]);
	source(bed, []);
	account(bed, "app");
	for (const name of ["a", "b", "c"])
		pod(bed, "app", name, name === "a" ? "a.io/web:1" : "b.io/web:1", {
			message: "unauthorized",
		});
	const { items } = await problems(bed);
	assert.deepEqual(
		items.map(({ message }) => message),
		["b", "a"].map(
			(name, at) =>
				`no pull secret has an entry for ${name}.io; ${["2 pods", "1 pod"][at]} cannot pull`,
		),
	);
});

test("who may not list pods is not told that none waits", async () => {
	await using bed = await started(["app"]);
	source(bed, ["r.io"]);
	const none = /^√ .*pod/m;
	assert.match((await bed.run(["check", "-n", "app"])).out, none);
	bed.server.onRequest(({ path }) =>
		path.endsWith("/pods")
			? { answer: { status: 403, reason: "Forbidden", message: "no" } }
			: undefined,
	);
	const { out } = await bed.run(["check", "-n", "app"]);
	assert.match(out, /^× cannot read pods/m);
	assert.doesNotMatch(out, none);
});

test("L10: a running pod that references what is not there", async () => {
	await using bed = await started(["app"]);
	source(bed, []);
	account(bed, "app");
	pod(bed, "app", "web", "r.io/web:1", { secrets: ["gone"] });
	const { items } = await problems(bed);
	assert.deepEqual(
		items.map(({ cause, severity, message }) => [cause, severity, message]),
		[
			[
				"secret-missing-runs",
				"warning",
				"1 running pod in app references gone, which does not exist",
			],
		],
	);
});

for (const [what, name, causes] of [
	["a typo", "typo", ["dangling app", "no-secret app"]],
	["the pull secret", KEY, ["secret-missing app"]],
] as const)
	test(`an account that references what is not there is not called good where a pod of its own waits: ${what}`, async () => {
		await using bed = await started(["app"]);
		source(bed, ["r.io"]);
		build.account(bed, "app", [name]);
		pod(bed, "app", "web", "r.io/web:1", {
			message: "unauthorized",
			secrets: [name],
		});
		const { out } = await bed.run(["check", "-o", "json"]);
		const items: CheckItem[] = JSON.parse(out).items;
		assert.deepEqual(
			items
				.filter(({ severity }) => severity !== "ok")
				.map(({ cause, namespaces }) => `${cause} ${namespaces}`),
			causes,
		);
		assert.doesNotMatch(out, /every pull secret/);
	});

describe("what a kubelet has started runs, and nothing else", () => {
	const running = [["would-not-restart"], ["secret-missing-runs"]];
	const cases: [what: string, status: Json, causes: string[][]][] = [
		["no node yet", { phase: "Pending" }, []],
		["says that it runs, and of no container", { phase: "Running" }, []],
		[
			"being created",
			status("Pending", { waiting: { reason: "ContainerCreating" } }),
			[],
		],
		["running", status("Running", { running: {} }), running],
		["ended once", status("Running", { terminated: { exitCode: 1 } }), running],
		[
			"to be started again",
			status("Running", { waiting: { reason: "CrashLoopBackOff" } }, "r.io@1"),
			running,
		],
		[
			"its image is on the node",
			status("Pending", { waiting: { reason: "PodInitializing" } }, "r.io@1"),
			running,
		],
	];
	function status(phase: string, state: Json, imageID = ""): Json {
		return { phase, containerStatuses: [{ name: "main", imageID, state }] };
	}
	for (const [what, state, causes] of cases)
		test(`a pod: ${what}`, async () => {
			await using bed = await started(["app"]);
			source(bed, ["r.io"], []);
			account(bed, "app");
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace: "app", name: "web" },
				spec: {
					containers: [{ name: "main", image: "r.io/web:1" }],
					imagePullSecrets: [{ name: "gone" }],
				},
				status: state,
			});
			const { items } = await problems(bed, ["--before-upgrade"]);
			assert.deepEqual(
				items.map(({ cause }) => [cause]),
				causes,
			);
		});

	test("an account is not blamed for a pod that no node has yet", async () => {
		await using bed = await started(["app"]);
		source(bed, ["r.io"], ["app"]);
		secret(bed, `app/${KEY}`, { "r.io": user });
		account(bed, "app");
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "app", name: "web" },
			spec: { containers: [{ name: "main", image: "r.io/web:1" }] },
			status: { phase: "Pending" },
		});
		const { out } = await problems(bed);
		assert.match(out, /√ 1 service account: every pull secret it references/);
		assert.doesNotMatch(out, /These pods run/);
	});
});

describe("a template's own list is added to, and not made again as it is", () => {
	const added = `kubectl patch deployment/web -n app -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"mine"}]}}}}'`;
	const rows: [what: string, own: string[], created: number, fix: string][] = [
		["a part of what the account had by then", ["other"], NOW, added],
		["what the account does not reference", ["else"], NOW - 60 * MINUTE, added],
		[
			"what may be all that the account had by then",
			["other"],
			NOW - 60 * MINUTE,
			"kubectl rollout restart deployment/web -n app",
		],
	];
	for (const [what, own, created, fix] of rows)
		test(what, async () => {
			await using bed = await started(["app"]);
			source(bed, []);
			for (const name of ["other", "else"])
				secret(bed, `app/${name}`, { "q.io": user });
			secret(bed, "app/mine", { "r.io": user });
			account(bed, "app", {
				metadata: {
					namespace: "app",
					name: "default",
					managedFields: [{ time: new Date(NOW - MINUTE).toISOString() }],
				},
				imagePullSecrets: [{ name: "other" }, { name: "mine" }],
			});
			pod(bed, "app", "web-5d9-x", "r.io/web:1", {
				message: "unauthorized",
				secrets: own,
				created,
				metadata: build.ofDeployment("web"),
			});
			const [item] = (await problems(bed)).items;
			assert.deepEqual(
				[item?.cause, item?.command],
				[fix === added ? "pod-lacks" : "pod-older", fix],
			);
			const explained = await bed.run([
				...["explain", "r.io/web:1", "-n", "app", "--pod", "web-5d9-x"],
			]);
			assert.ok(explained.out.includes(`Fix:\n  ${fix}\n`), explained.out);
		});
});

test("an image that Istio's injector was to fill in wants no credential", async () => {
	await using bed = await started(["app"]);
	source(bed, ["docker.io"], []);
	account(bed, "app");
	pod(bed, "app", "gateway", "auto", {
		message:
			'failed to pull and unpack image "docker.io/library/auto:latest": failed to resolve reference "docker.io/library/auto:latest": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
	});
	const { items, out } = await problems(bed);
	assert.deepEqual(
		items.map(({ cause, message, command }) => [cause, message, command]),
		[
			[
				"not-injected",
				'the image is still "auto", which Istio\'s injector was to fill in; 1 pod cannot pull',
				"",
			],
		],
	);
	assert.doesNotMatch(out, /Gives/);
	const explained = await bed.run(["explain", "pod/gateway", "-n", "app"]);
	assert.deepEqual([explained.status, explained.err], [1, ""]);
	assert.match(
		explained.out,
		/\n\nIstio's injector was to fill in this image, and did not: no pull secret helps\. check says what to look at\.\n$/,
	);
});

describe("a StatefulSet makes no pod again while one of its own waits", () => {
	const rows: [what: string, secrets: string[], fix: string][] = [
		[
			"its account's list: the pod is deleted",
			[],
			"kubectl delete pod db-0 -n app",
		],
		[
			"a list of its own, to which is added",
			["other"],
			`kubectl patch statefulset/db -n app -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"nginx-mesh-registry-key"}]}}}}' && kubectl delete pod db-0 -n app`,
		],
	];
	for (const [what, secrets, fix] of rows)
		test(what, async () => {
			await using bed = await started(["app"]);
			source(bed, ["r.io"], ["app"]);
			secret(bed, "app/other", { "q.io": user });
			account(bed, "app");
			pod(bed, "app", "db-0", "r.io/db:1", {
				message: "unauthorized",
				secrets,
				metadata: {
					ownerReferences: [
						{
							apiVersion: "apps/v1",
							kind: "StatefulSet",
							name: "db",
							uid: "1",
							controller: true,
						},
					],
				},
			});
			const [item] = (await problems(bed)).items;
			assert.equal(
				item?.command.replace(
					/^kubectl meshreg sync -n app(?: --attach)?(?: && |$)/,
					"",
				),
				fix,
			);
		});
});

describe("Kubernetes of today", () => {
	test("a static pod gets no command that cannot help", async () => {
		await using bed = await started(["app"]);
		source(bed, ["r.io"], ["app"]);
		account(bed, "app");
		pod(bed, "app", "proxy-n1", "r.io/proxy:1", {
			message: "unauthorized",
			metadata: {
				annotations: { "kubernetes.io/config.mirror": "x" },
				ownerReferences: [
					{
						apiVersion: "v1",
						kind: "Node",
						name: "n1",
						uid: "1",
						controller: true,
					},
				],
			},
		});
		const { items, out } = await problems(bed);
		assert.deepEqual(
			items.map(({ cause, command }) => [cause, command]),
			[["static-pod", ""]],
		);
		assert.match(out, /The node needs a credential of its own: export writes/);
	});

	test("an account that is annotated for a provider is named, and gets no credential of the provider's registries", async () => {
		await using bed = await started(["app"]);
		const ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
		source(bed, [ecr, "r.io"], []);
		account(bed, "app", {
			metadata: {
				namespace: "app",
				name: "default",
				annotations: { "eks.amazonaws.com/ecr-role-arn": "x" },
			},
		});
		const other = ecr.replace("eu-west-1", "us-east-1");
		pod(bed, "app", "web", `${other}/web:1`, { message: "unauthorized" });
		pod(bed, "app", "runs", `${ecr}/web:1`);
		const { items, out } = await problems(bed);
		assert.deepEqual(
			items.map(({ cause, command }) => [cause, command]),
			[["no-key", ""]],
		);
		assert.match(
			out,
			/i serviceaccount\/default in app: nodes may pull with a credential provider \(Amazon ECR\)/,
		);
		assert.match(out, /annotated for a credential provider \(Amazon ECR\)/);
		assert.doesNotMatch(out, /Gives/);
		// Amazon's provider has none for other registries.
		pod(bed, "app", "sidecar", "r.io/proxy:1", { message: "unauthorized" });
		pod(bed, "app", "others", "r.io/web:1");
		const { items: both, out: later } = await problems(bed, [
			"--before-upgrade",
		]);
		assert.deepEqual(both.map(({ cause }) => cause).sort(), [
			"no-key",
			"no-secret",
			"would-not-restart",
		]);
		assert.match(later, /^ {4}kubectl meshreg sync -n app --attach/m);
		assert.doesNotMatch(later, /pod\/runs\b/);
		assert.equal(later.split("annotated for a").length, 2);
	});

	test("an account that enforces its Secrets refuses pods with others", async () => {
		await using bed = await started(["app"]);
		source(bed, []);
		secret(bed, "app/mine", { "r.io": user });
		account(bed, "app", {
			metadata: {
				namespace: "app",
				name: "default",
				annotations: { "kubernetes.io/enforce-mountable-secrets": "true" },
			},
		});
		pod(bed, "app", "web", "r.io/web:1", { secrets: ["mine"] });
		// Another account's are its own affair.
		secret(bed, "app/theirs", { "r.io": user });
		account(bed, "app", { metadata: { namespace: "app", name: "free" } });
		pod(bed, "app", "free", "r.io/web:1", {
			account: "free",
			secrets: ["theirs"],
		});
		const { items } = await problems(bed);
		assert.deepEqual(
			items.map(({ cause, message }) => [cause, message]),
			[
				[
					"secrets-enforced",
					"serviceaccount/default in app allows only the pull secrets it references: pods that reference mine will be refused",
				],
			],
		);
	});

	const nodes: [version: string | undefined, flags: string[], cause: string][] =
		[
			["v1.35.2", [], "would-not-restart"],
			["v1.36.0-eks-1", [], "would-not-restart"],
			["v1.34.9", [], ""],
			["v1.34.9", ["--before-upgrade"], "would-not-restart"],
			["nonsense", [], ""],
			[undefined, [], ""],
		];
	for (const [version, flags, cause] of nodes)
		test(`a pod on a node of ${version} ${flags.join(" ")}: ${cause}`, async () => {
			await using bed = await started(["app"]);
			source(bed, ["r.io"], []);
			if (version !== undefined)
				bed.server.store.seed({
					kind: "Node",
					metadata: { name: "n1" },
					status: { nodeInfo: { kubeletVersion: version } },
				});
			account(bed, "app");
			pod(bed, "app", "web", "r.io/web:1", { node: "n1" });
			const { items, out } = await problems(bed, flags);
			assert.deepEqual(
				items.map((item) => item.cause),
				cause === "" ? [] : [cause],
			);
			assert.equal(out.includes("Gives app"), cause !== "");
		});

	test("the image of a volume counts as soon as its pod runs", async () => {
		await using bed = await started(["app"]);
		source(bed, ["r.io"], []);
		account(bed, "app");
		const found = async (state: Json) => {
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace: "app", name: "web" },
				spec: {
					containers: [{ name: "main", image: "other.io/web:1" }],
					volumes: [{ name: "model", image: { reference: "r.io/model:1" } }],
				},
				status: { containerStatuses: [{ name: "main", state }] },
			});
			const { items } = await problems(bed, ["--before-upgrade"]);
			return items.map(({ cause }) => cause);
		};
		assert.deepEqual(await found({}), []);
		assert.deepEqual(await found({ running: {} }), ["would-not-restart"]);
	});

	test("Nodes that may not be read are a line, not an error", async () => {
		await using bed = await started(["app"], {
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["get", "list", "create", "patch", "delete"],
					resources: [
						"secrets",
						"serviceaccounts",
						"pods",
						"events",
						"namespaces",
					],
				},
			],
		});
		source(bed, ["r.io"], []);
		account(bed, "app");
		pod(bed, "app", "web", "r.io/web:1", { node: "n1" });
		const outcome = await bed.run(["check"], { user: "sam" });
		assert.equal(outcome.status, 0);
		assert.match(outcome.out, /i not checked \(not allowed\): Nodes\n/);
	});
});

/** Sam may read what check looks at but Namespaces, in these namespaces or in all. */
function readBySam(...namespaces: string[]) {
	return {
		users: { sam: {} },
		allow: [
			{
				user: "sam",
				verbs: ["get", "list"],
				resources: ["secrets", "serviceaccounts", "pods", "events"],
				...(namespaces.length > 0 && { namespaces }),
			},
		],
	};
}

describe("whom to trust", () => {
	test("what a Secret claims is a note that gives it nothing, and changes no status", async () => {
		await using bed = await started(["app", "evil"]);
		source(bed, ["r.io"], ["app"]);
		await bed.run(["sync", "-n", "app"]);
		secret(
			bed,
			`evil/${KEY}`,
			{},
			{
				metadata: build.copyOf(),
			},
		);
		const { status, out } = await bed.run(["check"]);
		assert.equal(status, 0);
		assert.match(
			out,
			/i evil: calls itself a copy of nginx-mesh\/nginx-mesh-registry-key, with other content; not recorded\n {4}It is given nothing\.\n/,
		);
		assert.doesNotMatch(out, /sync|Gives/);
	});

	test("of what a rule may mean nobody is told that it is not recorded, where Namespaces may not be read", async () => {
		await using bed = await started(["app", "shop"], readBySam());
		source(bed, ["r.io"]);
		await bed.run(["sync", "-A", "--exclude", "shop"]);
		await bed.run(["sync", "-n", "shop"]);
		const { status, out } = await bed.run(["check"], { user: "sam" });
		assert.equal(status, 1);
		assert.match(out, /^× cannot read Namespaces: /m);
		assert.doesNotMatch(out, /recorded|Gives/);
		for (const namespace of ["app", "shop"]) {
			const one = await bed.run(["check", "-n", namespace], { user: "sam" });
			assert.equal(one.status, 0, one.out);
			assert.match(one.out, /not checked \(not allowed\): Namespaces$/m);
			assert.doesNotMatch(one.out, /recorded|Gives/);
		}
	});

	/** `app`, recorded, and annotated so that nothing is sent there; with a pod that waits. */
	async function skipped(
		recorded: readonly string[] | "no source" = ["app"],
	): Promise<TestBed> {
		const bed = await started();
		bed.server.store.seed({
			kind: "Namespace",
			metadata: {
				name: "app",
				annotations: { "kubectl-meshreg/skip": "true" },
			},
		});
		if (recorded !== "no source") source(bed, ["r.io"], [...recorded]);
		build.account(bed, "app", []);
		const container = { name: "main", image: "r.io/web:1" };
		const waiting = { reason: "ErrImagePull", message: "pull access denied" };
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "app", name: "web" },
			spec: { containers: [container] },
			status: {
				phase: "Pending",
				containerStatuses: [{ ...container, state: { waiting } }],
			},
		});
		return bed;
	}

	test("a recorded namespace that says skip is told as what it is, and no command sends anything there", async () => {
		await using bed = await skipped();
		const { out } = await bed.run(["check"]);
		assert.match(
			out,
			/× app has no pull secret for r\.io: annotated kubectl-meshreg\/skip=true; 1 pod cannot pull\n.*\n {4}sync writes nothing there while the Namespace is annotated so\.\n/,
		);
		assert.doesNotMatch(out, /Gives|meshreg sync/);
		build.account(bed, "app/builder", [KEY]);
		bed.server.store.delete("Pod", "app", "web");
		const later = (await bed.run(["check"])).out;
		assert.match(later, /serviceaccount\/builder in app references/);
		assert.doesNotMatch(later, /Gives|meshreg sync/);
	});

	for (const [what, recorded] of [
		["of which no record speaks", []],
		["where there is no source yet", "no source"],
	] as const)
		test(`nor does a command give anything to a namespace that says skip, and ${what}`, async () => {
			await using bed = await skipped(recorded);
			for (const argv of [[], ["-n", "app"]]) {
				const { status, out } = await bed.run(["check", ...argv]);
				assert.equal(status, 1);
				assert.match(out, /1 pod cannot pull/);
				assert.doesNotMatch(out, /Gives|meshreg sync/);
			}
		});

	for (const [what, password] of [
		["is no claimant", "right"],
		["is not to be put right", "wrong"],
	] as const)
		test(`a copy in a recorded namespace that says skip ${what}`, async () => {
			await using bed = await skipped();
			secret(
				bed,
				`app/${KEY}`,
				{ "r.io": { username: "robot", password } },
				{ metadata: build.copyOf() },
			);
			const { out } = await bed.run(["check"]);
			assert.match(
				out,
				/× app\/nginx-mesh-registry-key has a credential for r\.io, but/,
			);
			assert.doesNotMatch(out, /calls itself|differs|Gives|meshreg sync/);
		});

	test("a copy is no claimant to who may not compare the uid of its namespace", async () => {
		await using bed = await started(["app"], readBySam());
		source(bed, ["r.io"], []);
		await bed.run(["sync", "-n", "app"]);
		const { out } = await bed.run(["check", "-n", "app"], { user: "sam" });
		assert.match(out, /√ nginx-mesh\/nginx-mesh-registry-key is well-formed/);
		assert.doesNotMatch(out, /calls itself|Gives/);
	});

	for (const [what, argv, user] of [
		["who checks another source", ["team"], "admin"],
		["who may not read the source", ["-n", "app"], "sam"],
	] as const)
		test(`a copy is none that is only called one to ${what}`, async () => {
			await using bed = await started(["app"], readBySam("app"));
			source(bed, ["r.io"], ["app"]);
			source(bed, ["q.io"], [], { name: "team" });
			await bed.run(["sync", KEY, "-n", "app"]);
			const { status, out } = await bed.run(["check", ...argv], { user });
			assert.equal(status, 0);
			assert.doesNotMatch(out, /calls itself|does not exist|prune/);
		});

	test("no command makes an entry for a host with capital letters: it would be written in lower case", async () => {
		for (const isThere of [true, false]) {
			await using bed = await started(["app"]);
			if (isThere) source(bed, ["q.io"], ["app"]);
			build.account(bed, "app", []);
			build.pod(bed, "app/web", {
				image: "R.io/web:1",
				pullSecrets: [],
				waits: "ErrImagePull",
				message: "pull access denied",
			});
			const { out } = await bed.run(["check"]);
			assert.match(out, /R\.io; 1 pod cannot pull/);
			assert.doesNotMatch(out, /--registry-server|Gives/);
		}
	});

	test("a copy of a source elsewhere is told, and not judged", async () => {
		await using bed = await started(["app"]);
		source(bed, ["r.io"]);
		secret(
			bed,
			"app/team",
			{},
			{
				metadata: {
					labels: build.MANAGED,
					annotations: { "kubectl-meshreg/source": "teams/team" },
				},
			},
		);
		const { out } = await bed.run(["check"]);
		assert.match(
			out,
			/i app: calls itself a copy of teams\/team, which is not a source that is checked here\n\n/,
		);
	});

	test("a name in the record of which there is no namespace has no copy to be made", async () => {
		await using bed = await started(["app"]);
		source(bed, ["r.io"], ["app", "gone"]);
		const all = await bed.run(["check"]);
		assert.match(
			all.out,
			/× no copy of nginx-mesh\/\S+ in app, [^\n]*\n {4}Fix: kubectl meshreg sync -n app\n/,
		);
		assert.match(
			all.out,
			/i gone is recorded for [^\n]*\n {4}See: kubectl meshreg sync --forget gone\n/,
		);
		await bed.run(["sync", "-n", "app"]);
		await bed.run(["sync", "--forget", "gone"]);
		assert.equal((await bed.run(["sync"])).status, 0);
		assert.equal((await bed.run(["check"])).status, 0);
	});

	test("whoever may not look at Namespaces trusts the record's name", async () => {
		await using bed = await started(["app"], readBySam());
		source(bed, ["r.io"], ["app"]);
		const { out } = await bed.run(["check"], { user: "sam" });
		assert.match(out, /× no copy of nginx-mesh\/\S+ in app,/);
		assert.doesNotMatch(out, /not checked/);
	});

	test("a namespace that was made again is confirmed by a person", async () => {
		await using bed = await started(["app"]);
		source(bed, ["r.io"], [], {
			annotations: {
				"kubectl-meshreg/targets": '[{"namespaces":{"app":"another-uid"}}]',
			},
		});
		const { status, out } = await bed.run(["check"]);
		assert.equal(status, 1);
		assert.match(
			out,
			/× app was deleted and created again since nginx-mesh\/\S+ was sent to it\n[^\n]*\n/,
		);
		assert.match(
			out,
			/Gives app the credential; run it only if app may have it:\n {4}kubectl meshreg sync -n app\n$/,
		);
	});

	test("the accounts of a namespace that was made again are attached as they were recorded", async () => {
		await using bed = await started(["app", "dev"]);
		source(bed, ["r.io"], [], {
			annotations: {
				"kubectl-meshreg/targets":
					'[{"namespaces":{"app":"another-uid"},"attach":["default"]},{"namespaces":{"dev":"another-uid"}}]',
			},
		});
		account(bed, "app");
		const { out } = await bed.run(["check"]);
		assert.match(
			out,
			/:\n {4}kubectl meshreg sync -n app --attach\n[\s\S]*:\n {4}kubectl meshreg sync -n dev\n$/,
		);
	});

	test("a namespace that a rule serves is not named in the record by a fix", async () => {
		await using bed = await started(["app"]);
		source(bed, ["r.io"], [], {
			annotations: { "kubectl-meshreg/targets": '[{"all":true}]' },
		});
		account(bed, "app");
		pod(bed, "app", "web", "r.io/web:1", { message: "unauthorized" });
		const { items } = await problems(bed);
		assert.equal(
			items[0]?.command,
			"kubectl meshreg sync && kubectl meshreg attach -n app",
		);
		await bed.run(["check", "--fix", "--yes"]);
		const record = bed.server.store.get("Secret", "nginx-mesh", KEY)?.metadata
			.annotations?.["kubectl-meshreg/targets"];
		assert.doesNotMatch(record ?? "", /"app"/);
		assert.ok(bed.server.store.get("Secret", "app", KEY));
	});

	test("a record that is not valid is a problem, and never everything", async () => {
		await using bed = await started(["app"]);
		source(bed, ["r.io"], [], {
			annotations: {
				"kubectl-meshreg/targets": '[{"all":true,"surprise":1}]',
			},
		});
		const { status, out } = await bed.run(["check"]);
		assert.equal(status, 1);
		assert.match(
			out,
			/× the record of nginx-mesh\/\S+ is not valid: entry 1: unknown field "surprise"\n/,
		);
		assert.doesNotMatch(out, /Fix:|Gives/);
	});

	test("B3: all sources of the namespace are looked at, whatever their names", async () => {
		await using bed = await started(["app"]);
		for (const name of ["team-a", "team-b"])
			source(bed, ["r.io"], [], {
				name,
				labels: build.labelsOf(name),
			});
		const { status, out } = await bed.run(["check"]);
		assert.equal(status, 0);
		assert.match(out, /√ nginx-mesh\/team-a is well-formed/);
		assert.match(out, /√ nginx-mesh\/team-b is well-formed/);
		const one = await bed.run(["check", "team-b"]);
		assert.match(one.out, /√ nginx-mesh\/team-b is well-formed/);
		assert.doesNotMatch(one.out, /team-a/);
	});
});
