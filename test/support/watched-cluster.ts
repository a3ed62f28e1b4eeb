import assert from "node:assert/strict";
import type { TestCluster } from "./cluster.ts";
import { meshreg } from "./command-line.ts";

/** Namespaces, a source and an account for a `sync --watch`, and everything that may happen to them. */
export class Watched {
	private constructor(
		readonly cluster: TestCluster,
		readonly mesh: string,
		readonly app: string,
		/** It exists, and is not selected. */
		readonly plain: string,
	) {}

	/** Makes the source, one namespace that is selected, and one that is not. */
	static async set(cluster: TestCluster): Promise<Watched> {
		const label = { "meshreg-watched": cluster.named("yes") };
		const watched = new Watched(
			cluster,
			await cluster.namespace("mesh"),
			await cluster.namespace("app", label),
			await cluster.namespace("plain"),
		);
		await watched.#source("one");
		await watched.#account(watched.app);
		return watched;
	}

	/** Its own pull secrets, on a cluster that may have others. */
	get env(): Record<string, string> {
		return {
			MESHREG_NAMESPACE: this.mesh,
			MESHREG_NAME: this.mesh,
		};
	}

	/** Arguments of `sync --watch`. */
	get argv(): string[] {
		return [
			...["-l", `meshreg-watched=${this.cluster.named("yes")}`],
			...["--attach=worker", "--prune", "--yes"],
		];
	}

	/** Everything that may happen, one after the other; `says` waits for what is said of it. */
	async play(says: (...texts: string[]) => Promise<void>): Promise<void> {
		const { app, plain, cluster } = this;
		const created = (namespace: string) =>
			`secret/${this.mesh} created in ${namespace} `;
		const configured = (namespace: string) =>
			`secret/${this.mesh} configured in ${namespace} `;
		await says(`serviceaccount/worker configured in ${app} `);
		await this.#isRight("one", app);

		const label = { "meshreg-watched": cluster.named("yes") };
		const fresh = await cluster.namespace("fresh", label);
		await says(created(fresh));
		await this.#isRight("one", fresh);

		await this.#patch(`namespaces/${plain}`, { metadata: { labels: label } });
		await says(created(plain));
		await this.#isRight("one", plain);

		await this.#patch(`namespaces/${app}/secrets/${this.mesh}`, {
			data: { ".dockerconfigjson": btoa('{"auths":{}}') },
		});
		await says(configured(app));
		await this.#isRight("one", app);

		await this.#request("DELETE", `namespaces/${fresh}/secrets/${this.mesh}`);
		await says(created(fresh));
		await this.#isRight("one", fresh);

		await this.#source("two");
		await says(...[app, fresh, plain].map(configured));
		for (const namespace of [app, fresh, plain])
			await this.#isRight("two", namespace);

		await this.#patch(`namespaces/${plain}`, {
			metadata: { labels: { "meshreg-watched": null } },
		});
		await says(`secret "${this.mesh}" deleted from ${plain} `);
	}

	async #isRight(password: string, namespace: string): Promise<void> {
		const { body } = await this.cluster.api.request(
			"GET",
			`/api/v1/namespaces/${namespace}/secrets/${this.mesh}`,
		);
		const { data } = body as { data: Record<string, string> };
		const text = Buffer.from(data[".dockerconfigjson"] ?? "", "base64");
		const { auths } = JSON.parse(text.toString());
		assert.equal(auths["registry.example"].password, password);
	}

	async #source(password: string): Promise<void> {
		const { status, err } = await meshreg(
			[
				...["create", "--replace", "--registry-server=registry.example"],
				...["--registry-username=mesh", "--registry-password-stdin"],
			],
			{
				kubeconfig: this.cluster.kubeconfig,
				env: this.env,
				stdin: password,
			},
		);
		assert.equal(status, 0, err);
	}

	#account(namespace: string): Promise<void> {
		return this.#request("POST", `namespaces/${namespace}/serviceaccounts`, {
			metadata: { name: "worker" },
		});
	}

	#patch(path: string, body: unknown): Promise<void> {
		return this.#request("PATCH", path, body);
	}

	async #request(method: string, path: string, body?: unknown): Promise<void> {
		const { status, body: answer } = await this.cluster.api.request(
			method,
			`/api/v1/${path}`,
			{
				body,
				...(method === "PATCH" && {
					contentType: "application/merge-patch+json",
				}),
			},
		);
		assert.ok(status < 300, JSON.stringify(answer));
	}
}
