import type { Credential } from "./core/credential.ts";
import type { JsonPatchOperation, Kind, ObjectOf } from "./core/objects.ts";
import type { Probe, Verification } from "./core/verification.ts";

/**
 * Everything outside, as the commands see it. Adapters implement it; tests may
 * stand in for a part of it. Nothing else reaches the terminal, the disk, the
 * clock, the cluster or a registry.
 */
export interface World {
	/** The name that the program was called by, without folders or `.exe`. */
	readonly calledAs: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly streams: Streams;
	readonly clock: Clock;
	readonly files: Files;
	/** Aborts on SIGINT, SIGTERM, SIGHUP, and Ctrl-C in a question; its reason is the AbortedError to end with. */
	readonly interrupt: AbortSignal;
	/**
	 * The cluster and user that kubectl would use for these flags. Loads the client, sends nothing yet.
	 * Throws OperationError for a kubeconfig that is broken or lacks the context.
	 */
	connect(flags: ConnectionFlags, apart?: ConnectedApart): Promise<Cluster>;
	/** The names in the kubeconfig that kubectl would use. Throws OperationError for a broken one. */
	kubeconfigNames(
		path: string | undefined,
	): Promise<Record<"context" | "cluster" | "user", string[]>>;
	/** Registries, to ask about credentials. Loads the client, sends nothing yet. */
	registry(): Promise<RegistryClient>;
	/**
	 * What docker, podman and credential helpers have stored on this machine: the file at `path`,
	 * or theirs in their order. Throws OperationError where there is none, or one that is none.
	 */
	storedCredentials(path?: string): Promise<StoredCredentials>;
	/** Asks the person at the terminal. Only to be called where `streams.interactive`. */
	prompter(): Promise<Prompter>;
}

/** How a connection differs from the rest of the program. */
export interface ConnectedApart {
	/** Where its warnings and the lines of `-v` go, instead of stderr. */
	readonly err?: Output;
	/** Nobody is asked or told anything, and everything ends when it aborts. */
	readonly quietlyUntil?: AbortSignal;
}

export interface Output {
	write(text: string): void;
	readonly isTerminal: boolean;
	/** Width in characters; 80 where it cannot be known. */
	readonly columns: number;
	/** Aborts when nobody reads it any more: what is written from then on goes nowhere. */
	readonly gone?: AbortSignal;
}

export interface Streams {
	readonly out: Output;
	readonly err: Output;
	/** Standard input to its end, at most `limit` bytes (OperationError beyond). */
	readInput(limit: number): Promise<Buffer>;
	readonly inputIsTerminal: boolean;
	/** Prompts are allowed: stdin and stderr are terminals. */
	readonly interactive: boolean;
	/** Colour and animation are allowed on stderr: a terminal, no NO_COLOR, TERM not dumb. */
	readonly animated: boolean;
}

export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
	delay(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Files {
	/** At most `limit` bytes of a regular file. Throws OperationError that names path and reason, never content. */
	read(path: string, limit: number): Promise<Buffer>;
	/** Writes a new or replaces an old file in one step, with this mode. Throws OperationError. */
	write(path: string, text: string, mode: number): Promise<void>;
	/** The entries of a folder, sorted; undefined when `path` is not a folder. Throws OperationError. */
	entries(
		path: string,
	): Promise<{ name: string; isFolder: boolean }[] | undefined>;
	/** Whether something is there. */
	exists(path: string): Promise<boolean>;
}

/** kubectl's own flags, as given; undefined means not given. */
export interface ConnectionFlags {
	kubeconfig?: string;
	context?: string;
	cluster?: string;
	user?: string;
	namespace?: string;
	server?: string;
	token?: string;
	as?: string;
	asGroup?: string[];
	asUid?: string;
	certificateAuthority?: string;
	clientCertificate?: string;
	clientKey?: string;
	tlsServerName?: string;
	insecureSkipTlsVerify?: boolean;
	/** Milliseconds a single request may take; 0 = no limit. */
	requestTimeout?: number;
	disableCompression?: boolean;
	/** 0 silent; from 6 on: method, URL, status and time of every request on stderr. */
	verbosity?: number;
	/** Requests in flight at most; undefined: as many as the server takes well. */
	concurrency?: number;
}

export interface ObjectRef {
	/** Absent for cluster-scoped kinds. */
	namespace?: string;
	name: string;
}

export interface ListQuery {
	/** Absent: all namespaces. */
	namespace?: string;
	labelSelector?: string;
	fieldSelector?: string;
	/** Only `metadata` comes back, cheaper for both sides. */
	metadataOnly?: boolean;
}

export interface WriteOptions {
	/** Sent as `dryRun=All`: answered as the real call, nothing stored. */
	dryRun?: boolean;
}

export interface CreateOptions extends WriteOptions {
	/** Carried out although the interrupt has come: for the second half of a write that must not be left half done. */
	evenWhenInterrupted?: boolean;
}

export interface Page<T> {
	items: T[];
	/** Of the list: where a watch may start. */
	resourceVersion: string;
}

export type WatchEvent<T> =
	| { type: "ADDED" | "MODIFIED" | "DELETED"; object: T }
	| { type: "BOOKMARK"; resourceVersion: string };

/**
 * One cluster through one user. Every call may throw ApiError (the server's
 * answer), ConnectionError (no answer) or the interrupt's AbortedError; what is
 * safe to repeat has been repeated before. After the interrupt no call begins
 * anything; a write that has begun is waited for, for half a second.
 */
export interface Cluster {
	/** The context's name; "" in-cluster or without a kubeconfig. */
	readonly context: string;
	/** The namespace that kubectl would use: flag, context, in-cluster file, `default`. */
	readonly namespace: string;
	/** Server address, for messages: `https://host:port`. */
	readonly server: string;
	/** The flags that led here, as words: for commands that are printed to be pasted. */
	readonly reach: readonly string[];
	read<K extends Kind>(kind: K, ref: ObjectRef): Promise<ObjectOf[K]>;
	/** Pages of 500, in the server's order; a 410 while paging starts over internally, without repeats. */
	pages<K extends Kind>(
		kind: K,
		query: ListQuery,
	): AsyncIterable<Page<ObjectOf[K]>>;
	create<K extends Kind>(
		kind: K,
		object: ObjectOf[K],
		options?: CreateOptions,
	): Promise<ObjectOf[K]>;
	/** PUT: `metadata.resourceVersion` in the object makes it conditional. */
	update<K extends Kind>(
		kind: K,
		object: ObjectOf[K],
		options?: WriteOptions,
	): Promise<ObjectOf[K]>;
	patch<K extends Kind>(
		kind: K,
		ref: ObjectRef,
		operations: readonly JsonPatchOperation[],
		options?: WriteOptions,
	): Promise<ObjectOf[K]>;
	/** `uid` and `resourceVersion` are preconditions: anything newer is a 409. */
	remove(
		kind: Kind,
		ref: ObjectRef,
		preconditions: { uid?: string; resourceVersion?: string },
		options?: WriteOptions,
	): Promise<void>;
	/**
	 * One watch request from `resourceVersion` on, with bookmarks. Ends when the server ends it;
	 * throws ApiError 410 when the version is too old: list again. Restarting is the caller's.
	 */
	watch<K extends Kind>(
		kind: K,
		query: ListQuery & { resourceVersion: string },
		signal?: AbortSignal,
	): AsyncIterable<WatchEvent<ObjectOf[K]>>;
	/** SelfSubjectAccessReview: may this user do this? */
	mayI(access: {
		verb: string;
		resource: string;
		namespace?: string;
		name?: string;
	}): Promise<boolean>;
	/** Closes connections; nothing may be called afterwards. */
	close(): Promise<void>;
}

/** Registries, as far as credentials go. */
export interface RegistryClient {
	/**
	 * Asks a registry about a credential; `ca`: PEM of authorities to trust besides the machine's.
	 * What a registry does or fails to do is a verification; throws the interrupt's AbortedError,
	 * and OperationError for a proxy setting that is none.
	 */
	verify(probe: Probe, ca?: string): Promise<Verification>;
}

/** Credentials that other programs keep; they are fetched one by one, and only those asked for. */
export interface StoredCredentials {
	/** Keys in `auths`, each once, in the files' order. A credential helper may know others. */
	readonly registries: readonly string[];
	/** `from`: the file's path. Throws OperationError for what is not there or cannot be used, with a helper's own words. */
	find(key: string): Promise<{ credential: Credential; from: string }>;
}

/** Every question goes to stderr; Ctrl-C throws the interrupt's AbortedError. */
export interface Prompter {
	text(question: {
		message: string;
		default?: string;
		/** undefined: fine; else what is wrong with it. */
		check?: (value: string) => string | undefined;
	}): Promise<string>;
	/** Nothing is echoed, not even stars. */
	password(question: {
		message: string;
		check?: (value: string) => string | undefined;
	}): Promise<string>;
	choose<T extends string>(question: {
		message: string;
		choices: readonly { value: T; label: string }[];
	}): Promise<T>;
	/** Any number of the choices. */
	pick<T extends string>(question: {
		message: string;
		choices: readonly { value: T; label: string }[];
	}): Promise<T[]>;
	/** `y/N`: anything but yes is no. */
	confirm(question: { message: string; default?: boolean }): Promise<boolean>;
	/** A spinner with a text, or nothing where not animated. Never during a question. */
	progress(text: string): Progress;
}

export interface Progress {
	update(text: string): void;
	/** Takes the line away. */
	stop(): void;
}
