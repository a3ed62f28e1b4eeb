import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What was asked of a real API server, and what it answered. */
export interface Capture {
	name: string;
	request: {
		method: string;
		path: string;
		contentType?: string;
		accept?: string;
		headers?: Record<string, string>;
		/** Without a client certificate. */
		credentials?: "none";
		body?: unknown;
	};
	response: {
		status: number;
		headers: Record<string, string>;
		/** Of a watch: the list of its events. */
		body: unknown;
	};
}

/** The captures of a file of test/data, in the order in which they were taken. */
export function readCaptures(file: string): Capture[] {
	return JSON.parse(
		readFileSync(join(import.meta.dirname, "../data", file), "utf8"),
	);
}

/** Fields whose values are the server's own: one value here for each there. */
const ownValues = ["uid", "resourceVersion", "continue"];
const times = [
	"creationTimestamp",
	"deletionTimestamp",
	"time",
	"lastTransitionTime",
];

interface ReplayOptions {
	/** Others write to the server, too, so that the versions of its lists mean nothing here, and its clock runs. */
	readonly busy?: boolean | undefined;
	/** Fields, by capture, whose values are not compared. */
	readonly notCompared?: Readonly<Record<string, readonly string[]>>;
}

/** Captures sent again in their order, to a server that has values of its own. */
export class Replay {
	/** The values of the real server → the values of this one. */
	readonly mapped = new Map<string, string>();
	readonly #options: ReplayOptions;

	constructor(options: ReplayOptions = {}) {
		this.#options = options;
	}

	/** The request, with this server's values in its path. */
	request({ request }: Capture): Capture["request"] {
		const { body, path } = request;
		return {
			...request,
			path: this.#translated(path),
			...(body === undefined ? {} : { body: restored(body) }),
		};
	}

	/** What this server should have answered: the real answer with the values of `own`, its answer. */
	expected({ name, response }: Capture, own: unknown): unknown {
		const ignored = this.#options.notCompared?.[name] ?? [];
		const { busy } = this.#options;
		return this.#with(
			comparable(response.body, busy),
			comparable(own, busy),
			"",
			ignored,
		);
	}

	/** Replaces the real server's values in a request's path or in a message. */
	#translated(text: string): string {
		let result = text.replace(
			/(?<=in record \()\d+(?=\))/,
			(version) => this.mapped.get(version) ?? version,
		);
		for (const [real, own] of this.mapped)
			if (real.length > 20) result = result.replaceAll(real, own);
		return result;
	}

	#with(
		real: unknown,
		own: unknown,
		field: string,
		ignored: readonly string[],
	): unknown {
		if (ignored.includes(field)) return own;
		if (times.includes(field) && typeof real === "string")
			return isTime(own) ? own : real;
		if (ownValues.includes(field) && typeof real === "string") {
			if (typeof own === "string" && !this.mapped.has(real))
				this.mapped.set(real, own);
			return this.mapped.get(real);
		}
		if (typeof real === "string") return this.#translated(real);
		if (Array.isArray(real))
			return real.map((item, index) =>
				this.#with(
					item,
					Array.isArray(own) ? own[index] : undefined,
					field,
					ignored,
				),
			);
		if (typeof real !== "object" || real === null) return real;
		const isList = /(List|Table)$/.test(String(fieldOf(real, "kind")));
		const ignoredBelow = (key: string) =>
			this.#options.busy && isList && key === "metadata"
				? [...ignored, "resourceVersion"]
				: ignored;
		const compared = Object.fromEntries(
			Object.entries(real)
				.filter(([key]) => !ignored.includes(key) || hasField(own, key))
				.map(([key, value]) => [
					key,
					this.#with(value, fieldOf(own, key), key, ignoredBelow(key)),
				]),
		);
		// A full page goes on where others' objects follow, selected or not.
		return this.#options.busy &&
			field === "metadata" &&
			!hasField(real, "continue") &&
			hasField(own, "continue")
			? { ...compared, continue: fieldOf(own, "continue") }
			: compared;
	}
}

/**
 * A body, without what differs between versions alone (a time that is absent is null in older ones),
 * and where the clock runs, with owners in an order that no second's turn can change.
 */
export function comparable(body: unknown, busy = false): unknown {
	return JSON.parse(JSON.stringify(body), (field, value) => {
		if (field === "creationTimestamp" && value === null) return undefined;
		if (!busy || field !== "managedFields") return value;
		const nameOf = (owner: unknown) => String(fieldOf(owner, "manager"));
		return value.sort((a: unknown, b: unknown) =>
			nameOf(a).localeCompare(nameOf(b)),
		);
	});
}

const isTime = (value: unknown) =>
	/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(value));
const hasField = (value: unknown, key: string) =>
	typeof value === "object" && value !== null && key in value;
const fieldOf = (value: unknown, key: string): unknown =>
	hasField(value, key) ? (value as Record<string, unknown>)[key] : undefined;

/** The file shortens one long body to its beginning and `…`: anything above 1 MiB does. */
function restored(body: unknown): unknown {
	return JSON.parse(JSON.stringify(body), (_, value) =>
		typeof value === "string" && value.endsWith("…")
			? Buffer.alloc(1024 * 1024 + 1, "x").toString("base64")
			: value,
	);
}
