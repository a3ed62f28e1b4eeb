import { Agent, request } from "undici";
import { digestOf } from "./registry.ts";

/** Talks to a registry without the code under test. */
export interface RegistryPeer {
	/** `https://127.0.0.1:PORT`. */
	readonly origin: string;
	/** PEM, for https. */
	readonly ca?: string;
}

export interface Exchanged {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
}

export async function ask(
	{ origin, ca }: RegistryPeer,
	path: string,
	options: {
		method?: "GET" | "HEAD" | "POST" | "PUT";
		authorization?: string;
		type?: string;
		accept?: string;
		body?: Buffer;
	} = {},
): Promise<Exchanged> {
	const dispatcher = new Agent({ connect: ca === undefined ? {} : { ca } });
	try {
		const { method = "GET", authorization, type, accept, body } = options;
		const answer = await request(new URL(path, origin), {
			method,
			dispatcher,
			headers: {
				...(authorization !== undefined && { authorization }),
				...(accept !== undefined && { accept }),
				...(type !== undefined && { "content-type": type }),
			},
			...(body && { body }),
		});
		return {
			status: answer.statusCode,
			headers: answer.headers,
			body: await answer.body.text(),
		};
	} finally {
		await dispatcher.close();
	}
}

/** A token for `scope`, or without one, as the challenge of `/v2/` says. */
export async function tokenFrom(
	realm: string,
	service: string,
	login: string | undefined,
	scope?: string,
	ca?: string,
): Promise<string> {
	const url = new URL(realm);
	url.searchParams.set("service", service);
	if (scope !== undefined) url.searchParams.set("scope", scope);
	const answer = await ask(
		{ origin: url.origin, ...(ca !== undefined && { ca }) },
		`${url.pathname}${url.search}`,
		login === undefined ? {} : { authorization: login },
	);
	const { token } = JSON.parse(answer.body);
	if (typeof token !== "string") throw new Error(answer.body);
	return token;
}

export const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** Puts a small image there; `authorize` makes the header for a repository. Returns its digest. */
export async function push(
	peer: RegistryPeer,
	repository: string,
	tag: string,
	authorization: string,
): Promise<string> {
	const config = Buffer.from(
		JSON.stringify({
			architecture: "amd64",
			os: "linux",
			config: {},
			rootfs: { type: "layers", diff_ids: [] },
		}),
	);
	const begun = await ask(peer, `/v2/${repository}/blobs/uploads/`, {
		method: "POST",
		authorization,
	});
	const upload = new URL(String(begun.headers.location), peer.origin);
	upload.searchParams.set("digest", digestOf(config));
	const stored = await ask(peer, `${upload.pathname}${upload.search}`, {
		method: "PUT",
		authorization,
		type: "application/octet-stream",
		body: config,
	});
	const manifest = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: MANIFEST,
			config: {
				mediaType: "application/vnd.oci.image.config.v1+json",
				size: config.length,
				digest: digestOf(config),
			},
			layers: [],
		}),
	);
	const put = await ask(peer, `/v2/${repository}/manifests/${tag}`, {
		method: "PUT",
		authorization,
		type: MANIFEST,
		body: manifest,
	});
	const statuses = [begun, stored, put].map(({ status }) => status);
	if (statuses.join() !== "202,201,201")
		throw new Error(`pushing failed: ${statuses} ${put.body}`);
	return digestOf(manifest);
}
