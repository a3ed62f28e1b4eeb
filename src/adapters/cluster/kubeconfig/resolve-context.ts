import type { UserFault } from "../../../core/output/connection-failure.ts";
import { FailureError } from "../../../core/output/failure.ts";
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
export type Pod = Pick<Target, "server" | "namespace" | "cluster" | "user">;

/**
 * The flags' and the current context's choice; without either the pod's, and outside of one kubectl's
 * old `fallback` address. Throws FailureError where a flag or the context names what is not there, or
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
		hint: flags.server || cluster?.server || inPod ? "" : hintFor(config),
	};
	refuseContradictions(target, clusterName ?? "");
	return target;
}

/** Why it is the fallback: nobody means to talk to that one. */
function hintFor({ contexts, absent = [] }: Kubeconfig): string {
	if (contexts.size > 0)
		return "the kubeconfig names no current context: choose one with --context";
	return absent.length === 0
		? "no kubeconfig was found: set KUBECONFIG or --kubeconfig"
		: `KUBECONFIG names ${absent.join(", ")}, which ${absent.length === 1 ? "does" : "do"} not exist`;
}

/** kubectl, too, takes a missing name in a file for an error, not for an empty entry. */
function found<T>(
	entries: ReadonlyMap<string, T>,
	name: string | undefined,
	kind: "context" | "cluster" | "user",
): T | undefined {
	if (!name) return undefined;
	const entry = entries.get(name);
	if (entry !== undefined) return entry;
	throw new FailureError({
		cause: "kubeconfig-entry-missing",
		kind,
		name,
		known: [...entries.keys()].sort(),
	});
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
	const inCluster = (because: "insecure-and-authority" | "two-authorities") =>
		new FailureError({
			cause: "kubeconfig-cluster-contradictory",
			cluster: clusterName,
			because,
		});
	const ca = cluster["certificate-authority"];
	const caData = cluster["certificate-authority-data"];
	if (cluster["insecure-skip-tls-verify"] && (ca || caData))
		throw inCluster("insecure-and-authority");
	if (ca && caData) throw inCluster("two-authorities");
	const fault = userFault(user);
	if (fault !== undefined)
		throw new FailureError({
			cause: "kubeconfig-user-unusable",
			user: userName,
			fault,
		});
}

/** What is wrong with a user; undefined where it can be used. */
function userFault(user: UserEntry): UserFault | undefined {
	const { exec, "auth-provider": authProvider } = user;
	// No group is none: kubectl then asks for no user, either.
	const impersonates =
		user["as-uid"] || user["as-groups"]?.length || user["as-user-extra"];
	if (impersonates && !user.as) return { is: "impersonates-nobody" };
	if ((user.token || user.tokenFile) && (user.username || user.password))
		return { is: "two-methods" };
	for (const field of ["client-certificate", "client-key"] as const)
		if (user[field] && user[`${field}-data`])
			return { is: "file-and-data", field };
	if (
		(user["client-certificate"] || user["client-certificate-data"]) &&
		!user["client-key"] &&
		!user["client-key-data"]
	)
		return { is: "no-client-key" };
	if (exec && authProvider) return { is: "exec-and-auth-provider" };
	const fault = exec ? pluginFault(exec) : undefined;
	if (fault !== undefined) return fault;
	if (authProvider && authProvider.name !== "oidc")
		return { is: "auth-provider-gone", name: authProvider.name };
	return undefined;
}

const VERSIONS = [
	"client.authentication.k8s.io/v1",
	"client.authentication.k8s.io/v1beta1",
];

/** Why an exec plugin cannot be run; undefined where it can. */
function pluginFault({
	command,
	apiVersion = "",
	interactiveMode,
}: ExecEntry): UserFault | undefined {
	if (!command) return { is: "exec-without-command" };
	if (!VERSIONS.includes(apiVersion))
		return { is: "exec-version", version: apiVersion, known: VERSIONS };
	if (interactiveMode === undefined)
		return apiVersion === VERSIONS[0]
			? { is: "exec-without-interactive-mode" }
			: undefined;
	return ["Never", "IfAvailable", "Always"].includes(interactiveMode)
		? undefined
		: { is: "exec-interactive-mode", mode: interactiveMode };
}
