/**
 * Registries that give public images to anybody: there, pulling without a credential may be what is meant. Hosts
 * as images name them.
 */
export const PUBLIC_REGISTRIES: ReadonlySet<string> = new Set([
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
export const WITHOUT_ACCOUNTS: ReadonlySet<string> = new Set([
	"k8s.gcr.io",
	"mcr.microsoft.com",
	"registry.k8s.io",
]);
