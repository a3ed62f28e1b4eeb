import { tell } from "./actions/tell.ts";
import type { CommandHelp, Given } from "./core/command-line/flag.ts";
import type { Document, Outcome } from "./core/document.ts";
import type { Look } from "./core/output/look.ts";
import { EXIT } from "./errors.ts";
import {
	CONTEXTS_FLAG,
	type ContextChoice,
	contextsOf,
	type Env,
} from "./flags.ts";
import type { World } from "./world.ts";

/** A command whose options have been read. */
export interface Prepared {
	/** How its result is to be shown: those of its options that say so. */
	readonly look: Look;
	/** The contexts that it is to work in; undefined: in one, kubectl's own. */
	readonly contexts: ContextChoice | undefined;
	/** What it leaves behind; for one that fails before it has anything. */
	readonly documentKind: Document["kind"];
	/** Asks what the person has to say for all clusters, once; the work that follows is done in each. */
	ask(world: World): Promise<(world: World) => Promise<Outcome>>;
}

/** A verb: what it shows in help, and how its command line becomes something to run. */
export interface Command extends CommandHelp {
	/** Throws UsageError; touches nothing outside. */
	prepare(given: Given, env: Env): Prepared;
}

/** What `ask` returns where the person wants nothing to be done, which is then said. */
export const CANCELLED = "cancelled";

/** What is left where there is nothing to show. */
export const NOTHING = { kind: "nothing" } as const;

/** What comes of work, also where it throws. */
export function outcomeOf(work: Promise<Outcome>): Promise<Outcome> {
	return work.catch((error: unknown) => ({
		status: EXIT.failed,
		document: NOTHING,
		ended: { error },
	}));
}

/** What a command is before it does anything: its help, its flags, and what a command line of it says. */
export interface Definition<Options> extends CommandHelp {
	/** Reads strings once, at the edge. Throws UsageError; touches nothing outside. */
	options(given: Given, env: Env): Options;
	/**
	 * What it leaves behind, as a document with an item for what fails before there is any other. `objects`: changes,
	 * and with --dry-run=client objects to be applied, of which a failure is none.
	 */
	readonly leaves?: Document["kind"];
	/** It also works in several clusters (`--contexts`), and leaves that behind in each. */
	readonly inContexts?: true;
}

/** A definition, whose options are what it reads. */
export function define<Options extends object>(
	definition: Definition<Options>,
): Definition<Options> {
	return definition;
}

/** What a command line of such a definition says. */
export type OptionsOf<Of> =
	Of extends Definition<infer Options> ? Options : never;

/** What a command does: a module of its own, so that help and completion load none, and each command its own alone. */
interface Work<Options, Asked> {
	/** What is asked, and verified, once, however many clusters there are. */
	ask?(options: Options, world: World): Promise<Asked | typeof CANCELLED>;
	/** `asked`: what `ask` returned, if there is one. */
	run(options: Options, world: World, asked: Asked): Promise<Outcome>;
}

/** What a verb does in one cluster. Throws FailureError, and what the cluster throws. */
export type RunOf<Options, Asked = undefined> = Work<Options, Asked>["run"];

/** What `ask` hands on to `run`. */
export type Asked<Ask extends (...all: never[]) => unknown> = Exclude<
	Awaited<ReturnType<Ask>>,
	typeof CANCELLED
>;

/** Joins a command to its work, which sees only typed options and the world. */
export function command<Options extends object, Asked = undefined>(
	definition: Definition<Options>,
	work: () => Promise<Work<Options, Asked>>,
): Command {
	const { inContexts, leaves = "nothing" } = definition;
	return {
		...definition,
		flags: inContexts ? [CONTEXTS_FLAG, ...definition.flags] : definition.flags,
		prepare(given, env) {
			const options = definition.options(given, env);
			const look: Look = { ...options };
			const documentKind =
				leaves !== "objects"
					? leaves
					: look.dryRun === "client"
						? "nothing"
						: "changes";
			return {
				look,
				contexts: inContexts && contextsOf(given),
				documentKind,
				async ask(world) {
					const { ask, run } = await work();
					const asked = await ask?.(options, world);
					if (asked !== CANCELLED)
						return (own) => run(options, own, asked as Asked);
					tell(world, { cause: "cancelled" });
					return async () => ({
						status: EXIT.done,
						// `-o json` has a result where nothing was done, too.
						document:
							documentKind === "changes"
								? { kind: "changes", clusters: [], summary: false }
								: NOTHING,
					});
				},
			};
		},
	};
}
