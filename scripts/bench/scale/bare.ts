/**
 * The floor: the same requests over one HTTP/2 connection and nothing else. Shares no code with src.
 * `node bare.ts KUBECONFIG namespaces|create|delete|drift|pods|lists COUNT [PREFIX]`, for the
 * namespaces PREFIX-00000 and so on. `create` reads the Secret to be made from standard input, as
 * JSON; `pods` makes an account and two pods in each; `lists` lists pull secrets, accounts and pods.
 */
import { readFileSync } from "node:fs";
import { BareClient } from "./bare-client.ts";

const NAME = "nginx-mesh-registry-key";
const LISTS = [
	"/api/v1/secrets?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dkubectl-meshreg&",
	"/api/v1/serviceaccounts?",
	"/api/v1/pods?",
];
/** Pods of a namespace. */
const PODS = 2;

const [path = "", work = "", count = "0", prefix = "scale"] =
	process.argv.slice(2);
const client = new BareClient(path);
const secret = work === "create" ? JSON.parse(readFileSync(0, "utf8")) : {};
const names = Array.from(
	{ length: Number(count) },
	(_, index) => `${prefix}-${String(index).padStart(5, "0")}`,
);
if (work === "lists") await Promise.all(LISTS.map(list));
else await client.each(names, act);
client.close();

async function act(namespace: string): Promise<unknown> {
	const secrets = `/api/v1/namespaces/${namespace}/secrets`;
	switch (work) {
		case "namespaces":
			return client.send("POST", "/api/v1/namespaces", {
				metadata: { name: namespace },
			});
		case "create": {
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
async function list(path: string): Promise<void> {
	let next = "";
	do {
		const answer = await client.send(
			"GET",
			`${path}limit=500&continue=${encodeURIComponent(next)}`,
		);
		next = JSON.parse(answer).metadata.continue ?? "";
	} while (next !== "");
}
