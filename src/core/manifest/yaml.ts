import {
	type Alias,
	type Document,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	parseDocument,
	type Scalar,
	visit,
	type YAMLMap,
	type YAMLSeq,
} from "yaml";
import type { Entry, ListNode, MapNode, Node, ScalarNode } from "./node.ts";

/** Why a document is not YAML, and where; never quotes it, as it may be a Secret. */
export class NotYaml extends Error {
	override readonly name = "NotYaml";
	constructor(
		message: string,
		readonly offset: number,
	) {
		super(message);
	}
}

/** The value of one YAML document; undefined where there is only space and comments. Throws NotYaml. */
export function parseYamlManifest(text: string): Node | undefined {
	const document = parseDocument(text, {
		prettyErrors: false,
		logLevel: "silent",
		// As JSON needs it; an unquoted Helm expression is a map as a key.
		stringKeys: true,
	});
	const [error] = document.errors;
	if (error !== undefined)
		throw new NotYaml(withoutSource(error.message), error.pos[0]);
	if (document.contents === null) return undefined;
	return nodeOf(document.contents, aliasTargets(document));
}

/** The library's sentence without what follows its colon, where it may quote the source. */
function withoutSource(message: string): string {
	if (message.startsWith("With stringKeys"))
		return "A key that is a mapping or a list (a template that is not rendered yet?)";
	return message.replace(/: .*$/s, "").replace(/\s+/g, " ");
}

type Value = YAMLMap | YAMLSeq | Scalar;
type Targets = ReadonlyMap<Alias, Value>;

function isValue(node: unknown): node is Value {
	return isMap(node) || isSeq(node) || isScalar(node);
}

/** What each alias stands for: the nearest anchor of its name before it. One walk for all. */
function aliasTargets(document: Document.Parsed): Targets {
	const targets = new Map<Alias, Value>();
	const anchors = new Map<string, Value>();
	visit(document, {
		Node: (_, node) => {
			if (isAlias(node)) {
				const target = anchors.get(node.source);
				if (target === undefined)
					throw new NotYaml(
						"Unresolved alias (its anchor must come before it)",
						node.range?.[0] ?? 0,
					);
				targets.set(node, target);
			} else if (isValue(node) && node.anchor !== undefined)
				anchors.set(node.anchor, node);
		},
	});
	return targets;
}

function nodeOf(source: unknown, targets: Targets): Node {
	const alias = isAlias(source) ? source : undefined;
	const value = alias === undefined ? source : targets.get(alias);
	const at = {
		...placeOf(value),
		...(alias !== undefined && { alias: placeOf(alias) }),
	};
	if (isMap(value)) return new YamlMapNode(value, targets, at);
	if (isSeq(value)) return new YamlListNode(value, targets, at);
	return {
		type: "scalar",
		value: isScalar(value) ? value.value : null,
		...at,
	} satisfies ScalarNode;
}

interface Places {
	start: number;
	end: number;
	alias?: { start: number; end: number };
}

function placeOf(node: unknown): { start: number; end: number } {
	const range = isValue(node) || isAlias(node) ? node.range : undefined;
	return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}

/** A map or a list: what is in it is looked at when it is asked for. */
class Collection<Source extends YAMLMap | YAMLSeq> {
	readonly flow: boolean;
	readonly start: number;
	readonly end: number;
	readonly alias?: { start: number; end: number };
	constructor(
		readonly source: Source,
		readonly targets: Targets,
		at: Places,
	) {
		this.flow = source.flow === true;
		this.start = at.start;
		this.end = at.end;
		if (at.alias !== undefined) this.alias = at.alias;
	}
}

class YamlMapNode extends Collection<YAMLMap> implements MapNode {
	readonly type = "map";
	#entries: Entry[] | undefined;

	get entries(): readonly Entry[] {
		this.#entries ??= this.source.items.map(({ key, value }) => {
			const name = nodeOf(key, this.targets);
			const { start, end } = name.alias ?? name;
			return {
				key: name.type === "scalar" ? String(name.value) : "",
				start,
				keyEnd: end,
				value: nodeOf(value, this.targets),
			};
		});
		return this.#entries;
	}

	/** Without maps that this one is inside of: merged, they would never end. */
	get merged(): readonly MapNode[] {
		return this.entries
			.filter((entry) => entry.key === "<<")
			.flatMap(({ value }) => (value.type === "list" ? value.items : [value]))
			.filter((node) => node.type === "map")
			.filter(({ start, end }) => start > this.start || end < this.end);
	}
}

class YamlListNode extends Collection<YAMLSeq> implements ListNode {
	readonly type = "list";
	#items: Node[] | undefined;

	get items(): readonly Node[] {
		this.#items ??= this.source.items.map((item) => nodeOf(item, this.targets));
		return this.#items;
	}
}
