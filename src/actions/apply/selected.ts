import { matchesGlob } from "../../core/glob.ts";
import { partition } from "../../core/groups.ts";
import { hasMatch, readKeyring } from "../../core/kubelet/keyring.ts";
import { podImages } from "../../core/kubelet/pod-images.ts";
import { MESHES } from "../../core/meshes/meshes.ts";
import { contextClause } from "../../core/output/context-flags.ts";
import { FailureError } from "../../core/output/failure.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import {
	type PullSecret,
	pullSourceOfKey,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	EMPTY_RECORD,
	type Rule,
	standingOf,
} from "../../core/pull-secrets/record.ts";
import type { Cluster } from "../../world.ts";
import { tell, warn } from "../tell.ts";
import { askingNamespaces } from "./asking-namespaces.ts";
import { recordOf } from "./change-record.ts";
import { agreedFor } from "./confirm.ts";
import type { CopySettings } from "./copy-settings.ts";
import type { Run } from "./deliver.ts";
import {
	namedTargets,
	ruleTargets,
	type Selected,
	selectedByName,
} from "./targets.ts";

/** Looks up which namespaces a command line means for a source, and what the record is to say of them. */
export async function selectedFor(
	source: PullSecret,
	settings: CopySettings,
	run: Run,
): Promise<Selected> {
	const { selection, exclude, attach } = settings;
	const byRule = async (rule: Rule): Promise<Selected> => {
		const entry = { rule, exclude, attach };
		const targets = await ruleTargets(source, entry, run.cluster);
		const joining = { ...EMPTY_RECORD, rules: [entry] };
		return { targets, record: joining, what: selectedWords(rule) };
	};
	switch (selection.by) {
		case "names": {
			const names = selection.names.filter(
				(name) => !matchesGlob(name, exclude),
			);
			return namedTargets(source, names, attach, run.cluster);
		}
		case "all":
		case "selector":
			return byRule(selection);
		case "injected": {
			const { mesh } = selection;
			const selected = await byRule(selection);
			const asking = await askingNamespaces(mesh, run.cluster, run.world);
			for (const { namespace } of selected.targets.serve)
				asking.delete(namespace);
			return joined(selected, await found(source, asking, settings, run));
		}
		case "needed": {
			const pods = await podsInNeed(source, run.cluster);
			return found(source, new Set(pods.keys()), settings, run);
		}
		case "record":
			throw new Error("the record needs no selection");
	}
}

/** What `-A`, `-l` or `--injected` selects, in a few words for messages. */
export function selectedWords(rule: Rule): string {
	switch (rule.by) {
		case "all":
			return "all namespaces";
		case "selector":
			return rule.selector.text;
		case "injected":
			return `the namespaces injected by ${MESHES[rule.mesh].title}`;
	}
}

/**
 * Namespaces that were found through their pods: whoever may create a pod asks for the credential so. New ones are
 * asked about; what is recorded of them is their names.
 */
async function found(
	source: PullSecret,
	names: ReadonlySet<string>,
	{ exclude, attach }: CopySettings,
	run: Run,
): Promise<Selected> {
	const rule = { by: "all" } as const;
	const entry = { rule, exclude, attach };
	const all = await ruleTargets(source, entry, run.cluster);
	const namespaces = all.namespaces ?? new Map();
	const isFound = ({ namespace }: { namespace: string }) =>
		names.has(namespace);
	// One of a recorded name that was made again is asked about like any other.
	const record = recordOf(source) ?? EMPTY_RECORD;
	const isKnown = ({ namespace }: { namespace: string }) => {
		const facts = namespaces.get(namespace) ?? "unknown";
		return standingOf(record, namespace, facts)?.is === "served";
	};
	const serve = all.serve.filter(isFound);
	const [known, unknown] = partition(serve, isKnown);
	const agreed = unknown.length === 0 || (await agrees(unknown, run));
	if (!agreed)
		warn(run.world, {
			cause: "found-by-pods",
			namespaces: unknown.map(({ namespace }) => namespace),
		});
	const targets = {
		...all,
		serve: agreed ? serve : known,
		settled: all.settled.filter(isFound),
		atSource: names.has(source.namespace) ? all.atSource : undefined,
	};
	return selectedByName(targets, namespaces, attach);
}

async function agrees(
	targets: readonly { readonly namespace: string }[],
	{ world, yes, dryRun, cluster, report }: Run,
): Promise<boolean> {
	if (yes) return true;
	// A dry run shows what would be done: where nobody can be asked, nothing.
	if (!world.streams.interactive) return false;
	// What is only shown gives nothing; objects are printed to be applied.
	if (dryRun !== "none" && report.form !== "objects") return true;
	const where = contextClause(cluster.context);
	const namespaces = targets.map(({ namespace }) => namespace);
	// Whoever makes a namespace says where in a list it stands: each is shown.
	const isLong = namespaces.length > 5;
	if (isLong) tell(world, { cause: "asked-by-pods", namespaces });
	const which = isLong
		? `these ${namespaces.length} namespaces`
		: namespaces.join(", ");
	return agreedFor(
		namespaces,
		`Give the credential to ${which}${where}, whose pods ask for it?`,
		{ cluster, world },
	);
}

/** Selected by a rule, and namespaces by name beside it. */
function joined(one: Selected, other: Selected): Selected {
	return {
		record: { ...one.record, names: other.record.names },
		what:
			other.targets.serve.length === 0
				? one.what
				: `${one.what}, ${other.what}`,
		targets: {
			...one.targets,
			serve: [...one.targets.serve, ...other.targets.serve],
			settled: [...one.targets.settled, ...other.targets.settled],
		},
	};
}

/**
 * How many pods of each namespace use an image for which a kubelet would take a credential of the source; none: it is
 * absent. Throws FailureError for a source that a kubelet could not read.
 */
export async function podsInNeed(
	source: PullSecret,
	cluster: Cluster,
): Promise<Map<string, number>> {
	const keyring = readKeyring([pullSourceOfKey(source)]);
	if (keyring.malformed !== undefined)
		throw new FailureError({
			cause: "secret-malformed",
			...keyring.malformed,
			script: Fixes.of(source).check(),
		});
	const counts = new Map<string, number>();
	// Nothing else is kept of a pod: it may have tens of thousands of images.
	const pages = cluster.picked("Pod", {}, (pod) =>
		podImages(pod).some((image) => hasMatch(image, keyring))
			? (pod.metadata.namespace ?? "")
			: undefined,
	);
	for await (const { items } of pages)
		for (const namespace of items)
			if (namespace !== undefined)
				counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
	return counts;
}
