/**
 * What kubeconfig files say, and how several become one, by kubectl's rules:
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */

export interface ClusterEntry {
	server?: string | undefined;
	tlsServerName?: string | undefined;
	insecureSkipTlsVerify?: boolean | undefined;
	/** Path of a PEM file. */
	certificateAuthority?: string | undefined;
	/** base64 of PEM; wins over the file. */
	certificateAuthorityData?: string | undefined;
	proxyUrl?: string | undefined;
	disableCompression?: boolean | undefined;
	/** The extension `client.authentication.k8s.io/exec`: handed to exec plugins. */
	execConfig?: unknown;
}

export interface ExecEntry {
	apiVersion?: string | undefined;
	command?: string | undefined;
	args: string[];
	env: { name: string; value: string }[];
	/** Shown when the command is missing. */
	installHint?: string | undefined;
	provideClusterInfo?: boolean | undefined;
	interactiveMode?: string | undefined;
}

export interface UserEntry {
	clientCertificate?: string | undefined;
	clientCertificateData?: string | undefined;
	clientKey?: string | undefined;
	clientKeyData?: string | undefined;
	token?: string | undefined;
	tokenFile?: string | undefined;
	username?: string | undefined;
	password?: string | undefined;
	impersonate?: Impersonation | undefined;
	authProvider?: { name: string; config: Record<string, string> } | undefined;
	exec?: ExecEntry | undefined;
	/** The file that says so: where renewed tokens of an auth-provider are kept. */
	file?: string | undefined;
}

export interface Impersonation {
	user?: string | undefined;
	uid?: string | undefined;
	groups?: readonly string[] | undefined;
	extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface ContextEntry {
	cluster?: string | undefined;
	user?: string | undefined;
	namespace?: string | undefined;
}

export interface Kubeconfig {
	clusters: ReadonlyMap<string, ClusterEntry>;
	users: ReadonlyMap<string, UserEntry>;
	contexts: ReadonlyMap<string, ContextEntry>;
	/** "" when not set. */
	currentContext: string;
}

/** Several files as one: for every name, and for the current context, the first file that has it, whole. */
export function merge(configs: readonly Kubeconfig[]): Kubeconfig {
	const clusters = new Map<string, ClusterEntry>();
	const users = new Map<string, UserEntry>();
	const contexts = new Map<string, ContextEntry>();
	let currentContext = "";
	// Backwards, so that what is set last is what the first file says.
	for (const config of configs.toReversed()) {
		for (const [name, entry] of config.clusters) clusters.set(name, entry);
		for (const [name, entry] of config.users) users.set(name, entry);
		for (const [name, entry] of config.contexts) contexts.set(name, entry);
		currentContext = config.currentContext || currentContext;
	}
	return { clusters, users, contexts, currentContext };
}
