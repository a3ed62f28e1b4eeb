import { isDeepStrictEqual } from "node:util";
import { FailureError } from "../../../core/output/failure.ts";
import type { Clock, Files } from "../../../world.ts";
import { pem } from "../http/dial.ts";
import type { ConnectContext } from "../kubeconfig/context.ts";
import type { UserEntry } from "../kubeconfig/document.ts";
import type { Target } from "../kubeconfig/resolve-context.ts";
import {
	bearer,
	type Credential,
	type Credentials,
	clientCertificate,
} from "./credentials.ts";
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

/** Milliseconds: what expires is replaced long before it does; client-go reads a token once a minute. */
const AGE = 60_000;
const LIMIT = 1 << 20;

/**
 * A credential that the kubeconfig or a flag holds, or files that they name: a token or a certificate in a
 * file is somebody else's to keep fresh.
 */
function keptCredentials(
	user: UserEntry,
	files: Files,
	clock: Clock,
): Credentials {
	let last: Credential | undefined;
	return renewed(async () => {
		try {
			const headers = await headersOf(user, files);
			const next = { headers, tls: await clientCertificate(user, files) };
			// The same one, where nothing has changed: one that was refused would be again.
			const credential = isDeepStrictEqual(last, next) ? (last ?? next) : next;
			last = credential;
			return { credential, expires: clock.now() + AGE };
		} catch (error) {
			// While a file is being replaced the old one does, as with client-go.
			if (last === undefined) throw error;
			return { credential: last, expires: clock.now() };
		}
	}, clock);
}

/** A token file stands before a token. */
async function headersOf(
	{ tokenFile, token, username = "", password = "" }: UserEntry,
	files: Files,
): Promise<Record<string, string>> {
	if (tokenFile) {
		const text = (await files.read(tokenFile, LIMIT)).toString("utf8").trim();
		if (text !== "") return bearer(text);
		throw new FailureError({ cause: "token-file-empty", path: tokenFile });
	}
	if (token) return bearer(token);
	if (!username && !password) return {};
	const pair = Buffer.from(`${username}:${password}`).toString("base64");
	return { authorization: `Basic ${pair}` };
}
