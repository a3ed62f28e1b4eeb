import assert from "node:assert/strict";
import { after, test } from "node:test";
import { rules, startApi } from "./api-bed.ts";
import { type Call, callHttp1, Http2Client } from "./api-client.ts";

test("a user may what a rule says, by user or group, namespace and name", async () => {
	const { open } = await startApi(rules);
	const dev = open("dev");
	for (const [method, path, status, message] of [
		["GET", "/api/v1/namespaces/a/secrets", 200],
		["GET", "/api/v1/namespaces/a/secrets/x", 404],
		[
			"DELETE",
			"/api/v1/namespaces/a/secrets/x",
			403,
			'secrets "x" is forbidden: User "dev" cannot delete resource "secrets" in API group "" in the namespace "a"',
		],
		["DELETE", "/api/v1/namespaces/b/secrets/mine", 404],
		["DELETE", "/api/v1/namespaces/b/secrets/other", 403],
		["DELETE", "/api/v1/namespaces/b/secrets", 403],
		[
			"GET",
			"/api/v1/secrets",
			403,
			'secrets is forbidden: User "dev" cannot list resource "secrets" in API group "" at the cluster scope',
		],
		[
			"GET",
			"/api/v1/secrets?watch=1",
			403,
			'secrets is forbidden: User "dev" cannot watch resource "secrets" in API group "" at the cluster scope',
		],
		[
			"GET",
			"/api/v1/namespaces/a",
			403,
			'namespaces "a" is forbidden: User "dev" cannot get resource "namespaces" in API group "" in the namespace "a"',
		],
		[
			"GET",
			"/api/v1/nodes/n",
			403,
			'nodes "n" is forbidden: User "dev" cannot get resource "nodes" in API group "" at the cluster scope',
		],
		["GET", "/api/v1", 200],
		[
			"GET",
			"/metrics",
			403,
			'forbidden: User "dev" cannot get path "/metrics"',
		],
	] as const) {
		const reply = await dev({ method, path });
		assert.equal(reply.code, status, `${method} ${path}`);
		if (message !== undefined) assert.equal(reply.message, message);
	}
});

test("nobody in particular may see the version, and no more", async () => {
	const { open } = await startApi();
	const anonymous = open(false);
	assert.equal((await anonymous({ path: "/version" })).code, 200);
	assert.equal((await anonymous({ path: "/readyz" })).code, 200);
	assert.equal(
		(await anonymous({ path: "/api" })).message,
		'forbidden: User "system:anonymous" cannot get path "/api"',
	);
});

test("tokens: a good one is a user, a wrong one is 401", async () => {
	const { open, server } = await startApi(rules);
	const anonymous = open(false);
	const call = (token: string) =>
		anonymous({
			path: "/api/v1/pods",
			headers: { authorization: `Bearer ${token}` },
		});
	assert.equal(server.token("robot"), "s3cret");
	assert.equal((await call("s3cret")).code, 200);
	assert.deepEqual(
		[(await call("wrong")).code, (await call("wrong")).message],
		[401, "Unauthorized"],
	);
});

test("a certificate of another CA is 401", async () => {
	const { server } = await startApi();
	const other = await startApi();
	const call = { path: "/version" };
	const stranger = { ...server, clientPair: other.server.clientPair };
	assert.equal((await callHttp1(stranger, call)).status, 401);
	const client = Http2Client.open(stranger);
	after(() => client.close());
	assert.equal((await client.call(call)).status, 401);
});

test("access reviews answer by the same rules, for whom the request acts as", async () => {
	const { open } = await startApi(rules);
	const ask = async (
		call: ReturnType<typeof open>,
		resourceAttributes: object,
		headers: Call["headers"] = {},
	) =>
		(
			await call({
				method: "POST",
				path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
				body: { spec: { resourceAttributes } },
				headers,
			})
		).status;
	const list = { verb: "list", resource: "secrets", namespace: "a" };
	const dev = open("dev");
	assert.deepEqual(await ask(dev, list), { allowed: true });
	assert.deepEqual(await ask(dev, { ...list, namespace: "" }), {
		allowed: false,
	});
	assert.deepEqual(await ask(dev, { ...list, verb: "create" }), {
		allowed: false,
	});
	assert.deepEqual(await ask(open(), list, { "impersonate-user": "nobody" }), {
		allowed: false,
	});
});
