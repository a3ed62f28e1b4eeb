import { type Advice, OperationError } from "../../errors.ts";
import { contentFault } from "./content-fault.ts";
import { creating } from "./fixes.ts";
import { roleOf, SOURCE_ANNOTATION, type UsageLabel } from "./ownership.ts";
import { type PullSecret, sourceRef } from "./pull-secret.ts";

/** `NS[/NAME]`, as `--from` takes it. */
export interface SourceRef {
	readonly namespace: string;
	readonly name: string;
}

/** Why no source is known: what decides goes by this, the words are made of it. */
export type SourceProblem = SourceMissing | SourceAmbiguous | SourceHidden;

/** There is none of that name where sources are looked for. */
export interface SourceMissing {
	readonly kind: "missing";
	readonly namespace: string;
	readonly name: string;
}

/** Several may be meant. */
export interface SourceAmbiguous {
	readonly kind: "ambiguous";
	readonly name: string;
	readonly candidates: readonly SourceRef[];
}

/** There may be one: the user may not look, so that nothing is to be made in its place. */
export interface SourceHidden {
	readonly kind: "hidden";
	readonly namespace: string;
	readonly name: string;
}

/** No source is known. */
export class SourceError extends OperationError {
	constructor(
		readonly problem: SourceProblem,
		message: string,
		advice?: Advice,
	) {
		super(message, advice);
	}
}

/**
 * Which of the pull secrets of one name is the source, where it is not at its
 * usual place: the only one without the source annotation. Throws OperationError
 * when there is none, or several.
 */
export function onlySource(
	candidates: readonly PullSecret[],
	name: string,
	owner: UsageLabel,
	usual: string,
	/** How the command line names another place. */
	by = "--from NAMESPACE/NAME",
): PullSecret {
	const sources = candidates.filter(
		(key) => key.name === name && isSourceLike(key, owner),
	);
	const [only, ...others] = sources;
	if (only === undefined)
		throw new SourceError(
			{ kind: "missing", namespace: usual, name },
			`no source named "${name}" in namespace "${usual}" or any other; name it with ${by}`,
			{ words: "or run", script: creating(name) },
		);
	if (others.length > 0)
		throw new SourceError(
			{ kind: "ambiguous", name, candidates: sources },
			`${sources.length} sources named "${name}": ${someOf(sources.map(sourceRef).sort())}; choose one with ${by}`,
		);
	return only;
}

/** May copies be made from it? A pull secret that is no copy itself. */
export function isSourceLike(key: PullSecret, owner: UsageLabel): boolean {
	const role = roleOf(key, owner);
	return role === "source" || role === "unmanaged";
}

/** What a pull secret is worth, in the words of `list`. */
export type PullSecretStatus =
	/** A kubelet would break on it, or never match it. */
	| "Invalid"
	| "Source"
	| "Drifted"
	| "Orphaned"
	| "Unknown"
	| "InSync"
	| "Unmanaged"
	| "Unlabelled";

/** What is known of a source that copies name: itself, that it is gone, or that nobody may look. */
export type SourceKnowledge = PullSecret | "gone" | "unknown";

/**
 * The first status that holds. `sources` maps `NAMESPACE/NAME` of every source
 * annotation among `keys` to what is known of it.
 */
export function statusOf(
	key: PullSecret,
	owner: UsageLabel,
	sources: ReadonlyMap<string, SourceKnowledge>,
): PullSecretStatus {
	if (contentFault(key.content) !== undefined) return "Invalid";
	const role = roleOf(key, owner);
	if (role === "foreign") return "Unlabelled";
	if (
		role === "source" ||
		(role === "unmanaged" && sources.has(sourceRef(key)))
	)
		return "Source";
	if (role === "unmanaged") return "Unmanaged";
	const source =
		sources.get(key.annotations[SOURCE_ANNOTATION] ?? "") ?? "unknown";
	if (source === "unknown") return "Unknown";
	if (source === "gone") return "Orphaned";
	return source.content.canonical === key.content.canonical
		? "InSync"
		: "Drifted";
}

/** The `NAMESPACE/NAME` of every source that copies among `keys` name, each once. */
export function sourcesNamed(
	keys: readonly PullSecret[],
	owner: UsageLabel,
): string[] {
	const named = keys
		.filter((key) => roleOf(key, owner) === "copy")
		.map((key) => key.annotations[SOURCE_ANNOTATION] ?? "");
	return [...new Set(named)].sort();
}

/** The first five of a list, and how many more there are. */
export function someOf(names: readonly string[]): string {
	const more = names.length - 5;
	return names.slice(0, 5).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
