import { fieldAt, type JsonObject, type KubeObject } from "./objects.ts";
import type { Resource } from "./resources.ts";

/** Objects as kubectl's columns: a `Table` with a row for each. */
export function tableJson(
	resource: Resource,
	entries: readonly Row[],
	metadata: JsonObject,
	now: Date,
): string {
	const columns = columnsOf[resource.kind] ?? [];
	return JSON.stringify({
		kind: "Table",
		apiVersion: "meta.k8s.io/v1",
		metadata,
		columnDefinitions: columns.map(([name, type]) => ({
			name,
			type,
			format: name === "Name" ? "name" : "",
			description: "",
			priority: 0,
		})),
		rows: entries.map((entry) => ({
			cells: columns.map(([, , cell]) => cell(entry, now)),
			object: {
				kind: "PartialObjectMetadata",
				apiVersion: "meta.k8s.io/v1",
				metadata: entry.object.metadata,
			},
		})),
	});
}

type Row = { object: KubeObject };
type Cell = (row: Row, now: Date) => string | number;
type Column = readonly [name: string, type: "string" | "integer", cell: Cell];

const name: Column = ["Name", "string", ({ object }) => object.metadata.name];
const age: Column = [
	"Age",
	"string",
	({ object }, now) => ageOf(object.metadata.creationTimestamp, now),
];
const text = (path: string): Cell => {
	const steps = path.split(".");
	return ({ object }) => String(fieldAt(object, steps) ?? "");
};
const size = (field: string): Cell => {
	return ({ object }) => Object.keys(object[field] ?? {}).length;
};

/** The columns that kubectl shows without `-o wide`. */
const columnsOf: Readonly<Record<string, readonly Column[]>> = {
	Namespace: [name, ["Status", "string", text("status.phase")], age],
	Secret: [
		name,
		["Type", "string", text("type")],
		["Data", "string", size("data")],
		age,
	],
	ServiceAccount: [name, age],
	Pod: [name, ["Status", "string", text("status.phase")], age],
	Event: [
		[
			"Last Seen",
			"string",
			({ object }, now) => ageOf(String(object.lastTimestamp ?? ""), now),
		],
		["Type", "string", text("type")],
		["Reason", "string", text("reason")],
		[
			"Object",
			"string",
			({ object }) =>
				`${String(fieldAt(object, ["involvedObject", "kind"]) ?? "").toLowerCase()}/${String(fieldAt(object, ["involvedObject", "name"]) ?? "")}`,
		],
		["Message", "string", text("message")],
	],
};

/** Whole seconds, minutes, hours or days: enough for a table that no test reads closely. */
function ageOf(timestamp: string, now: Date): string {
	const seconds = Math.trunc((now.getTime() - Date.parse(timestamp)) / 1000);
	if (Number.isNaN(seconds)) return "<unknown>";
	if (seconds < 120) return `${seconds}s`;
	if (seconds < 7200) return `${Math.trunc(seconds / 60)}m`;
	if (seconds < 48 * 3600) return `${Math.trunc(seconds / 3600)}h`;
	return `${Math.trunc(seconds / 86400)}d`;
}
