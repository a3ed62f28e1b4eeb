import type { OldPods } from "../core/accounts/old-pods.ts";
import { oneLine } from "../core/output/printable.ts";
import { commandLine } from "./command-line.ts";

/** How many pods a line names before it only counts them. */
const NAMED = 5;

/** Pods that keep their old pull Secrets, and what helps: one warning. */
export function oldPodsWarning(
	{ namespace, pods, scripts }: OldPods,
	contextFlags: readonly string[],
): string {
	const more = pods.length - NAMED;
	const names = [
		...pods.slice(0, NAMED).map((name) => `pod/${name}`),
		...(more > 0 ? [`${more} more`] : []),
	];
	const it = pods.length === 1 ? "it" : "them";
	const help =
		scripts.length === 0
			? `delete ${it} and create ${it} again`
			: `restart ${it}: ${scripts.map((script) => commandLine(script, contextFlags)).join("; ")}`;
	return oneLine(
		`${pods.length === 1 ? "1 pod" : `${pods.length} pods`} in ${namespace} ${pods.length === 1 ? "was" : "were"} created before this change (${names.join(", ")}); ${help}`,
	);
}
