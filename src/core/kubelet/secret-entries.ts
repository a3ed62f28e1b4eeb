import { readDockerConfig } from "../credentials/docker-config.ts";
import type { AuthEntry } from "../credentials/entry.ts";

/** The two types of Secret that a kubelet reads for pulling; it passes others over in silence. */
export const PULL_SECRET_DATA = {
	"kubernetes.io/dockerconfigjson": ".dockerconfigjson",
	"kubernetes.io/dockercfg": ".dockercfg",
} as const;

/** The types of Secrets that kubelets read. */
export type PullSecretType = keyof typeof PULL_SECRET_DATA;

/** Whether kubelets read Secrets of this type. */
export function isPullSecretType(type: string): type is PullSecretType {
	return Object.hasOwn(PULL_SECRET_DATA, type);
}

/**
 * Reads a pull Secret's text as a kubelet does: member names in any letter case, null for
 * nothing, other fields passed over, the first wrong one failing the whole. Its credentials by key, as written
 * and in the order written; or the kubelet's own error, and the keys of the entries that are at fault, none where
 * nothing can be read at all. Never throws.
 */
export function readEntries(
	type: PullSecretType,
	text: string,
):
	| { readonly ok: true; readonly entries: ReadonlyMap<string, AuthEntry> }
	| {
			readonly ok: false;
			readonly error: string;
			readonly keys: readonly string[];
	  } {
	const config = readDockerConfig(
		text,
		type === "kubernetes.io/dockercfg" ? "dockercfg" : "dockerconfigjson",
	);
	if (!config.ok) return { ok: false, error: config.error, keys: [] };
	if (!config.fault) return { ok: true, entries: config.auths };
	const malformed = [...config.auths].filter(([, entry]) => entry.fault);
	return {
		ok: false,
		error: config.fault.error,
		keys: malformed.map(([key]) => key),
	};
}
