/**
 * Words in lines of at most `width` characters (undefined: of any length), the first behind `first` and the others
 * behind `hang`, which is as wide or wider; a longer word has a line of its own.
 */
export function wrap(
	text: string,
	width = Number.POSITIVE_INFINITY,
	first = "",
	hang = first,
): string {
	const room = width - hang.length;
	const lines: string[] = [];
	for (const word of text.split(/\s+/)) {
		const last = lines.at(-1);
		if (last === undefined || last.length + 1 + word.length > room)
			lines.push(word);
		else lines[lines.length - 1] = `${last} ${word}`;
	}
	return first + lines.join(`\n${hang}`);
}

/** The same of what is longer than that, the lines after the first two characters further in. */
export function hanging(text: string, width: number): string {
	return text.length <= width ? text : wrap(text, width, "", "  ");
}

/**
 * A question as a terminal of `width` columns shows it behind its two columns of mark: broken
 * between words, and every line but the first two columns further in. A last column is the cursor's.
 */
export function wrapQuestion(question: string, width: number): string {
	return question
		.split("\n")
		.map((line) => wrap(line.trim(), width - 1, "", "  "))
		.join("\n  ");
}
