import { OpenIDConnectAuth } from "@kubernetes/client-node/dist/oidc_auth.js";
import {
	allowInsecureRequests,
	ClientSecretBasic,
	ClientSecretPost,
	Configuration,
	type CustomFetch,
	customFetch,
	discovery,
	None,
	refreshTokenGrant,
} from "openid-client";
import type { OidcFault } from "../../../core/output/connection-failure.ts";
import { FailureError } from "../../../core/output/failure.ts";
import { OperationError } from "../../../errors.ts";
import type { Issued } from "./renewed.ts";

/** The tokens of a kubeconfig's `auth-provider: oidc`, by the kubeconfig's names. */
type OidcConfig = Record<string, string>;

interface OidcContext {
	/** HTTP to the identity provider, with its own CA and the environment's proxies. */
	readonly fetch: CustomFetch;
	/** New tokens go back to the kubeconfig: a provider may take an old refresh token only once. */
	save(tokens: OidcConfig): Promise<void>;
}

/**
 * The id token of `config`, refreshed when it has expired; `config` then holds the new tokens.
 * Throws FailureError without any part of a token.
 */
export async function oidcToken(
	config: OidcConfig,
	{ fetch, save }: OidcContext,
): Promise<Issued> {
	const user = { name: "", authProvider: { name: "oidc", config } };
	const headers: Record<string, string> = {};
	const before = config["id-token"];
	try {
		// The library's own client forgets the client's secret and takes the token's
		// remaining seconds for a date: it is given ours instead.
		await new OpenIDConnectAuth().applyAuthentication(
			user,
			{ headers },
			{ refresh: (token: string) => refresh(config, token, fetch) },
		);
	} catch (error) {
		throw failure(faultOf(error));
	}
	const { Authorization: authorization } = headers;
	if (authorization === undefined) throw failure({ is: "expired" });
	const idToken = config["id-token"] ?? "";
	if (idToken !== before) await save(config);
	return {
		credential: { headers: { authorization }, tls: {} },
		expires: OpenIDConnectAuth.expirationFromToken(idToken) * 1000,
	};
}

async function refresh(config: OidcConfig, token: string, fetch: CustomFetch) {
	const issuer = new URL(config["idp-issuer-url"] ?? "");
	const id = config["client-id"] ?? "";
	const secret = config["client-secret"];
	const insecure = issuer.protocol === "http:" ? [allowInsecureRequests] : [];
	const server = (
		await discovery(issuer, id, undefined, None(), {
			[customFetch]: fetch,
			execute: insecure,
		})
	).serverMetadata();
	// Basic is what a provider takes that does not say (OpenID Connect Discovery 1.0, section 3).
	const basic =
		server.token_endpoint_auth_methods_supported?.includes(
			"client_secret_basic",
		) ?? true;
	const client = new Configuration(
		server,
		id,
		secret,
		secret ? (basic ? ClientSecretBasic : ClientSecretPost)(secret) : None(),
	);
	client[customFetch] = fetch;
	for (const allow of insecure) allow(client);
	const answer = await refreshTokenGrant(client, token);
	if (answer.id_token === undefined) throw failure({ is: "no-id-token" });
	return {
		id_token: answer.id_token,
		// Absent where the old one stays good.
		refresh_token: answer.refresh_token ?? token,
		expires_at: OpenIDConnectAuth.expirationFromToken(answer.id_token),
	};
}

/** A parser's message would quote the token; the library wraps ours in one that says nothing. */
function faultOf(error: unknown): OidcFault {
	const own = [error, error instanceof Error ? error.cause : undefined].find(
		(each) => each instanceof OperationError,
	);
	if (own instanceof FailureError && own.failure.cause === "oidc-failed")
		return own.failure.fault;
	if (own !== undefined) return { is: "not-asked", error: own };
	if (error instanceof SyntaxError) return { is: "not-a-jwt" };
	return {
		is: "refused",
		text: error instanceof Error ? error.message : String(error),
	};
}

function failure(fault: OidcFault): FailureError {
	return new FailureError({ cause: "oidc-failed", fault });
}
