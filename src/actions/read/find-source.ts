import {
	FailureError,
	type SourceFailure,
	type SourceFlag,
	type SourceName,
} from "../../core/output/failure.ts";
import { managerName } from "../../core/pull-secrets/managers.ts";
import {
	MANAGED_BY_LABEL,
	MANAGER,
	PULL_SECRET_TYPE,
	SOURCE_ANNOTATION,
} from "../../core/pull-secrets/ownership.ts";
import {
	type PullSecret,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	isSourceLike,
	type SourceRef,
} from "../../core/pull-secrets/source.ts";
import { unlessForbidden } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import {
	type Reading,
	reading,
	readPullSecret,
	readPullSecrets,
	readWholeSecrets,
	secretsNamed,
} from "./read-keys.ts";

/** Which source a command line means. It is nowhere else: what calls itself one elsewhere is another's word. */
export interface SourceChoice {
	/** `--from`, `-n` where it means the source, MESHREG_NAMESPACE, the mesh's; undefined: the context's. */
	readonly namespace: string | undefined;
	/** NAME, or MESHREG_NAME; undefined: the usual one, else the only one there. */
	readonly name: string | undefined;
	/** The mesh's name for it. */
	readonly usual: string;
	/** How the command line names another namespace. */
	readonly by: SourceFlag;
	/** How it names the source: `NAME` or `--secret`. */
	readonly shown: SourceName;
}

/** Where the source is, or would be made. */
export function placeMeant(
	choice: Pick<SourceChoice, "namespace" | "name" | "usual">,
	cluster: Pick<Cluster, "namespace">,
): SourceRef {
	return {
		namespace: choice.namespace ?? cluster.namespace,
		name: choice.name ?? choice.usual,
	};
}

/**
 * Reads the source. Where none is named and several are there, it asks at a terminal. Throws
 * FailureError where there is none, or it is not known which; what the cluster throws, 403 included.
 */
export async function findSource(
	at: Reading,
	choice: SourceChoice,
	/** Who is asked which one; nobody where absent. */
	world?: Pick<World, "streams" | "prompter">,
): Promise<PullSecret> {
	const { source, inTheWay } = await seekSource(at, choice, world);
	if (source !== undefined) return source;
	if (inTheWay !== undefined) throw new FailureError(notASource(inTheWay));
	throw new FailureError(await sourceMissing(at, choice));
}

/** The same where there may be none; `inTheWay` bears its name and is no source. */
export async function seekSource(
	at: Reading,
	choice: SourceChoice,
	world?: Pick<World, "streams" | "prompter">,
): Promise<{
	readonly source?: PullSecret;
	readonly inTheWay?: PullSecret | undefined;
}> {
	const place = placeMeant(choice, at.cluster);
	const { namespace } = place;
	const found = await readPullSecret(at, place);
	if (found !== undefined && isSourceLike(found)) return { source: found };
	const others =
		choice.name === undefined ? await sourcesIn(at, namespace) : [];
	const [only, second] = others;
	if (only === undefined) return { inTheWay: found };
	if (second === undefined) return { source: only };
	if (!world?.streams.interactive)
		throw new FailureError({
			cause: "source-ambiguous",
			namespace,
			names: others.map(({ name }) => name),
			shown: choice.shown,
		});
	const chosen = await (await world.prompter()).choose({
		message: `Which pull secret of ${namespace}?`,
		choices: others.map(({ name }) => ({ value: name, label: name })),
	});
	return { source: others.find(({ name }) => name === chosen) ?? only };
}

/** The name of the source that is meant: of one that is there, else the usual one. Throws FailureError where it is not known which; what the cluster throws. */
export async function nameMeant(
	choice: SourceChoice,
	cluster: Cluster,
	world: Pick<World, "streams" | "prompter">,
): Promise<string> {
	if (choice.name !== undefined) return choice.name;
	const found = await unlessForbidden(
		seekSource(reading(cluster), choice, world),
	);
	return found?.source?.name ?? choice.usual;
}

/** All sources of the namespace that is meant, whatever their names, sorted. Throws FailureError where there is none; what the cluster throws. */
export async function findSources(
	at: Reading,
	choice: SourceChoice,
): Promise<PullSecret[]> {
	const namespace = choice.namespace ?? at.cluster.namespace;
	const secrets = await readWholeSecrets(at, namespace);
	const sources = secrets.filter(isSourceLike);
	if (sources.length > 0) return sources;
	const unnamed = { ...choice, name: undefined };
	throw new FailureError(await sourceMissing(at, unnamed));
}

/** Those of one namespace; none where they may not be listed. */
export async function sourcesIn(
	at: Reading,
	namespace: string,
): Promise<PullSecret[]> {
	const secrets = await unlessForbidden(readWholeSecrets(at, namespace));
	return secrets?.filter(isSourceLike) ?? [];
}

/** That nothing bears its name, and what of that name, or of any where none was given, calls itself one elsewhere. */
async function sourceMissing(
	at: Reading,
	choice: SourceChoice,
): Promise<SourceFailure> {
	const place = placeMeant(choice, at.cluster);
	const queries = [
		secretsNamed(place.name),
		...(choice.name === undefined
			? [{ labelSelector: `${MANAGED_BY_LABEL}=${MANAGER}` }]
			: []),
	];
	const secrets = await unlessForbidden(
		Promise.all(queries.map((query) => readPullSecrets(at, query))),
	);
	const elsewhere = secrets
		?.flat()
		.filter(
			(secret) => secret.namespace !== place.namespace && isSourceLike(secret),
		);
	return {
		cause: "source-missing",
		...place,
		by: choice.by,
		elsewhere: elsewhere
			? [...new Set(elsewhere.map(sourceRef))].toSorted()
			: "hidden",
	};
}

/** Why there is none that stays: what bears its name is none or is going, or nothing bears it. */
export async function whyNoSource(
	at: Reading,
	choice: SourceChoice,
): Promise<SourceFailure> {
	const place = placeMeant(choice, at.cluster);
	const there = await unlessForbidden(readPullSecret(at, place));
	return there === undefined || (isSourceLike(there) && !there.terminating)
		? sourceMissing(at, choice)
		: notASource(there);
}

/** That what bears a source's name is none, or none that stays. */
export function notASource(secret: PullSecret): SourceFailure {
	const { namespace, name, type, annotations, manager } = secret;
	const of = annotations[SOURCE_ANNOTATION];
	return {
		cause: "not-a-source",
		namespace,
		name,
		because: isSourceLike(secret)
			? { is: "terminating" }
			: type !== PULL_SECRET_TYPE
				? { is: "type", type }
				: of !== undefined
					? { is: "copy", of }
					: manager === undefined
						? { is: "unmanaged" }
						: { is: "managed", manager: managerName(manager) },
	};
}
