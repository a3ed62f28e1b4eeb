import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { type Call, Http2Client } from "./api-client.ts";
import { type ApiServer, startApiServer } from "./api-server/index.ts";
import { fieldAt } from "./api-server/objects.ts";

const server: ApiServer = await startApiServer({ namespaces: ["app"] });
const client = Http2Client.open(server);
after(async () => {
	client.close();
	await server.stop();
});

const { store } = server;
const path = "/api/v1/namespaces/app/secrets";
beforeEach(() => {
	for (const { metadata } of store.all("Secret"))
		store.delete("Secret", metadata.namespace ?? "", metadata.name);
	store.seed({
		kind: "Secret",
		metadata: { name: "key", namespace: "app", labels: { a: "1" } },
		data: { k: "djEx" },
	});
});

interface Body {
	message?: string;
	reason?: string;
	metadata: { name: string; uid: string; resourceVersion?: string };
	type?: string;
	data?: Record<string, string>;
}

async function send(call: Call): Promise<Body & { status: number }> {
	const { status, body } = await client.call(call);
	return { ...(body as Body), status };
}

const jsonPatch = "application/json-patch+json";
const mergePatch = "application/merge-patch+json";
const strategicPatch = "application/strategic-merge-patch+json";
const secret = (metadata: object, rest: object = {}) => ({
	kind: "Secret",
	apiVersion: "v1",
	metadata,
	...rest,
});

for (const call of [
	{ method: "POST", path, body: secret({ name: "new" }) },
	{ method: "PUT", path: `${path}/key`, body: secret({ name: "key" }) },
	{
		method: "PATCH",
		path: `${path}/key`,
		contentType: jsonPatch,
		body: [{ op: "remove", path: "/metadata/labels/a" }],
	},
	{
		method: "PATCH",
		path: `${path}/key`,
		contentType: mergePatch,
		body: { data: null },
	},
	{ method: "DELETE", path: `${path}/key` },
	{ method: "DELETE", path },
	{
		method: "POST",
		path: "/api/v1/namespaces",
		body: { metadata: { name: "n" } },
	},
	{ method: "DELETE", path: "/api/v1/namespaces/app" },
] satisfies Call[])
	test(`a dry run of ${call.method} ${call.path} answers, and stores nothing`, async () => {
		const { version } = store;
		const before = [...store.all("Secret"), ...store.all("Namespace")];
		const dry = await send({ ...call, path: `${call.path}?dryRun=All` });
		assert.equal(store.version, version);
		assert.deepEqual(
			[...store.all("Secret"), ...store.all("Namespace")],
			before,
		);
		if (call.path === "/api/v1/namespaces/app") return;
		const real = await send(call);
		assert.equal(dry.status, real.status);
		assert.notEqual(store.version, version);
	});

test("a dry run by the body of a DELETE, as kubectl asks for it", async () => {
	const body = { kind: "DeleteOptions", apiVersion: "v1", dryRun: ["All"] };
	const reply = await send({ method: "DELETE", path: `${path}/key`, body });
	assert.equal(reply.status, 200);
	assert.notEqual(store.get("Secret", "app", "key"), undefined);
});

test("a dry run that would fail fails alike; an unknown dryRun is refused", async () => {
	const body = secret({ name: "key" });
	const exists = await send({
		method: "POST",
		path: `${path}?dryRun=All`,
		body,
	});
	assert.equal(exists.reason, "AlreadyExists");
	const unknown = await send({
		method: "POST",
		path: `${path}?dryRun=Some`,
		body,
	});
	assert.equal(
		unknown.message,
		'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
	);
});

test("generateName makes a name", async () => {
	const body = secret({ generateName: "key-" });
	const { metadata } = await send({ method: "POST", path, body });
	assert.match(metadata.name, /^key-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

for (const [what, body, status, message] of [
	[
		"no name",
		secret({}),
		422,
		'Secret "" is invalid: metadata.name: Required value: name or generateName is required',
	],
	[
		"a version",
		secret({ name: "x", resourceVersion: "1" }),
		500,
		"resourceVersion should not be set on objects to be created",
	],
	[
		"another kind",
		{ kind: "Pod", apiVersion: "v1", metadata: { name: "x" } },
		400,
		'Pod in version "v1" cannot be handled as a Secret: converting (v1.Pod) to (core.Secret): unknown conversion',
	],
	[
		"a label that is a number",
		secret({ name: "x", labels: { a: 1 } }),
		400,
		'Secret in version "v1" cannot be handled as a Secret: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
	],
	[
		"a bad data key",
		secret({ name: "x" }, { data: { "a b": "" } }),
		422,
		`Secret "x" is invalid: data[a b]: Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
	],
	[
		"content that is a list",
		secret(
			{ name: "x" },
			{
				type: "kubernetes.io/dockerconfigjson",
				data: { ".dockerconfigjson": "W10=" },
			},
		),
		422,
		'Secret "x" is invalid: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value of type map[string]interface {}',
	],
	[
		"a long label and a bad key",
		secret({ name: "x", labels: { "a b": "c".repeat(64) } }),
		422,
		`Secret "x" is invalid: [metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'), metadata.labels: Invalid value: "${"c".repeat(64)}": must be no more than 63 bytes]`,
	],
] as const)
	test(`a creation with ${what} is refused`, async () => {
		const reply = await send({ method: "POST", path, body });
		assert.deepEqual([reply.status, reply.message], [status, message]);
	});

test("content that is null is admitted, and a Secret without a type is Opaque", async () => {
	const body = secret(
		{ name: "null" },
		{ type: "kubernetes.io/dockercfg", data: { ".dockercfg": "bnVsbA==" } },
	);
	assert.equal((await send({ method: "POST", path, body })).status, 201);
	const plain = await send({
		method: "POST",
		path,
		body: secret({ name: "x" }),
	});
	assert.equal(plain.type, "Opaque");
});

test("an update that changes nothing leaves the version; one that does takes the next", async () => {
	const { metadata } = await send({ path: `${path}/key` });
	const same = await send({
		method: "PUT",
		path: `${path}/key`,
		body: secret({ name: "key", labels: { a: "1" } }, { data: { k: "djEx" } }),
	});
	assert.equal(same.metadata.resourceVersion, metadata.resourceVersion);
	const other = await send({
		method: "PUT",
		path: `${path}/key`,
		body: secret({ name: "key", resourceVersion: metadata.resourceVersion }),
	});
	assert.equal(other.metadata.resourceVersion, String(store.version));
	assert.equal(other.metadata.uid, metadata.uid);
	assert.equal(other.data, undefined);
});

test("an update with another uid is a conflict; of an object that is gone, 404", async () => {
	const uid = "00000000-0000-0000-0000-000000000000";
	const put = (name: string) =>
		send({
			method: "PUT",
			path: `${path}/${name}`,
			body: secret({ name, uid }),
		});
	const other = await put("key");
	assert.equal(other.status, 409);
	assert.equal(
		other.message,
		`Operation cannot be fulfilled on secrets "key": StorageError: invalid object, Code: 4, Key: /registry/secrets/app/key, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${store.get("Secret", "app", "key")?.metadata.uid}`,
	);
	assert.equal((await put("absent")).status, 404);
});

test("an update of another name is refused", async () => {
	const reply = await send({
		method: "PUT",
		path: `${path}/key`,
		body: secret({ name: "other" }),
	});
	assert.equal(
		reply.message,
		"the name of the object (other) does not match the name on the URL (key)",
	);
});

for (const [what, contentType, body, status, labels] of [
	[
		"JSON Patch that replaces what is absent",
		jsonPatch,
		[
			{ op: "test", path: "/metadata/labels/b", value: null },
			{ op: "replace", path: "/metadata/labels/b", value: "2" },
		],
		200,
		{ a: "1", b: "2" },
	],
	[
		"JSON Patch that tests and replaces",
		jsonPatch,
		[
			{ op: "test", path: "/metadata/labels/a", value: "1" },
			{ op: "replace", path: "/metadata/labels/a", value: "2" },
			{ op: "add", path: "/metadata/labels/x~1y", value: "3" },
		],
		200,
		{ a: "2", "x/y": "3" },
	],
	[
		"JSON Patch with a stale version",
		jsonPatch,
		[{ op: "replace", path: "/metadata/resourceVersion", value: "1" }],
		409,
		{ a: "1" },
	],
	[
		"JSON Patch whose second operation fails",
		jsonPatch,
		[
			{ op: "remove", path: "/metadata/labels/a" },
			{ op: "remove", path: "/metadata/labels/a" },
		],
		422,
		{ a: "1" },
	],
	["JSON Patch that is none", jsonPatch, [{ op: "paint" }], 422, { a: "1" }],
	[
		"merge patch",
		mergePatch,
		{ metadata: { labels: { a: null, b: "2" } } },
		200,
		{ b: "2" },
	],
	[
		"strategic merge patch",
		strategicPatch,
		{ metadata: { labels: { $patch: "replace", b: "2" } } },
		200,
		{ b: "2" },
	],
] as const)
	test(`patches: ${what}`, async () => {
		const call = { method: "PATCH", path: `${path}/key`, contentType, body };
		assert.equal((await send(call)).status, status);
		assert.deepEqual(
			store.get("Secret", "app", "key")?.metadata.labels,
			labels,
		);
	});

test("a strategic merge patch merges a service account's secrets by name", async () => {
	store.seed({
		kind: "ServiceAccount",
		metadata: { name: "robot", namespace: "app" },
		secrets: [{ name: "a" }, { name: "b" }],
	});
	await send({
		method: "PATCH",
		path: "/api/v1/namespaces/app/serviceaccounts/robot",
		contentType: strategicPatch,
		body: { secrets: [{ name: "c" }, { $patch: "delete", name: "a" }] },
	});
	assert.deepEqual(store.get("ServiceAccount", "app", "robot")?.secrets, [
		{ name: "b" },
		{ name: "c" },
	]);
});

test("a deletion holds its resourceVersion against the current one", async () => {
	const current = store.get("Secret", "app", "key")?.metadata.resourceVersion;
	const remove = (resourceVersion: string | undefined) =>
		send({
			method: "DELETE",
			path: `${path}/key`,
			body: { preconditions: { resourceVersion } },
		});
	const stale = await remove("1");
	assert.equal(stale.reason, "Conflict");
	assert.equal(
		stale.message,
		`Operation cannot be fulfilled on Secret "key": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${current}). The object might have been modified`,
	);
	assert.equal((await remove(current)).status, 200);
	assert.equal(store.get("Secret", "app", "key"), undefined);
});

test("an object with a finalizer stays, marked, until the finalizer goes", async () => {
	store.seed({
		kind: "Secret",
		metadata: { name: "held", namespace: "app", finalizers: ["example.com/f"] },
	});
	await send({ method: "DELETE", path: `${path}/held` });
	const marked = store.get("Secret", "app", "held");
	assert.notEqual(marked?.metadata.deletionTimestamp, undefined);
	await send({
		method: "PATCH",
		path: `${path}/held`,
		contentType: mergePatch,
		body: { metadata: { finalizers: null } },
	});
	assert.equal(store.get("Secret", "app", "held"), undefined);
});

test("a namespace: some are protected, others stay until they are emptied", async () => {
	const remove = (name: string) =>
		send({ method: "DELETE", path: `/api/v1/namespaces/${name}` });
	assert.equal(
		(await remove("kube-system")).message,
		'namespaces "kube-system" is forbidden: this namespace may not be deleted',
	);
	store.seed({ kind: "Namespace", metadata: { name: "leaving" } });
	assert.equal((await remove("leaving")).status, 200);
	assert.deepEqual(store.get("Namespace", "", "leaving")?.status, {
		phase: "Terminating",
	});
	assert.equal((await remove("leaving")).status, 200);
	const again = await send({
		method: "POST",
		path: "/api/v1/namespaces",
		body: { metadata: { name: "leaving" } },
	});
	assert.equal(
		again.message,
		'object is being deleted: namespaces "leaving" already exists',
	);
});

test("a pod takes the pull Secrets of its service account, which must be there", async () => {
	const create = (name: string, spec: object) =>
		send({
			method: "POST",
			path: "/api/v1/namespaces/app/pods",
			body: { metadata: { name }, spec },
		});
	const containers = [{ name: "c", image: "i" }];
	assert.equal(
		(await create("p", { containers })).message,
		'pods "p" is forbidden: error looking up service account app/default: serviceaccount "default" not found',
	);
	store.seed({
		kind: "ServiceAccount",
		metadata: { name: "default", namespace: "app" },
		imagePullSecrets: [{ name: "key" }],
	});
	await create("p", { containers });
	await create("own", { containers, imagePullSecrets: [{ name: "mine" }] });
	const pulls = (name: string) =>
		fieldAt(store.get("Pod", "app", name), ["spec", "imagePullSecrets"]);
	assert.deepEqual(pulls("p"), [{ name: "key" }]);
	assert.deepEqual(pulls("own"), [{ name: "mine" }]);
	assert.deepEqual(store.get("Pod", "app", "p")?.status, { phase: "Pending" });
});

test("a body beyond 3 MiB is 413, another media type 415", async () => {
	const large = await send({
		method: "POST",
		path,
		body: " ".repeat(3 * 1024 * 1024 + 1),
	});
	assert.equal(large.status, 413);
	const csv = await send({
		method: "POST",
		path,
		body: "a,b",
		contentType: "text/csv",
	});
	assert.equal(csv.status, 415);
});

test("YAML is read, too", async () => {
	const reply = await send({
		method: "POST",
		path,
		contentType: "application/yaml",
		body: "metadata:\n  name: from-yaml\n",
	});
	assert.deepEqual([reply.status, reply.metadata.name], [201, "from-yaml"]);
});
