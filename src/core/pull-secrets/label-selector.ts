import { ownValue } from "../own-value.ts";

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
	const requirements = requirementsIn(text);
	if (requirements === undefined) return undefined;
	const texts = [...new Set(requirements.map(textOf))].sort();
	return {
		text: texts.join(","),
		requirements,
		matches: (labels) =>
			requirements.every((requirement) =>
				holds(requirement, ownValue(labels, requirement.key)),
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

const WORD = "[^\\s(),!=<>]+";
/** One requirement with the comma behind it, which leads to another: `!KEY`, or KEY and what its value is compared with. */
const REQUIREMENT = `\\s*(?:!\\s*(${WORD})|(${WORD})(?:\\s*(==?|!=|<|>)\\s*(${WORD})?|\\s+(in|notin)\\s*\\(([^()]*)\\))?)\\s*(,|$)`;

function requirementsIn(text: string): Requirement[] | undefined {
	const pattern = new RegExp(REQUIREMENT, "y");
	const requirements: Requirement[] = [];
	for (let comma = true; comma; ) {
		const match = pattern.exec(text);
		const requirement = match && requirementOf(match);
		if (!requirement) return undefined;
		requirements.push(requirement);
		comma = match[7] === ",";
	}
	return requirements;
}

function requirementOf([
	,
	absent,
	key = absent ?? "",
	comparison,
	value = "",
	membership,
	list = "",
]: readonly (string | undefined)[]): Requirement | undefined {
	if (!LABEL_KEY.test(key)) return undefined;
	const sign = comparison ?? membership;
	if (sign === undefined)
		return {
			key,
			operator: absent === undefined ? "exists" : "absent",
			values: [],
		};
	const operator = (sign === "==" ? "=" : sign) as Operator;
	// An empty value is one, too: `in (a,)` is a or "".
	const values =
		membership === undefined
			? [value]
			: list.split(",").map((one) => one.trim());
	const valid = operator === ">" || operator === "<" ? INTEGER : LABEL_VALUE;
	return values.every((one) => valid.test(one))
		? { key, operator, values: [...new Set(values)].sort() }
		: undefined;
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
