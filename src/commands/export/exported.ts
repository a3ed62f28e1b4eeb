import type { Credential } from "../../core/credentials/credential.ts";
import { authFields } from "../../core/credentials/docker-config.ts";
import { normaliseKey } from "../../core/kubelet/keyring.ts";
import type { ExportNote } from "../../core/note.ts";
import { entryProblems } from "../../core/pull-secrets/content-fault.ts";
import type { Content } from "../../core/pull-secrets/pull-secret.ts";
import { DOCKER_HUB_KEY, registryNamed } from "../../core/registry/server.ts";

/**
 * Every entry with a credential, written afresh under a key that all of them read. What has none is
 * left out, and said (`problems`): in a file, too, it would match and fail.
 */
export function exported(content: Content) {
	const auths = new Map<string, Credential>();
	const warnings: ExportNote[] = [];
	const problems = entryProblems(content).filter(
		({ kind }) => kind !== "auth-differs",
	);
	for (const [key, entry] of content.config.ok ? content.config.auths : []) {
		const credential = entry.credentialForAll();
		const written = exportedKey(key);
		if (credential === undefined || written === undefined) continue;
		const other = auths.get(written);
		// Of Docker Hub's keys a kubelet takes docker.io before the others.
		if (other === undefined || key === "docker.io")
			auths.set(written, credential);
		if (other !== undefined && !other.equals(credential))
			warnings.push({ cause: "entries-differ", key: written });
		if (written.includes("*"))
			warnings.push({ cause: "key-with-star", key: written });
	}
	return {
		auths: Object.fromEntries(
			[...auths].map(([key, credential]) => [key, authFields(credential)]),
		),
		problems,
		warnings,
	};
}

/** The spelling of a key that all programs read; undefined for one that kubelets ignore. */
function exportedKey(key: string): string | undefined {
	const normalised = normaliseKey(key);
	return normalised !== undefined &&
		registryNamed(normalised) === DOCKER_HUB_KEY
		? DOCKER_HUB_KEY
		: normalised;
}
