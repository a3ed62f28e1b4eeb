import {
	kubectl,
	meshreg,
	objectName,
	script,
} from "../../core/output/shell.ts";
import {
	PULL_SECRET_TYPE,
	SOURCE_ANNOTATION,
	selectorOf,
	type UsageLabel,
} from "../../core/pull-secrets/ownership.ts";
import type {
	ContentReader,
	PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	isSourceLike,
	onlySource,
	SourceError,
	type SourceRef,
} from "../../core/pull-secrets/source.ts";
import { ApiError, OperationError } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import { readPullSecret, readPullSecrets } from "./read-keys.ts";

/** Which source a command line means. */
export interface SourceChoice {
	readonly name: string;
	readonly owner: UsageLabel;
	/** Where sources usually live; undefined: in the context's namespace. */
	readonly usual: string | undefined;
	/** `--from`. */
	readonly from?: SourceRef;
	/** How the command line names another place, for messages; `--from NAMESPACE/NAME` where absent. */
	readonly by?: string;
}

/**
 * Reads the source: at `--from`, else in the usual namespace, else the only one
 * of that name anywhere. Throws OperationError that says where it looked.
 */
export async function findSource(
	cluster: Cluster,
	reader: ContentReader,
	choice: SourceChoice,
): Promise<PullSecret> {
	const usual = choice.usual ?? cluster.namespace;
	const place = choice.from ?? { namespace: usual, name: choice.name };
	const key = await readPullSecret(cluster, reader, place);
	if (key !== undefined && isSourceLike(key, choice.owner)) return key;
	if (choice.from !== undefined)
		throw notASource(choice.from, key, choice.owner);
	try {
		const keys = await readPullSecrets(cluster, reader, {
			labelSelector: selectorOf(choice.owner),
			fieldSelector: `metadata.name=${choice.name}`,
		});
		return onlySource(keys, choice.name, choice.owner, usual, choice.by);
	} catch (error) {
		if (error instanceof ApiError && error.status === 403)
			throw new SourceError(
				{ kind: "hidden", namespace: usual, name: choice.name },
				`no source named "${choice.name}" in namespace "${usual}", and you may not look in others: name it with ${choice.by ?? "--from NAMESPACE/NAME"}`,
			);
		throw error;
	}
}

function notASource(
	from: SourceRef,
	key: PullSecret | undefined,
	owner: UsageLabel,
): OperationError {
	const shown = `${from.namespace}/${from.name}`;
	if (key === undefined)
		return new OperationError(`--from: there is no Secret ${shown}`, {
			words: "to see the sources, run",
			script: script(meshreg("list")),
		});
	if (key.type !== PULL_SECRET_TYPE)
		return new OperationError(
			`--from: ${shown} is a Secret of type ${key.type}, not ${PULL_SECRET_TYPE}`,
		);
	const source = key.annotations[SOURCE_ANNOTATION];
	if (source !== undefined)
		return new OperationError(
			`--from: ${shown} is itself a copy of ${source}; name that one`,
		);
	return new OperationError(
		`--from: ${shown} lacks the label ${selectorOf(owner)}`,
		{
			words: "set it with",
			script: script(
				kubectl(
					"label",
					"secret",
					objectName(from.name),
					"-n",
					objectName(from.namespace),
					selectorOf(owner),
				),
			),
		},
	);
}
