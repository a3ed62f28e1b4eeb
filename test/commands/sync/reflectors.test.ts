import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { reflectors } from "../../../src/commands/sync/reflectors.ts";
import type { Secret } from "../../../src/core/objects.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import { SyncState } from "../../../src/core/pull-secrets/sync-state.ts";
import type { Cluster } from "../../../src/world.ts";
import { NAME } from "../../support/build.ts";
import { syncRules } from "../../support/sync-rules.ts";

/** A Secret of the source's name, of half a megabyte that no other has. */
function large(namespace: string): Secret {
	const auth = Buffer.from(namespace.padEnd(500_000, ":")).toString("base64");
	const text = JSON.stringify({ auths: { "r.io": { auth } } });
	return {
		metadata: { namespace, name: NAME },
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": Buffer.from(text).toString("base64") },
	};
}

/** Whoever may label namespaces and write in them decides how much there is: a pod has 256 MiB. */
test("of what bears the source's name elsewhere a watch keeps what decides, and the source whole", async () => {
	const many = Object.fromEntries(
		Array.from({ length: 1000 }, (_, at) => [`label-${at}`, ""]),
	);
	const text = "x".repeat(100_000);
	const elsewhere = Array.from({ length: 40 }, (_, at) => {
		const made = large(`evil-${at}`);
		const { metadata } = made;
		const of = { "kubectl-meshreg/source": `nginx-mesh/${NAME}` };
		return at < 10
			? { ...made, metadata: { ...metadata, labels: { ...many, usage: NAME } } }
			: at < 20
				? { ...made, metadata: { ...metadata, annotations: { ...of, text } } }
				: at < 30
					? { ...made, type: text }
					: {
							...made,
							metadata: {
								...metadata,
								ownerReferences: [
									{ apiVersion: "v1", kind: text, name: text, uid: "1" },
								],
							},
						};
	});
	const items = [...elsewhere, large("nginx-mesh")];
	const cluster = {
		// Pages of whole objects would be in memory at once.
		async *picked(_: string, __: object, pick: (of: Secret) => PullSecret) {
			yield { items: items.map(pick), resourceVersion: "1" };
		},
	} as unknown as Cluster;
	const kept: PullSecret[] = [];
	class Kept extends SyncState {
		override keys(all: readonly PullSecret[]): string[] {
			kept.push(...all);
			return [];
		}
	}
	const [, secrets] = reflectors({
		cluster,
		reader: new ContentReader(),
		watched: { by: "list", query: {} },
		state: new Kept(syncRules()),
		accounts: undefined,
		learn: () => {},
		trouble: () => {},
	});
	await secrets?.list();
	const source = kept.pop();
	assert.ok(source?.content.config.ok);
	for (const one of kept) assert.ok(JSON.stringify(one).length < 2000);
	// What decides is there.
	assert.equal(kept[0]?.labels.usage, NAME);
	assert.equal(
		kept[10]?.annotations["kubectl-meshreg/source"],
		`nginx-mesh/${NAME}`,
	);
});

describe("a Secret of a watch", () => {
	const reader = new ContentReader();
	const { metadata } = large("app");
	const saying = (text: string): Secret => ({
		metadata,
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": Buffer.from(text).toString("base64") },
	});
	const entry = '"r.io":{"auth":"dTpw"}';
	const source = reader.toPullSecret(saying(`{"auths":{${entry}}}`));
	for (const [what, text, equals] of [
		[
			"says what the source says, in other words",
			`{"auths": {${entry}} }`,
			true,
		],
		["says something else", '{"auths":{"r.io":{"auth":"dTpx"}}}', false],
		["says nothing", "", false],
	] as const)
		test(`that ${what}`, () => {
			const { content } = reader.watched(saying(text));
			assert.equal(content.canonical === source.content.canonical, equals);
			assert.equal(content.data, "");
		});

	test("with much beside it names its source, however long that name is", () => {
		const ref = `${"n".repeat(63)}/${"s".repeat(253)}`;
		const { annotations } = reader.watched({
			metadata: {
				annotations: { note: "x".repeat(5000), "kubectl-meshreg/source": ref },
			},
		});
		assert.deepEqual(annotations, { "kubectl-meshreg/source": ref });
	});

	test("of a megabyte that is the source's as well", () => {
		const source = reader.toPullSecret(large("app"));
		const { content } = reader.watched(large("app"));
		assert.equal(content.canonical, source.content.canonical);
	});
});
