/** The release of NGINX Service Mesh whose images these are. */
export const MESH_VERSION = "2.0.0";

/**
 * The images that NGINX Service Mesh 2.0 pulls: its own, then those of others;
 * ubuntu and the two CSI drivers only on OpenShift.
 * https://docs.nginx.com/nginx-service-mesh/about/tech-specs/#images
 */
export const MESH_IMAGES: readonly string[] = [
	...["controller", "metrics", "sidecar", "init", "cert-reloader"].map(
		(part) =>
			`docker-registry.nginx.com/nsm/nginx-mesh-${part}:${MESH_VERSION}`,
	),
	"gcr.io/spiffe-io/spire-server:1.5.6",
	"gcr.io/spiffe-io/k8s-workload-registrar:1.5.6",
	"gcr.io/spiffe-io/spire-agent:1.5.6",
	"curlimages/curl:latest",
	"ubuntu:22.04",
	"ghcr.io/spiffe/spiffe-csi-driver:0.2.1",
	"registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.7.0",
	"nats:2.9-alpine",
	"bitnami/kubectl:latest",
];
