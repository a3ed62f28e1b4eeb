import { type ContextItem, listNames, listTable } from "../../report/keys.ts";
import { json, yaml } from "../../report/structured.ts";
import type { World } from "../../world.ts";

/** The formats of `list -o`. */
export const LIST_FORMATS = ["json", "name", "wide", "yaml"] as const;

/** How pull secrets are to be shown. */
export interface ListFormat {
	readonly headers: boolean;
	readonly output: (typeof LIST_FORMATS)[number] | undefined;
}

/** A context that could not be listed, as `-o json|yaml` says it beside the items. */
export interface Failure {
	readonly context: string;
	/** The line on stderr. */
	readonly reason: string;
}

/** Shows pull secrets, all at once or as they change. */
export class ListReport {
	/** Of the table so far; none: nothing of it has been printed. */
	readonly #widths: number[] = [];

	constructor(
		readonly look: ListFormat,
		/** Those that were asked for; none: all. */
		readonly namespaces: readonly string[],
		readonly world: Pick<World, "clock" | "streams">,
	) {}

	/** The whole list. */
	async all(
		items: readonly ContextItem[],
		failures: readonly Failure[],
	): Promise<void> {
		const { out } = this.world.streams;
		const { output } = this.look;
		const document = { items, ...(failures.length > 0 && { failures }) };
		if (output === "json") out.write(json(document));
		else if (output === "yaml") out.write(await yaml(document));
		else this.#lines(items);
	}

	/** Those that are new or have changed: a line each, in JSON as well. */
	news(items: readonly ContextItem[]): void {
		const { out } = this.world.streams;
		if (this.look.output === "json")
			for (const item of items) out.write(`${JSON.stringify(item)}\n`);
		else this.#lines(items);
	}

	#lines(items: readonly ContextItem[]): void {
		const { out, err } = this.world.streams;
		const { output, headers } = this.look;
		if (items.length === 0) err.write(this.#nothing());
		else if (output === "name") out.write(listNames(items));
		else {
			const look = {
				now: this.world.clock.now(),
				wide: output === "wide",
				headers: headers && this.#widths.length === 0,
			};
			out.write(listTable(items, look, this.#widths));
		}
	}

	#nothing(): string {
		const [only, ...others] = this.namespaces;
		// Only this one has a full stop with kubectl.
		return only !== undefined && others.length === 0
			? `No resources found in ${only} namespace.\n`
			: "No resources found\n";
	}
}
