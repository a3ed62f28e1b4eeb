import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { startApi } from "./api-bed.ts";
import { callHttp1, Http2Client } from "./api-client.ts";

const robot = { users: { robot: { token: "s3cret" } } };

test("HTTP/2 where it is offered: many requests at once on one connection", async () => {
	const { open, server } = await startApi();
	const call = open();
	const created = await Promise.all(
		Array.from({ length: 500 }, (_, index) =>
			call({
				method: "POST",
				path: "/api/v1/namespaces/a/secrets",
				body: { metadata: { name: `s-${index}` } },
			}),
		),
	);
	assert.deepEqual(new Set(created.map(({ code }) => code)), new Set([201]));
	assert.equal(server.store.all("Secret", "a").length, 500);
	assert.equal(server.connections, 1);
	assert.deepEqual(
		new Set(server.requests.map(({ httpVersion }) => httpVersion)),
		new Set(["2.0"]),
	);
});

test("HTTP/1.1 for who wants it, and for all with http1Only", async () => {
	for (const options of [{}, { http1Only: true }]) {
		const { server } = await startApi(options);
		const body = { metadata: { name: "x" } };
		const path = "/api/v1/namespaces/a/secrets";
		const { status } = await callHttp1(server, { method: "POST", path, body });
		assert.equal(status, 201);
		await callHttp1(server, { method: "DELETE", path: `${path}/x` });
		assert.equal(server.connections, 2);
		assert.deepEqual(
			server.requests.map(({ httpVersion }) => httpVersion),
			["1.1", "1.1"],
		);
	}
	const { server } = await startApi({ http1Only: true });
	const client = Http2Client.open(server);
	await assert.rejects(client.call({ path: "/version" }), {
		code: "ERR_HTTP2_STREAM_CANCEL",
	});
});

test("long answers go compressed to who takes gzip, and to nobody else", async () => {
	const { server } = await startApi();
	const path = "/api/v1/namespaces/a/secrets";
	const data = { k: "A".repeat(64 * 1024) };
	for (const name of ["one", "two", "three"]) {
		server.store.seed({
			kind: "Secret",
			metadata: { name, namespace: "a" },
			data,
		});
	}
	const encoding = async (to: string, headers = {}) =>
		(await callHttp1(server, { path: to, headers })).headers[
			"content-encoding"
		];
	const gzip = { "accept-encoding": "gzip" };
	assert.equal(await encoding(`${path}?limit=3`), undefined);
	assert.equal(await encoding(`${path}/one`, gzip), undefined);
	const { body, headers } = await callHttp1(server, {
		path,
		headers: gzip,
	});
	assert.equal(headers["content-encoding"], "gzip");
	const { items } = JSON.parse(gunzipSync(body as Buffer).toString());
	assert.equal(items.length, 3);
});

test("the log has who, what and how it ended, and no secrets", async () => {
	const { open, server } = await startApi(robot);
	await open(false)({
		method: "POST",
		path: "/api/v1/namespaces/a/secrets?dryRun=All",
		body: { metadata: { name: "x" }, data: { k: "cGFzc3dvcmQ=" } },
		headers: { authorization: "Bearer s3cret", "user-agent": "t/1" },
	});
	assert.deepEqual(server.requests, [
		{
			method: "POST",
			path: "/api/v1/namespaces/a/secrets",
			query: { dryRun: "All" },
			user: "robot",
			status: 403,
			accept: "",
			contentType: "application/json",
			userAgent: "t/1",
			httpVersion: "2.0",
		},
	]);
});

test("hooks answer instead, warn, and let pass again once taken off", async () => {
	const { open, server } = await startApi();
	const call = open();
	const path = "/api/v1/namespaces/a/secrets";
	const off = server.onRequest(({ target, user }) => {
		assert.equal(user.name, "admin");
		if (target?.verb === "list")
			return {
				answer: {
					status: 429,
					reason: "TooManyRequests",
					message: "slow down",
					headers: { "retry-after": "1" },
				},
			};
		if (target?.verb === "get")
			return {
				answer: {
					status: 502,
					headers: { "content-type": "text/html" },
					body: "<html>",
				},
			};
		return { warnings: ['a "b"', "c"] };
	});
	const list = await call({ path });
	assert.deepEqual(
		[list.code, list.message, list.headers["retry-after"]],
		[429, "slow down", "1"],
	);
	assert.equal((await call({ path: `${path}/x` })).code, 502);
	const warned = await call({ method: "DELETE", path: `${path}/x` });
	assert.equal(warned.headers.warning, '299 - "a \\"b\\"", 299 - "c"');
	off();
	assert.equal((await call({ path })).code, 200);
});

test("a hook may hold a request; one whose client left meanwhile does no harm", async () => {
	const { open, server } = await startApi();
	const entered = Promise.withResolvers<void>();
	const release = Promise.withResolvers<void>();
	const off = server.onRequest(async () => {
		entered.resolve();
		await release.promise;
		return undefined;
	});
	const leaver = Http2Client.open(server);
	const left = leaver.call({ path: "/api/v1/namespaces/a" });
	await entered.promise;
	off();
	leaver.close();
	await assert.rejects(left, { message: "no answer" });
	release.resolve();
	assert.equal((await open()({ path: "/version" })).code, 200);
});

test("a connection can be cut before a write, or after it", async () => {
	const { open, server } = await startApi();
	const path = "/api/v1/namespaces/a/secrets";
	for (const cut of ["before", "after"] as const) {
		const off = server.onRequest(() => ({ cut }));
		const body = { metadata: { name: cut } };
		await assert.rejects(open()({ method: "POST", path, body }), {
			message: "no answer",
		});
		await assert.rejects(callHttp1(server, { path }), { code: "ECONNRESET" });
		off();
	}
	assert.equal(server.store.get("Secret", "a", "before"), undefined);
	assert.notEqual(server.store.get("Secret", "a", "after"), undefined);
	assert.deepEqual(
		server.requests.map(({ status }) => status),
		[0, 0, 0, 0],
	);
});

test("a kubeconfig names its user, context, namespace and credential", async () => {
	const { server } = await startApi(robot);
	const yaml = server.kubeconfig({
		user: "robot",
		context: "c",
		namespace: "a",
		credential: "token",
	});
	for (const line of [
		"current-context: c",
		`server: ${server.url}`,
		"user: robot",
		"namespace: a",
		"token: s3cret",
	])
		assert.ok(yaml.includes(line), line);
	assert.ok(!yaml.includes("client-key-data"));
	assert.throws(() => server.kubeconfig({ user: "x" }), /no user x/);
});
