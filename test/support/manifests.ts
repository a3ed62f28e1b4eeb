import fc from "fast-check";

/** A manifest file written in some style, and what it says. */
export interface Manifest {
	readonly text: string;
	/** Its documents, parsed. */
	readonly values: unknown[];
	/** The specs of the pods in documents of this shape, in order. */
	podSpecs(values: unknown[]): Record<string, unknown>[];
}

const KINDS: Record<string, { apiVersion: string; path: string[] }> = {
	Pod: { apiVersion: "v1", path: ["spec"] },
	Deployment: { apiVersion: "apps/v1", path: ["spec", "template", "spec"] },
	CronJob: {
		apiVersion: "batch/v1",
		path: ["spec", "jobTemplate", "spec", "template", "spec"],
	},
};

type Json = Record<string, unknown>;

const word = fc.constantFrom("a", "b-1", "nats:2.9", "gcr.io/x/y");
const scalar = fc.oneof(
	word,
	fc.constantFrom(
		"x: y",
		"# no comment",
		"kind: Pod",
		"'",
		'say "}"\\',
		" lead",
		"",
		"true",
		"first\n---x\n  second\n",
		"no end\nof line",
		"ünï",
	),
	fc.constantFrom(0, 1.5, true, null),
);
const keys = fc.constantFrom("kind", "spec", "x", "y.z/w", "on", "7", "a b");
const anything: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
	value: fc.oneof(
		{ depthSize: "small" },
		scalar,
		fc.array(tie("value"), { maxLength: 3 }),
		fc.dictionary(keys, tie("value"), { maxKeys: 3, noNullPrototype: true }),
	),
})).value;

const container = fc.record(
	{ name: word, image: word, extra: anything },
	{ requiredKeys: ["name"] },
);
const podSpec = fc.record(
	{
		first: anything,
		imagePullSecrets: fc.oneof(
			fc.array(fc.record({ name: fc.constantFrom("one", "k") }), {
				maxLength: 2,
			}),
			fc.constant(null),
		),
		containers: fc.array(container, { minLength: 1, maxLength: 3 }),
		last: anything,
	},
	{ requiredKeys: ["containers"] },
);

const workload = fc
	.tuple(fc.constantFrom(...Object.keys(KINDS)), podSpec, anything)
	.map(([kind, spec, extra]) => {
		const { apiVersion, path } = KINDS[kind] ?? { apiVersion: "", path: [] };
		let at: Json = spec;
		for (const key of path.slice(1).reverse()) at = { extra, [key]: at };
		return { apiVersion, kind, metadata: { name: "w" }, spec: at };
	});
const object: fc.Arbitrary<Json> = fc.oneof(
	{ weight: 4, arbitrary: workload },
	{
		weight: 1,
		arbitrary: anything.map((data) => ({
			apiVersion: "v1",
			kind: "ConfigMap",
			data,
		})),
	},
);
const documentValue: fc.Arbitrary<Json> = fc.oneof(
	{ weight: 4, arbitrary: object },
	{
		weight: 1,
		arbitrary: fc.array(object, { maxLength: 3 }).map((items) => ({
			apiVersion: "v1",
			kind: "List",
			items,
		})),
	},
);

/** Manifest files of one to three documents, in YAML of many styles, or JSON. */
export function manifestText(): fc.Arbitrary<Manifest> {
	return fc
		.tuple(
			fc.array(documentValue, { minLength: 1, maxLength: 3 }),
			fc.infiniteStream(fc.nat(99)),
			fc.constantFrom("yaml", "yaml", "yaml", "json"),
		)
		.map(([values, choices, form]) => {
			const choose = () => choices.next().value ?? 0;
			return {
				text:
					form === "json"
						? values.map((value) => jsonText(value, choose)).join("\n")
						: yamlText(values, choose),
				values,
				podSpecs: (documents) => documents.flatMap(podSpecsIn),
			};
		});
}

function podSpecsIn(value: unknown): Json[] {
	const object = value as Json;
	const items = object.items;
	if (object.kind === "List" && Array.isArray(items))
		return items.flatMap(podSpecsIn);
	const path = KINDS[String(object.kind)]?.path;
	if (path === undefined) return [];
	return [path.reduce((at, key) => at[key] as Json, object)];
}

type Choose = () => number;

function jsonText(value: unknown, choose: Choose): string {
	return JSON.stringify(value, null, [undefined, 2, 4, "\t"][choose() % 4]);
}

function yamlText(values: unknown[], choose: Choose): string {
	const eol = choose() % 4 === 0 ? "\r\n" : "\n";
	const documents = values.map((value) => {
		const style = { step: 1 + (choose() % 4), choose };
		return `${comment(choose, "")}${block(value as Json, "", style)}`;
	});
	const marked = documents.join(
		choose() % 3 === 0 ? "...\n---\n" : "---  # next\n",
	);
	const text = (choose() % 2 ? "---\n" : "") + marked;
	return (choose() % 3 ? text : text.replace(/\n$/, "")).replaceAll("\n", eol);
}

interface Style {
	/** Spaces by which children are further in. */
	step: number;
	choose: Choose;
}

/** A non-empty mapping, one line or more for each key, ending in a line end. */
function block(map: Json, indent: string, style: Style): string {
	return Object.entries(map)
		.map(([key, value], at) => {
			const before = at > 0 ? comment(style.choose, indent) : "";
			const start = at > 0 || indent === "" ? indent : "";
			return `${before}${start}${keyText(key, style)}:${valueText(value, indent, style)}`;
		})
		.join("");
}

function keyText(key: string, { choose }: Style): string {
	const plain = /^[a-zA-Z][a-zA-Z.]*$/.test(key) && !/^(on|y|n)$/.test(key);
	return plain && choose() % 5 ? key : JSON.stringify(key);
}

/** What follows a key's colon or a dash, to the line end. */
function valueText(value: unknown, indent: string, style: Style): string {
	const { choose, step } = style;
	const inner = indent + " ".repeat(step);
	const flow = choose() % 4 === 0;
	if (Array.isArray(value) && value.length > 0 && !flow) {
		const column = choose() % 2 ? indent : inner;
		return `${tail(choose)}${value.map((item) => itemText(item, column, style)).join("")}`;
	}
	if (isMap(value) && !flow)
		return `${tail(choose)}${comment(choose, inner)}${inner}${block(value, inner, style)}`;
	if (typeof value === "string" && /\n./.test(value) && choose() % 2)
		return literal(value, inner);
	if (value === null && choose() % 2) return tail(choose);
	return ` ${flowText(value, style)}${tail(choose)}`;
}

function itemText(item: unknown, column: string, style: Style): string {
	const gap = " ".repeat(1 + (style.choose() % 3));
	if (isMap(item) && style.choose() % 4)
		return `${column}-${gap}${block(item, `${column} ${gap}`, style)}`;
	return `${column}-${gap}${flowText(item, style)}${tail(style.choose)}`;
}

function isMap(value: unknown): value is Json {
	return (
		typeof value === "object" &&
		value !== null &&
		!Array.isArray(value) &&
		Object.keys(value).length > 0
	);
}

function literal(text: string, indent: string): string {
	const chomp = text.endsWith("\n") ? "" : "-";
	const lines = text.replace(/\n$/, "").split("\n");
	return ` |${chomp}\n${lines.map((line) => `${indent}${line}\n`).join("")}`;
}

function flowText(value: unknown, style: Style): string {
	if (Array.isArray(value))
		return `[${value.map((item) => flowText(item, style)).join(", ")}]`;
	if (typeof value === "object" && value !== null)
		return `{${Object.entries(value)
			.map(([key, item]) => `${keyText(key, style)}: ${flowText(item, style)}`)
			.join(style.choose() % 2 ? ", " : " , ")}}`;
	const plain =
		typeof value !== "string" ||
		(/^[a-z][a-z0-9:.-]*$/.test(value) && value !== "true");
	if (plain && style.choose() % 3) return String(value);
	if (typeof value !== "string") return String(value);
	return style.choose() % 2 && !value.includes("\n")
		? `'${value.replaceAll("'", "''")}'`
		: JSON.stringify(value);
}

/** The end of a line, perhaps with a comment. */
function tail(choose: Choose): string {
	return choose() % 5 === 0 ? ` # "it's {\n` : "\n";
}

/** Perhaps a line of comment. */
function comment(choose: Choose, indent: string): string {
	return choose() % 6 === 0 ? `${indent}# kind: [x\n` : "";
}
