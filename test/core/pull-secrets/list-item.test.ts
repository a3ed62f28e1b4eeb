import assert from "node:assert/strict";
import { test } from "node:test";
import { listItem } from "../../../src/core/pull-secrets/list-item.ts";
import { contentOfAuths } from "../../../src/core/pull-secrets/pull-secret.ts";
import { pullSecret } from "../../support/pull-secret.ts";

test("of a thousand pull secrets of a hundred registries each those shown last are kept as they are shown", () => {
	const known = { context: "", sources: new Map(), namespaces: undefined };
	const items = Array.from({ length: 1000 }, (_, at) => {
		const hosts = Array.from({ length: 100 }, (_, host) => `r${host}.io`);
		const content = contentOfAuths(hosts.map((host) => [host, {}]));
		const place = { namespace: `app-${at}`, name: "key" };
		return listItem(pullSecret({ ...place, labels: {}, content }), known);
	});
	const shown = items.map(({ registries }) => registries);
	assert.equal(items[999]?.registries, shown[999]);
	assert.notEqual(items[0]?.registries, shown[0]);
	assert.deepEqual(items[0]?.registries, shown[0]);
});
