/** Control characters as kubectl shows them (`^[` for escape): a server's words must not drive a terminal. */
export function printable(text: string): string {
	return text.replace(/\p{Cc}/gu, (character) => {
		const code = character.charCodeAt(0);
		if (character === "\n" || character === "\t") return character;
		return code < 32
			? `^${String.fromCharCode(code + 64)}`
			: code === 127
				? "^?"
				: "\ufffd";
	});
}

/** The same on one line: line ends become spaces. */
export function oneLine(text: string): string {
	// Trimmed line by line: one pattern for line ends with the space around them takes time in the square of the space.
	const lines = text.split(/[\r\n]+/).map((line) => line.trim());
	return printable(lines.filter(Boolean).join(" "));
}
