/**
 * The floor: the same requests over one HTTP/2 connection to each API server and nothing else. Shares no code with src.
 * `bare KUBECONFIG[,KUBECONFIG…] namespaces|create|sync|delete|drift|pods COUNT [PREFIX]`, for the
 * namespaces PREFIX-00000 and so on. `create` reads the Secret to be made from standard input, as
 * JSON, and `sync` does so after it has read what a first sync of a recorded source has to read;
 * `pods` makes an account and two pods in each.
 * `bare KUBECONFIG[,KUBECONFIG…] lists KIND…` reads all pages of these lists, all lists at once.
 */
import { readFileSync } from "node:fs";
import { BareClient } from "./bare-client.ts";

const NAME = "nginx-mesh-registry-key";
const LISTS: Readonly<Record<string, string>> = {
	source: `/api/v1/namespaces/nginx-mesh/secrets/${NAME}?`,
	named: `/api/v1/secrets?fieldSelector=metadata.name%3D${NAME}&`,
	unmanaged: `/api/v1/secrets?labelSelector=usage%3D${NAME}%2Capp.kubernetes.io%2Fmanaged-by%21%3Dkubectl-meshreg&`,
	copies:
		"/api/v1/secrets?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dkubectl-meshreg&",
	"pull-secrets":
		"/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Fdockerconfigjson&",
	accounts: "/api/v1/serviceaccounts?",
	namespaces: "/api/v1/namespaces?",
	pods: "/api/v1/pods?",
};
/** Of Namespaces nobody needs more. */
const METADATA_ALONE =
	"application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";
/** What a sync over all namespaces has to know before it writes. */
const BEFORE_COPIES = ["source", "named", "namespaces"];
/** Pods of a namespace. */
const PODS = 2;

const [paths = "", work = "", ...operands] = process.argv.slice(2);
const [count = "0", prefix = "scale"] = operands;
const clients = paths.split(",").map((path) => new BareClient(path));
const secret = ["create", "sync"].includes(work)
	? JSON.parse(readFileSync(0, "utf8"))
	: {};
const names = Array.from(
	{ length: Number(count) },
	(_, index) => `${prefix}-${String(index).padStart(5, "0")}`,
);
for (const client of clients) void workAt(client);

/** Everything on one server; a failure ends the program. */
async function workAt(client: BareClient): Promise<void> {
	const reads =
		work === "lists" ? operands : work === "sync" ? BEFORE_COPIES : [];
	await Promise.all(reads.map((kind) => list(client, kind)));
	if (work !== "lists")
		await client.each(names, (namespace) => act(client, namespace));
	client.close();
}

async function act(client: BareClient, namespace: string): Promise<unknown> {
	const secrets = `/api/v1/namespaces/${namespace}/secrets`;
	switch (work) {
		case "namespaces":
			return client.send("POST", "/api/v1/namespaces", {
				metadata: { name: namespace },
			});
		case "create":
		case "sync": {
			const { metadata, ...rest } = secret;
			return client.send("POST", secrets, {
				...rest,
				metadata: { ...metadata, namespace },
			});
		}
		case "pods": {
			const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
			const imagePullSecrets = [{ name: NAME }];
			await client.send("POST", accounts, {
				metadata: { name: "default" },
				imagePullSecrets,
			});
			for (let index = 0; index < PODS; index++)
				await client.send("POST", `/api/v1/namespaces/${namespace}/pods`, {
					metadata: { name: `web-${index}` },
					spec: {
						automountServiceAccountToken: false,
						containers: [{ name: "web", image: "registry.example.com/web:1" }],
						imagePullSecrets,
					},
				});
			return;
		}
		case "delete":
			return client.send("DELETE", `${secrets}/${NAME}`);
		case "drift":
			return client.send("PATCH", `${secrets}/${NAME}`, {
				data: { ".dockerconfigjson": btoa('{"auths":{}}') },
			});
		default:
			throw new Error(`no such work: ${work}`);
	}
}

/** All pages of a list, one after the other. */
async function list(client: BareClient, kind: string): Promise<void> {
	const path = LISTS[kind];
	if (path === undefined) throw new Error(`no such list: ${kind}`);
	let next = "";
	do {
		const answer = await client.send(
			"GET",
			`${path}limit=500&continue=${encodeURIComponent(next)}`,
			undefined,
			kind === "namespaces" ? METADATA_ALONE : "application/json",
		);
		next = JSON.parse(answer).metadata.continue ?? "";
	} while (next !== "");
}
