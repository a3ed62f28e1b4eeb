import type {
	Clock,
	Cluster,
	ConnectionFlags,
	Files,
	Output,
} from "../../world.ts";
import { Connections } from "./connections.ts";
import { impersonationHeaders, staticCredentials } from "./credentials.ts";
import { dialler, serverIdentity } from "./dial.ts";
import { InFlight } from "./in-flight.ts";
import { inCluster, loadKubeconfig } from "./kubeconfig-files.ts";
import { lists } from "./lists.ts";
import { Repeat } from "./repeat.ts";
import { Requests } from "./requests.ts";
import { resources } from "./resources.ts";
import { serverUrl } from "./server.ts";
import { choose } from "./target.ts";

/** What of the world a connection needs. */
export interface ConnectContext {
	env: Readonly<Record<string, string | undefined>>;
	files: Files;
	clock: Clock;
	/** Warnings of the server, lines of -v, what exec plugins say. */
	err: Output;
	interrupt: AbortSignal;
	/** Exec plugins may ask at the terminal. */
	interactive: boolean;
}

/** The cluster and user that kubectl would use for these flags. Sends nothing yet. Throws OperationError. */
export async function connect(
	flags: ConnectionFlags,
	{ env, files, clock, err, interrupt }: ConnectContext,
): Promise<Cluster> {
	const config = await loadKubeconfig(flags.kubeconfig, env, files);
	const noKubeconfig =
		config.clusters.size + config.users.size + config.contexts.size === 0;
	const pod =
		noKubeconfig && !flags.server ? await inCluster(env, files) : undefined;
	const target = choose(config, flags, {
		server: env.KUBERNETES_MASTER || "http://localhost:8080",
		namespace: "default",
		...pod,
	});
	const server = serverUrl(target.server, target.cluster);
	const secure = server.protocol === "https:";
	// Like kubectl: nothing secret goes over a connection that anybody can read.
	const credentials = staticCredentials(
		secure ? target.user : {},
		files,
		clock,
	);
	const connections = new Connections(
		server,
		dialler(
			server,
			async () => ({
				...(await serverIdentity(target.cluster, files)),
				...(target.cluster.tlsServerName && {
					servername: target.cluster.tlsServerName,
				}),
				...(await credentials.tls()),
			}),
			interrupt,
		),
	);
	interrupt.addEventListener("abort", () => connections.end(interrupt.reason), {
		once: true,
	});
	const requests = new Requests({
		server,
		connections,
		credentials,
		headers: {
			"user-agent": "kubectl-meshreg",
			...impersonationHeaders(target.user.impersonate),
		},
		timeout: flags.requestTimeout ?? 0,
		compressed: !target.cluster.disableCompression,
		verbosity: flags.verbosity ?? 0,
		err,
		clock,
	});
	const repeat = new Repeat({
		inFlight: new InFlight(flags.concurrency, () => clock.now()),
		clock,
		interrupt,
		server,
		noKubeconfig: noKubeconfig && !flags.server && pod === undefined,
	});
	return {
		context: target.context,
		namespace: target.namespace,
		server: server.origin,
		...resources(requests, repeat),
		...lists(requests, repeat, server, interrupt),
		async close() {
			connections.end(new Error("the connection was closed"));
		},
	};
}
