/** Registries that give public images to anybody: there, pulling without a credential may be what is meant. */
const PUBLIC: ReadonlySet<string> = new Set([
	"docker.io",
	"gcr.io",
	"ghcr.io",
	"k8s.gcr.io",
	"mcr.microsoft.com",
	"public.ecr.aws",
	"quay.io",
	"registry.access.redhat.com",
	"registry.k8s.io",
]);

/** Those of them that have no accounts: a credential would change nothing. */
const WITHOUT_ACCOUNTS: ReadonlySet<string> = new Set([
	"k8s.gcr.io",
	"mcr.microsoft.com",
	"registry.k8s.io",
]);

/** Whether images of a host, as an image names it, may be public. */
export function isPublicRegistry(host: string): boolean {
	return PUBLIC.has(host);
}

/** Whether a host takes no credential at all. */
export function hasNoAccounts(host: string): boolean {
	return WITHOUT_ACCOUNTS.has(host);
}
