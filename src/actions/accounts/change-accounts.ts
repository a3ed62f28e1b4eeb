import {
	ATTACHED_SELECTOR,
	planAttach,
	planDetach,
	planDetachAll,
} from "../../core/accounts/attachment.ts";
import type { Outcome } from "../../core/document.ts";
import type { FlagNote } from "../../core/note.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import { failureOf, isFailure } from "../../core/output/failure.ts";
import { type ChangeResult, resultOf } from "../../core/output/result.ts";
import { objectNames, type Word } from "../../core/output/shell.ts";
import { someOf } from "../../core/output/some-of.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import {
	type PullSecret,
	placeOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	attachedAnywhere,
	EMPTY_RECORD,
	type SourceRecord,
	standingOf,
	withAttached,
	withoutAttached,
} from "../../core/pull-secrets/record.ts";
import { isFatal, unlessForbidden } from "../../errors.ts";
import type { Cluster, ConnectionFlags, World } from "../../world.ts";
import { changeRecord, recordOf } from "../apply/change-record.ts";
import {
	ChangeReport,
	formOf,
	type OutputOptions,
} from "../apply/change-report.ts";
import { onCluster } from "../on-cluster.ts";
import {
	type SourceChoice,
	seekSource,
	sourcesIn,
} from "../read/find-source.ts";
import { type Reading, reading } from "../read/read-keys.ts";
import { lookUpNamespaces } from "../read/read-namespaces.ts";
import {
	type NamespaceTarget,
	type Selection,
	selectNamespaces,
} from "../read/select-namespaces.ts";
import { tell, tellUnlessQuiet, warn } from "../tell.ts";
import { editAccounts, isAccountMissing } from "./edit-accounts.ts";
import { findAccounts } from "./find-accounts.ts";

/** What attach and detach are told. */
export interface AccountChange extends OutputOptions {
	readonly connection: ConnectionFlags;
	/** Undefined: the context's namespace. */
	readonly places: Selection | undefined;
	/** Their names; `*`: all there are. */
	readonly accounts: readonly string[];
	readonly source: SourceChoice;
	readonly notes: readonly FlagNote[];
}

interface AccountChangeOptions {
	/** Whether accounts get the pull secret, or lose it. */
	readonly gives: boolean;
	/** They lose all, whatever their names. */
	readonly every?: boolean;
	/** Called with the accounts that were changed, as they were before, and what became of each that is meant. */
	readonly after?: (
		cluster: Cluster,
		changed: readonly ServiceAccount[],
		results: readonly ChangeResult[],
		key: string,
	) => Promise<void>;
}

/** Changes the service accounts that are meant, shows what became of each. */
export async function changeAccounts(
	change: AccountChange,
	world: World,
	{ gives, every = false, after }: AccountChangeOptions,
): Promise<Outcome> {
	warn(world, ...change.notes);
	return onCluster(world, change.connection, async (cluster) => {
		const selection = change.places ?? {
			by: "names",
			names: [cluster.namespace],
		};
		const report = new ChangeReport(world, cluster, formOf(change));
		const run = { change, selection, cluster, world, report };
		const records = new AccountRecords(run, every);
		const namespaces = await selectNamespaces(selection, gives, cluster);
		const targets = await findAccounts(
			cluster,
			namespaces
				.filter(({ terminating }) => !terminating)
				.map(({ namespace }) => namespace),
			change.accounts,
			selection.by !== "names",
			// Only labelled accounts can have something to take back.
			gives ? undefined : ATTACHED_SELECTOR,
		);
		const key = await records.key();
		return await report.whatIsDone(async () => {
			const wasRecorded = gives
				? undefined
				: await records.detached(namespaces);
			if (targets.length === 0 && report.results.length === 0)
				if (gives) warn(world, { cause: "no-account-matched" });
				else {
					const names = selection.by === "names" ? selection.names : [];
					tell(world, { cause: "nothing-found", namespaces: names });
				}
			const changed = await editAccounts(targets, {
				...run,
				dryRun: change.dryRun,
				plan: (account) =>
					gives
						? planAttach(account, key)
						: every
							? planDetachAll(account)
							: planDetach(account, key),
				awaitDefault: gives,
				onResult: (result, preview) => {
					// Then taking it out of the record was all that there was to do.
					if (!(isAccountMissing(result) && wasRecorded?.(result)))
						report.add(result, preview);
				},
			});
			if (gives) await records.attached(report.results);
			await after?.(cluster, changed, report.results, key);
			return report.finish({ withSummary: targets.length > 1 && "accounts" });
		});
	});
}

interface AccountRun {
	readonly change: AccountChange;
	/** The namespaces that are meant, as they were selected. */
	readonly selection: Selection;
	readonly cluster: Cluster;
	readonly world: World;
	readonly report: ChangeReport;
}

/** The records of the sources that are meant, or of `every` one; who may not read them needs no more than before. */
class AccountRecords {
	readonly #at: Reading;
	readonly #sources: Promise<readonly PullSecret[] | undefined>;

	constructor(
		readonly run: AccountRun,
		every: boolean,
	) {
		const { change, cluster, world } = run;
		this.#at = reading(cluster);
		const { namespace = cluster.namespace } = change.source;
		this.#sources = every
			? sourcesIn(this.#at, namespace)
			: unlessForbidden(
					seekSource(this.#at, change.source, world).then(
						({ source }) => source && [source],
					),
				);
		this.#sources.catch(() => {}); // Nobody may come for it.
	}

	/**
	 * The pull secret's name: as given, the source's, or the usual one where there is none or it may not be read.
	 * Throws FailureError where it is not known which, or a record cannot be read; what else the cluster throws.
	 */
	async key(): Promise<string> {
		const { name, usual } = this.run.change.source;
		const sources = (await this.#sources) ?? [];
		sources.forEach(recordOf);
		return name ?? sources[0]?.name ?? usual;
	}

	/** The accounts that were attached join what a record holds by name, or by the very rule that was selected by. */
	async attached(results: readonly ChangeResult[]): Promise<void> {
		const { accounts } = this.run.change;
		const namespaces = new Map<string, readonly string[]>();
		// A name that was mistyped, or an account that may not be changed, is not recorded.
		for (const { kind, namespace, name, action } of results)
			if (
				kind === "ServiceAccount" &&
				(action === "configured" || action === "unchanged")
			)
				namespaces.set(
					namespace,
					accounts.includes("*")
						? ["*"]
						: [...(namespaces.get(namespace) ?? []), name],
				);
		await this.#change("attach", namespaces);
	}

	/** The accounts leave the record first: a watch would attach them again. Returns whether it named a result's account. */
	async detached(targets: readonly NamespaceTarget[]) {
		const records = ((await this.#sources) ?? []).map(recordOf);
		const { accounts } = this.run.change;
		const namespaces = targets.map(
			({ namespace }) => [namespace, accounts] as const,
		);
		await this.#change("detach", new Map(namespaces));
		return ({ namespace, name }: ChangeResult): boolean =>
			records.some((record) =>
				record?.names.get(namespace)?.attach.includes(name),
			);
	}

	/** Changes each for these accounts of namespaces and of the rule that was selected by, and warns of what it says all the same. */
	async #change(
		verb: keyof typeof RECORDING,
		namespaces: ReadonlyMap<string, readonly string[]>,
	): Promise<void> {
		const { run } = this;
		const { selection } = run;
		const attach = [...new Set([...namespaces.values()].flat())];
		const selected: SourceRecord = {
			names: new Map(
				[...namespaces].map(([name, attach]) => [name, { uid: "", attach }]),
			),
			rules:
				selection.by === "names"
					? []
					: [{ rule: selection, exclude: [], attach }],
		};
		for (const source of (await this.#sources) ?? []) {
			const now = await write(verb, source, selected, run, this.#at);
			if (now !== undefined)
				await RECORDING[verb].warnOf(source, now, selected, run);
		}
	}
}

/** What a verb does to a record, what is said where it cannot, and what of what the record says all the same. */
const RECORDING = {
	attach: {
		edit: withAttached,
		cause: "attached-unrecorded",
		warnOf: warnOfRuled,
	},
	detach: {
		edit: withoutAttached,
		cause: "detached-recorded",
		warnOf: warnOfRest,
	},
} as const;

/** Changes one record and tells of it. Returns the record as it is then; undefined: there is none, or it could not be changed. */
async function write(
	verb: keyof typeof RECORDING,
	source: PullSecret,
	selected: SourceRecord,
	{ change, selection, cluster, world, report }: AccountRun,
	at: Reading,
): Promise<SourceRecord | undefined> {
	const { edit, cause } = RECORDING[verb];
	const place = placeOf(source);
	const before = recordOf(source);
	if (before === undefined) return undefined;
	const names = [...selected.names.keys()].filter((name) =>
		before.names.has(name),
	);
	const where = names.length > 0 ? someOf(names) : ruleWords(selection);
	const what = `${accountWords(attachedAnywhere(selected))} in ${where}`;
	try {
		const changed = await changeRecord(
			source,
			{ change: (record) => edit(record, selected), recording: { what } },
			{ ...at, world, dryRun: change.dryRun },
		);
		const after = recordOf(changed) ?? EMPTY_RECORD;
		if (changed === source) return after;
		report.add(resultOf(cluster, "Secret", place, "configured"), {
			of: "record",
			before,
			after,
		});
		if (report.form === "objects")
			tellUnlessQuiet(world, {
				cause: "would-be-recorded",
				source: place,
				what,
				...(verb === "detach" && { taken: true }),
			});
		return after;
	} catch (error) {
		if (isFatal(error)) throw error;
		const words = whereWords(selection, names);
		const script = Fixes.of(source).accounts(verb, change.accounts, words);
		warn(world, { cause, what, error, script });
		const isTheirs =
			isFailure(error, "record-forbidden") ||
			isFailure(error, "record-kept-by-other");
		// What others decide is done as far as it can be; else something is left to do.
		if (!isTheirs)
			report.add(
				resultOf(cluster, "Secret", place, "failed", failureOf(error)),
			);
		return undefined;
	}
}

/** Says where the source is sent by a rule alone, so that nothing keeps what was attached. */
async function warnOfRuled(
	source: PullSecret,
	record: SourceRecord,
	{ names }: SourceRecord,
	{ cluster, world }: AccountRun,
): Promise<void> {
	if (record.rules.length === 0) return;
	const unnamed = [...names.keys()].filter((name) => !record.names.has(name));
	const { known } = await lookUpNamespaces(cluster, unnamed);
	const places: string[] = [];
	const accounts = new Set<string>();
	for (const [name, facts] of known) {
		const standing = standingOf(record, name, facts);
		if (standing?.is !== "served" || standing.attach.includes("*")) continue;
		const unkept = (names.get(name)?.attach ?? []).filter(
			(account) => !standing.attach.includes(account),
		);
		if (unkept.length > 0) places.push(name);
		for (const account of unkept) accounts.add(account);
	}
	if (places.length > 0)
		warn(world, {
			cause: "attached-by-name",
			accounts: accountWords(accounts),
			namespaces: places,
			script: Fixes.of(source).sync(places, [...accounts]),
		});
}

/** Says where the record attaches the accounts all the same: it attaches all there, or a rule does. */
async function warnOfRest(
	source: PullSecret,
	record: SourceRecord,
	{ names }: SourceRecord,
	{ change: { accounts }, cluster, world }: AccountRun,
): Promise<void> {
	if (attachedAnywhere(record).size === 0) return;
	const { known } = await lookUpNamespaces(cluster, [...names.keys()]);
	const still = [...known].flatMap(([name, facts]) => {
		const standing = standingOf(record, name, facts);
		const attach = standing && "attach" in standing ? standing.attach : [];
		return attach.includes("*") ||
			attach.some((one) => accounts.includes("*") || accounts.includes(one))
			? [name]
			: [];
	});
	if (still.length > 0)
		warn(world, {
			cause: "still-recorded",
			source: placeOf(source),
			accounts,
			namespaces: still,
		});
}

function accountWords(accounts: ReadonlySet<string>): string {
	return accounts.has("*") ? "all service accounts" : someOf([...accounts]);
}

function ruleWords(selection: Selection): string {
	return selection.by === "selector"
		? `namespaces with ${selection.selector.text}`
		: "all namespaces";
}

/** As the command line said it; of names, those that are recorded. */
function whereWords(
	selection: Selection,
	names: readonly string[],
): readonly Word[] {
	switch (selection.by) {
		case "names":
			return ["-n", objectNames(names)];
		case "all":
			return ["-A"];
		case "selector":
			return ["-l", selection.selector.text];
	}
}
