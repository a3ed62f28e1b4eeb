/** Words in lines of at most `width` characters, each behind `indent`; a longer word has a line of its own. */
export function wrap(text: string, width: number, indent: string): string {
	const room = width - indent.length;
	const lines: string[] = [];
	for (const word of text.split(/\s+/)) {
		const last = lines.at(-1);
		if (last === undefined || last.length + 1 + word.length > room)
			lines.push(word);
		else lines[lines.length - 1] = `${last} ${word}`;
	}
	return lines.map((line) => indent + line).join("\n");
}

/** An item of a list: `mark` (`1.`, `-`) behind `indent`, and its words in lines of at most `width` characters beside the mark. */
export function wrapItem(
	mark: string,
	text: string,
	width: number,
	indent: string,
): string {
	const inner = indent + " ".repeat(mark.length + 1);
	return `${indent}${mark} ${wrap(text, width, inner).slice(inner.length)}`;
}

/** Words in lines of at most `width` characters, those after the first two characters further in. */
export function hanging(text: string, width: number): string {
	return text.length <= width
		? text
		: wrap(text, width - 2, "").replaceAll("\n", "\n  ");
}

/**
 * A question as a terminal of `width` columns shows it behind its two columns of mark: broken
 * between words, and every line but the first two columns further in. A last column is the cursor's.
 */
export function wrapQuestion(question: string, width: number): string {
	return question
		.split("\n")
		.map((line) => wrap(line.trim(), width - 3, ""))
		.join("\n")
		.replaceAll("\n", "\n  ");
}
