/** A label selector that has been read: for objects at hand, instead of asking the API server. */
export interface LabelSelector {
	/** Equal for selectors that say the same: requirements and values sorted, one spelling of each. */
	readonly text: string;
	/** All have to hold. */
	readonly requirements: readonly Requirement[];
	matches(labels: Readonly<Record<string, string>>): boolean;
}

/**
 * Reads a selector by the API server's own grammar (`labels.Parse` of apimachinery,
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors):
 * `key`, `!key`, `key=v`, `key==v`, `key!=v`, `key in (a,b)`, `key notin (a,b)`, `key>5`, `key<5`,
 * joined by commas. undefined for what the server would refuse, and for the empty selector, which
 * means everything.
 */
export function parseLabelSelector(text: string): LabelSelector | undefined {
	const requirements = new Reader(text).requirements();
	if (requirements === undefined || requirements.length === 0) return undefined;
	const texts = [...new Set(requirements.map(textOf))].sort();
	return {
		text: texts.join(","),
		requirements,
		matches: (labels) =>
			requirements.every((requirement) =>
				holds(requirement, labels[requirement.key]),
			),
	};
}

type Operator = "exists" | "absent" | "=" | "!=" | "in" | "notin" | ">" | "<";

/** One part of a label selector; all of them must hold. */
export interface Requirement {
	readonly key: string;
	readonly operator: Operator;
	readonly values: readonly string[];
}

/** A key with an optional prefix; https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const LABEL_KEY =
	/^(?:(?=.{1,253}\/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
/** A value, which may be empty. */
export const LABEL_VALUE =
	/^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
/** What fits 64 bits for certain. */
const INTEGER = /^[-+]?\d{1,18}$/;

class Reader {
	readonly #tokens: readonly string[];
	#at = 0;

	constructor(text: string) {
		this.#tokens = text.match(/[(),]|[!=<>]+|[^\s(),!=<>]+/g) ?? [];
	}

	/** undefined where the text is no selector. */
	requirements(): Requirement[] | undefined {
		const requirements: Requirement[] = [];
		while (this.#at < this.#tokens.length) {
			const requirement = this.#requirement();
			if (requirement === undefined) return undefined;
			requirements.push(requirement);
			const token = this.#next();
			if (token === "") break;
			// A comma leads to another requirement, not to the end.
			if (token !== "," || this.#peek() === "") return undefined;
		}
		return requirements;
	}

	#requirement(): Requirement | undefined {
		const first = this.#next();
		const key = first === "!" ? this.#next() : first;
		if (!LABEL_KEY.test(key)) return undefined;
		if (first === "!") return { key, operator: "absent", values: [] };
		if (this.#peek() === "" || this.#peek() === ",")
			return { key, operator: "exists", values: [] };
		const operator = OPERATORS.get(this.#next());
		if (operator === undefined) return undefined;
		const values =
			operator === "in" || operator === "notin"
				? this.#values()
				: [isWord(this.#peek()) ? this.#next() : ""];
		const valid = operator === ">" || operator === "<" ? INTEGER : LABEL_VALUE;
		return values?.every((value) => valid.test(value))
			? { key, operator, values: [...new Set(values)].sort() }
			: undefined;
	}

	/** In brackets; an empty value is one, too: `in (a,)` is a or "". */
	#values(): string[] | undefined {
		if (this.#next() !== "(") return undefined;
		const values: string[] = [];
		for (;;) {
			values.push(isWord(this.#peek()) ? this.#next() : "");
			const token = this.#next();
			if (token === ")") return values;
			if (token !== ",") return undefined;
		}
	}

	#peek(): string {
		return this.#tokens[this.#at] ?? "";
	}

	#next(): string {
		return this.#tokens[this.#at++] ?? "";
	}
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
	["=", "="],
	["==", "="],
	["!=", "!="],
	["in", "in"],
	["notin", "notin"],
	[">", ">"],
	["<", "<"],
]);

function isWord(token: string): boolean {
	return /^[^(),!=<>]/.test(token);
}

function textOf({ key, operator, values }: Requirement): string {
	switch (operator) {
		case "exists":
			return key;
		case "absent":
			return `!${key}`;
		case "in":
		case "notin":
			return `${key} ${operator} (${values.join(",")})`;
		default:
			return `${key}${operator}${values[0]}`;
	}
}

function holds(
	{ operator, values }: Requirement,
	value: string | undefined,
): boolean {
	switch (operator) {
		case "exists":
			return value !== undefined;
		case "absent":
			return value === undefined;
		case "=":
		case "in":
			return value !== undefined && values.includes(value);
		case "!=":
		case "notin":
			return value === undefined || !values.includes(value);
		case ">":
		case "<": {
			if (value === undefined || !INTEGER.test(value)) return false;
			const [here, bound] = [BigInt(value), BigInt(values[0] ?? "0")];
			return operator === ">" ? here > bound : here < bound;
		}
	}
}
