import { after, beforeEach } from "node:test";
import { type Call, Http2Client } from "./api-client.ts";
import { type ApiServerOptions, startApiServer } from "./api-server/index.ts";

/** A server for the running test, or for the file's; `open` connects as a user. Both end by themselves. */
export async function startApi(options: ApiServerOptions = {}) {
	const server = await startApiServer({ namespaces: ["a", "b"], ...options });
	after(() => server.stop());
	const connect = (user: string | false = "admin") => {
		const client = Http2Client.open(server, { user });
		after(() => client.close());
		return client;
	};
	const open = (user?: string | false) => {
		const client = connect(user);
		return async (call: Call) => {
			const { status, body, headers } = await client.call(call);
			return {
				...(body as { message?: string; status: object }),
				code: status,
				headers,
			};
		};
	};
	return { server, store: server.store, connect, open };
}

interface Body {
	message?: string;
	reason?: string;
	metadata: { name: string; uid: string; resourceVersion?: string };
	type?: string;
	data?: Record<string, string>;
}

/** A server for a file's tests; before each, its only Secret is `key` in `app`. */
export async function secretBed() {
	const { server, store, connect } = await startApi({ namespaces: ["app"] });
	const client = connect();
	beforeEach(() => {
		for (const { metadata } of store.all("Secret"))
			store.delete("Secret", metadata.namespace ?? "", metadata.name);
		store.seed({
			kind: "Secret",
			metadata: { name: "key", namespace: "app", labels: { a: "1" } },
			data: { k: "djEx" },
		});
	});
	const send = async (call: Call): Promise<Body & { status: number }> => {
		const { status, body } = await client.call(call);
		return { ...(body as Body), status };
	};
	return { server, store, send, path: "/api/v1/namespaces/app/secrets" };
}

export const jsonPatch = "application/json-patch+json";
export const mergePatch = "application/merge-patch+json";
export const strategicPatch = "application/strategic-merge-patch+json";

/** A Secret as a request's body. */
export const secret = (metadata: object, rest: object = {}) => ({
	kind: "Secret",
	apiVersion: "v1",
	metadata,
	...rest,
});

/** Users with some rights each: for what is asked about access, by themselves and by impersonation. */
export const rules: ApiServerOptions = {
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
