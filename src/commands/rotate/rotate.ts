import { ChangeReport, formOf } from "../../actions/apply/change-report.ts";
import { seeNamespaces } from "../../actions/apply/confirm.ts";
import {
	chooseEntry,
	enteredFor,
	inputFor,
} from "../../actions/credentials/choose-entry.ts";
import type { CredentialInput } from "../../actions/credentials/credential-input.ts";
import { enterVerified } from "../../actions/credentials/enter-verified.ts";
import {
	type EnteredCredential,
	newEntries,
} from "../../actions/credentials/entered-credential.ts";
import { onCluster, onFirstCluster } from "../../actions/on-cluster.ts";
import {
	beginCopyLists,
	readingAhead,
} from "../../actions/read/begin-lists.ts";
import { findSource } from "../../actions/read/find-source.ts";
import { reading } from "../../actions/read/read-keys.ts";
import {
	warnOfMalformed,
	warnOfUnmatched,
} from "../../actions/read/warn-of-entries.ts";
import { tell, tellUnlessQuiet, warn } from "../../actions/tell.ts";
import { type Asked, CANCELLED, type RunOf } from "../../command.ts";
import { displayUsername } from "../../core/credentials/credential.ts";
import { FailureError } from "../../core/output/failure.ts";
import {
	editable,
	entryNamed,
	sourceMaker,
} from "../../core/pull-secrets/edit-source.ts";
import { withSameRegistries } from "../../core/pull-secrets/entry-naming.ts";
import { expiriesOf } from "../../core/pull-secrets/expiry.ts";
import {
	type PullSecret,
	placeOf,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import type { World } from "../../world.ts";
import type { RotateOptions } from "./command.ts";
import { finishCopies, rotateSource } from "./rotate-source.ts";

/** What `rotate` asks, and verifies, once for all clusters. Throws FailureError, and what the cluster throws. */
export async function ask(options: RotateOptions, world: World) {
	warn(world, ...options.notes, ...options.warnings);
	const { input, registry } = options;
	return onFirstCluster(world, options.connection, async (connected, found) => {
		const { interactive } = world.streams;
		// Lists are begun, over the connection that the work gets too.
		const ahead =
			options.readsAhead && !interactive ? readingAhead(connected) : undefined;
		const cluster = ahead ?? connected;
		const at = reading(cluster);
		if (ahead) beginCopyLists(ahead, { ...options, selection: RECORDED });
		const source = await findSource(at, options.source, world);
		editable(source, source);
		const seen = interactive
			? await seeNamespaces([source.namespace], cluster)
			: undefined;
		const key = await chooseEntry(source, registry, world);
		found();
		let entered: ReturnType<typeof enterVerified> | undefined;
		/** Enters the credential, the first time that it is asked: then, at a terminal, in the turn of `where`. */
		const enter = async (where: Pick<World, "prompter" | "streams">) => {
			if (entered === undefined && where.streams.interactive) {
				await where.prompter();
				// What is typed is sent there before the question about writing it.
				if (registry === undefined)
					tell(world, {
						cause: "credential-wanted",
						key,
						source: placeOf(source),
					});
			}
			entered ??= enterVerified(
				{ ...input, ...inputFor(source, key) },
				{ ...options, byDefault: options.dryRun === "none" },
				world,
			);
			return entered;
		};
		// Another cluster's may end sooner: that one asks then.
		if (
			timeLeft(source, key, options.ifExpiring, world) === undefined &&
			(await enter(world)) === CANCELLED
		)
			return CANCELLED;
		const { context } = cluster;
		// Where somebody was asked, it may have changed meanwhile.
		const unasked = interactive ? undefined : source;
		return { key, enter, there: { context, source: unasked, ahead, seen } };
	});
}

export const run: RunOf<RotateOptions, Asked<typeof ask>> = async (
	options,
	world,
	{ key: known, enter, there },
) => {
	const { registry } = options;
	return onCluster(world, options.connection, async (connected) => {
		// What was seen in one cluster says nothing about the others.
		const seen = there.context === connected.context ? there : undefined;
		const cluster = seen?.ahead ?? connected;
		const at = reading(cluster);
		const source =
			seen?.source ?? (await findSource(at, options.source, world));
		editable(source, source);
		const key = entryNamed(source, registry ?? known);
		const left = timeLeft(source, key, options.ifExpiring, world);
		if (left !== undefined) {
			const cause = "credential-valid";
			tellUnlessQuiet(world, { cause, key, left, untouched: true });
			const how = { ...options, ...at, world };
			return await finishCopies(source, how);
		}
		const report = new ChangeReport(world, cluster, formOf(options));
		const given = await enter(world);
		if (given === CANCELLED) return report.cancelled();
		keepsUser(source, key, given, options.input);
		const entered = enteredFor(key, given);
		const entries = newEntries(entered, options, world.clock.now());
		return await report.whatIsDone(async () => {
			const going = { verb: "Replace", entered } as const;
			const wish = { going, seen: seen?.seen };
			const run = { ...options, ...at, report, world };
			if (!(await rotateSource(source, entries, wish, run)))
				return report.cancelled();
			if (!report.failed) {
				const changed = sourceMaker({ by: "change" }, source, entries);
				const { content } = changed(source);
				warnOfMalformed(source, content, world);
				warnOfUnmatched(content, key, world);
			}
			return report.finish({ withSummary: true });
		});
	});
};

/** Copies of a rotated source are where its record says. */
const RECORDED = { by: "record" } as const;

/**
 * Throws FailureError where nobody names a user, and the one that was kept is another cluster's: a new
 * password alone is for one of them.
 */
function keepsUser(
	source: PullSecret,
	key: string,
	entered: readonly EnteredCredential[],
	{ username, password }: CredentialInput,
): void {
	const { usual } = inputFor(source, key);
	const [one] = entered;
	if (password === undefined || username !== undefined || !one || !usual)
		return;
	if (one.credential.username !== usual)
		throw new FailureError({
			cause: "user-differs",
			source: placeOf(source),
			key,
			user: displayUsername(usual),
			entered: displayUsername(one.credential.username),
		});
}

/** Milliseconds for which the credential is known to be good, where these are more than `longer`. */
function timeLeft(
	source: PullSecret,
	key: string,
	longer: number | undefined,
	{ clock }: Pick<World, "clock">,
): number | undefined {
	if (longer === undefined) return undefined;
	const keys = withSameRegistries(registriesOf(source.content), [key]);
	const [first] = expiriesOf(source).filter((expiry) =>
		keys.includes(expiry.key),
	);
	const left = first && first.at - clock.now();
	return left !== undefined && left > longer ? left : undefined;
}
