import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { disk } from "../../src/adapters/files.ts";
import type { Files } from "../../src/world.ts";
import { runProgram } from "./kubectl.ts";

/** Where a pod finds its service account's token, CA and namespace. */
export const FOLDER_IN_POD = "/var/run/secrets/kubernetes.io/serviceaccount";

/** A disk on which that folder is another one. */
export function filesInPod(folder: string): Files {
	return {
		...disk,
		read: (path, limit) =>
			disk.read(path.replace(FOLDER_IN_POD, folder), limit),
		exists: (path) => disk.exists(path.replace(FOLDER_IN_POD, folder)),
	};
}

/**
 * Arguments of unshare(1) before a program's: it runs, under the same process id, in a mount
 * namespace in which that folder is a copy of the one that POD names.
 */
export const IN_POD = [
	"-rm",
	"sh",
	"-c",
	`mount -t tmpfs none "$(realpath /var/run)" && mkdir -p ${FOLDER_IN_POD} && cp "$POD"/* ${FOLDER_IN_POD}/ && exec "$@"`,
	"sh",
];

/** Whether this machine allows that. */
export async function canMount(): Promise<boolean> {
	const { status } = await runProgram("unshare", [
		...["-rm", "sh", "-c", "mount -t tmpfs none /run"],
	]);
	return status === 0;
}

/**
 * Writes into `folder` what a pod of the account in this kubeconfig would have, and returns its
 * environment. Throws where the kubeconfig has no token, or its server is more than a host and a port.
 */
export async function becomePod(
	kubeconfig: string,
	namespace: string,
	folder: string,
): Promise<Record<string, string>> {
	const config = new KubeConfig();
	config.loadFromFile(kubeconfig);
	const cluster = config.getCurrentCluster();
	const token = config.getCurrentUser()?.token;
	const url = new URL(cluster?.server ?? "");
	if (!token || url.protocol !== "https:" || url.pathname !== "/")
		throw new Error(`a pod cannot reach ${url} as the user of ${kubeconfig}`);
	await mkdir(folder);
	const ca = cluster?.caData
		? Buffer.from(cluster.caData, "base64")
		: cluster?.caFile && (await readFile(cluster.caFile));
	for (const [name, content] of Object.entries({
		token,
		namespace,
		...(ca && { "ca.crt": ca }),
	}))
		await writeFile(join(folder, name), content);
	return {
		KUBERNETES_SERVICE_HOST: url.hostname.replace(/^\[|\]$/g, ""),
		KUBERNETES_SERVICE_PORT: url.port || "443",
	};
}
