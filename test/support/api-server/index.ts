import { writeFile } from "node:fs/promises";
import type { AccessRule } from "./access.ts";
import { CertificateAuthority, type KeyPair } from "./certificates.ts";
import {
	finalizeNamespaces,
	makeDefaultServiceAccounts,
} from "./controllers.ts";
import type { Hook, LoggedRequest } from "./hooks.ts";
import { type KubeconfigOptions, kubeconfigYaml } from "./kubeconfig.ts";
import type { User } from "./request.ts";
import { Serving } from "./serving.ts";
import { Store } from "./store.ts";

export type { AccessRule } from "./access.ts";
export type { Hook, Intervention, LoggedRequest } from "./hooks.ts";
export type { KubeconfigOptions } from "./kubeconfig.ts";
export type { Draft, KubeObject } from "./objects.ts";
export type { ApiRequest } from "./request.ts";
export type { Store } from "./store.ts";

interface UserOptions {
	groups?: readonly string[];
	token?: string;
	uid?: string;
}

export interface ApiServerOptions {
	/** Users beside `admin`, who is in system:masters. The token is `NAME-token` where none is given. */
	users?: Readonly<Record<string, UserOptions>>;
	/** What users and groups may do; without a rule, nothing. */
	allow?: readonly AccessRule[];
	/** Namespaces to begin with, beside default and the three kube-… */
	namespaces?: readonly string[];
	/** Each namespace gets a `default` ServiceAccount; off: seed one when the test wants it to appear. */
	defaultServiceAccounts?: boolean;
	/** A deleted namespace is emptied and goes at once; off: it stays Terminating. */
	finalizeNamespaces?: boolean;
	/** Offer no HTTP/2. */
	http1Only?: boolean;
	/** How many changes watches may go back; default 100,000. */
	history?: number;
	/** Milliseconds between bookmarks of a watch; default a minute. */
	bookmarkInterval?: number;
	/** The server's clock. */
	now?: () => Date;
}

export interface ApiServer {
	/** `https://127.0.0.1:PORT` */
	readonly url: string;
	/** The CA, PEM. */
	readonly ca: string;
	/** All objects: to seed, look at and delete without a request. */
	readonly store: Store;
	/** Every request so far, oldest first, but for those still unanswered. */
	readonly requests: LoggedRequest[];
	/** TLS handshakes so far. */
	readonly connections: number;
	/** Watches that are running. */
	readonly watches: number;
	/** A kubeconfig as YAML. Throws for a user that the server was not started with. */
	kubeconfig(options?: KubeconfigOptions): string;
	/** Writes a kubeconfig, for its owner alone. */
	writeKubeconfig(path: string, options?: KubeconfigOptions): Promise<void>;
	/** The certificate and key of a user, PEM. */
	clientPair(user?: string): KeyPair;
	/** The bearer token of a user. */
	token(user?: string): string;
	/** Lets a bearer token stand for a user from now on, as a TokenRequest does. */
	addToken(token: string, user: User): void;
	/** Lets `hook` see every request from now on; the first that intervenes decides. Returns what takes it off. */
	onRequest(hook: Hook): () => void;
	/** Sends a bookmark on every watch that asked for them. */
	sendBookmarks(): void;
	/** Ends all watches, as the server does when their time is up. */
	endWatches(): void;
	/** Cuts all connections and stops listening. */
	stop(): Promise<void>;
}

/** Starts an API server on a free port of 127.0.0.1, with a CA, users and objects of its own. */
export async function startApiServer(
	options: ApiServerOptions = {},
): Promise<ApiServer> {
	const authority = await CertificateAuthority.create();
	const users = new Map<
		string,
		{ name: string; token: string; pair: KeyPair }
	>();
	const tokens = new Map<string, User>();
	const all = { admin: { groups: ["system:masters"] }, ...options.users };
	await Promise.all(
		Object.entries<UserOptions>(all).map(
			async ([name, { groups = [], token = `${name}-token`, uid }]) => {
				tokens.set(token, {
					name,
					groups,
					...(uid === undefined ? {} : { uid }),
				});
				const pair = await authority.client(name, groups);
				users.set(name, { name, token, pair });
			},
		),
	);
	const store = new Store(
		options.now ?? (() => new Date()),
		options.history ?? 100_000,
	);
	if (options.defaultServiceAccounts === true)
		makeDefaultServiceAccounts(store);
	if (options.finalizeNamespaces === true) finalizeNamespaces(store);
	for (const name of [
		"default",
		"kube-node-lease",
		"kube-public",
		"kube-system",
		...(options.namespaces ?? []),
	])
		store.seed({ kind: "Namespace", metadata: { name } });

	const serving = await Serving.start(
		{
			pair: await authority.server(),
			ca: authority.certificate,
			http1Only: options.http1Only ?? false,
		},
		{ store, tokens, rules: options.allow ?? [] },
	);
	const bookmarks = setInterval(
		() => serving.sendBookmarks(),
		options.bookmarkInterval ?? 60_000,
	).unref();
	const url = `https://127.0.0.1:${serving.port}`;
	const userNamed = (name = "admin") => {
		const user = users.get(name);
		if (user === undefined)
			throw new Error(`the API server has no user ${name}`);
		return user;
	};
	const kubeconfig = (given: KubeconfigOptions = {}) =>
		kubeconfigYaml(
			given.server ?? url,
			given.ca ?? authority.certificate,
			userNamed(given.user),
			given,
		);
	return {
		url,
		ca: authority.certificate,
		store,
		requests: serving.requests,
		get connections() {
			return serving.handshakes;
		},
		get watches() {
			return serving.watches;
		},
		kubeconfig,
		writeKubeconfig: (path, given) =>
			writeFile(path, kubeconfig(given), { mode: 0o600 }),
		clientPair: (user) => userNamed(user).pair,
		token: (user) => userNamed(user).token,
		addToken: (token, user) => {
			tokens.set(token, user);
		},
		onRequest: (hook) => serving.addHook(hook),
		sendBookmarks: () => serving.sendBookmarks(),
		endWatches: () => serving.endWatches(),
		stop: () => {
			clearInterval(bookmarks);
			return serving.stop();
		},
	};
}
