import { refuse } from "./statuses.ts";

/** Whether an object with these labels is selected. */
export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

/**
 * A label selector, equality- and set-based, with the API server's messages:
 * `requirement, …` where a requirement is `KEY`, `!KEY`, `KEY =|==|!= VALUE`,
 * `KEY in|notin (VALUE, …)` or `KEY >|< NUMBER`. Throws a 400.
 */
export function parseLabelSelector(text: string): LabelTest {
	const tokens = text.match(/[(),]|[!=<>]+|[^\s(),!=<>]+/g) ?? [];
	let at = 0;
	const next = () => tokens[at++] ?? "";
	const found = (token: string, expected: string) =>
		refuse.badRequest(`found '${token}', expected: ${expected}`);
	const unparsed = (token: string, expected: string) =>
		refuse.badRequest(
			`unable to parse requirement: found '${token}', expected: ${expected}`,
		);
	const isWord = (token: string) => /^[^(),!=<>]/.test(token);

	const values = (): string[] => {
		const open = next();
		if (open !== "(") throw unparsed(open, "'('");
		const list: string[] = [];
		for (;;) {
			// An empty value is one too: `in (a,)` is a or "".
			list.push(isWord(tokens[at] ?? "") ? next() : "");
			const token = next();
			if (token === ")") return list;
			if (token !== ",") throw unparsed(token, "',', or ')'");
		}
	};

	const requirement = (): LabelTest => {
		const first = next();
		if (first === "!") {
			const key = next();
			if (!isWord(key)) throw unparsed(key, "identifier");
			return (labels) => labels[key] === undefined;
		}
		if (!isWord(first)) throw found(first, "!, identifier, or 'end of string'");
		const operator = tokens[at];
		if (operator === undefined || operator === ",")
			return (labels) => labels[first] !== undefined;
		at++;
		switch (operator) {
			case "in": {
				const list = values();
				return (labels) =>
					labels[first] !== undefined && list.includes(labels[first]);
			}
			case "notin": {
				const list = values();
				return (labels) =>
					labels[first] === undefined || !list.includes(labels[first]);
			}
			case "=":
			case "==": {
				const value = isWord(tokens[at] ?? "") ? next() : "";
				return (labels) => labels[first] === value;
			}
			case "!=": {
				const value = isWord(tokens[at] ?? "") ? next() : "";
				return (labels) => labels[first] !== value;
			}
			case ">":
			case "<": {
				const bound = Number(next());
				return (labels) =>
					labels[first] !== undefined &&
					(operator === ">"
						? Number(labels[first]) > bound
						: Number(labels[first]) < bound);
			}
			default:
				throw unparsed(operator, "in, notin, =, ==, !=, gt, lt");
		}
	};

	const tests: LabelTest[] = [];
	while (at < tokens.length) {
		tests.push(requirement());
		const token = next();
		if (token === "") break;
		if (token !== ",") throw found(token, "',' or 'end of string'");
		if (!isWord(tokens[at] ?? "") && tokens[at] !== "!")
			throw found(tokens[at] ?? "", "identifier after ','");
	}
	return (labels) => tests.every((test) => test(labels));
}
