/**
 * What kubeconfig files say, and how several become one, by kubectl's rules:
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */

export interface ClusterEntry {
	readonly server?: string | undefined;
	readonly tlsServerName?: string | undefined;
	readonly insecureSkipTlsVerify?: boolean | undefined;
	/** Path of a PEM file. */
	readonly certificateAuthority?: string | undefined;
	/** base64 of PEM; wins over the file. */
	readonly certificateAuthorityData?: string | undefined;
	readonly proxyUrl?: string | undefined;
	readonly disableCompression?: boolean | undefined;
	/** The extension `client.authentication.k8s.io/exec`: handed to exec plugins. */
	readonly execConfig?: unknown;
}

export interface ExecEntry {
	readonly apiVersion?: string | undefined;
	readonly command?: string | undefined;
	readonly args: string[];
	readonly env: { name: string; value: string }[];
	/** Shown when the command is missing. */
	readonly installHint?: string | undefined;
	readonly provideClusterInfo?: boolean | undefined;
	readonly interactiveMode?: string | undefined;
}

export interface UserEntry {
	readonly clientCertificate?: string | undefined;
	readonly clientCertificateData?: string | undefined;
	readonly clientKey?: string | undefined;
	readonly clientKeyData?: string | undefined;
	readonly token?: string | undefined;
	readonly tokenFile?: string | undefined;
	readonly username?: string | undefined;
	readonly password?: string | undefined;
	readonly impersonate?: Impersonation | undefined;
	readonly authProvider?:
		| { name: string; config: Record<string, string> }
		| undefined;
	readonly exec?: ExecEntry | undefined;
	/** The file that says so: where renewed tokens of an auth-provider are kept. */
	readonly file?: string | undefined;
}

export interface Impersonation {
	readonly user?: string | undefined;
	readonly uid?: string | undefined;
	readonly groups?: readonly string[] | undefined;
	readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface ContextEntry {
	readonly cluster?: string | undefined;
	readonly user?: string | undefined;
	readonly namespace?: string | undefined;
}

export interface Kubeconfig {
	readonly clusters: ReadonlyMap<string, ClusterEntry>;
	readonly users: ReadonlyMap<string, UserEntry>;
	readonly contexts: ReadonlyMap<string, ContextEntry>;
	/** "" when not set. */
	readonly currentContext: string;
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
