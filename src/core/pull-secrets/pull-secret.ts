import { createHash } from "node:crypto";
import {
	type AuthFields,
	canonicalContent,
	type DockerConfig,
	dockerConfigText,
	readDockerConfig,
} from "../credentials/docker-config.ts";
import type { AuthEntry } from "../credentials/entry.ts";
import { Kept, LITTLE } from "../kept.ts";
import type { PullSource } from "../kubelet/keyring.ts";
import { LAST_APPLIED, type Secret } from "../objects.ts";
import type { Place } from "../output/input-failure.ts";
import {
	beginning,
	keeperOf,
	littleOf,
	type Manager,
	managerOf,
	sizeOf,
} from "./managers.ts";
import {
	DEFAULT_LABEL,
	MANAGED_BY_LABEL,
	MANAGER,
	OF_COPIES,
	OF_SOURCES,
	PULL_SECRET_DATA_KEY,
	PULL_SECRET_TYPE,
	TARGETS_ANNOTATION,
	type UsageLabel,
} from "./ownership.ts";

/** What a Secret says, parsed once and shared by all Secrets that say the same. */
export interface Content {
	/** base64, as on the wire; "" where the data key is missing. */
	readonly data: string;
	/** Equal where a kubelet reads the same, entry by entry; as short for a megabyte. */
	readonly canonical: string;
	/** Taken apart when it is asked for, and again where much else was since. */
	readonly config: DockerConfig;
	/** It was too much to be kept beside what else was read: of it only `canonical` is known. */
	readonly unread?: true;
}

/** A pull secret that should be there. */
export interface DesiredPullSecret extends Place {
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	readonly content: Content;
}

/** A Secret that is there: a pull secret, or one that bears its name. */
export interface PullSecret extends DesiredPullSecret {
	readonly type: string;
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

/** Most clusters have a handful of contents; what is forgotten is parsed again. In characters: one may be a megabyte. */
const REMEMBERED = 256;
const MOST_REMEMBERED = 2 << 20;

/** Of a watch, longer contents are not parsed each time that somebody changes them, in characters of base64. */
const MOST_OF_A_CHANGE = 64 << 10;

/**
 * Reads contents, each distinct one once: a thousand copies share one parse and
 * one string, which is most of what a large cluster's snapshot would weigh.
 */
export class ContentReader extends Kept {
	/** Of Secrets that were read by name. */
	readonly #named = new Remembered();
	/** Of lists. */
	readonly #listed = new Remembered();
	/** Of watches. */
	readonly #watched = new Remembered();

	/** From the base64 of `.dockerconfigjson`. */
	fromData(data: string): Content {
		const known = this.#named.get(data) ?? this.#listed.get(data);
		return known ?? this.#named.add(data, parsed(data));
	}

	/** The same of one among many that others wrote: beyond what is kept, no more than what it is equal to. */
	#fromList(data: string, namespace: string): Content {
		const known = this.#named.get(data) ?? this.#listed.get(data);
		if (known !== undefined) return known;
		if (!this.keeps(namespace, data.length)) return unreadContent(data);
		return this.#listed.add(data, parsed(data));
	}

	/** The pull secret that a Secret of the API server is; throws nothing. */
	toPullSecret(secret: Secret): PullSecret {
		return this.#pullSecret(secret, this.fromData(dataOf(secret)));
	}

	/** The same of one in a list or of a watch, of which there may be gigabytes. */
	listed(secret: Secret): PullSecret {
		const { namespace = "" } = secret.metadata;
		const content = this.#fromList(dataOf(secret), namespace);
		const read = this.#pullSecret(secret, content);
		const size = sizeOf(read.labels) + sizeOf(read.annotations);
		return size <= LITTLE || this.keeps(namespace, size)
			? read
			: { ...read, ...littleBeside(read) };
	}

	/** The same of one that a watch tells of: see `lean`. */
	watched(secret: Secret): PullSecret {
		const data = dataOf(secret);
		const known = this.#named.get(data) ?? this.#watched.get(data);
		const content =
			known ??
			(data.length > MOST_OF_A_CHANGE
				? unreadContent(data)
				: this.#watched.add(data, unread(parsed(data).canonical)));
		return lean(this.#pullSecret(secret, content));
	}

	#pullSecret(secret: Secret, content: Content): PullSecret {
		const { metadata } = secret;
		const manager = managerOf(metadata);
		const recordKeeper =
			metadata.annotations?.[TARGETS_ANNOTATION] === undefined
				? undefined
				: keeperOf(metadata, TARGETS_ANNOTATION);
		return {
			namespace: metadata.namespace ?? "",
			name: metadata.name ?? "",
			type: beginning(secret.type ?? "Opaque"),
			labels: metadata.labels ?? {},
			annotations: metadata.annotations ?? {},
			content,
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

/** The two labels that every source and copy carries; one where the source has no label for them. */
export function ownLabels(
	owner: UsageLabel | undefined,
): Record<string, string> {
	return {
		...(owner && { [owner.key]: owner.value }),
		[MANAGED_BY_LABEL]: MANAGER,
	};
}

/** Where it is, without what it holds. */
export function placeOf({ namespace, name }: Place): Place {
	return { namespace, name };
}

/** `NAMESPACE/NAME`, as the source annotation has it. */
export function sourceRef(key: Place): string {
	return `${key.namespace}/${key.name}`;
}

/** One that is to be written as it will be, but for what the API server gives it. */
export function yetUnwritten(desired: DesiredPullSecret): PullSecret {
	return {
		...desired,
		type: PULL_SECRET_TYPE,
		immutable: false,
		uid: "",
		resourceVersion: "",
		created: "",
		terminating: false,
	};
}

/** A source, or a copy, as a kubelet would take it for a pod that names it. */
export function pullSourceOfKey(key: PullSecret): PullSource {
	return {
		from: sourceRef(key),
		type: PULL_SECRET_TYPE,
		get data() {
			return textOf(key.content.data);
		},
	};
}

/** The entries of a content by host, as written; none where it does not parse. */
export function authsIn(
	content: Content | undefined,
): ReadonlyMap<string, AuthEntry> {
	return content?.config.ok ? content.config.auths : new Map();
}

/** The hosts that a content has credentials for, as written; none where it does not parse. */
export function registriesOf(content: Content): string[] {
	return [...authsIn(content).keys()];
}

function dataOf(secret: Secret): string {
	return secret.data?.[PULL_SECRET_DATA_KEY] ?? "";
}

function parsed(data: string): Content {
	return contentOf(data, textOf(data));
}

function textOf(data: string): string {
	return Buffer.from(data, "base64").toString("utf8");
}

/** Contents by their data. Over days of watching they come and go, and others decide how large they are. */
class Remembered {
	readonly #contents = new Map<string, Content>();
	#size = 0;

	get(data: string): Content | undefined {
		return this.#contents.get(data);
	}

	/** Returns the content. */
	add(data: string, content: Content): Content {
		this.#size += data.length;
		if (this.#contents.size >= REMEMBERED || this.#size > MOST_REMEMBERED) {
			this.#contents.clear();
			this.#size = data.length;
		}
		this.#contents.set(data, content);
		return content;
	}
}

/** Equal to no content that was read: only to what has the same bytes, and was too much as well. */
function unreadContent(data: string): Content {
	return unread(`unread ${digest(data)}`);
}

/** Of which no more is known. */
function unread(canonical: string): Content {
	return {
		data: "",
		canonical,
		config: {
			ok: false,
			problem: "too-much",
			error:
				"the pull secrets of its namespace are too large together to be read",
		},
		unread: true,
	};
}

function digest(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}

/**
 * What decides what is written over a Secret, and no more: a watch keeps one of each namespace for weeks, in a
 * pod of little memory, and others decide what is in it.
 */
export function lean(secret: PullSecret): PullSecret {
	const { content } = secret;
	return {
		...secret,
		content: content.unread ? content : unread(content.canonical),
		...littleBeside(secret),
	};
}

function littleBeside({ labels, annotations }: PullSecret) {
	return {
		labels: littleOf(labels, [MANAGED_BY_LABEL, DEFAULT_LABEL.key]),
		annotations: littleOf(annotations, [
			...OF_SOURCES,
			...OF_COPIES,
			LAST_APPLIED,
		]),
	};
}

function contentOf(data: string, text: string): Content {
	const config = readData(data, text);
	return {
		data,
		canonical: digest(canonicalContent(config, text)),
		get config() {
			return readData(data, textOf(data));
		},
	};
}

/** Without its data key a Secret has nothing to read, which is not the same as something unreadable. */
function readData(data: string, text: string): DockerConfig {
	return readDockerConfig(data === "" ? "null" : text);
}
