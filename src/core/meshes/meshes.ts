import type { Env } from "../env.ts";
import type { UsualSecret } from "../output/shell.ts";
import { ownValue } from "../own-value.ts";
import { annotation, type ValueMark } from "../pull-secrets/injection.ts";
import { DEFAULT_NAME, DEFAULT_NAMESPACE } from "../pull-secrets/ownership.ts";

/** What `--mesh` takes. */
export const MESH_NAMES = [
	"nginx",
	"istio",
	"linkerd",
	"kuma",
	"none",
] as const;

export type MeshName = (typeof MESH_NAMES)[number];

/** The mesh that is meant where nobody says otherwise. */
export const DEFAULT_MESH: MeshName = "nginx";

/** What the program has to know of a mesh: its usual names, where it injects sidecars, and what it pulls. */
export interface Mesh {
	readonly name: MeshName;
	/** In full, for messages. */
	readonly title: string;
	readonly secretName: string;
	/** Where the source is unless told otherwise; undefined: in the context's namespace. */
	readonly sourceNamespace: string | undefined;
	/** Where its sidecars run; undefined where there is no mesh. */
	readonly injection: Injection | undefined;
	/** Its containers in other namespaces, sidecars and init containers. */
	readonly sidecars: readonly string[];
	/** The images of one release; undefined where there is no mesh. */
	readonly release: MeshRelease | undefined;
	/** Nobody maintains it any more. */
	readonly retired?: Retirement;
}

/** When a mesh came to its end; days, as in ISO 8601. */
export interface Retirement {
	readonly sold: string;
	readonly archived: string;
}

/**
 * By which objects beside Namespaces a mesh is told to run its proxy; of those `isInjected` knows. Such
 * namespaces are found, asked for, and recorded by name.
 */
export interface Injection {
	/** Selectors of pods that ask for a sidecar themselves. */
	readonly podLabels?: readonly string[];
	/** The same by an annotation, by which no server selects: all pods are read. */
	readonly podAnnotation?: ValueMark;
	/** The classes of Gateways for which it makes pods of its proxy, where the Gateway is. */
	readonly gatewayClasses?: readonly string[];
}

/** The images of a release, as it names them by default. */
export interface MeshRelease {
	readonly version: string;
	/** The repositories of those that have the release's version as their tag. */
	readonly versioned: readonly string[];
	/** Its images with versions of their own, which another release does not change. */
	readonly fixed: readonly string[];
	/** Those of others. */
	readonly others: readonly string[];
}

/** The images of a release, or of another one of the mesh. */
export function imagesOf(
	release: MeshRelease,
	version = release.version,
): string[] {
	const versioned = release.versioned.map((one) => `${one}:${version}`);
	return [...versioned, ...release.fixed, ...release.others];
}

/**
 * The one table of meshes, in the order in which they are offered. Sources:
 * https://docs.nginx.com/nginx-service-mesh/about/tech-specs/#images: ubuntu and the two CSI drivers only on OpenShift
 * https://docs.nginx.com/nginx-service-mesh/guides/inject-sidecar-proxy/
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/, and of istio/istio, in
 * manifests/charts/istio-control/istio-discovery, templates/revision-tags-mwc.yaml (which pods) and
 * files/kube-gateway.yaml (a Gateway's pods); pilot/pkg/config/kube/gatewaycommon has their classes
 * https://linkerd.io/2/features/proxy-injection/
 * https://kuma.io/docs/latest/production/dp-config/dpp-on-kubernetes/, and of kumahq/kuma, in
 * deployments/charts/kuma/templates, cp-webhooks-and-secrets.yaml and gateway-class.yaml
 */
export const MESHES: Readonly<Record<MeshName, Mesh>> = {
	nginx: {
		name: "nginx",
		title: "NGINX Service Mesh",
		secretName: DEFAULT_NAME,
		sourceNamespace: DEFAULT_NAMESPACE,
		injection: { podLabels: ["injector.nsm.nginx.com/auto-inject=enabled"] },
		sidecars: ["nginx-mesh-sidecar", "nginx-mesh-init"],
		release: {
			version: "2.0.0",
			versioned: [
				"controller",
				"metrics",
				"sidecar",
				"init",
				"cert-reloader",
			].map((part) => `docker-registry.nginx.com/nsm/nginx-mesh-${part}`),
			fixed: [],
			others: [
				"gcr.io/spiffe-io/spire-server:1.5.6",
				"gcr.io/spiffe-io/k8s-workload-registrar:1.5.6",
				"gcr.io/spiffe-io/spire-agent:1.5.6",
				"curlimages/curl:latest",
				"ubuntu:22.04",
				"ghcr.io/spiffe/spiffe-csi-driver:0.2.1",
				"registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.7.0",
				"nats:2.9-alpine",
				"bitnami/kubectl:latest",
			],
		},
		retired: { sold: "2023-07-01", archived: "2024-03-14" },
	},
	istio: {
		name: "istio",
		title: "Istio",
		secretName: "istio-registry-key",
		sourceNamespace: "istio-system",
		injection: {
			podLabels: [
				"sidecar.istio.io/inject=true",
				// A revision's, which those with a word against it do not get.
				"istio.io/rev,sidecar.istio.io/inject!=false",
			],
			gatewayClasses: ["istio", "istio-waypoint", "istio-east-west"],
		},
		sidecars: ["istio-proxy", "istio-init"],
		release: {
			version: "1.30.5",
			versioned: ["pilot", "proxyv2", "install-cni", "ztunnel"].map(
				(part) => `docker.io/istio/${part}`,
			),
			fixed: [],
			others: [],
		},
	},
	linkerd: {
		name: "linkerd",
		title: "Linkerd",
		secretName: "linkerd-registry-key",
		sourceNamespace: "linkerd",
		injection: {
			podAnnotation: annotation("linkerd.io/inject", "enabled", "ingress"),
		},
		sidecars: ["linkerd-proxy", "linkerd-init", "linkerd-debug"],
		release: {
			version: "edge-25.4.4",
			versioned: ["controller", "proxy", "policy-controller"].map(
				(part) => `cr.l5d.io/linkerd/${part}`,
			),
			fixed: ["cr.l5d.io/linkerd/proxy-init:v2.4.2"],
			others: [],
		},
	},
	kuma: {
		name: "kuma",
		title: "Kuma",
		secretName: "kuma-registry-key",
		sourceNamespace: "kuma-system",
		injection: {
			podLabels: ["kuma.io/sidecar-injection=enabled"],
			gatewayClasses: ["kuma"],
		},
		sidecars: ["kuma-sidecar", "kuma-init", "kuma-gateway"],
		release: {
			version: "2.13.4",
			versioned: ["kuma-cp", "kuma-dp", "kuma-init", "kuma-cni"].map(
				(part) => `docker.io/kumahq/${part}`,
			),
			fixed: [],
			others: [],
		},
	},
	none: {
		name: "none",
		title: "No mesh",
		secretName: "registry-key",
		sourceNamespace: undefined,
		injection: undefined,
		sidecars: [],
		release: undefined,
	},
};

/** The mesh of this name; undefined for any other text. */
export function meshNamed(name: string): Mesh | undefined {
	return ownValue(MESHES, name);
}

/**
 * The pull secret and source that commands take by themselves, by what the environment says. "" where
 * the context's namespace decides, or MESHREG_MESH names none.
 */
export function usualSecretIn(env: Env): UsualSecret {
	const mesh = meshNamed(env.MESHREG_MESH || DEFAULT_MESH);
	return {
		namespace: env.MESHREG_NAMESPACE || (mesh?.sourceNamespace ?? ""),
		name: env.MESHREG_NAME || (mesh?.secretName ?? ""),
	};
}
