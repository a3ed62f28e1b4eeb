import { applyToSource } from "../../actions/apply/apply.ts";
import {
	agreesToCredential,
	unlessRefused,
} from "../../actions/apply/confirm.ts";
import type { Run, SourceMaking } from "../../actions/apply/deliver.ts";
import { ensureNamespace } from "../../actions/apply/ensure-namespace.ts";
import {
	refuseReplaced,
	seeNamespaces,
} from "../../actions/apply/seen-namespaces.ts";
import {
	type EnteredCredential,
	newEntries,
} from "../../actions/credentials/entered-credential.ts";
import {
	findSource,
	placeMeant,
	type SourceChoice,
} from "../../actions/read/find-source.ts";
import { isFailure } from "../../core/output/failure.ts";
import type { Change } from "../../core/pull-secrets/change.ts";
import {
	applyRegistries,
	editable,
} from "../../core/pull-secrets/edit-source.ts";
import { newSource } from "../../core/pull-secrets/new-source.ts";
import type { UsageLabel } from "../../core/pull-secrets/ownership.ts";
import { leftImmutable, planSource } from "../../core/pull-secrets/plan.ts";
import {
	type DesiredPullSecret,
	type PullSecret,
	yetUnwritten,
} from "../../core/pull-secrets/pull-secret.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";

/** What the source is to be. */
interface SourceWish {
	readonly source: SourceChoice;
	/** Milliseconds. */
	readonly expiresIn: number | undefined;
	/** Of a new source. */
	readonly label: UsageLabel | undefined;
	readonly createNamespace: boolean;
	readonly diff: boolean;
}

/**
 * A source as it is to be made. `write` returns it as it is then (or with a dry run would be). Nothing is
 * written where nothing differs; where it changes under our hands, it is made of what it is by then.
 */
interface PlannedSource extends SourceMaking {
	/** undefined where there is none. */
	readonly before: PullSecret | undefined;
	/** As it will be. */
	readonly source: PullSecret;
}

/**
 * The source that holds what was entered, whatever is there: created, added to, or an entry
 * replaced. Resolves with undefined where a person does not want what is there to be deleted for it,
 * or it may not be changed, which has been reported.
 * Throws FailureError for what is no source.
 */
export async function planMaking(
	entered: readonly EnteredCredential[],
	making: SourceWish,
	run: Run,
): Promise<PlannedSource | undefined> {
	const { cluster, world, report, dryRun } = run;
	const found = await sourceThere(making.source, run);
	const place: SourceRef = found ?? placeMeant(making.source, cluster);
	const { expiresIn } = making;
	const entries = newEntries(entered, { dryRun, expiresIn }, world.clock.now());
	const made = (now: PullSecret | undefined): DesiredPullSecret =>
		now === undefined
			? newSource(place, entries, making.label)
			: applyRegistries(editable(now, place), entries);
	const planned = (now: PullSecret | undefined): Change =>
		planSource(now, made(now), { force: false, replace: true });
	const allowed = await unlessRefused(planned(found), run, cluster, world);
	const change =
		allowed === "no" && found !== undefined ? leftImmutable(found) : allowed;
	if (change === "no") return undefined;
	const source = wouldBe(found, made(found));
	const write = async (): Promise<PullSecret | undefined> => {
		const namespace =
			making.createNamespace && found === undefined
				? await ensureNamespace(cluster, place.namespace, dryRun)
				: undefined;
		if (namespace !== undefined) report.add(...namespace);
		const written = await applyToSource(change, {
			...run,
			// A dry run has not made the namespace: the server could not take the Secret.
			dryRun:
				namespace !== undefined && dryRun === "server" ? "client" : dryRun,
			replan: (_, now) => planned(now),
			onResult: report.add,
		});
		if (report.failed) return undefined;
		if (dryRun !== "none") return source;
		return change.action === "unchanged" ? found : written;
	};
	// Who agreed to a deletion was told of where.
	const asks =
		change.action !== "replace" &&
		!run.yes &&
		!making.diff &&
		dryRun === "none" &&
		entered.some(({ asked }) => asked);
	const agreed = async (copies: readonly string[]): Promise<boolean> => {
		if (!asks) return true;
		const seen = await seeNamespaces([place.namespace, ...copies], cluster);
		const { length } = copies;
		if (
			!(await agreesToCredential("Put", entries, place, length, cluster, world))
		)
			return false;
		await refuseReplaced(seen, cluster);
		return true;
	};
	if (change.action !== "conflict")
		return { before: found, source, agreed, write };
	await write();
	return undefined;
}

/** The source that is meant; undefined where there is none yet. */
async function sourceThere(
	choice: SourceChoice,
	{ cluster, reader, world }: Run,
): Promise<PullSecret | undefined> {
	try {
		return await findSource(cluster, reader, choice, world);
	} catch (error) {
		if (isFailure(error, "source-missing")) return undefined;
		throw error;
	}
}

/** A source as it would be after a dry run. */
function wouldBe(
	current: PullSecret | undefined,
	desired: DesiredPullSecret,
): PullSecret {
	return {
		...yetUnwritten(desired),
		...current,
		...desired,
		annotations: { ...current?.annotations, ...desired.annotations },
	};
}
