import assert from "node:assert/strict";
import { labelsOf, NAME } from "../support/build.ts";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { meshreg, type Outcome } from "../support/command-line.ts";

export { NAME };
export const SOURCE = "kubectl-meshreg/source";
export const TARGETS = "kubectl-meshreg/targets";

/** What a test may say about a Secret that somebody makes. */
export interface Planted {
	readonly namespace: string;
	readonly name?: string;
	readonly labels?: Readonly<Record<string, string>>;
	readonly annotations?: Readonly<Record<string, string>>;
	/** The docker config; `{}` if left out. */
	readonly config?: string;
	readonly type?: string;
	readonly more?: Readonly<Record<string, unknown>>;
}

interface Secret {
	metadata: {
		labels?: Record<string, string>;
		annotations?: Record<string, string>;
		resourceVersion: string;
	};
	data?: Record<string, string>;
}

function labelOf(cluster: TestCluster): Record<string, string> {
	return { "meshreg-test": cluster.named("trust") };
}

/** A cluster with a source's namespace, two that are served and one of a tenant. */
export class Stage implements AsyncDisposable {
	static async open(): Promise<Stage> {
		const cluster = await testCluster();
		const [mesh, app, shop, evil] = [
			await cluster.namespace("mesh"),
			await cluster.namespace("app", labelOf(cluster)),
			await cluster.namespace("shop", labelOf(cluster)),
			await cluster.namespace("evil", labelOf(cluster)),
		];
		return new Stage(cluster, mesh, app, shop, evil);
	}

	private constructor(
		readonly cluster: TestCluster,
		readonly mesh: string,
		readonly app: string,
		readonly shop: string,
		readonly evil: string,
	) {}

	/** Selects the namespaces that are served and the tenant's, and no other suite's. */
	get selector(): string {
		return Object.entries(labelOf(this.cluster))
			.map((label) => label.join("="))
			.join();
	}

	/** The admin, or whoever has this kubeconfig. */
	run(
		argv: readonly string[],
		given: Parameters<typeof meshreg>[1] = {},
	): Promise<Outcome> {
		return meshreg(argv, {
			kubeconfig: this.cluster.kubeconfig,
			...given,
			env: { MESHREG_NAMESPACE: this.mesh, ...given.env },
		});
	}

	/** Makes the source with this password, and copies it to `app` and `shop`. */
	async served(password = "first"): Promise<void> {
		await this.ok(["create", ...CREDENTIAL], password);
		await this.ok(["sync", "-n", `${this.app},${this.shop}`]);
	}

	async ok(argv: readonly string[], stdin = ""): Promise<Outcome> {
		const outcome = await this.run(argv, { stdin });
		assert.equal(outcome.status, 0, outcome.err);
		return outcome;
	}

	rotate(password: string, ...more: readonly string[]): Promise<Outcome> {
		return this.run(["rotate", ...CREDENTIAL, "--no-verify", ...more], {
			stdin: password,
		});
	}

	/** Makes a Secret as somebody would who may write there. */
	async plant({
		namespace,
		name = NAME,
		labels = labelsOf(),
		annotations = { [SOURCE]: `${this.mesh}/${NAME}` },
		config = "{}",
		type = "kubernetes.io/dockerconfigjson",
		more = {},
	}: Planted): Promise<void> {
		const { status, body } = await this.cluster.api.request(
			"POST",
			`/api/v1/namespaces/${namespace}/secrets`,
			{
				body: {
					metadata: { name, labels, annotations, ...(more.metadata as object) },
					type,
					data: {
						".dockerconfigjson": Buffer.from(config).toString("base64"),
					},
					...(more.immutable === true && { immutable: true }),
				},
			},
		);
		assert.equal(status, 201, JSON.stringify(body));
	}

	async secret(namespace: string, name = NAME): Promise<Secret | undefined> {
		const { status, body } = await this.cluster.api.request(
			"GET",
			`/api/v1/namespaces/${namespace}/secrets/${name}`,
		);
		return status === 404 ? undefined : (body as Secret);
	}

	/** The password that a namespace's Secret holds; undefined where there is none. */
	async password(namespace: string): Promise<string | undefined> {
		const secret = await this.secret(namespace);
		const data = secret?.data?.[".dockerconfigjson"];
		if (data === undefined) return undefined;
		const { auths = {} } = JSON.parse(Buffer.from(data, "base64").toString());
		return auths["registry.example.com"]?.password;
	}

	/** Those of the source, of the two that are served, and of the tenant. */
	passwords(): Promise<(string | undefined)[]> {
		return Promise.all(
			[this.mesh, this.app, this.shop, this.evil].map((namespace) =>
				this.password(namespace),
			),
		);
	}

	/** Changes a Secret's metadata, as this program would. */
	async annotate(
		namespace: string,
		metadata: Readonly<Record<string, unknown>>,
	): Promise<void> {
		const { status, body } = await this.cluster.api.request(
			"PATCH",
			`/api/v1/namespaces/${namespace}/secrets/${NAME}?fieldManager=kubectl-meshreg`,
			{ contentType: "application/merge-patch+json", body: { metadata } },
		);
		assert.equal(status, 200, JSON.stringify(body));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.cluster[Symbol.asyncDispose]();
	}
}

export const CREDENTIAL = [
	"--registry-server=registry.example.com",
	"--registry-username=mesh",
	"--registry-password-stdin",
];
