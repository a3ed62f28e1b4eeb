import assert from "node:assert/strict";
import { test } from "node:test";
import { rules, startApi } from "./api-bed.ts";
import type { Call } from "./api-client.ts";

const whoami = (headers: Call["headers"] = {}): Call => ({
	method: "POST",
	path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
	body: {},
	headers,
});

test("whoami: the certificate's name and groups, or whom the headers name", async () => {
	const { open } = await startApi(rules);
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
	const { open } = await startApi(rules);
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
