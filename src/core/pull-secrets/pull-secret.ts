import {
	type AuthFields,
	canonicalContent,
	type DockerConfig,
	dockerConfigText,
	readDockerConfig,
} from "../credentials/docker-config.ts";
import type { AuthEntry } from "../credentials/entry.ts";
import type { Secret } from "../objects.ts";
import { keeperOf, type Manager, managerOf } from "./managers.ts";
import {
	MANAGED_BY_LABEL,
	MANAGER,
	PULL_SECRET_DATA_KEY,
	PULL_SECRET_TYPE,
	SOURCE_ANNOTATION,
	SOURCE_UID_ANNOTATION,
	TARGETS_ANNOTATION,
	type UsageLabel,
} from "./ownership.ts";

/** What a Secret says, parsed once and shared by all Secrets that say the same. */
export interface Content {
	/** base64, as on the wire; "" where the data key is missing. */
	readonly data: string;
	/** Equal where a kubelet reads the same, entry by entry. */
	readonly canonical: string;
	readonly config: DockerConfig;
}

/** A Secret that is there: a pull secret, or one that bears its name. */
export interface PullSecret {
	readonly namespace: string;
	readonly name: string;
	readonly type: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	readonly content: Content;
	readonly immutable: boolean;
	readonly uid: string;
	readonly resourceVersion: string;
	/** RFC 3339. */
	readonly created: string;
	/** Deletion has begun and waits for a finalizer. */
	readonly terminating: boolean;
	/** Whoever else keeps it as it is. */
	readonly manager?: Manager;
	/** The field manager, other than this program, that keeps its record. */
	readonly recordKeeper?: string;
}

/** A pull secret that should be there. */
export interface DesiredPullSecret {
	readonly namespace: string;
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	readonly content: Content;
}

/** Most clusters have a handful of contents; what is forgotten is parsed again. */
const REMEMBERED = 256;

/**
 * Reads contents, each distinct one once: a thousand copies share one parse and
 * one string, which is most of what a large cluster's snapshot would weigh.
 */
export class ContentReader {
	readonly #seen = new Map<string, Content>();

	/** From the base64 of `.dockerconfigjson`. */
	fromData(data: string): Content {
		let content = this.#seen.get(data);
		if (content === undefined) {
			content = contentOf(data, Buffer.from(data, "base64").toString("utf8"));
			// Over days of watching, contents come and go.
			if (this.#seen.size >= REMEMBERED) this.#seen.clear();
			this.#seen.set(data, content);
		}
		return content;
	}

	/** The pull secret that a Secret of the API server is; throws nothing. */
	toPullSecret(secret: Secret): PullSecret {
		const { metadata } = secret;
		const manager = managerOf(metadata);
		const recordKeeper =
			metadata.annotations?.[TARGETS_ANNOTATION] === undefined
				? undefined
				: keeperOf(metadata, TARGETS_ANNOTATION);
		return {
			namespace: metadata.namespace ?? "",
			name: metadata.name ?? "",
			type: secret.type ?? "Opaque",
			labels: metadata.labels ?? {},
			annotations: metadata.annotations ?? {},
			content: this.fromData(secret.data?.[PULL_SECRET_DATA_KEY] ?? ""),
			immutable: secret.immutable ?? false,
			uid: metadata.uid ?? "",
			resourceVersion: metadata.resourceVersion ?? "",
			created: metadata.creationTimestamp ?? "",
			terminating: metadata.deletionTimestamp !== undefined,
			...(manager !== undefined && { manager }),
			...(recordKeeper !== undefined && { recordKeeper }),
		};
	}
}

/** Content with these `auths`: written afresh, or as they stood where they were read. */
export function contentOfAuths(
	auths: Iterable<readonly [string, AuthFields | AuthEntry]>,
): Content {
	const text = dockerConfigText(auths);
	return contentOf(Buffer.from(text, "utf8").toString("base64"), text);
}

/** The manifest of a desired pull secret, to be created or sent as an update. */
export function secretOf(desired: DesiredPullSecret): Secret {
	return {
		apiVersion: "v1",
		kind: "Secret",
		metadata: {
			name: desired.name,
			namespace: desired.namespace,
			labels: { ...desired.labels },
			...(Object.keys(desired.annotations).length > 0 && {
				annotations: { ...desired.annotations },
			}),
		},
		type: PULL_SECRET_TYPE,
		data: { [PULL_SECRET_DATA_KEY]: desired.content.data },
	};
}

/** The two labels that every source and copy carries. */
export function ownLabels(owner: UsageLabel): Record<string, string> {
	return { [owner.key]: owner.value, [MANAGED_BY_LABEL]: MANAGER };
}

/** `NAMESPACE/NAME`, as the source annotation has it. */
export function sourceRef(key: { namespace: string; name: string }): string {
	return `${key.namespace}/${key.name}`;
}

/** The annotations by which a copy remembers its source. */
export function sourceAnnotations(source: PullSecret): Record<string, string> {
	return {
		[SOURCE_ANNOTATION]: sourceRef(source),
		[SOURCE_UID_ANNOTATION]: source.uid,
	};
}

/** The hosts that a content has credentials for, as written; none where it does not parse. */
export function registriesOf(content: Content): string[] {
	return content.config.ok ? [...content.config.auths.keys()] : [];
}

function contentOf(data: string, text: string): Content {
	// Without its data key a Secret has nothing to read, which is not the same as something unreadable.
	const config = readDockerConfig(data === "" ? "null" : text);
	return { data, canonical: canonicalContent(config, text), config };
}
