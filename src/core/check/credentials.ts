import type { SourceFailure } from "../output/failure.ts";
import { type Script, sequence } from "../output/shell.ts";
import {
	contentFault,
	entryProblems,
	keyProblem,
} from "../pull-secrets/content-fault.ts";
import { argumentFor } from "../pull-secrets/entry-naming.ts";
import { expiriesOf, nearEnd, textsIn } from "../pull-secrets/expiry.ts";
import { SERVERS_ANNOTATION } from "../pull-secrets/ownership.ts";
import { registriesOf, sourceRef } from "../pull-secrets/pull-secret.ts";
import { providersNoted } from "../pull-secrets/renewal.ts";
import { isSourceLike } from "../pull-secrets/source.ts";
import { displayHost } from "../registry/server.ts";
import { type Facts, keysIn, type SourceFacts } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";

/** Sources: is there one, and can a kubelet use what it holds? And what calls itself one elsewhere. */
export function checkCredentials(facts: Facts): Finding[] {
	return [
		...missing(facts),
		...facts.sources.flatMap((source) => [
			...checkContent(source),
			...checkExpiry(source, facts.now),
		]),
		...otherSources(facts),
	];
}

function missing(facts: Facts): Finding[] {
	const { sourceProblem, withoutSource } = facts;
	if (sourceProblem === undefined) return [];
	return [
		finding("credentials", "problem", {
			about: { cause: "source-missing", failure: sourceProblem },
			fix: isSourceToBeMade(facts) ? withoutSource.createSource() : undefined,
		}),
	];
}

/** Whether there is no source: where another was meant, one may be elsewhere, or nobody may look, none is to be made in its place. */
export function isSourceToBeMade({ sourceProblem }: Facts): boolean {
	return (
		sourceProblem !== undefined && elsewhereIn(sourceProblem)?.length === 0
	);
}

/** What calls itself a source in other namespaces, where that is told with the one that is missing. */
function elsewhereIn(problem: SourceFailure): readonly string[] | undefined {
	return problem.cause === "source-missing" && problem.elsewhere !== "hidden"
		? problem.elsewhere
		: undefined;
}

/** A claim, whoever made it; it is never taken for a source. */
function otherSources(facts: Facts): Finding[] {
	const { sourceNamespace, sourceProblem } = facts;
	const told = new Set(sourceProblem && elsewhereIn(sourceProblem));
	const refs = keysIn(facts)
		.filter((key) => isSourceLike(key) && key.namespace !== sourceNamespace)
		.map(sourceRef)
		.filter((ref) => !told.has(ref))
		.sort();
	return refs.length === 0
		? []
		: [
				finding("credentials", "note", {
					about: { cause: "other-sources", refs },
					namespaces: refs.map((ref) => ref.slice(0, ref.indexOf("/"))),
				}),
			];
}

function checkContent(source: SourceFacts): Finding[] {
	const { secret } = source;
	const ref = sourceRef(secret);
	const namespaces = [secret.namespace];
	const written = registriesOf(secret.content);
	const fault = contentFault(secret.content);
	if (fault !== undefined)
		return [
			finding("credentials", "problem", {
				about: { cause: "invalid-content", ref, fault },
				fix: contentFix(source),
				namespaces,
			}),
		];
	const found = entryProblems(secret.content).map((problem) => {
		const { kind } = problem;
		const isUsable = kind === "key" || kind === "bad-characters";
		return finding("credentials", isUsable ? "warning" : "problem", {
			about: { cause: "invalid-entry", ref, problem },
			fix: kind === "key" ? undefined : rotating(source, problem.key),
			namespaces,
		});
	});
	return found.some(({ severity }) => severity === "problem")
		? found
		: [
				...found,
				finding("credentials", "ok", {
					about: {
						cause: "well-formed",
						ref,
						hosts: written.map(displayHost),
						providers: [...new Set(providersNoted(secret).values())],
					},
					namespaces,
				}),
			];
}

/** Gives the entries of a source that cannot be read another credential, or writes all of it again. */
export function contentFix(source: SourceFacts): Script | undefined {
	const fault = contentFault(source.secret.content);
	const keys = fault?.kind === "malformed" ? fault.keys : [];
	return keys.length > 0
		? sequence(keys.map((key) => rotating(source, key)))
		: writtenAgain(source);
}

function rotating(
	{ secret, fixes }: SourceFacts,
	key: string,
): Script | undefined {
	return fixes.rotate(argumentFor(key, registriesOf(secret.content)));
}

/**
 * Where several registries were in it, a command for one of them would lose the others; one that no image matches is
 * not written again.
 */
function writtenAgain({ secret, fixes }: SourceFacts): Script | undefined {
	const hosts = new Set([
		...registriesOf(secret.content).map(displayHost),
		...textsIn(secret.annotations[SERVERS_ANNOTATION]).map(([key]) =>
			displayHost(key),
		),
	]);
	const [only, second] = hosts;
	return only !== undefined &&
		second === undefined &&
		keyProblem(only) !== "single-word"
		? fixes.replace(only)
		: undefined;
}

function checkExpiry(source: SourceFacts, now: number): Finding[] {
	const { secret } = source;
	return expiriesOf(secret)
		.flatMap((expiry) => nearEnd(expiry, now) ?? [])
		.map(({ key, at, isOver }) =>
			finding("credentials", isOver ? "problem" : "warning", {
				about: {
					cause: isOver ? "expired" : "expiring",
					ref: sourceRef(secret),
					key,
					at,
					provider: providersNoted(secret).get(key) ?? "",
				},
				namespaces: [secret.namespace],
				fix: rotating(source, key),
			}),
		);
}
