import { OperationError } from "../../../errors.ts";
import type { ConnectionFlags } from "../../../world.ts";
import type {
	ClusterEntry,
	ExecEntry,
	Kubeconfig,
	UserEntry,
} from "./document.ts";

/** Which cluster, as whom, and where: what kubectl would use for the same files and flags. */
export interface Target {
	/** "" without a kubeconfig. */
	readonly context: string;
	readonly namespace: string;
	/** As written: `https://host:port/path`, or without a scheme. */
	readonly server: string;
	readonly cluster: ClusterEntry;
	readonly user: UserEntry;
	/** The kubeconfig's name for the user; "" without one. */
	readonly userName: string;
	/** What to do when the server cannot be reached; "" when it was chosen on purpose. */
	readonly hint: string;
}

/** What a pod uses, where nothing else says which cluster. */
export interface Pod {
	readonly server: string;
	readonly namespace: string;
	readonly cluster: ClusterEntry;
	readonly user: UserEntry;
}

/**
 * The flags' and the current context's choice; without either the pod's, and outside of one kubectl's
 * old `fallback` address. Throws OperationError where a flag or the context names what is not there, or
 * where an entry contradicts itself.
 */
export function choose(
	config: Kubeconfig,
	flags: ConnectionFlags,
	fallback: string,
	pod?: Pod,
): Target {
	const name = flags.context || config.currentContext;
	const context = found(config.contexts, name, "context");
	const clusterName = flags.cluster || context?.cluster;
	const userName = flags.user || context?.user;
	const cluster = found(config.clusters, clusterName, "cluster");
	const user = found(config.users, userName, "user");
	const inPod = cluster === undefined && !flags.server ? pod : undefined;
	const target = {
		context: name,
		// A pod's namespace also stands in where its kubeconfig says none.
		namespace:
			flags.namespace || context?.namespace || pod?.namespace || "default",
		server: flags.server || cluster?.server || inPod?.server || fallback,
		cluster: withFlags(cluster ?? inPod?.cluster ?? {}, flags),
		user: withCredentials(inPod?.user ?? user ?? {}, flags),
		userName: userName ?? "",
		hint:
			flags.server || cluster?.server || inPod
				? ""
				: hintFor(config.contexts.size),
	};
	refuseContradictions(target, clusterName ?? "");
	return target;
}

/** Why it is the fallback: nobody means to talk to that one. */
function hintFor(contexts: number): string {
	return contexts === 0
		? "no kubeconfig was found: set KUBECONFIG or --kubeconfig"
		: "the kubeconfig names no current context: choose one with --context";
}

/** kubectl, too, takes a missing name in a file for an error, not for an empty entry. */
function found<T>(
	entries: ReadonlyMap<string, T>,
	name: string | undefined,
	what: string,
): T | undefined {
	if (!name) return undefined;
	const entry = entries.get(name);
	if (entry !== undefined) return entry;
	const known = [...entries.keys()].sort();
	const instead =
		known.length === 0
			? "the kubeconfig has none; see: kubectl config view"
			: `there ${known.length === 1 ? "is" : "are"} ${known.slice(0, 5).join(", ")}${known.length > 5 ? ", …" : ""}`;
	throw new OperationError(`${what} "${name}" does not exist: ${instead}`);
}

function withFlags(
	cluster: ClusterEntry,
	flags: ConnectionFlags,
): ClusterEntry {
	return {
		...cluster,
		// A CA of the kubeconfig must not contradict the flag: each of the two replaces all three fields.
		...((flags.insecureSkipTlsVerify || flags.certificateAuthority) && {
			"insecure-skip-tls-verify": flags.insecureSkipTlsVerify,
			"certificate-authority": flags.certificateAuthority,
			"certificate-authority-data": undefined,
		}),
		// The kubeconfig's name belongs to the kubeconfig's server.
		...((flags.tlsServerName || flags.server) && {
			"tls-server-name": flags.tlsServerName,
		}),
		...(flags.disableCompression && { "disable-compression": true }),
	};
}

function withCredentials(user: UserEntry, flags: ConnectionFlags): UserEntry {
	return {
		...user,
		...(flags.token && { token: flags.token, tokenFile: undefined }),
		...(flags.clientCertificate && {
			"client-certificate": flags.clientCertificate,
			"client-certificate-data": undefined,
		}),
		...(flags.clientKey && {
			"client-key": flags.clientKey,
			"client-key-data": undefined,
		}),
		...(flags.as && { as: flags.as }),
		...(flags.asUid && { "as-uid": flags.asUid }),
		...(flags.asGroup?.length && { "as-groups": flags.asGroup }),
	};
}

function refuseContradictions(
	{ cluster, user, userName }: Target,
	clusterName: string,
): void {
	const inCluster = (what: string) =>
		new OperationError(`cluster "${clusterName}": ${what}: remove one of them`);
	const inUser = (what: string) =>
		new OperationError(`user "${userName}": ${what}`);
	const ca = cluster["certificate-authority"];
	const caData = cluster["certificate-authority-data"];
	if (cluster["insecure-skip-tls-verify"] && (ca || caData))
		throw inCluster(
			"specifying a root certificates file with the insecure flag is not allowed",
		);
	if (ca && caData)
		throw inCluster(
			"certificate-authority-data and certificate-authority are both specified",
		);
	const { exec, "auth-provider": authProvider } = user;
	// No group is none: kubectl then asks for no user, either.
	const impersonates =
		user["as-uid"] || user["as-groups"]?.length || user["as-user-extra"];
	if (impersonates && !user.as)
		throw inUser(
			"requesting uid, groups or user-extra without impersonating a user: add --as",
		);
	if ((user.token || user.tokenFile) && (user.username || user.password))
		throw inUser(
			"more than one authentication method found; found [token basicAuth], only one is allowed",
		);
	for (const kind of ["client-certificate", "client-key"] as const)
		if (user[kind] && user[`${kind}-data`])
			throw inUser(`${kind}-data and ${kind} are both specified`);
	if (
		(user["client-certificate"] || user["client-certificate-data"]) &&
		!user["client-key"] &&
		!user["client-key-data"]
	)
		throw inUser(
			"client-key-data or client-key must be specified to use the clientCert authentication method",
		);
	if (exec && authProvider)
		throw inUser(
			"authProvider cannot be provided in combination with an exec plugin",
		);
	if (exec) refusePlugin(exec, (what) => inUser(`exec plugin: ${what}`));
	if (authProvider && authProvider.name !== "oidc")
		throw inUser(
			`the auth-provider "${authProvider.name}" is gone since kubectl 1.26: use its exec plugin instead`,
		);
}

const VERSIONS = [
	"client.authentication.k8s.io/v1",
	"client.authentication.k8s.io/v1beta1",
];

/** Throws what `fail` makes of the reason why it cannot be run. */
function refusePlugin(
	{ command, apiVersion = "", interactiveMode }: ExecEntry,
	fail: (why: string) => OperationError,
): void {
	if (!command) throw fail("command must be specified");
	if (!VERSIONS.includes(apiVersion))
		throw fail(
			`invalid apiVersion "${apiVersion}": it must be ${VERSIONS.join(" or ")}`,
		);
	if (interactiveMode === undefined && apiVersion === VERSIONS[0])
		throw fail(
			"interactiveMode must be specified: Never, IfAvailable or Always",
		);
	if (!["Never", "IfAvailable", "Always"].includes(interactiveMode ?? "Never"))
		throw fail(`invalid interactiveMode "${interactiveMode}"`);
}
