/**
 * The floor: the same requests over one HTTP/2 connection and nothing else. Shares no code with src.
 * `node bare.ts KUBECONFIG namespaces|create|delete|drift COUNT [PREFIX]`, for the namespaces
 * PREFIX-00000 and so on. `create` reads the Secret to be made from standard input, as JSON.
 */
import { readFileSync } from "node:fs";
import { BareClient } from "./bare-client.ts";

const NAME = "nginx-mesh-registry-key";

const [path = "", work = "", count = "0", prefix = "scale"] =
	process.argv.slice(2);
const client = new BareClient(path);
const secret = work === "create" ? JSON.parse(readFileSync(0, "utf8")) : {};
const names = Array.from(
	{ length: Number(count) },
	(_, index) => `${prefix}-${String(index).padStart(5, "0")}`,
);
await client.each(names, act);
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
