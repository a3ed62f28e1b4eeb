import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonPatch, mergePatch, secret, secretBed } from "./api-bed.ts";
import type { Call } from "./api-client.ts";

const { path, send, store } = await secretBed();

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
