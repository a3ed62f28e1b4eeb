import type { Cluster, ConnectionFlags } from "./cluster.ts";
import type { Credential } from "./core/credentials/credential.ts";
import type { RunEvent } from "./core/document.ts";
import type { Env } from "./core/env.ts";
import type { Provided, Provider } from "./core/pull-secrets/provider.ts";
import type { Send } from "./core/registry/answer.ts";
import type { RegistryServer } from "./core/registry/server.ts";
import type { Probe, Verification } from "./core/registry/verification.ts";

export * from "./cluster.ts";

/**
 * What a command works with: everything outside but what is printed, and `emit`
 * for what is to be said. What a command prints in the end is what it returns.
 */
export interface World extends Omit<Outside, "streams"> {
	readonly streams: Omit<Streams, "out" | "err"> & {
		readonly out: Omit<Output, "write">;
	};
	/** Those of --contexts, while something is asked once for all of them: connections then are to the first unless another is named. */
	readonly contexts?: readonly string[];
	/** Tells what happens while it works. */
	emit(event: RunEvent): void;
	/** Runs another command line of this program as the same user, to its exit status; it prints for itself. */
	again(argv: readonly string[], connection: ConnectionFlags): Promise<number>;
}

/**
 * Everything outside. Adapters implement it; tests may
 * stand in for a part of it. Nothing else reaches the terminal, the disk, the
 * clock, the cluster or a registry.
 */
export interface Outside {
	/** The name that the program was called by, without folders or `.exe`. */
	readonly calledAs: string;
	readonly env: Env;
	readonly streams: Streams;
	readonly clock: Clock;
	readonly files: Files;
	/** Aborts on SIGINT, SIGTERM, SIGHUP, and Ctrl-C in a question; its reason is the AbortedError to end with. */
	readonly interrupt: AbortSignal;
	/**
	 * Runs work that is as long as a file makes it, and hears no interrupt: a signal ends the process meanwhile.
	 * Nothing may be under way that is to be put right.
	 */
	unheard<T>(work: () => T): T;
	/**
	 * The cluster and user that kubectl would use for these flags. Loads the client, sends nothing yet.
	 * Throws OperationError for a kubeconfig that is broken or lacks the context.
	 */
	connect(flags: ConnectionFlags, apart?: ConnectedApart): Promise<Cluster>;
	/** The names in the kubeconfig that kubectl would use. Throws OperationError for a broken one. */
	kubeconfigNames(path: string | undefined): Promise<KubeconfigNames>;
	/** Registries, to ask about credentials. Loads the client, sends nothing yet. */
	registry(): Promise<RegistryClient>;
	/**
	 * What docker, podman and credential helpers have stored on this machine: the file at `path`,
	 * or theirs in their order. Throws OperationError where there is none, or one that is none.
	 */
	storedCredentials(path?: string): Promise<StoredCredentials>;
	/**
	 * Asks what makes credentials for a new one of the registry with this key; `args` are a plugin's own.
	 * Only what the command line named is ever run. `ca`: PEM of authorities to trust besides the machine's,
	 * where we ask ourselves (ecr). Throws OperationError where there is none to be had.
	 */
	provided(
		provider: Provider,
		args: readonly string[],
		key: string,
		ca?: string,
	): Promise<Provided>;
	/** Asks the person at the terminal. Only to be called where `streams.interactive`. */
	prompter(): Promise<Prompter>;
	/** Answers GETs of a few paths on a port of this machine. Throws OperationError where it cannot listen. */
	serve(
		at: ListenAddress,
		pages: Readonly<Record<string, () => Promise<WebPage>>>,
	): Promise<PageServer>;
}

/** Where pages are served. */
export interface ListenAddress {
	/** "" for every address of the machine. */
	readonly host: string;
	/** 0 for one that is free. */
	readonly port: number;
}

/** An answer over HTTP. */
export interface WebPage {
	readonly status: number;
	/** The media type; plain text where absent. */
	readonly type?: string;
	readonly text: string;
}

/** What answers, until it is closed. */
export interface PageServer {
	readonly port: number;
	close(): Promise<void>;
}

/** What a kubeconfig names, in the order of its files. */
export interface KubeconfigNames {
	readonly context: readonly string[];
	readonly cluster: readonly string[];
	readonly user: readonly string[];
	/** By context the first one with the same server and user. */
	readonly identity: ReadonlyMap<string, string>;
}

/** How a connection differs from the rest of the program. */
interface ConnectedApart {
	/** Where its warnings and the lines of `-v` go, instead of stderr. */
	readonly err?: Output;
	/** Is told what the API server warns of, instead of `err`. */
	readonly serverSaid?: (words: string) => void;
	/** Nobody is asked or told anything, and everything ends when it aborts. */
	readonly quietlyUntil?: AbortSignal;
}

/** Standard output or standard error. */
export interface Output {
	write(text: string): void;
	readonly isTerminal: boolean;
	/** Colours are shown: a terminal, no NO_COLOR, TERM not dumb. */
	readonly colours?: boolean;
	/** Width in characters; 80 where it cannot be known. */
	readonly columns: number;
	/** Aborts when a write finds that nobody reads it any more: what is written from then on goes nowhere. */
	readonly gone?: AbortSignal;
}

/** What is written and read beside files. */
export interface Streams {
	readonly out: Output;
	readonly err: Output;
	/** Both are shown in one place, line by line as they come: a terminal, or one file or pipe (`2>&1`). */
	readonly together: boolean;
	/** Standard input to its end, at most `limit` bytes (OperationError beyond). */
	readInput(limit: number): Promise<Buffer>;
	readonly inputIsTerminal: boolean;
	/** Prompts are allowed: stdin and stderr are terminals. */
	readonly interactive: boolean;
	/** Colour and animation are allowed on stderr: a terminal, no NO_COLOR, TERM not dumb. */
	readonly animated: boolean;
}

/** The time, and pauses. */
export interface Clock {
	/** Milliseconds since 1970. May be set back. */
	now(): number;
	/** Milliseconds since some moment, only ever more: for how long something takes. */
	elapsed(): number;
	/** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
	delay(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The files of this machine. */
export interface Files {
	/** At most `limit` bytes of a regular file. Throws OperationError that names path and reason, never content. */
	read(path: string, limit: number): Promise<Buffer>;
	/**
	 * Writes a new or replaces an old file in one step: for this user alone, or with the owner and the mode of what
	 * is there. Throws OperationError.
	 */
	write(path: string, text: string, access?: "kept"): Promise<void>;
	/** The entries of a folder, sorted; a link is no folder. Undefined: `path` is none, nor a link to one. Throws OperationError. */
	entries(
		path: string,
	): Promise<{ name: string; isFolder: boolean }[] | undefined>;
	exists(path: string): Promise<boolean>;
}

/** Registries, as far as credentials go. */
export interface RegistryClient {
	/**
	 * Asks a registry about a credential; `ca`: PEM of authorities to trust besides the machine's.
	 * What a registry does or fails to do is a verification; throws the interrupt's AbortedError,
	 * and OperationError for a proxy setting that is none.
	 */
	verify(probe: Probe, ca?: string): Promise<Verification>;
	/**
	 * Connections to one registry, for many requests, each with a limit of 10 seconds. Throws
	 * OperationError for a `ca` or a proxy setting that is none.
	 */
	open(registry: RegistryAddress, ca?: string): Promise<RegistryConnection>;
}

interface RegistryAddress {
	/** `host[:port]` of its API. */
	readonly host: string;
	/** The user allowed plain http and unverified certificates. */
	readonly insecure: boolean;
	/** Somebody who may say so named it: it may be at a private address. */
	readonly inside: boolean;
}

/** A conversation with one registry and its token server, to be closed. */
export interface RegistryConnection {
	readonly send: Send;
	close(): Promise<void>;
}

/** Credentials that other programs keep; they are fetched one by one, and only those asked for. */
export interface StoredCredentials {
	/** Arguments for `find` that mean one entry each, in the files' order. A credential helper may know others. */
	readonly registries: readonly string[];
	/**
	 * `from`: the file's path; `narrower`: the entry is podman's `host/namespace`, for a part of the registry.
	 * Throws OperationError for what is not there or cannot be used, with a helper's own words.
	 */
	find(server: RegistryServer): Promise<{
		credential: Credential;
		from: string;
		narrower?: string;
	}>;
}

/** One of many of which any number can be taken. */
export interface PickChoice<T extends string> {
	readonly value: T;
	/** By which it is found. */
	readonly label: string;
	/** Shown beside it. */
	readonly note?: string;
	/** It is taken unless the person takes it back. */
	readonly marked?: boolean;
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
		choices: readonly PickChoice<T>[];
	}): Promise<T[]>;
	/** `y/N`: anything but yes is no. */
	confirm(question: { message: string; default?: boolean }): Promise<boolean>;
	/** A spinner with a text, or nothing where not animated. Never during a question. */
	progress(text: string): Progress;
}

/** A line that says how far it has come. */
export interface Progress {
	update(text: string): void;
	/** Takes the line away. */
	stop(): void;
}
