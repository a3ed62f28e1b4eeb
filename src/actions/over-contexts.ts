import { contextsMeant } from "../core/context-patterns.ts";
import { AbortedError, EXIT, UsageError } from "../errors.ts";
import { failureLine } from "../report/failure.ts";
import { joined } from "../report/joined.ts";
import { json, yaml } from "../report/structured.ts";
import type { Output, World } from "../world.ts";
import { SharedPrompter } from "./shared-prompter.ts";

/** Which contexts, of which kubeconfig (undefined: kubectl's). */
export interface ContextChoice {
	readonly patterns: readonly string[];
	readonly kubeconfig: string | undefined;
}

/** What came of the work in one context. */
export type InContext<T> =
	| { readonly context: string; readonly value: T }
	| { readonly context: string; readonly error: unknown };

/**
 * Does the same work in several contexts at once; one that fails does not hold up the others.
 * Each gets a world of its own: it connects to that context, and what it prints, line by line,
 * says which context it is about. Failures are printed; throws the interrupt, and a UsageError
 * that is the same for all.
 */
export async function inContexts<T>(
	choice: ContextChoice,
	world: World,
	work: (context: string, world: World) => Promise<T>,
): Promise<InContext<T>[]> {
	const known = await world.kubeconfigNames(choice.kubeconfig);
	const contexts = contextsMeant(choice.patterns, known.context);
	const shared = new SharedPrompter(() => world.prompter());
	let input: Promise<Buffer> | undefined;
	const outcomes = await Promise.all(
		contexts.map(async (context): Promise<InContext<T>> => {
			const { streams } = world;
			const out = tagged(streams.out, context);
			const err = tagged(streams.err, context);
			const prompter = shared.for(context);
			try {
				const value = await work(context, {
					...world,
					streams: {
						out,
						err,
						inputIsTerminal: streams.inputIsTerminal,
						interactive: streams.interactive,
						animated: false,
						readInput: (limit) => {
							input ??= streams.readInput(limit);
							return input;
						},
					},
					connect: (flags, until) =>
						world.connect({ ...flags, context }, until),
					prompter: async () => prompter,
				});
				return { context, value };
			} catch (error) {
				return { context, error };
			}
		}),
	);
	const errors = outcomes.flatMap((outcome) =>
		"error" in outcome ? [outcome.error] : [],
	);
	const [first] = errors;
	if (first instanceof AbortedError) throw first;
	if (
		first instanceof UsageError &&
		errors.length === outcomes.length &&
		errors.every(
			(error) => error instanceof UsageError && error.message === first.message,
		)
	)
		throw first;
	for (const outcome of outcomes)
		if ("error" in outcome)
			world.streams.err.write(
				`${outcome.context}: ${failureLine(outcome.error)}\n`,
			);
	return outcomes;
}

/**
 * How a command's output is put together: with the context before each line, as it is, or as one
 * document from those of all.
 */
export type Joining = "tagged" | "raw" | "json" | "yaml";

/** Runs a command in several contexts; its exit status is that of the worst. */
export async function overContexts(
	choice: ContextChoice,
	joining: Joining,
	world: World,
	run: (world: World) => Promise<number>,
): Promise<number> {
	const { out, err } = world.streams;
	const outcomes = await inContexts(choice, world, async (_, own) => {
		if (joining === "tagged") return { status: await run(own), text: "" };
		const kept = collecting(out);
		const mine = joining === "raw" ? out : kept;
		const streams = { ...own.streams, out: mine };
		return { status: await run({ ...own, streams }), text: kept.text() };
	});
	const documents = [];
	for (const outcome of outcomes)
		if ("value" in outcome && outcome.value.text !== "")
			documents.push({
				context: outcome.context,
				value: await parsed(outcome.value.text, joining),
			});
	if (documents.length > 0) {
		const value = joined(documents);
		out.write(joining === "json" ? json(value) : await yaml(value));
	}
	return worstOf(outcomes, err);
}

/** The exit status, after saying where it failed. */
export function worstOf(
	outcomes: readonly InContext<{ readonly status: number }>[],
	err: Output,
): number {
	const failed = outcomes
		.filter(
			(outcome) => "error" in outcome || outcome.value.status !== EXIT.done,
		)
		.map(({ context }) => context);
	if (failed.length === 0) return EXIT.done;
	err.write(
		`error: ${failed.length} of ${outcomes.length} contexts failed: ${failed.join(", ")}\n`,
	);
	return EXIT.failed;
}

async function parsed(text: string, joining: Joining): Promise<unknown> {
	if (joining === "json") return JSON.parse(text);
	const { parse } = await import("../report/lazy-yaml.ts");
	return parse(text);
}

/** Puts the context before each line. */
function tagged(output: Output, context: string): Output {
	let rest = "";
	return {
		isTerminal: output.isTerminal,
		columns: output.columns,
		...(output.gone && { gone: output.gone }),
		write(text) {
			const lines = (rest + text).split("\n");
			rest = lines.pop() ?? "";
			output.write(lines.map((line) => `${context}: ${line}\n`).join(""));
		},
	};
}

function collecting(output: Output): Output & { text(): string } {
	let all = "";
	return {
		isTerminal: false,
		columns: output.columns,
		write(text) {
			all += text;
		},
		text: () => all,
	};
}
