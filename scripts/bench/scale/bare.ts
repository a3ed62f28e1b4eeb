/**
 * The floor: the same requests over one HTTP/2 connection and nothing else. Shares no code with src.
 * `node bare.ts KUBECONFIG namespaces|create|delete|drift COUNT [PREFIX]`, for the namespaces
 * PREFIX-00000 and so on. `create` reads the Secret to be made from standard input, as JSON.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:http2";

/** Streams at once. */
const STREAMS = 64;
const NAME = "nginx-mesh-registry-key";

const [path = "", work = "", count = "0", prefix = "scale"] =
	process.argv.slice(2);
const config = readFileSync(path, "utf8");
const field = (name: string): string =>
	new RegExp(`\\b${name}: "?([^"\\s]+)`).exec(config)?.[1] ?? "";
const pem = (name: string): Buffer => Buffer.from(field(name), "base64");
const session = connect(field("server"), {
	ca: pem("certificate-authority-data"),
	cert: pem("client-certificate-data"),
	key: pem("client-key-data"),
});

const secret = work === "create" ? JSON.parse(readFileSync(0, "utf8")) : {};
const names = Array.from(
	{ length: Number(count) },
	(_, index) => `${prefix}-${String(index).padStart(5, "0")}`,
);
await Promise.all(Array.from({ length: STREAMS }, worker));
session.close();

async function worker(): Promise<void> {
	for (let name = names.shift(); name !== undefined; name = names.shift())
		await act(name);
}

async function act(namespace: string): Promise<void> {
	const secrets = `/api/v1/namespaces/${namespace}/secrets`;
	switch (work) {
		case "namespaces":
			return send("POST", "/api/v1/namespaces", {
				metadata: { name: namespace },
			});
		case "create": {
			const { metadata, ...rest } = secret;
			return send("POST", secrets, {
				...rest,
				metadata: { ...metadata, namespace },
			});
		}
		case "delete":
			return send("DELETE", `${secrets}/${NAME}`);
		case "drift":
			return send("PATCH", `${secrets}/${NAME}`, {
				data: { ".dockerconfigjson": btoa('{"auths":{}}') },
			});
		default:
			throw new Error(`no such work: ${work}`);
	}
}

function send(method: string, path: string, body?: object): Promise<void> {
	return new Promise((resolve, reject) => {
		const stream = session.request({
			":method": method,
			":path": path,
			"content-type":
				method === "PATCH"
					? "application/merge-patch+json"
					: "application/json",
		});
		let answer = "";
		let status = 0;
		stream.setEncoding("utf8");
		stream.on("response", (headers) => {
			status = Number(headers[":status"]);
		});
		stream.on("data", (chunk) => {
			answer += chunk;
		});
		stream.on("error", reject);
		stream.on("end", () => {
			if (status < 300) resolve();
			else reject(new Error(`${method} ${path}: ${status} ${answer}`));
		});
		stream.end(body === undefined ? undefined : JSON.stringify(body));
	});
}
