import {
	type DockerConfig,
	readDockerConfig,
} from "../credentials/docker-config.ts";

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

/** What a kubelet reads of a pull Secret's text. Never throws. */
export function readEntries(type: PullSecretType, text: string): DockerConfig {
	const form =
		type === "kubernetes.io/dockercfg" ? "dockercfg" : "dockerconfigjson";
	return readDockerConfig(text, form);
}
