import { groupsBy } from "../groups.ts";
import { compare } from "../order.ts";
import type { PodFacts } from "./facts.ts";
import { unique, type Workload } from "./finding.ts";

/** Pods by what makes them, with those of their images that a finding is about; all where none are named. */
export function workloadsOf(
	found: readonly {
		readonly pod: PodFacts;
		readonly images?: readonly string[];
	}[],
): Workload[] {
	const keyOf = ({ pod: { namespace, restart } }: { pod: PodFacts }) =>
		JSON.stringify([namespace, restart.kind, restart.name]);
	const groups = groupsBy(found, keyOf).toSorted(([a], [b]) =>
		compare(keyOf(a), keyOf(b)),
	);
	return groups.map((group) => {
		const [{ pod }] = group;
		return {
			kind: pod.restart.kind,
			name: pod.restart.name,
			namespace: pod.namespace,
			pods: unique(group.map(({ pod: one }) => one.name)),
			images: unique(group.flatMap(({ pod, images = pod.images }) => images)),
		};
	});
}
