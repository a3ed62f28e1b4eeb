import { inParallel } from "../../actions/in-parallel.ts";
import { type Scope, scopesOf } from "../../actions/read/read-namespaces.ts";
import type { Readable, Unread } from "../../core/check/facts.ts";
import type { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import { isFatal, isNotFound } from "../../errors.ts";
import type { Cluster, Page } from "../../world.ts";

/** Lists by kind in all namespaces or in those named, remembering what failed. */
export class Snapshot {
	readonly unread: Unread[] = [];

	constructor(
		readonly cluster: Cluster,
		readonly namespaces: readonly string[] | undefined,
		readonly reader: ContentReader,
	) {}

	/** `places`: instead of the namespaces that are checked; none: all, or of a kind that is in none. */
	async list<T>(
		what: Readable,
		pages: (scope: Scope) => AsyncIterable<Page<T>>,
		keep: (item: T) => void,
		places = this.namespaces ?? [],
	): Promise<void> {
		await Promise.all(
			scopesOf(places).map((scope) =>
				this.attempt(what, scope.namespace ?? "", async () => {
					for await (const { items } of pages(scope)) items.forEach(keep);
				}),
			),
		);
	}

	missed(what: Readable): boolean {
		return this.unread.some((one) => one.what === what);
	}

	/** A mistyped namespace is as empty as a new one: those where nothing was found must at least be there. */
	async missPlaces(found: readonly { namespace: string }[]): Promise<void> {
		const known = new Set(found.map(({ namespace }) => namespace));
		const silent = this.namespaces?.filter((name) => !known.has(name)) ?? [];
		await inParallel(silent, async (name) => {
			try {
				await this.cluster.read("Namespace", { name });
			} catch (error) {
				if (isFatal(error)) throw error;
				// Whoever may not look at namespaces may have nothing in this one.
				if (isNotFound(error)) this.note("namespace", name, error);
			}
		});
	}

	/** What the work gives; undefined where it could not be done, which is remembered unless it is only not there. */
	async attempt<T>(
		what: Readable,
		namespace: string,
		work: () => Promise<T>,
	): Promise<T | undefined> {
		try {
			return await work();
		} catch (error) {
			if (isFatal(error)) throw error;
			if (what === "source" && isNotFound(error)) return undefined;
			this.note(what, namespace, error);
			return undefined;
		}
	}

	note(what: Readable, namespace: string, error: unknown): void {
		this.unread.push({ what, namespace, error });
	}
}
