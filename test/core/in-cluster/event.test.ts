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
