import { apply } from "../../actions/apply/apply.ts";
import { recordOf } from "../../actions/apply/change-record.ts";
import type { ChangeReport } from "../../actions/apply/change-report.ts";
import { unlessRefused } from "../../actions/apply/confirm.ts";
import { ensureNamespace } from "../../actions/apply/ensure-namespace.ts";
import {
	refuseReplaced,
	type SeenNamespaces,
	seeNamespaces,
} from "../../actions/apply/seen-namespaces.ts";
import { nearNamespaces } from "../../actions/read/near-names.ts";
import { readPullSecret } from "../../actions/read/read-keys.ts";
import { contextClause } from "../../core/output/context-flags.ts";
import type { ChangeResult, DryRun } from "../../core/output/result.ts";
import type { Change } from "../../core/pull-secrets/change.ts";
import { planSource } from "../../core/pull-secrets/plan.ts";
import {
	type ContentReader,
	type DesiredPullSecret,
	type PullSecret,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	isSourceLike,
	type SourceRef,
} from "../../core/pull-secrets/source.ts";
import { displayHost } from "../../core/registry/server.ts";
import type { Cluster, World } from "../../world.ts";

/** How a source is written. */
export interface SourceWriting {
	readonly force: boolean;
	readonly replace: boolean;
	readonly createNamespace: boolean;
	readonly yes: boolean;
	readonly dryRun: DryRun;
	/** The namespace when a person was asked about it; undefined: nobody was. */
	readonly seen?: SeenNamespaces | undefined;
}

/**
 * Writes one source: `make` says what it should be, given what is there, and is
 * asked again when that changes under our hands. Asks before it overwrites or
 * deletes. Returns `cancelled` where the person said no; results go to `report`. Throws FailureError
 * where the record of what is there cannot be read, before anything is written.
 */
export async function writeSource(
	place: SourceRef,
	make: (current: PullSecret | undefined) => DesiredPullSecret,
	writing: SourceWriting,
	around: {
		readonly cluster: Cluster;
		readonly reader: ContentReader;
		readonly report: ChangeReport;
		readonly world: World;
	},
): Promise<"cancelled" | "reported"> {
	const { cluster, reader, report, world } = around;
	let allowed = {
		force: writing.force,
		replace: writing.replace,
	};
	const current = await readPullSecret(cluster, reader, place);
	if (current !== undefined && isSourceLike(current)) recordOf(current);
	const plan = (now: PullSecret | undefined): Change =>
		planSource(now, make(now), allowed);
	const asks = world.streams.interactive && writing.dryRun === "none";
	const where = contextClause(cluster.context);
	const agrees = async (message: string, preset: boolean) =>
		writing.yes ||
		(await world.prompter()).confirm({ message, default: preset });
	if (asks && current !== undefined && differs(plan(current))) {
		if (!(await agrees(replaceQuestion(current, make(current), where), false)))
			return "cancelled";
		allowed = { ...allowed, replace: true };
	}
	const change = await unlessRefused(plan(current), writing, cluster, world);
	if (change === "no") return "cancelled";

	let { createNamespace } = writing;
	// All that was entered would be lost for want of a flag.
	const seen =
		writing.seen ??
		(asks ? await seeNamespaces([place.namespace], cluster) : undefined);
	if (asks && !createNamespace && current === undefined) {
		createNamespace = seen?.get(place.namespace) === "gone";
		const message = `Namespace ${place.namespace} does not exist${where}. Create it?`;
		if (createNamespace && !(await agrees(message, true))) return "cancelled";
	}
	if (seen !== undefined) await refuseReplaced(seen, cluster);
	const made =
		createNamespace && current === undefined
			? await ensureNamespace(cluster, place.namespace, writing.dryRun)
			: undefined;
	// Somebody was faster, by less than a request.
	if (createNamespace && current === undefined && made === undefined && seen)
		await refuseReplaced(seen, cluster);
	if (made !== undefined) report.add(...made);
	// A dry run has not made the namespace: the server could not take the Secret.
	const dryRun =
		made !== undefined && writing.dryRun === "server"
			? "client"
			: writing.dryRun;
	let missing: ChangeResult | undefined;
	await apply([change], {
		cluster,
		reader,
		world,
		dryRun,
		replan: (_, now) => plan(now),
		onResult: (result, preview) => {
			if (result.why?.cause === "namespace-missing") missing = result;
			else report.add(result, preview);
		},
	});
	if (missing !== undefined) {
		const { namespace } = place;
		const near = (await nearNamespaces(cluster, [namespace])).get(namespace);
		const why = { cause: "namespace-missing", creatable: true, near } as const;
		report.add({ ...missing, why });
	}
	return "reported";
}

/** Says which registries would be lost; on two lines, as it is longer than most terminals are wide. */
function replaceQuestion(
	current: PullSecret,
	desired: DesiredPullSecret,
	where: string,
): string {
	const kept = registriesOf(desired.content);
	const lost = registriesOf(current.content)
		.filter((key) => !kept.includes(key))
		.map(displayHost);
	return `secret/${current.name} in ${current.namespace} namespace exists with ${lost.length > 0 ? "other registries" : "another credential"}${where}.\n  Replace it${lost.length > 0 ? ` and remove ${lost.join(", ")}` : ""}?`;
}

function differs(change: Change): boolean {
	return change.action === "conflict" && change.obstacle.cause === "differs";
}
