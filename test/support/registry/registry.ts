import { createHash, createPublicKey, verify } from "node:crypto";
import type { IncomingMessage, RequestListener } from "node:http";
import { type Accounts, basicOf, type TokenServer } from "./token-server.ts";

/** How a registry wants to be logged in to. */
export type Lock =
	| { readonly by: "none" }
	| { readonly by: "basic"; readonly accounts: Accounts }
	| {
			readonly by: "bearer";
			readonly realm: string;
			readonly service: string;
			readonly tokens: TokenServer;
	  };

interface Answer {
	readonly status: number;
	readonly headers?: Record<string, string>;
	readonly body?: Buffer | string;
}

const NAME = "[a-z0-9._/-]+";

/**
 * The listener of a registry that keeps everything in memory and answers as
 * distribution 2.8 does (test/contract/registry.test.ts holds it to that).
 */
export function registry(lock: Lock): RequestListener {
	const blobs = new Map<string, Buffer>();
	const manifests = new Map<string, { type: string; content: Buffer }>();

	const tagsOf = (name: string): string[] =>
		[...manifests.keys()]
			.filter((key) => key.startsWith(`${name}:`))
			.map((key) => key.slice(name.length + 1))
			.filter((reference) => !reference.startsWith("sha256:"));

	const answer = async (request: IncomingMessage): Promise<Answer> => {
		const { pathname, searchParams } = new URL(
			request.url ?? "/",
			"http://registry",
		);
		const refused = refusal(lock, request, pathname);
		if (refused) return refused;
		if (pathname === "/v2/") return json(200, {});
		const [, name, kind, reference = ""] =
			new RegExp(`^/v2/(${NAME})/(manifests|blobs|tags)/(.*)$`).exec(
				pathname,
			) ?? [];
		if (name === undefined) return error(404, "NOT_FOUND", "not found");
		const { method } = request;
		if (kind === "tags") return json(200, { name, tags: tagsOf(name) });
		if (kind === "blobs") {
			if (method === "POST")
				return {
					status: 202,
					headers: { location: `/v2/${name}/blobs/uploads/1` },
				};
			if (method === "PUT") {
				const content = await bodyOf(request);
				blobs.set(searchParams.get("digest") ?? "", content);
				return { status: 201 };
			}
			const blob = blobs.get(reference);
			return blob
				? { status: 200, body: blob, headers: contentHeaders(blob, "") }
				: error(404, "BLOB_UNKNOWN", "blob unknown to registry");
		}
		if (method === "PUT") {
			const manifest = {
				type: request.headers["content-type"] ?? "",
				content: await bodyOf(request),
			};
			manifests.set(`${name}:${reference}`, manifest);
			manifests.set(`${name}:${digestOf(manifest.content)}`, manifest);
			return { status: 201 };
		}
		const manifest = manifests.get(`${name}:${reference}`);
		return manifest && request.headers.accept?.includes(manifest.type)
			? {
					status: 200,
					body: manifest.content,
					headers: contentHeaders(manifest.content, manifest.type),
				}
			: error(404, "MANIFEST_UNKNOWN", "manifest unknown");
	};

	return async (request, response) => {
		const { status, headers = {}, body = "" } = await answer(request);
		response.writeHead(status, {
			"docker-distribution-api-version": "registry/2.0",
			"content-length": Buffer.byteLength(body),
			...headers,
		});
		response.end(request.method === "HEAD" ? undefined : body);
	};
}

export function digestOf(content: Buffer): string {
	return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

function refusal(
	lock: Lock,
	request: IncomingMessage,
	pathname: string,
): Answer | undefined {
	if (lock.by === "none") return undefined;
	if (lock.by === "basic") {
		const login = basicOf(request);
		if (login && lock.accounts.passwords[login.user] === login.password)
			return undefined;
		return error(401, "UNAUTHORIZED", "authentication required", {
			"www-authenticate": 'Basic realm="basic-realm"',
		});
	}
	const repository = new RegExp(
		`^/v2/(${NAME})/(?:manifests|blobs|tags)/`,
	).exec(pathname)?.[1];
	const action = /^(GET|HEAD)$/.test(request.method ?? "") ? "pull" : "push";
	const claims = claimsOf(request, lock.tokens, lock.service);
	const may =
		claims !== undefined &&
		(repository === undefined ||
			claims.access.some(
				({ name, actions }) => name === repository && actions.includes(action),
			));
	if (may) return undefined;
	const scope =
		repository === undefined
			? ""
			: `,scope="repository:${repository}:${action === "pull" ? "pull" : "pull,push"}"`;
	const reason = claims === undefined ? "" : ',error="insufficient_scope"';
	return error(401, "UNAUTHORIZED", "authentication required", {
		"www-authenticate": `Bearer realm="${lock.realm}",service="${lock.service}"${scope}${reason}`,
	});
}

interface Claims {
	readonly aud: string;
	readonly iss: string;
	readonly exp: number;
	readonly access: readonly { name: string; actions: readonly string[] }[];
}

/** The claims of the request's token, if the token server signed them for this service and they hold now. */
function claimsOf(
	request: IncomingMessage,
	{ signer, issuer }: TokenServer,
	service: string,
): Claims | undefined {
	const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
	const [header, body = "", signature = ""] = token?.split(".") ?? [];
	const genuine = verify(
		"RSA-SHA256",
		Buffer.from(`${header}.${body}`),
		createPublicKey(signer.certificate),
		Buffer.from(signature, "base64url"),
	);
	if (!genuine) return undefined;
	const claims: Claims = JSON.parse(Buffer.from(body, "base64url").toString());
	const holds =
		claims.aud === service &&
		claims.iss === issuer &&
		claims.exp * 1000 > Date.now();
	return holds ? claims : undefined;
}

function contentHeaders(content: Buffer, type: string): Record<string, string> {
	return {
		"content-type": type === "" ? "application/octet-stream" : type,
		"docker-content-digest": digestOf(content),
	};
}

function error(
	status: number,
	code: string,
	message: string,
	headers: Record<string, string> = {},
): Answer {
	return json(status, { errors: [{ code, message, detail: null }] }, headers);
}

function json(
	status: number,
	value: unknown,
	headers: Record<string, string> = {},
): Answer {
	return {
		status,
		headers: { "content-type": "application/json; charset=utf-8", ...headers },
		body: JSON.stringify(value),
	};
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks);
}
