import {
	AbortedError,
	ApiError,
	ConnectionError,
	isForbidden,
	isNamespaceMissing,
	isNamespaceTerminating,
	OperationError,
} from "../../errors.ts";
import type { Causes, None } from "../cases.ts";
import type { ConnectionFailure } from "./connection-failure.ts";
import type { FileFault } from "./file-fault.ts";
import type { InputFailure, Place } from "./input-failure.ts";
import type { OutsideFailure } from "./outside-failure.ts";
import type { Remedy } from "./shell.ts";

/**
 * What this program knows to fail, or to leave undone, as values; report/ words them. Texts in them
 * are names as the API server has them, or what somebody wrote: to be shown, never to be run. `script`: what to
 * run about it.
 */
export type Failure = CommandFailure | ChangeFailure;

/** One that says itself what it is about, and so may end a command. */
export type CommandFailure =
	| ConnectionFailure
	| InputFailure
	| OutsideFailure
	| SourceFailure
	| Causes<{
			// The record of a source does not say where it was sent, or cannot be made to.
			"record-invalid": { source: Place; fault: RecordFault };
			/** Nobody knows where it was sent: it was made by hand, restored, or by an older version. */
			"record-missing": { source: Place };
			"record-too-large": { source: Place; bytes: number; limit: number };
			/** The user may only read the source. */
			"record-forbidden": Recording & { source: Place };
			/** `manager`: of the field manager. */
			"record-kept-by-other": Recording & { source: Place; manager: string };
			/** Others wrote it again and again while copies were made of it. */
			"source-keeps-changing": { source: Place };
			// The registries of a source cannot be edited as they were to be. `key`: as in `auths`.
			/** There with another credential; `as`: under another key that counts as the same. */
			"registry-present": {
				source: Place;
				key: string;
				as?: string;
				script: Remedy;
			};
			/** `registry`: as the command line names it; undefined: it may be something that was pasted by mistake. */
			"registry-absent": {
				source: Place;
				registry: string | undefined;
				has: Names;
				script?: Remedy;
			};
			"registries-all": { source: Place; keys: Names; script: Remedy };
			"edit-absent": { source: Place; script: Remedy };
			"edit-unmanaged": { source: Place; type: string; byForce: boolean };
			/** Of the older type, in which other registries stand elsewhere. */
			"others-lost": { source: Place };
			"edit-copy": { source: Place; of: string };
			/** The user was to stay, and is another here; both as they may be shown. */
			"user-differs": {
				source: Place;
				key: string;
				user: string;
				entered: string;
			};
			"credentials-differ": { key: string };
			/** It was created with this label, `KEY=VALUE`, and another is asked for. */
			"label-stays": {
				source: Place;
				label: string;
				flag: "--label" | "--copy-label";
			};
			"edit-unreadable": { source: Place; problem: FileFault; script: Remedy };
			// Pods cannot be let pull by an admission policy.
			"policy-unsupported": None;
			"policy-forbidden": {
				missing: readonly Readonly<Record<"verb" | "resource", string>>[];
			};
			/** Somebody else made one of that name. */
			"policy-of-another": { kind: string; name: string };
			/** Accounts whose pods the API server would then refuse. */
			"policy-refuses": { secret: string; accounts: readonly Place[] };
			/** What was to be applied has fields that others have changed since. `namespace` undefined: it is in none. */
			"edited-by-others": {
				kind: string;
				name: string;
				namespace: string | undefined;
				error: ApiError;
			};
			/** They stand in the way of role bindings that are to be made, or give others the roles of these. */
			"bindings-of-others": { bindings: readonly Place[] };
			/** It would let no pod pull. */
			"policy-empty": {
				source: Place;
				because: "record" | "registries" | "patterns";
			};
			/** While a question was open about it. */
			"namespace-replaced": { namespaces: Names };
			unreachable: { error: ConnectionError };
			interrupted: { error: AbortedError };
			error: { error: unknown };
			/** The API server's answer. */
			forbidden: Refusal;
			invalid: Refusal;
			conflict: Refusal;
			"not-found": Refusal;
			"server-error": Refusal;
	  }>;

type Names = readonly string[];

/** A source of which no copy would serve a pull. */
export type SpoiledSource = Extract<
	CommandFailure,
	{ cause: "secret-empty" | "secret-malformed" }
>;

/** Why a change of one object was not made, or only in part: it is worded with that object. */
export type ChangeFailure =
	| Obstacle
	| Causes<{
			/** `creatable`: a flag of the command would have created it. */
			"namespace-missing": { creatable?: true };
			"namespace-terminating": None;
			"namespace-skipped": None;
			/** `source`: of the copy; `attach`: accounts that the record has there, which went with it; `*` is all. */
			"namespace-made-again": { source: Place; attach: Names };
			/** Recorded with a uid, which this user may not read. */
			"namespace-unverified": { source: Place };
			/** Copies that work stay as they are until the source does again. */
			"source-spoiled": { because: SpoiledSource };
			"changed-meanwhile": None;
			/** The API server took the write, and stores other content. */
			undone: None;
			/** It cannot be replaced: a deletion would wait for them. */
			finalizers: { finalizers: Names };
			/** Deleted, and neither its replacement nor itself could be created again. */
			lost: {
				/** The deletion was not answered. */
				perhaps?: true;
				/** The path of a file that only the user can read; undefined: it could not be written. */
				keptIn: string | undefined;
				refusal: OperationError | AbortedError;
			};
			/** The record attaches a service account that is not there. */
			"account-missing": None;
			/** A service account references the pull secret, but attach did not add it. */
			"not-attached-by-us": None;
	  }>;

interface Refusal {
	readonly error: ApiError;
	/** `-n` may name a namespace where it is allowed. */
	readonly elsewhere?: true;
}

/** The `cause` of a failure, in `-o json`: stable, for scripts. `docs/json.md` says what each means. */
export type Cause = Failure["cause"];

/** No source to work with. */
export type SourceFailure = Causes<{
	/** `elsewhere`: Secrets that call themselves one, as `NAMESPACE/NAME`; `hidden`: they may not be listed. */
	"source-missing": Place & { elsewhere: Names | "hidden"; by: SourceFlag };
	"source-ambiguous": { namespace: string; names: Names; shown: SourceName };
	"not-a-source": Place & {
		because:
			| { readonly is: "copy"; readonly of: string }
			| { readonly is: "type"; readonly type: string }
			| { readonly is: "terminating" }
			| { readonly is: "unmanaged" }
			/** Something else keeps it as it is: our label would not last there, or be refused. */
			| { readonly is: "managed"; readonly manager: string };
	};
}>;

/** How a command line names a source: by its operand, or where operands are something else. */
export type SourceName = "NAME" | "--secret";

/** The flag that names another place for a source. */
export type SourceFlag = "--from" | "-n";

/** What is to be written to a record. */
export interface Recording {
	/** As for a person: `app`, `all namespaces`. */
	readonly what: string;
	readonly takesOut?: true;
	/** The command has no `--once` itself, or not beside what else it was told. */
	readonly onceInSync?: true;
}

/** Why a record cannot be read. */
export interface RecordFault {
	/** Of the entry, counted from 1; 0: the whole. */
	readonly entry: number;
	readonly because:
		| "not-json"
		| "said-twice"
		| "two-uids"
		| "not-a-list"
		| "not-an-entry"
		| "unknown-field"
		| "no-selection"
		| "several-selections"
		| "namespaces"
		| "selector"
		| "all"
		| "injected"
		| "exclude"
		| "attach";
	/** The field's name where it is unknown, free text; the namespace's where it has two uids. */
	readonly field?: string;
}

/** What stands in the way of writing one Secret. */
export type Obstacle = Causes<{
	/**
	 * `equal`: it has the content that a copy was to have. `differs`: where only equal content is taken over, the
	 * registries that keep it from that.
	 */
	unmanaged: InPlaceOf & { type: string; equal: boolean; differs?: Names };
	/** An owner, Helm, Argo CD, Flux or whoever its managed-by label names; free text. */
	"managed-by-other": { manager: string };
	/** `named`: with -n, so that --force would do. */
	"is-source": { named: boolean };
	"copy-of-another": InPlaceOf & { source: string };
	differs: None;
	/** Immutable, or of another type; the command that recreates it once somebody agrees: `this`, or another verb. */
	immutable: { recreatedBy: "this" | "rotate" | "sync" };
	terminating: None;
}>;

/** What stands where a source was to be is taken over by the command itself; where a copy was, by sync. */
interface InPlaceOf {
	readonly of?: "source";
}

/** A failure that is thrown; report/failure-words.ts words it. */
export class FailureError extends OperationError {
	override readonly name = "FailureError";
	constructor(readonly failure: CommandFailure) {
		super(failure.cause);
	}
}

/** Whether that is why. */
export function isFailure(
	error: unknown,
	cause: Failure["cause"],
): error is FailureError {
	return error instanceof FailureError && error.failure.cause === cause;
}

/** The error from outside that it was; undefined for a failure of ours. */
export function errorIn(why: Failure | undefined): unknown {
	return why && "error" in why ? why.error : undefined;
}

/** What was thrown; where this user is refused it, with the hint that `-n` may name a namespace where they are not. */
export function orElsewhere(error: unknown): unknown {
	return isForbidden(error)
		? new FailureError({ cause: "forbidden", error, elsewhere: true })
		: error;
}

/** What an error that befell one object, or a whole cluster, comes to. */
export function failureOf(error: unknown): Failure {
	if (error instanceof FailureError) return error.failure;
	if (isNamespaceMissing(error)) return { cause: "namespace-missing" };
	if (isNamespaceTerminating(error)) return { cause: "namespace-terminating" };
	if (error instanceof ConnectionError) return { cause: "unreachable", error };
	if (error instanceof AbortedError) return { cause: "interrupted", error };
	if (!(error instanceof ApiError)) return { cause: "error", error };
	return { cause: BY_STATUS[error.status] ?? "server-error", error };
}

const BY_STATUS: Readonly<
	Record<number, "forbidden" | "not-found" | "conflict" | "invalid">
> = {
	400: "invalid",
	403: "forbidden",
	404: "not-found",
	409: "conflict",
	422: "invalid",
};
