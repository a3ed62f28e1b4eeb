import {
	meshreg,
	type Script,
	unlessUsual,
	type Word,
} from "../output/shell.ts";
import type { SourceRef } from "./source.ts";

/** What comes after a source was written: its copies; `isSent`: it has been sent somewhere already. */
export function nextAfterSource(
	source: SourceRef,
	{ isSent }: { readonly isSent: boolean },
): Script | undefined {
	return meshreg(
		"sync",
		...sourceWords(source),
		...(isSent ? [] : ["--attach"]),
	);
}

/** What comes after copies that no service account pulls with yet; `selection`: the words that led there. */
export function nextAfterCopies(
	source: SourceRef,
	selection: readonly string[],
): Script | undefined {
	return meshreg("sync", ...sourceWords(source), ...selection, "--attach");
}

/** What names a source. */
function sourceWords({ namespace, name }: SourceRef): Word[] {
	return [
		unlessUsual("name", name),
		unlessUsual("namespace", namespace, "--from"),
	];
}
