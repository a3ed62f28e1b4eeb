import { attachedAccountsOf } from "../account-flags.ts";
import { apply, type Step } from "../actions/apply.ts";
import { attachCopies } from "../actions/attach-copies.ts";
import {
	CHANGE_FORMATS,
	type ChangeFormat,
	ChangeReport,
} from "../actions/change-report.ts";
import { agreedReplacements, confirmDeletion } from "../actions/confirm.ts";
import type { AccountChoice } from "../actions/find-accounts.ts";
import { findSource, type SourceChoice } from "../actions/find-source.ts";
import { AT_ONCE, inParallel } from "../actions/in-parallel.ts";
import { neededNamespaces } from "../actions/needed-namespaces.ts";
import { readKey, readKeys } from "../actions/read-keys.ts";
import {
	type Selection,
	selectNamespaces,
	type Target,
} from "../actions/select-namespaces.ts";
import { takeBackAttached } from "../actions/take-back.ts";
import { command } from "../command.ts";
import { desiredCopies } from "../core/desired.ts";
import type { Given } from "../core/flag.ts";
import { selectorOf as ownerSelector, parseLabel } from "../core/ownership.ts";
import { type Change, planCopy, planLeftovers } from "../core/plan.ts";
import { ContentReader, type RegistryKey } from "../core/registry-key.ts";
import type { ChangeResult, DryRun } from "../core/result.ts";
import {
	AbortedError,
	ApiError,
	ConnectionError,
	EXIT,
	UsageError,
} from "../errors.ts";
import * as flags from "../flags.ts";
import { failureLineIn, isFatal } from "../report/failure.ts";
import { FROM_FLAG, sourceChoiceOf } from "../source-flags.ts";
import type { Cluster, World } from "../world.ts";

/** The label that the mesh's injector looks for on namespaces. */
const INJECTED_SELECTOR = "injector.nsm.nginx.com/auto-inject=enabled";

interface SyncOptions {
	readonly connection: Parameters<World["connect"]>[0];
	readonly source: SourceChoice;
	readonly selection: Selection;
	readonly exclude: readonly string[];
	readonly copyLabels: Readonly<Record<string, string>>;
	readonly attach: AccountChoice | undefined;
	readonly prune: boolean;
	readonly force: boolean;
	readonly yes: boolean;
	readonly quiet: boolean;
	readonly output: ChangeFormat | undefined;
	readonly dryRun: DryRun;
	readonly notes: readonly string[];
}

/** `sync [NAME]`: copies equal to their source. */
export const sync = command<SyncOptions>({
	verb: "sync",
	summary: "Copy the source to namespaces, and keep copies equal to it",
	operands: "[NAME]",
	about: `Copy the source to namespaces, and make copies equal to it again. Nothing is written where nothing differs.

Say which namespaces: by name, all, by label, or those in which the mesh injects its sidecar. A Secret that somebody else made is left alone and reported.`,
	examples: [
		{ comment: "To two namespaces", line: "kubectl meshreg sync -n app,shop" },
		{
			comment: "To every namespace but some",
			line: "kubectl meshreg sync -A --exclude 'dev-*'",
		},
		{
			comment: "To the namespaces of a team",
			line: "kubectl meshreg sync -l team=payments",
		},
		{
			comment:
				"To where the mesh injects sidecars, and away from everywhere else",
			line: "kubectl meshreg sync --injected --prune",
		},
		{
			comment: "To where pods pull from its registries, and let them use it",
			line: "kubectl meshreg sync --needed --attach",
		},
		{
			comment: "See first what it would do",
			line: "kubectl meshreg sync -A --dry-run=client",
		},
	],
	flags: [
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		{
			name: "selector",
			short: "l",
			kind: "text",
			help: "Namespaces with these labels, such as team=x, env!=dev or 'tier in (a,b)'.",
		},
		{
			name: "injected",
			kind: "switch",
			help: `Namespaces labelled ${INJECTED_SELECTOR}.`,
		},
		{
			name: "needed",
			kind: "switch",
			help: "Namespaces whose pods use an image from one of the source's registries.",
		},
		{
			name: "exclude",
			kind: "list",
			commas: true,
			help: "Not the namespaces that match this glob; repeatable.",
		},
		FROM_FLAG,
		{
			name: "attach",
			kind: "optional",
			values: "serviceaccount",
			help: "Also let these service accounts pull with it, separated by commas; without a value, default.",
		},
		{
			name: "copy-label",
			kind: "list",
			help: "A further label for copies, as KEY=VALUE; repeatable.",
		},
		{
			name: "prune",
			kind: "switch",
			help: "Also delete this source's copies outside the selected namespaces; asks first, or --yes.",
		},
		{
			name: "force",
			kind: "switch",
			help: "Take over Secrets that others made; delete and recreate where an update is forbidden (asks, or --yes).",
		},
		flags.OWNER_LABEL_FLAG,
		flags.CONCURRENCY_FLAG,
		flags.DRY_RUN_FLAG,
		flags.outputFlag(...CHANGE_FORMATS),
		flags.QUIET_FLAG,
		flags.YES_FLAG,
	],
	options(given, env) {
		return {
			connection: {
				...flags.connectionFlags(given),
				...flags.concurrencyOf(given),
			},
			source: sourceChoiceOf(given, env, {
				given: given.positionals[0],
				usual: flags.nameOf(given, env),
				shown: "NAME",
			}),
			selection: selectionOf(given),
			exclude: excludeOf(given),
			copyLabels: Object.fromEntries(
				given.list("copy-label").map((text) => {
					const { key, value } = parseLabel(text, "--copy-label");
					return [key, value];
				}),
			),
			attach: attachedAccountsOf(given),
			prune: given.on("prune"),
			force: given.on("force"),
			yes: given.on("yes"),
			quiet: given.on("quiet"),
			output: flags.outputOf(given, CHANGE_FORMATS),
			...flags.dryRunOf(given),
		};
	},
	async run(options, world) {
		for (const note of options.notes)
			world.streams.err.write(`Warning: ${note}\n`);
		if (
			options.prune &&
			!options.yes &&
			options.dryRun === "none" &&
			!world.streams.interactive
		)
			throw new UsageError(
				"--prune needs --yes: there is no terminal to ask at",
			);
		const cluster = await world.connect(options.connection);
		try {
			return await syncCluster(options, cluster, world);
		} finally {
			await cluster.close();
		}
	},
});

/** The whole pipe for one cluster: read, plan, ask, apply, report. */
async function syncCluster(
	options: SyncOptions,
	cluster: Cluster,
	world: World,
): Promise<number> {
	const reader = new ContentReader();
	const finding = findSource(cluster, reader, options.source);
	// Where it is asked, the source's own namespace is no choice.
	const exclude =
		options.selection.by === "ask" && world.streams.interactive
			? [...options.exclude, (await finding).namespace]
			: options.exclude;
	const [source, matched] = await Promise.all([
		finding,
		selectNamespaces(options.selection, exclude, cluster, world),
	]);
	const targets = await narrowed(matched, source, options, cluster);
	const selected = new Set(targets.map(({ namespace }) => namespace));
	const report = new ChangeReport(world.streams, options);
	const elsewhere = targets.filter(
		({ namespace }) => namespace !== source.namespace,
	);
	if (targets.length === 0 && !options.prune) {
		world.streams.err.write("Warning: no namespace matched: nothing to do\n");
		return report.finish({ withSummary: false });
	}

	const steps = await planSteps(
		source,
		elsewhere,
		selected,
		options,
		cluster,
		reader,
		world,
	);
	if (steps === "cancelled") {
		world.streams.err.write("deletion is cancelled\n");
		return EXIT.done;
	}
	const replan = (
		change: Change,
		now: RegistryKey | undefined,
	): Change | undefined =>
		"desired" in change
			? planCopy(now, change.desired, {
					owner: options.source.owner,
					force: options.force,
				})
			: undefined;
	try {
		await apply(steps, {
			cluster,
			reader,
			dryRun: options.dryRun,
			replan,
			onResult: report.add,
		});
	} catch (error) {
		throw unfinished(error, report.results.length, steps.length, world);
	}
	const after = {
		cluster,
		world,
		dryRun: options.dryRun,
		onResult: report.add,
	};
	if (options.prune)
		await takeBackAttached(report.results, { ...after, namespaces: [] });
	if (options.attach !== undefined)
		await attachCopies(report.results, {
			...after,
			selection: options.selection,
			targets,
			accounts: options.attach,
			source,
		});
	return report.finish({ withSummary: true });
}

/** With `--needed`, those with a pod that pulls with the source; else all of them. */
async function narrowed(
	targets: readonly Target[],
	source: RegistryKey,
	{ selection }: SyncOptions,
	cluster: Cluster,
): Promise<readonly Target[]> {
	if (selection.by !== "needed") return targets;
	const needed = await neededNamespaces(source, cluster);
	return targets.filter(({ namespace }) => needed.has(namespace));
}

/** Everything to be done, by namespace; asks before anything is deleted. */
async function planSteps(
	source: RegistryKey,
	targets: readonly Target[],
	selected: ReadonlySet<string>,
	options: SyncOptions,
	cluster: Cluster,
	reader: ContentReader,
	world: World,
): Promise<Step[] | "cancelled"> {
	const allowed = { owner: options.source.owner, force: options.force };
	const current = await readCurrent(
		source.name,
		targets,
		options,
		cluster,
		reader,
	);
	const copies = desiredCopies(
		source,
		targets.map(({ namespace }) => namespace),
		allowed.owner,
		options.copyLabels,
	);
	const changes = copies.map((desired, index): Step => {
		const there = current.get(desired.namespace);
		if (there !== undefined && "reason" in there) return there;
		const change = planCopy(there, desired, allowed);
		const terminating = targets[index]?.terminating ?? false;
		return terminating && change.action !== "unchanged"
			? skipped(desired, cluster)
			: change;
	});
	const planned = changes.filter((step): step is Change => !("reason" in step));
	const agreed = await agreedReplacements(planned, options, world);
	const settled = changes.filter((step) => "reason" in step);

	const leftovers = options.prune
		? await leftoverCopies(source, selected, options, cluster, reader)
		: [];
	if (leftovers.length > 0 && !options.yes && options.dryRun === "none") {
		const names = leftovers.map(
			({ current: key }) => `secret/${key.name} in ${key.namespace} namespace`,
		);
		if (!(await confirmDeletion("delete", names, world))) return "cancelled";
	}
	return [...settled, ...agreed, ...leftovers].toSorted((a, b) =>
		placeOf(a) < placeOf(b) ? -1 : 1,
	);
}

/** What bears the name now: one read a named namespace, one list for all others. */
async function readCurrent(
	name: string,
	targets: readonly Target[],
	options: SyncOptions,
	cluster: Cluster,
	reader: ContentReader,
): Promise<Map<string, RegistryKey | ChangeResult>> {
	const current = new Map<string, RegistryKey | ChangeResult>();
	if (options.selection.by !== "names") {
		const keys = await readKeys(cluster, reader, {
			fieldSelector: `metadata.name=${name}`,
		});
		for (const key of keys) current.set(key.namespace, key);
		return current;
	}
	await inParallel(targets, AT_ONCE, async ({ namespace }) => {
		try {
			const key = await readKey(cluster, reader, { namespace, name });
			if (key !== undefined) current.set(namespace, key);
			else if (options.dryRun === "client")
				await checkNamespace(namespace, cluster);
		} catch (error) {
			if (isFatal(error)) throw error;
			const reason = failureLineIn(namespace, error);
			current.set(namespace, {
				...secretIn(namespace, name, cluster),
				action: "failed",
				reason,
			});
		}
	});
	return current;
}

/** What a client-side dry run cannot learn from a write: throws where the namespace is missing or going. */
async function checkNamespace(name: string, cluster: Cluster): Promise<void> {
	try {
		const { metadata } = await cluster.read("Namespace", { name });
		if (metadata.deletionTimestamp !== undefined)
			throw new ApiError(
				403,
				"Forbidden",
				`namespace "${name}" is being terminated`,
			);
	} catch (error) {
		if (
			error instanceof ApiError &&
			error.status === 403 &&
			error.detail.startsWith("namespaces")
		)
			return;
		throw error;
	}
}

async function leftoverCopies(
	source: RegistryKey,
	selected: ReadonlySet<string>,
	options: SyncOptions,
	cluster: Cluster,
	reader: ContentReader,
): Promise<(Change & { action: "delete" })[]> {
	const { owner } = options.source;
	const keys = await readKeys(cluster, reader, {
		labelSelector: ownerSelector(owner),
		fieldSelector: `metadata.name=${source.name}`,
	});
	return planLeftovers(keys, source, selected, owner);
}

function secretIn(namespace: string, name: string, cluster: Cluster) {
	return { context: cluster.context, namespace, kind: "Secret", name };
}

function skipped(
	desired: { namespace: string; name: string },
	cluster: Cluster,
): ChangeResult {
	return {
		...secretIn(desired.namespace, desired.name, cluster),
		action: "skipped",
		reason: `Warning: namespace "${desired.namespace}" is being deleted: skipped`,
	};
}

function placeOf(step: Step): string {
	if ("reason" in step) return step.namespace;
	return "desired" in step ? step.desired.namespace : step.current.namespace;
}

/** The error to end with, after saying how far it came. */
function unfinished(
	error: unknown,
	done: number,
	of: number,
	world: World,
): unknown {
	const progress = `${done} of ${of} namespaces are done; run the command again to finish`;
	if (error instanceof ConnectionError)
		return new ConnectionError(`${error.message} (${progress})`);
	if (error instanceof AbortedError)
		world.streams.err.write(`interrupted: ${progress}\n`);
	return error;
}

function selectionOf(given: Given): Selection {
	flags.atMostOne(given, [
		["namespace", "-n"],
		["all-namespaces", "-A"],
		["selector", "-l"],
		["injected", "--injected"],
		["needed", "--needed"],
	]);
	const selector = flags.selectorOf(given);
	if (given.has("namespace"))
		return { by: "names", names: flags.namespacesOf(given) };
	if (given.on("all-namespaces")) return { by: "all" };
	if (given.on("needed")) {
		// A pod that stopped needing it today may start again tomorrow.
		if (given.on("prune"))
			throw new UsageError("--prune and --needed cannot be used together");
		return { by: "needed" };
	}
	if (selector !== undefined) return { by: "label", selector };
	return given.on("injected")
		? { by: "label", selector: INJECTED_SELECTOR }
		: { by: "ask" };
}

function excludeOf(given: Given): readonly string[] {
	const globs = given.list("exclude");
	if (globs.some((glob) => glob.trim() === ""))
		throw new UsageError("--exclude: the glob is empty; is a variable unset?");
	return globs;
}
