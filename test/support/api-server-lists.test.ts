import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Http2Client } from "./api-client.ts";
import { type ApiServer, startApiServer } from "./api-server/index.ts";

let server: ApiServer;
let client: Http2Client;
before(async () => {
	server = await startApiServer({ namespaces: ["a", "a-b", "b"] });
	client = Http2Client.open(server);
	server.store.seed({
		kind: "Pod",
		metadata: { namespace: "a", name: "web" },
		spec: { nodeName: "node-1" },
		status: { phase: "Running" },
	});
	server.store.seed({
		kind: "Pod",
		metadata: { namespace: "a", name: "new" },
	});
	server.store.seed({
		kind: "Event",
		metadata: { namespace: "a", name: "web.1" },
		involvedObject: { kind: "Pod", name: "web", namespace: "a", uid: "u1" },
		reason: "Failed",
		type: "Warning",
	});
	server.store.seed({
		kind: "Event",
		metadata: { namespace: "a", name: "web.2" },
		involvedObject: { kind: "Pod", name: "web", namespace: "a", uid: "u1" },
		reason: "Pulled",
		type: "Normal",
	});
});
beforeEach(() => {
	for (const { metadata } of server.store.all("Secret"))
		server.store.delete(
			"Secret",
			metadata.namespace ?? "",
			metadata.name ?? "",
		);
	const secret = (
		namespace: string,
		name: string,
		labels: Record<string, string>,
		type = "Opaque",
	) =>
		server.store.seed({
			kind: "Secret",
			metadata: { namespace, name, labels },
			type,
		});
	secret("b", "one", { team: "x", tier: "1" });
	secret("a", "two", { team: "y", tier: "2" });
	secret("a", "one", { team: "x" }, "kubernetes.io/dockerconfigjson");
	secret("a-b", "one", { "example.com/team": "" });
});
after(async () => {
	client.close();
	await server.stop();
});

interface List {
	kind: string;
	message?: string;
	reason?: string;
	metadata: {
		resourceVersion: string;
		continue?: string;
		remainingItemCount?: number;
	};
	items: { metadata: { name: string; namespace?: string } }[];
}

async function list(path: string): Promise<List & { status: number }> {
	const { status, body } = await client.call({ path });
	return { ...(body as List), status };
}

const names = ({ items }: List) =>
	items.map(({ metadata: { name, namespace } }) =>
		namespace === undefined ? name : `${namespace}/${name}`,
	);

const all = ["a-b/one", "a/one", "a/two", "b/one"];
for (const [path, selector, expected] of [
	["secrets", "", all],
	["namespaces/a/secrets", "", ["a/one", "a/two"]],
	["namespaces/none/secrets", "", []],
	["secrets", "team=x", ["a/one", "b/one"]],
	["secrets", "team==x,tier", ["b/one"]],
	["secrets", "team!=x", ["a-b/one", "a/two"]],
	["secrets", "team", ["a/one", "a/two", "b/one"]],
	["secrets", "!team", ["a-b/one"]],
	["secrets", "team in (x,y),tier notin (2)", ["a/one", "b/one"]],
	["secrets", "team notin (x, y)", ["a-b/one"]],
	["secrets", "example.com/team=", ["a-b/one"]],
	["secrets", "example.com/team in ()", ["a-b/one"]],
	["secrets", "tier>1", ["a/two"]],
	["secrets", "tier < 2", ["b/one"]],
	["namespaces", "kubernetes.io/metadata.name in (a,b)", ["a", "b"]],
] as const)
	test(`labels ${path} ${selector}`, async () => {
		const query = new URLSearchParams({ labelSelector: selector });
		assert.deepEqual(names(await list(`/api/v1/${path}?${query}`)), expected);
	});

for (const [path, selector, expected] of [
	["secrets", "metadata.name=one", ["a-b/one", "a/one", "b/one"]],
	["secrets", "metadata.name=one,metadata.namespace!=b", ["a-b/one", "a/one"]],
	["secrets", "type=kubernetes.io/dockerconfigjson", ["a/one"]],
	["secrets", "type!=Opaque", ["a/one"]],
	["namespaces", "metadata.name==a", ["a"]],
	["namespaces", "status.phase=Terminating", []],
	["pods", "spec.nodeName=node-1", ["a/web"]],
	["pods", "spec.nodeName=", ["a/new"]],
	["pods", "status.phase=Pending", ["a/new"]],
	["events", "involvedObject.name=web,reason=Failed", ["a/web.1"]],
	["events", "involvedObject.uid=u1,type!=Warning", ["a/web.2"]],
] as const)
	test(`fields ${path} ${selector}`, async () => {
		const query = new URLSearchParams({ fieldSelector: selector });
		assert.deepEqual(names(await list(`/api/v1/${path}?${query}`)), expected);
	});

for (const [query, message] of [
	["labelSelector=a b", "found 'b', expected: in, notin, =, ==, !=, gt, lt"],
	["labelSelector=a in b", "found 'b' expected: '('"],
	["labelSelector=a in (b", "found '', expected: ',' or ')'"],
	["labelSelector=a=b c", "found 'c', expected: ',' or 'end of string'"],
	["labelSelector=a,,b", "found ',', expected: identifier after ','"],
	[
		"labelSelector=a>b",
		`values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`,
	],
	[
		"labelSelector=/a=b",
		'<nil>: Invalid value: "/a": prefix part must be non-empty',
	],
	["limit=x", 'strconv.ParseInt: parsing "x": invalid syntax'],
	["fieldSelector=type", "invalid selector: 'type'; can't understand 'type'"],
	["fieldSelector=data=x", "field label not supported: data"],
] as const)
	test(`refuses ${query}`, async () => {
		const reply = await list(`/api/v1/secrets?${new URLSearchParams(query)}`);
		assert.equal(reply.status, 400);
		assert.equal(
			reply.message?.replace("unable to parse requirement: ", ""),
			message,
		);
	});

test("pages follow each other at the version of the first, whatever is written between", async () => {
	const first = await list("/api/v1/secrets?limit=2");
	assert.deepEqual(names(first), ["a-b/one", "a/one"]);
	assert.equal(first.metadata.remainingItemCount, 2);
	server.store.delete("Secret", "b", "one");
	server.store.seed({
		kind: "Secret",
		metadata: { namespace: "a", name: "three" },
	});
	const rest = await list(
		`/api/v1/secrets?limit=500&continue=${first.metadata.continue}`,
	);
	assert.deepEqual(names(rest), ["a/two", "b/one"]);
	assert.equal(rest.metadata.continue, undefined);
	assert.equal(rest.metadata.resourceVersion, first.metadata.resourceVersion);
	assert.deepEqual(names(await list("/api/v1/secrets")), [
		"a-b/one",
		"a/one",
		"a/three",
		"a/two",
	]);
});

test("a page whose version is forgotten is 410, with a token that goes on in the present", async () => {
	const first = await list("/api/v1/namespaces/a/secrets?limit=1");
	assert.deepEqual(names(first), ["a/one"]);
	server.store.seed({
		kind: "Secret",
		metadata: { namespace: "a", name: "second" },
	});
	server.store.compact();
	const path = "/api/v1/namespaces/a/secrets?limit=500&continue=";
	const expired = await list(path + first.metadata.continue);
	assert.equal(expired.status, 410);
	assert.equal(expired.reason, "Expired");
	const rest = await list(path + expired.metadata.continue);
	assert.deepEqual(names(rest), ["a/second", "a/two"]);
});

test("a full page goes on where anything follows, selected or not: the next may be empty", async () => {
	const whole = await list("/api/v1/pods?limit=2");
	assert.equal(whole.metadata.continue, undefined);
	const path = "/api/v1/events?limit=1&fieldSelector=reason%3DFailed";
	const full = await list(path);
	assert.deepEqual(names(full), ["a/web.1"]);
	assert.equal(full.metadata.remainingItemCount, undefined);
	const empty = await list(`${path}&continue=${full.metadata.continue}`);
	assert.deepEqual(names(empty), []);
	assert.equal(empty.metadata.continue, undefined);
});

test("metadata of one object, and of a list", async () => {
	const partial = (as: string) => ({
		accept: `application/json;as=${as};v=v1;g=meta.k8s.io,application/json`,
	});
	const { body } = await client.call({
		path: "/api/v1/namespaces/a/secrets/one",
		headers: partial("PartialObjectMetadata"),
	});
	assert.deepEqual(body, {
		kind: "PartialObjectMetadata",
		apiVersion: "meta.k8s.io/v1",
		metadata: server.store.get("Secret", "a", "one")?.metadata,
	});
	const reply = await client.call({
		path: "/api/v1/namespaces/a/secrets?limit=1",
		headers: partial("PartialObjectMetadataList"),
	});
	const { kind, items, metadata } = reply.body as List;
	assert.equal(kind, "PartialObjectMetadataList");
	assert.deepEqual(items, [body]);
	assert.notEqual(metadata.continue, undefined);
});
