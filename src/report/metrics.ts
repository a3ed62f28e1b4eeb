import type { Metric } from "../core/in-cluster/metrics.ts";

/** Metrics in Prometheus' text format, and its media type. The library is loaded only here. */
export async function metricsText(
	metrics: readonly Metric[],
): Promise<{ readonly type: string; readonly text: string }> {
	const { Counter, Gauge, Registry } = await import("./lazy-prom-client.ts");
	const registry = new Registry();
	for (const { name, help, type, samples } of metrics) {
		// The library would give one that has no labels a 0, which an expiry that is not known is not.
		if (samples.length === 0) continue;
		const labelNames = [
			...new Set(samples.flatMap(({ labels }) => Object.keys(labels))),
		];
		const registers = [registry];
		if (type === "gauge") {
			const gauge = new Gauge({ name, help, labelNames, registers });
			for (const { labels, value } of samples) gauge.set({ ...labels }, value);
		} else {
			const counter = new Counter({ name, help, labelNames, registers });
			for (const { labels, value } of samples)
				counter.inc({ ...labels }, value);
		}
	}
	return { type: registry.contentType, text: await registry.metrics() };
}
