import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Secret } from "../../../src/core/objects.ts";
import { ContentReader } from "../../../src/core/pull-secrets/pull-secret.ts";

/** A pull Secret with a docker config of about so many bytes, unlike any of another number. */
function secret(namespace: string, at: number, size: number): Secret {
	const auth = Buffer.from(`u:${at}`.padEnd(size, "x")).toString("base64");
	const text = JSON.stringify({ auths: { [`r${at}.example.com`]: { auth } } });
	return {
		metadata: { namespace, name: `s-${at}` },
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": Buffer.from(text).toString("base64") },
	};
}

const MEGABYTE = 500_000;

/** How much of what was listed is kept, in characters of base64. */
function kept(reader: ContentReader, secrets: Iterable<Secret>): number {
	let all = 0;
	for (const each of secrets) all += reader.listed(each).content.data.length;
	return all;
}

function* many(count: number, make: (at: number) => Secret): Iterable<Secret> {
	for (let at = 0; at < count; at++) yield make(at);
}

describe("of what somebody planted no more is kept", () => {
	test("than two megabytes of a namespace", () => {
		const reader = new ContentReader();
		const all = kept(
			reader,
			many(50, (at) => secret("evil", at, MEGABYTE)),
		);
		assert.ok(all <= 2 << 20, `${all}`);
		assert.deepEqual([...reader.unread.keys()], ["evil"]);
		// Nobody else has less for it.
		assert.ok(reader.listed(secret("shop", 99, MEGABYTE)).content.config.ok);
		assert.deepEqual([...reader.unread.keys()], ["evil"]);
	});

	test("than sixteen of large ones, however many namespaces they are in", () => {
		const reader = new ContentReader();
		const all = kept(
			reader,
			many(100, (at) => secret(`evil-${at}`, at, MEGABYTE)),
		);
		assert.ok(all <= 16 << 20, `${all}`);
		assert.ok(reader.listed(secret("shop", 100, 1_000)).content.config.ok);
	});
});

test("of contents of 10,000 entries each, few are kept taken apart", () => {
	const reader = new ContentReader();
	const contents = Array.from({ length: 20 }, (_, at) => {
		const names = Array.from({ length: 10_000 }, (_, key) => [
			`r${at}-${key}`,
			{},
		]);
		const text = JSON.stringify({ auths: Object.fromEntries(names) });
		const data = Buffer.from(text).toString("base64");
		const metadata = { namespace: `evil-${at}`, name: "s" };
		return reader.listed({ metadata, data: { ".dockerconfigjson": data } })
			.content;
	});
	const taken = contents.map(({ config }) => config);
	const kept = contents.filter(({ config }, at) => config === taken[at]).length;
	assert.equal(kept, 0);
	// The last stay until others come.
	const last = contents.slice(-4);
	const again = last.map(({ config }) => config);
	assert.ok(last.every(({ config }, at) => config === again[at]));
	assert.deepEqual(again, taken.slice(-4));
});

test("than that of what stands beside contents, either", () => {
	const reader = new ContentReader();
	const source = "nginx-mesh/nginx-mesh-registry-key";
	const listed = (namespace: string, at: number) => {
		const metadata = {
			namespace,
			name: `s-${at}`,
			annotations: {
				"kubectl-meshreg/source": source,
				[`x/${at}`]: "y".repeat(200_000),
			},
		};
		return reader.listed({ metadata }).annotations;
	};
	const kept = Array.from({ length: 100 }, (_, at) => listed("evil", at));
	const size = kept.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
	assert.ok(size < 2.1 * (1 << 20), `${size}`);
	assert.ok(kept.every((one) => one["kubectl-meshreg/source"] === source));
	assert.deepEqual([...reader.unread], [["evil", 90]]);
	assert.ok(listed("shop", 100)["x/100"]);
});

describe("what is too much", () => {
	const filled = () => {
		const reader = new ContentReader();
		kept(
			reader,
			many(4, (at) => secret("evil", at, MEGABYTE)),
		);
		return reader;
	};

	test("equals nothing that was read", () => {
		const reader = filled();
		const source = reader.toPullSecret(secret("mesh", 7, MEGABYTE));
		const { content } = reader.listed(secret("evil", 8, MEGABYTE));
		assert.equal(content.unread, true);
		assert.notEqual(content.canonical, source.content.canonical);
	});

	test("is a copy all the same where it says what the source says", () => {
		const reader = filled();
		const source = reader.toPullSecret(secret("mesh", 7, MEGABYTE));
		const { content } = reader.listed(secret("evil", 7, MEGABYTE));
		assert.equal(content, source.content);
	});

	test("is read where it is asked for by name", () => {
		const { content } = filled().toPullSecret(secret("evil", 9, MEGABYTE));
		assert.ok(content.config.ok);
	});
});

test("of what is read by name in days of watching no more is remembered than two megabytes", () => {
	const reader = new ContentReader();
	const read = (at: number) =>
		reader.toPullSecret(secret("evil", at, MEGABYTE));
	const { content } = read(0);
	assert.equal(read(0).content, content);
	for (let at = 1; at < 4; at++) read(at);
	assert.notEqual(read(0).content, content);
});

test("ten thousand pull secrets that all differ are no trouble", () => {
	const reader = new ContentReader();
	for (const each of many(10_000, (at) => secret(`ns-${at}`, at, 400)))
		assert.ok(reader.listed(each).content.config.ok);
	assert.equal(reader.unread.size, 0);
});

describe("a Secret as it is read", () => {
	const read = (secret: Secret) => {
		const { content: _, ...rest } = new ContentReader().toPullSecret(secret);
		return rest;
	};

	test("of which nothing is known", () => {
		assert.deepEqual(read({ metadata: {} }), {
			namespace: "",
			name: "",
			type: "Opaque",
			labels: {},
			annotations: {},
			immutable: false,
			uid: "",
			resourceVersion: "",
			created: "",
			terminating: false,
		});
	});

	test("with everything, kept by others", () => {
		const targets = "kubectl-meshreg/targets";
		const metadata = {
			namespace: "app",
			name: "key",
			uid: "1",
			resourceVersion: "2",
			creationTimestamp: "2026-11-01T00:00:00Z",
			deletionTimestamp: "2026-11-02T00:00:00Z",
			labels: { "app.kubernetes.io/managed-by": "Helm" },
			annotations: { [targets]: "[]" },
			managedFields: [
				{
					manager: "argocd-controller",
					operation: "Apply",
					fieldsV1: {
						"f:metadata": { "f:annotations": { [`f:${targets}`]: {} } },
					},
				},
			],
		};
		assert.deepEqual(read({ metadata, type: "a/b", immutable: true }), {
			namespace: "app",
			name: "key",
			type: "a/b",
			labels: metadata.labels,
			annotations: metadata.annotations,
			immutable: true,
			uid: "1",
			resourceVersion: "2",
			created: "2026-11-01T00:00:00Z",
			terminating: true,
			manager: { by: "tool", name: "Helm" },
			recordKeeper: "argocd-controller",
		});
	});
});
