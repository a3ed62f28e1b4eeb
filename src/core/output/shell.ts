import { distinct } from "../groups.ts";

/** A program call to be printed: `kubectl meshreg sync -n app`. */
export interface ShellCommand {
	readonly program: "kubectl" | "kubectl meshreg";
	/** As the program gets them: what a shell needs is quoted where they are rendered. */
	readonly words: readonly (string | SourceWords)[];
	/** Nothing runs it but a person: it asks for a credential, and writes it into this namespace, which is not its source's. */
	readonly byHand?: string;
}

/** The pull secret and source namespace that commands take where the command line says nothing. */
export interface UsualSecret {
	readonly namespace: string;
	readonly name: string;
}

/** Words that name a pull secret or where its source is: left out where a command takes just that by itself. */
export interface SourceWords {
	readonly names: keyof UsualSecret;
	readonly value: string;
	/** What stands on the command line: the value, or more, behind a flag where it needs one. */
	readonly words: readonly string[];
}

/** Where a printed command is pasted. */
export interface CommandContext {
	/** Flags that lead to the same cluster and user: they are added. */
	readonly flags: readonly string[];
	/** What the environment and its mesh say: it is left out. */
	readonly usual: UsualSecret;
}

/** Nothing is known of where it is pasted: all is spelled out. */
export const NO_CONTEXT: CommandContext = {
	flags: [],
	usual: { namespace: "", name: "" },
};

/** All words of a call, as they are pasted there. */
export function wordsIn(
	{ words }: ShellCommand,
	{ flags, usual }: CommandContext,
): string[] {
	const said = words.flatMap((one) => {
		if (typeof one === "string") return one;
		return one.value === usual[one.names] ? [] : one.words;
	});
	return [...said, ...flags];
}

/** What is pasted as one line: calls joined by `&&`. */
export type Script = readonly ShellCommand[];

/** What to run about something; undefined about names of which no command is printed. */
export type Remedy = Script | undefined;

/** A name in a command; undefined for what somebody made up, about which no command is printed. */
export type Name = string | undefined;

export type Word = Name | SourceWords;

/** A call of this program; undefined where one of its words is. */
export const meshreg = caller("kubectl meshreg");

/** A call of kubectl itself; undefined where one of its words is. */
export const kubectl = caller("kubectl");

/**
 * Scripts one after the other, each call once; undefined where one of them is, for the rest
 * alone would leave the work half done, and where nothing would run.
 */
export function sequence(scripts: readonly Remedy[]): Remedy {
	const known = allOf(scripts)?.flat() ?? [];
	return known.length === 0
		? undefined
		: distinct(known, (one) => JSON.stringify(one));
}

/** The calls of several scripts in their order, each once, and after whatever stands before it in any of them. */
export function merged(scripts: readonly Script[]): Script {
	const before = new Map<string, ShellCommand[]>();
	for (const script of scripts)
		for (const [at, one] of script.entries()) {
			const known = before.getOrInsert(JSON.stringify(one), []);
			const previous = script[at - 1];
			if (previous !== undefined) known.push(previous);
		}
	const placed: ShellCommand[] = [];
	const seen = new Set<string>();
	const place = (one: ShellCommand): void => {
		const key = JSON.stringify(one);
		if (seen.has(key)) return;
		seen.add(key);
		before.get(key)?.forEach(place);
		placed.push(one);
	};
	scripts.flat().forEach(place);
	return placed;
}

/** Equal for scripts that do the same. */
export function scriptKey(script: Script): string {
	return JSON.stringify(script);
}

/**
 * A text as the name of an object, as the API server takes it (RFC 1123 subdomain,
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/); undefined for what is
 * none: the name of an owner, for one, is whatever somebody wrote.
 */
export function objectName(text: string): Name {
	return isObjectName(text) ? text : undefined;
}

/** The name of an object in a command, and with -n where it is. */
export function objectAt({ namespace, name }: UsualSecret): Word[] {
	return [objectName(name), "-n", objectName(namespace)];
}

/** Names a pull secret or its source's namespace, behind `flag`; undefined for what is no name. */
export function unlessUsual(
	names: keyof UsualSecret,
	value: string,
	flag?: string,
	word = value,
): SourceWords | undefined {
	if (!isObjectName(value)) return undefined;
	return { names, value, words: flag === undefined ? [word] : [flag, word] };
}

/** Names as one word with commas between them; undefined where one is no name, or there is none. */
export function objectNames(texts: readonly string[]): Name {
	return texts.length > 0 && texts.every(isObjectName)
		? texts.join(",")
		: undefined;
}

/** The same, to be run by nothing but a person: it writes into that namespace what it asks for. */
export function byHand(script: Remedy, namespace: string): Remedy {
	return script?.map((command) => ({ ...command, byHand: namespace }));
}

/** Whether the API server would take a text for an object's name. */
export function isObjectName(text: string): boolean {
	return (
		text.length <= 253 &&
		/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(
			text,
		)
	);
}

/** Whether the API server would take a text for a namespace's name (RFC 1123 label). */
export function isNamespaceName(name: string): boolean {
	return /^[^.]{1,63}$/.test(name) && isObjectName(name);
}

/**
 * A registry as it stands in `auths`, which is free text: host, port and path, stars in the host;
 * undefined for what is none.
 */
export function registryName(text: string): Name {
	return text.length <= 512 &&
		/^(?:https?:\/\/)?(?:[A-Za-z0-9*](?:[\w.*-]*[A-Za-z0-9*])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:\/[\w./-]*)?$/.test(
			text,
		)
		? text
		: undefined;
}

function caller(program: ShellCommand["program"]) {
	return (...words: readonly Word[]): Remedy => {
		const known = allOf(words);
		return known && [{ program, words: known }];
	};
}

function allOf<T>(items: readonly (T | undefined)[]): T[] | undefined {
	const known = items.filter((item) => item !== undefined);
	return known.length === items.length ? known : undefined;
}
