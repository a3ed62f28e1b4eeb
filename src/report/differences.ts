import { oneLine } from "../core/output/printable.ts";
import { someOf } from "../core/output/some-of.ts";
import type { Painted } from "../core/output/styled.ts";
import type {
	ChangedObject,
	Difference,
	EntryChange,
	RecordDifference,
	Sign,
} from "../core/pull-secrets/differences.ts";
import { displayHost } from "../core/registry/server.ts";
import { fileFaultWords } from "./file-fault-words.ts";

const SIGNS: Record<Sign, Painted> = {
	removed: { text: "-", colour: "red" },
	added: { text: "+", colour: "green" },
	changed: { text: "~", colour: "yellow" },
};

/**
 * What would change of an object: its place, and below it a line for each difference, registries in columns. No line
 * holds a password or a token.
 */
export function differencesText({
	kind,
	namespace,
	name,
	is,
	differences,
}: ChangedObject): (string | Painted)[] {
	const place = namespace === "" ? "" : ` in ${namespace} namespace`;
	const head = oneLine(`${kind.toLowerCase()}/${name}${place}`);
	const rows = differences.map((difference) => ({
		sign: SIGNS[difference.is],
		cells: cellsOf(difference),
	}));
	const lines =
		rows.length > 0 ? rows : [{ sign: SIGNS[is], cells: [WHOLE[is]] }];
	const width = Math.max(
		0,
		...lines.map(
			({ cells }) => (cells.length > 1 ? (cells[0] ?? "") : "").length,
		),
	);
	return [
		`${head}\n`,
		...lines.flatMap(({ sign, cells: [first = "", ...others] }) => [
			"  ",
			sign,
			oneLine(
				` ${others.length === 0 ? first : `${first.padEnd(width)}  ${others.join("   ")}`}`,
			).trimEnd(),
			"\n",
		]),
	];
}

/** What is said of an object that has no differences to tell of. */
const WHOLE: Record<Sign, string> = {
	removed: "deleted",
	added: "created",
	changed: "configured",
};

function cellsOf(difference: Difference): readonly string[] {
	switch (difference.of) {
		case "entry": {
			const { key, username, what } = difference;
			const note = what.map(entryWords).join(", ");
			const cells = [username, note].filter((cell) => cell !== "");
			return [displayHost(key), ...(cells.length > 0 ? cells : [""])];
		}
		case "content":
			return [
				`content that cannot be read (${typeof difference.because === "string" ? fileFaultWords(difference.because) : difference.because.error})`,
			];
		case "type":
			return [`type ${difference.from} becomes ${difference.to}`];
		case "label":
		case "annotation":
			return [`${difference.of} ${difference.key}`];
		case "record":
			return [`record ${recordWords(difference)}`];
		case "imagePullSecret":
			return [`imagePullSecrets ${difference.name}`];
	}
}

function entryWords(change: EntryChange): string {
	switch (change.of) {
		case "username":
			return `username was ${change.before}`;
		case "password":
			return "password differs";
		case "credential":
			return {
				before: "had no credential that can be read",
				after: "would have no credential that can be read",
				both: "has no credential that can be read",
			}[change.missing];
	}
}

function recordWords({ selection, attach }: RecordDifference): string {
	const accounts = attach.length === 0 ? "" : ` (attach ${attach.join(", ")})`;
	return `${selectionWords(selection)}${accounts}`;
}

/** `app, shop`; `all namespaces without dev-*`. */
export function selectionWords(
	selection: RecordDifference["selection"],
): string {
	if ("names" in selection) return someOf(selection.names);
	const { rule, exclude } = selection;
	const except = exclude.length === 0 ? "" : ` without ${exclude.join(", ")}`;
	const words =
		rule.by === "all"
			? "all namespaces"
			: rule.by === "selector"
				? `namespaces with ${rule.selector.text}`
				: `namespaces injected by ${rule.mesh}`;
	return `${words}${except}`;
}
