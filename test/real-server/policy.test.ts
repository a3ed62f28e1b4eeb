/**
 * The policies that attach at admission, as kube-apiserver of Kubernetes 1.36 or later runs them: the embedded
 * server stores policies and runs none.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { inParallel } from "../../src/actions/in-parallel.ts";
import {
	desiredPolicies,
	type PolicyObject,
} from "../../src/core/accounts/policy.ts";
import { readDockerConfig } from "../../src/core/credentials/docker-config.ts";
import { areTooMany, imageTests } from "../../src/core/kubelet/image-test.ts";
import { findCredentials } from "../../src/core/kubelet/keyring.ts";
import {
	parseRecord,
	type SourceRecord,
} from "../../src/core/pull-secrets/record.ts";
import { MANAGED } from "../support/build.ts";
import { realCluster, type TestCluster } from "../support/cluster.ts";
import { meshreg } from "../support/command-line.ts";
import { heeded } from "../support/heeded.ts";
import { newAuthority } from "../support/registry/certificates.ts";

const JSON_TYPE = "kubernetes.io/dockerconfigjson";
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";

const cluster: TestCluster = await realCluster();
after(() => cluster[Symbol.asyncDispose]());
const { status: known } = await cluster.api.request(
	"GET",
	`${ADMISSION}/mutatingadmissionpolicies`,
);
const skip = known !== 200 && "the server has no MutatingAdmissionPolicy";

const made: string[] = [];
after(async () => {
	for (const path of made) await cluster.api.request("DELETE", path);
});

const recordOf = (annotation: object): SourceRecord => {
	return parseRecord(JSON.stringify(annotation)).record ?? assert.fail();
};

const keysOf = (text: string): string[] => {
	const config = readDockerConfig(text);
	return config.ok ? [...config.auths.keys()] : [];
};

async function post(path: string, body: object): Promise<void> {
	const answer = await cluster.api.request("POST", path, {
		contentType: "application/json",
		body,
	});
	assert.ok(
		answer.status < 300 || answer.status === 409,
		`${path}: ${JSON.stringify(answer.body)}`,
	);
}

async function make(policies: readonly PolicyObject[]): Promise<void> {
	for (const policy of policies) {
		const plural =
			policy.kind === "MutatingAdmissionPolicy"
				? "mutatingadmissionpolicies"
				: "mutatingadmissionpolicybindings";
		await post(`${ADMISSION}/${plural}`, policy);
		made.push(`${ADMISSION}/${plural}/${policy.metadata.name}`);
	}
}

/** With its default account, which no controller makes here. */
async function namespace(hint: string, metadata: object = {}): Promise<string> {
	const name = cluster.own(cluster.named(hint));
	await post("/api/v1/namespaces", { metadata: { ...metadata, name } });
	await post(`/api/v1/namespaces/${name}/serviceaccounts`, {
		metadata: { name: "default" },
	});
	return name;
}

const podOf = (image: string, spec: object = {}, metadata: object = {}) => ({
	metadata: { generateName: "p-", ...metadata },
	spec: { containers: [{ name: "c", image }], ...spec },
});

/** The pull Secrets of a pod as it would be made; undefined where it is refused. */
async function pullSecretsOf(
	place: string,
	pod: object,
	query = "?dryRun=All",
): Promise<string[] | undefined> {
	const path = `/api/v1/namespaces/${place}/pods${query}`;
	const options = { contentType: "application/json", body: pod };
	let answer = await cluster.api.request("POST", path, options);
	// That it has no time says nothing about the pod.
	for (let left = 20; left > 0 && isBusy(answer.status); left--)
		answer = await cluster.api.request("POST", path, options);
	const { status, body } = answer;
	assert.ok(!isBusy(status), JSON.stringify(body));
	if (status >= 300) return undefined;
	const { spec } = body as {
		spec: { imagePullSecrets?: { name: string }[] };
	};
	return (spec.imagePullSecrets ?? []).map(({ name }) => name);
}

/** A webhook that adds a container with this image to every pod of a namespace, as meshes do. */
async function injecting(image: string) {
	const authority = await newAuthority("webhook");
	const { certificate, key } = await authority.issue(["127.0.0.1"]);
	const patch = [
		{ op: "add", path: "/spec/containers/-", value: { name: "proxy", image } },
	];
	let calls = 0;
	const server = createServer(
		{ cert: certificate, key },
		async (request, response) => {
			calls++;
			const { request: asked } = (await json(request)) as {
				request: { uid: string };
			};
			response.setHeader("content-type", "application/json");
			response.end(
				JSON.stringify({
					apiVersion: "admission.k8s.io/v1",
					kind: "AdmissionReview",
					response: {
						uid: asked.uid,
						allowed: true,
						patchType: "JSONPatch",
						patch: btoa(JSON.stringify(patch)),
					},
				}),
			);
		},
	);
	await once(server.listen(0, "127.0.0.1"), "listening");
	const { port } = server.address() as AddressInfo;
	return {
		called: () => calls > 0,
		configuration: (place: string) => ({
			metadata: { name: place },
			webhooks: [
				{
					name: "inject.mesh.example",
					clientConfig: {
						url: `https://127.0.0.1:${port}/`,
						caBundle: btoa(authority.certificate),
					},
					rules: [
						{
							apiGroups: [""],
							apiVersions: ["v1"],
							operations: ["CREATE"],
							resources: ["pods"],
						},
					],
					namespaceSelector: {
						matchLabels: { "kubernetes.io/metadata.name": place },
					},
					sideEffects: "None",
					admissionReviewVersions: ["v1"],
				},
			],
		}),
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await promisify(server.close.bind(server))();
		},
	};
}

function isBusy(status: number): boolean {
	return status === 429 || status >= 500;
}

describe("what is matched", { skip }, () => {
	interface Case {
		readonly image: string;
		readonly keys: readonly string[];
		readonly expected: boolean;
		readonly name: string;
		namespace: string;
	}
	const cases: Case[] = [];

	before(async () => {
		const read = (name: string) =>
			JSON.parse(
				readFileSync(new URL(`../data/${name}`, import.meta.url), "utf8"),
			);
		const vectors = [
			...read("keyring-vectors.json").map(
				({ image, configs }: { image: string; configs: string[] }) => ({
					image,
					texts: configs,
				}),
			),
			...read("keyring-quirks.json").cases.map(
				({
					image,
					sources,
				}: {
					image: string;
					sources: { data: string }[];
				}) => ({ image, texts: sources.map(({ data }) => data) }),
			),
		];
		const seen = new Set<string>();
		for (const { image, texts } of vectors) {
			const keys = [...new Set<string>(texts.flatMap(keysOf))];
			const data = JSON.stringify({
				auths: Object.fromEntries(keys.map((key) => [key, { auth: "YTpw" }])),
			});
			const answer = findCredentials(image, [
				{ from: "a/b", type: JSON_TYPE, data },
			]);
			const id = JSON.stringify([image, keys]);
			// What is no image no kubelet pulls, and the server takes none with space around it.
			if (keys.length === 0 || answer.outcome !== "answered" || seen.has(id))
				continue;
			seen.add(id);
			cases.push({
				image,
				keys,
				expected: answer.matches.length > 0,
				name: `key-${cases.length}`,
				namespace: "",
			});
		}
		for (const each of cases) {
			each.namespace = await namespace(each.name);
			const policies = desiredPolicies({
				source: { namespace: each.namespace, name: each.name },
				keys: each.keys,
				record: recordOf([{ namespaces: { [each.namespace]: "" } }]),
			});
			if (each.expected) assert.equal(policies.length, 2);
			await make(policies);
		}
		const last = cases.findLast(({ expected }) => expected);
		if (last) await heeded(async () => (await answerOf(last)) === true);
	});

	const answerOf = async (each: Case) =>
		(await pullSecretsOf(each.namespace, podOf(each.image)))?.includes(
			each.name,
		);

	test("is what the kubelet's keyring finds a credential for, in its recorded answers", async () => {
		assert.ok(cases.length > 120, `${cases.length}`);
		const wrong: object[] = [];
		for (const each of cases) {
			const answer = await answerOf(each);
			if (answer !== each.expected) wrong.push({ ...each, answer });
		}
		assert.deepEqual(wrong, []);
	});
});

describe("a pod of twenty images with the longest names", { skip }, () => {
	const longest = (host: string) => `${host}/${"a".repeat(254 - host.length)}`;
	/** The last one is from there. */
	const podWith = (host: string) =>
		podOf(longest("quay.io"), {
			initContainers: [...Array<string>(18).fill("quay.io"), host].map(
				(from, at) => ({ name: `i-${at}`, image: longest(from) }),
			),
		});

	for (const [what, length, pulls] of [
		["as many patterns as are taken", 225, true],
		["twice as many, which the API server gives up", 450, false],
	] as const)
		test(what, async () => {
			const keys = Array.from(
				{ length },
				(_, at) => `*.r${100 + at}.example.com`,
			);
			assert.equal(areTooMany(imageTests(keys)), !pulls);
			const place = await namespace(`patterns-${length}`);
			await make(
				desiredPolicies({
					source: { namespace: place, name: "pull-key" },
					keys,
					record: recordOf([{ namespaces: { [place]: "" } }]),
				}),
			);
			const host = `x.r${99 + length}.example.com`;
			await heeded(async () =>
				Boolean((await pullSecretsOf(place, podOf(`${host}/a`)))?.length),
			);
			assert.equal(
				Boolean((await pullSecretsOf(place, podWith(host)))?.length),
				pulls,
			);
		});
});

describe("pods", { skip }, () => {
	const name = "pull-key";
	let listed: string;
	let other: string;

	before(async () => {
		listed = await namespace("listed");
		other = await namespace("other");
		const source = { namespace: listed, name };
		await make(
			desiredPolicies({
				source,
				keys: ["reg.io", "https://index.docker.io/v1/"],
				record: recordOf([
					{ namespaces: { [listed]: "" } },
					{ selector: `team=${listed}`, exclude: [`*-${"dev"}-*`] },
					{ injected: "linkerd" },
					{ injected: "istio" },
					{ selector: `size in (a,b),weight>5,${listed}` },
				]),
			}),
		);
		const labelled = await namespace("first", { labels: { team: listed } });
		for (const place of [listed, labelled])
			await heeded(async () =>
				Boolean((await pullSecretsOf(place, podOf("reg.io/app")))?.length),
			);
	});

	const table: readonly (readonly [
		what: string,
		pod: () => object,
		expected: readonly string[] | undefined,
	])[] = [
		["with an image of its registry", () => podOf("reg.io/app"), [name]],
		["of Docker Hub", () => podOf("nginx"), [name]],
		["of another registry", () => podOf("quay.io/app"), []],
		[
			"with a list of its own, which is kept",
			() => podOf("reg.io/app", { imagePullSecrets: [{ name: "mine" }] }),
			["mine", name],
		],
		[
			"that name it already",
			() =>
				podOf("reg.io/app", {
					imagePullSecrets: [{ name }, { name: "mine" }],
				}),
			[name, "mine"],
		],
		[
			"whose init container pulls from there",
			() =>
				podOf("quay.io/app", {
					initContainers: [{ name: "i", image: "reg.io/app" }],
				}),
			[name],
		],
		[
			"whose image volume is from there",
			() =>
				podOf("quay.io/app", {
					volumes: [{ name: "v", image: { reference: "reg.io/data:1" } }],
				}),
			[name],
		],
		[
			"with annotations, but no mirror's",
			() => podOf("reg.io/app", {}, { annotations: { a: "b" } }),
			[name],
		],
	];
	for (const [what, pod, expected] of table)
		test(what, async () => {
			assert.deepEqual(await pullSecretsOf(listed, pod()), expected);
		});

	test("of a node's own files are left alone, or the server would refuse them", async () => {
		const mirror = (image: string) => ({
			...podOf(
				image,
				{ nodeName: "n", automountServiceAccountToken: false },
				{ annotations: { "kubernetes.io/config.mirror": "x" } },
			),
		});
		assert.deepEqual(
			await pullSecretsOf(listed, mirror("reg.io/app")),
			await pullSecretsOf(listed, mirror("quay.io/app")),
		);
	});

	test("elsewhere get nothing", async () => {
		assert.deepEqual(await pullSecretsOf(other, podOf("reg.io/app")), []);
	});

	const places: readonly (readonly [
		what: string,
		hint: string,
		metadata: () => object,
		served: boolean,
	])[] = [
		["with the label", "a", () => ({ labels: { team: listed } }), true],
		[
			"with the label, and a name that is excluded",
			"a-dev-b",
			() => ({ labels: { team: listed } }),
			false,
		],
		[
			"with the label, whose owner wants none",
			"b",
			() => ({
				labels: { team: listed },
				annotations: { "kubectl-meshreg/skip": "true" },
			}),
			false,
		],
		[
			"with another value of skip",
			"b2",
			() => ({
				labels: { team: listed },
				annotations: { "kubectl-meshreg/skip": "no" },
			}),
			true,
		],
		["with another value", "c", () => ({ labels: { team: "x" } }), false],
		[
			"injected by linkerd, which an annotation says",
			"d",
			() => ({ annotations: { "linkerd.io/inject": "ingress" } }),
			true,
		],
		[
			"not injected by linkerd",
			"e",
			() => ({ annotations: { "linkerd.io/inject": "disabled" } }),
			false,
		],
		[
			"of a revision of istio",
			"f",
			() => ({ labels: { "istio.io/rev": "canary" } }),
			true,
		],
		[
			"of a revision that the older label overrules",
			"g",
			() => ({
				labels: { "istio.io/rev": "canary", "istio-injection": "disabled" },
			}),
			false,
		],
		[
			"by every requirement",
			"h",
			() => ({ labels: { size: "b", weight: "6", [listed]: "" } }),
			true,
		],
		[
			"short of one requirement",
			"i",
			() => ({ labels: { size: "b", weight: "5", [listed]: "" } }),
			false,
		],
		[
			"with a value that is no number",
			"j",
			() => ({ labels: { size: "b", weight: "x", [listed]: "" } }),
			false,
		],
	];
	for (const [what, hint, metadata, served] of places)
		test(`in a namespace ${what}: ${served ? "served" : "not served"}`, async () => {
			const place = await namespace(hint, metadata());
			assert.deepEqual(
				await pullSecretsOf(place, podOf("reg.io/app")),
				served ? [name] : [],
			);
		});

	test("into which a mesh's webhook puts a container from its registry, beside one from another", async () => {
		const meshed = await namespace("meshed", { labels: { team: listed } });
		await using webhook = await injecting("reg.io/mesh/proxy:1");
		const path = `${ADMISSION}/mutatingwebhookconfigurations`;
		await post(path, webhook.configuration(meshed));
		made.push(`${path}/${meshed}`);
		await heeded(async () => {
			await pullSecretsOf(meshed, podOf("quay.io/app"));
			return webhook.called();
		});
		assert.deepEqual(await pullSecretsOf(meshed, podOf("quay.io/app")), [name]);
		assert.deepEqual(await pullSecretsOf(meshed, podOf("reg.io/app")), [name]);
	});

	test("1,000 made in the second in which their namespace and account are made", async () => {
		const rush = async (label: string, image: string, count: number) => {
			const place = await namespace(`rush-${label}`, {
				labels: { team: label === "other" ? "x" : listed },
			});
			return inParallel(
				Array.from({ length: count }),
				() => pullSecretsOf(place, podOf(image), ""),
				4,
			);
		};
		const given = await Promise.all(
			Array.from({ length: 20 }, (_, at) => rush(`${at}`, "reg.io/app", 50)),
		);
		const none = await Promise.all([
			rush("other", "reg.io/app", 50),
			rush("elsewhere", "quay.io/app", 50),
		]);
		assert.equal(given.flat().length, 1000);
		assert.deepEqual(
			given.flat().filter((named) => named?.join() !== name),
			[],
		);
		assert.deepEqual(
			none.flat().filter((named) => named?.length !== 0),
			[],
		);
	});
});

test("attach --by-policy finds what it wrote unchanged, as the server stores it, and takes it back", {
	skip,
}, async () => {
	const place = await cluster.namespace("by-policy");
	const env = { MESHREG_NAMESPACE: place, MESHREG_NAME: "by-policy" };
	const run = async (...argv: string[]) => {
		const { status, out, err } = await meshreg(argv, {
			kubeconfig: cluster.kubeconfig,
			env,
		});
		assert.equal(status, 0, err);
		return out;
	};
	await post(`/api/v1/namespaces/${place}/secrets`, {
		metadata: {
			name: "by-policy",
			labels: MANAGED,
			annotations: {
				"kubectl-meshreg/targets": JSON.stringify([
					{ namespaces: { [place]: "" } },
					{ selector: "team=a,size>3", exclude: ["dev-*"] },
				]),
			},
		},
		type: JSON_TYPE,
		data: {
			".dockerconfigjson": btoa('{"auths":{"*.reg.io":{"auth":"YTpw"}}}'),
		},
	});
	const attach = ["attach", "--by-policy", "--secret=by-policy"];
	assert.equal([...(await run(...attach)).matchAll(/ created\n/g)].length, 4);
	assert.equal([...(await run(...attach)).matchAll(/ unchanged\n/g)].length, 4);
	const detach = ["detach", "--by-policy", "--secret=by-policy"];
	assert.equal([...(await run(...detach)).matchAll(/ deleted\n/g)].length, 4);
});
