import assert from "node:assert/strict";
import { after, test } from "node:test";
import { testCluster } from "../support/cluster.ts";
import { rawApi } from "../support/raw-api.ts";

const cluster = await testCluster();
after(() => cluster[Symbol.asyncDispose]());

test("an account may do what it was granted, and nothing else", async () => {
	const [a, b] = [await cluster.namespace("a"), await cluster.namespace("b")];
	const api = await rawApi(
		await cluster.account(a, [
			{
				namespace: a,
				rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }],
			},
		]),
	);
	const status = async (method: string, path: string) =>
		(await api.request(method, path)).status;
	assert.equal(await status("GET", `/api/v1/namespaces/${a}/secrets`), 200);
	assert.equal(await status("GET", `/api/v1/namespaces/${a}/secrets/x`), 403);
	assert.equal(await status("GET", `/api/v1/namespaces/${b}/secrets`), 403);
	assert.equal(await status("GET", "/api/v1/secrets"), 403);
	assert.equal(await status("GET", `/api/v1/namespaces/${a}`), 403);
	api.close();
});
