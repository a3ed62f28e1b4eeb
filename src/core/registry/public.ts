/** Registries, as images name them, that have no accounts: a credential would change nothing. */
export const WITHOUT_ACCOUNTS: ReadonlySet<string> = new Set([
	// Linkerd's, which leads to ghcr.io: https://linkerd.io/2/tasks/using-a-private-docker-repository/
	"cr.l5d.io",
	"k8s.gcr.io",
	"mcr.microsoft.com",
	// https://github.com/istio/istio/pull/59364
	"registry.istio.io",
	"registry.k8s.io",
]);

/** Those that give public images to anybody: there, pulling without a credential may be what is meant. */
export const PUBLIC_REGISTRIES: ReadonlySet<string> = new Set([
	...WITHOUT_ACCOUNTS,
	"docker.io",
	"gcr.io",
	"ghcr.io",
	"public.ecr.aws",
	"quay.io",
	"registry.access.redhat.com",
]);
