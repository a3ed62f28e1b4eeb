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
