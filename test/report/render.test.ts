import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_CONTEXT } from "../../src/core/output/shell.ts";
import type { ListItem } from "../../src/core/pull-secrets/list-item.ts";
import { renderDocument, renderEvent } from "../../src/report/render.ts";

test("what is told at a terminal is broken between words, and in a pipe on one line", () => {
	const source = { namespace: "nginx-mesh", name: "nginx-mesh-registry-key" };
	const note = { cause: "credential-wanted", key: "r.io", source } as const;
	const told = (errColumns?: number) =>
		renderEvent(
			{ type: "note", level: "info", note },
			{ now: 0, widths: [], columns: undefined, errColumns },
		).err;
	const [first, second] = [
		'replacing the credential for r.io in secret "nginx-mesh-registry-key" in',
		'namespace "nginx-mesh"',
	];
	assert.equal(told(80), `${first}\n  ${second}\n`);
	assert.equal(told(), `${first} ${second}\n`);
});

test("so is the summary of a change", async () => {
	const result = (kind: string) =>
		({
			context: "",
			kind,
			namespace: "app",
			name: "x",
			action: "created",
		}) as const;
	const cluster = {
		commandContext: NO_CONTEXT,
		results: [result("Secret"), result("ServiceAccount")],
	};
	const document = {
		kind: "changes",
		clusters: [cluster],
		summary: true,
	} as const;
	const page = { now: 0, widths: [], columns: 80, errColumns: 80 };
	const { err } = await renderDocument(document, page);
	assert.match(String(err), /^1 namespace: .{40,66}\n {2}.*failed\n$/);
});

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
	const { err } = await renderDocument(document, { ...page, columns: 80 });
	assert.equal(err, "3 pull secrets: 1 Source, 2 InSync\n");
	const piped = { ...page, widths: [], columns: undefined };
	assert.equal((await renderDocument(document, piped)).err, "");
});

test("a log for machines names a registry by its key, but for a password in it", () => {
	const { err } = renderEvent(
		{
			type: "log",
			note: {
				level: "info",
				event: "credential-refreshed",
				registry: "https://u:hidden@r.io/v1/",
				provider: "ecr",
				left: undefined,
			},
		},
		{ watch: true, output: "json", now: 0, widths: [], columns: undefined },
	);
	assert.equal(JSON.parse(String(err)).registry, "https://***@r.io/v1/");
	assert.doesNotMatch(String(err), /hidden/);
});
