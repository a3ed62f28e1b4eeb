import { OperationError } from "../../errors.ts";

/**
 * What this program knows to fail, as values; report/ words them. Texts in them are names as the
 * API server has them, or what somebody wrote: to be shown, never to be run.
 */
export type Failure = SourceFailure;

/** No source to work with. */
export type SourceFailure =
	| {
			readonly cause: "source-missing";
			readonly namespace: string;
			/** The name that was looked for. */
			readonly name: string;
			/** Secrets of other namespaces that call themselves one, as `NAMESPACE/NAME`; `hidden`: they may not be listed. */
			readonly elsewhere: readonly string[] | "hidden";
			readonly by: SourceFlag;
	  }
	| {
			readonly cause: "source-ambiguous";
			readonly namespace: string;
			readonly names: readonly string[];
	  }
	| {
			readonly cause: "not-a-source";
			readonly namespace: string;
			readonly name: string;
			readonly because:
				| { readonly is: "copy"; readonly of: string }
				| { readonly is: "type"; readonly type: string }
				| { readonly is: "unmanaged" };
	  };

/** The flag that names another place for a source. */
export type SourceFlag = "--from" | "-n";

/** A failure that ends a command. */
export class FailureError extends OperationError {
	override readonly name = "FailureError";
	constructor(readonly failure: Failure) {
		super(failure.cause);
	}
}
