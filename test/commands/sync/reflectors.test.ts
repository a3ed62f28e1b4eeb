import assert from "node:assert/strict";
import { test } from "node:test";
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

test("of what bears the source's name in many namespaces a watch keeps no more than a list, and the source whole", async () => {
	const items = Array.from({ length: 40 }, (_, at) => large(`evil-${at}`));
	items.push(large("nginx-mesh"));
	const cluster = {
		async *pages() {
			yield { items, resourceVersion: "1" };
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
	const size = kept.reduce((sum, { content }) => sum + content.data.length, 0);
	assert.ok(size <= 17 << 20, `${size}`);
	assert.ok(kept.at(-1)?.content.config.ok);
});
