/**
 * Registries that give public images to anybody: there, pulling without a credential may be what is meant. Hosts
 * as images name them.
 */
export const PUBLIC_REGISTRIES: ReadonlySet<string> = new Set([
	// Linkerd's, which leads to ghcr.io: https://linkerd.io/2/tasks/using-a-private-docker-repository/
	"cr.l5d.io",
	"docker.io",
	"gcr.io",
	"ghcr.io",
	"k8s.gcr.io",
	"mcr.microsoft.com",
	"public.ecr.aws",
	"quay.io",
	"registry.access.redhat.com",
	// https://github.com/istio/istio/pull/59364
	"registry.istio.io",
	"registry.k8s.io",
]);

/** Those of them that have no accounts: a credential would change nothing. */
export const WITHOUT_ACCOUNTS: ReadonlySet<string> = new Set([
	"cr.l5d.io",
	"k8s.gcr.io",
	"mcr.microsoft.com",
	"registry.istio.io",
	"registry.k8s.io",
]);
