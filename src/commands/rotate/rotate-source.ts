import { apply } from "../../actions/apply/apply.ts";
import type { ChangeReport } from "../../actions/apply/change-report.ts";
import { agreedReplacements } from "../../actions/apply/confirm.ts";
import { unfinished } from "../../actions/apply/unfinished.ts";
import {
	readPullSecret,
	readPullSecrets,
} from "../../actions/read/read-keys.ts";
import type { DryRun } from "../../core/output/result.ts";
import { meshreg, objectName, script } from "../../core/output/shell.ts";
import { desiredCopies } from "../../core/pull-secrets/desired.ts";
import {
	editable,
	replaceCredentials,
} from "../../core/pull-secrets/edit-source.ts";
import type { NewEntry } from "../../core/pull-secrets/new-source.ts";
import {
	roleOf,
	SOURCE_ANNOTATION,
} from "../../core/pull-secrets/ownership.ts";
import {
	byNamespace,
	type Change,
	planCopy,
	planSource,
} from "../../core/pull-secrets/plan.ts";
import {
	type ContentReader,
	type PullSecret,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import { displayHost } from "../../core/registry/server.ts";
import { ApiError, OperationError } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";

/** How a rotation is done. */
export interface RotationOptions {
	readonly dryRun: DryRun;
	readonly yes: boolean;
	/** The person is asked before anything is written. */
	readonly asks: boolean;
}

interface Around {
	readonly cluster: Cluster;
	readonly reader: ContentReader;
	readonly report: ChangeReport;
	readonly world: World;
}

/**
 * Writes the new credential to the source and then to every copy, which are looked
 * up first: who may not see them should not leave them behind. What was done before
 * an interrupt is unchanged the next time, so the same command finishes the work.
 */
export async function rotateSource(
	source: PullSecret,
	entries: readonly NewEntry[],
	rotating: RotationOptions,
	around: Around,
): Promise<"cancelled" | "reported"> {
	const { cluster, reader, report, world } = around;
	const copies = await copiesOf(source, around);
	const secret = `secret/${source.name} in ${source.namespace} namespace`;
	const message = `Replace the credential for ${entries.map(({ server }) => displayHost(server.key)).join(", ")}\n  in ${secret}${["", " and its copy"][copies.length] ?? ` and its ${copies.length} copies`}?`;
	if (
		rotating.asks &&
		!(await (await world.prompter()).confirm({ message, default: true }))
	)
		return "cancelled";

	const planned = (now: PullSecret | undefined): Change =>
		planSource(now, replaceCredentials(editable(now, source), entries), {
			force: false,
			replace: true,
		});
	const change = planned(source);
	await apply(await agreedReplacements([change], rotating, cluster, world), {
		cluster,
		reader,
		world,
		dryRun: rotating.dryRun,
		replan: (_, now) => planned(now),
		onResult: report.add,
	});
	if (report.results.some(({ action }) => action === "failed"))
		return "reported";

	const written = await sourceNow(source, change, rotating, around);
	const changes = desiredCopies(
		written,
		copies.map(({ namespace }) => namespace),
	).map((desired, index) => planCopy(copies[index], desired, { force: false }));
	try {
		await apply(changes, {
			cluster,
			reader,
			world,
			dryRun: rotating.dryRun,
			replan: (stale, now) =>
				"desired" in stale && now !== undefined
					? planCopy(now, stale.desired, { force: false })
					: undefined,
			onResult: report.add,
		});
	} catch (error) {
		throw unfinished(error, report.results.length, changes.length + 1, world);
	}
	return "reported";
}

/** Every copy that stays, by namespace. Throws OperationError with another way where they may not be seen. */
async function copiesOf(
	source: PullSecret,
	{ cluster, reader }: Around,
): Promise<PullSecret[]> {
	try {
		const keys = await readPullSecrets(cluster, reader, {
			fieldSelector: `metadata.name=${source.name}`,
		});
		return keys
			.filter(
				(key) =>
					roleOf(key) === "copy" &&
					key.annotations[SOURCE_ANNOTATION] === sourceRef(source) &&
					!key.terminating,
			)
			.sort(byNamespace);
	} catch (error) {
		if (error instanceof ApiError && error.status === 403)
			throw new OperationError(
				"cannot list Secrets in all namespaces, so copies cannot be found; nothing was written",
				{
					words:
						"to change the source alone, and then each copy with sync -n, run",
					script: script(
						meshreg(
							"create",
							objectName(source.name),
							"-n",
							objectName(source.namespace),
							"--replace",
						),
					),
				},
			);
		throw error;
	}
}

/** The source as copies are to be made of it: as it is written now, or would be. */
async function sourceNow(
	source: PullSecret,
	change: Change,
	{ dryRun }: RotationOptions,
	{ cluster, reader }: Around,
): Promise<PullSecret> {
	const now =
		dryRun === "none"
			? await readPullSecret(cluster, reader, source)
			: undefined;
	if (now !== undefined) return now;
	return "desired" in change
		? { ...source, content: change.desired.content }
		: source;
}
