import type { OldPods } from "../core/accounts/old-pods.ts";

/** How many pods a line names before it only counts them. */
const NAMED = 5;

/** Pods that keep their old pull Secrets, and what helps: one line for stderr, with its line end. */
export function oldPodsLine({ namespace, pods, commands }: OldPods): string {
	const more = pods.length - NAMED;
	const names = [
		...pods.slice(0, NAMED).map((name) => `pod/${name}`),
		...(more > 0 ? [`${more} more`] : []),
	];
	const [command, ...others] = commands;
	const help =
		command === undefined
			? "delete and create them again"
			: `start them anew with: ${[command, ...others].join("; ")}`;
	return `Warning: running in ${namespace} namespace with their old pull Secrets: ${names.join(", ")}; ${help}\n`;
}
