/** What our patches of Secrets leave as it is, take away, and refuse to write over: the promises of the API server that they rest on. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { MergePatch } from "../../src/core/objects.ts";
import { testCluster } from "../support/cluster.ts";
import { connected } from "../support/connecting.ts";

const TYPE = "kubernetes.io/dockerconfigjson";
const KEY = ".dockerconfigjson";
const DATA = { [KEY]: btoa('{"auths":{}}'), theirs: "eA==" };
const NEXT = { [KEY]: btoa('{"auths":{"r.example":{}}}') };

const cluster = await testCluster();
after(() => cluster[Symbol.asyncDispose]());
const { cluster: connection } = await connected({
	kubeconfig: cluster.kubeconfig,
});
after(() => connection.close());

/** A Secret in a namespace of its own, as somebody made it. */
async function seeded(hint: string, more: object = {}) {
	const namespace = await cluster.namespace(hint);
	const path = `/api/v1/namespaces/${namespace}/secrets`;
	const metadata = {
		name: "key",
		labels: { team: "a", usage: "old" },
		annotations: { note: "x", old: "y" },
	};
	const body = { metadata, type: TYPE, data: DATA, ...more };
	const { status } = await cluster.api.request("POST", path, { body });
	assert.equal(status, 201);
	const ref = { namespace, name: "key" };
	const patch = (patch: MergePatch) => connection.patch("Secret", ref, patch);
	const read = () => connection.read("Secret", ref);
	const { metadata: made } = await read();
	return { path, patch, read, version: made.resourceVersion ?? "", body };
}

test("what a patch names becomes so, and all else stays; of the data nothing else", async () => {
	const { patch, version } = await seeded("named", { immutable: false });
	const { metadata, ...rest } = await patch({
		metadata: {
			resourceVersion: version,
			labels: { usage: "new" },
			annotations: { old: null, "x.example/y": "z" },
		},
		data: NEXT,
	});
	assert.deepEqual(
		[metadata.labels, metadata.annotations, rest.data, rest.immutable],
		[
			{ team: "a", usage: "new" },
			{ note: "x", "x.example/y": "z" },
			NEXT,
			false,
		],
	);
});

test("without data in it the data stays", async () => {
	const { patch, version } = await seeded("kept");
	const metadata = { resourceVersion: version, labels: { usage: "new" } };
	assert.deepEqual((await patch({ metadata })).data, DATA);
});

const CONFLICT = { status: 409, reason: "Conflict" };

test("what somebody wrote since it was read is never written over", async () => {
	const { path, patch, read, version } = await seeded("stale");
	await cluster.api.request("PATCH", `${path}/key`, {
		contentType: "application/merge-patch+json",
		body: { metadata: { annotations: { note: "theirs" } } },
	});
	const before = await read();
	await assert.rejects(
		patch({ metadata: { resourceVersion: version }, data: NEXT }),
		CONFLICT,
	);
	assert.deepEqual(await read(), before);
});

test("nor what was deleted and made again, though it is the same", async () => {
	const { path, patch, read, version, body } = await seeded("again");
	await cluster.api.request("DELETE", `${path}/key`);
	await cluster.api.request("POST", path, { body });
	const before = await read();
	await assert.rejects(
		patch({ metadata: { resourceVersion: version }, data: NEXT }),
		CONFLICT,
	);
	assert.deepEqual(await read(), before);
});

test("nor what is immutable", async () => {
	const { patch, read, version } = await seeded("fixed", { immutable: true });
	await assert.rejects(
		patch({ metadata: { resourceVersion: version }, data: NEXT }),
		{ status: 422 },
	);
	assert.deepEqual((await read()).data, DATA);
});
