import type { BareClient } from "../scale/bare-client.ts";

export const NAME = "nginx-mesh-registry-key";
/** The registry that the source is for. */
export const REGISTRY = "registry.example.com";
/** Images that the pods of a namespace have between them. */
const IMAGES = 20;
/** One pod of so many waits for its image: in other namespaces each time. */
export const WAITING = 101;

/** Makes the namespaces, each with an account that references the pull secret. */
export async function makeNamespaces(
	client: BareClient,
	count: number,
): Promise<void> {
	const names = Array.from({ length: count }, (_, at) => namespaceOf(at));
	await client.each(names, async (name) => {
		await client.send("POST", "/api/v1/namespaces", { metadata: { name } });
		await client.send("POST", `/api/v1/namespaces/${name}/serviceaccounts`, {
			metadata: { name: "default" },
			imagePullSecrets: [{ name: NAME }],
		});
	});
}

/**
 * Makes pods number `from` to `to`, in turn in so many namespaces: of some 8 KB each, as a Deployment's
 * pods are when they run. The API server gives them the account's pull secret.
 */
export async function makePods(
	client: BareClient,
	{ from, to, namespaces }: Record<"from" | "to" | "namespaces", number>,
): Promise<void> {
	const numbers = Array.from({ length: to - from }, (_, at) => from + at);
	await client.each(numbers, async (number) => {
		const namespace = namespaceOf(number % namespaces);
		const image = `${REGISTRY}/${namespace}/app-${Math.floor(number / namespaces) % IMAGES}:1.4`;
		const name = `app-6d4cf56db6-${number.toString(36).padStart(5, "0")}`;
		const pods = `/api/v1/namespaces/${namespace}/pods`;
		await client.send("POST", pods, podOf(name, image));
		await client.send("PATCH", `${pods}/${name}/status`, {
			status: number % WAITING === 0 ? waiting(image) : running(image, number),
		});
	});
}

function namespaceOf(number: number): string {
	return `crowd-${String(number).padStart(5, "0")}`;
}

const SIDECAR = "docker.io/istio/proxyv2:1.27.1";

function podOf(name: string, image: string): object {
	const probe = (path: string) => ({
		httpGet: { path, port: 8080, scheme: "HTTP" },
		initialDelaySeconds: 5,
	});
	const resources = {
		limits: { cpu: "500m", memory: "512Mi" },
		requests: { cpu: "100m", memory: "128Mi" },
	};
	return {
		metadata: {
			name,
			labels: {
				app: "app",
				"app.kubernetes.io/name": "app",
				"app.kubernetes.io/version": "1.4",
				"pod-template-hash": "6d4cf56db6",
			},
			annotations: {
				"prometheus.io/scrape": "true",
				"prometheus.io/port": "8080",
				"kubectl.kubernetes.io/restartedAt": "2026-11-01T00:00:00Z",
			},
			ownerReferences: [
				{
					apiVersion: "apps/v1",
					kind: "ReplicaSet",
					name: "app-6d4cf56db6",
					uid: "5e2f3f0a-3f0e-4d44-8ac6-0d5f8f0ba111",
					controller: true,
					blockOwnerDeletion: true,
				},
			],
		},
		spec: {
			nodeName: "node-1",
			securityContext: { runAsNonRoot: true, fsGroup: 2000 },
			volumes: [
				{ name: "config", configMap: { name: "app" } },
				{ name: "scratch", emptyDir: {} },
			],
			initContainers: [
				{ name: "migrate", image, command: ["/migrate", "--wait"], resources },
			],
			containers: [
				{
					name: "app",
					image,
					ports: [{ name: "http", containerPort: 8080 }],
					env: Array.from({ length: 12 }, (_, at) => ({
						name: `SETTING_${at}`,
						value: `the value of setting ${at} of this app`,
					})),
					resources,
					livenessProbe: probe("/healthz"),
					readinessProbe: probe("/ready"),
					volumeMounts: [
						{ name: "config", mountPath: "/etc/app" },
						{ name: "scratch", mountPath: "/tmp" },
					],
				},
				{
					name: "proxy",
					image: SIDECAR,
					args: ["proxy", "sidecar"],
					resources,
				},
			],
		},
	};
}

function running(image: string, number: number): object {
	const started = { startedAt: "2026-11-01T00:00:00Z" };
	const status = (name: string, of: string, state: object) => ({
		name,
		image: of,
		imageID: `${of}@sha256:${"0123456789abcdef".repeat(4)}`,
		containerID: `containerd://${"fedcba9876543210".repeat(4)}`,
		restartCount: 0,
		ready: true,
		started: true,
		state,
	});
	const podIP = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
	return {
		phase: "Running",
		conditions: conditions("True"),
		podIP,
		podIPs: [{ ip: podIP }],
		hostIP: "10.0.0.1",
		qosClass: "Burstable",
		startTime: "2026-11-01T00:00:00Z",
		initContainerStatuses: [
			status("migrate", image, {
				terminated: { exitCode: 0, reason: "Completed", ...started },
			}),
		],
		containerStatuses: [
			status("app", image, { running: started }),
			status("proxy", SIDECAR, { running: started }),
		],
	};
}

function waiting(image: string): object {
	return {
		phase: "Pending",
		conditions: conditions("False"),
		initContainerStatuses: [
			{
				name: "migrate",
				image,
				imageID: "",
				restartCount: 0,
				ready: false,
				state: {
					waiting: {
						reason: "ImagePullBackOff",
						message: `Back-off pulling image "${image}": ErrImagePull: failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized`,
					},
				},
			},
		],
	};
}

function conditions(status: "True" | "False"): object[] {
	return ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map(
		(type) => ({ type, status, lastTransitionTime: "2026-11-01T00:00:00Z" }),
	);
}
