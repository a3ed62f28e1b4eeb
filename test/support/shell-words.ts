/**
 * Reads one documented command line as a shell would: quotes, an optional
 * `printenv NAME |` before it, and an optional filter or file after it, which is left out, as is
 * `source <(…)` around it.
 */
export function spoken(
	line: string,
	env: Readonly<Record<string, string>>,
): { argv: string[]; stdin: string } {
	const sourced = /^source <\((.*)\)$/.exec(line)?.[1] ?? line;
	const parts = splitPipes(sourced.replace(/ > \S+$/, ""));
	const command = parts.findIndex((part) =>
		/^kubectl(-| )meshreg\b/.test(part),
	);
	if (command < 0) throw new Error(`not a meshreg command line: ${line}`);
	const source =
		command === 0 ? undefined : /^printenv (\w+)$/.exec(parts[0] ?? "")?.[1];
	const argv = words(parts[command] ?? "").slice(
		/^kubectl /.test(parts[command] ?? "") ? 2 : 1,
	);
	return { argv, stdin: source === undefined ? "" : `${env[source] ?? ""}\n` };
}

function splitPipes(line: string): string[] {
	const parts = [""];
	let quote = "";
	for (const character of line) {
		if (quote === "" && character === "|") parts.push("");
		else parts[parts.length - 1] += character;
		if (quote !== "") quote = character === quote ? "" : quote;
		else if (character === "'" || character === '"') quote = character;
	}
	return parts.map((part) => part.trim());
}

function words(text: string): string[] {
	return [...text.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) =>
		word.replace(
			/'([^']*)'|"([^"]*)"/g,
			(_, single?: string, double?: string) => single ?? double ?? "",
		),
	);
}
