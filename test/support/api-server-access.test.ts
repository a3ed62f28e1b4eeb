import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Call, callHttp1, Http2Client } from "./api-client.ts";
import { type ApiServerOptions, startApiServer } from "./api-server/index.ts";

async function start(options: ApiServerOptions = {}) {
	const server = await startApiServer({ namespaces: ["a", "b"], ...options });
	after(() => server.stop());
	const open = (user: string | false = "admin") => {
		const client = Http2Client.open(server, { user });
		after(() => client.close());
		return async (call: Call) => {
			const { status, body, headers } = await client.call(call);
			return {
				...(body as { message?: string; status: object }),
				code: status,
				headers,
			};
		};
	};
	return { server, open };
}

const rules: ApiServerOptions = {
	users: {
		dev: { groups: ["team", "other"], uid: "u-1" },
		robot: { token: "s3cret" },
		"o'hara, x+y=1": { groups: ["a, b"] },
	},
	allow: [
		{
			group: "team",
			verbs: ["get", "list"],
			resources: ["secrets"],
			namespaces: ["a"],
		},
		{
			user: "dev",
			verbs: ["*"],
			resources: ["secrets"],
			namespaces: ["b"],
			names: ["mine"],
		},
		{ user: "robot", verbs: ["list"], resources: ["*"] },
		{
			user: "robot",
			verbs: ["impersonate"],
			resources: ["users"],
			names: ["dev"],
		},
		{
			user: "robot",
			verbs: ["impersonate"],
			resources: ["groups"],
			names: ["team"],
		},
		{
			user: "robot",
			verbs: ["impersonate"],
			resources: ["serviceaccounts"],
			namespaces: ["a"],
		},
	],
};

test("a user may what a rule says, by user or group, namespace and name", async () => {
	const { open } = await start(rules);
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
	const { open } = await start();
	const anonymous = open(false);
	assert.equal((await anonymous({ path: "/version" })).code, 200);
	assert.equal((await anonymous({ path: "/readyz" })).code, 200);
	assert.equal(
		(await anonymous({ path: "/api" })).message,
		'forbidden: User "system:anonymous" cannot get path "/api"',
	);
});

test("tokens: a good one is a user, a wrong one is 401", async () => {
	const { open, server } = await start(rules);
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
	const { server } = await start();
	const other = await start();
	const call = { path: "/version" };
	const stranger = { ...server, clientPair: other.server.clientPair };
	assert.equal((await callHttp1(stranger, call)).status, 401);
	const client = Http2Client.open(stranger);
	after(() => client.close());
	assert.equal((await client.call(call)).status, 401);
});

const whoami = (headers: Call["headers"] = {}): Call => ({
	method: "POST",
	path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
	body: {},
	headers,
});

test("whoami: the certificate's name and groups, or whom the headers name", async () => {
	const { open } = await start(rules);
	const admin = open();
	const info = async (call: Promise<{ status: object }>) => (await call).status;
	assert.deepEqual(await info(admin(whoami())), {
		userInfo: {
			username: "admin",
			groups: ["system:masters", "system:authenticated"],
		},
	});
	assert.deepEqual(await info(open("o'hara, x+y=1")(whoami())), {
		userInfo: {
			username: "o'hara, x+y=1",
			groups: ["a, b", "system:authenticated"],
		},
	});
	assert.deepEqual(
		await info(
			admin(
				whoami({
					"impersonate-user": "x",
					"impersonate-group": ["g", "h"],
					"impersonate-uid": "7",
				}),
			),
		),
		{
			userInfo: {
				username: "x",
				uid: "7",
				groups: ["g", "h", "system:authenticated"],
			},
		},
	);
	assert.deepEqual(
		await info(
			admin(whoami({ "impersonate-user": "system:serviceaccount:a:robot" })),
		),
		{
			userInfo: {
				username: "system:serviceaccount:a:robot",
				groups: [
					"system:serviceaccounts",
					"system:serviceaccounts:a",
					"system:authenticated",
				],
			},
		},
	);
});

test("impersonation needs permission for the user, each group, the uid, the account", async () => {
	const { open } = await start(rules);
	const anonymous = open(false);
	const as = async (headers: Record<string, string>) => {
		const reply = await anonymous(
			whoami({ authorization: "Bearer s3cret", ...headers }),
		);
		return reply.code === 201 ? "may" : `${reply.code} ${reply.message}`;
	};
	const cannot = (what: string, resource: string, group = "") =>
		`403 ${what} is forbidden: User "robot" cannot impersonate resource "${resource}" in API group "${group}" at the cluster scope`;
	assert.equal(await as({ "impersonate-user": "dev" }), "may");
	assert.equal(
		await as({ "impersonate-user": "dev", "impersonate-group": "team" }),
		"may",
	);
	assert.equal(
		await as({ "impersonate-user": "system:serviceaccount:a:x" }),
		"may",
	);
	assert.equal(
		await as({ "impersonate-user": "admin" }),
		cannot('users "admin"', "users"),
	);
	assert.equal(
		await as({
			"impersonate-user": "dev",
			"impersonate-group": "system:masters",
		}),
		cannot('groups "system:masters"', "groups"),
	);
	assert.equal(
		await as({ "impersonate-user": "dev", "impersonate-uid": "1" }),
		cannot('uids.authentication.k8s.io "1"', "uids", "authentication.k8s.io"),
	);
	assert.match(
		await as({ "impersonate-user": "system:serviceaccount:b:x" }),
		/^403 serviceaccounts "x" is forbidden/,
	);
	assert.match(
		await as({ "impersonate-group": "team" }),
		/^400 .* without impersonating a user name$/,
	);
});

test("access reviews answer by the same rules, for whom the request acts as", async () => {
	const { open } = await start(rules);
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

test("HTTP/2 where it is offered: many requests at once on one connection", async () => {
	const { open, server } = await start();
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
		const { server } = await start(options);
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
	const { server } = await start({ http1Only: true });
	const client = Http2Client.open(server);
	await assert.rejects(client.call({ path: "/version" }));
});

test("the log has who, what and how it ended, and no secrets", async () => {
	const { open, server } = await start(rules);
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
	const { open, server } = await start();
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
	const { open, server } = await start();
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
	await assert.rejects(left);
	release.resolve();
	assert.equal((await open()({ path: "/version" })).code, 200);
});

test("a connection can be cut before a write, or after it", async () => {
	const { open, server } = await start();
	const path = "/api/v1/namespaces/a/secrets";
	for (const cut of ["before", "after"] as const) {
		const off = server.onRequest(() => ({ cut }));
		const body = { metadata: { name: cut } };
		await assert.rejects(open()({ method: "POST", path, body }));
		await assert.rejects(callHttp1(server, { path }));
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
	const { server } = await start(rules);
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
