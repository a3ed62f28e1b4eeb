import { contextsMeant } from "../../core/command-line/context-patterns.ts";
import { contextFlagsOf } from "../../core/output/context-flags.ts";
import { AbortedError, EXIT, UsageError } from "../../errors.ts";
import { failureLine } from "../../report/failure.ts";
import { type ContextDocument, joined } from "../../report/joined.ts";
import { json, yaml } from "../../report/structured.ts";
import type { Output, World } from "../../world.ts";
import { collecting, OutputGate, tagged } from "./context-outputs.ts";
import { SharedPrompter } from "./shared-prompter.ts";

/** Which contexts, of which kubeconfig (undefined: kubectl's). */
export interface ContextChoice {
	readonly patterns: readonly string[];
	readonly kubeconfig: string | undefined;
}

/** What came of the work in one context. */
export type InContext<T> =
	| { readonly context: string; readonly value: T }
	| { readonly context: string; readonly error: unknown }
	| { readonly context: string; readonly interrupt: AbortedError };

/**
 * Does the same work in several contexts at once; one that fails does not hold up the others.
 * Each gets a world of its own: it connects to that context, and what it prints, line by line,
 * says which context it is about; `untagged` is standard output without that. A failure is printed
 * when it happens; an interrupt is left to `statusOf`. Throws a UsageError that is the same for all.
 */
export async function inContexts<T>(
	choice: ContextChoice,
	world: World,
	work: (
		world: World,
		here: { readonly context: string; readonly untagged: Output },
	) => Promise<T>,
): Promise<InContext<T>[]> {
	const known = await world.kubeconfigNames(choice.kubeconfig);
	const contexts = contextsMeant(choice.patterns, known.context);
	const hush = new OutputGate();
	const shared = new SharedPrompter(() => world.prompter(), hush);
	const streams = {
		out: hush.over(world.streams.out),
		err: hush.over(world.streams.err),
	};
	let input: Promise<Buffer> | undefined;
	const outcomes = await Promise.all(
		contexts.map(async (context): Promise<InContext<T>> => {
			const out = tagged(streams.out, context);
			const err = tagged(streams.err, context);
			const prompter = shared.for(context);
			let contextFlags: readonly string[] = [];
			try {
				const own: World = {
					...world,
					streams: {
						out,
						err,
						inputIsTerminal: world.streams.inputIsTerminal,
						interactive: world.streams.interactive,
						animated: false,
						readInput: (limit) => {
							input ??= world.streams.readInput(limit);
							return input;
						},
					},
					connect: (flags, apart) => {
						const there = { ...flags, context };
						contextFlags = contextFlagsOf(there);
						return world.connect(there, { err, ...apart });
					},
					prompter: async () => prompter,
				};
				return {
					context,
					value: await work(own, { context, untagged: streams.out }),
				};
			} catch (caught) {
				const error = world.interrupt.aborted ? world.interrupt.reason : caught;
				if (error instanceof AbortedError) return { context, interrupt: error };
				// What is wrong with the command line may be the same for all: known in the end.
				if (!(error instanceof UsageError))
					err.write(`${failureLine(error, contextFlags)}\n`);
				return { context, error };
			} finally {
				out.end();
				err.end();
			}
		}),
	);
	sayUsage(outcomes, streams.err);
	return outcomes;
}

/** Throws what is wrong with the command line where all say the same, else prints it. */
function sayUsage(outcomes: readonly InContext<unknown>[], err: Output): void {
	const wrong = outcomes.flatMap((outcome) =>
		"error" in outcome && outcome.error instanceof UsageError
			? [{ context: outcome.context, error: outcome.error }]
			: [],
	);
	const [first] = wrong;
	if (
		first !== undefined &&
		wrong.length === outcomes.length &&
		wrong.every(({ error }) => error.message === first.error.message)
	)
		throw first.error;
	for (const { context, error } of wrong)
		err.write(`${context}: ${failureLine(error)}\n`);
}

/**
 * How a command's output is put together: with the context before each line, as it is, or as one
 * document from those of all.
 */
export type Joining = "tagged" | "raw" | "json" | "yaml";

/** Runs a command in several contexts; its exit status is that of the worst. Throws the interrupt. */
export async function overContexts(
	choice: ContextChoice,
	joining: Joining,
	world: World,
	run: (world: World) => Promise<number>,
): Promise<number> {
	const { out, err } = world.streams;
	/** What was printed to be joined, by context, also where it ended with a failure. */
	const printed = new Map<string, string>();
	const outcomes = await inContexts(
		choice,
		world,
		async (own, { untagged, context }) => {
			if (joining === "tagged") return { status: await run(own) };
			const kept = collecting(out);
			const mine = joining === "raw" ? untagged : kept;
			const streams = { ...own.streams, out: mine };
			try {
				return { status: await run({ ...own, streams }) };
			} finally {
				printed.set(context, kept.text());
			}
		},
	);
	const documents: ContextDocument[] = [];
	for (const outcome of outcomes) {
		const { context } = outcome;
		const text = printed.get(context) ?? "";
		documents.push({
			context,
			...(text !== "" && { value: await parsed(text, joining) }),
			...(!("value" in outcome) && { failure: failureOf(outcome) }),
		});
	}
	const value = joined(documents);
	if (value !== undefined)
		out.write(joining === "json" ? json(value) : await yaml(value));
	return statusOf(outcomes, err);
}

/** The exit status, after saying where it failed. Throws the interrupt, after saying where it came. */
export function statusOf(
	outcomes: readonly InContext<{ readonly status: number }>[],
	err: Output,
): number {
	const failed: string[] = [];
	const interrupted: string[] = [];
	let interrupt: AbortedError | undefined;
	for (const outcome of outcomes)
		if ("interrupt" in outcome) {
			interrupted.push(outcome.context);
			interrupt = outcome.interrupt;
		} else if ("error" in outcome || outcome.value.status !== EXIT.done)
			failed.push(outcome.context);
	const some = (names: readonly string[], what: string) =>
		`${names.length} of ${outcomes.length} contexts${what}: ${names.join(", ")}\n`;
	if (failed.length > 0) err.write(`error: ${some(failed, " failed")}`);
	if (interrupt === undefined)
		return failed.length > 0 ? EXIT.failed : EXIT.done;
	err.write(`interrupted in ${some(interrupted, "")}`);
	throw interrupt;
}

/** Why there is no value, as one line. */
export function failureOf(
	outcome: Exclude<InContext<unknown>, { readonly value: unknown }>,
): string {
	return failureLine("error" in outcome ? outcome.error : outcome.interrupt);
}

async function parsed(text: string, joining: Joining): Promise<unknown> {
	if (joining === "json") return JSON.parse(text);
	const { parse } = await import("../../report/lazy-yaml.ts");
	return parse(text);
}
