import type { Pod, Secret, ServiceAccount } from "../objects.ts";
import { readImageReference } from "./image-reference.ts";
import type { PullSource } from "./keyring.ts";
import { isPullSecretType, PULL_SECRET_DATA } from "./secret-entries.ts";

/** The names in an `imagePullSecrets` list, each once; empty ones mean nothing to a kubelet. */
export function namesOf(
	owner: Pick<ServiceAccount, "imagePullSecrets"> | Pod["spec"],
): string[] {
	const names = new Set(owner?.imagePullSecrets?.map(({ name }) => name ?? ""));
	names.delete("");
	return [...names];
}

/** Whether such a list has an entry without a name, as charts make of an empty value. */
export function hasNameless(
	owner: Pick<ServiceAccount, "imagePullSecrets"> | Pod["spec"],
): boolean {
	return owner?.imagePullSecrets?.some(({ name }) => !name) === true;
}

/** What a kubelet's credential provider is told by (KEP-4412, and the workload identities before it). */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
	["eks.amazonaws.com/ecr-role-arn", "Amazon ECR"],
	["kubernetes.azure.com/acr-client-id", "Azure Container Registry"],
	["kubernetes.azure.com/acr-tenant-id", "Azure Container Registry"],
	["iam.gke.io/enable-wi-image-pull", "Google Artifact Registry"],
	["JFrogExchange", "JFrog Artifactory"],
]);

/**
 * The registries for which the clouds' own providers answer at all; another's may answer for any:
 * https://github.com/kubernetes/cloud-provider-aws/blob/v1.37.1/cmd/ecr-credential-provider/main.go (ecrPrivateHostPattern, ecrPublicHosts),
 * https://github.com/kubernetes-sigs/cloud-provider-azure/blob/master/pkg/credentialprovider/azure_credentials.go (acrRE),
 * https://github.com/kubernetes/cloud-provider-gcp/blob/master/pkg/gcpcredential/gcpcredential.go (containerRegistryUrls)
 */
const THEIR_HOSTS: ReadonlyMap<string, RegExp> = new Map([
	[
		"Amazon ECR",
		/^(?:\d{12}\.dkr[.-]ecr(?:-fips)?\..*|public\.ecr\.aws|ecr-public\.aws\.com)$/,
	],
	["Azure Container Registry", /\.azurecr\.(?:io|cn|de|us)$/],
	[
		"Google Artifact Registry",
		/^(?:container\.cloud\.google\.com|(?:[^.]+\.)?gcr\.io|[^.]+\.pkg\.dev)$/,
	],
]);

/** An account's provider, where it may answer for an image; for what is no image, too. */
export function providerFor(
	provider: string | undefined,
	image: string,
): string | undefined {
	const hosts = THEIR_HOSTS.get(provider ?? "");
	if (hosts === undefined) return provider;
	const reading = readImageReference(image);
	return typeof reading === "string" || hosts.test(reading.domain)
		? provider
		: undefined;
}

/** Whose credential provider may pull for an account's pods, by its annotations; undefined where none is known to. */
export function providerOf({ metadata }: ServiceAccount): string | undefined {
	const key = Object.keys(metadata.annotations ?? {}).find((name) =>
		PROVIDERS.has(name),
	);
	return key === undefined ? undefined : PROVIDERS.get(key);
}

/** The name of the service account that a pod runs as. */
export function accountOf(pod: Pod): string {
	return pod.spec?.serviceAccountName || "default";
}

/** A Secret as a kubelet would take it; of a type that it passes over, whichever data key is there. */
export function pullSourceOf({
	metadata,
	type = "",
	data,
}: Secret): PullSource {
	const key = isPullSecretType(type)
		? PULL_SECRET_DATA[type]
		: Object.values(PULL_SECRET_DATA).find(
				(candidate) => data?.[candidate] !== undefined,
			);
	const encoded = key === undefined ? undefined : data?.[key];
	return {
		from: `${metadata.namespace}/${metadata.name}`,
		type,
		get data() {
			return encoded === undefined
				? undefined
				: Buffer.from(encoded, "base64").toString("utf8");
		},
	};
}
