/** A namespace that takes restricted pods alone: what install makes, and what the pages show, run there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { parse } from "yaml";
import { realCluster } from "../support/cluster.ts";
import { meshreg } from "../support/command-line.ts";

const cluster = await realCluster();
after(() => cluster[Symbol.asyncDispose]());

test("pods of install and of the CronJob in docs/how-to are taken by a restricted namespace", async () => {
	const namespace = await cluster.namespace("restricted", {
		"pod-security.kubernetes.io/enforce": "restricted",
	});
	const printed = await meshreg(
		["install", "-A", "--metrics-address=:9090", "--dry-run=client", "-o=yaml"],
		{ kubeconfig: cluster.kubeconfig, env: { MESHREG_NAMESPACE: namespace } },
	);
	const deployment = parse(printed.out).items.at(-1);
	const page = readFileSync(
		new URL("../../docs/how-to/renew-credentials.md", import.meta.url),
		"utf8",
	);
	const job = parse(
		/```yaml\n(apiVersion: batch[\s\S]*?)```/.exec(page)?.[1] ?? "",
	);
	for (const [name, template] of [
		["installed", deployment.spec.template],
		["job", job.spec.jobTemplate.spec.template],
	]) {
		const { serviceAccountName } = template.spec;
		await cluster.api.request(
			"POST",
			`/api/v1/namespaces/${namespace}/serviceaccounts`,
			{ body: { metadata: { name: serviceAccountName } } },
		);
		const { status, body } = await cluster.api.request(
			"POST",
			`/api/v1/namespaces/${namespace}/pods`,
			{ body: { ...template, metadata: { ...template.metadata, name } } },
		);
		assert.equal(status, 201, JSON.stringify(body));
	}
});
