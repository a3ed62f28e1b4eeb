/** One word of a POSIX shell, quoted where it has to be. Only `word` makes one, so no free text gets into a printed command. */
export type Word = string & { readonly [quoted]: true };
declare const quoted: unique symbol;

/** A program call to be printed: `kubectl meshreg sync -n app`. */
export interface ShellCommand {
	/** What runs. Flags that lead to the same cluster and user are added where it is rendered. */
	readonly program: "kubectl" | "kubectl meshreg";
	readonly words: readonly Word[];
}

/** Calls that feed each other, joined by `|`. */
export type Pipeline = readonly ShellCommand[];

/** What is pasted as one line: pipelines joined by `&&`; none: nothing helps. */
export type Script = readonly Pipeline[];

/** Quotes any text as one word. */
export function word(text: string): Word {
	return (
		/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
	) as Word;
}

/** A call of this program. */
export function meshreg(...words: readonly string[]): ShellCommand {
	return { program: "kubectl meshreg", words: words.map(word) };
}

/** A call of kubectl itself. */
export function kubectl(...words: readonly string[]): ShellCommand {
	return { program: "kubectl", words: words.map(word) };
}

/** One call as a whole line. */
export function script(...commands: readonly ShellCommand[]): Script {
	return commands.map((command) => [command]);
}

/**
 * Whether a text is one that the API server takes for an object's name (RFC 1123 subdomain,
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/). What is none was made
 * up by somebody: no command is printed about it.
 */
export function isObjectName(text: string): boolean {
	return (
		text.length <= 253 &&
		/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(
			text,
		)
	);
}
