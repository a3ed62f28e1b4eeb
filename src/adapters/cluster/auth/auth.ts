import { pem } from "../http/dial.ts";
import type { ConnectContext } from "../kubeconfig/context.ts";
import type { Target } from "../kubeconfig/resolve-context.ts";
import { type Credentials, clientCertificate } from "./credentials.ts";
import { keptCredentials } from "./kept.ts";
import { type Issued, renewed } from "./renewed.ts";

/**
 * The user's credentials. Like kubectl: nothing secret goes over plain HTTP; a token file stands before
 * a token; a token, a password or a certificate before an exec plugin.
 */
export function credentialsOf(
	target: Target,
	server: URL,
	context: ConnectContext,
): Credentials {
	const { user } = target;
	const { files, clock } = context;
	if (server.protocol !== "https:") return keptCredentials({}, files, clock);
	const kept = () => keptCredentials(user, files, clock);
	if (user.tokenFile || user.token || user.username || user.password)
		return kept();
	const { exec, "auth-provider": provider } = user;
	const certified =
		user["client-certificate"] || user["client-certificate-data"];
	if (exec && !certified)
		return renewed(async () => {
			const { runExecPlugin } = await import("./exec-plugin.ts");
			return runExecPlugin(exec, await execCluster(target, context), context);
		}, clock);
	if (provider)
		return renewed(async () => {
			const { credential, expires } = await oidc(target, context);
			const tls = await clientCertificate(user, files);
			return { credential: { ...credential, tls }, expires };
		}, clock);
	return kept();
}

/** What a plugin is told about the cluster, where the kubeconfig says so (provideClusterInfo). */
async function execCluster(
	{ cluster, server }: Target,
	{ files }: ConnectContext,
): Promise<object> {
	const ca = await pem(cluster, "certificate-authority", files);
	return {
		server,
		"tls-server-name": cluster["tls-server-name"],
		"insecure-skip-tls-verify":
			cluster["insecure-skip-tls-verify"] || undefined,
		"certificate-authority-data": ca?.toString("base64"),
		"proxy-url": cluster["proxy-url"],
		"disable-compression": cluster["disable-compression"] || undefined,
		// Said even where there is none, as kubectl does.
		config:
			cluster.extensions?.find(
				({ name }) => name === "client.authentication.k8s.io/exec",
			)?.extension ?? null,
	};
}

async function oidc(
	{ user, userName }: Target,
	context: ConnectContext,
): Promise<Issued> {
	const { oidcToken } = await import("./oidc.ts");
	const { fetchWith } = await import("../http/fetch.ts");
	const config = user["auth-provider"]?.config ?? {};
	const fetch = fetchWith(
		{
			"certificate-authority": config["idp-certificate-authority"],
			"certificate-authority-data": config["idp-certificate-authority-data"],
		},
		context,
	);
	return oidcToken(config, {
		fetch,
		async save(tokens) {
			if (user.file === undefined) return;
			const { saveTokens } = await import("./save-tokens.ts");
			await saveTokens(user.file, userName, tokens, context.files);
		},
	});
}
