/**
 * What other people's text may hold that is no text: Cc control (escapes that drive a terminal), Cf
 * format (turns the direction of text, or hides it), Zl and Zp line ends, Cs halves of characters.
 * https://www.unicode.org/reports/tr44/#General_Category_Values
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** Nearly all text is ASCII, in which nothing is to be looked for: on one line, and on several. */
const PLAIN = /^[ -~]*$/;
const PLAIN_LINES = /^[\t\n -~]*$/;
const LINE_END = /[\n\v\f\r\u0085\u2028\u2029]/;

/** Text for a terminal: of what is unprintable only line ends and tabs stay. */
export function printable(text: string): string {
	if (PLAIN_LINES.test(text)) return text;
	return text.replace(UNPRINTABLE, (one) =>
		one === "\n" || one === "\t" ? one : "",
	);
}

/** The same on one line: line ends become spaces. */
export function oneLine(text: string): string {
	if (PLAIN.test(text)) return text;
	// Line by line: one pattern for line ends with the space around them takes time in the square of the space.
	const [first = "", ...others] = text.split(LINE_END);
	if (others.length === 0) return printable(text);
	const lines = [first.trimEnd(), ...others.map((line) => line.trim())];
	return printable(lines.filter((line) => line !== "").join(" "));
}

/** A text without those of these characters that it ends in. Of a pattern for them each would be tried. */
export function withoutLast(text: string, characters: string): string {
	let end = text.length;
	while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
	return text.slice(0, end);
}

/** The first characters of a text, as a text of its own: a part of it would keep the whole in memory. */
export function startOf(text: string, longest: number): string {
	return Buffer.from(text.slice(0, longest), "utf8").toString("utf8");
}

/** How many characters a text has, not UTF-16's halves. */
export function lengthOf(text: string): number {
	return PLAIN.test(text) ? text.length : [...text].length;
}

/** More of one text is not shown on a line: names and images may be a megabyte. */
const LONGEST_LINE = 2000;

/** The same of what others wrote, which may be of any length: what is longer than 2,000 characters ends in `…`. */
export function lineOf(text: string): string {
	return text.length > LONGEST_LINE
		? `${oneLine(startOf(text, LONGEST_LINE))}…`
		: oneLine(text);
}

/** The beginning of somebody's words, on one line; what is longer than `limit` ends in `…`. */
export function onOneLine(text: string, limit: number): string {
	const line = text
		.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, " ")
		.trim();
	return line.length > limit ? `${line.slice(0, limit - 1).trimEnd()}…` : line;
}

/** Longer words of others are not shown in a sentence of ours: what follows them there is not to be missed. */
const LONGEST_SAID = 500;

/**
 * What somebody else said, to stand in a line of ours: in quotation marks of which it holds none, on one line and at most
 * 500 characters of it. A registry, a program or a webhook may well say what reads as advice. Everything that others say
 * goes through this, but for an answer of the API server that is an error: that stands as kubectl prints it, behind who says it.
 */
export function said(words: string): string {
	return `"${onOneLine(words, LONGEST_SAID).replaceAll('"', "'")}"`;
}

/** The same of what others call something: a single word, as names are, stands as it is. `limit`: as long as a NAMESPACE/NAME. */
export function claimedName(text: string, limit = 320): string {
	const line = onOneLine(text, limit);
	return /^[\w./:@*+$…-]*$/.test(line) ? line : said(line);
}

/** JSON or quoted YAML in which what is unprintable stands as `\u`: C0 is escaped there already. */
export function escaped(quoted: string): string {
	return quoted.replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (one) =>
		Array.from(
			{ length: one.length },
			(_, at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, "0")}`,
		).join(""),
	);
}

/** A text with each character that is no text, line ends and tabs too, as `written` writes it. */
export function spelledOut(
	text: string,
	written: (character: string) => string,
): string {
	return text.replace(UNPRINTABLE, written);
}

/** Whether a text holds what is no text. */
export function isUnprintable(text: string): boolean {
	return printable(text) !== text;
}
