/** What inject prints is what a real API server takes. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { realCluster } from "../support/cluster.ts";
import { meshreg } from "../support/command-line.ts";
import { runProgram } from "../support/kubectl.ts";

const cluster = await realCluster();
after(() => cluster[Symbol.asyncDispose]());

const POD = `
containers: # the one
- name: c
  image: "nats:2.9-alpine"
`.trim();

function indented(text: string, by: number): string {
	return text.replaceAll("\n", `\n${" ".repeat(by)}`);
}

const LABELLED = `metadata: {labels: {app: a}}`;
const MANIFESTS: Record<string, string> = {
	"apps.yaml": ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]
		.map(
			(kind) => `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: a
spec:
  selector: {matchLabels: {app: a}}
  template:
    ${LABELLED}
    spec:
      ${indented(POD, 6)}
`,
		)
		.join("---\n"),
	"core.yaml": `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: a}
  spec:
    ${indented(POD, 4)}
    initContainers: [{name: i, image: gcr.io/a/init}]
- apiVersion: v1
  kind: ReplicationController
  metadata: {name: a}
  spec: {selector: {app: a}, template: {${LABELLED}, spec: {containers: [{name: c, image: b}]}}}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
`,
	"batch.json": JSON.stringify(
		{
			apiVersion: "v1",
			kind: "List",
			items: [
				{
					apiVersion: "batch/v1",
					kind: "Job",
					metadata: { name: "a" },
					spec: {
						template: {
							spec: {
								restartPolicy: "Never",
								containers: [{ name: "c", image: "b" }],
							},
						},
					},
				},
				{
					apiVersion: "batch/v1",
					kind: "CronJob",
					metadata: { name: "a" },
					spec: {
						schedule: "* * * * *",
						jobTemplate: {
							spec: {
								template: {
									spec: {
										restartPolicy: "Never",
										imagePullSecrets: [{ name: "mine" }],
										containers: [{ name: "c", image: "b" }],
									},
								},
							},
						},
					},
				},
			],
		},
		null,
		2,
	),
};

const kubectl = (...args: string[]) =>
	runProgram("kubectl", args, { env: { KUBECONFIG: cluster.kubeconfig } });

test("every kind of workload passes a server-side dry run", async () => {
	const namespace = await cluster.namespace("inject");
	// Where no controllers run, nobody makes it; elsewhere it may be there already.
	const made = await cluster.api.request(
		"POST",
		`/api/v1/namespaces/${namespace}/serviceaccounts`,
		{ body: { metadata: { name: "default" } } },
	);
	assert.ok([201, 409].includes(made.status), JSON.stringify(made.body));
	const folder = join(cluster.folder, "manifests");
	await mkdir(folder);
	for (const [name, text] of Object.entries(MANIFESTS))
		await writeFile(join(folder, name), text);
	const { status, out, err } = await meshreg([
		...["inject", "-f", folder, "--disable-public-images"],
		...["--registry-server", "registry.example.com/mesh"],
	]);
	assert.deepEqual({ status, err }, { status: 0, err: "" });
	const file = join(cluster.folder, "injected.yaml");
	await writeFile(file, out);

	const applied = await kubectl(
		...["apply", "--dry-run=server", "--validate=strict"],
		...["-n", namespace, "-f", file, "-o", "json"],
	);
	assert.equal(applied.status, 0, applied.err);
	const { items } = JSON.parse(applied.out) as { items: Item[] };
	const pods = items.flatMap(({ kind, spec }) =>
		kind === "ConfigMap"
			? []
			: [spec?.jobTemplate?.spec.template.spec ?? spec?.template?.spec ?? spec],
	);
	assert.equal(pods.length, 8);
	for (const pod of pods) {
		const names = pod?.imagePullSecrets?.map(({ name }) => name);
		assert.equal(names?.at(-1), "nginx-mesh-registry-key");
		for (const { image } of [
			...(pod?.containers ?? []),
			...(pod?.initContainers ?? []),
		])
			assert.match(image, /^registry\.example\.com\/mesh\/\w+/);
	}
});

interface PodSpec {
	imagePullSecrets?: { name: string }[];
	containers?: { image: string }[];
	initContainers?: { image: string }[];
}
interface Item {
	kind: string;
	spec?: PodSpec & {
		template?: { spec: PodSpec };
		jobTemplate?: { spec: { template: { spec: PodSpec } } };
	};
}

test("Palette's Deployment is refused as it is, and taken with --fix", async () => {
	const namespace = await cluster.namespace("palette");
	const source = new URL("../data/palette-deployment.yaml", import.meta.url);
	const file = join(cluster.folder, "deployment.yaml");
	await writeFile(file, await readFile(source));
	const apply = (path: string) =>
		kubectl("apply", "--dry-run=server", "-n", namespace, "-f", path);
	const before = await apply(file);
	assert.equal(before.status, 1);
	assert.match(
		before.err,
		/unknown field "spec.template.spec.containers\[0\].imagePullSecrets"/,
	);

	const { status, out } = await meshreg([
		"inject",
		"-f",
		file,
		"--secret",
		"myregistrykey",
		"--fix",
	]);
	assert.equal(status, 0);
	const fixed = join(cluster.folder, "fixed.yaml");
	await writeFile(fixed, out);
	const after = await apply(fixed);
	assert.deepEqual(after, {
		status: 0,
		out: "deployment.apps/my-deployment created (server dry run)\n",
		err: "",
	});
});
