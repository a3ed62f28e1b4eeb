import type { Kind, MergePatch, ObjectOf } from "./core/objects.ts";
import type { ContextFlags } from "./core/output/context-flags.ts";
import type { CommandContext } from "./core/output/shell.ts";

/** kubectl's own flags, as given; undefined means not given. */
export interface ConnectionFlags extends ContextFlags {
	readonly namespace?: string;
	readonly token?: string;
	readonly as?: string;
	readonly asGroup?: string[];
	readonly asUid?: string;
	readonly certificateAuthority?: string;
	readonly clientCertificate?: string;
	readonly clientKey?: string;
	readonly tlsServerName?: string;
	readonly insecureSkipTlsVerify?: boolean;
	/** Milliseconds a single request may take; 0 = no limit. */
	readonly requestTimeout?: number;
	readonly disableCompression?: boolean;
	/** 0 silent; from 6 on: method, URL, status and time of every request on stderr. */
	readonly verbosity?: number;
	/** Requests in flight at most; undefined: as many as the server takes well. */
	readonly concurrency?: number;
}

/** Where an object is. */
export interface ObjectRef {
	/** Absent for cluster-scoped kinds. */
	readonly namespace?: string | undefined;
	readonly name: string;
}

/** Which objects of a kind are listed or watched. */
export interface ListQuery {
	/** Absent: all namespaces. */
	readonly namespace?: string | undefined;
	readonly labelSelector?: string | undefined;
	readonly fieldSelector?: string | undefined;
	/** Only `metadata` comes back, cheaper for both sides. */
	readonly metadataOnly?: boolean;
}

/** How something is written. */
export interface WriteOptions {
	/** Sent as `dryRun=All`: answered as the real call, nothing stored. */
	readonly dryRun?: boolean;
}

/** The same of what an interrupt must not leave half done. */
export interface SeenThroughOptions extends WriteOptions {
	/** Carried out although the interrupt has come: one of the calls until this settles, which must not be left half done. */
	readonly seenThroughUntil?: Promise<unknown>;
}

/** One answer to a list of many. */
export interface Page<T> {
	readonly items: T[];
	/** Of the list: where a watch may start. */
	readonly resourceVersion: string;
}

/** That the server took the watch, what happened to an object, or only how far the watch has come. */
export type WatchEvent<T> =
	| { type: "ACCEPTED" }
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
	readonly commandContext: CommandContext;
	read<K extends Kind>(kind: K, ref: ObjectRef): Promise<ObjectOf[K]>;
	/** Pages of 500, in the server's order; a 410 while paging starts over internally, without repeats. */
	pages<K extends Kind>(
		kind: K,
		query: ListQuery,
	): AsyncIterable<Page<ObjectOf[K]>>;
	/**
	 * The same, of what `pick` makes of each object, which is dropped as soon as it is read: for kinds of
	 * which there are many large ones. It gets them without managedFields, and is asked about an object
	 * again where a page breaks off.
	 */
	picked<K extends Kind, Taken>(
		kind: K,
		query: ListQuery,
		pick: (object: ObjectOf[K]) => Taken,
	): AsyncIterable<Page<Taken>>;
	create<K extends Kind>(
		kind: K,
		object: ObjectOf[K],
		options?: SeenThroughOptions,
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
		patch: MergePatch,
		options?: WriteOptions,
	): Promise<ObjectOf[K]>;
	/**
	 * Server-side apply: what is there becomes so, and what an earlier apply of ours had and this one
	 * has not is gone. Fields of another manager with another value are a 409.
	 */
	apply<K extends Kind>(
		kind: K,
		object: ObjectOf[K],
		options?: WriteOptions,
	): Promise<ObjectOf[K]>;
	/** `uid` and `resourceVersion` are preconditions: anything newer is a 409. */
	remove(
		kind: Kind,
		ref: ObjectRef,
		preconditions: { uid?: string | undefined; resourceVersion?: string },
		options?: SeenThroughOptions,
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
	canI(access: {
		verb: string;
		/** Absent: the core group. */
		group?: string;
		resource: string;
		namespace?: string;
		name?: string;
	}): Promise<boolean>;
	/** Closes connections; nothing may be called afterwards. */
	close(): Promise<void>;
}
