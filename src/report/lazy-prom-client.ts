/** prom-client, for a lazy import: a chunk of its own, loaded when somebody asks for metrics. */
export { Counter, Gauge, Registry } from "prom-client";
