import { commandContextOf } from "../../core/command-context.ts";
import { said } from "../../core/output/printable.ts";
import type { Cluster, ConnectionFlags } from "../../world.ts";
import { proxyFor } from "../proxy.ts";
import { lists } from "./api/lists.ts";
import { KnownData } from "./api/redact.ts";
import { Requests } from "./api/requests.ts";
import { resources } from "./api/resources.ts";
import { isTooMuch, RetryPolicy } from "./api/retry.ts";
import { credentialsOf } from "./auth/auth.ts";
import { impersonationHeaders } from "./auth/credentials.ts";
import { Connections } from "./http/connections.ts";
import { dialler, serverIdentity } from "./http/dial.ts";
import { InFlight } from "./http/in-flight.ts";
import type { ConnectContext } from "./kubeconfig/context.ts";
import { inCluster, loadKubeconfig } from "./kubeconfig/files.ts";
import { choose } from "./kubeconfig/resolve-context.ts";
import { serverUrl } from "./kubeconfig/server.ts";

export type { ConnectContext } from "./kubeconfig/context.ts";

/** The cluster and user that kubectl would use for these flags. Sends nothing yet. Throws FailureError. */
export async function connect(
	flags: ConnectionFlags,
	context: ConnectContext,
): Promise<Cluster> {
	const { clock, env, err, files, interrupt } = context;
	const { serverSaid = (warning) => err.write(`Warning: ${said(warning)}\n`) } =
		context;
	const config = await loadKubeconfig(flags.kubeconfig, env, files);
	const fallback = env.KUBERNETES_MASTER || "http://localhost:8080";
	const target = choose(config, flags, fallback, await inCluster(env, files));
	const server = serverUrl(target.server);
	const credentials = credentialsOf(target, server, context);
	const { cluster, user } = target;
	const servername = cluster["tls-server-name"];
	const tls = async () => ({
		...(await serverIdentity(cluster, files)),
		...(servername && { servername }),
		...(await credentials.current()).tls,
	});
	const proxy = proxyFor(server, cluster["proxy-url"], env);
	const connections = new Connections(
		server,
		dialler(server, tls, interrupt, proxy),
	);
	const finish = () => connections.finish(interrupt.reason);
	interrupt.addEventListener("abort", finish, { once: true });
	const requests = new Requests({
		server,
		connections,
		credentials,
		headers: {
			"user-agent": "kubectl-meshreg",
			...impersonationHeaders(user),
		},
		timeout: flags.requestTimeout ?? 0,
		compressed: !cluster["disable-compression"],
		verbosity: flags.verbosity ?? 0,
		err,
		serverSaid,
		clock,
	});
	const known = new KnownData();
	const repeat = new RetryPolicy({
		inFlight: new InFlight(flags.concurrency, isTooMuch),
		clock,
		interrupt,
		server,
		hint: target.hint,
	});
	return {
		context: target.context,
		namespace: target.namespace,
		server: server.origin,
		commandContext: commandContextOf(flags, env),
		...resources(requests, repeat, known),
		...lists(requests, repeat, known),
		async close() {
			connections.end(new Error("the connection was closed"));
		},
	};
}
