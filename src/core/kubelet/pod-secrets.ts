import { changedOf, timeOf } from "../object-times.ts";
import type { Pod, Secret, ServiceAccount } from "../objects.ts";
import type { Place } from "../output/input-failure.ts";
import { readImageReference } from "./image-reference.ts";
import type { PullSource } from "./keyring.ts";
import { isPullSecretType, PULL_SECRET_DATA } from "./secret-entries.ts";

/** Whose pull Secrets are asked about. */
export type Puller =
	/** A pod that would be made now with this service account, and without a list of its own. */
	| (Place & {
			readonly kind: "serviceaccount";
			/** The credential provider that its annotations are for; undefined where there is none. */
			readonly provider: string | undefined;
	  })
	| (Place & {
			readonly kind: "pod";
			readonly serviceAccount: string;
			/** Nothing makes a pod with it, and nothing can be attached to it. */
			readonly accountGone: boolean;
			/** What the service account names and the pod does not: copied only when a pod is made without a list. */
			readonly unused: readonly string[];
			/** Its template has a list of its own, which the service account's does not add to. */
			readonly ownList: boolean;
			/** Images that its kubelet could not pull for want of a credential, as far as its status says. */
			readonly refused: ReadonlySet<string>;
			/** That of its service account. */
			readonly provider: string | undefined;
	  })
	/** Docker configs, without a cluster. */
	| { readonly kind: "files" };

/** A Secret that a pod names, in the order in which it names them. */
export interface NamedSecret {
	readonly name: string;
	/** undefined: not there, which a kubelet skips. */
	readonly source: PullSource | undefined;
	/** No account names it: an admission policy adds it to pods as they are made. */
	readonly byPolicy?: true;
}

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

/**
 * Whether a pod's list is its template's. A pod without one gets all of its account's as it is made, so
 * that one which has less than the account had by then did not; an entry without a name is an entry
 * (https://github.com/kubernetes/kubernetes/blob/v1.37.2/plugin/pkg/admission/serviceaccount/admission.go, Admit).
 * Times are milliseconds since 1970.
 */
export function isOwnList(
	pod: {
		readonly secrets: readonly string[];
		readonly nameless: boolean;
		readonly created: number | undefined;
	},
	account: {
		readonly secrets: ReadonlySet<string>;
		readonly nameless: boolean;
		readonly changed: number | undefined;
	},
): boolean {
	const { created = Number.NEGATIVE_INFINITY, secrets } = pod;
	const { changed = Number.POSITIVE_INFINITY } = account;
	return (
		(pod.nameless && !account.nameless) ||
		secrets.some((name) => !account.secrets.has(name)) ||
		(secrets.length > 0 &&
			secrets.length < account.secrets.size &&
			changed < created)
	);
}

/** A pod, and what its service account has that it has not; `account` undefined where that is gone. */
export function podPuller(
	pod: Pod,
	account: ServiceAccount | undefined,
	refused: ReadonlySet<string>,
): Puller {
	const secrets = namesOf(pod.spec);
	const own = new Set(secrets);
	const accounts = new Set(namesOf(account ?? {}));
	return {
		kind: "pod",
		namespace: pod.metadata.namespace ?? "",
		name: pod.metadata.name ?? "",
		serviceAccount: accountOf(pod),
		accountGone: account === undefined,
		unused: [...accounts].filter((name) => !own.has(name)),
		ownList: isOwnList(
			{
				secrets,
				nameless: hasNameless(pod.spec),
				created: timeOf(pod.metadata.creationTimestamp),
			},
			{
				secrets: accounts,
				nameless: hasNameless(account ?? {}),
				changed: account && changedOf(account.metadata),
			},
		),
		refused,
		provider: account && providerOf(account),
	};
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
		data:
			encoded === undefined
				? undefined
				: Buffer.from(encoded, "base64").toString("utf8"),
	};
}
