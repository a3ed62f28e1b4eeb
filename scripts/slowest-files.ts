/**
 * A reporter for `node --test` that says at the end which test files took longest: the whole takes as
 * long as they do. Nodes that do not say how long a file took are told of nothing.
 */

/** What a test runner tells, as far as it matters here. */
interface Told {
	readonly type: string;
	readonly data: { readonly file?: string; readonly duration_ms?: number };
}

const MOST = 10;

/** Lines `12.3 s test/terminal.test.ts`, the slowest file first. */
export default async function* slowestFiles(
	events: AsyncIterable<Told>,
): AsyncIterable<string> {
	const files: { name: string; seconds: number }[] = [];
	for await (const { type, data } of events)
		if (type === "test:summary" && data.file !== undefined)
			files.push({
				name: data.file.replace(`${process.cwd()}/`, ""),
				seconds: (data.duration_ms ?? 0) / 1000,
			});
	if (files.length <= 1) return;
	yield "\nThe slowest test files:\n";
	for (const { name, seconds } of files
		.toSorted((a, b) => b.seconds - a.seconds)
		.slice(0, MOST))
		yield `${seconds.toFixed(1).padStart(7)} s ${name}\n`;
}
