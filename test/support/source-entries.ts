import assert from "node:assert/strict";
import type { TestBed } from "./test-bed.ts";

/** What the source holds for a user and password. */
export const entry = (password: string, user = "u") => ({
	username: user,
	password,
	auth: btoa(`${user}:${password}`),
});

/** The registries of the source, by key. */
export function auths(bed: Pick<TestBed, "content">): Map<string, unknown> {
	const content = bed.content("nginx-mesh");
	assert.ok(typeof content === "object" && content !== null);
	return new Map(Object.entries(Reflect.get(content, "auths")));
}
