import type { PullSource } from "../kubelet/keyring.ts";
import { podImages } from "../kubelet/pod-images.ts";
import { accountOf, namesOf } from "../kubelet/pod-secrets.ts";
import { isPullFailure } from "../kubelet/pull-failures.ts";
import type { PullEvent, Waiting } from "../kubelet/pull-report.ts";
import { type Restart, restartOf } from "../kubelet/restart.ts";
import type { Container, ContainerStatus, Pod } from "../objects.ts";
import type { SourceFailure } from "../output/failure.ts";
import type { UsageLabel } from "../pull-secrets/ownership.ts";
import type { PullSecret } from "../pull-secrets/pull-secret.ts";
import type { SourceKnowledge } from "../pull-secrets/source.ts";

/** What `check` judges: one snapshot, with what could not be read. */
export type Facts = {
	/** undefined: all namespaces. */
	readonly namespaces: readonly string[] | undefined;
	readonly owner: UsageLabel;
	/** The name of the key that is checked. */
	readonly name: string;
	/** The pull secrets, and Secrets of the key's name and type without the label. */
	readonly keys: readonly PullSecret[];
	/** What is known of the sources that copies name, by `NAMESPACE/NAME`. */
	readonly sources: ReadonlyMap<string, SourceKnowledge>;
	/** The source of the key that is checked. */
	readonly source: PullSecret | undefined;
	/** Why no source is known; undefined where one is, or the cluster did not answer. */
	readonly sourceProblem: SourceFailure | undefined;
	/** Every Secret that a kubelet reads for pulling, by `NAMESPACE/NAME`. */
	readonly pullSecrets: ReadonlyMap<string, PullSecretFacts>;
	/** Of the names that pods and accounts use and that are not among those: which are Secrets of other types. */
	readonly otherSecrets: ReadonlySet<string>;
	readonly accounts: readonly AccountFacts[];
	readonly pods: readonly PodFacts[];
	readonly unread: readonly Unread[];
};

export type PullSecretFacts = {
	readonly source: PullSource;
	/** RFC 3339. */
	readonly created: string;
};

export type AccountFacts = {
	readonly namespace: string;
	readonly name: string;
	/** Of its pull Secrets. */
	readonly secrets: readonly string[];
};

export type PodFacts = {
	readonly namespace: string;
	readonly name: string;
	readonly account: string;
	/** Of its pull Secrets, which it keeps for good. */
	readonly secrets: readonly string[];
	readonly images: readonly string[];
	/** RFC 3339. */
	readonly created: string;
	readonly restart: Restart;
	readonly waiting: readonly Waiting[];
	/** Warnings about it, where they were needed and may be read. */
	readonly events: readonly PullEvent[];
};

/** What Secrets are called among the things that could not be read. */
export const SECRETS = "Secrets";

/** What could not be looked at, and the server's reason in one clause. */
export type Unread = { readonly what: string; readonly because: string };

/** A pod that is alive, in the little that is needed of it; undefined for one that has ended or is going. */
export function podFacts(pod: Pod): PodFacts | undefined {
	const { metadata, spec, status } = pod;
	if (metadata.deletionTimestamp !== undefined) return undefined;
	if (status?.phase === "Succeeded" || status?.phase === "Failed")
		return undefined;
	return {
		namespace: metadata.namespace ?? "",
		name: metadata.name ?? "",
		account: accountOf(pod),
		secrets: namesOf(spec),
		images: podImages(pod),
		created: metadata.creationTimestamp ?? "",
		restart: restartOf(pod),
		waiting: [
			...waiting(spec?.initContainers, status?.initContainerStatuses),
			...waiting(spec?.containers, status?.containerStatuses),
			...waiting(spec?.ephemeralContainers, status?.ephemeralContainerStatuses),
		],
		events: [],
	};
}

function waiting(
	containers: readonly Container[] = [],
	statuses: readonly ContainerStatus[] = [],
): Waiting[] {
	return statuses.flatMap(({ name, image = "", state }) => {
		const { reason = "", message = "" } = state?.waiting ?? {};
		if (!isPullFailure(reason)) return [];
		const written = containers.find((container) => container.name === name);
		return [
			{ container: name, image: written?.image ?? image, reason, message },
		];
	});
}
