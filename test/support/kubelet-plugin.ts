import { chmod, writeFile } from "node:fs/promises";

/** What a plugin says beside its credentials. */
export interface PluginWords {
	readonly version?: "v1" | "v1beta1";
	/** Go's text of a length of time. */
	readonly cacheDuration?: string;
}

/**
 * A credential provider's answer, as a kubelet takes it: test/real-server/kubelet-plugin.test.ts
 * has the kubelet's own code read it.
 */
export function pluginAnswer(
	auth: unknown,
	{ version = "v1", ...words }: PluginWords = {},
): string {
	return JSON.stringify({
		kind: "CredentialProviderResponse",
		apiVersion: `credentialprovider.kubelet.k8s.io/${version}`,
		cacheKeyType: "Registry",
		...words,
		auth,
	});
}

/** Writes a program for a shell, by its lines. */
export async function writeProgram(
	path: string,
	script: string,
): Promise<string> {
	await writeFile(path, `#!/bin/sh\n${script}\n`);
	await chmod(path, 0o755);
	return path;
}
