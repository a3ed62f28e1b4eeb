/** What check reads, by the selectors that it uses: every API server must know them. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { CheckItem } from "../../src/report/check.ts";
import { testCluster } from "../support/cluster.ts";
import { meshreg } from "../support/command-line.ts";

const cluster = await testCluster();
after(() => cluster[Symbol.asyncDispose]());

test("check and explain find a pod's cause from its status, its events and its Secrets", async () => {
	const namespace = await cluster.namespace("check");
	const at = `/api/v1/namespaces/${namespace}`;
	const post = async (path: string, body: object) => {
		const answer = await cluster.api.request("POST", `${at}/${path}`, { body });
		assert.equal(answer.status, 201, JSON.stringify(answer.body));
	};
	const run = (...argv: string[]) =>
		meshreg([...argv, "-n", namespace], {
			kubeconfig: cluster.kubeconfig,
		});
	await post("secrets", {
		metadata: { name: "legacy" },
		type: "kubernetes.io/dockercfg",
		data: { ".dockercfg": btoa('{"r.example.com":{"auth":"dTpw"}}') },
	});
	await post("secrets", { metadata: { name: "opaque" }, type: "Opaque" });
	await post("serviceaccounts", {
		metadata: { name: "worker" },
		imagePullSecrets: [{ name: "opaque" }, { name: "gone" }],
	});
	await post("pods", {
		metadata: { name: "web" },
		spec: {
			serviceAccountName: "worker",
			automountServiceAccountToken: false,
			containers: [{ name: "main", image: "r.example.com/web:1" }],
		},
	});
	const image = "r.example.com/web:1";
	const waiting = {
		reason: "ImagePullBackOff",
		message: `Back-off pulling image "${image}"`,
	};
	await cluster.podStatus(namespace, "web", {
		phase: "Pending",
		containerStatuses: [
			{
				name: "main",
				image,
				imageID: "",
				ready: false,
				restartCount: 0,
				state: { waiting },
			},
		],
	});
	await post("events", {
		metadata: { name: "web.1" },
		involvedObject: { kind: "Pod", namespace, name: "web" },
		type: "Warning",
		reason: "Failed",
		message: `Failed to pull image "${image}": unauthorized: authentication required`,
	});

	const check = await run("check", "-o", "json");
	const items: CheckItem[] = JSON.parse(check.out).items;
	assert.equal(check.status, 1);
	assert.deepEqual(
		items.filter(({ cause }) => cause === "unreadable"),
		[],
	);
	const item = (cause: string) =>
		items.find((one) => one.cause === cause)?.namespaces;
	assert.deepEqual(item("not-attached"), [namespace]);
	assert.deepEqual(item("dangling"), [namespace]);

	const explained = await run("explain", image, "--pod", "web");
	assert.equal(explained.status, 1);
	assert.match(
		explained.out,
		new RegExp(
			`- ${namespace}/legacy has a key that matches, r.example.com, but is not among the pull Secrets`,
		),
	);
});
