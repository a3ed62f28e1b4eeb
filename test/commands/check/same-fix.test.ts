/** Why a pod cannot pull has one fix, whoever is asked: check about everything, or explain about that pod. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CheckItem } from "../../../src/report/check.ts";
import {
	account,
	type Content,
	copyOf,
	goingNamespace,
	NAME,
	ofDeployment,
	secret,
	source,
} from "../../support/build.ts";
import { PlayedNode } from "../../support/played-node.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const user = (password = "right") => ({ username: "robot", password });
const R = { "r.io": user() };
const Q = { "q.io": user() };
const UNREADABLE = { "r.io": { auth: "%" } };
const record = (text: string) => ({ "kubectl-meshreg/targets": text });

interface Scene {
	/** What the account references. */
	account?: readonly string[];
	/** The content of the usual source, and to where it was sent. */
	source?: Content;
	sent?: readonly string[];
	/** Of the source's metadata, beside or in place of that. */
	source_?: object;
	/** What bears its name in app, with what is not as a copy's. */
	copy?: Content;
	copy_?: Parameters<typeof secret>[3];
	/** Other Secrets, by place. */
	secrets?: Readonly<Record<string, Content>>;
	/** Other sources, all sent to app. */
	sources?: Readonly<Record<string, Content>>;
	pod?: Pod;
	/** What is done after the pod was made. */
	lately?: (bed: TestBed) => void | Promise<void>;
	/** Who asks; default the admin. */
	as?: string;
}

interface Pod {
	namespace?: string;
	image?: string;
	of?: string;
	/** A list of its own. */
	list?: readonly string[];
	/** Nothing makes it again. */
	bare?: true;
	metadata?: object;
	/** What its kubelet says; default what one would say of these Secrets. */
	waiting?: { reason: string; message: string };
}

async function arrange(bed: TestBed, scene: Scene): Promise<void> {
	const { pod = {}, sent = [], source_ = {} } = scene;
	const { namespace = "app", image = "r.io/web:1", of = "default" } = pod;
	const { store } = bed.server;
	if (of === "default") account(bed, namespace, scene.account ?? []);
	if (scene.source) source(bed, scene.source, sent, source_);
	for (const [at, content] of Object.entries(scene.sources ?? {}))
		source(bed, content, ["app"], { at });
	if (scene.copy)
		secret(bed, "app", scene.copy, { metadata: copyOf(), ...scene.copy_ });
	for (const [at, content] of Object.entries(scene.secrets ?? {}))
		secret(bed, at, content);
	const made = pod.bare ? {} : ofDeployment("web");
	store.seed({
		kind: "Pod",
		metadata: { namespace, name: "web-0", ...made, ...pod.metadata },
		spec: {
			serviceAccountName: of,
			containers: [{ name: "main", image }],
			imagePullSecrets: (pod.list ?? scene.account ?? []).map((name) => ({
				name,
			})),
		},
		...(pod.waiting && {
			status: {
				containerStatuses: [
					{ name: "main", image, state: { waiting: pod.waiting } },
				],
			},
		}),
	});
	await scene.lately?.(bed);
	if (pod.waiting === undefined) new PlayedNode(store).pull();
}

const failed = (message: string) => ({ reason: "ErrImagePull", message });
const AGAIN = "&& kubectl rollout restart deployment/web -n app";

/** `gives`: the command is told apart, since it gives the credential to whom nobody sent it. */
const ROWS: [what: string, fix: string, scene: Scene][] = [
	[
		"no source",
		`gives: kubectl meshreg create --registry-server r.io && kubectl meshreg sync -n app --attach ${AGAIN}`,
		{},
	],
	[
		"no source, whose name the account references: what is made in its copy's place would keep it away",
		"gives: kubectl meshreg create --registry-server r.io && kubectl meshreg sync -n app",
		{ account: [NAME] },
	],
	[
		"a Secret that the account references, and that nobody made",
		"kubectl meshreg create regcred -n app --registry-server r.io",
		{ account: ["regcred"] },
	],
	[
		"no source but elsewhere, where anybody may have made it",
		`gives: kubectl meshreg create -n app --registry-server r.io && kubectl meshreg attach -n app --secret ${NAME} ${AGAIN}`,
		{ sources: { [`shop/${NAME}`]: R } },
	],
	[
		"what bears its copy's name, and no source: a sync would fail",
		"",
		{ account: [NAME], copy: Q, copy_: { metadata: {} } },
	],
	[
		"not sent to the namespace",
		`gives: kubectl meshreg sync -n app --attach ${AGAIN}`,
		{ source: R },
	],
	[
		"no copy",
		`kubectl meshreg sync -n app --attach ${AGAIN}`,
		{ source: R, sent: ["app"] },
	],
	[
		"no copy, where the account references it",
		"kubectl meshreg sync -n app",
		{ account: [NAME], source: R, sent: ["app"] },
	],
	[
		"no copy, where a rule serves the namespace: its name is not to stand in the record",
		`kubectl meshreg sync && kubectl meshreg attach -n app ${AGAIN}`,
		{ source: R, source_: { annotations: record('[{"all":true}]') } },
	],
	[
		"no copy, in a namespace that was made again",
		`gives: kubectl meshreg sync -n app --attach ${AGAIN}`,
		{
			source: R,
			source_: { annotations: record('[{"namespaces":{"app":"old"}}]') },
		},
	],
	[
		"no copy, where the kubelet's event is gone and says nothing any more",
		`kubectl meshreg sync -n app --attach ${AGAIN}`,
		{
			source: R,
			sent: ["app"],
			pod: {
				waiting: {
					reason: "ImagePullBackOff",
					message: 'Back-off pulling image "r.io/web:1"',
				},
			},
		},
	],
	[
		"a copy that nobody references",
		`kubectl meshreg attach -n app ${AGAIN}`,
		{ source: R, sent: ["app"], copy: R },
	],
	[
		"the same, for another account",
		`kubectl meshreg attach runner -n app ${AGAIN}`,
		{
			source: R,
			sent: ["app"],
			copy: R,
			pod: { of: "runner" },
			lately: (bed) => account(bed, "app/runner"),
		},
	],
	[
		"the same, of an account that is gone",
		"",
		{ source: R, sent: ["app"], copy: R, pod: { of: "gone" } },
	],
	[
		"the same, of a pod with a list of its own",
		`kubectl patch deployment/web -n app -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"nginx-mesh-registry-key"}]}}}}'`,
		{ source: R, sent: ["app"], copy: R, pod: { list: ["own"] } },
	],
	[
		"a Secret of somebody's that nobody references, beside a source that was not sent here",
		`kubectl meshreg attach -n app --secret regcred ${AGAIN}`,
		{ source: R, secrets: { "app/regcred": R } },
	],
	[
		"attached after the pod was made",
		"kubectl rollout restart deployment/web -n app",
		{
			source: R,
			sent: ["app"],
			copy: R,
			lately: (bed) => account(bed, "app", [NAME]),
		},
	],
	[
		"the same, of a pod that nothing makes again",
		"",
		{
			source: R,
			sent: ["app"],
			copy: R,
			pod: { bare: true },
			lately: (bed) => account(bed, "app", [NAME]),
		},
	],
	[
		"added by an admission policy after the pod was made",
		"kubectl rollout restart deployment/web -n app",
		{
			source: R,
			sent: ["app"],
			copy: R,
			lately: async (bed) => void (await bed.run(["attach", "--by-policy"])),
		},
	],
	[
		"an admission policy that is gone",
		`kubectl meshreg attach -n app ${AGAIN}`,
		{
			source: R,
			source_: {
				annotations: {
					...record('[{"namespaces":{"app":""}}]'),
					"kubectl-meshreg/attached-by-policy": "true",
				},
			},
			copy: R,
		},
	],
	[
		"a copy that differs",
		"kubectl meshreg sync -n app",
		{ account: [NAME], source: R, sent: ["app"], copy: Q },
	],
	[
		"a copy that cannot be read",
		"kubectl meshreg sync -n app",
		{ account: [NAME], source: R, sent: ["app"], copy: UNREADABLE },
	],
	[
		"the same, where a rule serves the namespace",
		"kubectl meshreg sync",
		{
			account: [NAME],
			source: R,
			source_: { annotations: record('[{"all":true}]') },
			copy: "not json",
		},
	],
	[
		"a copy as unreadable as its source",
		"kubectl meshreg rotate --registry-server r.io",
		{
			account: [NAME],
			source: { ...UNREADABLE, ...Q },
			sent: ["app"],
			copy: { ...UNREADABLE, ...Q },
		},
	],
	[
		"a Secret of somebody's that cannot be read",
		"",
		{ account: ["regcred"], secrets: { "app/regcred": UNREADABLE } },
	],
	[
		"another host",
		"kubectl meshreg create --add --registry-server q.io && kubectl meshreg sync",
		{
			account: [NAME],
			source: R,
			sent: ["app"],
			copy: R,
			pod: { image: "q.io/web" },
		},
	],
	[
		"another host, of a source that was sent elsewhere as well",
		`kubectl meshreg create --add --registry-server q.io && kubectl meshreg sync && kubectl meshreg attach -n app ${AGAIN}`,
		{
			source: R,
			sent: ["app", "shop"],
			copy: R,
			pod: { image: "q.io/web" },
		},
	],
	[
		"another path",
		"kubectl meshreg create --add --registry-server r.io && kubectl meshreg sync",
		{
			account: [NAME],
			source: { "r.io/team": user() },
			sent: ["app"],
			copy: { "r.io/team": user() },
		},
	],
	[
		"a host with capitals, for which no entry can be written",
		"",
		{
			account: [NAME],
			source: R,
			sent: ["app"],
			copy: R,
			pod: { image: "R.io/web" },
		},
	],
	[
		"another source that has the registry",
		`kubectl meshreg sync team -n app --attach ${AGAIN}`,
		{ source: Q, sent: ["app"], sources: { "nginx-mesh/team": R } },
	],
	[
		"two sources of which neither has it",
		"",
		{ source: Q, sent: ["app"], sources: { "nginx-mesh/team": Q } },
	],
	[
		"a source that is being deleted: it is to be used no more",
		`gives: kubectl meshreg create -n app --registry-server r.io && kubectl meshreg attach -n app --secret ${NAME} ${AGAIN}`,
		{
			source: R,
			sent: ["app"],
			source_: {
				deletionTimestamp: "2026-01-01T00:00:00Z",
				finalizers: ["example.com/wait"],
			},
		},
	],
	[
		"beside the source",
		"kubectl meshreg attach -n nginx-mesh && kubectl rollout restart deployment/web -n nginx-mesh",
		{ source: R, pod: { namespace: "nginx-mesh" } },
	],
	[
		"a namespace that is to get none",
		"",
		{
			source: R,
			sent: ["app"],
			lately: ({ server }) =>
				server.store.seed({
					kind: "Namespace",
					metadata: {
						name: "app",
						annotations: { "kubectl-meshreg/skip": "true" },
					},
				}),
		},
	],
	[
		"a namespace that is being deleted",
		"",
		{ source: R, sent: ["app"], lately: (bed) => goingNamespace(bed, "app") },
	],
	...(
		[
			["of somebody", { metadata: {} }],
			["of another source", { metadata: copyOf(`keys/${NAME}`) }],
			["of another type", { metadata: {}, type: "Opaque" }],
			["that is immutable", { immutable: true }],
			[
				"of Helm",
				{ metadata: { labels: { "app.kubernetes.io/managed-by": "Helm" } } },
			],
		] as const
	).map(([whose, copy_]): [string, string, Scene] => [
		`a Secret ${whose} in the copy's place`,
		"",
		{ account: [NAME], source: R, sent: ["app"], copy: Q, copy_ },
	]),
	[
		"Docker Hub, which asked for a credential",
		`gives: kubectl meshreg create --registry-server docker.io && kubectl meshreg sync -n app --attach ${AGAIN}`,
		{ pod: { image: "nats:2.9" } },
	],
	[
		"Docker Hub's limit, where a Secret that nobody references is for it",
		`kubectl meshreg attach -n app --secret hub ${AGAIN}`,
		{
			secrets: { "app/hub": { "docker.io": user() } },
			pod: { image: "nats:2.9" },
		},
	],
	[
		"a registry that has no accounts",
		"",
		{
			pod: {
				image: "registry.k8s.io/x:1",
				waiting: failed("unexpected status: 429 Too Many Requests"),
			},
		},
	],
	[
		"a credential provider on the node",
		"",
		{
			source: R,
			sent: ["app"],
			pod: { image: "1.dkr.ecr.eu-west-1.amazonaws.com/x:1" },
			lately: (bed) =>
				account(bed, "app", [], {
					metadata: {
						namespace: "app",
						name: "default",
						annotations: { JFrogExchange: "true" },
					},
				}),
		},
	],
	[
		"a static pod, which can use none",
		"",
		{
			source: R,
			sent: ["app"],
			pod: {
				bare: true,
				metadata: { annotations: { "kubernetes.io/config.mirror": "x" } },
			},
		},
	],
	[
		"who may see this namespace and the source's, where there is none",
		`kubectl meshreg create -n app --registry-server r.io && kubectl meshreg attach -n app --secret ${NAME} ${AGAIN}`,
		{ as: "ann" },
	],
	[
		"who may see this namespace alone",
		`kubectl meshreg create -n app --registry-server r.io && kubectl meshreg attach -n app --secret ${NAME} ${AGAIN}`,
		{ source: R, sent: ["app"], as: "sam" },
	],
];

/** The command in the text of either verb, and whether it is told apart. */
function fixIn(text: string): string {
	const [, fix] = /^Fix:\n {2}(.*)$/m.exec(text) ?? [];
	const [, gives] = /^Gives app .*:\n +(.*)$/m.exec(text) ?? [];
	return fix ?? (gives === undefined ? "" : `gives: ${gives}`);
}

async function asked(scene: Scene) {
	await using bed = await testBed({
		namespaces: ["app", "shop", "nginx-mesh"],
		users: { sam: {}, ann: {} },
		allow: [
			["sam", ["app"]] as const,
			["ann", ["app", "nginx-mesh"]] as const,
		].map(([who, namespaces]) => ({
			user: who,
			verbs: ["get", "list"],
			resources: ["pods", "secrets", "serviceaccounts", "events"],
			namespaces,
		})),
	});
	await arrange(bed, scene);
	const given = { user: scene.as ?? "admin" };
	const at = ["-n", scene.pod?.namespace ?? "app"];
	const explained = await bed.run(["explain", "pod/web-0", ...at], given);
	const json = await bed.run(["check", "-o", "json", ...at], given);
	const items: CheckItem[] = JSON.parse(json.out).items;
	const own = items.find(({ workloads }) => workloads.length > 0)?.command;
	const text = await bed.run(["check", "-q", ...at], given);
	return { explained, check: own || fixIn(text.out) };
}

describe("check and explain print the same fix", () => {
	for (const [what, fix, scene] of ROWS)
		test(what, async () => {
			const { explained, check } = await asked(scene);
			assert.equal(fixIn(explained.out), fix, explained.out);
			assert.equal(explained.status, 1);
			assert.equal(check, fix);
		});
});

/** What docs/commands.md says of explain: it tells what a kubelet would try, and not what came of it. */
describe("explain judges no pull that was tried", () => {
	const rows: [what: string, explained: string, check: string, scene: Scene][] =
		[
			[
				"a credential that the registry rejects",
				"",
				"kubectl meshreg rotate --registry-server r.io",
				{
					account: [NAME],
					source: { "r.io": user("wrong") },
					sent: ["app"],
					copy: { "r.io": user("wrong") },
				},
			],
			[
				"an image that does not exist",
				`kubectl meshreg sync -n app --attach ${AGAIN}`,
				"",
				{
					source: R,
					sent: ["app"],
					pod: { waiting: failed('"r.io/web:1": not found') },
				},
			],
			[
				"an image that is never pulled",
				`kubectl meshreg sync -n app --attach ${AGAIN}`,
				"",
				{
					source: R,
					sent: ["app"],
					pod: {
						waiting: {
							reason: "ErrImageNeverPull",
							message:
								'Container image "r.io/web:1" is not present with pull policy of Never',
						},
					},
				},
			],
			[
				"what is wrong with a source is told by check",
				"kubectl meshreg check",
				"",
				{ source: { ...UNREADABLE, ...Q }, sent: ["app"] },
			],
		];
	for (const [what, ofExplain, ofCheck, scene] of rows)
		test(what, async () => {
			const { explained, check } = await asked(scene);
			assert.equal(fixIn(explained.out), ofExplain, explained.out);
			assert.equal(check, ofCheck);
		});
});
