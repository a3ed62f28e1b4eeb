import {
	type Alias,
	isAlias,
	isMap,
	isNode,
	isScalar,
	isSeq,
	Lexer,
	type Pair,
	parseDocument,
	Scalar,
	type YAMLMap,
	type YAMLSeq,
} from "yaml";
import {
	type Entry,
	lazyList,
	lazyMap,
	Misfit,
	MOST_TOKENS,
	type Node,
	type Place,
	type Reading,
	type RepeatedKey,
	tooLarge,
} from "./node.ts";

/** The end of a document: kubectl does not look at what follows, up to the next `---`. */
const END = /^\.\.\.(?=[ \t\r\n]|$)/m;

/** Reads one YAML document. Throws Misfit, and RangeError for what nests too deeply. */
export function readYaml(text: string): Reading {
	const end = text.search(END);
	const read = end > 0 ? text.slice(0, end) : text;
	refuseTooLarge(read);
	const document = parseDocument(read, {
		prettyErrors: false,
		logLevel: "silent",
		// As JSON needs it; an unquoted Helm expression is a map as a key.
		stringKeys: true,
		// The library compares each key with all before it, and would refuse what kubectl takes.
		uniqueKeys: false,
	});
	const [error] = document.errors;
	// The library tells of an exhausted stack as of a mistake.
	if (error?.code === "RESOURCE_EXHAUSTION") throw new RangeError();
	if (error !== undefined)
		throw unreadable(withoutSource(error.message), error.pos[0]);
	const { contents } = document;
	if (contents === null) return { root: undefined, repeated: [] };
	const survey = new Survey();
	survey.look(contents);
	return { root: nodeOf(contents, survey.targets), repeated: survey.repeated };
}

function unreadable(problem: string, offset: number): Misfit {
	return new Misfit(
		(at) => ({ cause: "manifest-invalid", at, problem }),
		offset,
	);
}

/** Where a document is shorter there is memory for whatever it holds. */
const LARGE = 2_000_000;
/** As deep as kubectl reads. */
const DEEPEST = 10_000;

function refuseTooLarge(text: string): void {
	if (text.length <= LARGE) return;
	let [tokens, depth] = [0, 0];
	for (const token of new Lexer().lex(text)) {
		if (++tokens > MOST_TOKENS) throw tooLarge();
		if (token === "[" || token === "{") depth++;
		if (token === "]" || token === "}") depth--;
		if (depth > DEEPEST) throw new RangeError();
	}
}

/** The library's sentence without what follows its colon, where it may quote the source. */
function withoutSource(message: string): string {
	if (message.startsWith("With stringKeys"))
		return "A key that is a mapping or a list (a template that is not rendered yet?)";
	return message.replace(/(?<=\S): .*$/s, "").replace(/\s+/g, " ");
}

type Value = YAMLMap | YAMLSeq | Scalar;
type Targets = ReadonlyMap<Alias, Value>;

/** One walk over a document, for what only all of it tells. */
class Survey {
	/** What each alias stands for: the nearest anchor of its name before it. */
	readonly targets = new Map<Alias, Value>();
	readonly repeated: RepeatedKey[] = [];
	readonly #anchors = new Map<string, Value>();
	/** Of what has an anchor and has been walked over: how many nodes it is. */
	readonly #sizes = new Map<Value, number>();
	#written = 0;

	look(root: unknown): void {
		if (isBomb(this.#visit(root), this.#written))
			throw unreadable("Aliases repeat too much", 0);
	}

	/** How many nodes it is, with those that its aliases repeat. */
	#visit(node: unknown): number {
		this.#written++;
		if (isAlias(node)) return 1 + this.#follow(node);
		if (!isMap(node) && !isSeq(node) && !isScalar(node)) return 1;
		const { anchor } = node;
		if (anchor !== undefined) this.#anchors.set(anchor, node);
		let size = 1;
		if (isMap(node)) size += this.#keys(node);
		if (isSeq(node))
			for (const item of node.items) {
				if (node.flow) refuseTightKey(item);
				size += this.#visit(item);
			}
		if (anchor !== undefined) this.#sizes.set(node, size);
		return size;
	}

	#follow(alias: Alias): number {
		const target = this.#anchors.get(alias.source);
		const at = alias.range?.[0] ?? 0;
		if (target === undefined)
			throw unreadable("Unresolved alias (its anchor must come before it)", at);
		const size = this.#sizes.get(target);
		if (size === undefined)
			throw unreadable("An alias inside what it stands for", at);
		this.targets.set(alias, target);
		return size;
	}

	#keys(map: YAMLMap): number {
		let size = 0;
		const seen = new Set<string>();
		for (const { key, value } of map.items) {
			if (map.flow) refuseTightKey(key);
			size += this.#visit(key) + this.#visit(value);
			const target = isAlias(key) ? this.targets.get(key) : key;
			if (!isScalar(target) || merges(key)) continue;
			const name = String(target.value);
			if (seen.has(name))
				this.repeated.push({ key: name, offset: placeOf(key).start });
			seen.add(name);
		}
		return size;
	}
}

/**
 * Whether so much of a document is repeated by aliases that kubectl refuses it: 99 of 100 nodes at most, of millions
 * one of ten (`allowedAliasRatio` of the YAML decoder in sigs.k8s.io/yaml). A kilobyte could stand for gigabytes.
 */
function isBomb(nodes: number, written: number): boolean {
	const large = Math.min(Math.max((nodes - 400_000) / 3_600_000, 0), 1);
	return nodes > 1000 && 1 - written / nodes > 0.99 - 0.89 * large;
}

/** Inside brackets kubectl takes `?"a"` for the key `a`; to YAML 1.2, and the library, it is one word. */
function refuseTightKey(node: unknown): void {
	if (
		isScalar(node) &&
		node.type === Scalar.PLAIN &&
		/^\?/.test(node.source ?? "")
	)
		throw unreadable("A ? has to be followed by a space", node.range?.[0] ?? 0);
}

/** YAML 1.1's merge key, which kubectl knows: `<<` without quotes. */
function merges(key: unknown): boolean {
	return isScalar(key) && key.type === Scalar.PLAIN && key.value === "<<";
}

function nodeOf(source: unknown, targets: Targets): Node {
	const alias = isAlias(source) ? source : undefined;
	const value = alias === undefined ? source : targets.get(alias);
	const at = {
		...placeOf(value),
		...(alias !== undefined && { alias: placeOf(alias) }),
	};
	if (isMap(value))
		return lazyMap(at, value.flow === true, () =>
			value.items.map((item) => entryOf(item, targets)),
		);
	// `[a: 1]` holds a pair, which is a map of one entry; nothing that is looked for stands in one.
	if (isSeq(value))
		return lazyList(at, value.flow === true, () =>
			value.items.map((item) => nodeOf(item, targets)),
		);
	const read = isScalar(value) ? value.value : null;
	// To kubectl `!!binary` is the text that it stands for.
	return read instanceof Uint8Array
		? {
				type: "scalar",
				value: Buffer.from(read).toString("utf8"),
				encoded: true,
				...at,
			}
		: { type: "scalar", value: read, ...at };
}

function entryOf({ key, value }: Pair, targets: Targets): Entry {
	const name = nodeOf(key, targets);
	const { start, end } = name.alias ?? name;
	return {
		key: name.type === "scalar" ? String(name.value) : "",
		start,
		keyEnd: end,
		value: nodeOf(value, targets),
		merges: merges(key),
	};
}

function placeOf(node: unknown): Place {
	const range = isNode(node) ? node.range : undefined;
	return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}
