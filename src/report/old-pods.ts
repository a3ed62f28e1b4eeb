import type { OldPods } from "../core/accounts/old-pods.ts";
import { counted } from "../core/output/counted.ts";
import { oneLine } from "../core/output/printable.ts";
import type { CommandContext } from "../core/output/shell.ts";
import { someOf } from "../core/output/some-of.ts";
import { commandLine } from "./command-line.ts";

/** Pods that keep their old pull Secrets, and what helps: one warning. */
export function oldPodsWords(
	{ namespace, pods, scripts }: OldPods,
	commandContext: CommandContext,
): string {
	const names = someOf(pods.map((name) => `pod/${name}`));
	const it = pods.length === 1 ? "it" : "them";
	const help =
		scripts.length === 0
			? `delete ${it} and create ${it} again`
			: `restart ${it}: ${scripts.map((script) => commandLine(script, commandContext)).join("; ")}`;
	return oneLine(
		`${counted(pods.length, "pod")} in ${namespace} ${pods.length === 1 ? "was" : "were"} created before this change (${names}); ${help}`,
	);
}
