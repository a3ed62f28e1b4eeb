import { findCredentials } from "../../src/core/kubelet/keyring.ts";
import { namesOf, pullSourceOf } from "../../src/core/kubelet/pod-secrets.ts";
import type { Pod, Secret, ServiceAccount } from "../../src/core/objects.ts";
import type { Store } from "./api-server/store.ts";
import { ofDeployment } from "./build.ts";

/** What makes pods: a Deployment, whose template may have a list of pull Secrets of its own. */
export interface Workload {
	namespace: string;
	name: string;
	image: string;
	account?: string;
	/** Of the template. */
	secrets?: string[];
	/** How many pods; default 1. */
	replicas?: number;
	/** Without a controller. */
	bare?: true;
}

/**
 * A Deployment controller and a kubelet with containerd, played over the embedded
 * API server. A registry lets the password "right" in; "weak" has no right to the image.
 */
export class PlayedNode {
	readonly #store: Store;
	readonly #workloads = new Map<string, Workload>();

	constructor(store: Store) {
		this.#store = store;
	}

	/** Makes the pods, with the pull Secrets that they get by then. */
	deploy(workload: Workload): void {
		const { namespace, name, bare, replicas = 1 } = workload;
		this.#workloads.set(`${namespace}/${name}`, workload);
		const account = workload.account ?? "default";
		for (let replica = 0; replica < replicas; replica++)
			this.#store.seed({
				kind: "Pod",
				metadata: {
					namespace,
					name: bare ? name : `${name}-5d9-${replica}`,
					...(!bare && ofDeployment(name)),
				},
				spec: {
					serviceAccountName: account,
					containers: [{ name: "main", image: workload.image }],
					imagePullSecrets: (
						workload.secrets ?? this.#ofAccount(namespace, account)
					).map((secret) => ({ name: secret })),
				},
			});
	}

	/** `kubectl rollout restart deployment/NAME`, with a changed list in the template. */
	restart(namespace: string, name: string, secrets?: string[]): void {
		const workload = this.#workloads.get(`${namespace}/${name}`);
		if (workload === undefined) throw new Error(`no deployment ${name}`);
		for (const { metadata } of this.#store.all("Pod", namespace))
			if (metadata.name.startsWith(`${name}-5d9`))
				this.#store.delete("Pod", namespace, metadata.name);
		this.deploy({ ...workload, ...(secrets && { secrets }) });
	}

	imageOf(namespace: string, name: string): string | undefined {
		return this.#workloads.get(`${namespace}/${name}`)?.image;
	}

	/** Adds to a template's list of pull Secrets, as a strategic merge patch does. */
	add(namespace: string, name: string, further: readonly string[]): void {
		const { secrets = [] } = this.#workloads.get(`${namespace}/${name}`) ?? {};
		this.restart(namespace, name, [...further, ...secrets]);
	}

	/** Every pod pulls, with what is there now; the status says how it went. */
	pull(): void {
		for (const object of this.#store.all("Pod")) {
			const pod = object as unknown as Pod;
			// What runs has its image already.
			if (pod.status?.containerStatuses?.some(({ imageID }) => imageID))
				continue;
			const [container] = pod.spec?.containers ?? [];
			const failure = this.#attempt(pod, container?.image ?? "");
			this.#store.seed({
				...object,
				kind: "Pod",
				status: {
					phase: failure === undefined ? "Running" : "Pending",
					containerStatuses: [
						{
							name: "main",
							image: container?.image ?? "",
							state:
								failure === undefined ? { running: {} } : { waiting: failure },
						},
					],
				},
			});
		}
	}

	/** undefined: pulled; else what containerd or the kubelet says, as one from 1.33 on has it in a container's status. */
	#attempt(
		{ metadata, spec }: Pod,
		image: string,
	): { reason: string; message: string } | undefined {
		const failed = (message: string) => ({ reason: "ErrImagePull", message });
		const sources = namesOf(spec).flatMap((name) => {
			const secret = this.#store.get("Secret", metadata.namespace ?? "", name);
			return secret ? pullSourceOf(secret as unknown as Secret) : [];
		});
		const answer = findCredentials(image, sources);
		if (answer.outcome !== "answered")
			return { reason: answer.error, message: answer.error };
		const passwords = answer.matches.map(({ credential }) =>
			credential.reveal(),
		);
		if (passwords.includes("right")) return undefined;
		if (passwords.length === 0 && answer.repository.startsWith("docker.io/"))
			return failed(
				"toomanyrequests: You have reached your unauthenticated pull rate limit",
			);
		const said =
			passwords.length === 0
				? `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${answer.repository}: 401 Unauthorized`
				: passwords.includes("weak")
					? "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
					: `failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://${answer.repository}: 401 Unauthorized`;
		return failed(
			`failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${said}`,
		);
	}

	#ofAccount(namespace: string, name: string): string[] {
		const account = this.#store.get("ServiceAccount", namespace, name);
		const { imagePullSecrets = [] } = (account ??
			{}) as unknown as ServiceAccount;
		return imagePullSecrets.map(({ name: secret = "" }) => secret);
	}
}
