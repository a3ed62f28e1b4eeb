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
	return printable(text.trim().replace(/\s*[\r\n]+\s*/g, " "));
}
