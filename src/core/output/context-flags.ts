import { shellWord } from "../pull-secrets/fixes.ts";

/** kubectl's flags that lead to another cluster or user than it takes by itself. */
export type ContextFlags = {
	readonly kubeconfig?: string;
	readonly context?: string;
	readonly cluster?: string;
	readonly user?: string;
	readonly server?: string;
};

/** The same flags as words of a command line, those that are given. */
export function contextFlagsOf(flags: ContextFlags): string[] {
	return (["kubeconfig", "context", "cluster", "user", "server"] as const)
		.filter((name) => flags[name] !== undefined)
		.flatMap((name) => [`--${name}`, flags[name] ?? ""]);
}

/**
 * A line of `kubectl …` commands that goes where `reach` leads: a command that is printed to be
 * pasted must not end in another cluster than the one that it was printed about.
 */
export function withContextFlags(
	line: string,
	reach: readonly string[],
): string {
	if (reach.length === 0 || line === "") return line;
	const flags = reach.map(shellWord).join(" ");
	return line.replace(/(?= (?:&&|\|) )|$/g, ` ${flags}`);
}

/** The same for a sentence that quotes commands: `… with 'kubectl …'.` */
export function quotedWithContextFlags(
	text: string,
	reach: readonly string[],
): string {
	return text.replaceAll(
		/'(kubectl [^']*)'/g,
		(_, line: string) => `'${withContextFlags(line, reach)}'`,
	);
}
