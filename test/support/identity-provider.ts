import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { CertificateAuthority } from "./api-server/certificates.ts";

/** An OpenID Connect provider that refreshes tokens: each refresh token is good once. */
export interface IdentityProvider extends AsyncDisposable {
	url: string;
	/** A signed id token that ends so many seconds from now. */
	idToken(seconds: number): string;
	/** The refresh token that it would take now. */
	refreshToken: string;
	/** What its answers leave out: an id token, or a new refresh token, where the old one stays good. */
	withholds?: "id_token" | "refresh_token";
	/** How many characters of no use its answers have besides. */
	pads?: number;
	/** What clients sent to the token endpoint: how they showed who they are, and the grant. */
	asked: string[];
}

export async function identityProvider(
	ca: CertificateAuthority,
	/** Only this way for clients to authenticate; absent: it does not say, which means Basic. */
	method?: "client_secret_post" | "client_secret_basic",
): Promise<IdentityProvider> {
	const { certificate, key } = await ca.server();
	const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	const asked: string[] = [];
	let count = 1;

	const server = createServer(
		{ cert: certificate, key },
		(request, response) => {
			response.setHeader("content-type", "application/json");
			if (request.url === "/.well-known/openid-configuration")
				return response.end(
					JSON.stringify({
						issuer: provider.url,
						token_endpoint: `${provider.url}/token`,
						authorization_endpoint: `${provider.url}/authorize`,
						jwks_uri: `${provider.url}/keys`,
						response_types_supported: ["code"],
						subject_types_supported: ["public"],
						id_token_signing_alg_values_supported: ["RS256"],
						...(method && { token_endpoint_auth_methods_supported: [method] }),
					}),
				);
			let body = "";
			request.setEncoding("utf8");
			request.on("data", (chunk) => {
				body += chunk;
			});
			request.on("end", () => {
				const form = new URLSearchParams(body);
				const basic = Buffer.from(
					(request.headers.authorization ?? "").replace("Basic ", ""),
					"base64",
				).toString();
				const shown = basic
					? `basic ${basic}`
					: `form ${form.get("client_id")}:${form.get("client_secret") ?? ""}`;
				asked.push(`${shown} ${form.get("grant_type")}`);
				if (form.get("refresh_token") !== provider.refreshToken) {
					response.statusCode = 400;
					return response.end(
						JSON.stringify({
							error: "invalid_grant",
							error_description: "used",
						}),
					);
				}
				if (provider.withholds !== "refresh_token")
					provider.refreshToken = `refresh-${++count}`;
				const tokens = {
					token_type: "Bearer",
					access_token: "not used",
					expires_in: 3600,
					id_token: provider.idToken(3600),
					refresh_token: provider.refreshToken,
					padding: "x".repeat(provider.pads ?? 0),
				};
				response.end(
					JSON.stringify(tokens, (name, value) =>
						name === provider.withholds ? undefined : value,
					),
				);
			});
		},
	);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const provider: IdentityProvider = {
		url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
		refreshToken: "refresh-1",
		asked,
		idToken(seconds) {
			const now = Math.floor(Date.now() / 1000);
			const signed = [
				{ alg: "RS256", typ: "JWT" },
				{
					iss: provider.url,
					aud: "mesh",
					sub: "ann",
					iat: now - 7200,
					exp: now + seconds,
					jti: `token-${count}`,
				},
			]
				.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
				.join(".");
			const signature = sign("RSA-SHA256", Buffer.from(signed), privateKey);
			return `${signed}.${signature.toString("base64url")}`;
		},
		async [Symbol.asyncDispose]() {
			server.close();
			server.closeAllConnections();
		},
	};
	return provider;
}
