import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListItem } from "../../src/core/pull-secrets/list-item.ts";
import { renderDocument } from "../../src/report/render.ts";

test("a list at a terminal ends with how many there are of each status", async () => {
	const item = (namespace: string, status: ListItem["status"]): ListItem => ({
		context: "",
		namespace,
		name: "x",
		status,
		registries: ["r.io"],
		usernames: ["u"],
		source: "",
		expires: "",
		created: "2026-01-01T00:00:00Z",
		provider: "",
		differs: [],
	});
	const document = {
		kind: "list",
		items: [item("a", "Source"), item("b", "InSync"), item("c", "InSync")],
		namespaces: [],
	} as const;
	const page = { now: Date.UTC(2026, 0, 2), widths: [] };
	const { err } = await renderDocument(document, {}, { ...page, columns: 80 });
	assert.equal(err, "3 pull secrets: 1 Source, 2 InSync\n");
	const piped = { ...page, widths: [], columns: undefined };
	assert.equal((await renderDocument(document, {}, piped)).err, "");
});
