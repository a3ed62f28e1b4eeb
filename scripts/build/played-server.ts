import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";

const NAME = "nginx-mesh-registry-key";
const USAGE = {
	usage: NAME,
	"app.kubernetes.io/managed-by": "kubectl-meshreg",
};

function secret(namespace: string, password: string, annotations: object) {
	const auth = Buffer.from(`mesh:${password}`).toString("base64");
	const config = JSON.stringify({
		auths: { "registry.example.com": { auth } },
	});
	return {
		apiVersion: "v1",
		kind: "Secret",
		metadata: {
			namespace,
			name: NAME,
			uid: `uid-${namespace}`,
			resourceVersion: "1",
			creationTimestamp: "2026-01-01T00:00:00Z",
			labels: USAGE,
			annotations,
			managedFields: [
				{
					manager: "kubectl-meshreg",
					operation: "Update",
					apiVersion: "v1",
					fieldsType: "FieldsV1",
					fieldsV1: { "f:data": { ".": {} } },
				},
			],
		},
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": Buffer.from(config).toString("base64") },
	};
}

const SOURCE = secret("nginx-mesh", "played", {
	"kubectl-meshreg/targets": '[{"all":true}]',
});
const COPY = secret("app", "another", {
	"kubectl-meshreg/source": `nginx-mesh/${NAME}`,
	"kubectl-meshreg/source-uid": "uid-nginx-mesh",
});
const NAMESPACES = ["app", "nginx-mesh"].map((name) => ({
	metadata: { name, uid: `uid-${name}`, resourceVersion: "1" },
}));

/** What is there, by path; a list is empty of what else is asked for. */
const ANSWERS: Readonly<Record<string, unknown>> = {
	[`/api/v1/namespaces/nginx-mesh/secrets/${NAME}`]: SOURCE,
	[`/api/v1/namespaces/app/secrets/${NAME}`]: COPY,
	"/api/v1/secrets": listOf([COPY, SOURCE]),
	"/api/v1/namespaces/nginx-mesh/secrets": listOf([SOURCE]),
	"/api/v1/namespaces": listOf(NAMESPACES),
	"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": {
		kind: "SelfSubjectAccessReview",
		metadata: {},
		status: { allowed: true },
	},
};

/** Of whatever kind is asked for: a list of metadata alone may be of any. */
function listOf(items: readonly unknown[]): object {
	const kind = "PartialObjectMetadataList";
	return { kind, metadata: { resourceVersion: "1" }, items };
}

/**
 * Plays an API server for as long as something else keeps the process going; resolves with its address.
 * Every write is answered with what is there, a Secret with the content that was sent. It answers as a real one does: where a command line ends
 * early, what was compiled until then is another thing each time.
 */
export async function playedServer(): Promise<string> {
	const server = createServer((request, response) => {
		const { pathname, searchParams } = new URL(
			request.url ?? "/",
			"http://played",
		);
		const type = /type=([^,]+)/.exec(searchParams.get("fieldSelector") ?? "");
		// Nothing here is of another type, or unmanaged.
		const isOther =
			(type !== null && type[1] !== SOURCE.type) ||
			searchParams.get("labelSelector")?.includes("!=");
		const there = (!isOther && ANSWERS[pathname]) || listOf([]);
		const read = request.method === "PATCH" ? text(request) : undefined;
		if (read === undefined) request.resume();
		request.once("end", async () =>
			answer(response, read ? { ...there, ...sent(await read) } : there),
		);
	});
	server.on("connection", (socket) => socket.unref());
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	server.unref();
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The content that a patch of a Secret gives it; nothing of other patches. */
function sent(patch: string): object {
	const { data } = JSON.parse(patch);
	const content = data?.[".dockerconfigjson"];
	return content === undefined
		? {}
		: { data: { ".dockerconfigjson": content } };
}

function answer(response: ServerResponse, body: unknown): void {
	response.setHeader("content-type", "application/json");
	response.setHeader("content-encoding", "gzip");
	response.end(gzipSync(JSON.stringify(body)));
}
