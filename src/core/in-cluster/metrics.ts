import type { Expiry } from "../pull-secrets/expiry.ts";
import type { CopyCounts } from "../pull-secrets/sync-state.ts";
import { displayKey } from "../registry/url.ts";
import type { Silence } from "./vitals.ts";

/** A family of samples for Prometheus. https://prometheus.io/docs/concepts/metric_types/ */
export interface Metric {
	readonly name: string;
	readonly help: string;
	readonly type: "gauge" | "counter";
	readonly samples: readonly Sample[];
}

interface Sample {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** How often each of some things happened, by what they are called. */
export class Counts {
	readonly #by = new Map<string, Sample>();

	/** One more. */
	add(labels: Readonly<Record<string, string>>): void {
		const id = JSON.stringify(labels);
		this.#by.set(id, { labels, value: (this.#by.get(id)?.value ?? 0) + 1 });
	}

	/** In the order in which they came up first. */
	get samples(): readonly Sample[] {
		return [...this.#by.values()];
	}
}

/** What is known of a watch at one moment. */
export interface WatchFacts {
	readonly version: string;
	/** Undefined before anything has been listed. */
	readonly copies: CopyCounts | undefined;
	readonly writes: Counts;
	readonly silences: readonly Silence[];
	/** `NAMESPACE/NAME`. */
	readonly source: string | undefined;
	readonly expiries: readonly Expiry[];
	readonly refreshes: Counts;
}

/** The metrics of a watch. Names and labels are a contract: alerts are written on them. */
export function metricsOf(facts: WatchFacts): Metric[] {
	const { copies, source = "" } = facts;
	return [
		{
			name: "meshreg_build_info",
			help: "The running version, as a label; always 1.",
			type: "gauge",
			samples: [{ labels: { version: facts.version }, value: 1 }],
		},
		{
			name: "meshreg_copies",
			help: "Namespaces that should have a copy, by the state of the copy.",
			type: "gauge",
			samples: Object.entries(copies ?? {}).map(([state, value]) => ({
				labels: { state },
				value,
			})),
		},
		{
			name: "meshreg_writes_total",
			help: "Writes of objects, by action and result.",
			type: "counter",
			samples: facts.writes.samples,
		},
		{
			name: "meshreg_watch_last_heard_seconds",
			help: "Seconds since anything was heard of a watch, by kind.",
			type: "gauge",
			samples: [
				...Map.groupBy(facts.silences, ({ followed }) => followed.kind),
			].map(([kind, silences]) => ({
				labels: { kind },
				value: Math.max(...silences.map(({ lasts }) => lasts)) / 1000,
			})),
		},
		{
			name: "meshreg_credential_expiry_timestamp_seconds",
			help: "When a registry's credential stops being valid, where that is known.",
			type: "gauge",
			samples: facts.expiries.map(({ key, at }) => ({
				labels: { source, registry: displayKey(key) },
				value: at / 1000,
			})),
		},
		{
			name: "meshreg_refresh_total",
			help: "Attempts to renew a credential, by registry and result.",
			type: "counter",
			samples: facts.refreshes.samples,
		},
	];
}
