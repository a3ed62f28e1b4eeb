import { keyErrors, labelValue, shapeErrors } from "./names.ts";
import { refuse } from "./statuses.ts";

/** Whether an object with these labels is selected. */
export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

/**
 * A label selector, equality- and set-based, with the API server's messages:
 * `requirement, …` where a requirement is `KEY`, `!KEY`, `KEY =|==|!= VALUE`,
 * `KEY in|notin (VALUE, …)` or `KEY >|< NUMBER`. Throws a 400.
 */
export function parseLabelSelector(text: string): LabelTest {
	return new SelectorParser(text).parse();
}

const isWord = (token: string) => /^[^(),!=<>]/.test(token);

class SelectorParser {
	readonly #tokens: readonly string[];
	#at = 0;

	constructor(text: string) {
		this.#tokens = text.match(/[(),]|[!=<>]+|[^\s(),!=<>]+/g) ?? [];
	}

	parse(): LabelTest {
		const tests: LabelTest[] = [];
		while (this.#at < this.#tokens.length) {
			tests.push(this.#requirement());
			const token = this.#next();
			if (token === "") break;
			if (token !== ",") throw found(token, "',' or 'end of string'");
			if (!isWord(this.#peek()) && this.#peek() !== "!")
				throw found(this.#peek(), "identifier after ','");
		}
		return (labels) => tests.every((test) => test(labels));
	}

	#peek(): string {
		return this.#tokens[this.#at] ?? "";
	}

	#next(): string {
		return this.#tokens[this.#at++] ?? "";
	}

	#requirement(): LabelTest {
		const first = this.#next();
		const isNegated = first === "!";
		const key = isNegated ? this.#next() : first;
		if (!isWord(key))
			throw isNegated
				? unparsed(`found '${key}', expected: identifier`)
				: found(key, "!, identifier, or 'end of string'");
		refuseIf(keyErrors(key), "<nil>", key);
		const has: LabelTest = (labels) => Object.hasOwn(labels, key);
		if (isNegated) return (labels) => !has(labels);
		if (this.#peek() === "" || this.#peek() === ",") return has;
		const operator = this.#next();
		const test = operators[operator];
		if (test === undefined)
			throw unparsed(
				`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`,
			);
		const isSet = operator === "in" || operator === "notin";
		const values = isSet ? this.#values() : [this.#value()];
		checkValues(key, operator, values);
		return (labels) => test(has(labels) ? labels[key] : undefined, values);
	}

	#value(): string {
		if (isWord(this.#peek())) return this.#next();
		if (this.#peek() !== "" && this.#peek() !== ",")
			throw unparsed(`found '${this.#peek()}', expected: identifier`);
		return "";
	}

	#values(): string[] {
		const open = this.#next();
		if (open !== "(") throw unparsed(`found '${open}' expected: '('`);
		const values: string[] = [];
		for (;;) {
			// An empty value is one too: `in (a,)` is a or "".
			values.push(isWord(this.#peek()) ? this.#next() : "");
			const token = this.#next();
			if (token === ")") return values;
			if (token !== ",")
				throw unparsed(`found '${token}', expected: ',' or ')'`);
		}
	}
}

/** What each operator says of a label's value, which may be absent. */
const operators: Readonly<
	Record<
		string,
		(value: string | undefined, values: readonly string[]) => boolean
	>
> = {
	in: (value, values) => value !== undefined && values.includes(value),
	notin: (value, values) => value === undefined || !values.includes(value),
	"=": (value, [wanted]) => value === wanted,
	"==": (value, [wanted]) => value === wanted,
	"!=": (value, [wanted]) => value !== wanted,
	">": (value, [bound]) => Number(value) > Number(bound),
	"<": (value, [bound]) => Number(value) < Number(bound),
};

function checkValues(
	key: string,
	operator: string,
	values: readonly string[],
): void {
	for (const [index, value] of values.entries()) {
		if (operator !== ">" && operator !== "<")
			refuseIf(
				shapeErrors(value, labelValue),
				`values[${index}][${key}]`,
				value,
			);
		else if (!/^[-+]?\d{1,18}$/.test(value))
			refuseIf(
				["for 'Gt', 'Lt' operators, the value must be an integer"],
				`values[${index}]`,
				value,
			);
	}
}

function refuseIf(errors: readonly string[], field: string, value: string) {
	if (errors.length > 0)
		throw unparsed(
			`${field}: Invalid value: ${JSON.stringify(value)}: ${errors.join("; ")}`,
		);
}

const found = (token: string, expected: string) =>
	refuse.badRequest(`found '${token}', expected: ${expected}`);
const unparsed = (why: string) =>
	refuse.badRequest(`unable to parse requirement: ${why}`);
