import { OperationError } from "../../errors.ts";
import type { ConnectionFlags } from "../../world.ts";
import { checkExecEntry } from "./exec-plugin.ts";
import type { ClusterEntry, Kubeconfig, UserEntry } from "./kubeconfig.ts";

/** Which cluster, as whom, and where: what kubectl would use for the same files and flags. */
export interface Target {
	/** "" without a kubeconfig. */
	context: string;
	namespace: string;
	/** As written: `https://host:port/path`, or without a scheme. */
	server: string;
	cluster: ClusterEntry;
	user: UserEntry;
	/** The kubeconfig's name for the user; "" without one. */
	userName: string;
}

/** What stands in where neither a kubeconfig nor a flag says it. */
export interface Defaults {
	server: string;
	namespace: string;
	cluster?: ClusterEntry;
	user?: UserEntry;
}

/**
 * The flags' and the current context's choice. Throws OperationError where a flag or the
 * context names what is not there, or where an entry contradicts itself.
 */
export function choose(
	config: Kubeconfig,
	flags: ConnectionFlags,
	defaults: Defaults,
): Target {
	const name = flags.context || config.currentContext;
	const context = found(config.contexts, name, "context");
	const clusterName = flags.cluster || context?.cluster;
	const userName = flags.user || context?.user;
	const cluster = withFlags(
		found(config.clusters, clusterName, "cluster") ?? defaults.cluster ?? {},
		flags,
	);
	const user = withCredentials(
		found(config.users, userName, "user") ?? defaults.user ?? {},
		flags,
	);
	const target = {
		context: name,
		namespace: flags.namespace || context?.namespace || defaults.namespace,
		server: flags.server || cluster.server || defaults.server,
		cluster,
		user,
		userName: userName ?? "",
	};
	refuseContradictions(target, clusterName ?? "");
	return target;
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
	const changed = { ...cluster };
	// A CA of the kubeconfig must not contradict the flag: each of the two replaces all three fields.
	if (flags.insecureSkipTlsVerify || flags.certificateAuthority) {
		changed.insecureSkipTlsVerify = flags.insecureSkipTlsVerify;
		changed.certificateAuthority = flags.certificateAuthority;
		changed.certificateAuthorityData = undefined;
	}
	// The kubeconfig's name belongs to the kubeconfig's server.
	if (flags.tlsServerName || flags.server)
		changed.tlsServerName = flags.tlsServerName;
	if (flags.disableCompression) changed.disableCompression = true;
	return changed;
}

function withCredentials(user: UserEntry, flags: ConnectionFlags): UserEntry {
	const changed = { ...user };
	if (flags.token) {
		changed.token = flags.token;
		changed.tokenFile = undefined;
	}
	if (flags.clientCertificate) {
		changed.clientCertificate = flags.clientCertificate;
		changed.clientCertificateData = undefined;
	}
	if (flags.clientKey) {
		changed.clientKey = flags.clientKey;
		changed.clientKeyData = undefined;
	}
	if (flags.as || flags.asUid || flags.asGroup?.length)
		changed.impersonate = {
			...user.impersonate,
			...(flags.as && { user: flags.as }),
			...(flags.asUid && { uid: flags.asUid }),
			...(flags.asGroup?.length && { groups: flags.asGroup }),
		};
	return changed;
}

function refuseContradictions(
	{ cluster, user, userName }: Target,
	clusterName: string,
): void {
	if (
		cluster.insecureSkipTlsVerify &&
		(cluster.certificateAuthority || cluster.certificateAuthorityData)
	)
		throw new OperationError(
			`cluster "${clusterName}": specifying a root certificates file with the insecure flag is not allowed: remove one of the two`,
		);
	const impersonate = user.impersonate;
	if (impersonate && !impersonate.user)
		throw new OperationError(
			`requesting uid, groups or user-extra for user "${userName}" without impersonating a user: add --as`,
		);
	const methods = [
		...(user.token || user.tokenFile ? ["token"] : []),
		...(user.username || user.password ? ["basicAuth"] : []),
	];
	if (methods.length > 1)
		throw new OperationError(
			`more than one authentication method found for user "${userName}"; found ${methods.join(", ")}, only one is allowed`,
		);
	if (user.exec && user.authProvider)
		throw new OperationError(
			`user "${userName}": authProvider cannot be provided in combination with an exec plugin`,
		);
	if (user.exec) checkExecEntry(user.exec, userName);
	if (user.authProvider && user.authProvider.name !== "oidc")
		throw new OperationError(
			`user "${userName}": the auth-provider "${user.authProvider.name}" is gone since kubectl 1.26: use its exec plugin instead`,
		);
}
