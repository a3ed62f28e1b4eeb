import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCaptures } from "../test/support/captures.ts";
import { rawApi } from "../test/support/raw-api.ts";
import { startRealCluster } from "../test/support/real-cluster/open.ts";

/**
 * Sends the requests of a file of test/data to a fresh kube-apiserver, and
 * writes its answers into it. To add a capture, add its name and request, and run this.
 */
const [file = "apiserver-captures-1.37.json"] = process.argv.slice(2);
const captures = readCaptures(file);
const cluster = await startRealCluster(
	process.env,
	(line) => console.error(line),
	new AbortController().signal,
);
try {
	const api = await rawApi(cluster.kubeconfig);
	for (const capture of captures) {
		const { method, path, credentials, ...call } = capture.request;
		const { status, headers, body } = await api.request(method, path, {
			...call,
			as: credentials === "none" ? "nobody" : "kubeconfig",
		});
		capture.response = {
			status,
			headers: { "content-type": headers["content-type"] ?? "" },
			body,
		};
	}
	api.close();
	writeFileSync(
		join(import.meta.dirname, "../test/data", file),
		`${JSON.stringify(captures, null, 1)}\n`,
	);
	console.log(`${captures.length} captures of ${cluster.origin}`);
} finally {
	await cluster.stop();
}
