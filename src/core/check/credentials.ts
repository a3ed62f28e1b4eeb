import type { SourceFailure } from "../output/failure.ts";
import { type Script, sequence } from "../output/shell.ts";
import {
	contentFault,
	entryProblems,
	keyProblem,
} from "../pull-secrets/content-fault.ts";
import { argumentFor } from "../pull-secrets/entry-naming.ts";
import { expiriesOf, isNearlyOver, textsIn } from "../pull-secrets/expiry.ts";
import { SERVERS_ANNOTATION } from "../pull-secrets/ownership.ts";
import {
	type PullSecret,
	registriesOf,
	sourceRef,
} from "../pull-secrets/pull-secret.ts";
import { providerNoted, providersNoted } from "../pull-secrets/renewal.ts";
import { isSourceLike } from "../pull-secrets/source.ts";
import { displayHost } from "../registry/server.ts";
import type { Facts, SourceFacts } from "./facts.ts";
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

function missing({ sourceProblem, withoutSource }: Facts): Finding[] {
	if (sourceProblem === undefined) return [];
	const none = elsewhereIn(sourceProblem)?.length === 0;
	return [
		finding("credentials", "problem", {
			about: { cause: "source-missing", failure: sourceProblem },
			// Where another was meant, one may be elsewhere, or nobody may look, none is to be made in its place.
			fix: none ? withoutSource.createSource() : undefined,
		}),
	];
}

/** What calls itself a source in other namespaces, where that is told with the one that is missing. */
function elsewhereIn(problem: SourceFailure): readonly string[] | undefined {
	return problem.cause === "source-missing" && problem.elsewhere !== "hidden"
		? problem.elsewhere
		: undefined;
}

/** A claim, whoever made it; it is never taken for a source. */
function otherSources({
	keys,
	sourceNamespace,
	sourceProblem,
}: Facts): Finding[] {
	const told = new Set(sourceProblem && elsewhereIn(sourceProblem));
	const refs = keys
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

function checkContent({ secret, fixes }: SourceFacts): Finding[] {
	const ref = sourceRef(secret);
	const namespaces = [secret.namespace];
	const written = registriesOf(secret.content);
	const rotate = (key: string) => fixes.rotate(argumentFor(key, written));
	const fault = contentFault(secret.content);
	if (fault !== undefined) {
		const keys = fault.kind === "malformed" ? fault.keys : [];
		return [
			finding("credentials", "problem", {
				about: { cause: "invalid-content", ref, fault },
				fix:
					keys.length > 0
						? sequence(keys.map(rotate))
						: writtenAgain(secret, fixes.replace.bind(fixes)),
				namespaces,
			}),
		];
	}
	const found = entryProblems(secret.content).map((problem) => {
		const { kind } = problem;
		const isUsable = kind === "key" || kind === "bad-characters";
		return finding("credentials", isUsable ? "warning" : "problem", {
			about: { cause: "invalid-entry", ref, problem },
			fix: kind === "key" ? undefined : rotate(problem.key),
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
						providers: providersNoted(secret),
					},
					namespaces,
				}),
			];
}

/**
 * Where several registries were in it, a command for one of them would lose the others; one that no image matches is
 * not written again.
 */
export function writtenAgain(
	secret: PullSecret,
	replace: (host: string) => Script | undefined,
): Script | undefined {
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
		? replace(only)
		: undefined;
}

function checkExpiry({ secret, fixes }: SourceFacts, now: number): Finding[] {
	return expiriesOf(secret)
		.filter((expiry) => isNearlyOver(expiry, now))
		.map(({ key, at }) => {
			const expired = at <= now;
			return finding("credentials", expired ? "problem" : "warning", {
				about: {
					cause: expired ? "expired" : "expiring",
					ref: sourceRef(secret),
					key,
					at,
					provider: providerNoted(secret, key) ?? "",
				},
				namespaces: [secret.namespace],
				fix: fixes.rotate(argumentFor(key, registriesOf(secret.content))),
			});
		});
}
