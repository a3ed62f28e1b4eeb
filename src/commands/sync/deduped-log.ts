import type { LogNote } from "../../core/in-cluster/log.ts";
import type { ChangeResult } from "../../core/output/result.ts";
import { failureLine } from "../../report/failure.ts";

/** Where what happens over a long time is told. */
export interface Listener {
	readonly onResult: (result: ChangeResult) => void;
	/** What is not about one object. */
	readonly onNote: (note: LogNote) => void;
	/** What failed, as a whole, and is tried again. */
	readonly onTrouble: (error: unknown) => void;
}

/** Tells what happens, and what goes on happening only once. */
export class DedupedLog {
	/** The last failure that was told, by object. */
	readonly #failures = new Map<string, string>();
	#trouble = "";

	constructor(readonly listener: Listener) {}

	/** What was done; a failure once, until something else happens to that object. */
	tell(result: ChangeResult): void {
		// An error's own fields say less than its text.
		const said = JSON.stringify([
			result.why,
			result.why !== undefined && "error" in result.why
				? String(result.why.error)
				: "",
		]);
		const id = `${result.kind} ${result.namespace}/${result.name}`;
		if (result.action !== "failed") this.#failures.delete(id);
		else if (this.#failures.get(id) === said) return;
		else this.#failures.set(id, said);
		if (result.action !== "unchanged" || result.why !== undefined)
			this.listener.onResult(result);
	}

	/** A trouble that is not one object's, once until something succeeds. */
	note(error: unknown): void {
		const line = failureLine(error);
		if (line === this.#trouble) return;
		this.#trouble = line;
		this.listener.onTrouble(error);
	}

	/** Something succeeded. */
	succeeded(): void {
		this.#trouble = "";
	}
}
