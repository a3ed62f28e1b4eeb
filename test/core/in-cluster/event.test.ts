import assert from "node:assert/strict";
import { test } from "node:test";
import { eventOf } from "../../../src/core/in-cluster/event.ts";

test("an Event about an object with a long name has a name that the API server takes", () => {
	for (const name of [
		"key",
		`${"a".repeat(229)}-${"b".repeat(20)}`,
		`${"a".repeat(228)}-.${"b".repeat(20)}`,
		`${"a.".repeat(126)}a`,
	]) {
		const topic = { kind: "Secret", namespace: "app", name, uid: "" } as const;
		const event = eventOf(topic, "CopyFailed", "", {
			id: 0,
			now: Date.parse("2026-11-21T08:00:00Z"),
		});
		const made = event.metadata.name ?? "";
		assert.match(
			made,
			/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
		);
		assert.ok(made.length <= 253);
	}
});

for (const [what, reason, uid, told] of [
	[
		"what failed, of an object that is there",
		"CopyFailed",
		"7",
		{ type: "Warning", uid: { uid: "7" } },
	],
	[
		"what was done, of one of which no more is known",
		"CredentialRefreshed",
		"",
		{ type: "Normal", uid: {} },
	],
] as const)
	test(`an Event tells ${what}`, () => {
		const now = Date.parse("2026-11-21T08:00:00Z");
		const topic = {
			kind: "Secret",
			namespace: "app",
			name: "key",
			uid,
		} as const;
		assert.deepEqual(eventOf(topic, reason, "m".repeat(2000), { id: 3, now }), {
			apiVersion: "v1",
			kind: "Event",
			metadata: {
				namespace: "app",
				name: `key.${(now * 1000 + 3).toString(16)}`,
			},
			involvedObject: {
				apiVersion: "v1",
				kind: "Secret",
				namespace: "app",
				name: "key",
				...told.uid,
			},
			type: told.type,
			reason,
			message: "m".repeat(1024),
			source: { component: "kubectl-meshreg" },
			reportingComponent: "kubectl-meshreg",
			reportingInstance: "kubectl-meshreg",
			firstTimestamp: "2026-11-21T08:00:00Z",
			lastTimestamp: "2026-11-21T08:00:00Z",
			count: 1,
		});
	});
