import { contentFault } from "../pull-secrets/content-fault.ts";
import type { Fixes } from "../pull-secrets/fixes.ts";
import {
	roleOf,
	SOURCE_ANNOTATION,
	selectorOf,
} from "../pull-secrets/ownership.ts";
import type { PullSecret } from "../pull-secrets/pull-secret.ts";
import { type PullSecretStatus, statusOf } from "../pull-secrets/source.ts";
import { type Finding, finding, formatNamespaces } from "./finding.ts";
import type { Keyrings } from "./keyrings.ts";
import { standsInTheWay } from "./pod-fixes.ts";

/** Copies: equal to their source, with a source, labelled, and where they are needed. */
export function checkCopies(keyrings: Keyrings, mending: Fixes): Finding[] {
	const { facts } = keyrings;
	const { keys, owner, sources, source } = facts;
	const copies = keys.filter((key) => roleOf(key) === "copy");
	const byStatus = Map.groupBy(
		copies,
		(key): PullSecretStatus =>
			// What breaks kubelets differs from its source, or has one that is at fault itself.
			contentFault(key.content) &&
			key.content.canonical !== source?.content.canonical
				? "Drifted"
				: statusOf(key, sources),
	);
	const findings: Finding[] = [];
	const drifted = byStatus.get("Drifted") ?? [];
	for (const [from, group] of Map.groupBy(
		drifted,
		(key) => key.annotations[SOURCE_ANNOTATION] ?? "",
	)) {
		const namespaces = placesOf(group);
		findings.push(
			finding(
				"copies",
				"problem",
				`${copiesWord(group.length)} ${group.length === 1 ? "differs" : "differ"} from the source ${from}: in ${formatNamespaces(namespaces)}`,
				{
					cause: "drifted",
					namespaces,
					fix:
						source && from === `${source.namespace}/${source.name}`
							? mending.sync(namespaces)
							: undefined,
					hint: "Something else wrote them since the last sync, or the source changed.",
				},
			),
		);
	}
	const orphaned = byStatus.get("Orphaned") ?? [];
	if (orphaned.length > 0)
		findings.push(
			finding(
				"copies",
				"problem",
				`${copiesWord(orphaned.length)} of a source that is gone: in ${formatNamespaces(placesOf(orphaned))}`,
				{
					cause: "orphaned",
					namespaces: placesOf(orphaned),
					fix: mending.pruneOrphaned(placesOf(orphaned)),
				},
			),
		);
	const unknown = byStatus.get("Unknown") ?? [];
	if (unknown.length > 0)
		findings.push(
			finding(
				"copies",
				"unknown",
				`the source of ${copiesWord(unknown.length)} may not be read: in ${formatNamespaces(placesOf(unknown))}`,
				{ cause: "source-unreadable", namespaces: placesOf(unknown) },
			),
		);
	const unlabelled = keys.filter(
		(key) =>
			key.name === mending.name &&
			key.labels[owner.key] !== owner.value &&
			key.namespace !== source?.namespace,
	);
	if (unlabelled.length > 0)
		findings.push(
			finding(
				"copies",
				"warning",
				`without the label ${selectorOf(owner)}: ${mending.name} in ${formatNamespaces(placesOf(unlabelled))}`,
				{
					cause: "unlabelled",
					namespaces: placesOf(unlabelled),
					hint: "nginx-meshctl makes such; list, sync and prune leave them alone.",
					fix: source
						? mending.sync(placesOf(unlabelled), [], true)
						: undefined,
				},
			),
		);
	findings.push(...checkNeeded(keyrings, mending));
	// Those that are as invalid as their source are told with it.
	if (
		byStatus.has("Invalid") ||
		findings.some(({ status }) => status !== "warning")
	)
		return findings;
	const equal = (byStatus.get("InSync") ?? []).length;
	const well =
		equal === 0
			? "no copies"
			: `${copiesWord(equal)}, equal to ${equal === 1 ? "its" : "their"} source`;
	return [finding("copies", "ok", well), ...findings];
}

/** Namespaces whose pods use an image that the source has a credential for, and that have none themselves. */
function checkNeeded(keyrings: Keyrings, mending: Fixes): Finding[] {
	const { facts } = keyrings;
	const lacking = new Map<string, "fails" | "runs">();
	for (const pod of facts.pods)
		for (const image of pod.images) {
			if (lacking.get(pod.namespace) === "fails") break;
			if (
				!keyrings.sourceHas(image) ||
				keyrings.has({ pod, image }) ||
				keyrings.wouldMatch(pod.namespace, image).length > 0
			)
				continue;
			const fails = pod.waiting.some((said) => said.image === image);
			lacking.set(pod.namespace, fails ? "fails" : "runs");
		}
	return (["fails", "runs"] as const).flatMap((how) => {
		const namespaces = [...lacking]
			.filter(([, found]) => found === how)
			.map(([namespace]) => namespace)
			.sort();
		if (namespaces.length === 0) return [];
		return finding(
			"copies",
			how === "fails" ? "problem" : "warning",
			`missing where pods use images of its registries: in ${formatNamespaces(namespaces)}`,
			{
				cause: "missing",
				namespaces,
				hint:
					how === "runs"
						? "Their pods run, with images that are public or were on the node already."
						: "",
				fix: mending.sync(
					namespaces,
					["default"],
					namespaces.some((namespace) => standsInTheWay(facts, namespace)),
				),
			},
		);
	});
}

function placesOf(keys: readonly PullSecret[]): string[] {
	return [...new Set(keys.map(({ namespace }) => namespace))].sort();
}

function copiesWord(count: number): string {
	return count === 1 ? "one copy" : `${count} copies`;
}
