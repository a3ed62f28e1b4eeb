import { byFirst } from "../order.ts";
import type { PodFacts } from "./facts.ts";
import { unique, type Workload } from "./finding.ts";

/** Pods by what makes them, with those of their images that a finding is about. */
export function workloadsOf(
	found: readonly {
		readonly pod: PodFacts;
		readonly images: readonly string[];
	}[],
): Workload[] {
	const groups = Map.groupBy(found, ({ pod }) => {
		const { kind, name } = pod.restart;
		return JSON.stringify([pod.namespace, kind, name]);
	});
	return [...groups].toSorted(byFirst).map(([, group]) => {
		const { pod } = group[0] as (typeof group)[number];
		return {
			kind: pod.restart.kind,
			name: pod.restart.name,
			namespace: pod.namespace,
			pods: unique(group.map(({ pod: one }) => one.name)),
			images: unique(group.flatMap(({ images }) => images)),
		};
	});
}
