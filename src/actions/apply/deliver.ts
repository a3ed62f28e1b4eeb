import type { CredentialGoing } from "../../core/note.ts";
import {
	type Failure,
	FailureError,
	failureOf,
	type SpoiledSource,
} from "../../core/output/failure.ts";
import {
	type ChangeResult,
	type DryRun,
	isWritten,
	resultOf,
} from "../../core/output/result.ts";
import {
	type Change,
	type ChangeOf,
	isWrite,
} from "../../core/pull-secrets/change.ts";
import { copyFault } from "../../core/pull-secrets/content-fault.ts";
import { recordDifferences } from "../../core/pull-secrets/differences.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { isCopyOf } from "../../core/pull-secrets/ownership.ts";
import {
	byNamespace,
	desiredCopy,
	onlyAgreed,
	planCopy,
	planPrune,
	refuseOwnLabel,
	targetOf,
} from "../../core/pull-secrets/plan.ts";
import {
	type DesiredPullSecret,
	type PullSecret,
	placeOf,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	attachedAnywhere,
	EMPTY_RECORD,
	isSameRecord,
	mergeSelection,
	onlySelected,
	type SourceRecord,
	standingOf,
} from "../../core/pull-secrets/record.ts";
import { isSourceLike } from "../../core/pull-secrets/source.ts";
import { isFatal, unlessForbidden } from "../../errors.ts";
import type { World } from "../../world.ts";
import { inParallel } from "../in-parallel.ts";
import {
	type Reading,
	readPullSecret,
	readPullSecrets,
	secretsNamed,
} from "../read/read-keys.ts";
import { readNamespace } from "../read/read-namespaces.ts";
import { tellUnlessQuiet, warn } from "../tell.ts";
import { byPlace, isSettled, type Step } from "./apply.ts";
import { carryOut } from "./carry-out.ts";
import {
	changeRecord,
	type RecordChange,
	recordOf,
	recordToWrite,
	sourceGone,
} from "./change-record.ts";
import type { ChangeReport } from "./change-report.ts";
import { agrees, lossOf } from "./confirm.ts";
import type { CopySettings } from "./copy-settings.ts";
import {
	isRecorded,
	notServed,
	recordedTargets,
	type Selected,
	type Targets,
	whyNot,
} from "./targets.ts";

/** What every step of one run in one cluster works with. */
export interface Run extends Reading {
	readonly world: World;
	readonly report: ChangeReport;
	readonly dryRun: DryRun;
	readonly yes: boolean;
	readonly quiet: boolean;
	readonly output?: string | undefined;
}

/** Where copies go. */
export interface Scope {
	/** Where a command line says, which joins the record first. */
	readonly selected?: Selected;
	/** That is not recorded: rotate will not update it. */
	readonly once: boolean;
	/** Everything that is recorded is served. */
	readonly servesRecord: boolean;
}

/** Where the record sends the source, which has one. */
export const AS_RECORDED: Scope = { once: false, servesRecord: true };

type CopyPolicy = Pick<
	CopySettings,
	"force" | "adopt" | "prune" | "copyLabels"
>;

/** How often a source may change while it is copied before we give up on it. */
const ROUNDS = 4;

/**
 * The one way in which copies are written: reads the record and what is there, plans, asks, writes the record and then
 * the copies, and begins again where the source moved meanwhile, for a late writer must not win. Results go to the
 * report. Returns where copies went, and the source as it is then; undefined where the person said no, or `write` did
 * not write. Throws FailureError before anything is written, and what makes the rest pointless.
 */
export async function deliver(
	/** As it is, or as `write` makes it. */
	source: PullSecret,
	scope: Scope,
	policy: CopyPolicy,
	run: Run,
	making?: SourceMaking,
): Promise<Delivered | undefined> {
	refuseOwnLabel(source, policy.copyLabels);
	return new Delivery(source, scope, policy, run, making).work();
}

/** A source that is written before its copies. */
export interface SourceMaking {
	/** What a person is yet to be told of; undefined: nothing was typed, or they were. */
	readonly typed: CredentialGoing | undefined;
	/**
	 * Whether a person wants it there and in copies of these namespaces; `covered`: a question about what is
	 * lost was that one. Throws FailureError where the source's namespace became another one meanwhile.
	 */
	agreed(copies: readonly string[], covered?: boolean): Promise<boolean>;
	/** Writes it, once nothing stands against it; undefined where it could not, which has been reported. */
	write(): Promise<PullSecret | undefined>;
}

/** Where copies went, and the source as it is then. */
export type Delivered = Targets & { readonly source: PullSecret };

type Removal = ChangeOf<"delete" | "conflict">;

/** What bears the source's name, by namespace; a result where it cannot be read. */
type Current = ReadonlyMap<string, PullSecret | ChangeResult>;

class Delivery {
	/** As it was read last. */
	#source: PullSecret;
	/** As it was when the round was planned. */
	#planned: PullSecret;
	/** It was seen with other content since. */
	#moved = false;
	/** Where a person agreed to what --force takes: nothing that comes there later was shown. Undefined: nobody is asked. */
	#agreed: ReadonlySet<string> | undefined;
	/** Of a mistyped name nobody knows what else was to stay: then --prune takes nothing away. */
	readonly #prunes: boolean;

	constructor(
		source: PullSecret,
		readonly scope: Scope,
		readonly policy: CopyPolicy,
		readonly run: Run,
		readonly making: SourceMaking | undefined,
	) {
		this.#source = source;
		this.#planned = source;
		this.#prunes = policy.prune && missingOf(scope).length === 0;
	}

	async work(): Promise<Delivered | undefined> {
		const { run } = this;
		const { selected } = this.scope;
		const before = await this.#read(selected?.targets.namespaces);
		let { targets, current } = before;
		const leftovers = await this.#leftovers(targets, before.all);
		if (before.all) this.#warnOfClaimants(before.all, targets, leftovers);
		if (this.policy.prune && !this.#prunes)
			warn(run.world, {
				cause: "nothing-pruned",
				missing: missingOf(this.scope),
			});
		// Throws where the selection cannot join the record, before anybody is asked and the source is written.
		if (selected) recordToWrite(this.#source, this.#joining(selected));
		const plan = this.#plan(targets, current);
		const agreed = await this.#agree(targets, plan, leftovers);
		if (agreed === undefined) return undefined;
		if (this.making !== undefined) {
			const planned = this.#recorded;
			const written = await this.making.write();
			if (written === undefined) return undefined;
			const isAnother =
				written.resourceVersion !== this.#source.resourceVersion;
			this.#source = written;
			// Somebody else recorded something meanwhile; or may have copied what the source was until now to
			// where it looks right.
			if (
				!isSameRecord(this.#recorded, planned) ||
				(isAnother &&
					this.#plan(targets, current).some(
						({ action }) => action === "unchanged",
					))
			)
				({ targets, current } = await this.#read());
		}
		await this.#record(targets.unread);
		const told = new Map<string, ChangeResult>();
		for (let round = 1; ; round++) {
			this.#planned = this.#source;
			this.#moved = false;
			const steps = [
				...this.#plan(targets, current).map((step) =>
					isSettled(step)
						? step
						: onlyAgreed(step, agreed.has(targetOf(step).namespace)),
				),
				...(round === 1 ? leftovers.map(this.#leftover) : []),
			].toSorted(byPlace);
			const wrote = await this.#apply(steps, targets, told);
			const isOver =
				!wrote || run.dryRun !== "none" || !(await this.#mustGoOn(round));
			if (isOver) return { ...targets, source: this.#source };
			({ targets, current } = await this.#read());
		}
	}

	/** Whether the source or its record changed: whoever wrote that may not have come to copy it. */
	async #mustGoOn(round: number): Promise<boolean> {
		// One that vanished takes nothing with it.
		if ((await this.#readSource()) === undefined) return false;
		const known = (source: PullSecret) => recordOf(source) ?? EMPTY_RECORD;
		const isElsewhere =
			this.scope.servesRecord &&
			!isSameRecord(known(this.#source), known(this.#planned));
		if (round < ROUNDS) return this.#moved || isElsewhere;
		if (!this.#moved) return false;
		throw new FailureError({
			cause: "source-keeps-changing",
			source: placeOf(this.#source),
		});
	}

	/** The source as it is now; undefined where there is none any more. */
	async #readSource(): Promise<PullSecret | undefined> {
		const now = await readPullSecret(this.run, this.#source);
		if (now === undefined || !isSourceLike(now)) return undefined;
		this.#source = now;
		this.#moved ||=
			now.content.canonical !== this.#planned.content.canonical ||
			now.uid !== this.#planned.uid;
		return now;
	}

	/** The record with the selection; as it is where nothing is recorded. */
	#joined(record: SourceRecord | undefined): SourceRecord {
		const { scope } = this;
		const before = record ?? EMPTY_RECORD;
		if (scope.selected === undefined || scope.once) return before;
		const selected = scope.selected.record;
		return mergeSelection(
			this.#prunes ? onlySelected(before, selected) : before,
			selected,
		);
	}

	async #targets(known?: Targets["namespaces"]): Promise<Targets> {
		const { run } = this;
		const { selected, servesRecord } = this.scope;
		if (selected !== undefined && !servesRecord) return selected.targets;
		const record = this.#recorded;
		const all = await recordedTargets(
			this.#source,
			record,
			run.cluster,
			known,
			selected?.targets.named,
		);
		// What was selected and cannot be served failed, whatever the record says of it: somebody wants it there.
		const failed = selected?.targets.settled ?? [];
		const told = new Set(failed.map(({ namespace }) => namespace));
		return {
			...all,
			settled: [
				...failed,
				...all.settled.filter(({ namespace }) => !told.has(namespace)),
			],
		};
	}

	/** Where copies go, and what is there. `all`: whatever bears the name; `known`: all Namespaces, where just listed. */
	async #read(known?: Targets["namespaces"]) {
		// What bears the source's name does not depend on where copies go.
		const listing =
			this.scope.servesRecord || this.scope.selected?.targets.listed === true;
		const [targets, all] = await Promise.all([
			this.#targets(known),
			// Undefined where Secrets may not be listed.
			listing ? unlessForbidden(this.#listAll()) : undefined,
		]);
		const current: Current = all
			? new Map(all.map((secret) => [secret.namespace, secret]))
			: await this.#readEach(targets.serve);
		return { targets, current, all };
	}

	#listAll(): Promise<PullSecret[]> {
		return readPullSecrets(this.run, secretsNamed(this.#source.name));
	}

	async #readEach(places: Targets["serve"]): Promise<Current> {
		const { name } = this.#source;
		const current = new Map<string, PullSecret | ChangeResult>();
		await inParallel(places, async ({ namespace }) => {
			try {
				const ref = { namespace, name };
				const secret = await readPullSecret(this.run, ref);
				if (secret !== undefined) current.set(namespace, secret);
			} catch (error) {
				if (isFatal(error)) throw error;
				const why = failureOf(error);
				current.set(
					namespace,
					notServed(namespace, why, { name }, this.run.cluster),
				);
			}
		});
		return current;
	}

	/** What says that it is a copy gets nothing where it is neither recorded nor meant by this run, as with --once. */
	#warnOfClaimants(
		all: readonly PullSecret[],
		targets: Targets,
		leftovers: readonly Removal[],
	): void {
		// Of a label's namespaces alone nobody can tell what the record says of the others.
		if (targets.listed && targets.namespaces === undefined) return;
		const record = this.#recorded;
		const meant = new Set(
			[...targets.serve, ...leftovers.map(targetOf)].map(
				({ namespace }) => namespace,
			),
		);
		const others = all.filter(
			({ namespace }) =>
				!meant.has(namespace) &&
				!isRecorded(record, namespace, targets.namespaces),
		);
		const claimants = claimantsOf(this.#source, others);
		if (claimants.length === 0) return;
		warn(this.run.world, {
			cause: "claimants-unrecorded",
			source: placeOf(this.#source),
			namespaces: claimants.map(({ namespace }) => namespace),
		});
	}

	/** What a controller would make again is skipped: it may be somebody's who only says that it is a copy. */
	readonly #leftover = (change: Removal): Step =>
		change.action === "delete"
			? change
			: resultOf(
					this.run.cluster,
					"Secret",
					change.current,
					"skipped",
					change.obstacle,
				);

	async #leftovers(
		targets: Targets,
		listed: readonly PullSecret[] | undefined,
	): Promise<Removal[]> {
		if (!this.#prunes) return [];
		const all = listed ?? (await this.#listAll());
		const kept = new Set(
			[...targets.serve, ...targets.settled].map(({ namespace }) => namespace),
		);
		return planPrune(
			all.filter(({ namespace }) => !kept.has(namespace)),
			{ copiesOf: new Set([sourceRef(this.#source)]) },
		);
	}

	#plan({ serve, settled, named }: Targets, current: Current): Step[] {
		const spoiled = this.#spoiled;
		// Of a thousand copies only the namespaces differ.
		const copy = desiredCopy(this.#source, "", this.policy.copyLabels);
		const planned = serve.map(({ namespace }): Step => {
			const desired = { ...copy, namespace };
			const there = current.get(namespace);
			if (there !== undefined && isSettled(there)) return there;
			const change = this.#planOne(there, desired, named.has(namespace));
			return spoiled !== undefined && isWrite(change)
				? notServed(namespace, spoiled, desired, this.run.cluster)
				: change;
		});
		return [...settled, ...planned];
	}

	get #spoiled(): Failure | undefined {
		const because = spoiledBy(this.#source);
		return because && { cause: "source-spoiled", because };
	}

	#planOne(
		there: PullSecret | undefined,
		desired: DesiredPullSecret,
		named: boolean,
	): Change {
		const { adopt } = this.policy;
		const force =
			this.policy.force && (this.#agreed?.has(desired.namespace) ?? true);
		return planCopy(there, desired, { force, adopt, named });
	}

	/** Asks about all that is lost. Returns where a replacement may be made; undefined: nothing at all is to be done. */
	async #agree(
		targets: Targets,
		steps: readonly Step[],
		leftovers: readonly Removal[],
	): Promise<ReadonlySet<string> | undefined> {
		const replacing = steps.flatMap((step) =>
			!isSettled(step) && step.action === "replace" ? [step.current] : [],
		);
		const { run, making } = this;
		const places = targets.serve.map(({ namespace }) => namespace);
		const overwriting = this.#takenOver(steps);
		const { content } = this.#source;
		const answer = await agrees(
			{
				losses: [
					...leftovers
						.filter((change) => change.action === "delete")
						.map(({ current }) => lossOf("delete", current)),
					...replacing.map((one) =>
						lossOf("delete and recreate", one, content),
					),
					...overwriting.map((one) => lossOf("overwrite", one, content)),
				],
				in: making ? [this.#source.namespace, ...places] : places,
				forgets: this.#forgets(),
				credential: making?.typed && {
					...making.typed,
					copies: places.length,
				},
			},
			run,
		);
		if (answer === "no") return undefined;
		if (!run.yes && run.dryRun === "none" && run.world.streams.interactive)
			this.#agreed = new Set(
				[...replacing, ...overwriting].map(({ namespace }) => namespace),
			);
		if ((await making?.agreed(places, answer === "yes")) === false)
			return undefined;
		return new Set(
			answer === "yes" ? replacing.map(({ namespace }) => namespace) : [],
		);
	}

	/** What --prune takes out of the record. */
	#forgets() {
		if (!this.#prunes) return [];
		const before = recordOf(this.#source);
		const selections = recordDifferences(before, this.#joined(before)).flatMap(
			({ is, selection }) => (is === "removed" ? selection : []),
		);
		const source = placeOf(this.#source);
		return selections.length > 0 ? [{ source, selections }] : [];
	}

	/** What --force alone lets us write over. */
	#takenOver(steps: readonly Step[]): PullSecret[] {
		return steps.flatMap((step) => {
			if (isSettled(step) || step.action !== "update") return [];
			const policy = { ...this.policy, force: false };
			const { action } = planCopy(step.current, step.desired, policy);
			return action === "conflict" ? [step.current] : [];
		});
	}

	/** The record as it is to be, of what it is by now. */
	get #recorded(): SourceRecord {
		return this.#joined(recordOf(this.#source));
	}

	#joining({ what, record }: Selected): RecordChange {
		const accounts = [...attachedAnywhere(record)];
		const attached =
			accounts.length > 0 ? ` (attach ${accounts.join(", ")})` : "";
		return {
			change: (record) => this.#joined(record),
			recording: {
				what: `${what}${attached}${this.#prunes ? " alone" : ""}`,
				...((this.scope.servesRecord || this.#prunes) && { onceInSync: true }),
			},
		};
	}

	async #record(unread: readonly string[]): Promise<void> {
		const { run } = this;
		const { selected } = this.scope;
		if (selected === undefined) return;
		const before = this.#source;
		const joining = this.#joining(selected);
		this.#source = await changeRecord(before, joining, run);
		if (this.#source === before) return;
		const after = recordOf(this.#source) ?? EMPTY_RECORD;
		run.report.addRecord(before, {
			of: "record",
			before: recordOf(before),
			after,
		});
		// A uid that somebody else recorded stays.
		const byName = unread.filter((name) => after.names.get(name)?.uid === "");
		if (byName.length > 0)
			warn(run.world, { cause: "recorded-by-name", namespaces: byName });
		if (run.dryRun === "client" && run.output !== undefined)
			tellUnlessQuiet(run.world, {
				cause: "would-be-recorded",
				source: placeOf(before),
				what: joining.recording.what,
			});
	}

	/** Carries out; returns whether anything was written. What an earlier round told is not told again. */
	async #apply(
		steps: readonly Step[],
		targets: Targets,
		told: Map<string, ChangeResult>,
	): Promise<boolean> {
		const { report } = this.run;
		let wrote = false;
		await carryOut(steps, {
			...this.run,
			what: "namespaces",
			replan: (change, current) => this.#again(change, current, targets),
			onResult: (result, preview) => {
				wrote ||= isWritten(result.action);
				const earlier = told.get(result.namespace);
				if (earlier !== undefined && !isNews(result, earlier)) return;
				told.set(result.namespace, result);
				report.add(result, preview, earlier);
			},
		});
		return wrote;
	}

	/** Plans again, from the source as it is now. Of a namespace that was made again what is there is somebody else's. */
	async #again(
		change: Change,
		current: PullSecret | undefined,
		targets: Targets,
	): Promise<Change | Failure | undefined> {
		if (!("desired" in change)) return undefined;
		if ((await this.#readSource()) === undefined)
			return sourceGone(this.#source);
		const { namespace } = targetOf(change);
		const why = this.#spoiled ?? (await this.#whyNotAnyMore(namespace));
		if (why !== undefined) return why;
		const { copyLabels } = this.policy;
		const desired = desiredCopy(this.#source, namespace, copyLabels);
		return this.#planOne(current, desired, targets.named.has(namespace));
	}

	/** Why a namespace that was a target a moment ago is none; undefined: it is one, as far as can be seen. */
	async #whyNotAnyMore(namespace: string): Promise<Failure | undefined> {
		const now = await readNamespace(this.run.cluster, namespace);
		if (now === "unknown") return undefined;
		const standing = standingOf(this.#meant, namespace, now);
		return standing === undefined
			? { cause: "changed-meanwhile" }
			: whyNot(standing, now, this.#source);
	}

	/** Where copies go, as a record says it: what is written once stands in none. */
	get #meant(): SourceRecord {
		const { selected, once } = this.scope;
		return selected && once
			? mergeSelection(EMPTY_RECORD, selected.record)
			: this.#recorded;
	}
}

/** What was named, and is not there: then --prune takes nothing away. */
export function missingOf({ selected }: Scope): string[] {
	return (selected?.targets.settled ?? []).flatMap((result) =>
		result.why?.cause === "namespace-missing" ? result.namespace : [],
	);
}

/** Those of some Secrets that say that they are copies of a source, sorted. What says so is not believed. */
export function claimantsOf(
	source: PullSecret,
	secrets: readonly PullSecret[],
): PullSecret[] {
	return secrets
		.filter((secret) => isCopyOf(secret, sourceRef(source)))
		.toSorted(byNamespace);
}

/** Why a source is copied nowhere; undefined where it is. */
export function spoiledBy(source: PullSecret): SpoiledSource | undefined {
	const fault = copyFault(source.content);
	if (fault === undefined) return undefined;
	return fault.kind === "empty"
		? { cause: "secret-empty", secret: placeOf(source) }
		: {
				cause: "secret-malformed",
				from: sourceRef(source),
				error: fault.error,
				script: Fixes.of(source).check(),
			};
}

/** Whether a later round found something else than what was told. */
function isNews(result: ChangeResult, earlier: ChangeResult): boolean {
	return (
		outcomeOf(result) !== outcomeOf(earlier) &&
		!(result.action === "unchanged" && isWritten(earlier.action))
	);
}

function outcomeOf({ action, why }: ChangeResult): string {
	return isWritten(action) ? "written" : (why?.cause ?? action);
}
