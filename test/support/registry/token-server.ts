import {
	createPrivateKey,
	randomUUID,
	sign,
	X509Certificate,
} from "node:crypto";
import type { IncomingMessage, RequestListener } from "node:http";
import { type Identity, tokenSigner } from "./certificates.ts";

/** Who may log in, and what each may pull; nobody's rights are under "". */
export interface Accounts {
	readonly passwords: Readonly<Record<string, string>>;
	/** Repositories that only these users may pull; others are everybody's who logged in. */
	readonly closed?: Readonly<Record<string, readonly string[]>>;
	/** Hands tokens to who gives no credential, as Docker Hub does. */
	readonly anonymous?: boolean;
}

export interface TokenServer {
	readonly signer: Identity;
	readonly issuer: string;
	/** Serves `GET /token`. */
	readonly listener: RequestListener;
}

/**
 * Hands out tokens as https://distribution.github.io/distribution/spec/auth/jwt/
 * has them: RS256, the signer's certificate in `x5c`.
 */
export async function tokenServer(accounts: Accounts): Promise<TokenServer> {
	const signer = await tokenSigner();
	const issuer = "test-issuer";
	return {
		signer,
		issuer,
		listener: (request, response) => {
			const url = new URL(request.url ?? "/", "http://token-server");
			const login = basicOf(request);
			const known =
				login === undefined
					? accounts.anonymous === true
					: accounts.passwords[login.user] === login.password;
			const answer = known
				? {
						token: jwt(signer, {
							iss: issuer,
							sub: login?.user ?? "",
							aud: url.searchParams.get("service") ?? "",
							access: url.searchParams
								.getAll("scope")
								.map((scope) => granted(scope, login?.user, accounts)),
						}),
						expires_in: 300,
					}
				: { details: "incorrect username or password" };
			response.writeHead(known ? 200 : 401, {
				"content-type": "application/json",
			});
			response.end(JSON.stringify(answer));
		},
	};
}

/** The user and password of a Basic header. */
export function basicOf(
	request: IncomingMessage,
): { user: string; password: string } | undefined {
	const encoded = /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1];
	if (encoded === undefined) return undefined;
	const text = Buffer.from(encoded, "base64").toString("utf8");
	const colon = text.indexOf(":");
	return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** May this user, or nobody, pull from (or push to) a repository? */
function granted(
	scope: string,
	user: string | undefined,
	{ closed = {} }: Accounts,
): { type: string; name: string; actions: string[] } {
	const [type = "", name = "", actions = ""] = scope.split(":");
	const may = closed[name] === undefined || closed[name].includes(user ?? "");
	return { type, name, actions: may ? actions.split(",") : [] };
}

function jwt(signer: Identity, claims: Record<string, unknown>): string {
	const now = Math.floor(Date.now() / 1000);
	const der = new X509Certificate(signer.certificate).raw;
	const header = { typ: "JWT", alg: "RS256", x5c: [der.toString("base64")] };
	const body = {
		...claims,
		iat: now,
		nbf: now - 60,
		exp: now + 300,
		jti: randomUUID(),
	};
	const signed = [header, body]
		.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
		.join(".");
	const signature = sign(
		"RSA-SHA256",
		Buffer.from(signed),
		createPrivateKey(signer.key),
	);
	return `${signed}.${signature.toString("base64url")}`;
}
