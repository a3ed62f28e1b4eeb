import type { Accounts } from "../../core/accounts/accounts.ts";
import type { EventReason, EventTopic } from "../../core/in-cluster/event.ts";
import type { LogNote } from "../../core/in-cluster/log.ts";
import { Counts, type WatchFacts } from "../../core/in-cluster/metrics.ts";
import { Vitals } from "../../core/in-cluster/vitals.ts";
import type { Place } from "../../core/output/input-failure.ts";
import { type ChangeResult, tally } from "../../core/output/result.ts";
import { expiriesOf } from "../../core/pull-secrets/expiry.ts";
import { sourceRef } from "../../core/pull-secrets/pull-secret.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import type { SyncState } from "../../core/pull-secrets/sync-state.ts";
import { displayKey } from "../../core/registry/url.ts";
import { failureLineOf } from "../../report/changes.ts";
import { logWords } from "../../report/log-words.ts";
import { VERSION } from "../../version.ts";
import type { Cluster, World } from "../../world.ts";
import type { ControllerOptions } from "./controller.ts";
import type { Listener } from "./deduped-log.ts";
import { EventWriter } from "./event-writer.ts";
import type { SourceCareOptions } from "./source-care.ts";

/** Tells what a watch does wherever somebody looks: in its log, its metrics, its health, and Events. */
export class WatchLog {
	readonly vitals = new Vitals();
	/** The source, once it is found: Events about its credentials stand on it. */
	source: SourceRef | undefined;
	/** What is known of the cluster; undefined before a controller begins. */
	state: SyncState | undefined;
	/** Undefined where none is attached. */
	#accounts: Accounts | undefined;
	readonly #counts = tally([]);
	readonly #writes = new Counts();
	readonly #refreshes = new Counts();
	readonly #events: EventWriter;

	constructor(
		cluster: Pick<Cluster, "create">,
		readonly world: Pick<World, "clock" | "emit">,
	) {
		this.#events = new EventWriter(cluster, world.clock);
	}

	/** What a controller and the care of the source tell. */
	readonly listener: Listener &
		Required<Pick<ControllerOptions, "heard" | "begun">> &
		Pick<SourceCareOptions, "onRefresh"> = {
		onNote: (note) => {
			this.world.emit({ type: "log", note });
			const reason = REASONS[note.event];
			const { message } = logWords(note);
			if (note.event === "undone")
				this.#tellOf({ ...note.place, kind: note.kind }, message);
			else if (reason !== undefined) this.#tell(undefined, reason, message);
		},
		onResult: (result) => {
			this.#counts[result.action] += 1;
			const { action } = result;
			// What was to be done is not in the result of what failed.
			this.#writes.add(
				action === "failed"
					? { action: "write", result: "failed" }
					: { action, result: "done" },
			);
			this.world.emit({ type: "change", result });
			if (action === "failed") this.#tellOf(result, failureLineOf(result));
		},
		onTrouble: (error) => this.world.emit({ type: "trouble", error }),
		onRefresh: (key, result) =>
			this.#refreshes.add({ registry: displayKey(key), result }),
		heard: (what) => this.vitals.heard(what, this.world.clock.elapsed()),
		begun: (state, accounts) => {
			this.state = state;
			this.#accounts = accounts;
		},
	};

	facts(): WatchFacts {
		const source = this.state?.source;
		return {
			version: VERSION,
			copies: this.state?.counts,
			writes: this.#writes,
			refreshes: this.#refreshes,
			silences: this.vitals.silences(this.world.clock.elapsed()),
			source: source && sourceRef(source),
			expiries: source === undefined ? [] : expiriesOf(source),
		};
	}

	/** The first pass is over, and what comes of it was told. */
	synced(results: readonly ChangeResult[]): void {
		this.#logUnlessQuiet({ level: "info", event: "synced", results });
		this.#logUnlessQuiet({ level: "info", event: "watching" });
	}

	stopped(): void {
		this.#logUnlessQuiet({
			level: "info",
			event: "stopped",
			counts: this.#counts,
		});
	}

	done(): Promise<void> {
		return this.#events.done();
	}

	/** An Event; `topic` undefined: about the source. */
	#tell(
		topic: EventTopic | undefined,
		reason: EventReason,
		message: string,
	): void {
		const source = this.source && {
			kind: "Secret" as const,
			...this.source,
			uid: this.state?.source?.uid ?? "",
		};
		const about = topic ?? source;
		if (about !== undefined) this.#events.tell(about, reason, message);
	}

	/** The Event about what cannot be made right, in its namespace; about a policy, which has none, on the source. */
	#tellOf(
		{ kind, namespace, name }: Pick<ChangeResult, "kind" | keyof Place>,
		message: string,
	): void {
		const topic = { namespace, name };
		if (kind === "Secret") {
			const uid = this.state?.known(namespace)?.uid ?? "";
			this.#tell({ ...topic, kind, uid }, "CopyFailed", message);
		} else if (kind === "ServiceAccount") {
			// By it `kubectl describe` finds what is about an object.
			const uid = this.#accounts?.uidOf(namespace, name) ?? "";
			this.#tell({ ...topic, kind, uid }, "AttachFailed", message);
		} else this.#tell(undefined, "AttachFailed", message);
	}

	#logUnlessQuiet(note: LogNote): void {
		this.world.emit({ type: "log", note, unlessQuiet: true });
	}
}

/** Of these notes an Event stands on the source as well. */
const REASONS: Partial<Record<LogNote["event"], EventReason>> = {
	"credential-expiring": "CredentialExpiring",
	"credential-refreshed": "CredentialRefreshed",
	"credential-refresh-failed": "CredentialRefreshFailed",
	"credential-rejected": "CredentialRejected",
};
