import assert from "node:assert/strict";
import { test } from "node:test";
import {
	jsonPatch,
	mergePatch,
	secret,
	secretBed,
	strategicPatch,
} from "./api-bed.ts";

const { path, send, store } = await secretBed();

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

test("who owns what: fields go to who changes them, and from who removes them", async () => {
	const labels = (value: object) => ({ metadata: { labels: value } });
	const patch = (manager: string, body: object) =>
		send({
			method: "PATCH",
			path: `${path}/owned?fieldManager=${manager}`,
			contentType: mergePatch,
			body,
		});
	const owners = () =>
		Object.fromEntries(
			(store.get("Secret", "app", "owned")?.metadata.managedFields ?? []).map(
				({ manager, fieldsV1 }) => [manager, fieldsV1],
			),
		);
	await send({
		method: "POST",
		path: `${path}?fieldManager=one`,
		body: secret({ name: "owned", labels: { a: "1", b: "2" } }),
	});
	await patch("two", labels({ a: "9", b: null }));
	assert.deepEqual(owners(), {
		one: { "f:metadata": { "f:labels": {} }, "f:type": {} },
		two: { "f:metadata": { "f:labels": { "f:a": {} } } },
	});
	await patch("two", labels({ a: null }));
	assert.deepEqual(Object.keys(owners()), ["one"]);
	await patch("three", { metadata: { managedFields: [] } });
	assert.deepEqual(owners(), {});
});
