import { tell, tellError } from "./actions/tell.ts";
import { outcomeOf, type Prepared } from "./command.ts";
import { commandContextOf } from "./core/command-context.ts";
import { contextsMeant } from "./core/command-line/context-patterns.ts";
import type { Document, Outcome } from "./core/document.ts";
import { groupsBy } from "./core/groups.ts";
import { type ContextPart, mergeDocuments } from "./core/merge-documents.ts";
import { type CommandContext, scriptKey } from "./core/output/shell.ts";
import {
	AbortedError,
	EXIT,
	NoClusterError,
	UsageError,
	unlessAborted,
} from "./errors.ts";
import type { ContextChoice } from "./flags/contexts.ts";
import { Printer, type Write } from "./printer.ts";
import { failureLine } from "./report/failure.ts";
import { isStructured } from "./report/render.ts";
import { Sections } from "./sections.ts";
import { divertedTo, shown } from "./terminal.ts";
import type { ConnectionFlags, Outside, World } from "./world.ts";

interface InContext {
	readonly context: string;
	/** Of the cluster that was connected to last. */
	readonly commandContext: CommandContext;
	readonly outcome: Outcome;
}

/** Runs another command line; resolves with its exit status. */
export type RunAgain = (
	argv: readonly string[],
	connection: ConnectionFlags,
	outside: Outside,
) => Promise<number>;

/**
 * Asks once, then does the same work in several contexts at once; one that fails does not hold up
 * the others. The exit status is that of the worst. Throws the interrupt, and a UsageError that is
 * the same for all.
 */
export async function runInContexts(
	prepared: Prepared,
	choice: ContextChoice,
	outside: Outside,
	run: RunAgain,
): Promise<number> {
	const { look } = prepared;
	const { streams } = outside;
	const main = new Printer(outside, look);
	const known = await outside.kubeconfigNames(choice.kubeconfig);
	const { contexts, twins } = contextsMeant(choice.patterns, known);
	for (const [twin, context] of twins)
		tell(main, { cause: "context-twin", twin, context });
	const asked = new Map<string, CommandContext>();
	const asking = prepared.ask({
		...outside,
		connect(flags, apart) {
			const there = { context: contexts[0] ?? "", ...flags };
			asked.set(there.context, commandContextOf(there, outside.env));
			return outside.connect(there, apart);
		},
		contexts,
		emit: (event) => main.emit(event),
		again: (argv, connection) => run(argv, connection, outside),
	});
	const work = await asking.catch((error: unknown) => {
		if (error instanceof NoClusterError) return error;
		throw error;
	});
	const structured = isStructured(look) && !look.watch;
	const sections = new Sections(streams, contexts, {
		headings: !isStructured(look) && look.output !== "name",
		live: look.watch ?? false,
	});
	const inContext = async (
		context: string,
		index: number,
	): Promise<InContext> => {
		const write = sections.write(index);
		const printer = new Printer(outside, look, write);
		let commandContext =
			asked.get(context) ?? commandContextOf({ context }, outside.env);
		const world: World = {
			...outside,
			streams: {
				...streams,
				// Two that never end would ask at the same time.
				interactive: streams.interactive && !look.watch,
				animated: false,
			},
			connect(flags, apart) {
				const there = { ...flags, context };
				commandContext = commandContextOf(there, outside.env);
				const err = divertedTo(
					(text) => write("err", shown(text, {})),
					streams.err,
				);
				return outside.connect(there, { err, ...apart });
			},
			async prompter() {
				await unlessAborted(sections.turn(index), outside.interrupt);
				return outside.prompter();
			},
			emit: (event) => printer.emit(event, commandContext),
			again: (argv, connection) =>
				run(argv, connection, {
					...outside,
					streams: sectioned(streams, write),
				}),
		};
		try {
			const { ended: early, ...left } = await outcomeOf(
				work instanceof NoClusterError
					? Promise.reject(work.failures.get(context))
					: work(world),
			);
			// Once interrupted, whatever it throws is that.
			const { aborted, reason } = outside.interrupt;
			const ended = aborted && early ? { error: reason } : early;
			const outcome = { ...left, ...(ended && { ended }) };
			await printer.show(
				withoutNext(outcome.document),
				structured ? "err" : undefined,
			);
			const error = ended?.error;
			// What is wrong with the command line may be the same for all: known in the end.
			if (
				ended &&
				!(error instanceof AbortedError || error instanceof UsageError)
			)
				printer.fail(error, commandContext);
			return { context, commandContext, outcome };
		} finally {
			sections.done(index);
		}
	};
	const outcomes = await Promise.all(contexts.map(inContext));
	sayUsage(outcomes, main);
	if (structured) {
		const merged = mergedOf(outcomes, prepared);
		if (merged !== undefined) await main.show(merged, "out");
	} else
		for (const document of nextDocuments(outcomes, choice, outside.env))
			await main.show(document);
	return statusOf(outcomes, main);
}

/** One document of all of them, with what failed in it; undefined where there is nothing to print. */
export function mergedOf(
	outcomes: readonly InContext[],
	{ documentKind }: Pick<Prepared, "documentKind">,
): Document | undefined {
	const parts = outcomes.map(
		({
			context,
			commandContext,
			outcome: { document, ended },
		}): ContextPart => ({
			context,
			commandContext,
			document,
			...(ended && {
				failure: failureLine(ended.error, commandContext),
				error: ended.error,
			}),
		}),
	);
	const isItem = documentKind !== "nothing";
	return parts.some(
		({ document, error }) =>
			document.kind !== "nothing" || (isItem && error !== undefined),
	)
		? mergeDocuments(parts, documentKind)
		: undefined;
}

/** The streams, with what is printed in a section of its own. */
function sectioned(
	streams: Outside["streams"],
	write: Write,
): Outside["streams"] {
	const to = (stream: "out" | "err") =>
		divertedTo((text) => write(stream, text), streams[stream]);
	return {
		...streams,
		animated: false,
		out: to("out"),
		err: to("err"),
	};
}

/** Throws what is wrong with the command line where all say the same, else prints it. */
function sayUsage(outcomes: readonly InContext[], printer: Printer): void {
	const wrong = outcomes.flatMap(({ context, outcome: { ended } }) =>
		ended?.error instanceof UsageError ? [{ context, error: ended.error }] : [],
	);
	const [first] = wrong;
	if (
		first !== undefined &&
		wrong.length === outcomes.length &&
		wrong.every(({ error }) => error.message === first.error.message)
	)
		throw first.error;
	for (const { context, error } of wrong)
		tell(printer, { cause: "context-refused", context, error });
}

/** What comes next is said behind all sections. */
function withoutNext(document: Document): Document {
	if (document.kind !== "changes") return document;
	const { next: _, ...rest } = document;
	return rest;
}

/** What comes next: each command once, with the contexts that it is for. */
function nextDocuments(
	outcomes: readonly InContext[],
	{ patterns, kubeconfig }: ContextChoice,
	env: Outside["env"],
): Document[] {
	const own = commandContextOf(
		kubeconfig === undefined ? {} : { kubeconfig },
		env,
	);
	const nexts = outcomes.flatMap(({ context, outcome: { document } }) =>
		document.kind === "changes" && document.next !== undefined
			? [{ context, next: document.next }]
			: [],
	);
	return groupsBy(nexts, ({ next }) => scriptKey(next)).map(
		(same): Document => {
			const [{ next }] = same;
			const contexts =
				same.length === outcomes.length
					? patterns
					: same.map(({ context }) => context);
			return {
				kind: "changes",
				clusters: [
					{
						commandContext: {
							...own,
							flags: [...own.flags, "--contexts", contexts.join(",")],
						},
						results: [],
					},
				],
				summary: false,
				next,
			};
		},
	);
}

/** The exit status, after saying where it failed. Throws the interrupt, after saying where it came. */
function statusOf(outcomes: readonly InContext[], printer: Printer): number {
	const failed: string[] = [];
	const differing: string[] = [];
	const interrupted: string[] = [];
	let interrupt: AbortedError | undefined;
	for (const { context, outcome } of outcomes)
		if (outcome.ended?.error instanceof AbortedError) {
			interrupted.push(context);
			interrupt = outcome.ended.error;
		} else if (onlyDiffers(outcome)) differing.push(context);
		else if (outcome.status !== EXIT.done || outcome.ended)
			failed.push(context);
	const of = outcomes.length;
	if (differing.length > 0)
		tell(printer, { cause: "contexts-differ", contexts: differing, of });
	if (failed.length > 0)
		tellError(printer, { cause: "contexts-failed", contexts: failed, of });
	if (interrupt === undefined)
		return failed.length + differing.length > 0 ? EXIT.failed : EXIT.done;
	tell(printer, { cause: "contexts-interrupted", contexts: interrupted, of });
	throw interrupt;
}

/** With `--diff`: something would change, and nothing failed. */
function onlyDiffers({ document, ended }: Outcome): boolean {
	return (
		document.kind === "differences" &&
		ended === undefined &&
		document.objects.length > 0 &&
		document.clusters.every(({ results }) =>
			results.every(({ action }) => action !== "failed"),
		)
	);
}
